"""The rows of a conflict's log as facts again. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.domain.chain import LogRow
from connector.domain.conflict import What


@dataclass(frozen=True, slots=True)
class LoggedFact:
    """One fact of the log: ``happened_at`` on ``clock``, ``learned_at`` on ours. ``what`` is one of ``What``."""

    seq: int
    what: str
    happened_at: datetime | None
    learned_at: datetime
    clock: str
    origin: str
    detail: Mapping[str, str]
    prev_hash: str
    hash: str

    @property
    def at(self) -> datetime:
        """When it happened, or else when we learned of it."""
        return self.happened_at or self.learned_at


def logged_fact(row: LogRow) -> LoggedFact:
    """A row's fact.

    Raises:
        ValueError: the row was tampered with; ``conflicts verify`` says how.
    """
    try:
        body = json.loads(row.body)
        happened_at = body["happened_at"]
        return LoggedFact(
            seq=row.seq,
            what=row.what,
            happened_at=None if happened_at is None else datetime.fromisoformat(happened_at),
            learned_at=datetime.fromisoformat(body["learned_at"]),
            clock=str(body["clock"]),
            origin=str(body["origin"]),
            detail={str(name): str(value) for name, value in body["detail"].items()},
            prev_hash=row.prev_hash,
            hash=row.hash,
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"row {row.seq} of the conflict log cannot be read") from error


def last_of(facts: Sequence[LoggedFact], what: What) -> LoggedFact | None:
    """The newest fact of this kind."""
    return next((fact for fact in reversed(facts) if fact.what == what), None)


def skew_of(facts: Sequence[LoggedFact]) -> float | None:
    """Our clock minus Qoo10's in seconds, as last measured while these facts were learned."""
    measured = [fact.detail["clock_skew_s"] for fact in facts if "clock_skew_s" in fact.detail]
    return float(measured[-1]) if measured else None
