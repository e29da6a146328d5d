"""The check beside the running program: one at a time, and not again while its findings are fresh."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.check.findings import Finding

FRESH_FOR = timedelta(minutes=1)
"""A check asks every shop at Qoo10 once; whoever reloads a page must not use up its calls."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, and when."""

    at: datetime
    findings: Sequence[Finding]


class CheckDesk:
    """Checks on demand. ``examine`` looks at everything that the configuration names."""

    def __init__(self, examine: Callable[[], Awaitable[Sequence[Finding]]], clock: Callable[[], datetime]) -> None:
        self._examine = examine
        self._clock = clock
        self._turn = asyncio.Lock()
        self._last: Checked | None = None

    async def look(self) -> Checked:
        """Findings that are at most ``FRESH_FOR`` old."""
        async with self._turn:
            if self._last is None or self._clock() - self._last.at >= FRESH_FOR:
                self._last = Checked(self._clock(), await self._examine())
            return self._last
