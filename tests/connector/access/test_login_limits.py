"""How often a password may be tried."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connector.access.login_limits import (
    PER_ADDRESS,
    PER_NAME,
    WINDOW_S,
    LoginLimits,
    Rule,
    home_of,
    wait_s,
)

HERE = "203.0.113.7"


def test_the_wait_begins_after_the_free_tries_and_doubles_up_to_its_longest() -> None:
    waits = [wait_s([0.0] * tries, 0, PER_NAME) for tries in range(14)]

    assert waits == [0, 0, 0, 0, 0, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_the_wait_counts_from_the_last_try() -> None:
    assert wait_s([0, 1, 2, 3, 10], 12, PER_NAME) == 2
    assert wait_s([0, 1, 2, 3, 10], 14, PER_NAME) == 0
    assert wait_s([0, 1, 2, 3, 10], 99, PER_NAME) == 0


@given(
    st.lists(st.floats(0, 1e6), max_size=40).map(sorted),
    st.floats(0, 1e6),
    st.sampled_from([PER_NAME, PER_ADDRESS, Rule(0, 1, 10)]),
)
def test_a_wait_is_never_negative_and_never_beyond_its_longest(tries: list[float], later: float, rule: Rule) -> None:
    now = (tries[-1] if tries else 0) + later

    assert 0 <= wait_s(tries, now, rule) <= rule.longest_wait_s


def test_wrong_passwords_of_one_name_are_counted_wherever_they_come_from() -> None:
    limits = LoginLimits()
    waits = [limits.begin(f"203.0.113.{number}", "sato", 0) for number in range(7)]

    assert waits == [0, 0, 0, 0, 0, 4, 4]


def test_wrong_names_from_one_address_are_counted_whatever_they_are() -> None:
    limits = LoginLimits()
    waits = [limits.begin(HERE, f"name {number}", 0) for number in range(22)]

    assert waits == [0] * 20 + [4, 4]


def test_a_try_that_had_to_wait_is_not_counted() -> None:
    """Else whoever knocks on would never come in again."""
    limits = LoginLimits()
    for _ in range(50):
        limits.begin(HERE, "sato", 0)

    assert limits.begin(HERE, "sato", 4) == 0
    assert limits.begin(HERE, "sato", 4) == 8


def test_many_tries_at_once_are_counted_before_any_of_them_is_looked_at() -> None:
    limits = LoginLimits()

    allowed = [limits.begin(HERE, "sato", 0) for _ in range(100)].count(0)

    assert allowed == PER_NAME.free


def test_the_right_password_clears_the_name_but_not_what_else_the_address_tried() -> None:
    """Whoever has a user of their own cannot use it to try others without end."""
    limits = LoginLimits()
    for number in range(19):
        limits.begin(HERE, f"name {number}", 0)
    assert limits.begin(HERE, "mine", 0) == 0
    limits.was_right(HERE, "mine")

    assert limits.begin(HERE, "one more", 0) == 0
    assert limits.begin(HERE, "too many", 0) == 4


def test_after_the_right_password_all_tries_are_free_again() -> None:
    limits = LoginLimits()
    for _ in range(PER_NAME.free):
        limits.begin(HERE, "sato", 0)
    limits.was_right(HERE, "sato")

    assert [limits.begin("203.0.113.9", "sato", 1) for _ in range(6)] == [0] * 5 + [4]


def test_what_is_longer_ago_than_the_window_is_forgotten() -> None:
    limits = LoginLimits()
    for _ in range(PER_NAME.free):
        limits.begin(HERE, "sato", 0)

    assert limits.begin(HERE, "sato", WINDOW_S) == 0
    assert limits.begin(HERE, "sato", WINDOW_S) == 0


def test_memory_is_bounded_and_the_quietest_is_forgotten_first() -> None:
    limits = LoginLimits(most_keys=10)
    for _ in range(PER_NAME.free):
        limits.begin(HERE, "first", 0)
    for number in range(9):
        limits.begin(f"203.0.113.{number}", f"name {number}", 1)
    assert limits.begin("192.0.2.1", "first", 1) > 0

    limits.begin("192.0.2.2", "one more", 2)

    assert limits.begin("192.0.2.3", "first", 2) == 0
    assert len(limits._names._by_key) == 10
    assert len(limits._addresses._by_key) <= 10


def test_one_customers_many_ipv6_addresses_are_one() -> None:
    assert home_of("2001:db8:1:2:3:4:5:6") == home_of("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert home_of("2001:db8:1:3::9") != home_of("2001:db8:1:2::9")
    assert home_of("::ffff:203.0.113.7") != home_of("::ffff:203.0.113.8")
    assert home_of("203.0.113.7") == "203.0.113.7"
    assert home_of("no address") == "no address"


@given(st.lists(st.integers(0, 400), min_size=30, max_size=60))
def test_in_any_hour_one_name_is_tried_only_so_often(steps: list[int]) -> None:
    """Whatever the rhythm: beyond the free ones, two tries are never closer than the first wait."""
    limits, now = LoginLimits(), 0.0
    tried = []
    for step in steps:
        now += step
        if limits.begin(f"203.0.113.{step % 250}", "sato", now) == 0:
            tried.append(now)

    assert all(
        later - earlier >= PER_NAME.first_wait_s
        for earlier, later in pairwise(tried)
        if sum(earlier - WINDOW_S < each <= earlier for each in tried) > PER_NAME.free
    )
