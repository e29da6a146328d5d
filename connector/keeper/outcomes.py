"""From a verdict, or from what became of a write, to what the store keeps. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.conflict import News
from connector.domain.decision import Action, Verdict
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.keeper import schedule
from connector.qoo10.errors import CredentialError, LaterError, RefusedError, UnclearError
from connector.qoo10.outcomes import RowOutcome, RowState
from connector.store.entries import SettledEntry

WATCHED_FOR = timedelta(days=14)
"""How long an entry that waits for a person is looked at again by itself."""
UPDATE_FAILED_TRIES = 12
"""Attempts after which a number is held that Qoo10 answers with a code that says only that the update failed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is decided, and the chance that spreads retries."""

    at: datetime
    chance: float


def after_verdict(
    entry: Entry,
    verdict: Verdict,
    news: tuple[News, ...],
    now: Moment,
    shown_within: timedelta,
    overdue_from: datetime | None,
) -> SettledEntry:
    """What becomes of an entry by a verdict that is not to enter it."""
    state, reason, due_at = entry.state, verdict.reason, None
    accepted_at = confirmed_at = None
    attempts = entry.attempts + 1
    match verdict.action:
        case Action.CONFIRM:
            state, accepted_at, confirmed_at, attempts = (
                EntryState.CONFIRMED,
                entry.accepted_at or now.at,
                entry.confirmed_at or now.at,
                0,
            )
        case Action.DROP:
            state, attempts = EntryState.DROPPED, 0
        case Action.LOOK_AGAIN:
            late = entry.accepted_at is not None and now.at > entry.accepted_at + shown_within
            if late:
                state, reason = EntryState.HELD, Reason.NEVER_SHOWN
                due_at = _recheck_at(entry, now)
            else:
                state = EntryState.UNCLEAR if entry.accepted_at is None else EntryState.ACCEPTED
                due_at = now.at + schedule.look_after(entry.attempts, now.chance)
        case Action.HOLD:
            state, due_at = EntryState.HELD, _recheck_at(entry, now)
        case Action.STOP:
            state, due_at = EntryState.CONFLICT, _recheck_at(entry, now)
        case Action.ENTER:
            raise ValueError("an entry that is to be entered is settled by its write")
    return SettledEntry(
        entry=entry,
        state=state,
        reason=reason,
        at=now.at,
        due_at=due_at,
        attempts=attempts,
        accepted_at=accepted_at,
        confirmed_at=confirmed_at,
        overdue_from=overdue_from,
        news=news,
    )


def _recheck_at(entry: Entry, now: Moment) -> datetime | None:
    if now.at > entry.created_at + WATCHED_FOR:
        return None
    return now.at + schedule.recheck_after(entry.attempts, now.chance)


def after_write(entry: Entry, row: RowOutcome, now: Moment) -> SettledEntry:
    """What becomes of an entry after its write: it is read back at once, or before a repetition, or refused."""
    match row.state:
        case RowState.DONE:
            return SettledEntry(entry, EntryState.ACCEPTED, Reason.ACCEPTED, now.at, due_at=now.at, accepted_at=now.at)
        case RowState.REFUSED:
            return SettledEntry(entry, EntryState.REFUSED, Reason.REFUSED, now.at, detail=row.detail)
        case RowState.UNCLEAR:
            attempts = entry.attempts + 1
            if row.code is not None and attempts > UPDATE_FAILED_TRIES:
                due_at = _recheck_at(entry, now)
                return SettledEntry(
                    entry, EntryState.HELD, Reason.UPDATE_FAILED, now.at, due_at, detail=row.detail, attempts=attempts
                )
            due_at = now.at + schedule.look_after(entry.attempts, now.chance)
            return SettledEntry(
                entry,
                EntryState.UNCLEAR,
                Reason.ANSWER_LOST,
                now.at,
                due_at=due_at,
                detail=row.detail,
                attempts=attempts,
            )


def refused_or_unclear(order_no: str, error: RefusedError | UnclearError) -> RowOutcome:
    """A failed call for one line, judged like a row of a bulk call."""
    state = RowState.REFUSED if isinstance(error, RefusedError) else RowState.UNCLEAR
    return RowOutcome(order_no, state, error.code, error.detail)


def after_failure(entry: Entry, error: LaterError | CredentialError, now: Moment) -> SettledEntry:
    """What becomes of an entry that could not be worked on, with nothing written: it waits where it was."""
    wait = schedule.retry_after(entry.attempts, now.chance)
    reason, attempts = Reason.UNAVAILABLE, entry.attempts + 1
    if isinstance(error, CredentialError):
        wait, reason, attempts = timedelta(), Reason.SHOP_STOPPED, entry.attempts
    elif error.retry_after_s is not None:
        wait = max(wait, schedule.asked_for(error.retry_after_s))
    state = EntryState.WAITING if entry.state is EntryState.ENTERING else entry.state
    if state in (EntryState.HELD, EntryState.CONFLICT, EntryState.CONFIRMED):
        reason = entry.reason
    return SettledEntry(entry, state, reason, now.at, now.at + wait, detail=error.detail, attempts=attempts)
