"""Follows history, and tells the trace of every entry that is confirmed."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Protocol

import structlog

from connector.store.changes import Topic
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from connector.threads import in_thread
from connector.traces.spans import TraceSpan, spans_of

LOOK_ANYWAY_S = 60.0
TOGETHER_S = 1.0
"""Traces are for looking back: what is confirmed within a second is told together."""
AFTER_TROUBLE_S = 5.0
CLOSE_WITHIN_S = 2.0

log = structlog.get_logger()


class Takes(Protocol):
    """Whoever takes spans."""

    def take(self, spans: Iterable[TraceSpan]) -> None:
        """Takes spans that are over, without blocking."""
        ...

    def close(self) -> None:
        """Sends what waits; may block."""
        ...


class TraceFollower:
    """Begins with what is confirmed after the start; steps from before it are part of the traces all the same."""

    def __init__(self, store: Store, to: Takes, *, order_numbers: bool) -> None:
        self._store = store
        self._to = to
        self._order_numbers = order_numbers
        self._after: int | None = None

    async def run(self) -> None:
        """Works until it is cancelled; then sends what waits, within bounds."""
        try:
            with self._store.changes.listening() as changes:
                while True:
                    wait_s = LOOK_ANYWAY_S
                    try:
                        while await self.look():
                            pass
                    except StoreUnavailable as error:
                        log.warning("traces_not_read", error=str(error))
                        wait_s = AFTER_TROUBLE_S
                    except Exception:
                        # A defect must not end the traces: it is logged whole, and the next look tries again.
                        log.exception("traces_failed")
                        wait_s = AFTER_TROUBLE_S
                    await changes.wait_for(frozenset({Topic.ENTRIES}), wait_s)
                    await asyncio.sleep(TOGETHER_S)
        finally:
            with contextlib.suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self.look()
                    await in_thread(self._to.close)

    async def look(self) -> bool:
        """Tells what was confirmed since the last look; whether there may be more.

        Raises:
            StoreUnavailable: the store could not be read; the next look begins where this one did.
        """
        if self._after is None:
            self._after = await self._store.traces.end()
            return False
        before = self._after
        found, self._after = await self._store.traces.confirmed(before)
        for each in found:
            self._to.take(spans_of(each, order_numbers=self._order_numbers))
        return bool(found)
