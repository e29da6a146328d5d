"""Which days are business days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.calendar import (
    Calendar,
    Closed,
    Weekday,
    business_days_between,
    day_in_japan,
    is_business_day,
    iso_in_japan,
    last_business_day,
    next_business_day,
    start_of,
)

NEW_YEAR = Closed(date(2026, 12, 29), date(2027, 1, 3))
CALENDAR = Calendar(closed_days=(NEW_YEAR,))
days = st.dates(date(2020, 1, 1), date(2099, 12, 31))
calendars = st.builds(
    Calendar,
    closed_weekdays=st.frozensets(st.sampled_from(Weekday), max_size=6),
    closed_days=st.lists(
        st.builds(lambda first, more: Closed(first, first + timedelta(days=more)), days, st.integers(0, 40)), max_size=3
    ).map(tuple),
    closed_on_holidays=st.booleans(),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 5, 6), False),  # 振替休日, a Wednesday
        (date(2026, 9, 22), False),  # 国民の休日 between two holidays
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),  # the seller's own
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_weekends_holidays_and_the_sellers_closed_days_are_none(day: date, works: bool) -> None:  # noqa: FBT001 - a table
    assert is_business_day(CALENDAR, day) is works


def test_a_seller_who_works_on_holidays_and_saturdays_says_so() -> None:
    busy = Calendar(closed_weekdays=frozenset({Weekday.SUNDAY}), closed_on_holidays=False)

    assert is_business_day(busy, date(2026, 11, 23))
    assert is_business_day(busy, date(2026, 11, 21))
    assert not is_business_day(busy, date(2026, 11, 22))


def test_the_next_business_day_leaps_over_a_long_weekend() -> None:
    friday = date(2026, 11, 20)

    assert next_business_day(CALENDAR, friday) == date(2026, 11, 24)
    assert next_business_day(CALENDAR, friday, 2) == date(2026, 11, 25)
    assert business_days_between(CALENDAR, friday, date(2026, 11, 24)) == 1
    assert last_business_day(CALENDAR, date(2026, 11, 23)) == friday
    assert last_business_day(CALENDAR, friday) == friday


def test_days_are_japans() -> None:
    assert day_in_japan(datetime(2026, 11, 30, 15, 0, tzinfo=UTC)) == date(2026, 12, 1)
    assert start_of(date(2026, 12, 1)) == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)


@given(calendars, days, st.integers(1, 8))
def test_counting_and_going_forward_agree(calendar: Calendar, day: date, count: int) -> None:
    """The day that lies n business days ahead is a business day, and n of them lie between."""
    there = next_business_day(calendar, day, count)

    assert there > day
    assert is_business_day(calendar, there)
    assert business_days_between(calendar, day, there) == count


@given(calendars, days, days, days)
def test_spans_add_up(calendar: Calendar, one: date, other: date, third: date) -> None:
    first, middle, last = sorted((one, other, third))
    middle, last = min(middle, first + timedelta(days=400)), min(last, first + timedelta(days=800))
    whole = business_days_between(calendar, first, last)

    assert whole == business_days_between(calendar, first, middle) + business_days_between(calendar, middle, last)
    assert business_days_between(calendar, last, first) == (0 if first < last else whole)


def test_a_moment_is_told_in_japans_time_wherever_it_was_noted() -> None:
    """Midnight there is the afternoon before in UTC; what never happened has no time."""
    assert iso_in_japan(datetime(2026, 11, 22, 15, 0, tzinfo=UTC)) == "2026-11-23T00:00:00+09:00"
    assert iso_in_japan(None) is None
