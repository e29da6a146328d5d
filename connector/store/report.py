"""What the store knows of a month: read for ``domain/report.py``, which counts it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.decision import ConflictKind
from connector.domain.memory import LineMemory
from connector.domain.report_facts import ConflictSeen, Month, MonthMaterial, Written
from connector.store.cases import CHUNK
from connector.store.orders import memory_of
from connector.store.schema import conflict, entry, history, order_line, parcel


async def month_material(connection: AsyncConnection, month: Month, shops: Sequence[str]) -> MonthMaterial:
    """Everything that the store knows of a month of these shops."""
    lines = await _lines(connection, month, shops)
    return MonthMaterial(
        written=tuple(await _written(connection, month, shops)),
        conflicts=tuple(await _conflicts(connection, month, shops)),
        lines=tuple(lines),
        accepted_at=await _accepted(connection, lines),
        known_from=await _known_from(connection, shops),
    )


async def _written(connection: AsyncConnection, month: Month, shops: Sequence[str]) -> list[Written]:
    """Numbers that we wrote; one that somebody else put there first has no gap of ours."""
    query = (
        select(entry.c.shop, parcel.c.printed_at, entry.c.heard_at, entry.c.accepted_at)
        .join(parcel, parcel.c.id == entry.c.parcel_id)
        .where(
            entry.c.shop.in_(shops),
            entry.c.accepted_at >= month.start,
            entry.c.accepted_at < month.end,
            entry.c.written_at.is_not(None),
        )
    )
    return [Written(row[0], row[1], row[2], row[3]) for row in await connection.execute(query)]


async def _conflicts(connection: AsyncConnection, month: Month, shops: Sequence[str]) -> list[ConflictSeen]:
    query = select(conflict.c.shop, conflict.c.kind, conflict.c.outcome, conflict.c.closed_at).where(
        conflict.c.shop.in_(shops), conflict.c.opened_at >= month.start, conflict.c.opened_at < month.end
    )
    return [
        ConflictSeen(row.shop, ConflictKind(row.kind), row.outcome if row.closed_at is not None else "")
        for row in await connection.execute(query)
    ]


async def _lines(connection: AsyncConnection, month: Month, shops: Sequence[str]) -> list[LineMemory]:
    ordered = and_(order_line.c.ordered_at >= month.start, order_line.c.ordered_at < month.end)
    due = and_(order_line.c.ship_by_at >= month.start, order_line.c.ship_by_at < month.end)
    undated = and_(order_line.c.ordered_at.is_(None), order_line.c.cancel_status.is_not(None))
    query = select(order_line).where(order_line.c.shop.in_(shops), or_(ordered, due, undated))
    return [memory_of(row) for row in await connection.execute(query)]


async def _accepted(connection: AsyncConnection, lines: Sequence[LineMemory]) -> dict[tuple[str, str], datetime]:
    """When the first number of each line that has a ship-by date was accepted, or was seen to stand there."""
    by_shop: dict[str, list[str]] = {}
    for line in lines:
        if line.ship_by_at is not None:
            by_shop.setdefault(line.shop, []).append(line.order_no)
    found: dict[tuple[str, str], datetime] = {}
    for shop, order_nos in by_shop.items():
        for start in range(0, len(order_nos), CHUNK):
            query = (
                select(entry.c.order_no, func.min(entry.c.accepted_at))
                .where(
                    entry.c.shop == shop,
                    entry.c.order_no.in_(order_nos[start : start + CHUNK]),
                    entry.c.accepted_at.is_not(None),
                )
                .group_by(entry.c.order_no)
            )
            found |= {(shop, row[0]): row[1] for row in await connection.execute(query)}
    return found


async def _known_from(connection: AsyncConnection, shops: Sequence[str]) -> dict[str, datetime]:
    """When each shop's history begins: nothing before it can be known."""
    found: dict[str, datetime] = {}
    for shop in shops:
        query = select(history.c.at).where(history.c.shop == shop).order_by(history.c.id).limit(1)
        first: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        if first is not None:
            found[shop] = first
    return found
