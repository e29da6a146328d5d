"""The days on which a seller is closed, as a person writes them."""

from datetime import date, datetime, timedelta

from connector.domain.calendar import Closed, Weekday

LONGEST = timedelta(days=366)
"""The longest time of being closed that is believed; more is a slip of the pen."""
_RANGE = ".."


def read_closed_days(value: object) -> object:
    """``2026-12-29``, ``"2026-12-29"`` and ``"2026-12-29..2027-01-03"``; in one text they stand with commas between."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if isinstance(value, date):
        value = [value]
    if not isinstance(value, list | tuple):
        raise ValueError(_how(value))  # noqa: TRY004 - pydantic turns a ValueError into a sentence
    return tuple(_closed(each) for each in value)


def read_closed_weekdays(value: object) -> object:
    """The names of weekdays, at most six of them; in one text they stand with commas between."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise ValueError("must be a list of weekdays")  # noqa: TRY004 - pydantic turns a ValueError into a sentence
    days = tuple(dict.fromkeys(_weekday(name) for name in names if str(name).strip()))
    if len(days) == len(Weekday):
        raise ValueError("names every weekday; one at least must be a working day")
    return days


def _weekday(name: object) -> Weekday:
    try:
        return Weekday(str(name).strip().lower())
    except ValueError:
        raise ValueError(f"knows no weekday {name!r} (known: {', '.join(Weekday)})") from None


def _closed(value: object) -> Closed:
    if isinstance(value, Closed):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return Closed(value, value)
    if not isinstance(value, str):
        raise ValueError(_how(value))  # noqa: TRY004 - pydantic turns a ValueError into a sentence
    first, between, last = value.partition(_RANGE)
    try:
        closed = Closed(date.fromisoformat(first.strip()), date.fromisoformat((last if between else first).strip()))
    except ValueError:
        raise ValueError(_how(value)) from None
    if closed.last < closed.first:
        raise ValueError(f"{value!r} ends before it begins")
    if closed.last - closed.first > LONGEST:
        raise ValueError(f"{value!r} is longer than {LONGEST.days} days")
    return closed


def _how(value: object) -> str:
    return f"cannot read {value!r}: write a day as 2026-12-29, or several as 2026-12-29..2027-01-03"
