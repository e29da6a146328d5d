"""Qoo10's times: Japan time without an offset, eight or fourteen digits in requests, text in answers."""

import re
from datetime import date, datetime, timedelta

from connector.domain.orders import JAPAN
from connector.sandbox.switches import DateForm, ShortEndDate

LONGEST_PERIOD = timedelta(days=90)
"""Longest search period (Qoo10's guide for claims; observed for shipping)."""

_DIGITS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}


class BadPeriodError(ValueError):
    """The dates of a search are unreadable or the wrong way round."""


class LongPeriodError(ValueError):
    """The dates of a search are more than 90 days apart."""


def parse(text: str) -> datetime | None:
    """Read ``yyyyMMdd`` or ``yyyyMMddHHmmss`` as Japan time; None where it is neither."""
    form = _DIGITS.get(len(text))
    if form is None or re.fullmatch("[0-9]+", text) is None:
        return None
    try:
        return datetime.strptime(text, form).replace(tzinfo=JAPAN)
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """Read ``yyyyMMdd``; None where it is anything else."""
    moment = parse(text) if len(text) == len("yyyymmdd") else None
    return moment.date() if moment else None


def period(start: str, end: str, short_end: ShortEndDate) -> tuple[datetime, datetime]:
    """The search period from its two parameters, both ends included.

    Raises:
        BadPeriodError: a date is unreadable, or the end lies before the start.
        LongPeriodError: more than 90 days.
    """
    begin, finish = parse(start), parse(end)
    if begin is None or finish is None or finish < begin:
        raise BadPeriodError
    if finish - begin > LONGEST_PERIOD:
        raise LongPeriodError
    if len(end) == len("yyyymmdd") and short_end is ShortEndDate.WHOLE_DAY:
        finish += timedelta(days=1, microseconds=-1)
    return begin, finish


def render(moment: datetime | date | None, form: DateForm) -> str:
    """A time as answers show it: Japan time, no offset; a date as its midnight; nothing as the empty string."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        text = moment.astimezone(JAPAN).isoformat(" ", "seconds")[: len("yyyy-mm-dd hh:mm:ss")]
    else:
        text = f"{moment.isoformat()} 00:00:00"
    match form:
        case DateForm.FULL:
            return text
        case DateForm.NO_SECONDS:
            return text[: len("yyyy-mm-dd hh:mm")]
        case DateForm.DIGITS:
            return re.sub("[^0-9]", "", text)
