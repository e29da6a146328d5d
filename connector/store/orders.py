"""Order lines as last seen at Qoo10, and the waiting parcels that a newly seen one sets free."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.memory import LineMemory
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.parcel import ParcelState
from connector.store.dialect import insert
from connector.store.schema import OPEN_LINE, order_line, parcel, parcel_candidate

CHUNK = 500

# dataclasses.asdict() would copy every time and every word deeply, which costs more than writing the row.
_COLUMNS = tuple(field.name for field in fields(LineMemory))


def memory_of(row: Row[Any]) -> LineMemory:
    """A row as the domain's word."""
    return LineMemory(
        shop=row.shop,
        order_no=row.order_no,
        pack_no=row.pack_no,
        related_order_nos=tuple(row.related_order_nos.split()),
        listed=row.listed,
        status=None if row.status is None else ShippingStatus(row.status),
        ordered_at=row.ordered_at,
        ship_by_at=row.ship_by_at,
        tracking_no=row.tracking_no,
        delivery_company=row.delivery_company,
        cancel_status=None if row.cancel_status is None else ClaimStatus(row.cancel_status),
        requested_at=row.requested_at,
        learned_at=row.learned_at,
        learned_from=row.learned_from,
        under_way_at=row.under_way_at,
        ended_at=row.ended_at,
    )


async def known_lines(connection: AsyncConnection, shop: str, numbers: Sequence[str]) -> list[LineMemory]:
    """The lines whose order number or cart number is one of these."""
    found: dict[str, LineMemory] = {}
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        for column in (order_line.c.order_no, order_line.c.pack_no):  # one OR would read all lines of the shop
            query = select(order_line).where(order_line.c.shop == shop, column.in_(some))
            for row in await connection.execute(query):
                found[row.order_no] = memory_of(row)
    return list(found.values())


async def open_requests(connection: AsyncConnection, shop: str) -> list[LineMemory]:
    """The lines whose cancel request was open when last seen."""
    query = select(order_line).where(
        order_line.c.shop == shop,
        order_line.c.cancel_status.is_not(None),
        order_line.c.ended_at.is_(None),
        order_line.c.cancel_status == ClaimStatus.CANCEL_REQUESTED,
    )
    return [memory_of(row) for row in await connection.execute(query)]


async def open_lines(connection: AsyncConnection, shop: str) -> list[LineMemory]:
    """The lines that waited for their number when last seen, those with the earliest ship-by date first."""
    query = select(order_line).where(text(OPEN_LINE), order_line.c.shop == shop).order_by(order_line.c.ship_by_at)
    return [memory_of(row) for row in await connection.execute(query)]


async def remember_lines(
    connection: AsyncConnection, payloads: Sequence[tuple[str, Sequence[LineMemory], datetime]]
) -> list[None]:
    """Keeps lines as they were seen, and makes the parcels due that wait for one of their numbers."""
    for shop, memories, at in payloads:
        for start in range(0, len(memories), CHUNK):
            some = memories[start : start + CHUNK]
            await connection.execute(_UPSERT, [_row(memory, at) for memory in some])
            numbers = {memory.order_no for memory in some} | {memory.pack_no for memory in some if memory.pack_no}
            waiting = select(parcel_candidate.c.parcel_id).where(
                parcel_candidate.c.shop == shop, parcel_candidate.c.number.in_(numbers)
            )
            await connection.execute(
                update(parcel)
                .where(parcel.c.id.in_(waiting), parcel.c.state == ParcelState.UNRESOLVED)
                .values(due_at=at)
            )
    return [None] * len(payloads)


def _row(memory: LineMemory, at: datetime) -> dict[str, Any]:
    columns = {name: getattr(memory, name) for name in _COLUMNS}
    return {**columns, "related_order_nos": " ".join(memory.related_order_nos), "seen_at": at}


def _upsert() -> Insert:
    statement = insert(order_line)
    changes = {column.name: statement.excluded[column.name] for column in order_line.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=["shop", "order_no"], set_=changes)


_UPSERT = _upsert()
