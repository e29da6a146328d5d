"""What holds of alerts for every history."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Occasion, Policy, Rule
from connector.domain.alert_words import Voice, text_of
from connector.domain.alerts import GATHER
from connector.domain.calendar import Calendar
from connector.domain.hours import Hours, WorkingTime
from connector.domain.language import Language
from connector.domain.patience import STOPS_WORK
from connector.domain.standing import GONE_FOR
from tests.connector.domain.alert_world import AGAIN, DOWN, NEW, NIGHT, NOON, OVER, World, alarm

ORDERS = [
    alarm(str(n), kind, conflict_id=n, saving=saving)
    for n, (kind, saving) in enumerate(
        [
            (AlarmKind.NOT_LOOKED_AT, Saving.GOODS_AND_MONEY),
            (AlarmKind.NOT_LOOKED_AT, Saving.ORDER),
            (AlarmKind.NOT_ENTERED, Saving.ORDER),
            (AlarmKind.NOT_ENTERED, Saving.ORDER),
            (AlarmKind.SHIP_BY_PAST, Saving.ORDER),
            (AlarmKind.NO_SCAN, Saving.CLARITY),
        ]
    )
]
PARTS = [alarm(kind=AlarmKind.TASK_ENDED, shop="", about=name) for name in ("fetcher", "anchors")]
UNIVERSE = [
    *ORDERS,
    *PARTS,
    alarm(kind=AlarmKind.SHOP_STOPPED),
    alarm("0", AlarmKind.ANOTHER_NUMBER, saving=Saving.CLARITY),
]
histories = st.lists(st.tuples(st.integers(1, 400), st.sets(st.sampled_from(range(len(UNIVERSE))))), max_size=25)
policies = st.builds(
    Policy,
    targets=st.sampled_from([("office",), ("office", "table")]),
    rules=st.sampled_from([(Rule(),), (Rule(targets=frozenset({"table"}), hours=Hours.read("08:00-20:00")), Rule())]),
    quiet=st.sampled_from([None, NIGHT]),
    working=st.sampled_from([{}, {"main": WorkingTime(Calendar(), Hours.read("18:00-03:00"))}]),
)


def play(policy: Policy, history: list[tuple[int, set[int]]]) -> tuple[World, datetime, list[Alarm]]:
    world, now, standing = World(policy), NOON, []
    for minutes, numbers in history:
        now += timedelta(minutes=minutes)
        standing = [UNIVERSE[number] for number in sorted(numbers)]
        world.look(now, *standing)
    return world, now, standing


@given(policies, histories)
def test_nothing_is_told_twice_at_the_same_stage(policy: Policy, history: list[tuple[int, set[int]]]) -> None:
    """Between two ends of an alert: each alarm is news once, each age is told once, and no end comes unheard of."""
    world, _, _ = play(policy, history)

    for target in policy.targets:
        heard: dict[tuple[str, ...], Counter[str]] = {}
        for letter in world.letters:
            for alert in letter.alerts if letter.target == target else ():
                counts = heard.setdefault(alert.subject, Counter())
                if letter.occasion is OVER:
                    assert counts["new"] > 0
                    del heard[alert.subject]
                elif letter.occasion is AGAIN:
                    counts[f"stage {policy.stage(letter.at - alert.first_at)}"] += 1
                else:
                    counts["new"] += 1
                    counts[f"news {alert.lead.key}"] += 1
        assert [counts for counts in heard.values() if any(n > 1 for what, n in counts.items() if what != "new")] == []


@given(policies, histories)
def test_all_that_stands_is_told_outside_quiet_hours(policy: Policy, history: list[tuple[int, set[int]]]) -> None:
    """At the latest with the second look at noon: in between, letters of a sort may wait for each other."""
    world, now, standing = play(policy, history)
    noon = NOON + timedelta(days=(now - NOON).days + 2)
    world.look(noon, *standing)
    world.look(noon + GATHER, *standing)

    down = any(each.kind in DOWN for each in standing)
    for target in policy.targets:
        known = {mark for alert in world.kept.values() if target in alert.told for mark in alert.told[target].said}
        for each in standing:
            swallowed = down and each.kind in (AlarmKind.NOT_ENTERED, AlarmKind.SHIP_BY_PAST)
            mark = f"{each.kind}|{each.conflict_id or ''}|{int(each.saving)}|{each.step}"
            assert swallowed or mark in known


@given(policies, histories)
def test_every_end_is_told_once_to_whoever_was_told(policy: Policy, history: list[tuple[int, set[int]]]) -> None:
    world, now, _ = play(policy, history)
    noon = NOON + timedelta(days=(now - NOON).days + 2)
    for after in (timedelta(), GONE_FOR, GONE_FOR + GATHER, GONE_FOR + 2 * GATHER):
        world.look(noon + after)

    assert world.kept == {}
    for target in policy.targets:
        counts: dict[tuple[str, ...], list[Occasion]] = {}
        for letter in world.letters:
            for alert in letter.alerts if letter.target == target else ():
                counts.setdefault(alert.subject, []).append(letter.occasion)
        for occasions in counts.values():
            assert occasions[0] is NEW
            assert occasions[-1] is OVER
            ends = [n for n, occasion in enumerate(occasions) if occasion is OVER]
            assert all(occasions[n + 1 : n + 2] in ([], [NEW]) for n in ends)


@given(policies, histories)
def test_what_is_told_at_night_can_still_be_saved(policy: Policy, history: list[tuple[int, set[int]]]) -> None:
    world, _, _ = play(replace(policy, quiet=NIGHT), history)

    at_night = [letter for letter in world.letters if NIGHT.hold(letter.at)]
    can_wait = [letter for letter in at_night if letter.lead.saving is not Saving.GOODS_AND_MONEY]
    assert {letter.lead.kind for letter in can_wait} <= STOPS_WORK
    assert all(working.hold(letter.at) for letter in can_wait for working in policy.working.values())
    assert policy.working or not can_wait


@given(policies, histories, st.sampled_from(list(Language)))
def test_every_letter_can_be_put_into_words(
    policy: Policy, history: list[tuple[int, set[int]]], language: Language
) -> None:
    """Its title fits a telephone; it names order numbers, and neither parcels nor buyers."""
    world, _, _ = play(policy, history)

    for letter in world.letters:
        text = text_of(letter, Voice(language, "https://console.example"))
        assert 0 < len(text.title) <= 48
        assert "444413758703" not in text.title + text.body
        assert all(line.strip() for line in text.body.splitlines())
