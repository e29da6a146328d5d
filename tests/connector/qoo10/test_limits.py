import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.qoo10.limits import CallLimiter, Pace


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


def most_in_a_window(times: list[float], window_s: float) -> int:
    return max(sum(1 for other in times if start <= other < start + window_s) for start in times)


@given(st.floats(0.1, 20), st.lists(st.floats(0, 3), min_size=1, max_size=60), st.lists(st.floats(0, 2), max_size=3))
def test_no_second_ever_sees_more_calls_than_allowed(rate: float, gaps_s: list[float], pauses_s: list[float]) -> None:
    async def run() -> list[float]:
        time = FakeTime()
        limiter = CallLimiter(rate, time.clock, time.sleep)
        gone = []
        for number, gap_s in enumerate(gaps_s):
            time.now_s += gap_s
            if number < len(pauses_s):
                limiter.slow_down(pauses_s[number])
            await limiter.wait()
            gone.append(time.now_s)
        return gone

    gone = asyncio.run(run())

    assert most_in_a_window(gone, max(1.0, 1 / rate)) <= max(1, int(rate))


async def test_calls_go_in_the_order_in_which_they_came() -> None:
    time = FakeTime()
    limiter = CallLimiter(2, time.clock, time.sleep)
    gone: list[int] = []

    async def call(number: int) -> None:
        await limiter.wait()
        gone.append(number)

    await asyncio.gather(*(call(number) for number in range(10)))

    assert gone == list(range(10))


async def test_the_first_calls_do_not_wait() -> None:
    time = FakeTime()
    limiter = CallLimiter(5, time.clock, time.sleep)

    for _ in range(5):
        await limiter.wait()

    assert time.now_s == 1000.0


async def test_a_caller_that_gives_up_uses_nothing_and_blocks_nobody() -> None:
    time = FakeTime()
    asleep = asyncio.Event()

    async def sleep_for_ever(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    limiter = CallLimiter(1, time.clock, sleep_for_ever)
    await limiter.wait()
    waiting = asyncio.create_task(limiter.wait())
    await asleep.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    time.now_s += 1.1

    await limiter.wait()

    assert time.now_s == 1001.1


async def test_no_call_goes_while_qoo10_has_asked_for_a_pause() -> None:
    time = FakeTime()
    limiter = CallLimiter(5, time.clock, time.sleep)
    limiter.slow_down(30)
    limiter.slow_down(1)

    await limiter.wait()

    assert time.now_s == 1030.0


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_means_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="calls_per_second"):
        CallLimiter(rate)


@pytest.mark.parametrize(("rate", "most_per_s"), [(10, 10), (5.5, 5), (1, 1), (0.5, 0.5)])
async def test_after_a_pause_calls_go_at_half_the_pace_and_come_back_one_by_one(rate: float, most_per_s: float) -> None:
    """A fraction above one is dropped; one call in a longer window is the slowest pace."""
    time = FakeTime()
    limiter = CallLimiter(rate, time.clock, time.sleep)
    assert limiter.pace == Pace(most_per_s, most_per_s)

    limiter.slow_down(1)
    assert limiter.pace == Pace(max(most_per_s // 2, min(most_per_s, 1)), most_per_s)

    time.now_s += 1 + 5 * rate
    assert limiter.pace == Pace(most_per_s, most_per_s)
