"""Messages to a warehouse's systems: made with the cursors in one commit, due in order, settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.hooks import HookState, Tried, Trouble, judged
from connector.domain.reasons import Reason
from connector.store.changes import Topic
from connector.store.entries import SettledEntry
from connector.store.hook_deliveries import (
    HookDelivery,
    Made,
    NewHook,
    Redeliver,
    SentTest,
    SettledHook,
    TargetIsOff,
    new_id,
)
from connector.store.hook_news import HookStep
from connector.store.hook_targets import HookTarget, WantedTarget
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

WMS, ERP = WantedTarget("wms", "a"), WantedTarget("erp", "b")
TAKEN, DOWN = judged(200), Tried(Trouble.TIMEOUT)


def hook(make: Make, key: str = "1", line: str = "main 1062428737", target: str = "wms", minutes: float = 0) -> NewHook:
    return NewHook(target, key, "entry.entered", line, "{}", make.at(minutes))


async def made(store: Store, make: Make, *hooks: NewHook) -> list[HookDelivery]:
    """Messages of a target that is there."""
    await store.hooks.begin([WMS], make.at())
    await store.hooks.make(Made(hooks))
    return await store.hooks.due("wms", make.at(1000), 100)


async def the_delivery(store: Store) -> HookDelivery:
    (found,) = await store.hooks.deliveries("wms", 10)
    return found


class TestTargets:
    async def test_a_new_target_begins_at_the_end_of_what_there_is(self, store: Store, make: Make) -> None:
        await store.hooks.begin([WMS], make.at())
        await make.entered(store, "1062428737")

        await store.hooks.begin([WMS, ERP], make.at(1))

        erp, wms = await store.hooks.targets()
        assert wms == HookTarget("wms", 0, 0, make.at())
        assert erp == HookTarget("erp", 2, 0, make.at(1))

    async def test_one_that_is_not_configured_any_more_is_forgotten(self, store: Store, make: Make) -> None:
        """What waits for it is given up; one of the same name later is new."""
        await made(store, make, hook(make))

        await store.hooks.begin([], make.at(1))

        assert await store.hooks.targets() == []
        found = await the_delivery(store)
        assert (found.state, found.trouble, found.due_at) == (HookState.FAILED, Trouble.TARGET_OFF, None)

    async def test_another_address_is_another_chance(self, store: Store, make: Make) -> None:
        (due,) = await made(store, make, hook(make))
        await store.hooks.settle(SettledHook(due, judged(410), make.at()))

        await store.hooks.begin([WMS], make.at(1))
        assert (await store.hooks.targets())[0].off_at == make.at()
        await store.hooks.begin([replace(WMS, address_hash="other")], make.at(1))

        assert (await store.hooks.targets())[0].off_at is None


class TestNews:
    async def test_steps_and_log_come_with_what_stands_around_them(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")
        after = (await store.hooks.news((0, 0))).upto
        opens = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
        await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=opens)])

        news = await store.hooks.news(after)

        assert news.steps == (HookStep(3, entry.id, EntryState.HELD, "in_the_gap", make.at(1)),)
        assert [row.what for row in news.log] == ["opened", "label_printed"]
        assert news.entries[entry.id].state is EntryState.HELD
        assert news.cases[1].conflict.kind is ConflictKind.IN_THE_GAP
        assert (await store.hooks.news(news.upto)).steps == ()

    async def test_nothing_after_the_end_is_read(self, store: Store, make: Make) -> None:
        await make.entered(store, "1062428737")

        news = await store.hooks.news((0, 0), until=(1, 0))

        assert (news.upto, news.more) == ((1, 0), False)


class TestDeliveries:
    async def test_messages_and_cursors_are_kept_together(self, store: Store, make: Make) -> None:
        await store.hooks.begin([WMS], make.at())

        await store.hooks.make(Made((hook(make), hook(make), hook(make, "2")), (7, 5)))
        await store.hooks.make(Made((hook(make),), (8, 5)))

        (wms,) = await store.hooks.targets()
        assert (wms.history_id, wms.log_seq, wms.due, wms.oldest_due_at) == (8, 5, 2, make.at())
        assert [each.state for each in await store.hooks.deliveries("wms", 10)] == [HookState.DUE] * 2

    async def test_of_each_line_only_the_oldest_is_due(self, store: Store, make: Make) -> None:
        first, other = hook(make, "1"), hook(make, "3", "main 1062428738")

        due = await made(store, make, first, hook(make, "2"), other)
        assert [each.line for each in due] == [first.line, other.line]
        await store.hooks.settle(SettledHook(due[0], DOWN, make.at(), due_at=make.at(5)))
        assert [each.line for each in await store.hooks.due("wms", make.at(1), 10)] == [other.line]
        assert await store.hooks.next_due_at("wms", make.at(1)) == make.at(5)
        await store.hooks.settle(SettledHook(due[0], TAKEN, make.at(5)))

        assert [each.seq for each in await store.hooks.due("wms", make.at(5), 10)] == [2, 3]

    async def test_a_target_that_answers_again_gets_all_that_waits(self, store: Store, make: Make) -> None:
        one, two = await made(store, make, hook(make, "1"), hook(make, "2", "main 2"))
        await store.hooks.settle(SettledHook(one, DOWN, make.at(), due_at=make.at(300)))

        await store.hooks.settle(SettledHook(two, TAKEN, make.at(1), recovered=True))

        assert [each.seq for each in await store.hooks.due("wms", make.at(1), 10)] == [one.seq]
        (wms,) = await store.hooks.targets()
        assert (wms.failures, wms.failed_at, wms.succeeded_at) == (0, make.at(), make.at(1))

    async def test_a_target_keeps_what_came_of_its_last_try(self, store: Store, make: Make) -> None:
        """Until it has another address: then nothing was tried yet."""
        one, two = await made(store, make, hook(make, "1"), hook(make, "2", "main 2"))
        seen = []
        for each, tried in ((one, judged(503)), (two, TAKEN)):
            await store.hooks.settle(SettledHook(each, tried, make.at(), due_at=make.at(1)))
            (wms,) = await store.hooks.targets()
            seen.append((wms.trouble, wms.status))
        await store.hooks.record_test(SentTest(hook(make, "t", ""), new_id(make.at()), DOWN))
        (wms,) = await store.hooks.targets()
        seen.append((wms.trouble, wms.status))
        await store.hooks.begin([replace(WMS, address_hash="other")], make.at(1))
        (wms,) = await store.hooks.targets()

        assert seen == [(Trouble.STATUS, 503), (Trouble.NONE, 200), (Trouble.TIMEOUT, None)]
        assert (wms.trouble, wms.status, wms.failures) == (Trouble.NONE, None, 0)

    async def test_what_was_given_up_is_counted_and_found_but_for_tests(self, store: Store, make: Make) -> None:
        """A test is sent once, and never again."""
        one, two, _ = await made(store, make, hook(make, "1"), hook(make, "2", "main 2"), hook(make, "3", "main 3"))
        for each in (one, two):
            await store.hooks.settle(SettledHook(each, DOWN, make.at()))
        await store.hooks.record_test(SentTest(hook(make, "t", ""), new_id(make.at()), DOWN))

        (wms,) = await store.hooks.targets()
        found = await store.hooks.deliveries("wms", 10, given_up=True)
        older = await store.hooks.deliveries("wms", 10, two.seq, given_up=True)

        assert (wms.due, wms.given_up) == (1, 2)
        assert ([each.seq for each in found], [each.seq for each in older]) == ([two.seq, one.seq], [one.seq])
        assert len(await store.hooks.deliveries("", 10)) == 4

    async def test_410_switches_the_target_off(self, store: Store, make: Make) -> None:
        """What waits is given up, what comes is kept as given up, what is on its way is not tried again."""
        one, two, three = await made(store, make, hook(make, "1"), hook(make, "2", "main 2"), hook(make, "3", "main 3"))
        await store.hooks.settle(SettledHook(one, judged(410), make.at(1)))
        await store.hooks.settle(SettledHook(two, DOWN, make.at(1), due_at=make.at(2)))
        await store.hooks.make(Made((hook(make, "4"),)))

        found = {each.seq: each.trouble for each in await store.hooks.deliveries("wms", 10)}
        off = Trouble.TARGET_OFF
        assert found == {one.seq: Trouble.GONE, two.seq: Trouble.TIMEOUT, three.seq: off, three.seq + 1: off}
        assert await store.hooks.due("wms", make.at(100), 10) == []
        (wms,) = await store.hooks.targets()
        assert (wms.off_at, wms.due, wms.given_up) == (make.at(1), 0, 4)
        with pytest.raises(TargetIsOff):
            await store.hooks.redeliver(Redeliver("wms", (), make.at(2)))

    async def test_a_test_that_is_taken_switches_it_on(self, store: Store, make: Make) -> None:
        (due,) = await made(store, make, hook(make))
        await store.hooks.settle(SettledHook(due, judged(410), make.at(1)))
        test_id = new_id(make.at(2))

        await store.hooks.record_test(SentTest(hook(make, "t", "", minutes=2), test_id, TAKEN))
        assert await store.hooks.redeliver(Redeliver("wms", (), make.at(3))) == 1

        again, tried = (await store.hooks.due("wms", make.at(3), 10))[0], await store.hooks.deliveries("wms", 1)
        assert (again.id, again.attempts, again.state) == (due.id, 0, HookState.DUE)
        assert (tried[0].id, tried[0].state, tried[0].status) == (test_id, HookState.DELIVERED, 200)

    async def test_a_test_that_is_taken_has_what_waits_sent_at_once(self, store: Store, make: Make) -> None:
        """One that is not taken leaves it where it is."""
        (due,) = await made(store, make, hook(make))
        await store.hooks.settle(SettledHook(due, DOWN, make.at(1), due_at=make.at(300)))
        waiting = []
        for minutes, tried in ((2, DOWN), (3, TAKEN)):
            test = hook(make, f"t{minutes}", "", minutes=minutes)
            await store.hooks.record_test(SentTest(test, new_id(make.at(minutes)), tried))
            waiting.append(await store.hooks.due("wms", make.at(3), 10))

        assert [[each.seq for each in found] for found in waiting] == [[], [due.seq]]
        assert waiting[1][0].attempts == 1

    async def test_only_what_is_named_is_delivered_again(self, store: Store, make: Make) -> None:
        one, two = await made(store, make, hook(make, "1"), hook(make, "2", "main 2"))
        for each in (one, two):
            await store.hooks.settle(SettledHook(each, TAKEN, make.at()))

        assert await store.hooks.redeliver(Redeliver("wms", (), make.at())) == 0
        assert await store.hooks.redeliver(Redeliver("wms", (two.id, "msg_of_nobody"), make.at())) == 1

        assert [each.seq for each in await store.hooks.due("wms", make.at(), 10)] == [two.seq]

    async def test_pages_go_on_where_the_last_one_ended(self, store: Store, make: Make) -> None:
        await made(store, make, *(hook(make, str(number)) for number in range(5)))

        first = await store.hooks.deliveries("wms", 2)
        second = await store.hooks.deliveries("wms", 10, before=first[-1].seq)

        assert [each.seq for each in (*first, *second)] == [5, 4, 3, 2, 1]

    async def test_pages_and_senders_hear_of_it(self, store: Store, make: Make) -> None:
        await store.hooks.begin([WMS], make.at())
        with store.changes.listening() as changes:
            await store.hooks.make(Made((hook(make),)))

            assert Topic.WEBHOOKS in await changes.take()
        assert store.hooks.wake("wms").is_set()
