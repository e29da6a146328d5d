"""Lets go of what is old: the statements to ``domain/keeping.py``, some rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Delete, TextClause, bindparam, delete, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.hooks import HookState
from connector.domain.keeping import Passing
from connector.store.alert_schema import DONE, alert, alert_message
from connector.store.alerts import MessageState
from connector.store.hook_schema import hook_delivery
from connector.store.part import Part
from connector.store.people_schema import audit, idempotency, session
from connector.store.scan_schema import scan
from connector.store.schema import UNREADABLE, UNREADABLE_KEY, delivery
from connector.store.tables import UtcTime

MOST_FORGOTTEN = 500
"""Rows that go in one commit: few enough that whoever waits for the next one does not notice."""


@dataclass(frozen=True, slots=True)
class Forget:
    """A wish that the oldest rows go: those from before that moment, at most so many."""

    what: Passing
    before: datetime
    most: int = MOST_FORGOTTEN


def _going(since: Column[datetime], *only: ColumnElement[bool] | TextClause) -> Delete:
    """The oldest rows of the table of ``since``, of those that may go at all."""
    table = since.table
    key = tuple_(*table.primary_key.columns) if len(table.primary_key.columns) > 1 else table.primary_key.columns[0]
    old = (
        select(*table.primary_key.columns)
        .where(since < bindparam("before", type_=UtcTime), *only)
        .order_by(since)
        .limit(bindparam("most"))
    )
    return delete(table).where(key.in_(old))


_GOING: dict[Passing, Delete] = {
    Passing.DEEDS: _going(audit.c.at),
    Passing.SCANS: _going(scan.c.received_at),
    Passing.ALERTS: _going(alert.c.done_at, text(DONE)),
    Passing.ALERT_MESSAGES: _going(alert_message.c.at, alert_message.c.state != MessageState.WAITING),
    Passing.WEBHOOK_MESSAGES: _going(hook_delivery.c.made_at, hook_delivery.c.state != HookState.DUE),
    Passing.UNREADABLE_DELIVERIES: _going(
        delivery.c.received_at, text(UNREADABLE), delivery.c.key.startswith(UNREADABLE_KEY)
    ),
    Passing.SESSIONS: _going(session.c.expires_at),
    Passing.KEPT_ANSWERS: _going(idempotency.c.at),
}


async def forget_old(connection: AsyncConnection, payloads: Sequence[Forget]) -> list[int]:
    """Removes what may go; gives how many rows went for each."""
    counts = []
    for wanted in payloads:
        values: dict[str, Any] = {"before": wanted.before, "most": wanted.most}
        counts.append((await connection.execute(_GOING[wanted.what], values)).rowcount)
    return counts


class KeepingBook(Part):
    """What does not stay for ever."""

    async def forget(self, wanted: Forget) -> int:
        """Removes the oldest rows of one kind; gives how many went.

        Raises:
            StoreUnavailable: they are still there.
        """
        count: int = await self._submit(forget_old, wanted)
        return count
