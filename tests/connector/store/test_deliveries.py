"""What the intake hands over is kept once, whole, and whoever works on it is woken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind, LabelEvent
from connector.domain.parcel import Times
from connector.store.deliveries import NewDelivery, Receipt
from connector.store.fetches import SettledFetch
from connector.store.store import FETCHES, Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make


async def counts(store: Store, *deliveries: NewDelivery) -> list[tuple[int, int, int]]:
    """(accepted, duplicates, ignored) of deliveries that come together."""
    receipts = await asyncio.gather(*(store.record_delivery(each) for each in deliveries))
    return [(receipt.accepted, receipt.duplicates, receipt.ignored) for receipt in receipts]


async def test_a_new_delivery_is_kept_and_its_shop_woken(store: Store, make: Make) -> None:
    receipt = await store.record_delivery(make.delivery(make.event()))

    assert receipt == Receipt(receipt.delivery, accepted=1, duplicates=0, ignored=0)
    assert receipt.delivery.startswith("dlv_")
    assert store.wake("main").is_set()
    assert not store.wake("other").is_set()
    (parcel,) = await store.due_parcels("main", make.at())
    assert (parcel.key.order_ref, parcel.key.tracking_number, parcel.carrier) == (
        "1062428737",
        "444413758703",
        "yamato",
    )


async def test_a_repeated_delivery_has_the_first_ones_id(store: Store, make: Make) -> None:
    """It wakes all the same: the first commit may have reported an error although it was kept."""
    first = await store.record_delivery(make.delivery(make.event()))
    store.wake("main").clear()

    again = await store.record_delivery(make.delivery(make.event(), minutes=5))

    assert again == Receipt(first.delivery, accepted=0, duplicates=1, ignored=0)
    assert store.wake("main").is_set()


async def test_a_known_event_in_another_delivery_is_a_duplicate(store: Store, make: Make) -> None:
    """Sources that give a repetition a new id of its own still say the same event."""
    await store.record_delivery(make.delivery(make.event(), key="first"))

    (result,) = await counts(store, make.delivery(make.event(), make.event("msg_2"), key="second"))

    assert result == (1, 1, 0)


async def test_the_same_key_of_another_source_is_another_event(store: Store, make: Make) -> None:
    other = replace(make, source="ramp")

    assert await counts(store, make.delivery(make.event()), other.delivery(other.event())) == [(1, 0, 0), (1, 0, 0)]


async def test_duplicates_that_come_together_are_counted_once(store: Store, make: Make) -> None:
    """A sender that gave up waiting sends again while the first one is still being written."""
    twice = [make.delivery(make.event(), minutes=minutes) for minutes in (0, 1)]

    receipts = await asyncio.gather(*(store.record_delivery(each) for each in (*twice, *twice)))

    assert sorted((receipt.accepted, receipt.duplicates) for receipt in receipts) == [(0, 1), (0, 1), (0, 1), (1, 0)]
    assert len({receipt.delivery for receipt in receipts}) == 1
    assert len(await store.due_parcels("main", make.at(1))) == 1


async def test_what_is_ignored_is_counted_and_its_repetition_is_a_duplicate(store: Store, make: Make) -> None:
    ignored = NewDelivery("packing-table", "main", "k", make.at(), ignored=2, outcome="ignored", detail="test_mode")

    assert await counts(store, ignored) == [(0, 0, 2)]
    assert await counts(store, ignored) == [(0, 2, 0)]
    assert not store.wake("main").is_set()


@pytest.mark.parametrize("poison", ["time", "text"])
async def test_one_bad_payload_harms_no_other_of_its_group(store: Store, make: Make, poison: str) -> None:
    good = [make.delivery(make.event(f"msg_{n}", reference=f"106242873{n}")) for n in range(5)]
    bad = replace(make.delivery(make.event("bad")), key="bad")
    bad = replace(bad, received_at=datetime(2026, 1, 1)) if poison == "time" else replace(bad, detail="\ud800")  # noqa: DTZ001 - the poison

    results = await asyncio.gather(
        *(store.record_delivery(each) for each in (*good[:3], bad, *good[3:])), return_exceptions=True
    )

    assert [isinstance(result, Receipt) for result in results] == [True, True, True, False, True, True]
    assert len(await store.due_parcels("main", make.at())) == 5


async def test_a_caller_that_gave_up_harms_nobody(store: Store, make: Make) -> None:
    """What it handed over may be kept or not; the next repetition tells."""
    waiting = asyncio.ensure_future(store.record_delivery(make.delivery(make.event())))
    await asyncio.sleep(0)
    waiting.cancel()

    result = await store.record_delivery(make.delivery(make.event()))

    assert result.accepted + result.duplicates == 1


class TestParcels:
    """Events of one label add up to the same parcel in whatever order they come."""

    async def times_after(self, store: Store, make: Make, *told: NewDelivery) -> tuple[Times, str, str]:
        for each in told:
            await store.record_delivery(each)
        (parcel,) = await store.due_parcels(make.shop, make.at(100))
        return parcel.times, parcel.carrier, parcel.service

    def told(self, make: Make) -> list[NewDelivery]:
        def said(key: str, kind: EventKind, carrier: str, minutes: float, came: float) -> NewDelivery:
            event: LabelEvent = make.event(key, kind=kind, carrier=carrier, minutes=minutes)
            return make.delivery(event, minutes=came)

        return [
            said("1", EventKind.PRINTED, "yamato", 1, 3),
            said("2", EventKind.VOIDED, "", 4, 5),
            said("3", EventKind.PRINTED, "sagawa", 6, 7),
            said("4", EventKind.SCANNED, "ramp-word", 8, 9),
        ]

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    async def test_one_after_the_other(self, store: Store, make: Make, order: tuple[int, ...]) -> None:
        told = self.told(make)

        times, carrier, _ = await self.times_after(store, make, *(told[index] for index in order))

        assert times == Times(
            printed_at=make.at(1),
            reprinted_at=make.at(6),
            scanned_at=make.at(8),
            voided_at=make.at(4),
            heard_printed_at=make.at(3),
            heard_packed_at=make.at(9),
            heard_handed_over_at=make.at(9),
            heard_scanned_at=make.at(9),
        )
        assert carrier == "sagawa"

    async def test_together(self, store: Store, make: Make) -> None:
        await asyncio.gather(*(store.record_delivery(each) for each in reversed(self.told(make))))

        (parcel,) = await store.due_parcels(make.shop, make.at(100))
        assert (parcel.carrier, parcel.times.reprinted_at, parcel.times.heard_printed_at) == (
            "sagawa",
            make.at(6),
            make.at(3),
        )

    async def test_a_label_sent_again_brings_its_service_along(self, store: Store, make: Make) -> None:
        """A service of one carrier means nothing beside another carrier."""
        first = make.delivery(make.event("1", carrier="yamato", service="nekopos"))
        right = make.delivery(make.event("2", carrier="sagawa", service="", minutes=1), minutes=1)

        assert (await self.times_after(store, make, first, right))[1:] == ("sagawa", "")

    async def test_a_message_without_words_takes_none_away(self, store: Store, make: Make) -> None:
        first = make.delivery(make.event("1", carrier="yamato", service="nekopos"))
        later = make.delivery(make.event("2", carrier="", service="", minutes=1), minutes=1)

        assert (await self.times_after(store, make, first, later))[1:] == ("yamato", "nekopos")

    async def test_labels_differ_by_shop_reference_and_number(self, store: Store, make: Make) -> None:
        other = replace(make, shop="second", source="second-table")
        await counts(
            store,
            make.delivery(make.event("1")),
            make.delivery(make.event("2", reference="1062428738")),
            make.delivery(make.event("3", number="444413758714")),
            other.delivery(other.event("1")),
        )

        assert len(await store.due_parcels("main", make.at())) == 3
        assert len(await store.due_parcels("second", make.at())) == 1


class TestFetches:
    """Requests that a message only points to are kept until they are made."""

    async def test_a_fetch_is_due_at_once_and_wakes_the_fetcher(self, store: Store, make: Make) -> None:
        receipt = await store.record_delivery(make.fetching())

        (due,) = await store.due_fetches(make.at())
        assert (receipt.accepted, due.source, due.attempts) == (1, "packing-table", 0)
        assert due.fetch == make.fetching().fetches[0]
        assert store.wake(FETCHES).is_set()
        assert await store.next_fetch_at() == make.at()

    async def test_a_repeated_one_is_a_duplicate(self, store: Store, make: Make) -> None:
        assert await counts(store, make.fetching(), make.fetching()) == [(1, 0, 0), (0, 1, 0)]
        assert len(await store.due_fetches(make.at())) == 1

    async def test_a_failed_one_waits_and_counts(self, store: Store, make: Make) -> None:
        await store.record_delivery(make.fetching())
        (due,) = await store.due_fetches(make.at())

        await store.settle_fetch(SettledFetch(due.id, "due", "answered 500", make.at(2)))

        assert await store.due_fetches(make.at(1)) == []
        assert [each.attempts for each in await store.due_fetches(make.at(2))] == [1]
        assert await store.next_fetch_at() == make.at(2)

    async def test_what_it_brought_is_kept_in_the_same_commit(self, store: Store, make: Make) -> None:
        await store.record_delivery(make.fetching())
        (due,) = await store.due_fetches(make.at())
        store.wake("main").clear()

        await store.settle_fetch(SettledFetch(due.id, "done", found=make.delivery(make.event())))

        assert await store.due_fetches(make.at(100)) == []
        assert await store.next_fetch_at() is None
        assert len(await store.due_parcels("main", make.at())) == 1
        assert store.wake("main").is_set()

    async def test_one_whose_source_is_gone_is_left_alone(self, store: Store, make: Make) -> None:
        await store.record_delivery(make.fetching())
        (due,) = await store.due_fetches(make.at())

        await store.settle_fetch(SettledFetch(due.id, "failed", "its source is not configured any more"))

        assert await store.next_fetch_at() is None
