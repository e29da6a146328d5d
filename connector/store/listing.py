"""Entries and labels without an order, one by one, for people: those that are not done first, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.decision import Person
from connector.domain.entry import EntryState
from connector.domain.entry_acts import STANDS_STILL
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.cases import CHUNK
from connector.store.schema import IN_WORK, UNRESOLVED, entry, parcel

IN_WORK_ONLY, EVERYTHING = "", "all"
STATES: tuple[str, ...] = (ParcelState.UNRESOLVED.value, *(state.value for state in EntryState))
MOST = 1000
"""Rows in one list."""
LATELY = 10_000
"""The newest entries: among them those that are done are looked for."""
ENTERED = (EntryState.ACCEPTED, EntryState.CONFIRMED)
_DONE = (EntryState.CONFIRMED, EntryState.DROPPED)
_NEEDS_A_PERSON = (Reason.REFERENCE_UNREADABLE, Reason.REFERENCE_AMBIGUOUS)
"""Reasons for which a label without an order waits for a person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be listed: of a shop, of a source, in a state (one of ``STATES``, everything, or what is not done)."""

    shop: str = ""
    source: str = ""
    state: str = IN_WORK_ONLY
    limit: int = 50


def wanted_of(shop: str, source: str, state: str, limit: int) -> Wanted:
    """What is to be listed.

    Raises:
        ValueError: there is no such state, or the limit is none; the message says what there is.
    """
    if state not in (IN_WORK_ONLY, EVERYTHING, *STATES):
        raise ValueError(f"There is no state {state!r}; the states are: {', '.join(STATES)}, {EVERYTHING}.")
    if not 1 <= limit <= MOST:
        raise ValueError(f"The limit is from 1 to {MOST}.")
    return Wanted(shop, source, state, limit)


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with its parcel, or a parcel without an order (``entry_id`` is None and ``order_no`` empty then).

    ``lines`` is how many entries the parcel has, ``entered`` how many of these Qoo10 has taken. ``heard_at`` is when
    we first heard of the label. Times that do not apply are None.
    """

    entry_id: int | None
    parcel_id: int
    shop: str
    source: str
    order_no: str
    order_ref: str
    pack_no: str
    carrier: str
    service: str
    shipping_corp: str
    tracking_no: str
    state: str
    reason: Reason
    detail: str
    heard_at: datetime
    due_at: datetime | None
    overdue_from: datetime | None
    accepted_at: datetime | None
    person: Person
    lines: int = 0
    entered: int = 0

    def is_overdue(self, now: datetime) -> bool:
        """Whether the line's ship-by date is past and its number does not stand there yet."""
        done = self.state in (*ENTERED, EntryState.DROPPED)
        return self.overdue_from is not None and self.overdue_from <= now and not done

    def rank(self, now: datetime) -> int:
        """How urgent it is: past the ship-by date, standing still, going by itself, done."""
        if self.state in _DONE:
            return 3
        if self.is_overdue(now):
            return 0
        return 1 if self.state in STANDS_STILL or self.reason in _NEEDS_A_PERSON else 2


async def listed(connection: AsyncConnection, wanted: Wanted, now: datetime) -> list[Listed]:
    """One row more than the limit where there are more. Of what is done only the newest is looked for."""
    some = wanted.limit + 1
    found: list[Listed] = []
    if wanted.state not in _DONE:
        if wanted.state != ParcelState.UNRESOLVED:
            found += [_entry(row) for row in await connection.execute(_in_work(wanted, now, some))]
        if wanted.state in (IN_WORK_ONLY, EVERYTHING, ParcelState.UNRESOLVED):
            found += [parcel_listed(row) for row in await connection.execute(_unresolved(wanted, some))]
        found.sort(key=lambda each: (each.rank(now), each.heard_at, each.entry_id or 0, each.parcel_id))
    if wanted.state in (*_DONE, EVERYTHING) and len(found) < some:
        found += [_entry(row) for row in await connection.execute(_done(wanted, some - len(found)))]
    return await with_counts(connection, found[:some])


async def listed_by_id(connection: AsyncConnection, entry_ids: Sequence[int]) -> list[Listed]:
    """These entries, by their ids."""
    query = _ENTRIES.where(entry.c.id.in_(entry_ids)).order_by(entry.c.id)
    return await with_counts(connection, [_entry(row) for row in await connection.execute(query)])


async def listed_of_lines(connection: AsyncConnection, shops: Sequence[str], order_no: str) -> list[Listed]:
    """All entries of an order line, whichever of the shops it is in."""
    query = _ENTRIES.where(entry.c.shop.in_(shops), entry.c.order_no == order_no).order_by(entry.c.id).limit(MOST)
    return await with_counts(connection, [_entry(row) for row in await connection.execute(query)])


async def unresolved_of_numbers(connection: AsyncConnection, shops: Sequence[str], number: str) -> list[Listed]:
    """The labels with this tracking number whose order is not known."""
    query = select(parcel).where(parcel.c.shop.in_(shops), parcel.c.tracking_number == number, text(UNRESOLVED))
    return [parcel_listed(row) for row in await connection.execute(query.order_by(parcel.c.id).limit(MOST))]


async def with_counts(connection: AsyncConnection, found: Sequence[Listed]) -> list[Listed]:
    """The same rows with how many lines their parcels have, and how many of these are entered."""
    counts: dict[int, tuple[int, int]] = {}
    ids = sorted({each.parcel_id for each in found if each.entry_id is not None})
    entered = func.sum(case((entry.c.state.in_(ENTERED), 1), else_=0))
    for start in range(0, len(ids), CHUNK):
        query = (
            select(entry.c.parcel_id, func.count(), entered)
            .where(entry.c.parcel_id.in_(ids[start : start + CHUNK]))
            .group_by(entry.c.parcel_id)
        )
        counts |= {row[0]: (row[1], row[2]) for row in await connection.execute(query)}
    with_them = []
    for each in found:
        lines, done = counts.get(each.parcel_id, (0, 0))
        with_them.append(replace(each, lines=lines, entered=done))
    return with_them


_OF_PARCEL = (parcel.c.order_ref, parcel.c.source, parcel.c.carrier, parcel.c.service)
_ENTRIES = select(entry, *_OF_PARCEL).join(parcel, parcel.c.id == entry.c.parcel_id)


def _in_work(wanted: Wanted, now: datetime, limit: int) -> Select[Any]:
    standing = [state.value for state in STANDS_STILL]
    overdue = (entry.c.overdue_from <= now) & (entry.c.state != EntryState.ACCEPTED)
    rank = case((overdue, 0), (entry.c.state.in_(standing), 1), else_=2)
    query = _ENTRIES.where(text(f"entry.{IN_WORK}"), *_asked(wanted, entry.c.shop))
    if wanted.state not in (IN_WORK_ONLY, EVERYTHING):
        query = query.where(entry.c.state == wanted.state)
    return query.order_by(rank, entry.c.heard_at, entry.c.id).limit(limit)


def _unresolved(wanted: Wanted, limit: int) -> Select[Any]:
    rank = case((parcel.c.reason.in_([reason.value for reason in _NEEDS_A_PERSON]), 1), else_=2)
    query = select(parcel).where(text(UNRESOLVED), *_asked(wanted, parcel.c.shop))
    if wanted.state == IN_WORK_ONLY:  # a void label needs no order
        query = query.where(or_(parcel.c.voided_at.is_(None), parcel.c.reprinted_at > parcel.c.voided_at))
    return query.order_by(rank, parcel.c.created_at, parcel.c.id).limit(limit)


def _done(wanted: Wanted, limit: int) -> Select[Any]:
    newest = select(entry.c.id).order_by(entry.c.id.desc()).limit(LATELY)
    states = _DONE if wanted.state == EVERYTHING else (wanted.state,)
    query = _ENTRIES.where(entry.c.id.in_(newest), entry.c.state.in_(states), *_asked(wanted, entry.c.shop))
    return query.order_by(entry.c.id.desc()).limit(limit)


def _asked(wanted: Wanted, shop: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """The shop is compared as an expression: its column would lead to an index over all that the shop ever had."""
    asked = [shop.concat("") == wanted.shop] if wanted.shop else []
    return [*asked, parcel.c.source == wanted.source] if wanted.source else asked


def _entry(row: Row[Any]) -> Listed:
    return Listed(
        entry_id=row.id,
        parcel_id=row.parcel_id,
        shop=row.shop,
        source=row.source,
        order_no=row.order_no,
        order_ref=row.order_ref,
        pack_no=row.pack_no,
        carrier=row.carrier,
        service=row.service,
        shipping_corp=row.shipping_corp,
        tracking_no=row.tracking_no,
        state=row.state,
        reason=Reason(row.reason),
        detail=row.detail,
        heard_at=row.heard_at,
        due_at=row.due_at,
        overdue_from=row.overdue_from,
        accepted_at=row.accepted_at,
        person=Person(row.person) if row.person else Person.NONE,
    )


def parcel_listed(row: Row[Any]) -> Listed:
    """A parcel without an order."""
    return Listed(
        entry_id=None,
        parcel_id=row.id,
        shop=row.shop,
        source=row.source,
        order_no="",
        order_ref=row.order_ref,
        pack_no="",
        carrier=row.carrier,
        service=row.service,
        shipping_corp="",
        tracking_no=row.tracking_number,
        state=row.state,
        reason=Reason(row.reason),
        detail=row.detail,
        heard_at=row.heard_printed_at or row.created_at,
        due_at=row.due_at,
        overdue_from=None,
        accepted_at=None,
        person=Person.NONE,
    )
