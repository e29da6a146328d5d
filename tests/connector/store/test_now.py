"""What the page that lies open all day reads, on every backend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry
from connector.store.now import ClosedGap, OpenGaps

if TYPE_CHECKING:
    from connector.domain.entry import Entry
    from connector.store.store import Store
    from tests.connector.store.conftest import Make


async def settle(store: Store, entry: Entry, state: EntryState, reason: Reason, make: Make, minutes: float) -> None:
    accepted = make.at(minutes) if state is EntryState.ACCEPTED else None
    await store.settle_entries([SettledEntry(entry, state, reason, make.at(minutes), accepted_at=accepted)])


async def test_an_empty_store_has_no_gap(store: Store, make: Make) -> None:
    assert await store.now.open_gaps(make.at()) == OpenGaps((0, 0, 0, 0), 0, 0, 0, None)
    assert await store.now.gaps_accepted_since(make.at()) == []
    assert await store.now.last_deliveries(["packing-table"]) == {}


async def test_open_gaps_are_counted_by_their_age_and_by_who_waits(store: Store, make: Make) -> None:
    waiting, held, early, accepted = await make.entered(store, "1", "2", "3", "4")
    await settle(store, held, EntryState.HELD, Reason.CHECK_DIGIT, make, 1)
    await settle(store, early, EntryState.WAITING, Reason.BEFORE_ITS_MOMENT, make, 1)
    await settle(store, accepted, EntryState.ACCEPTED, Reason.ACCEPTED, make, 1)

    found = [await store.now.open_gaps(make.at(minutes)) for minutes in (0.5, 5, 30, 90)]

    assert [each.by_age for each in found] == [(2, 0, 0, 0), (0, 2, 0, 0), (0, 0, 2, 0), (0, 0, 0, 2)]
    assert found[0] == OpenGaps((2, 0, 0, 0), 1, 0, 1, waiting.heard_at)
    assert found[0].total == 2


async def test_a_label_without_an_order_is_counted_apart(store: Store, make: Make) -> None:
    await store.record_delivery(make.delivery(make.event()))

    found = await store.now.open_gaps(make.at())

    assert (found.unresolved, found.total) == (1, 0)


async def test_closed_gaps_come_in_the_order_in_which_qoo10_took_them(store: Store, make: Make) -> None:
    first, second = await make.entered(store, "1", "2")
    await settle(store, second, EntryState.ACCEPTED, Reason.ACCEPTED, make, 1)
    await settle(store, first, EntryState.ACCEPTED, Reason.ACCEPTED, make, 2)

    assert await store.now.gaps_accepted_since(make.at()) == [
        ClosedGap(second.id, second.heard_at, make.at(1)),
        ClosedGap(first.id, first.heard_at, make.at(2)),
    ]
    assert [gap.entry_id for gap in await store.now.gaps_accepted_since(make.at(2))] == [first.id]


async def test_the_newest_delivery_of_a_source_is_told(store: Store, make: Make) -> None:
    await store.record_delivery(make.delivery(make.event("a"), minutes=1))
    await store.record_delivery(make.delivery(make.event("b", number="444413758714"), minutes=2))

    found = await store.now.last_deliveries(["packing-table", "silent"])

    assert {name: each.received_at for name, each in found.items()} == {"packing-table": make.at(2)}


async def test_closed_conflicts_come_the_newest_first_page_by_page(store: Store, make: Make) -> None:
    for number, entry in enumerate(await make.entered(store, "1", "2", "3"), start=1):
        news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
        at = make.at(number)
        await store.settle_entries([SettledEntry(entry, EntryState.CONFLICT, Reason.IN_THE_GAP, at, news=news)])
    assert await store.count_open_conflicts() == 3

    for entry in (await store.entries_of_numbers("main", ["444413758703"]))[:2]:
        ended = (News(CANCEL_TOPIC, None, ended="settled"),)
        at = make.at(10) + timedelta(minutes=entry.id)
        await store.settle_entries([SettledEntry(entry, EntryState.WAITING, Reason.NEW, at, at, news=ended)])

    assert await store.count_open_conflicts() == 1
    pages = [await store.closed_cases(*asked) for asked in ((None, 10), (None, 2), (None, 1), (2, 1), (1, 1))]
    assert [([case.conflict.id for case in page.cases], page.next) for page in pages] == [
        ([2, 1], None),
        ([2, 1], None),
        ([2], 2),
        ([1], None),
        ([], None),
    ]


async def test_nothing_reads_what_was_done_long_ago(store: Store, make: Make, plans: Any) -> None:
    await make.entered(store, "1")
    plans_before = set(plans())
    await store.now.open_gaps(make.at())
    await store.now.gaps_accepted_since(make.at())
    await store.now.last_deliveries(["packing-table"])
    await store.count_open_conflicts()

    found = {statement: steps for statement, steps in plans().items() if statement not in plans_before}

    assert len(found) == 5
    assert all("USING" in steps[0] and "INDEX" in steps[0] for steps in found.values()), found
