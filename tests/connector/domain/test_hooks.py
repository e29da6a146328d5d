"""Which of our steps are messages, and what comes of trying to deliver one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.chain import LogRow
from connector.domain.conflict import What
from connector.domain.entry import EntryState
from connector.domain.hooks import (
    JITTER,
    LOGGED,
    LONGEST_ASKED,
    RETRIES,
    STEPS,
    ConflictChange,
    HookEvent,
    Tried,
    Trouble,
    conflict_changes,
    judged,
    retry_at,
)

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def row(seq: int, what: What, *, conflict: int = 1, minutes: float = 0) -> LogRow:
    return LogRow(seq, conflict, "main", "1062428737", AT + timedelta(minutes=minutes), what, "", "{}", "")


def change(event: HookEvent, seq: int, *, conflict: int = 1, minutes: float = 0) -> ConflictChange:
    return ConflictChange(event, conflict, "main", "1062428737", AT + timedelta(minutes=minutes), seq)


def test_every_state_and_every_row_of_the_log_is_in_its_table() -> None:
    """A new one must be decided about."""
    assert set(STEPS) == set(EntryState)
    assert set(LOGGED) == set(What)


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([row(1, What.LABEL_SCANNED)], [], id="a fact alone"),
        pytest.param(
            [row(1, What.OPENED), row(2, What.CANCEL_REQUESTED), row(3, What.VERDICT)],
            [change(HookEvent.OPENED, 3)],
            id="a look that opens it: its verdict is part of that",
        ),
        pytest.param(
            [row(1, What.OPENED), row(2, What.VERDICT, minutes=1)],
            [change(HookEvent.OPENED, 1), change(HookEvent.CHANGED, 2, minutes=1)],
            id="another verdict at a later look",
        ),
        pytest.param(
            [row(1, What.KIND_CHANGED), row(2, What.VERDICT)],
            [change(HookEvent.CHANGED, 2)],
            id="another kind and its verdict",
        ),
        pytest.param(
            [row(1, What.VERDICT), row(2, What.CLOSED)],
            [change(HookEvent.CLOSED, 2)],
            id="its last verdict and its end",
        ),
        pytest.param([row(1, What.PERSON), row(2, What.REOPENED)], [change(HookEvent.OPENED, 2)], id="reopened"),
        pytest.param([row(1, What.PERSON)], [], id="a note"),
        pytest.param(
            [row(1, What.OPENED), row(2, What.OPENED, conflict=2)],
            [change(HookEvent.OPENED, 1), change(HookEvent.OPENED, 2, conflict=2)],
            id="two at the same moment",
        ),
    ],
)
def test_what_a_look_did_to_a_conflict_is_told_once(rows: list[LogRow], changes: list[ConflictChange]) -> None:
    assert conflict_changes(rows) == changes


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (200, Trouble.NONE),
        (204, Trouble.NONE),
        (299, Trouble.NONE),
        (301, Trouble.REDIRECT),
        (308, Trouble.REDIRECT),
        (199, Trouble.STATUS),
        (400, Trouble.STATUS),
        (410, Trouble.GONE),
        (429, Trouble.STATUS),
        (503, Trouble.STATUS),
        (999, Trouble.STATUS),
    ],
)
def test_only_2xx_is_taken(status: int, trouble: Trouble) -> None:
    tried = judged(status)

    assert (tried.trouble, tried.taken) == (trouble, trouble is Trouble.NONE)


def test_the_pauses_are_those_of_standard_webhooks() -> None:
    pauses = [retry_at(Tried(Trouble.TIMEOUT), attempts, AT, 0) for attempts in range(1, 11)]

    hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert pauses == [*(AT + timedelta(hours=each) for each in hours), None]


@given(st.integers(1, len(RETRIES)), st.floats(0, 1), st.none() | st.floats(0, 1e9))
def test_a_pause_is_never_shorter_than_it_stands_there(attempts: int, chance: float, asked_s: float | None) -> None:
    """And longer only by the jitter, or by what the target asks for, within a day."""
    at = retry_at(Tried(Trouble.STATUS, 503, asked_s), attempts, AT, chance)

    assert at is not None
    assert RETRIES[attempts - 1] <= at - AT <= max(RETRIES[attempts - 1] * (1 + JITTER), LONGEST_ASKED)
    assert asked_s is None or at - AT >= min(timedelta(seconds=asked_s), LONGEST_ASKED)


def test_a_target_that_is_gone_is_not_tried_again() -> None:
    assert retry_at(judged(410), 1, AT, 0) is None
