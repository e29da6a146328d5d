"""Parcels on their way to their order lines."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.parcel import Parcel, ParcelKey, ParcelState, Times, merged
from connector.domain.reasons import Reason
from connector.store.conflicts import log_labels
from connector.store.dialect import insert
from connector.store.entries import NewEntry, create_entries, entries_of_numbers, wake_entries
from connector.store.history import Step, add_steps
from connector.store.schema import parcel, parcel_candidate
from connector.store.tables import UtcTime

NUMBER_LIVES = timedelta(days=100)
"""How long a tracking number means one parcel; Japan Post shows results for about so long."""

TIMES = tuple(field.name for field in fields(Times))


@dataclass(frozen=True, slots=True)
class SettledParcel:
    """What the keeper found out about a parcel.

    ``candidates`` are the numbers that an unresolved parcel waits for; ``entries`` are new; ``wake`` names entries that
    are to be looked at again. ``due_at`` None means that nothing happens before something new is heard.
    """

    parcel: Parcel
    state: ParcelState
    reason: Reason
    at: datetime
    due_at: datetime | None = None
    detail: str = ""
    candidates: tuple[str, ...] = ()
    entries: tuple[NewEntry, ...] = ()
    wake: tuple[int, ...] = ()


def parcel_of(row: Row[Any]) -> Parcel:
    """A row as the domain's word."""
    return Parcel(
        id=row.id,
        key=ParcelKey(row.shop, row.order_ref, row.tracking_number),
        source=row.source,
        carrier=row.carrier,
        service=row.service,
        times=Times(**{name: getattr(row, name) for name in TIMES}),
        state=ParcelState(row.state),
        attempts=row.attempts,
        assigned_order_no=row.assigned_order_no,
        assigned_pack_no=row.assigned_pack_no,
    )


async def due_parcels(connection: AsyncConnection, shop: str, now: datetime, limit: int) -> list[Parcel]:
    """Parcels of a shop that something new is known of, oldest first."""
    query = (
        select(parcel)
        .where(parcel.c.shop == shop, parcel.c.due_at <= now)
        .order_by(parcel.c.due_at, parcel.c.id)
        .limit(limit)
    )
    return [parcel_of(row) for row in await connection.execute(query)]


async def parcels_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Parcel]:
    """Parcels by their ids, each with all that was heard about its number under whatever reference.

    A scan may come without any reference, and a label may be voided under another one than it was printed for. What was
    heard of the same number in another season is of another parcel: carriers use their numbers again.
    """
    wanted = {row.id: row for row in await connection.execute(select(parcel).where(parcel.c.id.in_(ids)))}
    numbers = {(row.shop, row.tracking_number) for row in wanted.values()}
    same_number = select(parcel).where(tuple_(parcel.c.shop, parcel.c.tracking_number).in_(numbers))
    heard: dict[tuple[str, str], list[Row[Any]]] = {number: [] for number in numbers}
    for row in await connection.execute(same_number):
        heard[row.shop, row.tracking_number].append(row)
    return {
        parcel_id: replace(parcel_of(row), times=_heard_around(row, heard[row.shop, row.tracking_number]))
        for parcel_id, row in wanted.items()
    }


def _heard_around(row: Row[Any], same_number: Sequence[Row[Any]]) -> Times:
    times = parcel_of(row).times
    for other in same_number:
        if abs(other.created_at - row.created_at) < NUMBER_LIVES:
            times = merged(times, parcel_of(other).times)
    return times


async def settle_parcels(connection: AsyncConnection, batches: Sequence[Sequence[SettledParcel]]) -> list[None]:
    """Keeps what was found out: state, new entries, whom to wake, whom to wait for.

    Nothing of a parcel that a person has assigned to an order meanwhile: it is due, and means another order now.
    """
    outcomes = [outcome for batch in batches for outcome in batch]
    assigned = await _assigned(connection, outcomes)
    outcomes = [each for each in outcomes if assigned.get(each.parcel.id, _NO_ORDER) == _assigned_to(each.parcel)]
    if not outcomes:
        return [None] * len(batches)
    await connection.execute(_SETTLE, [_settled_row(outcome) for outcome in outcomes])
    await connection.execute(_FORGET, [{"settled_id": outcome.parcel.id} for outcome in outcomes])
    candidates = [
        {"parcel_id": outcome.parcel.id, "shop": outcome.parcel.key.shop, "number": number}
        for outcome in outcomes
        for number in outcome.candidates
    ]
    if candidates:
        await connection.execute(insert(parcel_candidate), candidates)
    steps = [_step(outcome) for outcome in outcomes if _is_news(outcome)]
    steps += await create_entries(connection, [wanted for outcome in outcomes for wanted in outcome.entries])
    for outcome in outcomes:
        await wake_entries(connection, outcome.wake, outcome.at)
    for shop in {outcome.parcel.key.shop for outcome in outcomes}:
        numbers = {outcome.parcel.key.tracking_number for outcome in outcomes if outcome.parcel.key.shop == shop}
        known = await entries_of_numbers(connection, shop, sorted(numbers))
        await log_labels(connection, shop, known, outcomes[0].at)
    await add_steps(connection, steps)
    return [None] * len(batches)


_NO_ORDER = ("", "")


def _assigned_to(of: Parcel) -> tuple[str, str]:
    return of.assigned_order_no, of.assigned_pack_no


async def _assigned(connection: AsyncConnection, outcomes: Sequence[SettledParcel]) -> dict[int, tuple[str, str]]:
    """The order and cart that a person assigned, of those of these parcels that have one."""
    found = await connection.execute(_ASSIGNED, {"ids": [outcome.parcel.id for outcome in outcomes]})
    return {row.id: (row.assigned_order_no, row.assigned_pack_no) for row in found}


_ASSIGNED = select(parcel.c.id, parcel.c.assigned_order_no, parcel.c.assigned_pack_no).where(
    parcel.c.id.in_(bindparam("ids", expanding=True)),
    or_(parcel.c.assigned_order_no != "", parcel.c.assigned_pack_no != ""),
)
_SETTLE = (
    update(parcel)
    .where(
        parcel.c.id == bindparam("settled_id"),
        # Only what is still as it was read: an event that came meanwhile has made the parcel due again.
        *(parcel.c[name].is_not_distinct_from(bindparam(f"read_{name}", type_=UtcTime)) for name in TIMES),
        parcel.c.carrier == bindparam("read_carrier"),
        parcel.c.service == bindparam("read_service"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("state", "reason", "detail", "due_at", "attempts")})
)
_FORGET = delete(parcel_candidate).where(parcel_candidate.c.parcel_id == bindparam("settled_id"))


def _settled_row(outcome: SettledParcel) -> dict[str, Any]:
    known = outcome.parcel
    return {
        "settled_id": known.id,
        **{f"read_{name}": getattr(known.times, name) for name in TIMES},
        "read_carrier": known.carrier,
        "read_service": known.service,
        "new_state": outcome.state,
        "new_reason": outcome.reason,
        "new_detail": outcome.detail,
        "new_due_at": outcome.due_at,
        "new_attempts": known.attempts + 1 if outcome.state is ParcelState.UNRESOLVED else 0,
    }


def _is_news(outcome: SettledParcel) -> bool:
    return outcome.state is not outcome.parcel.state or outcome.parcel.attempts == 0


def _step(outcome: SettledParcel) -> Step:
    return Step(
        at=outcome.at,
        shop=outcome.parcel.key.shop,
        what=outcome.state,
        reason=outcome.reason,
        who="keeper",
        parcel_id=outcome.parcel.id,
        detail=outcome.detail,
    )
