"""Outgoing webhooks in words, how a target stands, and where an alarm about one leads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.domain import hook_words
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.hooks import (
    TEST,
    HookEvent,
    HookState,
    TargetStanding,
    Trouble,
    about_target,
    target_about,
    target_standing,
)
from connector.domain.language import Said
from connector.now.needs import where_to_act

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_every_outcome_has_its_words() -> None:
    """In both languages, and none twice."""
    assert set(hook_words.STANDINGS) == set(TargetStanding)
    assert set(hook_words.TROUBLES) == set(Trouble) - {Trouble.NONE}
    assert set(hook_words.TELLS) == {*HookEvent, TEST}
    assert set(hook_words.STATES) == set(HookState)
    for table in (hook_words.STANDINGS, hook_words.TROUBLES, hook_words.TELLS, hook_words.STATES):
        for language in ("ja", "en"):
            said = [getattr(each, language) for each in table.values()]
            assert all(said)
            assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("off_at", "failures", "taken_at", "expected"),
    [
        (None, 0, None, TargetStanding.UNTRIED),
        (None, 0, AT, TargetStanding.FINE),
        (None, 1, None, TargetStanding.FAILING),
        (None, 1, AT, TargetStanding.FAILING),
        (AT, 0, AT, TargetStanding.OFF),
        (AT, 9, None, TargetStanding.OFF),
    ],
)
def test_how_a_target_stands(
    off_at: datetime | None, failures: int, taken_at: datetime | None, expected: TargetStanding
) -> None:
    assert target_standing(off_at, failures, taken_at) is expected


@pytest.mark.parametrize(
    ("about", "leads_to"),
    [(about_target("wms"), "/settings/webhooks?target=wms"), ("office", "/alerts"), ("webhook", "/alerts")],
)
def test_the_alarm_about_a_failing_target_leads_to_it(about: str, leads_to: str) -> None:
    """A target of alerts leads to the alerts, also one that is called webhook."""
    said = Said("", "")
    alarm = Alarm(AlarmKind.TARGET_FAILING, "", "", "", AT, None, said, said, about=about)

    assert where_to_act(alarm) == leads_to
    assert target_about(about_target("wms")) == "wms"
