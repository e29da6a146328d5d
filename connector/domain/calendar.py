"""Business days in Japan: weekdays, national holidays, and the days on which a seller is closed. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import jpholiday

from connector.domain.orders import JAPAN

END_OF_TIME = datetime.max.replace(tzinfo=JAPAN)
"""Where things are sorted by their deadlines, what has none comes last."""
_DAY = timedelta(days=1)


class Weekday(StrEnum):
    """The days of the week, in the order of ``date.weekday``."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Closed:
    """The seller is closed from ``first`` to ``last``, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a seller works. Which days Qoo10 itself counts was not readable (A5), so all of this is the seller's word.

    At least one weekday must be a working day.
    """

    closed_weekdays: frozenset[Weekday] = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
    closed_days: tuple[Closed, ...] = ()
    closed_on_holidays: bool = True


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Whether the seller works on this day."""
    if _WEEKDAYS[day.weekday()] in calendar.closed_weekdays:
        return False
    if any(closed.first <= day <= closed.last for closed in calendar.closed_days):
        return False
    return not (calendar.closed_on_holidays and day in _holidays(day.year))


def next_business_day(calendar: Calendar, day: date, count: int = 1) -> date:
    """The business day that comes ``count`` business days after ``day``; ``day`` itself never counts."""
    while count > 0:
        day += _DAY
        count -= is_business_day(calendar, day)
    return day


def last_business_day(calendar: Calendar, day: date) -> date:
    """``day`` itself where it is a business day, else the last one before it."""
    while not is_business_day(calendar, day):
        day -= _DAY
    return day


def business_days_between(calendar: Calendar, first: date, last: date) -> int:
    """How many business days come after ``first``, up to and with ``last``; 0 where ``last`` is not after ``first``."""
    return sum(is_business_day(calendar, first + _DAY * number) for number in range(1, (last - first).days + 1))


def day_in_japan(at: datetime) -> date:
    """The day that it is in Japan at this moment."""
    return at.astimezone(JAPAN).date()


def iso_in_japan(at: datetime | None) -> str | None:
    """A moment as it is told in JSON: Japan time, ISO 8601 with its offset; None stays None."""
    return None if at is None else at.astimezone(JAPAN).isoformat()


def start_of(day: date) -> datetime:
    """The moment at which a day begins in Japan."""
    return datetime(day.year, day.month, day.day, tzinfo=JAPAN)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    """国民の祝日 and 振替休日 by law as it stands; the equinoxes of later years are calculated, not yet announced."""
    return frozenset(day for day, _ in jpholiday.year_holidays(year))
