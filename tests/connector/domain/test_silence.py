"""When a part that works no more is an alarm, and when nothing can be said of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connector.domain import silence_words as words
from connector.domain.alarm_facts import AlarmKind, shop_is_down
from connector.domain.hours import Hours
from connector.domain.silence import (
    FailingTarget,
    ShopSigns,
    Signs,
    SilenceRules,
    SourceSigns,
    silences,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Japan."""
RULES = SilenceRules(working_hours={"main": Hours.read("09:00-18:00")})
SHOP = ShopSigns("main", moved_at=NOW, called=True)
SOURCE = SourceSigns("table", "main", refused=0)
WELL = Signs((SHOP,), (SOURCE,), disk_free=10**12, clock_ahead_s=0.4)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def kinds(signs: Signs) -> list[AlarmKind]:
    return [alarm.kind for alarm in silences(signs, RULES, NOW).alarms]


def test_while_all_is_well_nothing_is_said_and_nothing_is_open() -> None:
    looked = silences(WELL, RULES, NOW)

    assert (looked.alarms, looked.undecided) == ([], frozenset())


@pytest.mark.parametrize(
    ("shop", "expected"),
    [
        (replace(SHOP, stopped_since=NOW), [AlarmKind.SHOP_STOPPED]),
        (replace(SHOP, stopped_since=NOW, moved_at=ago(hours=3)), [AlarmKind.SHOP_STOPPED]),
        (replace(SHOP, moved_at=ago(minutes=3)), []),
        (replace(SHOP, moved_at=ago(minutes=3.1)), [AlarmKind.KEEPER_STUCK]),
        (replace(SHOP, unanswered_since=ago(minutes=2.9)), []),
        (replace(SHOP, unanswered_since=ago(minutes=3)), [AlarmKind.QOO10_SILENT]),
    ],
)
def test_a_shop_is_down(shop: ShopSigns, expected: list[AlarmKind]) -> None:
    """A stopped one turns no more, which is no second alarm."""
    assert kinds(replace(WELL, shops=(shop,))) == expected


@pytest.mark.parametrize(
    ("ends_on", "steps"),
    [
        (date(2026, 12, 25), []),
        (date(2026, 12, 24), [1]),
        (date(2026, 12, 2), [1]),
        (date(2026, 12, 1), [2]),
        (date(2026, 11, 25), [3]),
        (date(2026, 11, 24), [4]),
        (date(2026, 1, 1), [4]),
    ],
)
def test_a_key_is_told_of_30_7_and_1_days_before_its_end_and_when_it_is_over(ends_on: date, steps: list[int]) -> None:
    found = silences(replace(WELL, shops=(replace(SHOP, key_ends_on=ends_on),)), RULES, NOW).alarms

    assert [(alarm.kind, alarm.step) for alarm in found] == [(AlarmKind.KEY_ENDS, step) for step in steps]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (replace(SOURCE, heard_at=ago(hours=6), silent_after=timedelta(hours=4)), []),  # three of them worked
        (replace(SOURCE, heard_at=ago(hours=21), silent_after=timedelta(hours=3)), [AlarmKind.SOURCE_SILENT]),
        (replace(SOURCE, heard_at=ago(days=4), silent_after=timedelta(hours=10)), []),  # a weekend and a holiday
        (replace(SOURCE, heard_at=ago(days=40), silent_after=None), []),
        (replace(SOURCE, heard_at=None, silent_after=timedelta(hours=1)), []),
        (replace(SOURCE, troubled_since=ago(minutes=2.9)), []),
        (replace(SOURCE, troubled_since=ago(minutes=3)), [AlarmKind.SOURCE_TROUBLE]),
        (replace(SOURCE, due_since=ago(minutes=2.9)), []),
        (replace(SOURCE, due_since=ago(minutes=3)), [AlarmKind.SOURCE_TROUBLE]),
        (replace(SOURCE, refused=4, refused_since=ago(minutes=1)), []),
        (replace(SOURCE, refused=5, refused_since=ago(minutes=1)), [AlarmKind.SENDER_REFUSED]),
    ],
)
def test_a_source_that_sends_nothing_usable(source: SourceSigns, expected: list[AlarmKind]) -> None:
    """One that never sent anything, or is not to be watched, is no alarm."""
    assert kinds(replace(WELL, sources=(source,))) == expected


def test_a_share_that_hangs_is_to_be_looked_at_and_a_poller_that_hangs_to_be_restarted() -> None:
    hangs = replace(SOURCE, due_since=ago(minutes=4))

    said = [
        [alarm.do for alarm in silences(replace(WELL, sources=(source,)), RULES, NOW).alarms]
        for source in (hangs, replace(hangs, troubled_since=ago(minutes=4)))
    ]

    assert said == [[words.RESTART], [words.MEND_SOURCE]]


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (replace(WELL, ended_tasks={"fetcher": NOW}), [(AlarmKind.TASK_ENDED, 0)]),
        (replace(WELL, disk_free=2**30, disk_low_since=NOW), []),
        (replace(WELL, disk_free=2**30 - 1, disk_low_since=NOW), [(AlarmKind.DISK_NEARLY_FULL, 0)]),
        (replace(WELL, disk_free=2**20, disk_low_since=NOW), [(AlarmKind.DISK_NEARLY_FULL, 1)]),
        (replace(WELL, clock_ahead_s=-61, clock_off_since=NOW), [(AlarmKind.CLOCK_OFF, 0)]),
        (replace(WELL, failing_targets=(FailingTarget("office", NOW, 4),)), [(AlarmKind.TARGET_FAILING, 0)]),
    ],
)
def test_the_machine_and_the_rest(signs: Signs, expected: list[tuple[AlarmKind, int]]) -> None:
    assert [(alarm.kind, alarm.step) for alarm in silences(signs, RULES, NOW).alarms] == expected


def test_just_after_a_start_what_was_only_remembered_is_not_known() -> None:
    """Neither that it goes on, nor that it is over."""
    signs = Signs((ShopSigns("main"),), (SourceSigns("table", "main"), replace(SOURCE, source="b2")))

    looked = silences(signs, RULES, NOW)

    assert looked.alarms == []
    assert looked.undecided == {
        shop_is_down("main"),
        (AlarmKind.SENDER_REFUSED, "main", "table", ""),
        (AlarmKind.CLOCK_OFF, "", "", ""),
    }


def test_what_is_too_young_for_an_alarm_ends_none() -> None:
    """Memory begins anew with a start, and with it the patience."""
    shop = replace(SHOP, unanswered_since=ago(minutes=1))
    source = replace(SOURCE, troubled_since=ago(minutes=1))

    looked = silences(replace(WELL, shops=(shop,), sources=(source,)), RULES, NOW)

    assert looked.alarms == []
    assert looked.undecided == {shop_is_down("main"), (AlarmKind.SOURCE_TROUBLE, "main", "table", "")}
