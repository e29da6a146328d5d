"""Who dies silently is told of within five minutes: all that stands between its death and the message is added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connector.alerts.guard import BEAT_EVERY_S, CHECK_EVERY_S
from connector.alerts.sender import LOOK_EVERY_S
from connector.domain.alarm_facts import AlarmKind
from connector.domain.alert_facts import Letter, Occasion, Outbox, Policy, retry_after
from connector.domain.alerts import plan
from connector.domain.hours import Hours
from connector.domain.patience import (
    LOOK_AT_LEAST_EVERY,
    PATIENCE,
    SEND_WITHIN,
    SILENT_DEATHS,
    STANDS_AFTER,
    TOLD_WITHIN,
)
from connector.domain.silence import FailingTarget, ShopSigns, Signs, SilenceRules, SourceSigns, silences
from connector.settings.measure import AlarmSettings
from connector.store.alerts import FAILS_FROM

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Of a Tuesday in Japan."""
MIDNIGHT = NOON - timedelta(hours=12)
LONG_AGO = NOON - timedelta(days=1)
RULES = SilenceRules(5, working_hours={"main": Hours.read("09:00-18:00")})

ABOUT_ORDERS = frozenset(
    {
        AlarmKind.NOT_LOOKED_AT,
        AlarmKind.SHIP_BY_NEAR,
        AlarmKind.SHIP_BY_PAST,
        AlarmKind.NOT_ENTERED,
        AlarmKind.ANOTHER_NUMBER,
        AlarmKind.NO_SCAN,
    }
)

NOTHING = Signs()


@dataclass(frozen=True)
class Death:
    """A part that dies at ``at``, or crosses the line of the settings then: its signs when it is dead, or still not."""

    kind: AlarmKind
    dead: Signs
    alive: Signs = NOTHING
    at: datetime = NOON

    def signs(self, now: datetime) -> Signs:
        return self.dead if now >= self.at else self.alive


def shop(**signs: Any) -> Signs:
    return Signs(shops=(ShopSigns("main", called=True, **signs),))


def source(**signs: Any) -> Signs:
    return Signs(sources=(SourceSigns("table", "main", **{"refused": 0} | signs),))


SILENT = source(heard_at=NOON - timedelta(hours=3), silent_after=timedelta(hours=3))
"""At noon three hours have been worked since 09:00."""
DEATHS = {
    "Qoo10 refuses the key": Death(AlarmKind.SHOP_STOPPED, shop(stopped_since=NOON), shop()),
    "Qoo10 answers no call": Death(AlarmKind.QOO10_SILENT, shop(unanswered_since=NOON), shop()),
    "a keeper never returns": Death(AlarmKind.KEEPER_STUCK, shop(moved_at=NOON), shop(moved_at=NOON)),
    "a task ends": Death(AlarmKind.TASK_ENDED, Signs(ended_tasks={"fetcher": NOON})),
    "a source is silent": Death(AlarmKind.SOURCE_SILENT, SILENT, SILENT),
    "a vendor fails": Death(AlarmKind.SOURCE_TROUBLE, source(troubled_since=NOON), source()),
    "a poller never returns": Death(AlarmKind.SOURCE_TROUBLE, source(due_since=NOON), source()),
    "a sender is refused": Death(
        AlarmKind.SENDER_REFUSED, source(refused=5, refused_since=LONG_AGO), source(refused=4, refused_since=LONG_AGO)
    ),
    "a key has 30 days left": Death(
        AlarmKind.KEY_ENDS, KEY_30 := shop(key_ends_on=date(2026, 12, 24)), KEY_30, MIDNIGHT
    ),
    "a key has 7 days left": Death(AlarmKind.KEY_ENDS, KEY_7 := shop(key_ends_on=date(2026, 12, 1)), KEY_7, MIDNIGHT),
    "a key has 1 day left": Death(AlarmKind.KEY_ENDS, KEY_1 := shop(key_ends_on=date(2026, 11, 25)), KEY_1, MIDNIGHT),
    "the disk is full": Death(AlarmKind.DISK_NEARLY_FULL, Signs(disk_free=5, disk_low_since=NOON)),
    "the clock is off": Death(AlarmKind.CLOCK_OFF, Signs(clock_ahead_s=90, clock_off_since=NOON)),
    "a target fails": Death(
        AlarmKind.TARGET_FAILING, Signs(failing_targets=(FailingTarget("table", LONG_AGO, FAILS_FROM),))
    ),
}


def test_every_kind_of_silent_death_dies_here() -> None:
    """An alarm about no order is about a part: a new one needs its patience and its row."""
    assert set(AlarmKind) - ABOUT_ORDERS == SILENT_DEATHS == {death.kind for death in DEATHS.values()}


@pytest.mark.parametrize("name", DEATHS)
def test_people_hear_within_five_minutes(name: str) -> None:
    """The look before came a moment too early, and another part of the same kind was told of just before.

    Both targets are told: none waits for what the other heard.
    """
    death = DEATHS[name]
    targets = ("office", "other")
    last: dict[tuple[str, ...], datetime] = {
        (target, Occasion.NEW, death.kind, shop): death.at for target in targets for shop in ("", "main")
    }
    now, told = death.at - timedelta(milliseconds=1), list[Letter]()
    while not told and now < death.at + timedelta(hours=1):
        looked = silences(death.signs(now), RULES, now)
        told = [
            letter for letter in plan(looked, (), Outbox(last=last), Policy(targets), now).letters if now >= death.at
        ]
        now += LOOK_AT_LEAST_EVERY
    sent_by = now - LOOK_AT_LEAST_EVERY + SEND_WITHIN

    assert [(letter.target, letter.lead.kind) for letter in told] == [(target, death.kind) for target in targets]
    assert sent_by <= death.at + TOLD_WITHIN


@pytest.mark.parametrize("kind", PATIENCE)
def test_patience_and_the_way_to_people_are_five_minutes_at_most(kind: AlarmKind) -> None:
    assert PATIENCE[kind] + LOOK_AT_LEAST_EVERY + SEND_WITHIN <= TOLD_WITHIN


def test_nobody_may_have_alarms_looked_for_less_often() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 60"):
        AlarmSettings(every_s=LOOK_AT_LEAST_EVERY.total_seconds() + 1)


@pytest.mark.parametrize(
    "rests", [timedelta(seconds=BEAT_EVERY_S), LOOK_AT_LEAST_EVERY, timedelta(seconds=LOOK_EVERY_S)]
)
def test_the_guard_tells_as_quickly_of_what_it_watches(rests: timedelta) -> None:
    """Of the loop, the alerts and the senders: each may rest so long between two signs of life."""
    assert rests + STANDS_AFTER + timedelta(seconds=CHECK_EVERY_S) + SEND_WITHIN <= TOLD_WITHIN


def test_a_target_at_which_messages_fail_is_told_to_the_others_as_quickly() -> None:
    """From the first message that does not arrive, when each try takes as long as it may."""
    waits = sum((retry_after(attempts) for attempts in range(1, FAILS_FROM)), timedelta())

    assert FAILS_FROM * SEND_WITHIN + waits + LOOK_AT_LEAST_EVERY + SEND_WITHIN <= TOLD_WITHIN
