"""A service that only follows parcels: its scans know the number alone, and come before or after the label."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import carriers
from carriers import PUSHED
from carriers.model import Delivery
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.intake.labels import new_delivery

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

FIXTURES = Path(carriers.__file__).parent
NUMBER = "444413758703"
"""The number in the fixtures of both kinds."""
ORDERS = ["".join(order) for size in (2, 3, 4) for order in product("ps", repeat=size) if "p" in order and "s" in order]
"""Every order of p(rinted) and s(canned), with repeats."""


async def scanned(rig: Rig, kind: str) -> None:
    """A scan in its documented form, through the real adapter."""
    body = (FIXTURES / kind / "fixtures" / "in_transit.json").read_bytes()
    delivery = Delivery("POST", "/", {}, body, rig.clock())
    await rig.store.record_delivery(new_delivery(kind, "main", delivery, PUSHED[kind].parse(delivery)))


async def printed(rig: Rig, order_no: str) -> None:
    """The same message, however often: its id is its number."""
    message = {"order_ref": order_no, "carrier": "yamato", "service": "takkyubin", "tracking_number": "4444-1375-8703"}
    body = json.dumps({"type": "label.printed", "data": message}).encode()
    delivery = Delivery("POST", "/", {"webhook-id": "msg_printed"}, body, rig.clock())
    reading = PUSHED["standard"].parse(delivery)
    await rig.store.record_delivery(new_delivery("packing-table", "main", delivery, reading))


@pytest.mark.parametrize("order", ORDERS)
async def test_a_number_is_entered_once_both_are_known_in_whatever_order(rig: Rig, order: str) -> None:
    rig.configure(packing_table={"enter_on": "scanned"})
    (order_no,) = rig.cart()
    for position, step in enumerate(order):
        await (printed(rig, order_no) if step == "p" else scanned(rig, "aftership"))
        await rig.wait(minutes=5)
        both = {"p", "s"} <= set(order[: position + 1])
        assert rig.stands(order_no) == (NUMBER if both else "")

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert rig.ours(order_no) == [NUMBER]


@pytest.mark.parametrize("kind", ["aftership", "seventeentrack"])
async def test_a_scan_of_a_number_that_nobody_announced_enters_nothing(rig: Rig, kind: str) -> None:
    """Even where the message names an order that is there: a scan is no label."""
    (order_no,) = rig.cart()
    await scanned(rig, kind)
    await rig.wait(hours=1)

    assert await rig.ends() == []
    assert rig.stands(order_no) == ""
    assert [(row.order_ref, row.state) for row in await rig.rows("parcel")] == [("", "resolved")]


@pytest.mark.parametrize("kind", ["aftership", "seventeentrack"])
async def test_a_scan_says_when_the_carrier_first_had_the_parcel(rig: Rig, kind: str) -> None:
    (order_no,) = rig.cart()
    await printed(rig, order_no)
    await scanned(rig, kind)
    await rig.work()
    parcels = await rig.rows("parcel")

    known = await rig.store.parcels_by_id([row.id for row in parcels])
    assert {parcel.times.scanned_at.isoformat() for parcel in known.values() if parcel.times.scanned_at} == {
        "2026-11-22T08:30:00+00:00"
    }
