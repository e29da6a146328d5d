"""What is remembered of calls and deliveries while the program runs: answers that stay away, refusals in a row."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from connector.qoo10.errors import LaterError, UnclearError

_NO_ANSWER = frozenset({LaterError.__name__, UnclearError.__name__})
_UNFINISHED = "unfinished"
BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many deliveries in a row a source was refused for a bad signature; ``since`` is the first of them."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused delivery: what it was answered with, and the reason in words; never what it held."""

    at: datetime
    status: int
    code: str
    reason: str


REMEMBERED = 20
"""Refusals of one source that are remembered; whoever sends garbage must not fill the memory."""


class Health:
    """Gone with the program: just after a start nothing is known."""

    def __init__(self) -> None:
        self._unanswered: dict[str, datetime | None] = {}
        self._refusals: dict[str, Refusals] = {}
        self._refused: dict[str, deque[Refusal]] = {}

    def call(self, shop: str, outcome: str, now: datetime) -> None:
        """A call to Qoo10 ended. One that its caller gave up says nothing."""
        if outcome == _UNFINISHED:
            return
        self._unanswered[shop] = (self._unanswered.get(shop) or now) if outcome in _NO_ANSWER else None

    def delivery(self, source: str, outcome: str, now: datetime) -> int:
        """A delivery was answered; gives how many of its source were refused in a row by now."""
        before = self._refusals.get(source, Refusals(0, None))
        refused = outcome == BAD_SIGNATURE
        after = Refusals(before.count + 1, before.since or now) if refused else Refusals(0, None)
        self._refusals[source] = after
        return after.count

    def refused(self, source: str, refusal: Refusal) -> None:
        """A delivery of a configured source was refused, for whatever reason."""
        self._refused.setdefault(source, deque(maxlen=REMEMBERED)).appendleft(refusal)

    def last_refused(self, source: str) -> tuple[Refusal, ...]:
        """The last refusals of a source, the newest first."""
        return tuple(self._refused.get(source, ()))

    def was_called(self, shop: str) -> bool:
        """Whether Qoo10 was called for this shop since the start."""
        return shop in self._unanswered

    def unanswered_since(self, shop: str) -> datetime | None:
        """The first of the calls in a row that got no answer; None where the last one did, or there was none."""
        return self._unanswered.get(shop)

    def refusals(self, source: str) -> Refusals | None:
        """The refusals in a row; None where nothing came since the start."""
        return self._refusals.get(source)
