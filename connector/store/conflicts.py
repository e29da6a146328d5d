"""Conflicts: at most one open on each order line; its kind follows the facts, and every change is in the history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.decision import ConflictKind
from connector.store.dialect import insert
from connector.store.schema import conflict


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A conflict as kept; ``closed_at`` is None while it is open, ``outcome`` says how it ended."""

    shop: str
    order_no: str
    kind: ConflictKind
    opened_at: datetime
    closed_at: datetime | None
    outcome: str


async def open_conflict(
    connection: AsyncConnection, shop: str, order_no: str, kind: ConflictKind, at: datetime
) -> bool:
    """Opens a conflict, or gives the open one its new kind. True when that changed anything."""
    where = (conflict.c.shop == shop, conflict.c.order_no == order_no, conflict.c.closed_at.is_(None))
    standing = (await connection.execute(select(conflict.c.kind).where(*where))).scalar_one_or_none()
    if standing == kind:
        return False
    if standing is None:
        await connection.execute(insert(conflict).values(shop=shop, order_no=order_no, kind=kind, opened_at=at))
    else:
        await connection.execute(update(conflict).where(*where).values(kind=kind))
    return True


async def close_conflict(connection: AsyncConnection, shop: str, order_no: str, outcome: str, at: datetime) -> bool:
    """Closes the line's open conflict. True when there was one."""
    result = await connection.execute(
        update(conflict)
        .where(conflict.c.shop == shop, conflict.c.order_no == order_no, conflict.c.closed_at.is_(None))
        .values(closed_at=at, outcome=outcome)
    )
    return result.rowcount > 0


async def conflict_rows(connection: AsyncConnection, limit: int) -> list[ConflictRow]:
    """The newest conflicts, open and closed, newest first."""
    return [
        ConflictRow(row.shop, row.order_no, ConflictKind(row.kind), row.opened_at, row.closed_at, row.outcome)
        for row in await connection.execute(select(conflict).order_by(conflict.c.id.desc()).limit(limit))
    ]
