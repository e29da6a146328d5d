"""Messages to a warehouse's own systems: which step of ours is one, and what comes of trying to deliver it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.chain import LogRow
from connector.domain.conflict import What
from connector.domain.entry import EntryState

TEST = "webhook.test"
"""What a test message is called; nobody subscribes to it."""


class HookEvent(StrEnum):
    """What a message tells."""

    ENTERED = "entry.entered"
    """Qoo10 shows the number; once for an entry."""
    HELD = "entry.held"
    """A number is held, or Qoo10 refused it: a person has to look."""
    OPENED = "conflict.opened"
    """A parcel and a cancel request, or two numbers, contradict each other; also one that a person reopened."""
    CHANGED = "conflict.changed"
    """Its kind or the verdict on it is another one now."""
    CLOSED = "conflict.closed"
    """It is over."""
    GAP = "gap.too_long"
    """A label's number is not at Qoo10 although it should be; once for an entry."""


STEPS: Mapping[EntryState, HookEvent | None] = {
    EntryState.WAITING: None,
    EntryState.ENTERING: None,
    EntryState.ACCEPTED: None,  # Qoo10 has taken the number, but nobody has read it there yet
    EntryState.UNCLEAR: None,
    EntryState.CONFIRMED: HookEvent.ENTERED,
    EntryState.HELD: HookEvent.HELD,
    EntryState.CONFLICT: None,  # its conflict is told
    EntryState.REFUSED: HookEvent.HELD,
    EntryState.DROPPED: None,
}
"""What a step of an entry, as a row of its history, is told as."""

LOGGED: Mapping[str, HookEvent | None] = {
    **dict.fromkeys(map(str, What)),
    What.OPENED: HookEvent.OPENED,
    What.REOPENED: HookEvent.OPENED,
    What.KIND_CHANGED: HookEvent.CHANGED,
    What.VERDICT: HookEvent.CHANGED,
    What.CLOSED: HookEvent.CLOSED,
}
"""What a row of the conflict log is told as; the others are facts, which come with their verdict."""

_COUNTS = (HookEvent.CHANGED, HookEvent.OPENED, HookEvent.CLOSED)
"""When rows of one look say several things, the last of these is what is told: its end before its beginning."""


@dataclass(frozen=True, slots=True)
class ConflictChange:
    """What one look or one act did to a conflict: the newest of its rows that says what, and that of the verdict."""

    event: HookEvent
    conflict_id: int
    shop: str
    order_no: str
    at: datetime
    seq: int


def conflict_changes(rows: Sequence[LogRow]) -> list[ConflictChange]:
    """What rows of the conflict log, in their order, are told as: one change for each look at each conflict."""
    changes: dict[tuple[int, datetime], ConflictChange] = {}
    for row in rows:
        event = LOGGED.get(row.what)
        if event is None:
            continue
        look = (row.conflict_id, row.at)
        before = changes.get(look)
        if before is not None and _COUNTS.index(before.event) > _COUNTS.index(event):
            event = before.event
        changes[look] = ConflictChange(event, row.conflict_id, row.shop, row.order_no, row.at, row.seq)
    return list(changes.values())


class HookState(StrEnum):
    """Where a message stands."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up; a person may have it delivered again."""


class Trouble(StrEnum):
    """Why a message was not taken."""

    NONE = ""
    STATUS = "status"
    """The target answered, but not with 2xx."""
    REDIRECT = "redirect"
    """The target sent us elsewhere, and we go nowhere but to the configured address."""
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """No connection, or one that broke."""
    TLS = "tls"
    NO_ADDRESS = "no_address"
    """The host's name leads nowhere."""
    PRIVATE_ADDRESS = "private_address"
    """The host's name leads into a private network, and allow_private is not set."""
    NO_HTTP = "no_http"
    """What came back is no HTTP."""
    GONE = "gone"
    """The target answered 410: it wants no more messages."""
    TARGET_OFF = "target_off"
    """It was not tried, because the target is switched off or not configured any more."""
    DEFECT = "defect"
    """A defect of this program; it is in the log."""


class TargetStanding(StrEnum):
    """How a target does."""

    OFF = "off"
    """It answered that it wants no more messages."""
    FAILING = "failing"
    """The last try came to nothing."""
    FINE = "fine"
    """It took what was last sent."""
    UNTRIED = "untried"
    """Nothing was sent to it yet."""


def target_standing(off_at: datetime | None, failures: int, succeeded_at: datetime | None) -> TargetStanding:
    """How a target does: since when it is off, its tries in a row that came to nothing, when it last took a message."""
    if off_at is not None:
        return TargetStanding.OFF
    if failures:
        return TargetStanding.FAILING
    return TargetStanding.UNTRIED if succeeded_at is None else TargetStanding.FINE


_ABOUT = "webhook "
"""No name in the settings holds a blank, so this is no other target's."""


def about_target(name: str) -> str:
    """What an alarm about a target of webhooks calls it."""
    return f"{_ABOUT}{name}"


def target_about(about: str) -> str | None:
    """The target of webhooks that an alarm is about; None where it is about something else."""
    return about.removeprefix(_ABOUT) if about.startswith(_ABOUT) else None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try: the answer's status where there was one, and for how long the target asks us to wait."""

    trouble: Trouble = Trouble.NONE
    status: int | None = None
    retry_after_s: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the target has the message."""
        return self.trouble is Trouble.NONE


_GOOD, _REDIRECTS, _ERRORS, _GONE = 200, 300, 400, 410


def judged(status: int, retry_after_s: float | None = None) -> Tried:
    """What an answer means."""
    if _GOOD <= status < _REDIRECTS:
        return Tried(status=status)
    if status == _GONE:
        return Tried(Trouble.GONE, status)
    trouble = Trouble.REDIRECT if _REDIRECTS <= status < _ERRORS else Trouble.STATUS
    return Tried(trouble, status, retry_after_s)


RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pauses between tries that Standard Webhooks recommends; a message is given up after the last."""
LONGEST_ASKED = timedelta(hours=24)
"""How long a target may make a message wait by ``Retry-After``."""
JITTER = 0.2
"""By how much a pause is at most longer than it stands there, so that what failed together does not return together."""


def retry_at(tried: Tried, attempts: int, at: datetime, chance: float) -> datetime | None:
    """When a message is tried again after so many attempts; None when it is given up. ``chance`` is from 0 to 1."""
    if tried.trouble is Trouble.GONE or attempts > len(RETRIES):
        return None
    pause = RETRIES[attempts - 1] * (1 + JITTER * chance)
    if tried.retry_after_s is not None:
        pause = max(pause, min(timedelta(seconds=tried.retry_after_s), LONGEST_ASKED))
    return at + pause
