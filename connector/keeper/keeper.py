"""The keeper of one shop: whenever something is due, it takes a turn; when Qoo10 fails, it waits and says so."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connector.domain.reasons import Reason
from connector.keeper import schedule
from connector.keeper.entries import EntryDesk
from connector.keeper.lines import Lines
from connector.keeper.parcels import ParcelDesk
from connector.keeper.pulse import works_for
from connector.metrics import Metrics
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import CredentialError, LaterError, QapiError
from connector.store.entries import Requeue
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

PROBE_EVERY = timedelta(seconds=30)
"""How often a stopped shop is asked whether it may work again."""
LONGEST_NAP = timedelta(seconds=60)
MENDED_BY_SETTINGS = (Reason.NAME_UNKNOWN, Reason.CHECK_DIGIT, Reason.NUMBER_UNREADABLE, Reason.BEFORE_ITS_MOMENT)
"""Reasons that a start with other settings, or a newer version, may have mended."""
READ_BY_SETTINGS = (Reason.REFERENCE_UNREADABLE, Reason.REFERENCE_AMBIGUOUS)
"""The same of labels without an order, which nothing else ever wakes."""

log = structlog.get_logger()


class Keeper:
    """Owns all work of one shop at Qoo10. ``stopped_for`` says why it stands still; empty while it works.

    ``moved_at`` is its last sign of life: it began a turn, or a call of it ended. None before its first turn.
    """

    def __init__(
        self,
        shop: str,
        *,
        store: Store,
        client: QapiClient,
        lines: Lines,
        parcels: ParcelDesk,
        entries: EntryDesk,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._shop = shop
        self._store = store
        self._client = client
        self._lines = lines
        self._parcels = parcels
        self._entries = entries
        self._clock = clock
        self._metrics = metrics
        self._failures = 0
        self._closing = asyncio.Event()
        self._refused_key: CredentialError | None = None
        self.stopped_for = ""
        self.moved_at: datetime | None = None

    def close(self) -> None:
        """Asks the keeper to end after the turn in hand."""
        self._closing.set()
        self._store.wake(self._shop).set()

    def stop_for(self, error: CredentialError) -> None:
        """Stops the shop, also while nothing is to be entered: a person shall know before the next label comes."""
        self._refused_key = error
        self._store.wake(self._shop).set()

    async def run(self) -> None:
        """Works until it is closed."""
        await self._begin()
        works_for(self._move)
        while not self._closing.is_set():
            self._store.wake(self._shop).clear()
            self._move()
            if self._refused_key is not None:
                refused, self._refused_key = self._refused_key, None
                await self._stand_still(refused)
                continue
            try:
                busy = await self.turn()
                # A turn without work proves nothing: only one with work shows that Qoo10 is back.
                await (self._recovered() if busy else self._nap())
            except CredentialError as error:
                await self._stand_still(error)
            except LaterError as error:
                await self._pause(error)
            except StoreUnavailable as error:
                log.error("keeper_store_unavailable", shop=self._shop, error=str(error))
                await self._begin_again_after(timedelta(seconds=1))
            except Exception:
                # A defect must not end the shop's work: it is logged whole, and the next turn tries again.
                log.exception("keeper_turn_failed", shop=self._shop)
                await self._begin_again_after(timedelta(seconds=5))

    def _move(self) -> None:
        self.moved_at = self._clock()

    async def turn(self) -> bool:
        """Takes everything that is due one step further; whether there was anything.

        Raises:
            CredentialError, LaterError: Qoo10 cannot be worked with now.
            StoreUnavailable: the store cannot.
        """
        resolved, found = await self._parcels.work_off(self._clock())
        worked = await self._entries.work_off(self._clock(), found.lines)
        if found.failure is not None and not found.reached:
            raise found.failure
        return resolved or worked

    async def _begin(self) -> None:
        while not self._closing.is_set():
            try:
                at = self._clock()
                await self._store.record_stop(self._shop, "", None)
                interrupted = await self._store.recover_entries(self._shop, at)
                await self._store.requeue(Requeue(self._shop, (*MENDED_BY_SETTINGS, Reason.UNAVAILABLE), at))
                await self._store.requeue_unread(Requeue(self._shop, READ_BY_SETTINGS, at))
            except StoreUnavailable as error:
                log.error("keeper_store_unavailable", shop=self._shop, error=str(error))
                await self._wait(timedelta(seconds=1), wakeable=False)
            except Exception:
                log.exception("keeper_cannot_begin", shop=self._shop)  # as in a turn: nothing ends the shop's work
                await self._wait(timedelta(seconds=5), wakeable=False)
            else:
                log.info("keeper_started", shop=self._shop, interrupted=interrupted)
                return

    async def _begin_again_after(self, pause: timedelta) -> None:
        """What the broken turn was writing when it broke would be looked at by nobody: it is unclear now."""
        await self._wait(pause, wakeable=False)
        await self._begin()

    async def learn_names(self) -> bool:
        """Reads the names of the account's delivery companies; without them the built-in ones are used."""
        try:
            self._entries.names = await self._client.delivery_names()
        except QapiError as error:
            log.warning("delivery_names_not_read", shop=self._shop, error=str(error))
            return False
        await self._store.requeue(Requeue(self._shop, (Reason.NAME_UNKNOWN,), self._clock()))
        self._store.wake(self._shop).set()
        return True

    async def _stand_still(self, error: CredentialError) -> None:
        """Waits until Qoo10 accepts the key again, asking now and then with a call that changes nothing."""
        self.stopped_for = error.detail
        self._metrics.shop_stopped(self._shop, stopped=True)
        log.error("shop_stopped", shop=self._shop, code=error.code, error=error.detail)
        with contextlib.suppress(StoreUnavailable):
            await self._store.record_stop(self._shop, error.detail, self._clock())
        while self.stopped_for and not self._closing.is_set():
            await self._wait(PROBE_EVERY, wakeable=False)
            at = self._clock()
            try:
                await self._client.list_lines(None, at - timedelta(minutes=1), at)
            except QapiError as still:
                log.warning("shop_still_stopped", shop=self._shop, error=str(still))
            else:
                self.stopped_for = ""
        if not self.stopped_for:
            self._metrics.shop_stopped(self._shop, stopped=False)
            log.info("shop_works_again", shop=self._shop)
            with contextlib.suppress(StoreUnavailable):
                await self._store.record_stop(self._shop, "", None)

    async def _pause(self, error: LaterError) -> None:
        pause = schedule.pause_after(self._failures, random.random())  # noqa: S311 - spreads retries
        if error.retry_after_s is not None:
            pause = max(pause, schedule.asked_for(error.retry_after_s))
        self._failures += 1
        log.warning("qoo10_unavailable", shop=self._shop, failures=self._failures, error=str(error))
        await self._wait(pause, wakeable=False)

    async def _recovered(self) -> None:
        """After failures: whatever waits because Qoo10 was not there is due now."""
        if self._failures:
            self._failures = 0
            await self._store.requeue(Requeue(self._shop, (Reason.UNAVAILABLE,), self._clock()))

    async def _nap(self) -> None:
        due_at = await self._store.next_due_at(self._shop)
        wait = LONGEST_NAP if due_at is None else min(LONGEST_NAP, due_at - self._clock())
        await self._wait(max(wait, timedelta()), wakeable=True)

    async def _wait(self, pause: timedelta, *, wakeable: bool) -> None:
        """Until the pause is over, the keeper is closed, or (when wakeable) something new was committed."""
        ended_by = self._store.wake(self._shop) if wakeable else self._closing
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await ended_by.wait()


class OrdersWatch:
    """Reads the shop's open orders now and then, so that cart numbers and ship-by dates are known beforehand."""

    def __init__(self, shop: str, keeper: Keeper, lines: Lines, every_s: float) -> None:
        self._shop = shop
        self._keeper = keeper
        self._lines = lines
        self._every_s = every_s

    async def run(self) -> None:
        """Works until it is cancelled. A stopped shop is left alone; the names are learnt when its key is accepted."""
        names_are_known = False
        while True:
            if not self._keeper.stopped_for:
                try:
                    names_are_known = names_are_known or await self._keeper.learn_names()
                    count = await self._lines.list_open()
                    left = await self._lines.follow_left()
                    log.debug("orders_listed", shop=self._shop, lines=count, left=left)
                except CredentialError as error:
                    self._keeper.stop_for(error)
                except (QapiError, StoreUnavailable) as error:
                    log.warning("orders_not_listed", shop=self._shop, error=str(error))
                except Exception:
                    # A defect must not blind the shop: it is logged whole, and the next look tries again.
                    log.exception("orders_watch_failed", shop=self._shop)
            await asyncio.sleep(self._every_s)
