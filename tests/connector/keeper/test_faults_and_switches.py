"""Whatever Qoo10 may turn out to be like, and whatever goes wrong: the end is a safe state with a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.faults import BULK_FAULTS

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

WRITE = "ShippingBasic.SetSendingInfo"
BULK = "ShippingBasic.SetSendingInfoBulk"
READ = "ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2"
LIST = "ShippingBasic.GetShippingInfo_v3"
CALL_FAULTS = sorted(set(FaultKind) - BULK_FAULTS - {FaultKind.BUYER_CANCELS})
SAYS_SUCCESS = {FaultKind.BOM, FaultKind.XML}
CONFIRMED = (EntryState.CONFIRMED, Reason.SHOWN)


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", CALL_FAULTS)
async def test_a_write_that_meets_a_fault_is_made_once(rig: Rig, kind: FaultKind, *, applied: bool) -> None:
    """A write that was not applied is sent again, one that was is not."""
    (order_no,) = rig.cart()
    rig.fault(kind, method=WRITE, applied=applied)

    entry = await rig.enter(order_no)

    if kind in SAYS_SUCCESS and not applied:
        assert (entry.state, entry.reason) == (EntryState.HELD, Reason.NEVER_SHOWN)
        assert len(rig.writes()) == 1
    else:
        assert (entry.state, entry.reason) == CONFIRMED
        assert rig.ours(order_no) == [entry.tracking_no]
        assert len(rig.writes()) == 1 + (not applied)


@pytest.mark.parametrize("kind", CALL_FAULTS)
async def test_a_read_that_meets_a_fault_is_repeated(rig: Rig, kind: FaultKind) -> None:
    """Of a line and of a list: a cart is known by a list only."""
    order_no, _ = rig.cart(NewLine(), NewLine())
    rig.fault(kind, method=READ, times=2)
    rig.fault(kind, method=LIST, times=2)

    await rig.hear(rig.market.line(order_no).pack_no)
    await rig.wait(minutes=30)

    assert [(state, reason) for _, state, reason in await rig.ends()] == [CONFIRMED, CONFIRMED]


@pytest.mark.parametrize("kind", sorted(set(FaultKind) - {FaultKind.BUYER_CANCELS}))
async def test_a_bulk_write_that_meets_a_fault_is_settled_row_by_row(rig: Rig, kind: FaultKind) -> None:
    order_nos = [rig.cart()[0] for _ in range(8)]
    rig.fault(kind, method=BULK, order_no=order_nos[3])

    for order_no in order_nos:
        await rig.hear(order_no)
    await rig.wait(minutes=30)

    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
    assert len(await rig.entries()) == 8


@pytest.mark.parametrize("applied", [True, False])
async def test_a_row_with_an_unknown_code_is_read_before_it_is_repeated(rig: Rig, *, applied: bool) -> None:
    """Only a documented refusal is final. -10103 was seen in somebody's made-up test only."""
    codes = [-10103, -10010, -10100, -999, 7, -10000, -90001]
    order_nos = {code: rig.cart()[0] for code in (*codes, -10004)}
    for code, order_no in order_nos.items():
        await rig.hear(order_no)
        await rig.hear(rig.cart()[0])
        rig.fault(FaultKind.BULK_ROW_CODE, order_no=order_no, code=code, applied=applied)
        await rig.wait(minutes=5)

    ends = {order_no: (state, reason) for order_no, state, reason in await rig.ends()}
    assert ends.pop(order_nos[-10004]) == (EntryState.REFUSED, Reason.REFUSED)
    assert set(ends.values()) == {CONFIRMED}
    if applied:
        assert len(rig.writes()) == len(order_nos)


@pytest.mark.parametrize(
    "switch",
    [
        {"write_while_cancel_requested": "accepted_leaves_request", "write_same_number": "refused"},
        {"write_while_cancel_requested": "refused", "update_failed_code": -10100},
        {"write_after_cancel": "accepted_silently", "write_other_number": "ignored", "write_unpaid": "accepted"},
        {"write_other_number": "refused", "unknown_order": "update_failed", "unknown_company": "refused"},
        {"blank_tracking_no": "accepted", "bulk_limit_code": -1, "missing_parameter": "server_stumble"},
        {"overdue_cancel": "request", "buyer_cancel_takes": "cart", "ended_request_shows": "on_line"},
        {"visible_late_s": 1},
        {"cancelled_line_by_order": "gone"},
        {"pending_request_listed": False, "related_order_lists_cancelled": False},
        {"credential_envelope": "error_code"},
        {"credential_envelope": "result_code"},
        {"content_type": "text_html", "nothing_found": "null", "status_texts": "older", "date_form": "digits"},
        {"result_code_as_text": True, "order_no_as_text": True, "status_texts": "number", "date_form": "no_seconds"},
        {"claim_order_no_as_text": False, "claims_wrapped": True, "short_end_date": "midnight"},
        {"error_rate": 0.3},
        {"error_rate": 0.3, "error_http_status": 404},
    ],
    ids=lambda switch: ",".join(f"{name}={value}" for name, value in switch.items()),
)
async def test_under_every_switch_a_day_of_work_ends_safely(rig: Rig, clock: Clock, switch: dict[str, Any]) -> None:
    """Six orders, each with its own fate; none of them depends on the others."""
    for name, value in switch.items():
        setattr(rig.market.switches, name, value)
    (plain,) = rig.cart()
    cart = rig.cart(NewLine(), NewLine(status=ShippingStatus.PREPARING), NewLine())
    (unpaid,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    (asked_before,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    (asked_in_gap,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    (cancelled,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    (numbered,) = rig.cart(NewLine(status=ShippingStatus.PREPARING, tracking_no="444413758714"))
    rig.market.ask_cancel(asked_before)
    await rig.lines.list_open()
    await rig.wait(minutes=2)
    for reference in (plain, rig.market.line(cart[0]).pack_no, unpaid, asked_before, asked_in_gap, cancelled, numbered):
        await rig.hear(reference)
    clock.forward(minutes=2)
    rig.market.ask_cancel(asked_in_gap)
    rig.market.ask_cancel(cancelled)
    rig.market.accept_cancel(cancelled)

    await rig.wait(minutes=40)

    ends = {order_no: (state, reason) for order_no, state, reason in await rig.ends()}
    assert ends[plain] == CONFIRMED
    assert [ends[line] for line in cart] == [CONFIRMED] * 3
    assert ends[unpaid] == (EntryState.HELD, Reason.UNPAID)
    assert ends[asked_before] == (EntryState.HELD, Reason.PRINTED_AFTER_REQUEST)
    assert ends[numbered] == (EntryState.CONFLICT, Reason.ANOTHER_NUMBER)
    refused = switch.get("write_while_cancel_requested") == "refused"
    assert ends[asked_in_gap] == ((EntryState.HELD, Reason.UPDATE_FAILED) if refused else CONFIRMED)
    assert ends[cancelled] == (EntryState.CONFLICT, Reason.CANCELLED)
    assert rig.market.line(numbered).shipping.tracking_no == "444413758714"
