"""Every row of the design's table on its whole way: store, keeper, calls, market."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.switches import CancelledByOrder, DeadWrite, EndedRequest, PendingWrite
from connector.sandbox.writes import enter_by_hand

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

OURS = "444413758703"
OTHER = "444413758714"


@pytest.mark.parametrize("status", [ShippingStatus.REQUESTED, ShippingStatus.PREPARING])
async def test_a_calm_line_that_waits_gets_its_number(rig: Rig, status: ShippingStatus) -> None:
    (order_no,) = rig.cart(NewLine(status=status))

    entry = await rig.enter(order_no)

    assert (entry.state, entry.reason) == (EntryState.CONFIRMED, Reason.SHOWN)
    assert rig.stands(order_no) == entry.tracking_no
    assert rig.market.line(order_no).shipping.company == "ヤマト宅急便"
    assert await rig.conflicts() == []


async def test_an_unpaid_line_is_held_and_entered_after_the_payment(rig: Rig) -> None:
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    entry = await rig.enter(order_no)
    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.UNPAID)
    assert rig.writes() == []

    rig.market.pay(order_no)
    await rig.wait(minutes=30)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]


@pytest.mark.parametrize("status", [ShippingStatus.ON_DELIVERY, ShippingStatus.DELIVERED])
async def test_our_number_that_stands_already_is_confirmed_without_a_write(rig: Rig, status: ShippingStatus) -> None:
    (order_no,) = rig.cart(NewLine(status=status, tracking_no="4444-1375-8703"))

    entry = await rig.enter(order_no, OURS)

    assert (entry.state, entry.reason) == (EntryState.CONFIRMED, Reason.SHOWN)
    assert rig.writes() == []


@pytest.mark.parametrize("status", [ShippingStatus.PREPARING, ShippingStatus.ON_DELIVERY, ShippingStatus.DELIVERED])
@pytest.mark.parametrize("requested", [False, True])
async def test_another_number_is_a_conflict_and_never_overwritten(
    rig: Rig, clock: Clock, status: ShippingStatus, *, requested: bool
) -> None:
    (order_no,) = rig.cart(NewLine(status=status, tracking_no=OTHER))
    if requested:
        rig.market.set_claim(order_no, ClaimStatus.CANCEL_REQUESTED)

    entry = await rig.enter(order_no, OURS, at=clock() - timedelta(minutes=1))
    await rig.wait(hours=1)

    assert (entry.state, entry.reason) == (EntryState.CONFLICT, Reason.ANOTHER_NUMBER)
    assert (order_no, ConflictKind.ANOTHER_NUMBER, "") in await rig.conflicts()
    assert rig.writes() == []


async def test_a_request_in_the_gap_is_a_conflict_and_the_number_is_entered_at_once(rig: Rig, clock: Clock) -> None:
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    tracking_no = await rig.hear(order_no)
    clock.forward(seconds=2)
    rig.market.ask_cancel(order_no)

    await rig.work()

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert rig.stands(order_no) == tracking_no
    assert (order_no, ConflictKind.IN_THE_GAP) in [(line, kind) for line, kind, _ in await rig.conflicts()]
    assert rig.market.line(order_no).ended_requests[0][1] == "closed_by_write"


async def test_with_the_policy_hold_a_request_in_the_gap_waits_for_a_person(rig: Rig, clock: Clock) -> None:
    rig.configure(shop={"in_the_gap": "hold"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no)
    clock.forward(seconds=2)
    rig.market.ask_cancel(order_no)

    await rig.work()
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.IN_THE_GAP)]
    assert (order_no, ConflictKind.IN_THE_GAP, "") in await rig.conflicts()
    assert rig.writes() == []


@pytest.mark.parametrize("earlier", [timedelta(), timedelta(seconds=1), timedelta(days=1)])
async def test_a_label_printed_after_a_request_is_held(rig: Rig, clock: Clock, earlier: timedelta) -> None:
    """A request in the second of the label counts as before it."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.ask_cancel(order_no)
    clock.time += earlier

    entry = await rig.enter(order_no)
    await rig.wait(hours=1)

    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.PRINTED_AFTER_REQUEST)
    assert (order_no, ConflictKind.PRINTED_AFTER_REQUEST, "") in await rig.conflicts()
    assert rig.writes() == []


@pytest.mark.parametrize("end", ["withdraw", "refuse_cancel"])
async def test_a_request_that_ended_releases_the_hold(rig: Rig, end: str) -> None:
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.ask_cancel(order_no)
    await rig.enter(order_no)

    getattr(rig.market, end)(order_no)
    await rig.wait(minutes=30)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert (order_no, ConflictKind.PRINTED_AFTER_REQUEST, "request_ended") in await rig.conflicts()


async def test_a_request_that_ended_without_a_trace_to_remove_stays_a_hold(rig: Rig) -> None:
    """Where Qoo10 leaves claimStatus 1 on the line for good, nobody can tell that the request ended."""
    rig.market.switches.ended_request_shows = EndedRequest.ON_LINE
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.ask_cancel(order_no)
    await rig.enter(order_no)

    rig.market.refuse_cancel(order_no)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.PRINTED_AFTER_REQUEST)]


@pytest.mark.parametrize("shown", CancelledByOrder)
@pytest.mark.parametrize("stay", [True, False])
async def test_a_cancelled_line_takes_no_number_wherever_it_still_shows(
    rig: Rig, shown: CancelledByOrder, *, stay: bool
) -> None:
    rig.market.switches.cancelled_line_by_order = shown
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.ask_cancel(order_no)
    await rig.lines.list_open()
    rig.market.accept_cancel(order_no, stay_cancelling=stay)

    entry = await rig.enter(order_no)
    await rig.wait(hours=1)

    assert rig.writes() == []
    assert (entry.state, entry.reason) == (EntryState.CONFLICT, Reason.CANCELLED)
    assert (order_no, ConflictKind.CANCELLED_PARCEL_EXISTS, "") in await rig.conflicts()


async def test_an_unpaid_order_that_was_cancelled_takes_no_number(rig: Rig) -> None:
    rig.market.switches.cancelled_line_by_order = CancelledByOrder.GONE
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    await rig.enter(order_no)

    rig.market.ask_cancel(order_no)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.CONFLICT, Reason.CANCELLED)]


async def test_a_line_that_is_nowhere_is_held(rig: Rig) -> None:
    """Neither among the orders nor among the cancels; that the cancels cannot be read is no proof of it."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    await rig.enter(order_no)
    del rig.market.lines[order_no]
    rig.fault(FaultKind.HTTP_ERROR, method="ShippingBasic.GetClaimInfo_V3", times=None)
    await rig.wait(minutes=1)
    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.UNPAID)]

    rig.market.faults.clear()
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.NOT_FOUND)]


@pytest.mark.parametrize("write", DeadWrite)
async def test_an_instant_cancel_between_the_look_and_the_write_ends_as_a_conflict(rig: Rig, write: DeadWrite) -> None:
    """Before a ship-by date is set the buyer cancels at once; what a write does then is unknown."""
    rig.market.switches.write_after_cancel = write
    (order_no,) = rig.cart()
    rig.fault(FaultKind.BUYER_CANCELS, method="ShippingBasic.SetSendingInfo")

    entry = await rig.enter(order_no)
    await rig.wait(hours=1)

    assert (entry.state, entry.reason) == (EntryState.CONFLICT, Reason.CANCELLED)
    assert (order_no, ConflictKind.CANCELLED_PARCEL_EXISTS, "") in await rig.conflicts()
    assert len(rig.writes()) == 1
    assert rig.stands(order_no) == ""


async def test_a_line_cancelled_past_its_ship_by_date_while_the_label_waited(rig: Rig, clock: Clock) -> None:
    """Past the ship-by date a cancel takes effect at once."""
    rig.configure(packing_table={"hold_s": 3600})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING, ship_by=clock().date() - timedelta(days=1)))
    await rig.hear(order_no)
    await rig.wait(minutes=1)

    assert rig.market.ask_cancel(order_no) is ClaimStatus.CANCELLED
    await rig.wait(hours=2)

    assert await rig.ends() == [(order_no, EntryState.CONFLICT, Reason.CANCELLED)]
    assert rig.writes() == []


async def test_a_request_that_crosses_the_write_and_stays_open_is_logged(rig: Rig, clock: Clock) -> None:
    rig.market.switches.write_while_cancel_requested = PendingWrite.LEAVES
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no)
    clock.forward(seconds=2)
    rig.fault(FaultKind.BUYER_CANCELS, method="ShippingBasic.SetSendingInfo")

    await rig.work()

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert (order_no, ConflictKind.IN_THE_GAP, "") in await rig.conflicts()


async def test_a_number_that_qoo10_refuses_while_a_request_is_open_is_entered_once_it_ended(
    rig: Rig, clock: Clock
) -> None:
    rig.market.switches.write_while_cancel_requested = PendingWrite.REFUSED
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no)
    clock.forward(seconds=2)
    rig.market.ask_cancel(order_no)
    await rig.wait(hours=3)
    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.UPDATE_FAILED)]
    assert (order_no, ConflictKind.IN_THE_GAP, "") in await rig.conflicts()

    rig.market.refuse_cancel(order_no)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert (order_no, ConflictKind.IN_THE_GAP, "request_ended") in await rig.conflicts()
    assert len(rig.writes()) < 30


async def test_a_request_after_the_entry_is_logged_and_watched(rig: Rig, clock: Clock) -> None:
    """It is made while the number is accepted but not shown yet: the buyer's button is still there."""
    rig.market.switches.visible_late_s = 60
    rig.configure(shop={"repeat_unclear_after_s": 120})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no)
    await rig.turn()
    clock.forward(seconds=5)
    rig.market.set_claim(order_no, ClaimStatus.CANCEL_REQUESTED)

    await rig.wait(minutes=10)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert (order_no, ConflictKind.REQUESTED_AFTER_ENTRY, "") in await rig.conflicts()
    assert len(rig.writes()) == 1


async def test_a_line_that_somebody_dispatched_without_a_number_is_held(rig: Rig) -> None:
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.ON_DELIVERY))

    entry = await rig.enter(order_no)

    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.SHIPPED_WITHOUT_NUMBER)
    enter_by_hand(rig.market, order_no, "ヤマト宅急便", entry.tracking_no)
    await rig.wait(minutes=30)
    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert rig.writes() == []


async def test_a_label_voided_before_entry_is_dropped(rig: Rig) -> None:
    rig.configure(packing_table={"hold_s": 600})
    (order_no,) = rig.cart()
    tracking_no = await rig.hear(order_no)
    await rig.wait(minutes=1)

    await rig.hear(order_no, tracking_no, kind=EventKind.VOIDED)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.DROPPED, Reason.VOIDED)]
    assert rig.writes() == []


async def test_a_label_voided_after_entry_is_a_conflict(rig: Rig, clock: Clock) -> None:
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no)
    clock.forward(minutes=1)

    await rig.hear(order_no, entry.tracking_no, kind=EventKind.VOIDED)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.CONFLICT, Reason.DEAD_NUMBER)]
    assert (order_no, ConflictKind.DEAD_NUMBER, "") in await rig.conflicts()
    assert rig.stands(order_no) == entry.tracking_no


async def test_a_reprint_with_the_same_number_changes_nothing(rig: Rig, clock: Clock) -> None:
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no)
    clock.forward(minutes=1)
    before = len(rig.market.calls)

    await rig.hear(order_no, entry.tracking_no)
    await rig.wait(hours=1)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert len(rig.market.calls) == before


async def test_a_reprint_with_another_number_is_a_conflict(rig: Rig) -> None:
    (order_no,) = rig.cart()
    first = await rig.enter(order_no)

    second = await rig.enter(order_no)
    await rig.wait(hours=1)

    assert (second.state, second.reason) == (EntryState.CONFLICT, Reason.ANOTHER_NUMBER)
    assert rig.ours(order_no) == [first.tracking_no]
    assert (order_no, ConflictKind.ANOTHER_NUMBER, "") in await rig.conflicts()


async def test_a_void_and_a_reprint_with_another_number_before_entry_enters_the_new_one(rig: Rig, clock: Clock) -> None:
    rig.configure(packing_table={"hold_s": 60})
    (order_no,) = rig.cart()
    dead = await rig.hear(order_no)
    clock.forward(seconds=5)
    await rig.hear(order_no, dead, kind=EventKind.VOIDED)
    clock.forward(seconds=5)
    alive = await rig.hear(order_no)

    await rig.wait(minutes=10)

    assert [state for _, state, _ in await rig.ends()] == [EntryState.DROPPED, EntryState.CONFIRMED]
    assert rig.ours(order_no) == [alive]


async def test_a_voided_label_that_is_printed_again_is_entered(rig: Rig, clock: Clock) -> None:
    rig.configure(packing_table={"hold_s": 60})
    (order_no,) = rig.cart()
    tracking_no = await rig.hear(order_no)
    clock.forward(seconds=5)
    await rig.hear(order_no, tracking_no, kind=EventKind.VOIDED)
    await rig.wait(seconds=30)
    assert await rig.ends() == [(order_no, EntryState.DROPPED, Reason.VOIDED)]

    await rig.hear(order_no, tracking_no)
    await rig.wait(minutes=10)

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert rig.ours(order_no) == [tracking_no]


async def test_two_labels_of_one_line_in_one_batch_enter_one_and_show_the_other(rig: Rig) -> None:
    (order_no,) = rig.cart()
    first, second = await rig.hear(order_no), await rig.hear(order_no)

    await rig.work()
    await rig.wait(hours=1)

    ends = {entry.tracking_no: (entry.state, entry.reason) for entry in await rig.entries()}
    assert ends == {
        first: (EntryState.CONFIRMED, Reason.SHOWN),
        second: (EntryState.CONFLICT, Reason.ANOTHER_NUMBER),
    }
    assert rig.ours(order_no) == [first]
    assert (order_no, ConflictKind.ANOTHER_NUMBER, "") in await rig.conflicts()
