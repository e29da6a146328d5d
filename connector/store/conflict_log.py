"""Reading the conflict log: its rows as they are hashed, and its end."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.chain import LogRow
from connector.store.schema import conflict_log


async def log_rows(connection: AsyncConnection, after: int, limit: int, conflict_id: int | None) -> list[LogRow]:
    """Rows of the log after a ``seq``, in its order: of one conflict, or of all."""
    query = select(conflict_log).where(conflict_log.c.seq > after).order_by(conflict_log.c.seq).limit(limit)
    if conflict_id is not None:
        query = query.where(conflict_log.c.conflict_id == conflict_id)
    return [log_row_of(row) for row in await connection.execute(query)]


def log_row_of(row: Row[Any]) -> LogRow:
    """A row of the log as it is hashed."""
    return LogRow(
        seq=row.seq,
        conflict_id=row.conflict_id,
        shop=row.shop,
        order_no=row.order_no,
        at=row.at,
        what=row.what,
        fact_key=row.fact_key,
        body=row.body,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


async def log_end(connection: AsyncConnection) -> tuple[int, str] | None:
    """``seq`` and hash of the newest row of the log, None while it is empty."""
    query = select(conflict_log.c.seq, conflict_log.c.hash).order_by(conflict_log.c.seq.desc()).limit(1)
    last = (await connection.execute(query)).one_or_none()
    return None if last is None else (last.seq, last.hash)


async def log_hash(connection: AsyncConnection, seq: int) -> str | None:
    """The hash of one row of the log, None where there is no such row."""
    found: str | None = (
        await connection.execute(select(conflict_log.c.hash).where(conflict_log.c.seq == seq))
    ).scalar_one_or_none()
    return found
