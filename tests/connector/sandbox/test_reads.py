"""The reading methods: filters, periods, fields, codes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus
from connector.sandbox import Market, NewLine
from connector.sandbox.people import CANARIES

Ask = Callable[..., Any]


def test_one_status_a_call_and_1_to_3_without_one(market: Market, listed: Ask) -> None:
    """The filter takes one value; 0 and empty mean 1 to 3."""
    for status in ShippingStatus:
        market.add_cart(NewLine(status=status))

    texts = {status: [row["ShippingStatus"] for row in listed(status)] for status in ("1", "2", "3", "4", "5", "0", "")}

    assert texts == {
        "1": ["Awaiting shipping(1)"],
        "2": ["On request(2)"],
        "3": ["Seller confirm(3)"],
        "4": ["On delivery(4)"],
        "5": ["Delivered(5)"],
        "0": ["Awaiting shipping(1)", "On request(2)", "Seller confirm(3)"],
        "": ["Awaiting shipping(1)", "On request(2)", "Seller confirm(3)"],
    }


def test_cancelled_lines_vanish_from_the_list(market: Market, listed: Ask, shown: Ask) -> None:
    """The list knows only 1 to 5; the line and its claim are still found by number. Siblings stay."""
    first, second = market.add_cart(NewLine(), NewLine())
    market.ask_cancel(first.order_no)

    rows = listed("2")

    assert [row["OrderNo"] for row in rows] == [int(second.order_no)]
    assert rows[0]["RelatedOrder"] == f"{first.order_no}, {second.order_no}"
    assert shown(first.order_no)["claimStatus"] == "3"


def test_lists_show_only_the_keys_own_shop(market: Market, listed: Ask, claims: Ask, ask: Ask) -> None:
    """Another shop's lines and claims are not there, by number neither."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 30)), shop="second")
    market.ask_cancel(line.order_no)

    assert listed("0") == claims("1") == []
    assert ask("GetShippingAndClaimInfoByOrderNo_V2", OrderNo=line.order_no)["ResultObject"] == []


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        pytest.param("20260826", "20261124", 0, id="90 days"),
        pytest.param("20260825", "20261124", -10003, id="91 days"),
        pytest.param("20260825235959", "20261123235958", 0, id="90 days less a second"),
        pytest.param("20261124", "20261123", -10002, id="the wrong way round"),
        pytest.param("2026-11-24", "20261124", -10002, id="dashes"),
        pytest.param("20261124", "", -10002, id="one date only"),
        pytest.param("20261332", "20261124", -10002, id="no such day"),
        pytest.param("２０２６１１２４", "20261124", -10002, id="full-width digits"),
    ],
)
def test_codes_of_search_periods(ask: Ask, start: str, end: str, code: int) -> None:
    """Shipping and claims take the same periods."""
    shipping = ask("GetShippingInfo_v3", SearchStartDate=start, SearchEndDate=end)
    claim = ask("GetClaimInfo_V3", search_Sdate=start, search_Edate=end)

    assert (shipping["ResultCode"], claim["ResultCode"]) == (code, code)


def test_the_list_needs_no_dates(market: Market, ask: Ask) -> None:
    """The guide does not require them for GetShippingInfo_v3."""
    market.add_cart()

    assert len(ask("GetShippingInfo_v3")["ResultObject"]) == 1


@pytest.mark.parametrize(("condition", "day"), [("1", 1), ("2", 2), ("3", 3), ("4", 4)])
def test_the_four_dates_of_the_shipping_list(market: Market, listed: Ask, clock: Any, condition: str, day: int) -> None:
    """Order, payment, dispatch and delivery date each find the line on their own day and on no other."""
    ordered_at = datetime(2026, 12, 1, 9, 0, tzinfo=JAPAN)
    (line,) = market.add_cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT, ordered_at=ordered_at))
    clock.time = ordered_at + timedelta(days=1)
    market.pay(line.order_no)
    clock.forward(days=1)
    market.set_ship_by(line.order_no, date(2026, 12, 9))
    market.switches.visible_late_s = 0
    market.set_shipping(line, line.shipping.__class__(ShippingStatus.ON_DELIVERY, shipped_at=market.now()))
    clock.forward(days=1)
    market.deliver(line.order_no)

    found = [
        when
        for when in (1, 2, 3, 4)
        if listed("5", SearchCondition=condition, SearchStartDate=f"2026120{when}", SearchEndDate=f"2026120{when}")
    ]

    assert found == [day]


@pytest.mark.parametrize(("condition", "day"), [("1", 1), ("2", 2), ("3", 3), ("", 2)])
def test_the_three_dates_of_the_claims_list(market: Market, claims: Ask, clock: Any, condition: str, day: int) -> None:
    """Order, request and completion date each find the claim on their own day; the request date is the default."""
    (line,) = market.add_cart(NewLine(ordered_at=datetime(2026, 12, 1, 9, 0, tzinfo=JAPAN), ship_by=date(2026, 12, 9)))
    clock.time = datetime(2026, 12, 2, 9, 0, tzinfo=JAPAN)
    market.ask_cancel(line.order_no)
    clock.forward(days=1)
    market.accept_cancel(line.order_no)

    found = [
        when
        for when in (1, 2, 3)
        if claims("3", search_condition=condition, search_Sdate=f"2026120{when}", search_Edate=f"2026120{when}")
    ]

    assert found == [day]


@pytest.mark.parametrize("status", list(ClaimStatus))
def test_every_claim_status_is_found_by_itself(market: Market, claims: Ask, status: ClaimStatus) -> None:
    """ClaimStat finds its own claims; an empty one finds all."""
    (line,) = market.add_cart()
    market.set_claim(line.order_no, status)

    assert {other for other in ClaimStatus if claims(str(other.value))} == {status}
    assert [row["claimStatus"] for row in claims("")] == [str(status.value)]


def test_bad_arguments_have_a_code(ask: Ask) -> None:
    """An unknown status or condition finds nothing, loudly."""
    period = {"search_Sdate": "20261101", "search_Edate": "20261102"}

    assert ask("GetShippingInfo_v3", ShippingStatus="7")["ResultCode"] == -10001
    assert ask("GetShippingInfo_v3", SearchCondition="9")["ResultCode"] == -10001
    assert ask("GetClaimInfo_V3", ClaimStat="7", **period)["ResultCode"] == -10001
    assert ask("GetClaimInfo_V3", search_condition="4", **period)["ResultCode"] == -10001
    assert ask("GetShippingAndClaimInfoByOrderNo_V2", OrderNo="1,2")["ResultCode"] == -10001


def test_numbers_and_cases_are_as_documented(market: Market, listed: Ask, shown: Ask, claims: Ask) -> None:
    """Numbers in lists, text in claim rows; PascalCase in the list, mixed case by number."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 30)))
    market.ask_cancel(line.order_no)
    number = int(line.order_no)

    (row,), by_number, (claim,) = listed("2"), shown(line.order_no), claims("1")

    assert (row["OrderNo"], row["EstimatedShippingDate"]) == (number, "2026-11-30 00:00:00")
    assert (by_number["orderNo"], by_number["claimStatus"], by_number["requestDate"]) == (
        number,
        "1",
        "2026-11-24 12:00:00",
    )
    assert (claim["orderNo"], claim["claimStatus"], claim["packNo"]) == (line.order_no, "1", line.pack_no)


def test_personal_fields_are_filled_and_searchable(market: Market, listed: Ask, shown: Ask, claims: Ask) -> None:
    """Every personal field holds a canary, so that a leak anywhere can be found."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 30)))
    market.ask_cancel(line.order_no)
    personal = ("buyer", "receiver", "sender", "tel", "mobile", "email", "zip", "addr", "kana", "gata", "shippingm")
    harmless = ("SenderNation", "senderNation")

    for row in (listed("2")[0], shown(line.order_no), claims("1")[0]):
        fields = {
            name: value for name, value in row.items() if name.lower().startswith(personal) and name not in harmless
        }
        assert len(fields) >= 6
        for name, value in fields.items():
            assert any(canary in value for canary in CANARIES), name


def test_delivery_groups_name_the_shops_companies(market: Market, ask: Ask) -> None:
    """The names are what a connector can learn from the account."""
    market.shops["main"].delivery_names = ("佐川急便", "EMS")

    rows = ask("ItemsLookup.GetSellerDeliveryGroupInfo")["ResultObject"]

    assert [row["transcName"] for row in rows] == ["佐川急便", "EMS"]


def test_an_inquiry_is_read_and_answered(market: Market, ask: Ask) -> None:
    """S1 becomes S3 with an answer; wrong arguments and unknown inquiries have their codes."""
    (line,) = market.add_cart()
    inquiry = market.add_inquiry(line.order_no, "キャンセルできますか")
    period = {"search_start_dt": "20261124", "search_end_dt": "20261124"}
    answer = {"inq_type": "MSG", "question_no": str(inquiry.question_no), "seq_no": str(inquiry.seq_no)}

    (row,) = ask("CSCenter.GetInquiryMessage", proc_status="S1", **period)["ResultObject"]
    answered = ask("CSCenter.SetInquiryMessage", contents="発送済みです", **answer)

    assert (row["STATUS"], row["CONTR_NO"], row["INQ_DT"]) == ("S1", int(line.order_no), "20261124120000")
    assert answered["ResultObject"] == {"SEQ_NO": inquiry.seq_no}
    assert (inquiry.status, inquiry.answers) == ("S3", ["発送済みです"])
    assert ask("CSCenter.GetInquiryMessage", proc_status="S1", **period)["ResultObject"] == []
    for code, changed in [(-10001, {"contents": "x" * 4001}), (-10001, {"inq_type": "X"}), (-10002, {"seq_no": "1"})]:
        assert ask("CSCenter.SetInquiryMessage", **{**answer, "contents": "x", **changed})["ResultCode"] == code
    assert ask("CSCenter.GetInquiryMessage", proc_status="S9", **period)["ResultCode"] == -10001
    assert ask("CSCenter.GetInquiryMessage", **{**period, "search_end_dt": "x"})["ResultCode"] == -10001


def test_a_key_is_issued_for_the_login(market: Market, ask: Ask) -> None:
    """The API key goes into the header; the new key works, a wrong login gets none."""
    shop = market.shops["main"]
    login = {"user_id": shop.user_id, "pwd": shop.password}
    method = "CertificationAPI.CreateCertificationKey"

    new_key = ask(method, key_sent=shop.api_key, **login)["ResultObject"]

    assert ask("GetShippingInfo_v3", key_sent=new_key)["ResultCode"] == 0
    assert ask(method, key_sent=shop.api_key, **{**login, "pwd": "x"})["ResultCode"] == -10000
    assert ask(method, key_sent="x", **login)["ErrorCode"] == -90001
    assert ask("GetShippingInfo_v3", key_sent=shop.api_key)["ErrorCode"] == -90001
    logged = market.calls.to(method)[0].params
    assert logged["pwd"] == "***"
