"""Gate one: the ship-by date of a line whose label is printed and whose number has to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.entry import EntryState
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.calls import CallRecord

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

METHOD = "ShippingBasic.SetSellerCheckYN_V2"
TOMORROW = date(2026, 11, 25)
WAITING = (EntryState.WAITING, Reason.BEFORE_ITS_MOMENT)
ON = {"set_ship_by": "printed"}


@pytest.fixture
async def gate(rig: Rig) -> AsyncIterator[Rig]:
    """A shop whose numbers wait for the first scan, and whose gate is on."""
    rig.configure(shop=ON, packing_table={"enter_on": "scanned"})
    yield rig
    await rig.wait(hours=3)
    taken = [call.params["OrderNo"] for call in sent(rig) if call.code == 0]
    assert len(taken) == len(set(taken)), "a ship-by date was set twice"


def sent(rig: Rig) -> list[CallRecord]:
    return rig.market.calls.to(METHOD)


async def steps(rig: Rig) -> list[tuple[str, str]]:
    return [(row.what, row.detail) for row in await rig.rows("history") if row.what.startswith("ship_by")]


async def test_a_printed_label_sets_the_date_and_the_buyer_can_only_ask(gate: Rig) -> None:
    """Without it the buyer's cancel takes effect at once (A2)."""
    gated, plain = gate.cart()[0], gate.cart()[0]
    await gate.hear(gated)
    await gate.wait(seconds=30)

    assert gate.market.line(gated).shipping.status is ShippingStatus.PREPARING
    assert gate.market.line(gated).shipping.ship_by == TOMORROW
    assert await gate.ends() == [(gated, *WAITING)]
    assert await steps(gate) == [("ship_by_sent", "2026-11-25"), ("ship_by_set", "2026-11-25")]
    assert gate.writes() == []
    assert gate.market.ask_cancel(gated) is ClaimStatus.CANCEL_REQUESTED
    assert gate.market.ask_cancel(plain) is ClaimStatus.CANCELLED


async def test_the_number_is_entered_at_its_moment_all_the_same(gate: Rig) -> None:
    (order_no,) = gate.cart()
    tracking_no = await gate.hear(order_no)
    await gate.wait(hours=1)
    await gate.hear(order_no, tracking_no, kind=EventKind.SCANNED)
    await gate.work()

    assert await gate.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert len(sent(gate)) == 1


async def test_a_hold_time_is_a_moment_to_wait_for_too(rig: Rig) -> None:
    rig.configure(shop=ON, packing_table={"hold_s": 600})
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    await rig.wait(seconds=30)
    assert rig.market.line(order_no).shipping.ship_by == TOMORROW

    await rig.wait(seconds=600)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]


@pytest.mark.parametrize(("shop", "source"), [({}, {"enter_on": "scanned"}), (ON, {})])
async def test_nothing_is_set_when_it_is_off_or_the_number_goes_out_at_once(
    rig: Rig, shop: dict[str, str], source: dict[str, str]
) -> None:
    rig.configure(shop=shop or {"set_ship_by": "off"}, packing_table=source)
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    await rig.wait(minutes=10)

    assert sent(rig) == []


@pytest.mark.parametrize(
    "line",
    [
        NewLine(status=ShippingStatus.AWAITING_PAYMENT),
        NewLine(status=ShippingStatus.PREPARING, ship_by=date(2026, 11, 30)),
        NewLine(ship_by=date(2026, 11, 30)),
        NewLine(status=ShippingStatus.ON_DELIVERY, tracking_no="444413758703"),
    ],
    ids=["unpaid", "taken", "has a date", "shipped"],
)
async def test_only_a_line_in_haisou_yousei_without_a_date_is_taken(gate: Rig, line: NewLine) -> None:
    (order_no,) = gate.cart(line)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert sent(gate) == []


@pytest.mark.parametrize("listed_first", [True, False])
async def test_never_beside_a_cancel_request(gate: Rig, *, listed_first: bool) -> None:
    """Neither when the line shows it, nor when only the list of claims did."""
    (order_no,) = gate.cart(NewLine(send_type=1))  # a reservation: its buyer asks also without a date
    assert gate.market.ask_cancel(order_no) is ClaimStatus.CANCEL_REQUESTED
    if listed_first:
        await gate.lines.list_open()
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert sent(gate) == []
    assert gate.market.line(order_no).shipping.ship_by is None


async def test_a_cancelled_line_is_left_alone(gate: Rig) -> None:
    (order_no,) = gate.cart()
    await gate.lines.list_open()
    assert gate.market.ask_cancel(order_no) is ClaimStatus.CANCELLED
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert sent(gate) == []


async def test_a_voided_label_takes_nothing(gate: Rig) -> None:
    (order_no,) = gate.cart()
    tracking_no = await gate.hear(order_no)
    await gate.hear(order_no, tracking_no, kind=EventKind.VOIDED)
    await gate.wait(minutes=10)

    assert sent(gate) == []


async def test_the_date_is_a_business_day_after_today_in_japan(rig: Rig, clock: Clock) -> None:
    """Friday, five to midnight in Japan, before a weekend, a holiday, and a day on which the seller is closed."""
    clock.time = datetime(2026, 11, 20, 14, 55, tzinfo=UTC)
    shop = {**ON, "ship_by_business_days": 2, "closed_days": ["2026-11-24"]}
    rig.configure(shop=shop, packing_table={"enter_on": "scanned"})
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    await rig.wait(minutes=1)

    assert rig.market.line(order_no).shipping.ship_by == date(2026, 11, 26)


async def test_an_order_that_somebody_took_meanwhile_is_fine(gate: Rig) -> None:
    """-10012: what was wanted stands, with somebody else's date, which Qoo10 does not show yet."""
    (order_no,) = gate.cart()
    line = gate.market.line(order_no)
    theirs = replace(line.shipping, status=ShippingStatus.PREPARING, ship_by=date(2026, 11, 27))
    gate.market.set_shipping(line, theirs, late_s=60)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert [call.code for call in sent(gate)] == [-10012]
    assert [what for what, _ in await steps(gate)] == ["ship_by_sent", "ship_by_set_before"]
    assert line.shipping.ship_by == date(2026, 11, 27)


async def test_an_order_that_left_meanwhile_is_read_again(gate: Rig) -> None:
    """-10013."""
    (order_no,) = gate.cart()
    gate.fault(FaultKind.CODE, method=METHOD, code=-10013)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert [call.code for call in sent(gate)] == [-10013]
    assert [what for what, _ in await steps(gate)] == ["ship_by_sent", "ship_by_refused"]


async def test_a_date_that_is_too_early_by_qoo10s_clock_is_tried_again(gate: Rig) -> None:
    (order_no,) = gate.cart()
    gate.fault(FaultKind.CODE, method=METHOD, code=-10018, times=2)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert [call.code for call in sent(gate)] == [-10018, -10018, 0]
    assert gate.market.line(order_no).shipping.ship_by == TOMORROW


async def test_a_date_that_is_always_too_early_is_given_up(gate: Rig) -> None:
    (order_no,) = gate.cart()
    gate.fault(FaultKind.CODE, method=METHOD, code=-10018, times=None)
    await gate.hear(order_no)
    await gate.wait(minutes=30)

    assert len(sent(gate)) == 6
    assert (await steps(gate))[-1][0] == "ship_by_refused"


@pytest.mark.parametrize("applied", [True, False])
async def test_a_lost_answer_is_read_before_anything_is_repeated(gate: Rig, *, applied: bool) -> None:
    (order_no,) = gate.cart()
    gate.fault(FaultKind.LOST_ANSWER, method=METHOD, applied=applied)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert len(sent(gate)) == (1 if applied else 2)
    assert gate.market.line(order_no).shipping.ship_by == TOMORROW


async def test_an_outage_delays_it_and_keeps_no_number_waiting(gate: Rig) -> None:
    waits, goes = gate.cart()[0], gate.cart()[0]
    gate.configure(shop=ON, other={})
    gate.fault(FaultKind.HTTP_ERROR, method=METHOD, times=5)
    await gate.hear(waits)
    await gate.hear(goes, source="other")
    await gate.wait(minutes=10)

    assert (goes, EntryState.CONFIRMED, Reason.SHOWN) in await gate.ends()
    assert gate.market.line(waits).shipping.ship_by == TOMORROW


async def test_many_labels_are_worked_off_in_small_groups(gate: Rig) -> None:
    order_nos = [gate.cart()[0] for _ in range(23)]
    for order_no in order_nos:
        await gate.hear(order_no)
    await gate.turn()
    assert len(sent(gate)) == 5
    await gate.wait(minutes=1)

    assert {gate.market.line(order_no).shipping.ship_by for order_no in order_nos} == {TOMORROW}


async def test_two_labels_of_one_line_set_it_once(gate: Rig) -> None:
    (order_no,) = gate.cart()
    await gate.hear(order_no)
    await gate.hear(order_no)
    await gate.wait(minutes=10)

    assert [call.code for call in sent(gate)] == [0]


async def test_settings_switched_on_later_reach_labels_that_wait(rig: Rig) -> None:
    """A start looks again at whatever waits for a moment that the settings name."""
    rig.configure(packing_table={"enter_on": "scanned"})
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    await rig.wait(minutes=1)

    rig.configure(shop=ON)
    await rig.keeper._begin()
    await rig.wait(minutes=1)
    assert rig.market.line(order_no).shipping.ship_by == TOMORROW

    rig.configure(packing_table={})
    await rig.keeper._begin()
    await rig.work()
    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
