"""What is kept after a verdict, a write or a failure."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.decision import Action, ConflictKind, Verdict
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.keeper.outcomes import (
    UPDATE_FAILED_TRIES,
    WATCHED_FOR,
    Moment,
    after_failure,
    after_verdict,
    after_write,
    refused_or_unclear,
)
from connector.qoo10.errors import CredentialError, LaterError, RefusedError, UnclearError
from connector.qoo10.outcomes import RowOutcome, RowState
from connector.store.entries import SettledEntry
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
NOW = Moment(AT + timedelta(minutes=5), 1.0)
NO = "1062428737"
SHOWN_WITHIN = timedelta(minutes=15)


def entry(state: EntryState = EntryState.WAITING, **more: object) -> Entry:
    return made_entry(AT, state=state, due_at=AT, **more)


def after(of: Entry, action: Action, reason: Reason, now: Moment = NOW) -> SettledEntry:
    return after_verdict(of, Verdict(action, reason), (), now, SHOWN_WITHIN, None)


class TestVerdicts:
    def test_confirmed_is_the_end(self) -> None:
        done = after(entry(attempts=7), Action.CONFIRM, Reason.SHOWN)

        assert (done.state, done.due_at, done.attempts) == (EntryState.CONFIRMED, None, 0)
        assert (done.accepted_at, done.confirmed_at) == (NOW.at, NOW.at)

    def test_when_it_was_accepted_and_first_confirmed_stays(self) -> None:
        known = entry(EntryState.CONFIRMED, accepted_at=AT, confirmed_at=AT + timedelta(seconds=1))

        again = after(known, Action.CONFIRM, Reason.SHOWN)

        assert (again.accepted_at, again.confirmed_at) == (AT, AT + timedelta(seconds=1))

    def test_dropped_is_the_end(self) -> None:
        dropped = after(entry(), Action.DROP, Reason.VOIDED)

        assert (dropped.state, dropped.due_at) == (EntryState.DROPPED, None)

    @pytest.mark.parametrize(("action", "state"), [(Action.HOLD, EntryState.HELD), (Action.STOP, EntryState.CONFLICT)])
    def test_what_waits_for_a_person_is_looked_at_again_by_itself(self, action: Action, state: EntryState) -> None:
        held = after(entry(attempts=2), action, Reason.UNPAID)

        assert (held.state, held.attempts, held.due_at) == (state, 3, NOW.at + timedelta(seconds=120))

    @pytest.mark.parametrize("action", [Action.HOLD, Action.STOP])
    def test_but_not_for_ever(self, action: Action) -> None:
        late = Moment(AT + WATCHED_FOR + timedelta(seconds=1), 1.0)

        assert after(entry(), action, Reason.UNPAID, late).due_at is None

    @pytest.mark.parametrize(
        ("of", "state"),
        [
            (entry(EntryState.ACCEPTED, accepted_at=AT), EntryState.ACCEPTED),
            (entry(EntryState.UNCLEAR, written_at=AT), EntryState.UNCLEAR),
        ],
    )
    def test_what_does_not_show_yet_is_looked_at_again_soon(self, of: Entry, state: EntryState) -> None:
        again = after(of, Action.LOOK_AGAIN, Reason.NOT_SHOWN_YET)

        assert (again.state, again.reason, again.due_at) == (
            state,
            Reason.NOT_SHOWN_YET,
            NOW.at + timedelta(seconds=0.5),
        )

    def test_what_never_shows_is_held(self) -> None:
        accepted = entry(EntryState.ACCEPTED, accepted_at=AT)
        just = Moment(AT + SHOWN_WITHIN, 1.0)
        late = Moment(AT + SHOWN_WITHIN + timedelta(seconds=1), 1.0)

        assert after(accepted, Action.LOOK_AGAIN, Reason.NOT_SHOWN_YET, just).state is EntryState.ACCEPTED
        held = after(accepted, Action.LOOK_AGAIN, Reason.NOT_SHOWN_YET, late)
        assert (held.state, held.reason) == (EntryState.HELD, Reason.NEVER_SHOWN)
        assert held.due_at is not None

    def test_entering_is_settled_by_its_write(self) -> None:
        with pytest.raises(ValueError, match="settled by its write"):
            after(entry(), Action.ENTER, Reason.OPEN)

    @pytest.mark.parametrize("action", [action for action in Action if action is not Action.ENTER])
    def test_news_go_along_with_any_verdict(self, action: Action) -> None:
        verdict = Verdict(action, Reason.UNPAID, ConflictKind.ANOTHER_NUMBER)

        settled = after_verdict(entry(), verdict, (), NOW, SHOWN_WITHIN, AT)

        assert (settled.at, settled.overdue_from, settled.news) == (NOW.at, AT, ())


class TestWrites:
    def test_an_accepted_number_is_read_back_at_once(self) -> None:
        done = after_write(entry(EntryState.ENTERING), RowOutcome(NO, RowState.DONE, 0), NOW)

        assert (done.state, done.reason, done.due_at, done.accepted_at) == (
            EntryState.ACCEPTED,
            Reason.ACCEPTED,
            NOW.at,
            NOW.at,
        )

    def test_a_refused_one_is_never_sent_again(self) -> None:
        refused = after_write(entry(EntryState.ENTERING), RowOutcome(NO, RowState.REFUSED, -1, "no"), NOW)

        assert (refused.state, refused.due_at, refused.detail) == (EntryState.REFUSED, None, "no")

    @pytest.mark.parametrize("attempts", [0, 5, UPDATE_FAILED_TRIES, 1000])
    def test_a_lost_answer_is_read_however_often_it_is_lost(self, attempts: int) -> None:
        lost = after_write(entry(EntryState.ENTERING, attempts=attempts), RowOutcome(NO, RowState.UNCLEAR), NOW)

        assert (lost.state, lost.reason, lost.attempts) == (EntryState.UNCLEAR, Reason.ANSWER_LOST, attempts + 1)
        assert lost.due_at is not None
        assert lost.accepted_at is None

    def test_a_code_that_says_nothing_is_held_after_many_tries(self) -> None:
        unclear = RowOutcome(NO, RowState.UNCLEAR, -999, "update failed")

        last = after_write(entry(EntryState.ENTERING, attempts=UPDATE_FAILED_TRIES - 1), unclear, NOW)
        held = after_write(entry(EntryState.ENTERING, attempts=UPDATE_FAILED_TRIES), unclear, NOW)

        assert last.state is EntryState.UNCLEAR
        assert (held.state, held.reason, held.detail) == (EntryState.HELD, Reason.UPDATE_FAILED, "update failed")

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (RefusedError("SetSendingInfo", "no", -1), RowState.REFUSED),
            (UnclearError("SetSendingInfo", "lost"), RowState.UNCLEAR),
        ],
    )
    def test_a_failed_call_for_one_line_is_judged_like_a_row(
        self, error: RefusedError | UnclearError, state: RowState
    ) -> None:
        assert refused_or_unclear(NO, error) == RowOutcome(NO, state, error.code, error.detail)


class TestFailures:
    @pytest.mark.parametrize("state", [state for state in EntryState if state is not EntryState.ENTERING])
    def test_with_nothing_written_an_entry_waits_where_it_was(self, state: EntryState) -> None:
        """Above all, what is unclear stays unclear: it is read before it is repeated."""
        later = after_failure(entry(state, attempts=3), LaterError("m", "away"), NOW)

        assert (later.state, later.attempts, later.due_at) == (state, 4, NOW.at + timedelta(seconds=8))

    def test_a_write_that_never_went_out_waits(self) -> None:
        later = after_failure(entry(EntryState.ENTERING), LaterError("m", "away"), NOW)

        assert (later.state, later.reason) == (EntryState.WAITING, Reason.UNAVAILABLE)

    @pytest.mark.parametrize("state", [EntryState.HELD, EntryState.CONFLICT, EntryState.CONFIRMED])
    def test_why_a_person_is_needed_stays_to_be_seen(self, state: EntryState) -> None:
        later = after_failure(entry(state, reason=Reason.UNPAID), LaterError("m", "away"), NOW)

        assert later.reason is Reason.UNPAID

    @pytest.mark.parametrize(
        ("attempts", "asked_s", "waited_s"), [(0, 40, 40), (6, 1, 60), (0, 0, 1), (0, 86_400, 60), (0, -5, 1)]
    )
    def test_the_pause_that_qoo10_asks_for_is_kept_within_reason(
        self, attempts: int, asked_s: float, waited_s: float
    ) -> None:
        later = after_failure(entry(attempts=attempts), LaterError("m", "slow down", retry_after_s=asked_s), NOW)

        assert later.due_at == NOW.at + timedelta(seconds=waited_s)

    def test_a_dead_key_costs_no_attempt(self) -> None:
        """The shop stands still; with a new key all goes on at once."""
        stopped = after_failure(entry(attempts=3), CredentialError("m", "expired", -90004), NOW)

        assert (stopped.reason, stopped.attempts, stopped.due_at) == (Reason.SHOP_STOPPED, 3, NOW.at)
