"""How long things are kept: every kind by one rule, the settings' days, and never by a clock that is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.keeping import (
    ANSWERS_KEPT_FOR,
    LONGEST_DAYS,
    RULES,
    SHORTEST_DAYS,
    Passing,
    Term,
    clock_is_right,
    oldest_kept,
)
from connector.settings.sections import StoreSettings

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAYS = st.integers(SHORTEST_DAYS, LONGEST_DAYS)


def test_each_kind_has_one_rule() -> None:
    assert sorted(rule.what for rule in RULES) == sorted(Passing)


def test_what_is_kept_without_settings() -> None:
    """The audit for more than a year, what is over for a season."""
    audit, told = NOW - timedelta(days=400), NOW - timedelta(days=90)

    assert oldest_kept(StoreSettings().days, NOW) == {
        Passing.DEEDS: audit,
        Passing.SCANS: audit,
        Passing.ALERTS: told,
        Passing.ALERT_MESSAGES: told,
        Passing.WEBHOOK_MESSAGES: told,
        Passing.UNREADABLE_DELIVERIES: told,
        Passing.SESSIONS: NOW,
        Passing.KEPT_ANSWERS: NOW - timedelta(days=1),
    }


@given(DAYS, DAYS)
def test_what_is_told_of_an_alarm_outlasts_the_alarm(audit: int, told: int) -> None:
    """An alarm stands for 30 days at most; no setting lets go of what was told of it, or of what people did, before."""
    settings = StoreSettings(keep_audit_days=audit, keep_days=told)
    short = {Passing.SESSIONS: timedelta(0), Passing.KEPT_ANSWERS: ANSWERS_KEPT_FOR}

    kept = {what: NOW - before for what, before in oldest_kept(settings.days, NOW).items()}

    assert {what: age for what, age in kept.items() if age <= timedelta(days=30)} == short
    assert settings.days == {Term.AUDIT: audit, Term.TOLD: told}


@pytest.mark.parametrize("days", [0, SHORTEST_DAYS - 1, LONGEST_DAYS + 1])
@pytest.mark.parametrize("setting", list(Term))
def test_settings_that_are_too_short_or_too_long_are_refused(setting: Term, days: int) -> None:
    with pytest.raises(ValueError, match=setting):
        StoreSettings.model_validate({setting: days})


@pytest.mark.parametrize(
    ("skews_s", "right"),
    [
        ([], False),
        ([None], False),
        ([0.2], True),
        ([None, -3600.0], True),
        ([0.2, 3601.0], False),
        ([-86_400.0 * 365], False),
    ],
    ids=["no shop", "not heard yet", "right", "an hour behind", "one shop sees it ahead", "a year behind"],
)
def test_a_clock_says_what_is_old_once_it_was_compared(skews_s: list[float | None], right: bool) -> None:  # noqa: FBT001 - a row
    assert clock_is_right(skews_s) is right
