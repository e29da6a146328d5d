"""A scan is kept once, tells of the right parcel or of none, and is looked at again as often as anybody asks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from carriers.companies import CompanyService
from carriers.model import EventKind
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.orders import ClaimStatus
from connector.domain.reasons import Reason
from connector.domain.references import ReferenceKind
from connector.domain.scan import ScanRules, read_text
from connector.domain.scan_match import Fault
from connector.domain.scan_sight import told
from connector.domain.scan_verdicts import ScanReason, Signal
from connector.store.entries import SettledEntry
from connector.store.scans import NewScan
from connector.store.schema import label_event
from tests.connector.store.test_costs import scans as whole_reads

if TYPE_CHECKING:
    from typing import Any

    from connector.store.store import Store
    from tests.connector.store.conftest import Make

YAMATO = CompanyService("yamato", "takkyubin")
RULES = ScanRules((YAMATO,))
LABEL, OTHER_LABEL = "444413758703", "444413758714"
ORDER, SAME_CART, OTHER, CART = "1062428737", "1062428738", "1062428799", "300123456"
FRESH = timedelta(minutes=3)


def scan(make: Make, scan_id: str, *texts: str, minutes: float = 1, source: str = "table-1") -> NewScan:
    return NewScan(
        id=scan_id,
        shop="main",
        source=source,
        station="station-1",
        lane="",
        who="sato",
        texts=tuple(read_text(text, RULES) for text in texts),
        carrier=YAMATO,
        kind=ReferenceKind.AUTO,
        at=make.at(minutes),
        received_at=make.at(minutes),
    )


async def answer(store: Store, make: Make, scan_id: str, minutes: float = 1) -> tuple[Signal, str]:
    (sighting,) = await store.scans.sightings([scan_id])
    said = told(sighting, make.at(minutes), FRESH)
    return said.signal, said.reason


async def events(store: Store) -> list[tuple[str, str, str, str]]:
    """Source, kind, reference and number of every label event."""
    async with store._reader() as connection:
        rows = await connection.execute(select(label_event).order_by(label_event.c.id))
        return [(row.source, row.kind, row.order_ref, row.tracking_number) for row in rows]


@pytest.fixture(autouse=True)
async def claims_are_read(store: Store, make: Make) -> None:
    await store.record_claims_read("main", make.at(1))


async def test_a_pair_that_nobody_has_told_of_makes_the_parcel_known(store: Store, make: Make) -> None:
    store.wake("main").clear()
    await store.scans.record([scan(make, "scan-1", ORDER, f"A{LABEL}A")])

    assert await events(store) == [("table-1", EventKind.PACKED, ORDER, LABEL)]
    (parcel,) = await store.due_parcels("main", make.at(1))
    assert (parcel.source, parcel.carrier, parcel.service) == ("table-1", "yamato", "takkyubin")
    assert (parcel.times.packed_at, parcel.times.heard_printed_at, parcel.times.printed_at) == (
        make.at(1),
        make.at(1),
        None,
    )
    assert store.wake("main").is_set()
    assert await answer(store, make, "scan-1") == (Signal.MOVING, ScanReason.ON_ITS_WAY)


async def test_a_scan_that_is_sent_again_is_one(store: Store, make: Make) -> None:
    again = scan(make, "scan-1", ORDER, LABEL)
    await asyncio.gather(*(store.scans.record([again]) for _ in range(5)))
    await store.scans.record([again, again])

    assert len(await events(store)) == 1
    assert len(await store.scans.sightings(["scan-1", "scan-1", "unknown"])) == 1


async def test_two_tables_that_give_one_label_to_two_orders_at_once(store: Store, make: Make) -> None:
    """Only the first is kept; the other is told to stop, or that it is not known yet whose it is."""
    await store.remember_lines("main", [make.line(ORDER), make.line(OTHER, "300999999")], make.at())
    await asyncio.gather(
        store.scans.record([scan(make, "scan-1", ORDER, LABEL)]),
        store.scans.record([scan(make, "scan-2", LABEL, OTHER, source="table-2")]),
    )

    assert len(await events(store)) == 1
    assert {(await answer(store, make, each))[0] for each in ("scan-1", "scan-2")} == {Signal.MOVING, Signal.UNKNOWN}


async def test_a_label_of_another_order_is_a_stop_and_tells_nothing(store: Store, make: Make) -> None:
    await store.remember_lines("main", [make.line(ORDER), make.line(OTHER, "300999999")], make.at())
    await make.entered(store, OTHER)
    await store.scans.record([scan(make, "scan-1", ORDER, LABEL)])

    assert await answer(store, make, "scan-1") == (Signal.STOP, Fault.MISMATCH)
    assert [kind for _, kind, _, _ in await events(store)] == [EventKind.PRINTED]
    (sighting,) = await store.scans.sightings(["scan-1"])
    said = told(sighting, make.at(1), FRESH)
    assert (said.order_nos, said.belongs_to) == ((ORDER,), (OTHER,))


async def test_a_label_of_another_line_of_the_cart_is_a_stop(store: Store, make: Make) -> None:
    await store.remember_lines("main", [make.line(ORDER), make.line(SAME_CART)], make.at())
    await make.entered(store, SAME_CART)
    await store.scans.record([scan(make, "scan-1", ORDER, LABEL), scan(make, "scan-2", CART, LABEL)])

    assert await answer(store, make, "scan-1") == (Signal.STOP, Fault.MISMATCH)
    assert await answer(store, make, "scan-2") == (Signal.MOVING, ScanReason.ON_ITS_WAY)


@pytest.mark.parametrize("texts", [(LABEL,), (ORDER, LABEL), (LABEL, "Q-1062428737"), (CART, f"b{LABEL}d")])
async def test_a_known_label_is_packed_under_its_own_reference(
    store: Store, make: Make, texts: tuple[str, ...]
) -> None:
    """Whatever was scanned beside it, there is one parcel."""
    await store.remember_lines("main", [make.line(ORDER)], make.at())
    (entry,) = await make.entered(store, ORDER)
    await store.scans.record([scan(make, "scan-1", *texts)])

    assert (await events(store))[1:] == [("table-1", EventKind.PACKED, ORDER, LABEL)]
    (parcel,) = (await store.parcels_by_id([entry.parcel_id])).values()
    assert (parcel.source, parcel.times.packed_at) == ("packing-table", make.at(1))


async def test_a_label_by_itself_that_nobody_knows_tells_nothing(store: Store, make: Make) -> None:
    await store.scans.record([scan(make, "scan-1", LABEL)])

    assert await events(store) == []
    assert await answer(store, make, "scan-1") == (Signal.NEXT, ScanReason.ORDER_NEXT)


async def test_what_is_neither_is_not_kept(store: Store, make: Make) -> None:
    await store.scans.record([scan(make, "scan-1", "09012345678"), scan(make, "scan-2", ORDER, "4901234567894")])

    found = await store.scans.sightings(["scan-1", "scan-2"])
    assert [(each.scan.order_ref, each.scan.tracking_number, each.scan.fault) for each in found] == [
        ("", "", Fault.NOT_OURS)
    ] * 2


async def settle(store: Store, make: Make, state: EntryState, reason: Reason, *news: News, minutes: float = 1) -> None:
    (entry,) = await store.entries_of_numbers("main", [LABEL])
    at = make.at(minutes)
    await store.settle_entries([SettledEntry(entry, state, reason, at, accepted_at=at, confirmed_at=at, news=news)])


class TestWhatIsTold:
    """From the same scan, as the parcel's life goes on."""

    @pytest.fixture(autouse=True)
    async def scanned(self, store: Store, make: Make) -> None:
        await store.remember_lines("main", [make.line(ORDER)], make.at())
        await make.entered(store, ORDER)
        await store.scans.record([scan(make, "scan-1", ORDER, LABEL)])

    async def test_entered(self, store: Store, make: Make) -> None:
        await settle(store, make, EntryState.CONFIRMED, Reason.SHOWN)

        assert await answer(store, make, "scan-1") == (Signal.GO, ScanReason.ENTERED)

    async def test_then_a_cancel_request_is_seen(self, store: Store, make: Make) -> None:
        await settle(store, make, EntryState.CONFIRMED, Reason.SHOWN)
        asked = replace(make.line(ORDER), cancel_status=ClaimStatus.CANCEL_REQUESTED, learned_at=make.at(2))
        await store.remember_lines("main", [asked], make.at(2))

        assert await answer(store, make, "scan-1", 2) == (Signal.STOP, ScanReason.CANCEL_REQUESTED)

    async def test_then_nobody_can_ask_qoo10_any_more(self, store: Store, make: Make) -> None:
        await settle(store, make, EntryState.CONFIRMED, Reason.SHOWN)

        assert await answer(store, make, "scan-1", 4) == (Signal.GO, ScanReason.ENTERED)
        assert await answer(store, make, "scan-1", 4.1) == (Signal.UNKNOWN, ScanReason.STALE)
        await store.record_claims_read("main", make.at(5))
        assert await answer(store, make, "scan-1", 5) == (Signal.GO, ScanReason.ENTERED)
        await store.record_stop("main", "the key has expired", make.at(5))
        assert await answer(store, make, "scan-1", 5) == (Signal.UNKNOWN, ScanReason.STALE)

    async def test_held_for_a_person(self, store: Store, make: Make) -> None:
        (entry,) = await store.entries_of_numbers("main", [LABEL])
        await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.NAME_UNKNOWN, make.at(1))])

        assert await answer(store, make, "scan-1") == (Signal.UNKNOWN, Reason.NAME_UNKNOWN)

    async def test_in_conflict(self, store: Store, make: Make) -> None:
        news = News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP)
        await settle(store, make, EntryState.CONFIRMED, Reason.SHOWN, news)

        assert await answer(store, make, "scan-1") == (Signal.STOP, ScanReason.CONFLICT_OPEN)

    async def test_void(self, store: Store, make: Make) -> None:
        void = make.event("void", kind=EventKind.VOIDED, minutes=2)
        await store.record_delivery(make.delivery(void, minutes=2))
        await store.scans.record([scan(make, "scan-2", LABEL, minutes=3)])

        assert await answer(store, make, "scan-1", 3) == (Signal.STOP, ScanReason.LABEL_VOIDED)
        assert await answer(store, make, "scan-2", 3) == (Signal.STOP, ScanReason.LABEL_VOIDED), (
            "packing revives nothing"
        )

    async def test_another_label_for_the_same_order(self, store: Store, make: Make) -> None:
        await make.entered(store, ORDER, number=OTHER_LABEL, key="msg_2")

        assert await answer(store, make, "scan-1") == (Signal.STOP, ScanReason.ANOTHER_LABEL)


async def test_a_label_that_turns_out_to_be_another_orders_is_a_late_stop(store: Store, make: Make) -> None:
    await store.remember_lines("main", [make.line(ORDER), make.line(OTHER, "300999999")], make.at())
    await store.scans.record([scan(make, "scan-1", ORDER, LABEL)])
    assert await answer(store, make, "scan-1") == (Signal.MOVING, ScanReason.ON_ITS_WAY)
    (parcel,) = await store.due_parcels("main", make.at(1))
    await store.settle_parcels([make.entries(parcel, ORDER, minutes=1)])

    await store.record_delivery(make.delivery(make.event("late", reference=OTHER), minutes=2))
    (late,) = [each for each in await store.due_parcels("main", make.at(2)) if each.key.order_ref == OTHER]
    await store.settle_parcels([make.entries(late, OTHER, minutes=2)])

    assert await answer(store, make, "scan-1", 2) == (Signal.STOP, Fault.MISMATCH)


async def test_an_order_that_is_not_found_is_said_once_it_was_looked_for(store: Store, make: Make) -> None:
    await store.scans.record([scan(make, "scan-1", ORDER, LABEL)])
    (parcel,) = await store.due_parcels("main", make.at(1))
    unknown = replace(make.entries(parcel, minutes=1), state=parcel.state, reason=Reason.ORDER_UNKNOWN)
    await store.settle_parcels([unknown])

    assert await answer(store, make, "scan-1") == (Signal.UNKNOWN, Reason.ORDER_UNKNOWN)


async def test_a_scan_reads_no_table_through(store: Store, make: Make, plans: Any) -> None:
    await store.remember_lines("main", [make.line(ORDER)], make.at())
    await make.entered(store, ORDER)
    explained_before = set(plans())
    await store.scans.record([scan(make, "scan-1", ORDER, LABEL), scan(make, "scan-2", LABEL)])
    await store.scans.sightings(["scan-1", "scan-2"])

    explained = {statement: steps for statement, steps in plans().items() if statement not in explained_before}
    assert len(explained) > 5
    assert whole_reads(explained) == []
    assert [steps for steps in explained.values() if any(step.startswith("SCAN scan") for step in steps)] == []
