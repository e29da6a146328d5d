"""Parts of the day, and working hours over business days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.calendar import Calendar, day_in_japan, is_business_day
from connector.domain.hours import Hours, WorkingTime, after_working
from connector.domain.orders import JAPAN

DAY, NIGHT, ALWAYS = Hours.read("09:00-18:00"), Hours.read("22:00-07:00"), Hours.read("00:00-24:00")


def japan(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026; the 20th is a Friday, the 23rd a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize("text", ["09:00-18:00", "22:00-07:00", "18:00-24:00", "00:00-24:00"])
def test_hours_are_written_as_they_were_read(text: str) -> None:
    assert str(Hours.read(f" {text} ")) == text


@pytest.mark.parametrize("text", ["", "9-18", "9:00-18:00", "09:00-18:60", "24:00-09:00", "09:00-09:00", "09:00–18:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|whole day"):
        Hours.read(text)


@pytest.mark.parametrize(
    ("hours", "hour", "minute", "held"),
    [
        (DAY, 9, 0, True),
        (DAY, 17, 59, True),
        (DAY, 18, 0, False),
        (NIGHT, 21, 59, False),
        (NIGHT, 22, 0, True),
        (NIGHT, 0, 0, True),
        (NIGHT, 6, 59, True),
        (NIGHT, 7, 0, False),
        (ALWAYS, 0, 0, True),
        (ALWAYS, 23, 59, True),
    ],
)
def test_they_hold_from_their_start_until_before_their_end(hours: Hours, hour: int, minute: int, *, held: bool) -> None:
    """By the clock in Japan, whatever the zone that a time is told in."""
    assert hours.hold(japan(24, hour, minute).astimezone(UTC)) is held


@pytest.mark.parametrize(
    ("hours", "first", "worked", "then"),
    [
        (DAY, japan(24, 10), 2, japan(24, 12)),
        (DAY, japan(24, 17), 2, japan(25, 10)),
        (DAY, japan(24, 3), 1, japan(24, 10)),
        (DAY, japan(20, 17), 9, japan(24, 17)),  # over a weekend and a holiday
        (DAY, japan(21, 12), 1, japan(24, 10)),
        (NIGHT, japan(20, 23), 9, japan(24, 23)),  # Friday's shift ends on Saturday, the next one begins on Tuesday
        (ALWAYS, japan(20, 12), 24, japan(24, 12)),
    ],
)
def test_working_time_passes_on_business_days_alone(hours: Hours, first: datetime, worked: int, then: datetime) -> None:
    assert after_working(Calendar(), hours, first, timedelta(hours=worked)) == then


@given(
    st.sampled_from([DAY, NIGHT, ALWAYS, Hours.read("06:30-06:31")]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001 - made aware below
    st.timedeltas(timedelta(minutes=1), timedelta(hours=60)),
)
def test_the_moment_is_in_working_hours_and_never_early(hours: Hours, first: datetime, worked: timedelta) -> None:
    at = first.replace(tzinfo=JAPAN)

    then = after_working(Calendar(), hours, at, worked)

    just_before = then - timedelta(microseconds=1)
    begun_on = day_in_japan(just_before) - timedelta(days=hours is NIGHT and just_before.astimezone(JAPAN).hour < 7)
    assert then - at >= worked
    assert hours.hold(just_before)
    assert is_business_day(Calendar(), begun_on)
    assert WorkingTime(Calendar(), hours).hold(just_before)


@pytest.mark.parametrize(
    ("hours", "at", "works"),
    [
        pytest.param(DAY, japan(20, 12), True, id="a Friday at noon"),
        pytest.param(DAY, japan(20, 19), False, id="its evening"),
        pytest.param(DAY, japan(21, 12), False, id="a Saturday"),
        pytest.param(DAY, japan(23, 12), False, id="a holiday"),
        pytest.param(NIGHT, japan(21, 3), True, id="the night that a Friday began"),
        pytest.param(NIGHT, japan(24, 3), False, id="the night that a holiday began"),
        pytest.param(NIGHT, japan(24, 23), True, id="a Tuesday's own night"),
    ],
)
def test_people_work_at_their_hours_on_business_days(hours: Hours, at: datetime, *, works: bool) -> None:
    assert WorkingTime(Calendar(), hours).hold(at) is works
