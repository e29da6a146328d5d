"""Sends what the store holds for one target, until it has arrived or is a day old."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connector.alerts.post import Outcome, Post
from connector.domain.alert_facts import GIVE_UP_AFTER, retry_after
from connector.domain.alert_words import Text
from connector.metrics import Metrics
from connector.store.alerts import AlertBook, KeptMessage, MessageState, SettledMessage
from connector.store.errors import StoreUnavailable

LOOK_EVERY_S = 60.0
"""How often it looks without being woken."""
STORE_WAIT_S = 5.0

log = structlog.get_logger()


class Sender:
    """The messages of one target, the oldest first. What waits when the program ends is sent by the next start.

    A message that was sent when the program died before the commit is sent once more. ``worked`` is called whenever it
    has looked for messages, and after each one that it tried.
    """

    def __init__(
        self,
        post: Post,
        book: AlertBook,
        clock: Callable[[], datetime],
        metrics: Metrics,
        worked: Callable[[], None],
    ) -> None:
        self._post = post
        self._book = book
        self._clock = clock
        self._metrics = metrics
        self._worked = worked
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            self._woken.clear()
            self._worked()
            wait_s = STORE_WAIT_S
            try:
                await self.work_off()
                wait_s = await self._due_in_s()
            except StoreUnavailable as error:
                log.error("alert_messages_not_read", target=self._post.name, error=str(error))
            except Exception:
                # A defect must not end the sending: it is logged whole, and the next look tries again.
                log.exception("alert_sender_failed", target=self._post.name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()

    async def work_off(self) -> None:
        """Tries every message that is due once.

        Raises:
            StoreUnavailable: messages could not be read, or what became of one could not be kept.
        """
        for message in await self._book.due(self._post.name, self._clock()):
            outcome = await self._post.send(Text(message.title, message.body), message.occasion)
            settled = _settled(message, outcome, self._clock())
            await self._book.settle(settled)
            self._worked()
            self._metrics.alert_message(self._post.name, outcome)
            if outcome is not Outcome.SENT:
                log.warning(
                    "alert_message_not_sent",
                    target=self._post.name,
                    message=message.id,
                    outcome=outcome,
                    attempts=message.attempts + 1,
                    given_up=settled.state is MessageState.GIVEN_UP,
                )

    async def _due_in_s(self) -> float:
        due_at = await self._book.next_due_at(self._post.name)
        due_in_s = LOOK_EVERY_S if due_at is None else (due_at - self._clock()).total_seconds()
        return min(max(due_in_s, 0.5), LOOK_EVERY_S)


def _settled(message: KeptMessage, outcome: Outcome, now: datetime) -> SettledMessage:
    """What one attempt makes of a message."""
    if outcome is Outcome.SENT:
        return SettledMessage(message.id, MessageState.SENT, now, now)
    old: timedelta = now - message.at
    state = MessageState.GIVEN_UP if old >= GIVE_UP_AFTER else MessageState.WAITING
    return SettledMessage(message.id, state, now + retry_after(message.attempts + 1), now, outcome)
