"""What is asked of the list of entries, and its places as words that programs and links carry on. Pure."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from connector.domain.calendar import start_of
from connector.domain.reasons import Reason
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, STATES
from connector.store.search import Position, Sought

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BIGGEST_ID = 2**63 - 1
_YEARS = range(2000, 9000)


def sought_of(asked: Mapping[str, str], day: date | None, cursor: str, limit: int) -> Sought:
    """What is asked for: ``number``, ``shop``, ``source``, ``state``, ``reason``, the day, from a cursor on.

    Raises:
        ValueError: there is no such state or reason, the day is of no use, or the cursor is none.
    """
    if asked["state"] not in (IN_WORK_ONLY, EVERYTHING, *STATES):
        raise ValueError(f"There is no state {asked['state']!r}; the states are: {', '.join(STATES)}, {EVERYTHING}.")
    if asked["reason"] not in ("", *Reason):
        raise ValueError(f"There is no reason {asked['reason']!r}; the reference names them.")
    if day is not None and day.year not in _YEARS:
        raise ValueError(f"The day is of no year from {_YEARS.start} on.")
    since = None if day is None else start_of(day)
    return Sought(
        number=asked["number"].strip(),
        shop=asked["shop"],
        source=asked["source"],
        state=asked["state"],
        reason=asked["reason"],
        since=since,
        before=None if since is None else since + timedelta(days=1),
        after=place_of(cursor) if cursor else None,
        limit=limit,
    )


def cursor_of(place: Position) -> str:
    """The word for a place."""
    written = f"{(place.at - _EPOCH) // _MICROSECOND} {'e' if place.is_entry else 'l'} {place.id}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Position:
    """The place that a word means.

    Raises:
        ValueError: it is none of ours.
    """
    try:
        written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        moment, kind, number = written.split(" ")
        place = Position(_EPOCH + int(moment) * _MICROSECOND, kind == "e", int(number))
    except (binascii.Error, ValueError, OverflowError):
        raise ValueError("This is no cursor: take next of an answer.") from None
    if cursor_of(place) != cursor or not 0 <= place.id <= _BIGGEST_ID:
        raise ValueError("This is no cursor: take next of an answer.")
    return place
