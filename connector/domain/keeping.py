"""What does not stay for ever: how long each of it is kept, counted from when, and why it may go. Pure.

What is not named here stays: deliveries and label events (a repeat is known by them for ever), parcels, entries and
their history, order lines, conflicts with their log, inquiries, users, tokens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST_DAYS = 31
"""An alarm may stand for 30 days: what was told of it is known for longer, or it would be told twice."""
LONGEST_DAYS = 36_500
ANSWERS_KEPT_FOR = timedelta(hours=24)
"""So long an answer is given again to the same key."""
CLOCK_OFF_BY = timedelta(hours=1)
"""A clock that is further off than that does not say what is old."""


class Passing(StrEnum):
    """What is kept for a while."""

    DEEDS = "deeds"
    SCANS = "scans"
    ALERTS = "alerts"
    ALERT_MESSAGES = "alert_messages"
    WEBHOOK_MESSAGES = "webhook_messages"
    UNREADABLE_DELIVERIES = "unreadable_deliveries"
    SESSIONS = "sessions"
    KEPT_ANSWERS = "kept_answers"


class Term(StrEnum):
    """The settings that say how many days, as they are named under ``[store]``."""

    AUDIT = "keep_audit_days"
    TOLD = "keep_days"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: ``kept`` counts from the moment that ``since`` names; ``why`` is what makes it safe to let go then."""

    what: Passing
    kept: Term | timedelta
    since: str
    why: str


RULES = (
    Rule(Passing.DEEDS, Term.AUDIT, "when it was done", "Nothing is decided by them; people look back."),
    Rule(
        Passing.SCANS,
        Term.AUDIT,
        "when it came",
        "Its label event stays, and knows a repeat; only who scanned it at which table goes.",
    ),
    Rule(Passing.ALERTS, Term.TOLD, "when nothing was left to tell", "An alert that stands is none of these."),
    Rule(
        Passing.ALERT_MESSAGES,
        Term.TOLD,
        "when it was written",
        "One that waits is none of these; what was told of an alert stands in the alert itself.",
    ),
    Rule(
        Passing.WEBHOOK_MESSAGES,
        Term.TOLD,
        "when it was made",
        "One that is due is none of these; no alarm that it told of can still stand.",
    ),
    Rule(
        Passing.UNREADABLE_DELIVERIES,
        Term.TOLD,
        "when it first came",
        "No label event came of it; its body was never kept.",
    ),
    Rule(Passing.SESSIONS, timedelta(0), "when it ended", "Nobody can come in by it any more."),
    Rule(Passing.KEPT_ANSWERS, ANSWERS_KEPT_FOR, "when the request came", "No answer is given again later."),
)


def oldest_kept(days: Mapping[Term, int], now: datetime) -> Mapping[Passing, datetime]:
    """The moment before which each of it goes, by the settings' days."""
    return {
        rule.what: now - (rule.kept if isinstance(rule.kept, timedelta) else timedelta(days=days[rule.kept]))
        for rule in RULES
    }


def clock_is_right(skews_s: Iterable[float | None]) -> bool:
    """Whether the clock may say what is old: Qoo10's was heard, and ours agrees with it, for every shop that heard it.

    A clock that stands a year ahead would else remove in an hour what is kept for a year.
    """
    heard = [skew_s for skew_s in skews_s if skew_s is not None]
    return bool(heard) and all(abs(skew_s) <= CLOCK_OFF_BY.total_seconds() for skew_s in heard)
