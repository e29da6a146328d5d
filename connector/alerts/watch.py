"""The alerts watch: looks for alarms again and again, and keeps who is to be told of what."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from connector.domain.alarm_facts import Alarm
from connector.domain.alert_facts import Policy
from connector.domain.alert_words import Voice, text_of
from connector.domain.alerts import plan
from connector.domain.silence import Looked
from connector.metrics import Metrics
from connector.store.alerts import AlertBook, Decided
from connector.store.errors import StoreUnavailable

log = structlog.get_logger()


class AlertsWatch:
    """Decides with every look, and commits the decision with its messages.

    ``afterwards`` are called after each look that was kept. ``alarms`` are those of the last look.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[Looked]],
        book: AlertBook,
        *,
        policy: Policy,
        voice: Voice,
        every_s: float,
        clock: Callable[[], datetime],
        metrics: Metrics,
        afterwards: Sequence[Callable[[], None]],
    ) -> None:
        self._look = look
        self._book = book
        self._policy = policy
        self._voice = voice
        self._every_s = every_s
        self._clock = clock
        self._metrics = metrics
        self._afterwards = afterwards
        self.alarms: Sequence[Alarm] = ()

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                log.error("alerts_not_decided", error=str(error))
            except Exception:
                # A defect must not end the watch: it is logged whole, and the next look tries again.
                log.exception("alerts_watch_failed")
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """One look, one decision, one commit.

        Raises:
            StoreUnavailable: facts could not be read, or the decision could not be kept; nobody is told.
        """
        looked = await self._look()
        now = self._clock()
        kept, outbox = await self._book.standing(), await self._book.outbox(now)
        # In a thread: thousands of alarms take a moment, and deliveries are answered meanwhile.
        decided = await asyncio.to_thread(plan, looked, kept, outbox, self._policy, now)
        texts = [text_of(letter, self._voice) for letter in decided.letters]
        await self._book.record(Decided(decided, texts, now))
        self.alarms = looked.alarms
        for letter in decided.letters:
            log.info(
                "alert_message_written",
                target=letter.target,
                occasion=letter.occasion,
                kind=letter.lead.kind,
                shop=letter.lead.shop,
                alerts=letter.count,
            )
        self._metrics.alert_messages_waiting(Counter(outbox.waiting) + Counter(each.target for each in decided.letters))
        for tell in self._afterwards:
            tell()
