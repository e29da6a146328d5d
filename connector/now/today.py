"""Today's gaps: how long numbers took from label to Qoo10, hour by hour. Read once, then only what is new."""

import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connector.domain.calendar import day_in_japan, start_of
from connector.domain.report import nearest_rank
from connector.store.now import MOST_AT_ONCE, ClosedGap

SLOT = timedelta(minutes=15)
SLOTS = 96
LATE = timedelta(minutes=1)
"""A gap longer than this is drawn as late: the promise is seconds."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A quarter of an hour: numbers that were taken within a minute of their label, and those that took longer."""

    in_time: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """The day so far, in Japan. ``p50_s`` and ``p95_s`` are None before the first number."""

    day_from: datetime
    entered: int
    p50_s: float | None
    p95_s: float | None
    slots: tuple[Slot, ...]


class TodaysGaps:
    """Remembers the day's gaps; ``read`` gives those accepted since a moment, in the order of time."""

    def __init__(self, read: Callable[[datetime], Awaitable[list[ClosedGap]]]) -> None:
        self._read = read
        self._turn = asyncio.Lock()
        self._start(start_of(date.min))

    async def today(self, now: datetime) -> Today:
        """The day up to now.

        Raises:
            StoreUnavailable: it could not be read.
        """
        async with self._turn:
            day_from = start_of(day_in_japan(now))
            if day_from != self._day_from:
                self._start(day_from)
            while True:
                found = await self._read(self._read_until)
                for gap in found:
                    self._take(gap)
                if len(found) < MOST_AT_ONCE:
                    break
        slots = tuple(Slot(*counts) for counts in self._counts)
        seconds = self._seconds
        p50_s, p95_s = (nearest_rank(seconds, percent) if seconds else None for percent in (50, 95))
        return Today(day_from, len(seconds), p50_s, p95_s, slots)

    def _start(self, day_from: datetime) -> None:
        self._day_from = day_from
        self._read_until = day_from
        self._of_this_moment: set[int] = set()
        self._seconds: list[float] = []
        self._counts = [[0, 0] for _ in range(SLOTS)]

    def _take(self, gap: ClosedGap) -> None:
        """Those of the last moment that was read come again with the next reading."""
        if gap.accepted_at > self._read_until:
            self._read_until = gap.accepted_at
            self._of_this_moment = set()
        elif gap.entry_id in self._of_this_moment:
            return
        self._of_this_moment.add(gap.entry_id)
        length = gap.accepted_at - gap.heard_at
        insort(self._seconds, max(length.total_seconds(), 0.0))
        slot = min((gap.accepted_at - self._day_from) // SLOT, SLOTS - 1)
        self._counts[slot][length > LATE] += 1
