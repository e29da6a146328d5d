"""What the store gives to alarms and reports, and that it finds it without reading everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from carriers.model import EventKind
from connector.domain.acts import Act, ActKind
from connector.domain.conflict import News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.entry_acts import EntryAct, EntryActKind
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.domain.report_facts import ConflictSeen, Month
from connector.store.entries import SettledEntry
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

GAP = News("cancel", ConflictKind.IN_THE_GAP, (), None)


def confirmed(entry: Any, make: Make, minutes: float) -> SettledEntry:
    at = make.at(minutes)
    return SettledEntry(entry, EntryState.CONFIRMED, Reason.SHOWN, at, accepted_at=at, confirmed_at=at)


async def test_an_entry_is_in_its_state_since_its_last_step(store: Store, make: Make) -> None:
    """A look that finds the same state for the same reason is no step."""
    (entry,) = await make.entered(store, "1062428737")
    for minutes, reason in ((5, Reason.CHECK_DIGIT), (9, Reason.CHECK_DIGIT)):
        await store.settle_entries([SettledEntry(entry, EntryState.HELD, reason, make.at(minutes))])
        (entry,) = await store.entries_of_numbers("main", [entry.tracking_no])

    (found,) = (await store.alarm_material(make.at(60))).in_work

    assert (found.entry.state, found.since) == (EntryState.HELD, make.at(5))


async def test_who_has_looked_at_it_is_known_until_it_stands_still_for_another_reason(store: Store, make: Make) -> None:
    (entry,) = await make.entered(store, "1062428737")
    await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.UNPAID, make.at(5))])
    await store.entry_acts.on_entry(EntryAct(EntryActKind.LOOKED_AT, entry.id, "佐藤", "入金待ち", make.at(7)))
    (before,) = (await store.alarm_material(make.at(60))).in_work
    await store.settle_entries([SettledEntry(before.entry, EntryState.HELD, Reason.NOT_FOUND, make.at(9))])

    (after,) = (await store.alarm_material(make.at(60))).in_work

    assert [(each.since, each.looked_at) for each in (before, after)] == [
        (make.at(5), make.at(7)),
        (make.at(9), make.at(7)),
    ]


async def test_what_is_done_or_long_ago_is_not_in_work(store: Store, make: Make) -> None:
    old, done = await make.entered(store, "1062428737", "1062428738")
    await store.settle_entries([confirmed(done, make, 1)])

    assert [each.entry.id for each in (await store.alarm_material(make.at(60))).in_work] == [old.id]
    assert (await store.alarm_material(make.at(60) + timedelta(days=31))).in_work == ()


async def test_a_scan_under_any_reference_is_a_scan(store: Store, make: Make) -> None:
    """A source that follows parcels knows only the number."""
    entries = await make.entered(store, "1062428737", "1062428738")
    await store.settle_entries([confirmed(each, make, 1) for each in entries])
    later = make.at(3 * 24 * 60)
    assert (await store.alarm_material(later)).unscanned == ()

    other = make.event("scan_1", reference="", number="444413750012", kind=EventKind.SCANNED)
    await store.record_delivery(make.delivery(other))
    material = await store.alarm_material(later)
    assert (len(material.unscanned), set(material.told_scans)) == (2, {"packing-table"})

    await store.record_delivery(make.delivery(make.event("scan_2", reference="", kind=EventKind.SCANNED)))
    assert (await store.alarm_material(later)).unscanned == ()


async def test_a_conflict_tells_when_a_person_last_acted(store: Store, make: Make) -> None:
    (entry,) = await make.entered(store, "1062428737")
    held = SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=(GAP,))
    await store.settle_entries([held])
    (before,) = (await store.alarm_material(make.at(2))).conflicts
    await store.act_on(Act(ActKind.NOTE, before.id, "sato", "asked the packing table", make.at(3)))
    (after,) = (await store.alarm_material(make.at(4))).conflicts

    assert (before.since, before.looked_at, before.entry_state) == (make.at(1), None, EntryState.HELD)
    assert after.looked_at == make.at(3)


async def test_a_label_without_an_order_is_told_while_it_is_new(store: Store, make: Make) -> None:
    await store.record_delivery(make.delivery(make.event()))

    (found,) = (await store.alarm_material(make.at(30))).unresolved

    assert (found.source, found.heard_at) == ("packing-table", make.at())
    assert (await store.alarm_material(make.at() + timedelta(days=4))).unresolved == ()


async def test_a_month_holds_what_happened_in_it(store: Store, make: Make) -> None:
    month, next_month = Month.of(make.at()), Month(2026, 12)
    ours, by_hand = await make.entered(store, "1062428737", "1062428738")
    await store.settle_entries([confirmed(by_hand, make, 1)])
    await store.settle_entries([SettledEntry(ours, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=(GAP,))])
    line = make.line()

    await store.remember_lines("main", [line], make.at())
    found = await store.month_material(month, ("main",))

    assert found.written == (), "nobody wrote a number"
    assert found.conflicts == (ConflictSeen("main", ConflictKind.IN_THE_GAP, ""),)
    assert found.known_from == {"main": make.at()}
    empty = await store.month_material(next_month, ("main",))
    assert (empty.written, empty.conflicts, empty.lines) == ((), (), ())


async def test_alarms_read_no_table_from_end_to_end(store: Store, make: Make) -> None:
    """They are looked for every minute, however long the history is."""
    await make.entered(store, "1062428737")
    await store.remember_lines("main", [make.line()], make.at())
    await store.record_delivery(make.delivery(make.event("scan", number="444413750012", kind=EventKind.SCANNED)))
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    engine = store._reading.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await store.alarm_material(make.at(10 * 24 * 60))
    event.remove(engine, "before_cursor_execute", note)
    scans = []
    async with store._reading.connect() as connection:
        for statement, parameters in statements:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans += [row.detail for row in plan if row.detail.startswith("SCAN") and "USING" not in row.detail]

    assert len(statements) >= 7
    few = {"SCAN CONSTANT ROW", "SCAN anon_1", "SCAN conflict"}  # conflicts are few, also after years
    newest = ["SCAN parcel"]  # read backwards, and no more than a limit of them
    assert [scan for scan in scans if scan not in few] == newest


async def test_lines_that_wait_come_with_the_earliest_date_first(store: Store, make: Make) -> None:

    late = replace(make.line("1"), ship_by_at=make.at(100))
    soon = replace(make.line("2"), ship_by_at=make.at(10), status=ShippingStatus.PREPARING)
    shipped = replace(make.line("3"), ship_by_at=make.at(10), status=ShippingStatus.ON_DELIVERY)
    await store.remember_lines("main", [late, soon, shipped], make.at())

    assert [line.order_no for line in await store.open_lines("main")] == ["2", "1"]
    assert await store.open_lines("other") == []
