"""Says that something was committed, never what: whoever looks at it reads the store anew."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum


class Topic(StrEnum):
    """What a commit was about, as far as a page needs to know to read itself anew."""

    LABELS = "labels"
    """Deliveries, and labels whose order is not known yet."""
    ENTRIES = "entries"
    CONFLICTS = "conflicts"
    ALERTS = "alerts"
    WEBHOOKS = "webhooks"
    """Messages to a warehouse's own systems, and how their targets do."""
    PEOPLE = "people"
    """Users, sessions and tokens."""


class Listener:
    """Gathers topics until somebody takes them; it never grows beyond the number of topics."""

    def __init__(self) -> None:
        self._topics: set[Topic] = set()
        self._filled = asyncio.Event()

    def tell(self, topics: Iterable[Topic]) -> None:
        """Adds topics."""
        self._topics.update(topics)
        if self._topics:
            self._filled.set()

    async def take(self) -> frozenset[Topic]:
        """All topics since the last time, as soon as there is one."""
        await self._filled.wait()
        self._filled.clear()
        taken = frozenset(self._topics)
        self._topics.clear()
        return taken

    async def wait_for(self, topics: frozenset[Topic], longest_s: float) -> None:
        """Returns as soon as there is one of these topics, or after so long; all others until then are taken too."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                while not topics & await self.take():
                    pass


class Changes:
    """Passes on what commits were about to all who listen at that moment."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def tell(self, topics: Iterable[Topic]) -> None:
        """Something about these topics was committed."""
        for listener in self._listeners:
            listener.tell(topics)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Listens for the length of the block."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
