"""Qoo10's dates: Japan time without an offset, in several spellings."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from connector.domain.orders import JAPAN

MAX_WINDOW: Final = timedelta(days=90)
"""The longest period of one search (Qoo10's guide for claims; observed by clients for orders)."""

WINDOW_STEP: Final = timedelta(days=89)
"""The period of one window. A day stays free: whether both end days count towards the 90 is unverified."""

_SECOND: Final = timedelta(seconds=1)
_EARLIEST_YEAR: Final = 2000
_LATEST_YEAR: Final = 2100
_SPELLING: Final = re.compile(
    r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{2})(?P=sep)(?P<day>\d{2})"
    r"(?:[ T]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d{1,9})?)?(?P<offset>Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)


def qapi_time(moment: datetime) -> str:
    """An aware time as ``yyyyMMddHHmmss`` in Japan time.

    Raises:
        ValueError: The time is naive: it would be read as the machine's own.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be told to Qoo10")
    return moment.astimezone(JAPAN).strftime("%Y%m%d%H%M%S")


def read_time(text: str) -> datetime | None:
    """Read a date as Qoo10 writes it; aware, None where it is empty or not a date.

    ``2026-11-22 09:15:00``, without seconds, without a time, with slashes, 14, 12 or 8 digits (observed by clients).
    A date alone stands for its first moment. Years outside 2000 to 2100 are placeholders, not dates.
    """
    found = _SPELLING.fullmatch(text.strip())
    if found is None or not _EARLIEST_YEAR <= int(found["year"]) <= _LATEST_YEAR:
        return None
    try:
        read = datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=JAPAN,
        )
        offset = found["offset"]
        if offset is None:
            return read
        return datetime.fromisoformat(f"{read:%Y-%m-%dT%H:%M:%S}{offset}").astimezone(JAPAN)
    except ValueError:
        return None


def windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Split a period into windows that one search may ask for; both ends belong to the window, none overlap.

    Raises:
        ValueError: The period ends before it starts.
    """
    if end < start:
        raise ValueError("the period ends before it starts")
    first = start.replace(microsecond=0)
    while first <= end:
        yield first, min(first + WINDOW_STEP - _SECOND, end)
        first += WINDOW_STEP


def header_time(text: str | None) -> datetime | None:
    """An HTTP date in UTC; None where it is missing or not one."""
    if text is None:
        return None
    try:
        read = parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The pause that ``Retry-After`` asks for, in seconds; ``headers`` has lower-case names.

    A date is compared with the answer's own ``Date``, not with our clock.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    until, sent = header_time(asked or None), header_time(headers.get("date"))
    return max(0.0, (until - sent).total_seconds()) if until and sent else None
