"""Makes messages of what was committed: woken by commits, behind them and never in their way."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from connector.domain.alarm_facts import Alarm
from connector.hooks.making import Subscription, Told, gap_alarms, told_gaps, told_news
from connector.store.changes import Topic
from connector.store.errors import StoreUnavailable
from connector.store.hook_deliveries import Made
from connector.store.hook_targets import WantedTarget
from connector.store.store import Store

TOGETHER_S = 0.1
"""What is committed within so long is read together: under load this costs ten looks a second, not a thousand."""
LOOK_ANYWAY_S = 60.0
AFTER_TROUBLE_S = 5.0
BEHIND = 1000
"""Rows that told nothing are passed over in memory; after so many the cursors are moved on disk too."""

_TOPICS = frozenset({Topic.ENTRIES, Topic.CONFLICTS})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Place:
    """How far was read, how far the disk says so, and for whom; ``until`` bounds it while only some are told."""

    upto: tuple[int, int]
    kept: tuple[int, int]
    of: Sequence[Subscription]
    until: tuple[int, int] | None = None


class HookMaker:
    """Follows history and conflict log for all targets."""

    def __init__(
        self,
        wanted: Sequence[WantedTarget],
        subscriptions: Sequence[Subscription],
        store: Store,
        clock: Callable[[], datetime],
        alarms: Callable[[], Sequence[Alarm]],
        console_url: str = "",
    ) -> None:
        self._wanted = wanted
        self._subscriptions = subscriptions
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._console_url = console_url
        self._place: _Place | None = None
        self._gaps_told: set[tuple[str, ...]] = set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        with self._store.changes.listening() as changes:
            while True:
                wait_s = LOOK_ANYWAY_S
                try:
                    while await self.look():
                        pass
                    await self.heed(self._alarms(), self._clock())
                except StoreUnavailable as error:
                    log.error("webhooks_store_unavailable", error=str(error))
                    wait_s = AFTER_TROUBLE_S
                except Exception:
                    # A defect must not end the messages: it is logged whole, and the next look tries again.
                    log.exception("webhooks_not_made")
                    wait_s = AFTER_TROUBLE_S
                await changes.wait_for(_TOPICS, wait_s)
                await asyncio.sleep(TOGETHER_S)

    async def look(self) -> bool:
        """Makes messages of what is new; whether there is more.

        Raises:
            StoreUnavailable: the store could not be read or written; the next look begins where this one did.
        """
        if self._place is None:
            self._place = await self._begin()
        place = self._place
        news = await self._store.hooks.news(place.upto, place.until)
        now = self._clock()
        told, untold = told_news(news, self._console_url, now)
        for what in untold:
            log.error("webhook_not_made", of=what)
        if told or place.until or sum(news.upto) >= sum(place.kept) + BEHIND:
            await self._make(told, place.of, now, news.upto)
            place = replace(place, kept=news.upto)
        caught_up = place.until == news.upto
        if caught_up:
            place = replace(place, of=self._subscriptions, until=None)
        self._place = replace(place, upto=news.upto)
        return news.more or caught_up

    async def heed(self, alarms: Sequence[Alarm], now: datetime) -> None:
        """Makes messages of the alarms that stand at this moment, each once.

        Raises:
            StoreUnavailable: none was made; the next call tries again.
        """
        if self._place is None:
            return  # there is no target yet to tell
        standing = gap_alarms(alarms)
        new = [alarm for alarm in standing if alarm.key not in self._gaps_told]
        if new:
            numbers: dict[str, set[str]] = {}
            for alarm in new:
                numbers.setdefault(alarm.shop, set()).add(alarm.tracking_no)
            entries = [
                entry
                for shop, some in numbers.items()
                for entry in await self._store.hooks.entries_of(shop, sorted(some))
            ]
            await self._make(told_gaps(new, entries, self._console_url), self._subscriptions, now, None)
        self._gaps_told = {alarm.key for alarm in standing}

    async def _begin(self) -> "_Place":
        """Where the first look begins: where the targets stand on disk.

        Targets that are new begin at the end of what there is; the others are brought there first, without them.
        """
        await self._store.hooks.begin(self._wanted, self._clock())
        at = {each.name: (each.history_id, each.log_seq) for each in await self._store.hooks.targets()}
        first, last = min(at.values()), max(at.values())
        if first == last:
            return _Place(first, first, self._subscriptions)
        return _Place(first, first, [each for each in self._subscriptions if at[each.target] == first], last)

    async def _make(
        self, told: Sequence[Told], of: Sequence[Subscription], now: datetime, upto: tuple[int, int] | None
    ) -> None:
        hooks = tuple(
            each.to(subscription, now)
            for each in told
            for subscription in of
            if subscription.wants(each.event, each.shop)
        )
        await self._store.hooks.make(Made(hooks, upto))
        if hooks:
            log.info("webhooks_made", count=len(hooks))
