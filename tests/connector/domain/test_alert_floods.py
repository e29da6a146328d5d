"""However much stands, people are told in few letters, and of what can be saved first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Policy, Rule
from connector.domain.alerts import MOST_WAITING, MOST_WAITING_URGENT
from connector.domain.patience import SILENT_DEATHS
from connector.domain.standing import MOST_APART
from tests.connector.domain.alert_world import DOWN, GOODS, NEW, OVER, World, alarm, at, told


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

    @pytest.mark.parametrize("kind", sorted(SILENT_DEATHS))
    def test_a_part_that_dies_just_after_another_is_told_at_once(self, kind: AlarmKind) -> None:
        """Each is one message; what also stands still in a shop that is down already is none."""
        world = World()
        parts = [alarm(kind=kind, shop=f"shop{n}", about=f"part{n}") for n in range(5)]

        said = [told(world.look(at(minutes=n), *parts[: n + 1])) for n in range(5)]
        again = [world.look(at(minutes=n), *parts) for n in range(5, 60)]

        assert said == [[(NEW, [""])]] * 5
        assert again == [[]] * 55

    @pytest.mark.parametrize("kind", sorted(SILENT_DEATHS))
    def test_many_parts_that_die_together_are_one_letter(self, kind: AlarmKind) -> None:
        parts = [alarm(kind=kind, about=f"part{n}") for n in range(50)]

        assert len(World().look(at(), *parts)) == 1

    @pytest.mark.parametrize("kind", sorted(SILENT_DEATHS))
    def test_a_part_that_dies_and_lives_in_turns_is_told_of_now_and_then(self, kind: AlarmKind) -> None:
        """Its ends are gathered, and until its end was told it is no news."""
        world = World(Policy(("office",), follow_ups=()))
        part = alarm(kind=kind, about="part")
        for minute in range(600):
            world.look(at(minutes=minute), *([part] if minute % 8 < 4 else []))

        told_of = [letter.occasion for letter in world.letters]
        assert told_of == [NEW, OVER] * (len(told_of) // 2) + [NEW] * (len(told_of) % 2)
        assert len(told_of) <= 2 * 600 / 10

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


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(list(AlarmKind)), st.sampled_from(list(Saving))), min_size=1, max_size=2000))
def test_any_number_of_alarms_makes_a_bounded_number_of_letters(sorts: list[tuple[AlarmKind, Saving]]) -> None:
    world = World()

    world.look(at(), *(alarm(str(n), kind, conflict_id=n, saving=saving) for n, (kind, saving) in enumerate(sorts)))

    assert len(world.letters) <= MOST_WAITING_URGENT
