"""What traces are told from: the steps of entries that were confirmed, their parcels and their labels' deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.entry import Entry, EntryState
from connector.store.entries import entry_of
from connector.store.part import Part
from connector.store.schema import entry, history, label_event, parcel

MOST_TOGETHER = 200
"""Entries that are read at once."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """When an entry came into a state, and why."""

    state: EntryState
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An entry with its steps up to its first confirmation. ``first`` of its parcel: the others share its trace.

    ``delivery_id`` is that of the label's first message, empty where it is not known.
    """

    entry: Entry
    parcel_created_at: datetime
    source: str
    delivery_id: str
    first: bool
    steps: tuple[TraceStep, ...]


class TraceBook(Part):
    """Reads; nothing here writes."""

    async def end(self) -> int:
        """The newest row of history."""
        async with self._reader() as connection:
            return (await connection.execute(_END)).scalar() or 0

    async def confirmed(self, after: int) -> tuple[list[Confirmed], int]:
        """The entries that were confirmed for the first time after this row of history; and the row to go on after."""
        async with self._reader() as connection:
            end = (await connection.execute(_END)).scalar() or 0
            rows = list(await connection.execute(_CONFIRMED, {"after": after, "until": end}))
            found = await _read(connection, {row.entry_id: row.id for row in reversed(rows)}) if rows else []
            return found, rows[-1].id if len(rows) == MOST_TOGETHER else end


async def _read(connection: AsyncConnection, confirmed: dict[int, int]) -> list[Confirmed]:
    """The entries by the row of history that confirms each; those that were confirmed before are left out."""
    entries = [entry_of(row) for row in await connection.execute(select(entry).where(entry.c.id.in_(confirmed)))]
    of_entries = select(parcel).where(parcel.c.id.in_({each.parcel_id for each in entries}))
    parcels = {row.id: row for row in await connection.execute(of_entries)}
    steps = await _steps(connection, sorted(confirmed))
    first_of = await _first_of(connection, sorted(parcels))
    deliveries = await _deliveries(connection, entries)
    found = []
    for each in entries:
        of = parcels[each.parcel_id]
        mine = steps.get(each.id, [])
        ids = [step_id for step_id, step in mine if step.state is EntryState.CONFIRMED]
        if not ids or ids[0] != confirmed[each.id]:
            continue
        found.append(
            Confirmed(
                entry=each,
                parcel_created_at=of.created_at,
                source=of.source,
                delivery_id=deliveries.get((each.shop, each.tracking_no), ""),
                first=first_of[each.parcel_id] == ids[0],
                steps=tuple(step for step_id, step in mine if step_id <= ids[0]),
            )
        )
    return found


_STATES = tuple(str(state) for state in EntryState)


async def _steps(connection: AsyncConnection, entry_ids: Sequence[int]) -> dict[int, list[tuple[int, TraceStep]]]:
    query = select(history).where(history.c.entry_id.in_(entry_ids), history.c.what.in_(_STATES)).order_by(history.c.id)
    found: dict[int, list[tuple[int, TraceStep]]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.entry_id, []).append((row.id, TraceStep(EntryState(row.what), row.reason, row.at)))
    return found


async def _first_of(connection: AsyncConnection, parcel_ids: Sequence[int]) -> dict[int, int]:
    """The row of history that first confirmed an entry of each parcel."""
    query = (
        select(history.c.parcel_id, func.min(history.c.id))
        .where(history.c.parcel_id.in_(parcel_ids), history.c.what == EntryState.CONFIRMED)
        .group_by(history.c.parcel_id)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


async def _deliveries(connection: AsyncConnection, of: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """The delivery that each number was heard of by, the one that began its gap."""
    heard = {(each.shop, each.tracking_no): each.heard_at for each in of}
    query = select(label_event).where(
        label_event.c.shop.in_({shop for shop, _ in heard}),
        label_event.c.tracking_number.in_({number for _, number in heard}),
    )
    return {
        (row.shop, row.tracking_number): row.delivery_id
        for row in await connection.execute(query)
        if heard.get((row.shop, row.tracking_number)) == row.received_at
    }


_END = select(func.max(history.c.id))
_CONFIRMED = (
    select(history.c.id, history.c.entry_id)
    .where(
        history.c.id > bindparam("after"),
        history.c.id <= bindparam("until"),
        history.c.what == EntryState.CONFIRMED,
        history.c.entry_id.is_not(None),
    )
    .order_by(history.c.id)
    .limit(MOST_TOGETHER)
)
