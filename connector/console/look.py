"""How things look: the tone and the sign of a state, times and ages as people read them. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.entry import EntryState
from connector.domain.language import Language
from connector.domain.orders import JAPAN
from connector.domain.parcel import ParcelState
from connector.listing.words import span as span_in_words


class Tone(StrEnum):
    """What a colour means. Never the colour alone: a sign and a word stand beside it."""

    GOOD = "good"
    MOVING = "moving"
    CARE = "care"
    STOP = "stop"
    CALM = "calm"


SIGNS: dict[str, tuple[Tone, str]] = {
    EntryState.WAITING: (Tone.MOVING, "wait"),
    EntryState.ENTERING: (Tone.MOVING, "move"),
    EntryState.ACCEPTED: (Tone.MOVING, "move"),
    EntryState.UNCLEAR: (Tone.CARE, "question"),
    EntryState.CONFIRMED: (Tone.GOOD, "check"),
    EntryState.HELD: (Tone.CARE, "pause"),
    EntryState.REFUSED: (Tone.STOP, "cross"),
    EntryState.CONFLICT: (Tone.STOP, "stop"),
    EntryState.DROPPED: (Tone.CALM, "dash"),
    ParcelState.UNRESOLVED: (Tone.CARE, "question"),
}
"""Each state's tone, and its sign in the sprite of base.html."""

_WITH_A_FRACTION = timedelta(seconds=10)


def day_and_time(at: datetime) -> str:
    """``11-23 14:05:09``, Japan time."""
    return at.astimezone(JAPAN).strftime("%m-%d %H:%M:%S")


def time_of_day(at: datetime) -> str:
    """``14:05``, Japan time."""
    return at.astimezone(JAPAN).strftime("%H:%M")


def full_time(at: datetime) -> str:
    """``2026-11-23 14:05:09 JST``."""
    return at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S JST")


def in_words(length: timedelta | float, language: Language) -> str:
    """A length of time in its two largest units, below ten seconds as a fraction: ``3分12秒``, ``0.4 s``."""
    span = length if isinstance(length, timedelta) else timedelta(seconds=length)
    if span < _WITH_A_FRACTION:
        seconds = max(span.total_seconds(), 0)
        return f"{seconds:.{1 if seconds >= 1 else 2}f}{'秒' if language is Language.JA else ' s'}"
    return span_in_words(span, language)
