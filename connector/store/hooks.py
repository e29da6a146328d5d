"""Outgoing webhooks in the store: which news became messages, for whom, and what became of each."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from connector.domain.entry import Entry
from connector.store.entries import entries_of_numbers
from connector.store.hook_deliveries import (
    HookDelivery,
    Made,
    Redeliver,
    SentTest,
    SettledHook,
    due_hooks,
    hook_deliveries,
    make_hooks,
    next_due_at,
    record_tests,
    redeliver_hooks,
    settle_hooks,
)
from connector.store.hook_news import HookNews, hook_news
from connector.store.hook_targets import HookTarget, WantedTarget, begin_hooks, hook_targets
from connector.store.part import Part, Reader, Submit


class HookBook(Part):
    """Messages to a warehouse's own systems."""

    def __init__(self, submit: Submit, reader: Reader) -> None:
        super().__init__(submit, reader)
        self._wakes: dict[str, asyncio.Event] = {}

    def wake(self, target: str) -> asyncio.Event:
        """Set whenever a message for the target became due; whoever waits on it clears it."""
        return self._wakes.setdefault(target, asyncio.Event())

    async def begin(self, wanted: Sequence[WantedTarget], at: datetime) -> None:
        """After a start: new targets begin now, those with another address are on, others are forgotten."""
        if not wanted and not await self.targets():
            return
        await self._submit(begin_hooks, (tuple(wanted), at))

    async def targets(self) -> list[HookTarget]:
        """Where every target stands."""
        async with self._reader() as connection:
            return await hook_targets(connection)

    async def news(self, after: tuple[int, int], until: tuple[int, int] | None = None) -> HookNews:
        """What happened after these cursors (history, conflict log) and up to those: what may be a message."""
        async with self._reader() as connection:
            return await hook_news(connection, after, until)

    async def make(self, made: Made) -> None:
        """Keeps new messages and the cursors in one commit."""
        await self._submit(make_hooks, made)
        for target in {hook.target for hook in made.hooks}:
            self.wake(target).set()

    async def entries_of(self, shop: str, numbers: Sequence[str]) -> list[Entry]:
        """The entries with these tracking numbers."""
        async with self._reader() as connection:
            return await entries_of_numbers(connection, shop, numbers)

    async def due(self, target: str, now: datetime, limit: int) -> list[HookDelivery]:
        """Messages to send now: of each order line only the oldest that is not delivered yet."""
        async with self._reader() as connection:
            return await due_hooks(connection, target, now, limit)

    async def next_due_at(self, target: str, now: datetime) -> datetime | None:
        """When a message is due next, after this moment."""
        async with self._reader() as connection:
            return await next_due_at(connection, target, now)

    async def settle(self, settled: SettledHook) -> None:
        """Keeps what became of a try."""
        await self._submit(settle_hooks, settled)

    async def record_test(self, test: SentTest) -> None:
        """Keeps a test; one that was taken switches its target on, and makes due what waits for it."""
        await self._submit(record_tests, test)
        self.wake(test.hook.target).set()

    async def redeliver(self, wanted: Redeliver) -> int:
        """Makes messages due now that are delivered or given up; gives how many.

        Raises:
            TargetIsOff: nothing was done.
        """
        count: int = await self._submit(redeliver_hooks, wanted)
        self.wake(wanted.target).set()
        return count

    async def deliveries(
        self, target: str, limit: int, before: int | None = None, *, given_up: bool = False
    ) -> list[HookDelivery]:
        """A target's messages (without a name those of all), the newest first: those before this ``seq``."""
        async with self._reader() as connection:
            return await hook_deliveries(connection, target, limit, before, given_up=given_up)
