"""A place in the list of entries as a word that programs and links carry on, and that means nothing to them. Pure."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from connector.store.search import Position

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BIGGEST_ID = 2**63 - 1


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
        raise ValueError("this is no cursor") from None
    if cursor_of(place) != cursor or not 0 <= place.id <= _BIGGEST_ID:
        raise ValueError("this is no cursor")
    return place
