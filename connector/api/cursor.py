"""What is asked of the list of entries; places in lists as words that programs and links carry on. Pure."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from connector.domain.calendar import start_of
from connector.domain.reasons import Reason
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, STATES
from connector.store.refusals import DeliveryPlace
from connector.store.search import Position, Sought

Place = TypeVar("Place", Position, DeliveryPlace)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_CURSOR = "This is no cursor: take next of an answer."
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
    return _word(place.at, "e" if place.is_entry else "l", str(place.id))


def place_of(cursor: str) -> Position:
    """The place that a word means.

    Raises:
        ValueError: it is none of ours.
    """
    return _place(cursor, lambda at, kind, name: Position(at, kind == "e", _number(name)), cursor_of)


def cursor_of_delivery(place: DeliveryPlace) -> str:
    """The word for a place in the list of deliveries."""
    return _word(place.at, "d", place.id) if place.is_delivery else _word(place.at, "f", str(place.fetch))


def delivery_place_of(cursor: str) -> DeliveryPlace:
    """The place in the list of deliveries that a word means.

    Raises:
        ValueError: it is none of ours.
    """
    return _place(
        cursor,
        lambda at, kind, name: (
            DeliveryPlace(at, is_delivery=True, fetch=0, id=name)
            if kind == "d"
            else DeliveryPlace(at, is_delivery=False, fetch=_number(name), id="")
        ),
        cursor_of_delivery,
    )


def _word(at: datetime, kind: str, name: str) -> str:
    written = f"{(at - _EPOCH) // _MICROSECOND} {kind} {name}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _number(name: str) -> int:
    number = int(name)
    if not 0 <= number <= _BIGGEST_ID:
        raise ValueError(name)
    return number


def _place(cursor: str, place_of_parts: Callable[[datetime, str, str], Place], word: Callable[[Place], str]) -> Place:
    """The place whose word this is, and no other: each place has one."""
    try:
        written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        moment, kind, name = written.split(" ")
        place = place_of_parts(_EPOCH + int(moment) * _MICROSECOND, kind, name)
    except (binascii.Error, ValueError, OverflowError):
        raise ValueError(_NO_CURSOR) from None
    if word(place) != cursor:
        raise ValueError(_NO_CURSOR)
    return place
