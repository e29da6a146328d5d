"""Parts of the day in Japan, and working hours counted over a seller's business days. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from connector.domain.calendar import Calendar, day_in_japan, is_business_day, start_of
from connector.domain.orders import JAPAN

_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of every day in Japan, from ``start`` on and before ``end``; over midnight where ``end`` comes first.

    Where both are midnight it is the whole day.
    """

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> Self:
        """The hours that a person wrote: ``09:00-21:00``, ``22:00-07:00``, ``18:00-24:00``.

        Raises:
            ValueError: they are something else, or no time at all.
        """
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise ValueError(f"cannot read {text!r}: write hours in Japan as 09:00-21:00")
        first_hour, first_minute, last_hour, last_minute = (int(part or 0) for part in written.groups())
        found = cls(time(first_hour, first_minute), time(last_hour, last_minute))
        if found.start == found.end and written[3] is not None:
            raise ValueError(f"{text!r} ends when it begins; the whole day is 00:00-24:00")
        return found

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{'24:00' if self.end == time() else format(self.end, '%H:%M')}"

    def hold(self, at: datetime) -> bool:
        """Whether this moment is within them."""
        clock = at.astimezone(JAPAN).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    @property
    def length(self) -> timedelta:
        """How long they are on one day."""
        return (_since_midnight(self.end) - _since_midnight(self.start)) % _DAY or _DAY


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a seller's people work: these hours of business days; over midnight they belong to the day they begin on."""

    calendar: Calendar
    hours: Hours

    def hold(self, at: datetime) -> bool:
        """Whether they work at this moment."""
        began_before_midnight = at.astimezone(JAPAN).time() < self.hours.start
        day = day_in_japan(at) - (_DAY if began_before_midnight else timedelta())
        return self.hours.hold(at) and is_business_day(self.calendar, day)


def after_working(calendar: Calendar, hours: Hours, first: datetime, worked: timedelta) -> datetime:
    """The moment at which so much working time has passed since ``first``: these hours of business days.

    Hours over midnight belong to the day on which they begin.
    """
    left, day = worked, day_in_japan(first) - _DAY
    while True:
        opens = start_of(day) + _since_midnight(hours.start)
        begins, ends = max(opens, first), opens + hours.length
        if is_business_day(calendar, day) and ends > begins:
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
        day += _DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)
