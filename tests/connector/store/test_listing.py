"""Lists for people: the most urgent first, nothing that waits left out, and no table read through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from carriers.model import EventKind
from connector.api.cursor import cursor_of_delivery, delivery_place_of
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store import refusals
from connector.store.entries import SettledEntry
from connector.store.fetches import SettledFetch
from connector.store.listing import EVERYTHING, Listed, Wanted, wanted_of
from connector.store.parcels import SettledParcel
from connector.store.reading import reading
from connector.store.refusals import DeliveryPage, listed_deliveries
from connector.store.store import Store
from connector.store.story import story

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make


NOT_DONE = Wanted()


async def entry_in(
    store: Store, make: Make, order_no: str, state: str, reason: Reason = Reason.OPEN, overdue: float | None = None
) -> None:
    (entry,) = await make.entered(store, order_no, number=f"4{order_no}", key=f"msg {order_no}")
    overdue_from = None if overdue is None else make.at(overdue)
    settled = SettledEntry(entry, EntryState(state), reason, make.at(), overdue_from=overdue_from, detail="why")
    await store.settle_entries([settled])


async def without_order(store: Store, make: Make, reference: str, reason: Reason) -> None:
    await store.record_delivery(make.delivery(make.event(f"msg {reference}", reference=reference, number="55")))
    (parcel,) = await store.due_parcels(make.shop, make.at())
    await store.settle_parcels([SettledParcel(parcel, ParcelState.UNRESOLVED, reason, make.at())])


async def shown(store: Store, make: Make, wanted: Wanted = NOT_DONE) -> list[str]:
    """Order numbers, or references where no order is known."""
    return names(await store.listed_entries(wanted, make.at(60)))


def names(found: Sequence[Listed]) -> list[str]:
    return [each.order_no or each.order_ref for each in found]


@pytest.fixture
async def filled(store: Store, make: Make) -> Store:
    await entry_in(store, make, "1000000001", "waiting")
    await entry_in(store, make, "1000000002", "held", Reason.CHECK_DIGIT)
    await entry_in(store, make, "1000000003", "waiting", overdue=30)
    await entry_in(store, make, "1000000004", "confirmed", Reason.SHOWN, overdue=30)
    await entry_in(store, make, "1000000005", "dropped", Reason.VOIDED)
    await entry_in(store, make, "1000000006", "accepted", Reason.ACCEPTED, overdue=30)
    await without_order(store, make, "unknown", Reason.ORDER_UNKNOWN)
    await without_order(store, make, "unreadable", Reason.REFERENCE_UNREADABLE)
    other = replace(make, shop="second", source="other")
    await entry_in(store, other, "1000000007", "refused", Reason.REFUSED)
    return store


async def test_what_is_not_done_comes_most_urgent_first(filled: Store, make: Make) -> None:
    """Past the ship-by date; standing still; going by itself. Within these by age."""
    assert await shown(filled, make) == [
        "1000000003",
        "unreadable",
        "1000000002",
        "1000000007",
        "unknown",
        "1000000001",
        "1000000006",
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(state="held"), ["1000000002"]),
        (Wanted(state="unresolved"), ["unreadable", "unknown"]),
        (Wanted(state="confirmed"), ["1000000004"]),
        (Wanted(state="entering"), []),
        (Wanted(shop="second"), ["1000000007"]),
        (Wanted(shop="main", state="refused"), []),
        (Wanted(source="other"), ["1000000007"]),
        (Wanted(source="other", state="confirmed"), []),
        (Wanted(source="nobody"), []),
    ],
    ids=str,
)
async def test_it_can_be_narrowed(filled: Store, make: Make, wanted: Wanted, expected: list[str]) -> None:
    assert await shown(filled, make, wanted) == expected


async def test_everything_ends_with_what_is_done_the_newest_first(filled: Store, make: Make) -> None:
    assert (await shown(filled, make, Wanted(state=EVERYTHING)))[-2:] == ["1000000005", "1000000004"]


async def test_one_row_more_than_the_limit_tells_that_there_are_more(filled: Store, make: Make) -> None:
    assert await shown(filled, make, Wanted(limit=1)) == ["1000000003", "unreadable"]
    assert len(await shown(filled, make, Wanted(state=EVERYTHING, limit=8))) == 9


async def test_a_cart_says_how_many_of_its_lines_are_entered(store: Store, make: Make) -> None:
    entries = await make.entered(store, "1000000001", "1000000002", "1000000003")
    done = [SettledEntry(each, EntryState.CONFIRMED, Reason.SHOWN, make.at()) for each in entries[:2]]
    await store.settle_entries(done)

    (row,) = await store.listed_entries(Wanted(), make.at())

    assert (row.order_no, row.pack_no, row.entered, row.lines) == ("1000000003", "300123456", 2, 3)


async def test_a_void_label_without_an_order_is_nothing_to_do(store: Store, make: Make) -> None:
    """It is still found by its state; a later reprint brings it back."""
    await without_order(store, make, "unknown", Reason.ORDER_UNKNOWN)
    void = make.event("void", reference="unknown", number="55", kind=EventKind.VOIDED, minutes=1)
    await store.record_delivery(make.delivery(void, minutes=1))
    voided = await shown(store, make), await shown(store, make, Wanted(state="unresolved"))
    again = make.event("again", reference="unknown", number="55", minutes=2)
    await store.record_delivery(make.delivery(again, minutes=2))

    assert (*voided, await shown(store, make)) == ([], ["unknown"], ["unknown"])


@pytest.mark.parametrize("given", [{"state": "stuck"}, {"limit": 0}, {"limit": 1001}])
def test_a_list_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"There is no state 'stuck'.*held|from 1 to 1000"):
        wanted_of(**{"shop": "", "source": "", "state": "", "limit": 50, **given})


async def test_deliveries_that_came_to_nothing_are_listed_newest_first(
    store: Store, store_url: str, make: Make
) -> None:
    await store.record_delivery(make.delivery(make.event("good")))
    bad = replace(make.delivery(make.event("bad"), minutes=1), labels=(), outcome="unreadable", detail="no data")
    await store.record_delivery(replace(bad, shape={"data": "string"}))
    await store.record_delivery(make.fetching(minutes=2))
    (due,) = await store.due_fetches(make.at(2))
    await store.settle_fetch(SettledFetch(due.id, "failed", "answered 401"))

    async with reading(Path(store_url.removeprefix("sqlite:///"))) as connection:
        found = await listed_deliveries(connection, "", "", 10)
        others = [await listed_deliveries(connection, outcome, "", 10) for outcome in ("unreadable", "accepted")]
        nobodys = await listed_deliveries(connection, "", "nobody", 10)

    assert [(each.outcome, each.problem, each.shape) for each in found.deliveries] == [
        ("failed", "answered 401", None),
        ("unreadable", "no data", {"data": "string"}),
    ]
    assert [[each.outcome for each in some.deliveries] for some in others] == [["unreadable"], ["accepted", "accepted"]]
    assert nobodys == DeliveryPage([], None)


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
@pytest.mark.parametrize(("outcome", "count"), [("", 11), ("unreadable", 5), ("failed", 6), ("accepted", 6)])
async def test_pages_of_deliveries_leave_nothing_out_and_repeat_nothing(
    store: Store, store_url: str, make: Make, monkeypatch: pytest.MonkeyPatch, outcome: str, count: int, limit: int
) -> None:
    """Also where many came in one moment, and where only some at a time are looked through for an outcome."""
    monkeypatch.setattr(refusals, "LATELY", 4)
    for number in range(6):
        await store.record_delivery(make.fetching(f"evt_{number}", minutes=number // 3))
    for number in range(5):
        bad = make.delivery(make.event(f"bad_{number}"), minutes=number // 2)
        await store.record_delivery(replace(bad, labels=(), outcome="unreadable"))
    for due in await store.due_fetches(make.at(9)):
        await store.settle_fetch(SettledFetch(due.id, "failed", "answered 401"))
    pages: list[DeliveryPage] = []

    async with reading(Path(store_url.removeprefix("sqlite:///"))) as connection:
        while not pages or pages[-1].next is not None:
            after = delivery_place_of(cursor_of_delivery(pages[-1].next)) if pages and pages[-1].next else None
            pages.append(await listed_deliveries(connection, outcome, "", limit, after))

    places = [each.place for page in pages for each in page.deliveries]
    assert len(places) == len(set(places)) == count
    assert places == sorted(places, reverse=True)
    assert max(len(page.deliveries) for page in pages) <= limit


@pytest.mark.parametrize("number", ["1000000001", "300123456", "444413758703"])
async def test_a_story_is_found_by_order_cart_and_tracking_number(
    store: Store, store_url: str, make: Make, number: str
) -> None:
    (entry, _) = await make.entered(store, "1000000001", "1000000002")
    await store.remember_lines("main", [make.line("1000000001"), make.line("1000000002")], make.at())
    news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
    await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=news)])

    async with reading(Path(store_url.removeprefix("sqlite:///"))) as connection:
        found = await story(connection, "main", [number])
        nothing = await story(connection, "second", [number])

    assert found is not None
    assert nothing is None
    assert [each.order_no for each in found.entries] == ["1000000001", "1000000002"]
    assert [each.kind for each in found.events] == [EventKind.PRINTED]
    assert {step.what for step in found.steps} >= {"resolved", "waiting", "held", "conflict_opened"}
    assert [each.order_no for each, rows in found.conflicts if rows] == ["1000000001"]


async def test_lists_read_no_table_through(filled: Store, make: Make, store_url: str) -> None:
    """But for the newest entries, by their key, where what is done is asked for."""
    seen: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        seen[statement] = parameters

    event.listen(filled._reading.sync_engine, "before_cursor_execute", note)
    for wanted in (Wanted(), Wanted("main", "packing-table", "held"), Wanted("main", "", EVERYTHING)):
        await filled.listed_entries(wanted, make.at())
    async with reading(Path(store_url.removeprefix("sqlite:///"))) as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        for outcome in ("", "unreadable", "failed", "ignored"):
            for source in ("", "packing-table"):
                await listed_deliveries(connection, outcome, source, 10)
        await story(connection, "main", ["1000000001", "300123456"])
        plans = {
            statement: [
                row["detail"]
                for row in (
                    await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
                ).mappings()
            ]
            for statement, parameters in list(seen.items())
            if statement.startswith("SELECT")
        }

    bounded = ("ix_entry_in_work", "ix_parcel_unresolved", "ix_delivery_unreadable", "ix_fetch_failed")
    bad = [
        (statement, step)
        for statement, steps in plans.items()
        for step in steps
        if (step.startswith("SCAN") or step.endswith(("(shop=?)", "(source=?)")))
        and not any(index in step for index in bounded)
        and "LIMIT" not in statement.partition("IN (SELECT")[2]
        and not statement.endswith("ORDER BY delivery.id DESC\n LIMIT ? OFFSET ?")
    ]
    assert len(plans) > 15
    assert bad == []
