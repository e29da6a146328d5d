"""The writing methods and every code that they can answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import Effect, Market, NewLine

Ask = Callable[..., Any]
Send = Callable[..., int]


def test_a_number_moves_the_line_to_on_delivery(market: Market, ask: Ask, shown: Ask) -> None:
    """SetSendingInfo answers without ResultObject, and the line is 4 with company, number and time."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 25)))

    answer = ask("SetSendingInfo", OrderNo=line.order_no, ShippingCorp="ゆうパック", TrackingNo="1234567890AA")

    row = shown(line.order_no)
    assert answer == {"ResultCode": 0, "ResultMsg": "SUCCESS"}
    assert (row["shippingStatus"], row["deliveryCompany"], row["trackingNo"], row["shippingDate"]) == (
        "On delivery(4)",
        "ゆうパック",
        "1234567890AA",
        "2026-11-24 12:00:00",
    )


@pytest.mark.parametrize(
    ("order_no", "company", "tracking_no", "code"),
    [
        pytest.param("", "EMS", "1", -10001, id="no order number"),
        pytest.param(" 1062400001", "EMS", "1", -10001, id="white space"),
        pytest.param("12a", "EMS", "1", -10001, id="letters"),
        pytest.param("1062400001,1062400002", "EMS", "1", -10001, id="two numbers"),
        pytest.param("１０６２４００００１", "EMS", "1", -10001, id="full-width digits"),
        pytest.param("9" * 30, "EMS", "1", -10001, id="too many digits"),
        pytest.param("1062400001", "", "1", -10002, id="no company"),
        pytest.param("1062400001", "EMS", "", -10003, id="no number"),
        pytest.param("1062400001", "EMS", " ", -10003, id="a blank number"),
        pytest.param("4242424242", "EMS", "1", -10004, id="nobody's line"),
        pytest.param("1062400002", "EMS", "1", -10004, id="another shop's line"),
        pytest.param("1062400001", "E" * 201, "1", -10010, id="company over 200"),
        pytest.param("1062400001", "EMS", "1" * 51, -10010, id="number over 50"),
        pytest.param("1062400003", "EMS", "1", -10010, id="unpaid"),
        pytest.param("1062400001", "E" * 200, "1" * 50, 0, id="longest allowed"),
    ],
)
def test_codes_of_set_sending_info(
    market: Market, send: Send, order_no: str, company: str, tracking_no: str, code: int
) -> None:
    """Each documented code, and a failed update where nothing is documented."""
    (line,) = market.add_cart()
    market.add_cart(shop="second")
    market.add_cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))

    assert send(order_no, tracking_no, company) == code
    assert len(line.applied_writes) == (code == 0)


def test_what_was_written_is_kept_for_judging(market: Market, send: Send, clock: Any) -> None:
    """Every write answered with success stands with time, method, number and effect; refused ones are counted."""
    (line,) = market.add_cart()

    send(line.order_no, "1")
    clock.forward(seconds=2)
    send(line.order_no, "1")
    send(line.order_no, "2")
    send(line.order_no, "")

    assert [(write.tracking_no, write.effect, write.at.second) for write in line.applied_writes] == [
        ("1", Effect.RECORDED, 0),
        ("1", Effect.REPEATED, 2),
        ("2", Effect.OVERWRITTEN, 2),
    ]
    assert {write.by for write in line.applied_writes} == {"ShippingBasic.SetSendingInfo"}
    assert line.refused_writes == 1


def test_the_bulk_call_judges_row_by_row(market: Market, ask: Ask) -> None:
    """One row a line, in order, with the recorded company; a bad row does not touch the others."""
    first, second = market.add_cart(NewLine(), NewLine())
    rows = [
        {"OrderNo": first.order_no, "ShippingCorp": "Sagawa", "TrackingNo": "1"},
        {"OrderNo": "x", "ShippingCorp": "Sagawa", "TrackingNo": "1"},
        {"OrderNo": int(second.order_no), "ShippingCorp": "Sagawa", "TrackingNo": None},
    ]

    answer = ask("SetSendingInfoBulk", rows=rows)

    assert answer["ResultCode"] == 0
    assert [(row["contr_no"], row["result_cd"], row["transc_nm"]) for row in answer["ResultObject"]] == [
        (int(first.order_no), 0, "Sagawa"),
        ("x", -10001, ""),
        (int(second.order_no), -10003, ""),
    ]
    assert [len(line.applied_writes) for line in (first, second)] == [1, 0]


def test_500_rows_and_not_one_more(market: Market, ask: Ask) -> None:
    """500 lines go in one call; with 501 the whole call fails and nothing is written."""
    lines = [market.add_cart()[0] for _ in range(501)]
    rows = [{"OrderNo": line.order_no, "ShippingCorp": "EMS", "TrackingNo": "1"} for line in lines]

    too_many = ask("SetSendingInfoBulk", rows=rows)
    written = sum(len(line.applied_writes) for line in lines)
    enough = ask("SetSendingInfoBulk", rows=rows[:500])

    assert (too_many["ResultCode"], written) == (-10011, 0)
    assert {row["result_cd"] for row in enough["ResultObject"]} == {0}
    assert len(enough["ResultObject"]) == 500


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[1]", '{"OrderNo": "1"}', "[" * 100_000, '[{"OrderNo": ' + "9" * 5000 + "}]"]
)
def test_unreadable_bulk_rows_are_the_servers_stumble(ask: Ask, text: str) -> None:
    """Whatever the parameter holds, there is an answer."""
    assert ask("SetSendingInfoBulk", ShippingInfoJson=text)["ResultCode"] == -999


@pytest.mark.parametrize(
    ("order_no", "ship_by", "delay_type", "code"),
    [
        pytest.param("1062400001", "20261125", "1", 0, id="tomorrow"),
        pytest.param("1062400001", "20261224", "", 0, id="the last allowed day"),
        pytest.param("1062400001,1062400002", "20261125", "1", -10001, id="two numbers"),
        pytest.param("4242424242", "20261125", "1", -10001, id="nobody's line"),
        pytest.param("1062400001", "20261125", "5", -10001, id="no such delay type"),
        pytest.param("1062400002", "20261125", "1", -10012, id="taken already"),
        pytest.param("1062400003", "20261125", "1", -10013, id="unpaid"),
        pytest.param("1062400004", "20261125", "1", -10013, id="cancelled"),
        pytest.param("1062400001", "", "1", -10016, id="no date"),
        pytest.param("1062400001", "20261131", "1", -10016, id="no such date"),
        pytest.param("1062400001", "20261225", "1", -10017, id="too late"),
        pytest.param("1062400001", "20261123", "1", -10018, id="yesterday"),
        pytest.param("1062400001", "20261124", "1", -10018, id="today"),
    ],
)
def test_codes_of_set_seller_check(
    market: Market, ask: Ask, order_no: str, ship_by: str, delay_type: str, code: int
) -> None:
    """The single form and each row of the bulk form give the same code; 0 makes the line 3 with its date."""
    for status in (2, 3, 1, 2):
        market.add_cart(NewLine(status=ShippingStatus(status)))
    market.ask_cancel("1062400004")
    row = {"OrderNo": order_no, "EstShipDt": ship_by, "DelayType": delay_type, "DelayMemo": ""}

    bulk = ask("SetSellerCheckYNBulk", rows=[row])["ResultObject"][0]
    line = market.line("1062400001")
    taken = line.shipping.status is ShippingStatus.PREPARING
    market.reset()
    for status in (2, 3, 1, 2):
        market.add_cart(NewLine(status=ShippingStatus(status)))
    market.ask_cancel("1062400004")
    single = ask("SetSellerCheckYN_V2", **row)

    assert (bulk["result_cd"], single["ResultCode"], taken) == (code, code, code == 0)
    assert "cont_no" in bulk


def test_501_ship_by_dates_are_too_many(ask: Ask) -> None:
    """-10011 is documented for this method."""
    assert ask("SetSellerCheckYNBulk", rows=[{"OrderNo": "1"}] * 501)["ResultCode"] == -10011


@pytest.mark.parametrize(
    ("order_no", "reason", "code"),
    [
        pytest.param("1062400001", "", 0, id="out of stock"),
        pytest.param("1062400001", "9", -10004, id="no such reason"),
        pytest.param("x", "", -10001, id="bad number"),
        pytest.param("4242424242", "", -10002, id="nobody's line"),
        pytest.param("1062400002", "", -10003, id="another shop's line"),
        pytest.param("1062400003", "", -10004, id="dispatched"),
        pytest.param("1062400004", "", -10004, id="cancelled"),
    ],
)
def test_codes_of_the_sellers_cancel(market: Market, ask: Ask, order_no: str, reason: str, code: int) -> None:
    """The sandbox plays it so that it can say loudly that it came."""
    (line,) = market.add_cart()
    market.add_cart(shop="second")
    market.add_cart(NewLine(status=ShippingStatus.ON_DELIVERY))
    market.add_cart()
    market.ask_cancel("1062400004")

    assert ask("Claim.SetCancelProcess", ContrNo=order_no, CancelReason=reason)["ResultCode"] == code
    assert market.seller_cancels == (["1062400001"] if code == 0 else [])
    assert line.gone is (code == 0)
    assert [call.method for call in market.calls.to("Claim.SetCancelProcess")] == ["Claim.SetCancelProcess"]


def test_a_dispatch_beside_a_return_is_left_alone(market: Market, send: Send) -> None:
    """A claim of another kind than cancel does not change what a number does."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 25)))
    market.set_claim(line.order_no, ClaimStatus.RETURN_REQUESTED)

    assert send(line.order_no) == 0
    assert line.claim is not None
