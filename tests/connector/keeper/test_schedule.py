"""Waits grow, end, and are spread by chance."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.keeper.schedule import look_after, pause_after, recheck_after, retry_after, search_after

Wait = Callable[[int, float], timedelta]

BOUNDS = [
    pytest.param(retry_after, 1, 60, id="retry"),
    pytest.param(pause_after, 0.5, 5, id="pause"),
    pytest.param(look_after, 0.5, 30, id="look"),
    pytest.param(recheck_after, 30, 30 * 60, id="recheck"),
    pytest.param(search_after, 5, 10 * 60, id="search"),
]


@pytest.mark.parametrize(("wait", "first_s", "longest_s"), BOUNDS)
def test_it_starts_small_and_ends_at_its_longest(wait: Wait, first_s: float, longest_s: float) -> None:
    assert wait(0, 1).total_seconds() == first_s
    assert wait(10**9, 1).total_seconds() == longest_s


@pytest.mark.parametrize(("wait", "first_s", "longest_s"), BOUNDS)
@given(attempts=st.integers(0, 10**6), chance=st.floats(0, 1))
def test_it_stays_within_its_bounds(wait: Wait, first_s: float, longest_s: float, attempts: int, chance: float) -> None:
    waited = wait(attempts, chance).total_seconds()

    assert first_s / 2 <= waited <= longest_s
    assert wait(attempts, 0).total_seconds() <= waited <= wait(attempts, 1).total_seconds()
    assert wait(attempts + 1, chance).total_seconds() >= waited


@pytest.mark.parametrize(("wait", "first_s", "longest_s"), BOUNDS)
def test_it_doubles_until_then(wait: Wait, first_s: float, longest_s: float) -> None:
    doubled = [wait(attempts, 1).total_seconds() for attempts in range(12)]

    assert doubled == [min(first_s * 2**attempts, longest_s) for attempts in range(12)]
