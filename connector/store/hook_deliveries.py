"""Messages to a warehouse's systems as kept: made once, due in the order of their line, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from connector.domain.hooks import HookState, Tried, Trouble
from connector.store.dialect import insert as insert_or_leave
from connector.store.hook_schema import HOOK_DUE, HOOK_GIVEN_UP, hook_delivery, hook_target
from connector.store.tables import UtcTime


@dataclass(frozen=True, slots=True)
class NewHook:
    """A message to make for one target; one whose ``key`` the target has already is left as it is."""

    target: str
    key: str
    event: str
    line: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """Messages together with where every target's cursors are now."""

    hooks: tuple[NewHook, ...]
    upto: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One message to one target. ``trouble`` is why the last try came to nothing, ``status`` what was answered."""

    seq: int
    id: str
    target: str
    event: str
    line: str
    body: str
    state: HookState
    attempts: int
    made_at: datetime
    due_at: datetime | None
    tried_at: datetime | None
    status: int | None
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class SettledHook:
    """What became of a try. ``due_at`` is when it is tried again; None when it is delivered or given up.

    ``recovered``: the target answers again, so that everything that waits for it is due now.
    """

    of: HookDelivery
    tried: Tried
    at: datetime
    due_at: datetime | None = None
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class SentTest:
    """A test that was sent at once, and what came of it."""

    hook: NewHook
    id: str
    tried: Tried


@dataclass(frozen=True, slots=True)
class Redeliver:
    """Messages of a target to deliver again: these, or all that were given up."""

    target: str
    ids: tuple[str, ...]
    at: datetime


class TargetIsOff(Exception):
    """The target answered 410 and is switched off; a test that it takes switches it on again."""


def new_id(at: datetime) -> str:
    """The id of a new message; ids made later sort later."""
    return f"msg_{ULID.from_datetime(at)}"


async def make_hooks(connection: AsyncConnection, batches: Sequence[Made]) -> list[None]:
    """Adds messages that are not there yet, and moves the cursors. For a target that is off they are given up."""
    new = [hook for made in batches for hook in made.hooks]
    if new:
        query = select(hook_target.c.name, hook_target.c.off_at)
        off = {row.name: row.off_at is not None for row in await connection.execute(query)}
        rows = [_new_row(hook, off=off[hook.target]) for hook in new if hook.target in off]
        if rows:
            await connection.execute(_MAKE, rows)
    for made in batches:
        if made.upto is not None:
            await connection.execute(update(hook_target).values(history_id=made.upto[0], log_seq=made.upto[1]))
    return [None] * len(batches)


def _new_row(hook: NewHook, *, off: bool) -> dict[str, Any]:
    return {
        "id": new_id(hook.at),
        "target": hook.target,
        "key": hook.key,
        "event": hook.event,
        "line": hook.line,
        "body": hook.body,
        "state": HookState.FAILED if off else HookState.DUE,
        "trouble": Trouble.TARGET_OFF if off else Trouble.NONE,
        "made_at": hook.at,
        "due_at": None if off else hook.at,
    }


async def settle_hooks(connection: AsyncConnection, payloads: Sequence[SettledHook]) -> list[None]:
    """Keeps what became of tries, and what this says of their targets. One that is off is not tried again."""
    for settled in payloads:
        off = (await connection.execute(_OFF_AT, {"of": settled.of.target})).scalar() is not None
        await connection.execute(_SETTLE, _settled_row(settled, off=off))
        await _note(connection, settled.of.target, settled.tried, settled.at)
        if settled.tried.trouble is Trouble.GONE:
            await connection.execute(_GIVE_UP_ALL, {"of": settled.of.target})
        elif settled.recovered:
            await connection.execute(_HASTEN, {"of": settled.of.target, "now": settled.at})
    return [None] * len(payloads)


async def _note(connection: AsyncConnection, target: str, tried: Tried, at: datetime) -> None:
    if tried.taken:
        values: dict[str, Any] = {"succeeded_at": at, "failures": 0}
    else:
        values = {"failed_at": at, "failures": hook_target.c.failures + 1}
        if tried.trouble is Trouble.GONE:
            values["off_at"] = at
    values |= {"trouble": tried.trouble, "status": tried.status}
    await connection.execute(update(hook_target).where(hook_target.c.name == target).values(values))


def _settled_row(settled: SettledHook, *, off: bool) -> dict[str, Any]:
    again = settled.due_at is not None and not off
    state = HookState.DELIVERED if settled.tried.taken else HookState.DUE if again else HookState.FAILED
    return {
        "tried_seq": settled.of.seq,
        "new_state": state,
        "new_due_at": settled.due_at if again else None,
        "at": settled.at,
        "new_status": settled.tried.status,
        "new_trouble": settled.tried.trouble,
    }


async def record_tests(connection: AsyncConnection, payloads: Sequence[SentTest]) -> list[None]:
    """Keeps tests that were sent. One that was taken switches its target on, and makes due what waits for it."""
    for test in payloads:
        state = HookState.DELIVERED if test.tried.taken else HookState.FAILED
        row = _new_row(test.hook, off=False) | {"id": test.id, "state": state, "due_at": None}
        tried = {"attempts": 1, "tried_at": test.hook.at, "status": test.tried.status, "trouble": test.tried.trouble}
        await connection.execute(insert(hook_delivery).values(row | tried))
        await _note(connection, test.hook.target, test.tried, test.hook.at)
        if test.tried.taken:
            await connection.execute(_ON, {"of": test.hook.target})
            await connection.execute(_HASTEN, {"of": test.hook.target, "now": test.hook.at})
        elif test.tried.trouble is Trouble.GONE:
            await connection.execute(_GIVE_UP_ALL, {"of": test.hook.target})
    return [None] * len(payloads)


async def redeliver_hooks(connection: AsyncConnection, payloads: Sequence[Redeliver]) -> list[int]:
    """Makes messages due again; they keep their ids, so that a receiver knows those that it has.

    Raises:
        TargetIsOff: nothing was done.
    """
    counts = []
    for wanted in payloads:
        if (await connection.execute(_OFF_AT, {"of": wanted.target})).scalar() is not None:
            raise TargetIsOff(wanted.target)
        which = hook_delivery.c.id.in_(wanted.ids) if wanted.ids else hook_delivery.c.state == HookState.FAILED
        again = (
            update(hook_delivery)
            .where(hook_delivery.c.target == wanted.target, which, hook_delivery.c.state != HookState.DUE)
            .where(hook_delivery.c.line != "")  # a test is sent anew, not again
            .values(state=HookState.DUE, due_at=wanted.at, attempts=0)
        )
        counts.append((await connection.execute(again)).rowcount)
    return counts


async def due_hooks(connection: AsyncConnection, target: str, now: datetime, limit: int) -> list[HookDelivery]:
    """Messages to send now: of each order line only the oldest that is not delivered yet."""
    rows = await connection.execute(_DUE, {"target": target, "now": now, "limit": limit})
    return [_delivery_of(row) for row in rows]


async def next_due_at(connection: AsyncConnection, target: str, now: datetime) -> datetime | None:
    """When a message is due next, after this moment."""
    query = select(func.min(hook_delivery.c.due_at)).where(
        hook_delivery.c.target == target, text(HOOK_DUE), hook_delivery.c.due_at > now
    )
    next_at: datetime | None = (await connection.execute(query)).scalar()
    return next_at


async def hook_deliveries(
    connection: AsyncConnection, target: str, limit: int, before: int | None = None, *, given_up: bool = False
) -> list[HookDelivery]:
    """A target's messages (without a name those of all), the newest first; or only those that were given up."""
    query = select(hook_delivery)
    if target:
        query = query.where(hook_delivery.c.target == target)
    if given_up:
        query = query.where(text(HOOK_GIVEN_UP))
    if before is not None:
        query = query.where(hook_delivery.c.seq < before)
    rows = await connection.execute(query.order_by(hook_delivery.c.seq.desc()).limit(limit))
    return [_delivery_of(row) for row in rows]


def _delivery_of(row: Row[Any]) -> HookDelivery:
    tried = (row.attempts, row.made_at, row.due_at, row.tried_at, row.status, Trouble(row.trouble))
    return HookDelivery(row.seq, row.id, row.target, row.event, row.line, row.body, HookState(row.state), *tried)


# Built once, see deliveries.py.
_earlier = hook_delivery.alias("earlier")
_DUE = (
    select(hook_delivery)
    .where(
        hook_delivery.c.target == bindparam("target"),
        text("hook_delivery.state = 'due'"),
        hook_delivery.c.due_at <= bindparam("now", type_=UtcTime),
        ~select(literal_column("1"))
        .where(
            _earlier.c.target == hook_delivery.c.target,
            _earlier.c.line == hook_delivery.c.line,
            text("earlier.state = 'due'"),
            _earlier.c.seq < hook_delivery.c.seq,
        )
        .exists(),
    )
    .order_by(hook_delivery.c.due_at, hook_delivery.c.seq)
    .limit(bindparam("limit"))
)

_MAKE = insert_or_leave(hook_delivery).on_conflict_do_nothing()
_SETTLE = (
    update(hook_delivery)
    .where(hook_delivery.c.seq == bindparam("tried_seq"))
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due_at", type_=UtcTime),
        attempts=hook_delivery.c.attempts + 1,
        tried_at=bindparam("at", type_=UtcTime),
        status=bindparam("new_status"),
        trouble=bindparam("new_trouble"),
    )
)
_OF = hook_delivery.c.target == bindparam("of")
_GIVE_UP_ALL = (
    update(hook_delivery)
    .where(_OF, text(HOOK_DUE))
    .values(state=str(HookState.FAILED), trouble=str(Trouble.TARGET_OFF), due_at=None)
)
_HASTEN = update(hook_delivery).where(_OF, text(HOOK_DUE)).values(due_at=bindparam("now", type_=UtcTime))
_OFF_AT = select(hook_target.c.off_at).where(hook_target.c.name == bindparam("of"))
_ON = update(hook_target).where(hook_target.c.name == bindparam("of")).values(off_at=None)
