"""What is remembered of calls and deliveries while the program runs."""

from datetime import UTC, datetime, timedelta

from connector.health import REMEMBERED, Health, Refusal, Refusals

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_just_after_a_start_nothing_is_known() -> None:
    health = Health()

    assert (health.was_called("main"), health.unanswered_since("main"), health.refusals("table")) == (False, None, None)


def test_silence_begins_with_the_first_call_that_got_no_answer_and_ends_with_an_answer() -> None:
    """That Qoo10 refuses, also the key, is an answer; a call that was given up says nothing."""
    health = Health()
    heard = []
    outcomes = ["ok", "LaterError", "unfinished", "UnclearError", "RefusedError", "LaterError", "CredentialError"]
    for minute, outcome in enumerate(outcomes):
        health.call("main", outcome, at(minute))
        heard.append(health.unanswered_since("main"))

    assert heard == [None, at(1), at(1), at(1), None, at(5), None]
    assert health.unanswered_since("second") is None


def test_a_call_that_was_given_up_is_no_call() -> None:
    health = Health()
    health.call("main", "unfinished", NOON)

    assert not health.was_called("main")


def test_refusals_count_in_a_row_and_per_source() -> None:
    health = Health()
    counts = [
        health.delivery("table", outcome, at(minute))
        for minute, outcome in enumerate(["bad_signature", "bad_signature", "accepted", "bad_signature"])
    ]

    assert counts == [1, 2, 0, 1]
    assert health.refusals("table") == Refusals(1, at(3))
    assert health.refusals("other") is None


def test_the_last_refusals_are_remembered_and_no_more_than_these() -> None:
    health = Health()
    refusals = [Refusal(at(n), 401, "bad_signature", "no proof") for n in range(REMEMBERED + 5)]
    for refusal in refusals:
        health.refused("a", refusal)

    assert health.last_refused("a") == tuple(reversed(refusals[5:]))
    assert health.last_refused("b") == ()
