"""The task that lets go of what is old, now and then, and never in anybody's way."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

import structlog

from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.domain.keeping import Passing, Term, clock_is_right, oldest_kept
from connector.metrics import Metrics
from connector.settings import Settings
from connector.store.errors import StoreUnavailable
from connector.store.keeping import MOST_FORGOTTEN, Forget, KeepingBook
from connector.store.store import Store

EVERY_S = 3600.0
AGAIN_S = 60.0
"""After so long it is tried again, when the clock was not known to be right or the store could not be written."""
PAUSE_S = 0.1
"""Between two commits: however much is old, most of the writer's time is for what comes in."""

log = structlog.get_logger()


class Sweeper:
    """``skews_s`` gives how far the clock is from Qoo10's, as each shop heard it; None where none did yet."""

    def __init__(
        self,
        book: KeepingBook,
        days: Mapping[Term, int],
        clock: Callable[[], datetime],
        skews_s: Callable[[], Iterable[float | None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book = book
        self._days = days
        self._clock = clock
        self._skews_s = skews_s
        self._sleep = sleep

    async def run(self) -> None:
        """Works until it is cancelled; what is left then is found again."""
        while True:
            wait_s = AGAIN_S
            if clock_is_right(self._skews_s()):
                try:
                    await self.sweep(self._clock())
                    wait_s = EVERY_S
                except StoreUnavailable as error:
                    log.warning("old_rows_not_removed", error=str(error))
            await self._sleep(wait_s)

    async def sweep(self, now: datetime) -> Mapping[Passing, int]:
        """Lets go of all that is old at this moment; gives how many rows of what went.

        Raises:
            StoreUnavailable: the rest is still there.
        """
        gone: dict[Passing, int] = {}
        for what, before in oldest_kept(self._days, now).items():
            while count := await self._book.forget(Forget(what, before)):
                gone[what] = gone.get(what, 0) + count
                if count < MOST_FORGOTTEN:
                    break
                await self._sleep(PAUSE_S)
        if gone:
            log.info("old_rows_removed", **gone)
        return gone


def start_sweeper(settings: Settings, store: Store, metrics: Metrics, tasks: Tasks) -> None:
    """Starts it, with the clocks of all shops."""
    sweeper = Sweeper(
        store.keeping, settings.store.days, utc_now, lambda: map(metrics.clock_skew_s, sorted(settings.shops))
    )
    tasks.start("sweeper", sweeper.run())
