"""Who is told what, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.advice import Saving
from connector.domain.alarm_facts import AlarmKind
from connector.domain.alert_facts import Policy, Rule
from connector.domain.calendar import Calendar
from connector.domain.hours import Hours, WorkingTime
from connector.domain.patience import SILENT_DEATHS
from tests.connector.domain.alert_world import AGAIN, GOODS, NEW, NIGHT, OVER, World, alarm, at, told


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

    @pytest.mark.parametrize("kind", sorted(set(AlarmKind)))
    @pytest.mark.parametrize(
        ("hours", "shop", "works"),
        [
            (10.5, "night", True),  # its people pack from 20:00 to 05:00
            (16.9, "night", True),
            (17.0, "night", False),
            (10.5, "day", False),  # nobody packs; it waits until the people come
            (10.5, "", True),  # a disk is everybody's
            (17.5, "", False),
            (3 * 24 + 10.5, "night", True),  # Friday night, Saturday morning
            (3 * 24 + 16.9, "night", True),
            (4 * 24 + 10.5, "night", False),  # Saturday night
        ],
    )
    def test_what_stops_the_work_is_told_while_people_work(
        self, kind: AlarmKind, hours: float, shop: str, *, works: bool
    ) -> None:
        """What is packed now may leave without its number, or although it should be stopped. A key's days can wait."""
        working = {
            "night": WorkingTime(Calendar(), Hours.read("20:00-05:00")),
            "day": WorkingTime(Calendar(), Hours.read("09:00-18:00")),
        }
        world = World(replace(self.WORLD, working=working))
        stops = kind in SILENT_DEATHS and kind is not AlarmKind.KEY_ENDS

        letters = world.look(at(hours), alarm(kind=kind, shop=shop, about="part"))

        assert [letter.lead.kind for letter in letters] == ([kind] if stops and works else [])

    def test_what_stopped_at_night_is_told_when_work_begins_or_the_night_ends(self) -> None:
        """Whichever comes first; a shop may open at five."""
        early = {"main": WorkingTime(Calendar(), Hours.read("05:00-14:00"))}
        for working, told_at in (({}, 19), (early, 17)):
            world = World(replace(self.WORLD, working=working))
            down = alarm(kind=AlarmKind.KEEPER_STUCK)

            said = [hour for hour in range(10, 25) if told(world.look(at(hour), down))[:1] == [(NEW, [""])]]

            assert said == [told_at]

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

        assert told(world.look(at(19), alarm())) == [(AGAIN, ["1"])]
        assert told(world.letters) == [(NEW, ["1"]), (AGAIN, ["1"])]


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
