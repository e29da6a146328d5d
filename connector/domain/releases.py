"""What a person can do about an entry that stands still: let its number go out all the same, or have it tried again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.acts import ActRefused, check_words
from connector.domain.entry import EntryState

NUMBER_CHECKED = "number_checked"
"""What a person confirms to have done before a release."""
NUMBER_CHECKED_JA = "番号をラベルと見比べ、正しいことを確かめました"
NUMBER_CHECKED_EN = "I have compared the number with the label, and it is right"

STANDS_STILL = (EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)
"""States that an entry may be tried again from; in all others it goes by itself, or is done."""


class PersonStep(StrEnum):
    """Rows of history about what a person did with an entry."""

    RELEASED = "released"
    RETRIED = "retried"


@dataclass(frozen=True, slots=True)
class Release:
    """A person says of a number that fails its check digit: it is right, enter it all the same.

    This decides nothing about a cancel request: the decision table goes on as if nobody had said anything.
    """

    entry_id: int
    number: str
    who: str
    why: str
    at: datetime
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """A person asks for an entry that stands still to be looked at, and tried again where that may be, at once."""

    entry_id: int
    who: str
    why: str
    at: datetime


def checked_release(release: Release) -> Release:
    """The release, when nothing is missing.

    Raises:
        ActRefused: with what is missing.
    """
    check_words(release.who, release.why)
    if release.confirmed != NUMBER_CHECKED:
        raise ActRefused(
            f"a release must be confirmed with {NUMBER_CHECKED}: {NUMBER_CHECKED_JA} / {NUMBER_CHECKED_EN}"
        )
    return release


def checked_retry(retry: Retry) -> Retry:
    """The retry, when nothing is missing.

    Raises:
        ActRefused: with what is missing.
    """
    check_words(retry.who, retry.why)
    return retry
