"""Entries: created, claimed, written, settled. The verbs are the keeper's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.conflict import CANCEL_TOPIC, REQUEST_ENDED, News
from connector.domain.decision import Person
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.store.conflicts import log_news, pass_on
from connector.store.dialect import insert
from connector.store.history import Step, add_steps
from connector.store.schema import IN_WORK, entry, parcel
from connector.store.tables import UtcTime

SETTLED = ("state", "reason", "detail", "due_at", "attempts", "accepted_at", "confirmed_at", "overdue_from")
"""The columns that a settled entry may change."""

WRITTEN = (EntryState.ENTERING, EntryState.ACCEPTED, EntryState.UNCLEAR, EntryState.CONFIRMED)
"""States in which our number stands, or may stand, on the line."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One tracking number for one order line, found out by the keeper."""

    shop: str
    order_no: str
    pack_no: str
    parcel_id: int
    source: str
    tracking_no: str
    overdue_from: datetime | None
    heard_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Writing:
    """An entry whose number goes out now, under this name of its carrier, and what this adds to conflicts."""

    entry: Entry
    shipping_corp: str
    written_with: str
    reason: Reason
    at: datetime
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledEntry:
    """What became of an entry. Fields left None keep their value; ``due_at`` None waits for a person or a new fact.

    ``news`` is what the look at the line adds to its conflicts.
    """

    entry: Entry
    state: EntryState
    reason: Reason
    at: datetime
    due_at: datetime | None = None
    detail: str = ""
    attempts: int = 0
    accepted_at: datetime | None = None
    confirmed_at: datetime | None = None
    overdue_from: datetime | None = None
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class Requeue:
    """Entries and parcels of a shop to look at again: those that stand still for one of these reasons."""

    shop: str
    reasons: tuple[Reason, ...]
    at: datetime


def entry_of(row: Row[Any]) -> Entry:
    """A row as the domain's word."""
    return Entry(
        id=row.id,
        shop=row.shop,
        order_no=row.order_no,
        pack_no=row.pack_no,
        parcel_id=row.parcel_id,
        tracking_no=row.tracking_no,
        shipping_corp=row.shipping_corp,
        state=EntryState(row.state),
        reason=Reason(row.reason),
        due_at=row.due_at,
        attempts=row.attempts,
        overdue_from=row.overdue_from,
        heard_at=row.heard_at,
        created_at=row.created_at,
        written_at=row.written_at,
        accepted_at=row.accepted_at,
        confirmed_at=row.confirmed_at,
        person=Person(row.person) if row.person else Person.NONE,
        written_with=row.written_with,
    )


async def create_entries(connection: AsyncConnection, new: Sequence[NewEntry]) -> list[Step]:
    """Adds entries that are not there yet; gives the steps for the history of those that were added."""
    if not new:
        return []
    rows = [
        {
            "shop": wanted.shop,
            "order_no": wanted.order_no,
            "pack_no": wanted.pack_no,
            "parcel_id": wanted.parcel_id,
            "source": wanted.source,
            "tracking_no": wanted.tracking_no,
            "state": EntryState.WAITING,
            "reason": Reason.NEW,
            "due_at": wanted.at,
            "overdue_from": wanted.overdue_from,
            "heard_at": wanted.heard_at,
            "created_at": wanted.at,
        }
        for wanted in new
    ]
    added = await connection.execute(_CREATE, rows)
    first = new[0]
    return [
        Step(
            at=first.at,
            shop=first.shop,
            what=EntryState.WAITING,
            reason=Reason.NEW,
            who="keeper",
            order_no=row.order_no,
            parcel_id=row.parcel_id,
            entry_id=row.id,
        )
        for row in added
    ]


async def wake_entries(connection: AsyncConnection, ids: Sequence[int], at: datetime) -> None:
    """Makes entries due now."""
    if ids:
        await connection.execute(update(entry).where(entry.c.id.in_(ids)).values(due_at=at))


async def wake_lines(
    connection: AsyncConnection, payloads: Sequence[tuple[str, Sequence[str], datetime]]
) -> list[set[str]]:
    """Makes the entries of order lines due now; gives the lines that have any."""
    woken = []
    for shop, order_nos, at in payloads:
        statement = (
            update(entry)
            .where(entry.c.shop == shop, entry.c.order_no.in_(order_nos), entry.c.state != EntryState.DROPPED)
            .values(due_at=at)
            .returning(entry.c.order_no)
        )
        woken.append(set((await connection.execute(statement)).scalars()))
    return woken


async def wake_others(
    connection: AsyncConnection, shop: str, order_no: str, tracking_no: str, at: datetime
) -> list[str]:
    """Makes a line's entries with other numbers due now, dropped ones left out; gives their numbers, oldest first."""
    statement = (
        update(entry)
        .where(
            entry.c.shop == shop,
            entry.c.order_no == order_no,
            entry.c.tracking_no != tracking_no,
            entry.c.state != EntryState.DROPPED,
        )
        .values(due_at=at)
        .returning(entry.c.id, entry.c.tracking_no)
    )
    return [row.tracking_no for row in sorted(await connection.execute(statement))]


async def due_entries(connection: AsyncConnection, shop: str, now: datetime, limit: int) -> list[Entry]:
    """Entries of a shop to look at now: those past their ship-by date before all others, then by age."""
    overdue = case((entry.c.overdue_from <= now, 0), else_=1)
    query = (
        select(entry)
        .where(entry.c.shop == shop, entry.c.due_at <= now)
        .order_by(overdue, entry.c.due_at, entry.c.id)
        .limit(limit)
    )
    return [entry_of(row) for row in await connection.execute(query)]


async def next_due_at(connection: AsyncConnection, shop: str) -> datetime | None:
    """When the shop's next parcel or entry is due."""
    soonest = [
        (
            await connection.execute(
                select(func.min(table.c.due_at)).where(table.c.shop == shop, table.c.due_at.is_not(None))
            )
        ).scalar()
        for table in (entry, parcel)
    ]
    return min((at for at in soonest if at is not None), default=None)


async def entries_of_numbers(connection: AsyncConnection, shop: str, numbers: Sequence[str]) -> list[Entry]:
    """All entries of a shop with these tracking numbers."""
    query = select(entry).where(entry.c.shop == shop, entry.c.tracking_no.in_(numbers)).order_by(entry.c.id)
    rows = await connection.execute(query)
    return [entry_of(row) for row in rows]


async def written_numbers(connection: AsyncConnection, shop: str, order_nos: Sequence[str]) -> list[Row[Any]]:
    """(id, order_no, tracking_no) of entries whose number stands, or may stand, on these lines."""
    query = select(entry.c.id, entry.c.order_no, entry.c.tracking_no).where(
        entry.c.shop == shop, entry.c.order_no.in_(order_nos), entry.c.state.in_(WRITTEN)
    )
    return list(await connection.execute(query))


async def begin_writing(connection: AsyncConnection, batches: Sequence[Sequence[Writing]]) -> list[frozenset[int]]:
    """Says, before a call goes out, which numbers it carries: after a crash these are read before they are repeated.

    Gives the ids of those that may go out. The others were woken since the keeper looked at them, by a person or by
    news of their line: they are left as they are, and are due.
    """
    read = {writing.entry.id: writing for batch in batches for writing in batch}
    stopped = {
        row.id
        for row in await connection.execute(_STANDINGS, {"ids": list(read)})
        if _has_news(row, read[row.id].entry)
    }
    writings = [writing for writing in read.values() if writing.entry.id not in stopped]
    if writings:
        await _begin(connection, writings)
    return [frozenset(writing.entry.id for writing in batch) - stopped for batch in batches]


def _has_news(row: Row[Any, Any, Any], read: Entry) -> bool:
    return row.due_at != read.due_at or (row.person or Person.NONE) != read.person


async def _begin(connection: AsyncConnection, writings: Sequence[Writing]) -> None:
    await connection.execute(
        _BEGIN,
        [
            {
                "entry_id": each.entry.id,
                "corp": each.shipping_corp,
                "call": each.written_with,
                "why": each.reason,
                "at": each.at,
            }
            for each in writings
        ],
    )
    steps = [_step(each.entry, EntryState.ENTERING, each.reason, each.shipping_corp, each.at) for each in writings]
    for each in writings:
        steps += await _settle_conflicts(connection, each)
    await add_steps(connection, steps)


async def settle_entries(connection: AsyncConnection, batches: Sequence[Sequence[SettledEntry]]) -> list[None]:
    """Keeps what became of entries, with a row of history for each that changed."""
    outcomes = [outcome for batch in batches for outcome in batch]
    if not outcomes:
        return [None] * len(batches)
    await connection.execute(_SETTLE, [_settled_row(outcome) for outcome in outcomes])
    steps = [
        _step(outcome.entry, outcome.state, outcome.reason, outcome.detail, outcome.at)
        for outcome in outcomes
        if outcome.state is not outcome.entry.state or outcome.reason is not outcome.entry.reason
    ]
    for outcome in outcomes:
        steps += await _settle_conflicts(connection, outcome)
    await add_steps(connection, steps)
    return [None] * len(batches)


def _settled_row(outcome: SettledEntry) -> dict[str, Any]:
    known = outcome.entry
    return {
        "entry_id": known.id,
        "read_due_at": known.due_at,
        "new_state": outcome.state,
        "new_reason": outcome.reason,
        "new_detail": outcome.detail,
        "new_due_at": outcome.due_at,
        "new_attempts": outcome.attempts,
        "new_accepted_at": outcome.accepted_at or known.accepted_at,
        "new_confirmed_at": outcome.confirmed_at or known.confirmed_at,
        "new_overdue_from": outcome.overdue_from or known.overdue_from,
    }


async def _settle_conflicts(connection: AsyncConnection, outcome: SettledEntry | Writing) -> list[Step]:
    of, steps = outcome.entry, []
    for told in outcome.news:
        news = told
        if _ends_for_one_parcel(told):
            others = await wake_others(connection, of.shop, of.order_no, of.tracking_no, outcome.at)
            if others:  # their parcels still meet the request: their own looks decide
                await pass_on(connection, of.shop, of.order_no, told.topic, of.tracking_no, others[0])
                news = replace(told, ended="")
        change = await log_news(connection, of.shop, of.order_no, of.tracking_no, news, outcome.at)
        if change:
            steps.append(_step(of, change, outcome.reason, news.kind or news.ended, outcome.at))
    return steps


def _ends_for_one_parcel(news: News) -> bool:
    return news.topic == CANCEL_TOPIC and news.kind is None and news.ended not in ("", REQUEST_ENDED)


def _step(of: Entry, what: str, reason: Reason, detail: str, at: datetime) -> Step:
    return Step(
        at=at,
        shop=of.shop,
        what=what,
        reason=reason,
        who="keeper",
        order_no=of.order_no,
        parcel_id=of.parcel_id,
        entry_id=of.id,
        detail=detail,
    )


async def recover_entries(connection: AsyncConnection, payloads: Sequence[tuple[str, datetime]]) -> list[int]:
    """After a start: what was being written when the program stopped is unclear now, and is read before all else."""
    counts = []
    for shop, at in payloads:
        query = select(entry).where(entry.c.shop == shop, entry.c.state == EntryState.ENTERING, text(IN_WORK))
        interrupted = [entry_of(row) for row in await connection.execute(query)]
        await settle_entries(
            connection,
            [
                [
                    SettledEntry(each, EntryState.UNCLEAR, Reason.INTERRUPTED, at, due_at=at, attempts=each.attempts)
                    for each in interrupted
                ]
            ],
        )
        counts.append(len(interrupted))
    return counts


async def requeue(connection: AsyncConnection, payloads: Sequence[Requeue]) -> list[None]:
    """Looks again at entries and parcels that stand still for reasons which may have gone away."""
    for wanted in payloads:
        await connection.execute(
            update(parcel)
            .where(parcel.c.shop == wanted.shop, parcel.c.due_at.is_not(None), parcel.c.reason.in_(wanted.reasons))
            .values(due_at=wanted.at)
        )
        await connection.execute(
            update(entry)
            .where(entry.c.shop == wanted.shop, text(IN_WORK), entry.c.reason.in_(wanted.reasons))
            .values(due_at=wanted.at)
        )
    return [None] * len(payloads)


# Whoever wakes an entry that the keeper has in hand moves its due_at; what the keeper then settles must not undo it.
_AS_READ = entry.c.due_at.is_not_distinct_from(bindparam("read_due_at", type_=UtcTime))

# Built once, see deliveries.py.
_CREATE = insert(entry).on_conflict_do_nothing().returning(entry.c.id, entry.c.order_no, entry.c.parcel_id)
_STANDINGS = select(entry.c.id, entry.c.person, entry.c.due_at).where(entry.c.id.in_(bindparam("ids", expanding=True)))
_BEGIN = (
    update(entry)
    .where(entry.c.id == bindparam("entry_id"))
    .values(
        state=EntryState.ENTERING,
        reason=bindparam("why"),
        due_at=None,
        shipping_corp=bindparam("corp"),
        written_with=bindparam("call"),
        written_at=bindparam("at"),
    )
)
_SETTLE = (
    update(entry)
    .where(entry.c.id == bindparam("entry_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in SETTLED}
        | {
            "due_at": case(
                (or_(_AS_READ, entry.c.due_at.is_(None)), bindparam("new_due_at", type_=UtcTime)), else_=entry.c.due_at
            )
        }
    )
)
