"""What the polled sources share: what a status means, rows that are read one by one, tokens that rotate. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated

from pydantic import StringConstraints

from carriers.errors import PollFailed, PollLater, PollRefused, UnreadablePayload
from carriers.kinds import PollState
from carriers.model import EventKind, FetchAnswer, Ignored, LabelEvent, Reading

FIRST_LOOK_BACK = timedelta(days=1)
"""How far back the very first round looks."""

ZONELESS = "%Y-%m-%d %H:%M:%S"
"""The form of times whose zone is documented nowhere (LOGILESS, NextEngine). They are only compared with each other."""

TokenText = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,4096}$")]
"""A token as a vendor gives it: whatever may stand in a header."""

UNREADABLE_ROW = "unreadable_row"
"""Why a row of a page is ignored that cannot be read; the detail then names the field and what is wrong with it."""

_OK = range(200, 300)
_WAIT = frozenset({408, 425, 429})
_SERVER_ERRORS = range(500, 600)
_REFUSED = frozenset({401, 403})
_SECONDS = re.compile(r"[0-9]{1,9}")
_SEED = "seed"


def check_status(answer: FetchAnswer, vendor: str, setting: str) -> None:
    """Does nothing for a good answer; ``setting`` is what a person must mend when the vendor refuses to answer.

    Raises:
        PollLater: the vendor throttles, or is not there.
        PollRefused: it does not accept the credentials.
        PollFailed: it says anything else.
    """
    status = answer.status
    if status in _OK:
        return
    if status in _WAIT or status in _SERVER_ERRORS:
        raise PollLater(f"{vendor} answered {status}", retry_after_s(answer))
    if status in _REFUSED:
        raise PollRefused(f"{vendor} answered {status}: check {setting}")
    raise PollFailed(f"{vendor} answered {status}")


def retry_after_s(answer: FetchAnswer) -> float | None:
    """The pause that ``Retry-After`` asks for, in seconds or until a date; None where it asks for none."""
    value = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:  # "-0000": a time whose zone nobody knows
        return None
    return max((until - answer.received_at).total_seconds(), 0.0)


def read_rows(rows: Sequence[object], read_row: Callable[[object], Reading]) -> Reading:
    """All rows of a page together. A row that cannot be read is ignored, so that it does not hold up the others.

    Raises:
        UnreadablePayload: there are rows, but not one of them can be read: then they are not what we take them for.
    """
    events: list[LabelEvent] = []
    ignored: list[Ignored] = []
    problems: list[str] = []
    for row in rows:
        try:
            reading = read_row(row)
        except UnreadablePayload as unreadable:
            problems.append(unreadable.problem)
            continue
        events += reading.events
        ignored += reading.ignored
    if problems and len(problems) == len(rows):
        raise UnreadablePayload(problems[0])
    return Reading(events=tuple(events), ignored=(*ignored, *(Ignored(UNREADABLE_ROW, one) for one in problems)))


def label_events(
    row_id: str,
    kind: EventKind,
    order_refs: Iterable[str],
    numbers: Iterable[str],
    *,
    carrier: str,
    service: str,
    occurred_at: datetime | None,
) -> Reading:
    """One event for every number of every order, or why there is none."""
    refs = tuple(dict.fromkeys(ref for ref in order_refs if ref))
    given = tuple(dict.fromkeys(number for number in numbers if number))
    if not given:
        return ignored("no_number")
    if not refs:
        return ignored("no_reference")
    return Reading(
        events=tuple(
            LabelEvent(f"{row_id}/{ref}/{number}/{kind}", kind, ref, carrier, service, number, occurred_at)
            for ref in refs
            for number in given
        )
    )


def ignored(reason: str, detail: str = "") -> Reading:
    """A row that is theirs, but nothing for us."""
    return Reading(ignored=(Ignored(reason, detail),))


def tokens_in_force(state: PollState, credentials: Mapping[str, str], *names: str) -> Mapping[str, str]:
    """The kept tokens, which are newer than those in the settings; unless a person has put others there since.

    What an adapter keeps must be made from these (``{**tokens, "access_token": ...}``): they remember which settings
    they came from, by a digest.
    """
    seed = hashlib.sha256("\n".join(credentials[name] for name in names).encode("utf-8", "surrogatepass")).hexdigest()
    if state.tokens.get(_SEED) == seed:
        return state.tokens
    return {_SEED: seed, **{name: credentials[name] for name in names}}


def first_zoneless(now: datetime) -> str:
    """Where the very first round begins. UTC lies behind Japan, so this is far enough back in either."""
    return (now - FIRST_LOOK_BACK).strftime(ZONELESS)


def newest_zoneless(texts: Iterable[str], received_at: datetime) -> str:
    """The newest of these times; "" where none can be read. One in the future is left out: it would hide all others."""
    newest = ""
    for text in texts:
        try:
            time = datetime.strptime(text, ZONELESS)  # noqa: DTZ007 - no zone, see ZONELESS
        except ValueError:
            continue
        if time < received_at.replace(tzinfo=None) + timedelta(days=1):
            newest = max(newest, time.strftime(ZONELESS))
    return newest


def next_since(since: str, newest: str, overlap: timedelta) -> str:
    """Where the next round begins: a little before the newest that was seen, and never further back than now."""
    if not newest:
        return since
    return max(since, (datetime.strptime(newest, ZONELESS) - overlap).strftime(ZONELESS))  # noqa: DTZ007 - see ZONELESS
