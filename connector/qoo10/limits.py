"""How often Qoo10 may be called."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

_MARGIN: Final = 1.05
"""A few per cent more than the window: calls do not arrive at Qoo10 as evenly as they leave."""
_RECOVERY_S: Final = 5.0
"""After a pause that Qoo10 asked for, one call a second more goes every so many seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls that may go in a second on average: at this moment, and while Qoo10 asks for no pause."""

    allowed_per_s: float
    most_per_s: float


class CallLimiter:
    """Lets at most ``calls_per_second`` calls go in any one second, first come, first served.

    Qoo10 publishes no limit; 5 to 10 a second is what clients treat as safe (observed). A fraction below one gives one
    call in a longer window; above one, the fraction is dropped.
    """

    def __init__(
        self,
        calls_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not 0 < calls_per_second < float("inf"):
            raise ValueError("calls_per_second must be above 0")
        self._clock = clock
        self._sleep = sleep
        self._unit_s = max(1.0, 1.0 / calls_per_second)
        self._window_s = self._unit_s * _MARGIN
        self._gone: deque[float] = deque(maxlen=max(1, int(calls_per_second)))
        self._not_before = float("-inf")
        self._most = max(1, int(calls_per_second))
        self._allowed = self._most
        self._recovers_at = float("inf")
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one call may go. A caller that is cancelled while it waits has used nothing up."""
        async with self._turn:
            while (delay_s := self._delay_s()) > 0:
                await self._sleep(delay_s)
            self._gone.append(self._clock())

    def slow_down(self, seconds: float) -> None:
        """Let no call go for this long: Qoo10 has asked for a pause. After it, half as many calls go at first.

        Qoo10's own limit may be lower than the configured one: then a read and its write in the same second would be
        throttled again and again. Every ``_RECOVERY_S`` one call more goes, up to the configured number.
        """
        self._not_before = max(self._not_before, self._clock() + seconds)
        self._allowed = max(1, self._allowed // 2)
        self._recovers_at = self._not_before + _RECOVERY_S

    @property
    def pace(self) -> Pace:
        """How fast calls may go."""
        return Pace(self._allowed_now() / self._unit_s, self._most / self._unit_s)

    def _allowed_now(self) -> int:
        """How many calls may go in any one second (or longer window) at this moment."""
        while self._allowed < self._most and self._clock() >= self._recovers_at:
            self._allowed += 1
            self._recovers_at += _RECOVERY_S
        return self._allowed

    def _delay_s(self) -> float:
        allowed = self._allowed_now()
        ready_at = self._not_before
        if len(self._gone) >= allowed:
            ready_at = max(ready_at, self._gone[-allowed] + self._window_s)
        return ready_at - self._clock()
