"""What happened that may be a message to a warehouse's systems: read off history and conflict log by two cursors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.chain import LogRow
from connector.domain.entry import Entry, EntryState
from connector.domain.hooks import STEPS
from connector.store.cases import Case, cases
from connector.store.conflict_log import log_rows
from connector.store.entries import entry_of
from connector.store.schema import conflict_log, entry, history

MOST_NEWS = 500
"""Rows of history, and of the conflict log, that are read at once."""

_TOLD = tuple(str(state) for state, told in STEPS.items() if told is not None)


@dataclass(frozen=True, slots=True)
class HookStep:
    """A step of an entry, as a row of history."""

    id: int
    entry_id: int
    state: EntryState
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HookNews:
    """What happened since the cursors, with what stands around it. ``upto`` is where the cursors are then.

    ``more`` says that there is more to read.
    """

    upto: tuple[int, int]
    steps: tuple[HookStep, ...]
    log: tuple[LogRow, ...]
    entries: Mapping[int, Entry]
    cases: Mapping[int, Case]
    more: bool


async def log_ends(connection: AsyncConnection) -> tuple[int, int]:
    """The newest rows of history and of the conflict log."""
    steps = (await connection.execute(select(func.max(history.c.id)))).scalar()
    log = (await connection.execute(select(func.max(conflict_log.c.seq)))).scalar()
    return steps or 0, log or 0


async def hook_news(
    connection: AsyncConnection, after: tuple[int, int], until: tuple[int, int] | None = None
) -> HookNews:
    """Rows after the cursors with what stands around them."""
    ends = until or await log_ends(connection)
    if ends == after:
        return HookNews(after, (), (), {}, {}, more=False)
    of_entries = await connection.execute(_STEPS, {"after": after[0], "until": ends[0]})
    steps = tuple(HookStep(row.id, row.entry_id, EntryState(row.what), row.reason, row.at) for row in of_entries)
    log = [row for row in await log_rows(connection, after[1], MOST_NEWS, None) if row.seq <= ends[1]]
    full = (len(steps) == MOST_NEWS, len(log) == MOST_NEWS)
    if full[1]:  # a look's rows belong together: the last of a full page may not be all there
        log = [row for row in log if (row.conflict_id, row.at) != (log[-1].conflict_id, log[-1].at)] or log
    entry_ids = sorted({step.entry_id for step in steps})
    conflict_ids = sorted({row.conflict_id for row in log})
    rows = await connection.execute(select(entry).where(entry.c.id.in_(entry_ids))) if entry_ids else ()
    found = await cases(connection, conflict_ids) if conflict_ids else []
    return HookNews(
        upto=(steps[-1].id if full[0] else ends[0], log[-1].seq if full[1] else ends[1]),
        steps=steps,
        log=tuple(log),
        entries={row.id: entry_of(row) for row in rows},
        cases={each.conflict.id: each for each in found},
        more=any(full),
    )


# Built once, see deliveries.py.
_STEPS = (
    select(history.c.id, history.c.entry_id, history.c.what, history.c.reason, history.c.at)
    .where(
        history.c.id > bindparam("after"),
        history.c.id <= bindparam("until"),
        history.c.what.in_(_TOLD),
        history.c.entry_id.is_not(None),
    )
    .order_by(history.c.id)
    .limit(MOST_NEWS)
)
