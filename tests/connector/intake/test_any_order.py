"""Messages come repeatedly and in any order; what is known of a parcel afterwards is the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from carriers import PUSHED
from carriers.model import Delivery
from connector.intake.labels import new_delivery
from connector.store.parcels import parcel_of
from connector.store.schema import parcel
from connector.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.parcel import Parcel

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LIFE = ("label.printed", "label.voided", "label.printed", "parcel.packed", "parcel.handed_over", "parcel.scanned")
"""Printed, voided, printed again with the same number, packed, handed over, scanned."""
SOURCE_CLOCK = ("printed_at", "reprinted_at", "packed_at", "handed_over_at", "scanned_at", "voided_at")
numbers = count(1)

MINUTES = st.lists(st.integers(0, 600), min_size=len(LIFE), max_size=len(LIFE))
DELIVERIES = st.lists(st.sampled_from(range(len(LIFE))), max_size=4).flatmap(
    lambda repeated: st.permutations([*range(len(LIFE)), *repeated])
)


async def deliver(store: Store, minutes: Sequence[int], deliveries: Sequence[int]) -> tuple[Parcel, list[int]]:
    """One parcel's life, told in this order; gives what is known of it, and how many messages each time were new."""
    number, accepted = f"{next(numbers):012d}", []
    for position, which in enumerate(deliveries):
        at = NOW + timedelta(minutes=minutes[which])
        message: dict[str, Any] = {
            "type": LIFE[which],
            "timestamp": at.isoformat(),
            "data": {"order_ref": "1062428737", "carrier": "yamato", "tracking_number": number},
        }
        headers = {"webhook-id": f"msg_{number}_{which}"}
        received_at = NOW + timedelta(days=1, seconds=position)
        delivery = Delivery("POST", "/", headers, json.dumps(message).encode(), received_at)
        reading = PUSHED["standard"].parse(delivery)
        receipt = await store.record_delivery(new_delivery("packing-table", "main", delivery, reading))
        accepted.append(receipt.accepted)
    async with store._reader() as connection:
        row = (await connection.execute(select(parcel).where(parcel.c.tracking_number == number))).one()
    return parcel_of(row), accepted


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=MINUTES, deliveries=DELIVERIES)
async def test_the_same_messages_give_the_same_parcel(store: Store, minutes: list[int], deliveries: list[int]) -> None:
    in_order, _ = await deliver(store, minutes, range(len(LIFE)))
    shuffled, accepted = await deliver(store, minutes, deliveries)

    assert shuffled.label is in_order.label
    for name in SOURCE_CLOCK:
        assert getattr(shuffled.times, name) == getattr(in_order.times, name)
    assert sum(accepted) == len(LIFE), "a repeat is known"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=MINUTES, deliveries=DELIVERIES)
async def test_when_a_stage_was_heard_of_is_when_its_first_message_came(
    store: Store, minutes: list[int], deliveries: list[int]
) -> None:
    """It is on our clock, so it follows the order of arrival; a later stage stands for those before it."""
    told, _ = await deliver(store, minutes, deliveries)

    def first(*stages: str) -> datetime:
        came = [position for position, which in enumerate(deliveries) if LIFE[which] in stages]
        return NOW + timedelta(days=1, seconds=min(came))

    assert told.times.heard_scanned_at == first("parcel.scanned")
    assert told.times.heard_handed_over_at == first("parcel.scanned", "parcel.handed_over")
    assert told.times.heard_packed_at == first("parcel.scanned", "parcel.handed_over", "parcel.packed")
    assert told.times.heard_printed_at == first(*LIFE[3:], "label.printed")
