"""All that is kept about an order line or a tracking number: its parcels, label events, steps and conflicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.model import EventKind
from connector.domain.chain import LogRow
from connector.domain.memory import LineMemory
from connector.domain.parcel import ParcelState
from connector.store.cases import CHUNK
from connector.store.conflict_log import log_rows
from connector.store.conflicts import ConflictRow, conflict_of
from connector.store.history import Step
from connector.store.listing import Listed, listed_by_id, parcel_listed
from connector.store.orders import known_lines
from connector.store.schema import conflict, entry, history, label_event, parcel

MOST_PARCELS = 200
MOST_ROWS = 2_000
"""Of each kind: events, steps, rows of a conflict's log. A line has some ten of them; the oldest are kept."""


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """A label event as it came: what the source said, on its clock, and when we heard of it, on ours."""

    kind: EventKind
    source: str
    order_ref: str
    tracking_no: str
    carrier: str
    service: str
    occurred_at: datetime | None
    received_at: datetime
    delivery_id: str


@dataclass(frozen=True, slots=True)
class Story:
    """What one shop has about a number. ``entries`` also holds parcels without an order."""

    shop: str
    lines: tuple[LineMemory, ...]
    entries: tuple[Listed, ...]
    events: tuple[HeardEvent, ...]
    steps: tuple[Step, ...]
    conflicts: tuple[tuple[ConflictRow, tuple[LogRow, ...]], ...]


async def story(connection: AsyncConnection, shop: str, numbers: Sequence[str]) -> Story | None:
    """What the shop has about an order number, cart number, tracking number or reference, given in its spellings."""
    lines = await known_lines(connection, shop, numbers)
    order_nos = sorted({*numbers, *(line.order_no for line in lines)})
    parcels: dict[int, Row[Any]] = {}
    for condition in (parcel.c.tracking_number.in_(numbers), parcel.c.order_ref.in_(numbers)):  # one OR would read all
        meant = select(parcel).where(parcel.c.shop == shop, condition).order_by(parcel.c.id).limit(MOST_PARCELS)
        parcels |= {row.id: row for row in await connection.execute(meant)}
    ids: set[int] = set()
    for condition in (entry.c.order_no.in_(order_nos), entry.c.tracking_no.in_(numbers)):
        query = select(entry.c.id).where(entry.c.shop == shop, condition).order_by(entry.c.id).limit(MOST_PARCELS)
        ids |= set((await connection.execute(query)).scalars())
    of_references = [row.id for row in parcels.values() if row.order_ref in numbers]
    query = select(entry.c.id).where(entry.c.parcel_id.in_(of_references)).order_by(entry.c.id).limit(MOST_PARCELS)
    ids |= set((await connection.execute(query)).scalars())
    entries = await listed_by_id(connection, sorted(ids)[:MOST_PARCELS])
    entries += [parcel_listed(row) for row in parcels.values() if row.state == ParcelState.UNRESOLVED]
    if not entries and not lines and not parcels:
        return None
    all_order_nos = sorted({each.order_no for each in entries if each.order_no} | set(order_nos))
    tracking_nos = sorted({each.tracking_no for each in entries} | {row.tracking_number for row in parcels.values()})
    parcel_ids = sorted({each.parcel_id for each in entries} | set(parcels))
    return Story(
        shop=shop,
        lines=tuple(await known_lines(connection, shop, all_order_nos)),
        entries=tuple(entries),
        events=tuple(await _events(connection, shop, tracking_nos)),
        steps=tuple(await _steps(connection, parcel_ids, sorted(ids))),
        conflicts=tuple(await _conflicts(connection, shop, all_order_nos)),
    )


async def _events(connection: AsyncConnection, shop: str, tracking_nos: Sequence[str]) -> list[HeardEvent]:
    query = (
        select(label_event)
        .where(label_event.c.shop == shop, label_event.c.tracking_number.in_(tracking_nos))
        .order_by(label_event.c.id)
        .limit(MOST_ROWS)
    )
    return [
        HeardEvent(
            kind=EventKind(row.kind),
            source=row.source,
            order_ref=row.order_ref,
            tracking_no=row.tracking_number,
            carrier=row.carrier,
            service=row.service,
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            delivery_id=row.delivery_id,
        )
        for row in await connection.execute(query)
    ]


async def _steps(connection: AsyncConnection, parcel_ids: Sequence[int], entry_ids: Sequence[int]) -> list[Step]:
    """Steps of these entries, and of these parcels themselves, oldest first."""
    found: list[Row[Any]] = []
    of_entries = [history.c.entry_id.in_(entry_ids[start : start + CHUNK]) for start in range(0, len(entry_ids), CHUNK)]
    of_parcels = [
        history.c.parcel_id.in_(parcel_ids[start : start + CHUNK]) & history.c.entry_id.is_(None)
        for start in range(0, len(parcel_ids), CHUNK)
    ]
    for condition in (*of_entries, *of_parcels):
        query: Select[Any] = select(history).where(condition).order_by(history.c.id).limit(MOST_ROWS)
        found += list(await connection.execute(query))
    found.sort(key=lambda row: row.id)
    return [
        Step(
            at=row.at,
            shop=row.shop,
            what=row.what,
            reason=row.reason,
            who=row.who,
            order_no=row.order_no,
            parcel_id=row.parcel_id,
            entry_id=row.entry_id,
            detail=row.detail,
        )
        for row in found
    ]


async def _conflicts(
    connection: AsyncConnection, shop: str, order_nos: Sequence[str]
) -> list[tuple[ConflictRow, tuple[LogRow, ...]]]:
    query = select(conflict).where(conflict.c.shop == shop, conflict.c.order_no.in_(order_nos)).order_by(conflict.c.id)
    found = [conflict_of(row) for row in await connection.execute(query.limit(MOST_PARCELS))]
    return [(each, tuple(await log_rows(connection, 0, MOST_ROWS, each.id))) for each in found]
