"""The cost of a turn does not grow with what has been done before: every query goes through an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.hooks import judged
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.entries import Requeue, SettledEntry, Writing
from connector.store.fetches import SettledFetch
from connector.store.hook_deliveries import Made, NewHook, SettledHook
from connector.store.hook_targets import WantedTarget
from connector.store.parcels import SettledParcel
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

GROWING = (
    "delivery",
    "label_event",
    "fetch",
    "parcel",
    "parcel_candidate",
    "entry",
    "order_line",
    "history",
    "conflict",
)
"""Tables that have a row for everything that ever happened."""


def scans(plans: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Steps that read the whole of a growing table, or all that one shop ever had in it."""
    bad = []
    for statement, steps in plans.items():
        for step in steps:
            words = step.split()
            table = words[1] if len(words) > 1 else ""
            few = any(partial in step for partial in ("ix_entry_in_work", "ix_parcel_unresolved"))
            everything = words[0] == "SCAN" and not few
            one_shop = step.endswith("(shop=?)") and not any(
                partial in step for partial in ("ix_entry_in_work", "ix_order_line_requests", "uq_conflict_open")
            )
            if table in GROWING and (everything or one_shop):
                bad.append((statement, step))
    return bad


async def test_a_whole_turn_reads_no_table_through(store: Store, make: Make, plans: Any) -> None:
    """The way of a label, the watches, the recovery, the metrics."""
    at = make.at()
    await store.record_delivery(make.delivery(make.event("1")))
    await store.record_delivery(make.fetching())
    (due,) = await store.due_fetches(at)
    await store.settle_fetch(SettledFetch(due.id, "done"))
    await store.next_fetch_at()
    await store.remember_lines("main", [make.line()], at)
    (parcel,) = await store.due_parcels("main", at)
    waits = SettledParcel(parcel, ParcelState.UNRESOLVED, Reason.ORDER_UNKNOWN, at, candidates=("1062428737",))
    await store.settle_parcels([waits])
    await store.known_lines("main", ["1062428737", "300123456"])
    await store.open_requests("main")
    await store.settle_parcels([make.entries(parcel, "1062428737")])
    await store.next_due_at("main")
    (entry,) = await store.due_entries("main", at)
    await store.parcels_by_id([entry.parcel_id])
    await store.entries_of_numbers("main", [entry.tracking_no])
    await store.sibling_numbers("main", [entry])
    await store.lines_in_conflict("main", [entry.order_no])
    await store.begin_writing([Writing(entry, "x", "SetSendingInfo", Reason.OPEN, at)])
    news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
    await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, at, news=news)])
    await store.wake_lines("main", [entry.order_no], at)
    await store.recover_entries("main", at)
    await store.requeue(Requeue("main", (Reason.UNAVAILABLE,), at))
    await store.depths.now()
    await store.steps_of(entry.parcel_id, [entry.id])

    explained = plans()

    assert len(explained) > 25
    assert scans(explained) == []


async def test_what_people_look_at_stops_early(store: Store, plans: Any) -> None:
    """The newest rows come by the key, backwards; the limit ends the walk."""
    await store.entry_rows(50)
    await store.conflict_rows(50)

    assert [steps for statement, steps in plans().items() if "ORDER BY" in statement] == [
        ["SCAN entry"],
        ["SCAN conflict"],
    ]


async def test_outgoing_webhooks_and_traces_read_no_table_through(store: Store, make: Make, plans: Any) -> None:
    """Neither for what is done nor for what was told: a look costs what is new."""
    at = make.at()
    (entry,) = await make.entered(store, "1062428737")
    await store.hooks.begin([WantedTarget("wms", "")], at)
    opens = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
    await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=opens)])
    await store.hooks.news((0, 0))
    await store.hooks.make(Made((NewHook("wms", "1", "entry.entered", "main 1062428737", "{}", at),)))
    (due,) = await store.hooks.due("wms", at, 10)
    await store.hooks.next_due_at("wms", at)
    await store.hooks.settle(SettledHook(due, judged(410), at))
    await store.hooks.targets()
    await store.hooks.deliveries("wms", 10, before=100)
    await store.hooks.deliveries("wms", 10, given_up=True)
    await store.hooks.deliveries("", 10, before=100)
    await store.settle_entries([SettledEntry(entry, EntryState.CONFIRMED, Reason.SHOWN, at)])
    assert len((await store.traces.confirmed(0))[0]) == 1

    explained = plans()

    assert scans(explained) == []
    hooks = [step for steps in explained.values() for step in steps if "hook_delivery" in step or "earlier" in step]
    assert [step for step in hooks if "USING" not in step] == []
    assert any("ix_hook_delivery_due (target=? AND due_at<?)" in step for step in hooks)
    assert any("ix_hook_delivery_line (target=? AND line=? AND seq<?)" in step for step in hooks)
    assert "SEARCH hook_delivery USING INDEX ix_hook_delivery_given_up (target=?)" in hooks


async def test_what_sources_sent_is_read_by_their_indexes(store: Store, make: Make, plans: Any) -> None:
    """A day of one source, its newest deliveries, and the names that numbers wait for."""
    await store.record_delivery(make.delivery(make.event("1")))
    await store.source_log.counts("table", make.at())
    await store.source_log.newest("table", 20)
    await store.source_log.missing_names()
    await store.source_log.polls()
    await store.source_secrets.all()
    await store.source_secrets.uses()

    explained = plans()

    assert scans(explained) == []
    by_source = [step for steps in explained.values() for step in steps if "ix_delivery_source_received_at" in step]
    assert any(step.endswith("(source=? AND received_at>?)") for step in by_source)
    assert any(step.endswith("(source=?)") for step in by_source)
    assert any("ix_entry_in_work" in step for steps in explained.values() for step in steps)
    assert any("ix_label_event_delivery_id_id" in step for steps in explained.values() for step in steps)
