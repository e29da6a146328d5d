"""What people are told: alerts from their first alarm to their end, and messages until they have arrived."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.alert_facts import LONGEST_WAIT, Alert, Occasion, Outbox, Plan
from connector.domain.alert_words import Text
from connector.domain.alerts import GATHER
from connector.domain.silence import FailingTarget
from connector.store.alert_rows import alert_of, values_of
from connector.store.alert_schema import NOT_DONE, UNDELIVERED, WAITING, alert, alert_message
from connector.store.dialect import insert
from connector.store.part import Part

MOST_DUE = 20
"""Messages of one target that are taken in hand at once."""
LOST_FOR = timedelta(days=30)
"""How long a message that was given up is remembered: longer than it can be what an alert was last told by."""
FAILS_FROM = 3
"""So many failed attempts of one message make its target a failing one."""


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan with the texts of its letters, and when it was made: kept in one commit."""

    plan: Plan
    texts: Sequence[Text]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message as kept. ``alerts`` counts what it is about; ``error`` is a word, empty where no attempt failed."""

    id: int
    target: str
    occasion: Occasion
    kind: str
    shop: str
    alerts: int
    title: str
    body: str
    at: datetime
    due_at: datetime
    state: MessageState
    attempts: int
    error: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettledMessage:
    """What became of one attempt to send a message. ``due_at`` is when the next one is, where it still waits."""

    id: int
    state: MessageState
    due_at: datetime
    at: datetime
    error: str = ""


_OPEN = text(NOT_DONE)
_STANDING = select(alert).where(_OPEN)
_CHANGING = ("kind", "shop", "order_no", "saving", "first_at", "alarms", "told", "gone_at", "resolved_at", "done_at")
_CHANGE = update(alert).where(alert.c.id == bindparam("of")).values({name: bindparam(name) for name in _CHANGING})
_UNACKNOWLEDGE = update(alert).where(alert.c.id == bindparam("of")).values(acknowledged_at=None, acknowledged_by="")
_ACKNOWLEDGE = (
    update(alert)
    .where(alert.c.id == bindparam("of"), _OPEN)
    .values(
        acknowledged_at=func.coalesce(alert.c.acknowledged_at, bindparam("at", type_=alert.c.acknowledged_at.type)),
        acknowledged_by=func.coalesce(func.nullif(alert.c.acknowledged_by, ""), bindparam("who")),
    )
    .returning(alert)
)
_COUNTS = select(alert_message.c.target, func.count()).where(text(WAITING)).group_by(alert_message.c.target)
_LOST = select(alert_message.c.key).where(
    text(UNDELIVERED), alert_message.c.state == MessageState.GIVEN_UP, alert_message.c.at >= bindparam("since")
)
_SORT = (alert_message.c.target, alert_message.c.occasion, alert_message.c.kind, alert_message.c.shop)
_LAST = select(*_SORT, func.max(alert_message.c.at)).where(alert_message.c.at >= bindparam("since")).group_by(*_SORT)
_OF_TARGET = (text(WAITING), alert_message.c.target == bindparam("name"))
_DUE = (
    select(alert_message)
    # What is due later than any wait is long was written by a clock that has been put back since.
    .where(*_OF_TARGET, or_(alert_message.c.due_at <= bindparam("now"), alert_message.c.due_at > bindparam("never")))
    .order_by(alert_message.c.id)
    .limit(MOST_DUE)
)
_NEXT_DUE = select(func.min(alert_message.c.due_at)).where(*_OF_TARGET)
_PAGE = select(alert_message).order_by(alert_message.c.id.desc()).limit(bindparam("most"))
_OLDER = _PAGE.where(alert_message.c.id < bindparam("before"))
_UNDELIVERED = (
    select(alert_message)
    .where(text(UNDELIVERED), text("state IN ('waiting', 'given_up')"))
    .order_by(alert_message.c.at.desc(), alert_message.c.id.desc())
    .limit(bindparam("most"))
)
_SETTLE = (
    update(alert_message)
    .where(alert_message.c.id == bindparam("of"))
    .values(
        state=bindparam("now_is"),
        due_at=bindparam("next_at"),
        settled_at=bindparam("then"),
        error=bindparam("why"),
        attempts=alert_message.c.attempts + 1,
    )
)
_FAILING = (
    select(alert_message.c.target, func.min(alert_message.c.at), func.max(alert_message.c.attempts))
    .where(text(WAITING), alert_message.c.attempts >= FAILS_FROM)
    .group_by(alert_message.c.target)
    .order_by(alert_message.c.target)
)


async def record_alerts(connection: AsyncConnection, payloads: Sequence[Decided]) -> list[None]:
    """Keeps alerts that are new or changed together with the messages about them."""
    for decided in payloads:
        changed = decided.plan.changed
        new = [values_of(each) | {"subject": json.dumps(each.subject)} for each in changed if not each.id]
        if new:
            await connection.execute(insert(alert).on_conflict_do_nothing(), new)
        if old := [values_of(each) | {"of": each.id} for each in changed if each.id]:
            await connection.execute(_CHANGE, old)
        if decided.plan.news:
            await connection.execute(_UNACKNOWLEDGE, [{"of": alert_id} for alert_id in decided.plan.news])
        messages = [
            {
                "key": letter.key,
                "target": letter.target,
                "occasion": letter.occasion,
                "kind": letter.lead.kind,
                "shop": letter.lead.shop,
                "alerts": letter.count,
                "title": said.title,
                "body": said.body,
                "at": decided.at,
                "due_at": decided.at,
                "state": MessageState.WAITING,
            }
            for letter, said in zip(decided.plan.letters, decided.texts, strict=True)
        ]
        if messages:
            await connection.execute(insert(alert_message).on_conflict_do_nothing(), messages)
    return [None] * len(payloads)


async def acknowledge_alerts(
    connection: AsyncConnection, payloads: Sequence[tuple[int, str, datetime]]
) -> list[Alert | None]:
    """Keeps who takes care of alerts (id, who, when); the first one stays. None where there is no such alert."""
    found = []
    for alert_id, who, at in payloads:
        row = (await connection.execute(_ACKNOWLEDGE, {"of": alert_id, "who": who, "at": at})).first()
        found.append(None if row is None else alert_of(row))
    return found


async def settle_alert_messages(connection: AsyncConnection, payloads: Sequence[SettledMessage]) -> list[None]:
    """Keeps what became of attempts to send messages."""
    rows = [
        {"of": one.id, "now_is": one.state, "next_at": one.due_at, "then": one.at, "why": one.error} for one in payloads
    ]
    await connection.execute(_SETTLE, rows)
    return [None] * len(payloads)


async def standing_alerts(connection: AsyncConnection) -> list[Alert]:
    """All alerts that something is left to tell of, the oldest first."""
    found = [alert_of(row) for row in await connection.execute(_STANDING)]
    return sorted(found, key=lambda each: each.id)  # asked for in this order, the whole table would be read


async def undelivered_messages(connection: AsyncConnection, limit: int) -> list[KeptMessage]:
    """Of the messages that have not arrived, waiting or given up, the newest."""
    return [_message_of(row) for row in await connection.execute(_UNDELIVERED, {"most": limit})]


class AlertBook(Part):
    """The alerts of the store, and the messages about them."""

    async def standing(self) -> list[Alert]:
        """All alerts that something is left to tell of, the oldest first."""
        async with self._reader() as connection:
            return await standing_alerts(connection)

    async def outbox(self, now: datetime) -> Outbox:
        """How the messages fare."""
        async with self._reader() as connection:
            waiting = await connection.execute(_COUNTS)
            lost = await connection.execute(_LOST, {"since": now - LOST_FOR})
            last = await connection.execute(_LAST, {"since": now - GATHER})
            return Outbox(
                waiting={row[0]: row[1] for row in waiting},
                lost=frozenset(lost.scalars()),
                last={tuple(row[:4]): row[4] for row in last},
            )

    async def record(self, decided: Decided) -> None:
        """Keeps what one look led to: alerts and messages in one commit."""
        if decided.plan.changed or decided.plan.letters:
            await self._submit(record_alerts, decided)

    async def acknowledge(self, alert_id: int, who: str, at: datetime) -> Alert | None:
        """Keeps that somebody takes care of an alert, which then has no follow-ups; None where there is no such one."""
        found: Alert | None = await self._submit(acknowledge_alerts, (alert_id, who, at))
        return found

    async def messages(self, limit: int, before: int | None = None) -> list[KeptMessage]:
        """The newest messages, or the newest before a message's id."""
        query, values = (_PAGE, {}) if before is None else (_OLDER, {"before": before})
        async with self._reader() as connection:
            return [_message_of(row) for row in await connection.execute(query, {"most": limit, **values})]

    async def undelivered(self, limit: int) -> list[KeptMessage]:
        """Of the messages that have not arrived, waiting or given up, the newest."""
        async with self._reader() as connection:
            return await undelivered_messages(connection, limit)

    async def due(self, target: str, now: datetime) -> list[KeptMessage]:
        """Messages to send to a target now, the oldest first."""
        async with self._reader() as connection:
            asked = {"name": target, "now": now, "never": now + 2 * LONGEST_WAIT}
            return [_message_of(row) for row in await connection.execute(_DUE, asked)]

    async def next_due_at(self, target: str) -> datetime | None:
        """When the next message to a target is due."""
        async with self._reader() as connection:
            due: datetime | None = (await connection.execute(_NEXT_DUE, {"name": target})).scalar()
            return due

    async def settle(self, settled: SettledMessage) -> None:
        """Keeps what became of an attempt to send a message."""
        await self._submit(settle_alert_messages, settled)

    async def failing(self) -> tuple[FailingTarget, ...]:
        """The targets at which messages do not arrive."""
        async with self._reader() as connection:
            return tuple(FailingTarget(*row) for row in await connection.execute(_FAILING))


def _message_of(row: Row[Any]) -> KeptMessage:
    values = dict(row._mapping)  # noqa: SLF001 - its public name
    del values["key"]
    return KeptMessage(**values | {"occasion": Occasion(row.occasion), "state": MessageState(row.state)})
