"""Who is told what, and when: by tables, and by what holds for every history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Alert, Letter, Occasion, Outbox, Policy, Rule
from connector.domain.alert_words import Voice, text_of
from connector.domain.alerts import GATHER, MOST_WAITING, MOST_WAITING_URGENT, plan
from connector.domain.hours import Hours
from connector.domain.language import Language, Said
from connector.domain.silence import Looked
from connector.domain.standing import GONE_FOR, MOST_APART

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
NIGHT = Hours.read("22:00-07:00")


def at(hours: float = 0, minutes: float = 0) -> datetime:
    return NOON + timedelta(hours=hours, minutes=minutes)


def alarm(  # noqa: PLR0913 - what a test speaks of, by name
    order_no: str = "1",
    kind: AlarmKind = AlarmKind.NOT_LOOKED_AT,
    *,
    shop: str = "main",
    saving: Saving = Saving.ORDER,
    since: datetime = NOON,
    tracking_no: str = "444413758703",
    conflict_id: int | None = 7,
    about: str = "",
    step: int = 0,
) -> Alarm:
    order = order_no if not about and kind not in DOWN else ""
    return Alarm(
        kind,
        shop,
        order,
        tracking_no if order else "",
        since,
        None,
        Said("起きたこと。", "It happened."),
        Said("してください。", "Do it."),
        conflict_id=conflict_id if order and kind is AlarmKind.NOT_LOOKED_AT else None,
        saving=saving,
        about=about,
        step=step,
    )


DOWN = (AlarmKind.SHOP_STOPPED, AlarmKind.QOO10_SILENT, AlarmKind.KEEPER_STUCK)
GOODS = alarm("9", saving=Saving.GOODS_AND_MONEY, conflict_id=9)


@dataclass
class World:
    """Plays the store and the targets: keeps what a plan says, and all letters that ever went out."""

    policy: Policy = field(default_factory=lambda: Policy(("office",)))
    kept: dict[tuple[str, ...], Alert] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    ids: int = 0

    def look(self, now: datetime, *alarms: Alarm, undecided: Collection[tuple[str, ...]] = ()) -> list[Letter]:
        last: dict[tuple[str, ...], datetime] = {}
        for letter in self.letters:
            last[letter.sort] = letter.at
        outbox = Outbox(self.waiting, frozenset(self.lost), last)
        looked = Looked(list(alarms), frozenset(undecided))
        made = plan(looked, tuple(self.kept.values()), outbox, self.policy, now)
        for alert in made.changed:
            self.ids += alert.id == 0
            self.kept[alert.subject] = alert if alert.id else replace(alert, id=self.ids)
            if alert.done_at is not None:
                del self.kept[alert.subject]
        self.letters += made.letters
        return list(made.letters)

    def acknowledge(self, now: datetime) -> None:
        self.kept = {key: replace(each, acknowledged_at=now, acknowledged_by="sato") for key, each in self.kept.items()}


def told(letters: Iterable[Letter]) -> list[tuple[Occasion, list[str]]]:
    """What each letter is, and about which orders."""
    return [(letter.occasion, [alert.lead.order_no for alert in letter.alerts]) for letter in letters]


NEW, AGAIN, OVER = Occasion.NEW, Occasion.FOLLOW_UP, Occasion.RESOLVED


class TestOneThing:
    def test_it_is_told_once_then_by_its_age_then_its_end(self) -> None:
        world = World()
        moments = [0, 1, 59, 60, 61, 239, 240, 1440, 3000]

        said = [(minutes, told(world.look(at(minutes=minutes), alarm()))) for minutes in moments]
        said += [(minutes, told(world.look(at(minutes=minutes)))) for minutes in (3001, 3003, 3004, 3005)]

        assert [(minutes, letters) for minutes, letters in said if letters] == [
            (0, [(NEW, ["1"])]),
            (60, [(AGAIN, ["1"])]),
            (240, [(AGAIN, ["1"])]),
            (1440, [(AGAIN, ["1"])]),
            (3004, [(OVER, ["1"])]),
        ]
        assert world.kept == {}

    def test_what_goes_for_a_moment_is_not_over(self) -> None:
        """A restart, an answer in between: neither its end nor a new beginning is told."""
        world = World()
        world.look(at(), alarm())

        assert world.look(at(minutes=1)) == []
        assert world.look(at(minutes=3), alarm()) == []
        assert world.look(at(minutes=5)) == []

    def test_what_is_undecided_is_neither_over_nor_told_again(self) -> None:
        world = World()
        stopped = alarm(kind=AlarmKind.SHOP_STOPPED)
        world.look(at(), stopped)

        assert [world.look(at(hours=hour), undecided={stopped.subject}) for hour in (1, 5, 30)] == [[], [], []]

    def test_one_that_comes_back_after_its_end_is_new(self) -> None:
        world = World()
        world.look(at(), alarm())
        world.look(at(hours=1))
        assert told(world.look(at(hours=2))) == [(OVER, ["1"])]

        assert told(world.look(at(hours=3), alarm())) == [(NEW, ["1"])]
        assert told(world.look(at(hours=4), alarm())) == [(AGAIN, ["1"])]

    def test_alarms_about_one_order_are_one_thing(self) -> None:
        """What is news of it is told when it comes, and its end when all of it has ended."""
        world = World()
        near, missing = alarm(kind=AlarmKind.SHIP_BY_NEAR), alarm(kind=AlarmKind.NOT_ENTERED)

        assert told(world.look(at(), near, missing)) == [(NEW, ["1"])]
        past = alarm(kind=AlarmKind.SHIP_BY_PAST)
        (letter,) = world.look(at(minutes=1), past, missing)
        assert [each.kind for each in letter.alerts[0].alarms] == [AlarmKind.SHIP_BY_PAST, AlarmKind.NOT_ENTERED]
        assert world.look(at(minutes=9), missing) == []
        assert world.look(at(minutes=10)) == []
        assert told(world.look(at(minutes=14))) == [(OVER, ["1"])]

    def test_what_gets_worse_is_told_anew_even_when_somebody_has_it(self) -> None:
        """Better is no news."""
        world = World()
        world.look(at(), alarm(saving=Saving.ORDER))
        world.acknowledge(at(minutes=1))

        (letter,) = world.look(at(minutes=2), alarm(saving=Saving.GOODS_AND_MONEY))
        assert (letter.occasion, letter.lead.saving) == (NEW, Saving.GOODS_AND_MONEY)
        assert [alert.acknowledged_at for alert in world.kept.values()] == [None]
        assert world.look(at(minutes=30), alarm(saving=Saving.ORDER)) == []

    def test_what_somebody_has_is_not_told_again_but_its_end_is(self) -> None:
        world = World()
        world.look(at(), alarm())
        world.acknowledge(at(minutes=1))

        assert [world.look(at(hours=hour), alarm()) for hour in (1, 4, 24)] == [[], [], []]
        world.look(at(hours=25))
        assert told(world.look(at(hours=26))) == [(OVER, ["1"])]

    def test_a_key_is_told_of_at_each_of_its_steps_and_never_by_age(self) -> None:
        world = World()
        steps = [(0, 1), (25, 1), (48, 2), (80, 2), (100, 3)]

        said = [world.look(at(hours), alarm(kind=AlarmKind.KEY_ENDS, about="key", step=step)) for hours, step in steps]

        assert [[letter.occasion for letter in letters] for letters in said] == [[NEW], [], [NEW], [], [NEW]]


class TestQuietHours:
    """From 22:00 to 07:00; noon plus ten hours is their beginning, plus nineteen their end."""

    WORLD = Policy(("office",), quiet=NIGHT)

    def test_what_can_wait_is_told_at_their_end_if_it_still_stands(self) -> None:
        world = World(self.WORLD)

        said = [world.look(at(hours), alarm("1"), alarm("2", kind=AlarmKind.NO_SCAN)) for hours in (10, 15, 18.99)]
        said.append(world.look(at(19), alarm("1")))

        assert [told(letters) for letters in said] == [[], [], [], [(NEW, ["1"])]]

    def test_what_can_still_be_saved_is_told_at_once(self) -> None:
        world = World(self.WORLD)

        assert told(world.look(at(11), GOODS, alarm("1"))) == [(NEW, ["9"])]
        assert told(world.look(at(12), GOODS, alarm("1"))) == [(AGAIN, ["9"])]

    def test_an_end_waits_for_the_morning(self) -> None:
        world = World(self.WORLD)
        world.look(at(9), alarm())

        said = [world.look(at(hours)) for hours in (10, 11, 18)]

        assert [*said, told(world.look(at(19)))] == [[], [], [], [(OVER, ["1"])]]

    def test_what_came_back_before_the_morning_never_ended(self) -> None:
        world = World(self.WORLD)
        world.look(at(9), alarm())
        for hours in (10, 12):
            world.look(at(hours))

        assert world.look(at(19), alarm()) == [] or told(world.letters)[-1][0] is AGAIN
        assert OVER not in {letter.occasion for letter in world.letters}


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "heard"),
        [
            (Rule(), True),
            (Rule(targets=frozenset({"office"})), True),
            (Rule(targets=frozenset({"table"})), False),
            (Rule(kinds=frozenset({AlarmKind.NOT_LOOKED_AT})), True),
            (Rule(kinds=frozenset({AlarmKind.NO_SCAN})), False),
            (Rule(shops=frozenset({"main"})), True),
            (Rule(shops=frozenset({"second"})), False),
            (Rule(hours=Hours.read("09:00-21:00")), True),
            (Rule(hours=Hours.read("18:00-09:00")), False),
            (Rule(least=Saving.ORDER), True),
            (Rule(least=Saving.GOODS_AND_MONEY), False),
        ],
    )
    def test_a_rule_says_who_is_told_of_what_and_when(self, rule: Rule, *, heard: bool) -> None:
        world = World(Policy(("office",), rules=(rule,)))

        assert told(world.look(at(), alarm())) == ([(NEW, ["1"])] if heard else [])

    def test_each_target_is_told_when_its_hours_begin(self) -> None:
        day = Rule(targets=frozenset({"day"}), hours=Hours.read("09:00-18:00"))
        night = Rule(targets=frozenset({"night"}), hours=Hours.read("18:00-09:00"))
        world = World(Policy(("day", "night"), rules=(day, night), follow_ups=()))

        said = [world.look(at(hours), alarm()) for hours in (0, 1, 6, 12, 21)]

        assert [[letter.target for letter in letters] for letters in said] == [["day"], [], ["night"], [], []]

    def test_of_an_order_a_target_hears_only_what_its_rules_name(self) -> None:
        rule = Rule(kinds=frozenset({AlarmKind.ANOTHER_NUMBER}))
        world = World(Policy(("office",), rules=(rule,)))

        (letter,) = world.look(at(), alarm(), alarm(kind=AlarmKind.ANOTHER_NUMBER, saving=Saving.CLARITY))

        assert [each.kind for each in letter.alerts[0].alarms] == [AlarmKind.ANOTHER_NUMBER]

    def test_what_is_about_no_shop_concerns_the_rules_of_every_shop(self) -> None:
        world = World(Policy(("office",), rules=(Rule(shops=frozenset({"main"})),)))

        assert len(world.look(at(), alarm(kind=AlarmKind.DISK_NEARLY_FULL, shop="", about="disk"))) == 1

    def test_a_target_that_fails_is_told_to_the_others(self) -> None:
        world = World(Policy(("office", "table")))

        letters = world.look(at(), alarm(kind=AlarmKind.TARGET_FAILING, shop="", about="table"))

        assert [letter.target for letter in letters] == ["office"]

    def test_the_end_is_told_to_whoever_was_told(self) -> None:
        """Also where the rules name the matter no more; a target that is gone is told nothing."""
        world = World(Policy(("office", "table")))
        world.look(at(), alarm())
        world.policy = Policy(("office",), rules=(Rule(kinds=frozenset({AlarmKind.NO_SCAN})),))
        world.look(at(1))

        assert told(world.look(at(2))) == [(OVER, ["1"])]
        assert world.kept == {}


class TestNoFlood:
    def test_up_to_three_are_told_one_by_one_and_more_in_one_letter(self) -> None:
        few, many = World(), World()

        assert len(few.look(at(), *(alarm(str(n), conflict_id=n) for n in range(3)))) == 3
        (letter,) = many.look(at(), *(alarm(str(n), conflict_id=n, since=at(minutes=-n)) for n in range(50)))
        assert [alert.lead.order_no for alert in letter.alerts][:3] == ["49", "48", "47"]

    def test_of_very_many_the_most_urgent_are_told_apart_and_the_rest_as_one(self) -> None:
        """All are counted; what was told apart stays so; the rest is news again when there are ten times as many."""
        world = World()
        many = [alarm(str(n), conflict_id=n, since=at(minutes=-n)) for n in range(1000)]

        (letter,) = world.look(at(), *many[:MOST_APART], *many[-20:])
        assert (letter.count, len(letter.alerts), len(world.kept)) == (MOST_APART + 20, MOST_APART + 1, MOST_APART + 1)
        goods = [replace(GOODS, order_no=f"g{n}", conflict_id=-n) for n in range(1, 3)]
        assert told(world.look(at(minutes=11), *goods, *many)) == [
            (NEW, ["g1"]),
            (NEW, ["g2"]),
            (NEW, [""]),
        ]
        world.look(at(minutes=12))
        (over,) = world.look(at(minutes=25))
        assert (over.occasion, over.count) == (OVER, 1002)

    def test_what_trickles_in_is_gathered(self) -> None:
        world = World()
        standing: list[Alarm] = []
        for minute in range(61):
            standing.append(alarm(str(minute), conflict_id=minute))
            world.look(at(minutes=minute), *standing)

        new = [letter for letter in world.letters if letter.occasion is NEW]
        assert len(new) == 7
        assert len([each for letter in new for each in letter.alerts]) == 61

    def test_goods_that_can_be_saved_wait_for_no_gathering(self) -> None:
        world = World()
        goods = [replace(GOODS, order_no=str(n), conflict_id=n) for n in range(5)]

        said = [told(world.look(at(minutes=n), *goods[: n + 1])) for n in range(5)]

        assert said == [[(NEW, [str(n)])] for n in range(5)]

    @pytest.mark.parametrize("kind", DOWN)
    def test_a_shop_that_is_down_is_one_letter(self, kind: AlarmKind) -> None:
        """What follows from it is counted in it; what a person can still save is told all the same."""
        world = World()
        waiting = [alarm(str(n), AlarmKind.NOT_ENTERED) for n in range(40)]
        late = [alarm("50", AlarmKind.SHIP_BY_PAST), alarm("51", AlarmKind.SHIP_BY_PAST, tracking_no="")]
        other = alarm("60", AlarmKind.NOT_ENTERED, shop="second")

        letters = world.look(at(), alarm(kind=kind), *waiting, *late, other, GOODS)

        assert [(letter.lead.kind, letter.lead.order_no, letter.swallowed) for letter in letters] == [
            (AlarmKind.NOT_LOOKED_AT, "9", 0),
            (kind, "", 41),
            (AlarmKind.SHIP_BY_PAST, "51", 0),
            (AlarmKind.NOT_ENTERED, "60", 0),
        ]

    def test_after_a_shop_is_back_its_work_has_a_moment_to_pass(self) -> None:
        world = World()
        waiting = [alarm(str(n), AlarmKind.NOT_ENTERED) for n in range(40)]
        world.look(at(), alarm(kind=AlarmKind.QOO10_SILENT), *waiting)

        assert world.look(at(minutes=1), *waiting) == []
        assert world.look(at(minutes=3), *waiting[:2]) == []
        letters = world.look(at(minutes=4), waiting[0])
        assert [(letter.occasion, letter.lead.kind) for letter in letters] == [
            (NEW, AlarmKind.NOT_ENTERED),
            (OVER, AlarmKind.QOO10_SILENT),
        ]

    def test_a_target_that_never_hears_that_a_shop_is_down_hears_of_its_orders(self) -> None:
        world = World(Policy(("office",), rules=(Rule(kinds=frozenset({AlarmKind.NOT_ENTERED})),)))

        letters = world.look(at(), alarm(kind=AlarmKind.SHOP_STOPPED), alarm(kind=AlarmKind.NOT_ENTERED))

        assert told(letters) == [(NEW, ["1"])]

    def test_a_target_that_takes_nothing_is_not_piled_upon(self) -> None:
        """What stands is told once it takes letters again."""
        world = World(waiting={"office": MOST_WAITING})

        assert told(world.look(at(), alarm(), GOODS)) == [(NEW, ["9"])]
        world.waiting = {"office": MOST_WAITING_URGENT}
        assert world.look(at(1), alarm(), replace(GOODS, order_no="8")) == []
        world.waiting = {}
        assert {order for _, orders in told(world.look(at(2), alarm(), GOODS)) for order in orders} >= {"1"}


class TestLettersThatWereGivenUp:
    def test_what_nobody_heard_is_told_anew_while_it_stands(self) -> None:
        world = World()
        (lost,) = world.look(at(), alarm())
        world.lost = {lost.key}

        assert told(world.look(at(24), alarm())) == [(NEW, ["1"])]

    def test_an_end_that_nobody_heard_is_told_once_more(self) -> None:
        """As long as the alert is kept for another target that has not heard of its end."""
        late = Rule(targets=frozenset({"night"}), hours=Hours.read("18:00-09:00"))
        world = World(Policy(("office", "night"), rules=(Rule(targets=frozenset({"office"})), late)))
        world.look(at(6.5), alarm())
        world.look(at(20.9))
        (letter,) = world.look(at(21.5))
        world.lost = {letter.key}

        assert [(each.target, each.occasion) for each in world.look(at(30.1))] == [("office", OVER), ("night", OVER)]

    def test_what_is_over_before_anybody_heard_of_it_is_not_told(self) -> None:
        world = World()
        (lost,) = world.look(at(), alarm())
        world.lost = {lost.key}
        world.look(at(24))

        assert world.look(at(25)) == []
        assert world.kept == {}


def test_a_clock_that_is_put_back_stops_nothing() -> None:
    """Letters from the future hold up none, and an end does not wait until then."""
    world = World()
    world.look(at(50), alarm("1"))
    world.look(at(51))

    assert told(world.look(at(), alarm("2", conflict_id=2))) == [(NEW, ["2"])]
    assert told(world.look(at(minutes=4), alarm("2", conflict_id=2))) == [(OVER, ["1"])]


# What holds for every history

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
UNIVERSE = [*ORDERS, alarm(kind=AlarmKind.SHOP_STOPPED), alarm("0", AlarmKind.ANOTHER_NUMBER, saving=Saving.CLARITY)]
histories = st.lists(st.tuples(st.integers(1, 400), st.sets(st.sampled_from(range(len(UNIVERSE))))), max_size=25)
policies = st.builds(
    Policy,
    targets=st.sampled_from([("office",), ("office", "table")]),
    rules=st.sampled_from([(Rule(),), (Rule(targets=frozenset({"table"}), hours=Hours.read("08:00-20:00")), Rule())]),
    quiet=st.sampled_from([None, NIGHT]),
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
    assert {letter.lead.saving for letter in at_night} <= {Saving.GOODS_AND_MONEY}


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(list(AlarmKind)), st.sampled_from(list(Saving))), min_size=1, max_size=2000))
def test_any_number_of_alarms_makes_a_bounded_number_of_letters(sorts: list[tuple[AlarmKind, Saving]]) -> None:
    world = World()

    world.look(at(), *(alarm(str(n), kind, conflict_id=n, saving=saving) for n, (kind, saving) in enumerate(sorts)))

    assert len(world.letters) <= MOST_WAITING_URGENT


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
