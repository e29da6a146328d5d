"""The switches about keys, about the look of answers, and about load."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.orders import ShippingStatus
from connector.sandbox import Market, NewLine, Switches
from connector.sandbox.exchange import Reply

Ask = Callable[..., Any]
TOMORROW = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("switch", "key_sent", "end"),
    [
        ("bad_key_code", "nonsense", None),
        ("missing_key_code", "", None),
        ("expired_key_code", None, "expired"),
        ("changed_password_code", None, "password_changed"),
    ],
)
@pytest.mark.parametrize(
    ("code", "envelope", "field"),
    [
        (-90004, "by_code", "ErrorCode"),
        (-10000, "by_code", "ResultCode"),
        (-10000, "error_code", "ErrorCode"),
        (-90005, "result_code", "ResultCode"),
    ],
)
def test_codes_and_envelopes_of_key_trouble(
    market: Market, ask: Ask, switch: str, key_sent: str | None, end: str | None, code: int, envelope: str, field: str
) -> None:
    """Each kind of trouble has its code, in either envelope, and nothing is written."""
    market.switches = Switches.model_validate({switch: code, "credential_envelope": envelope})
    (line,) = market.add_cart()
    if end:
        market.shops["main"].end_keys(**{end: True})

    answer = ask("SetSendingInfo", key_sent=key_sent, OrderNo=line.order_no, ShippingCorp="EMS", TrackingNo="1")

    assert answer[field] == code
    assert line.applied_writes == []


def test_key_life_days(market: Market, ask: Ask, clock: Any) -> None:
    """A key dies by itself; the last second is still good."""
    market.switches.key_life_days = 2
    clock.forward(days=2, seconds=-1)

    alive = ask("GetShippingInfo_v3")
    clock.forward(seconds=1)

    assert alive["ResultCode"] == 0
    assert ask("GetShippingInfo_v3")["ErrorCode"] == -90004


@pytest.mark.parametrize("position", [True, False])
def test_new_key_kills_old(market: Market, ask: Ask, position: bool) -> None:  # noqa: FBT001 - a row
    """Whether the key before a new one still works."""
    market.switches.new_key_kills_old = position
    shop = market.shops["main"]

    ask("CertificationAPI.CreateCertificationKey", key_sent=shop.api_key, user_id=shop.user_id, pwd=shop.password)

    assert ask("GetShippingInfo_v3").get("ErrorCode", 0) == (-90001 if position else 0)


@pytest.mark.parametrize(
    ("position", "header"),
    [
        ("as_rendered", "application/json; charset=utf-8"),
        ("text_html", "text/html; charset=utf-8"),
        ("octet_stream", "application/octet-stream"),
    ],
)
def test_content_type(market: Market, reply: Callable[..., Reply], position: str, header: str) -> None:
    """The header says what it likes; the body is the same."""
    market.switches = Switches.model_validate({"content_type": position})

    rendered = reply("ShippingBasic.GetShippingInfo_v3").rendered

    assert (rendered.content_type, rendered.body[:1]) == (header, b"{")


@pytest.mark.parametrize(("position", "nothing"), [("empty_list", []), ("null", None)])
def test_nothing_found(market: Market, ask: Ask, position: str, nothing: Any) -> None:
    """A list call that finds nothing."""
    market.switches = Switches.model_validate({"nothing_found": position})

    assert ask("GetShippingInfo_v3")["ResultObject"] == nothing
    assert ask("GetShippingAndClaimInfoByOrderNo_V2", OrderNo="1")["ResultObject"] == nothing


def test_result_code_as_text(market: Market, ask: Ask) -> None:
    """Text instead of a number."""
    market.switches.result_code_as_text = True

    assert ask("GetShippingInfo_v3")["ResultCode"] == "0"


@pytest.mark.parametrize(
    ("position", "text"),
    [("current", "On delivery(4)"), ("older", "Delivery(4)"), ("japanese", "配送中(4)"), ("number", "4")],
)
def test_status_texts(market: Market, listed: Ask, position: str, text: str) -> None:
    """A row already shown changes its words with the switch."""
    market.add_cart(NewLine(status=ShippingStatus.ON_DELIVERY))
    listed("4")

    market.switches = Switches.model_validate({"status_texts": position})

    assert listed("4")[0]["ShippingStatus"] == text


@pytest.mark.parametrize(
    ("position", "ordered", "ship_by"),
    [
        ("full", "2026-11-24 12:00:00", "2026-11-25 00:00:00"),
        ("no_seconds", "2026-11-24 12:00", "2026-11-25 00:00"),
        ("digits", "20261124120000", "20261125000000"),
    ],
)
def test_date_form(market: Market, listed: Ask, position: str, ordered: str, ship_by: str) -> None:
    """Three looks of the same time, in Japan time without an offset."""
    market.switches = Switches.model_validate({"date_form": position})
    market.add_cart(NewLine(ship_by=TOMORROW))

    (row,) = listed("2")

    assert (row["OrderDate"], row["EstimatedShippingDate"], row["ShippingDate"]) == (ordered, ship_by, "")


def test_numbers_as_text_or_not(market: Market, listed: Ask, claims: Ask) -> None:
    """order_no_as_text for every list, claim_order_no_as_text for the claims list."""
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    market.switches = Switches(order_no_as_text=True)
    texts = listed("2")[0]["OrderNo"], claims("1")[0]["orderNo"]
    market.switches = Switches(claim_order_no_as_text=False)
    numbers = listed("2")[0]["OrderNo"], claims("1")[0]["orderNo"]

    assert texts == (line.order_no, line.order_no)
    assert numbers == (int(line.order_no), int(line.order_no))


def test_claims_wrapped(market: Market, claims: Ask) -> None:
    """The rows inside an object."""
    market.switches.claims_wrapped = True
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    found: Any = claims("1")

    assert [row["orderNo"] for row in found["ClaimInfo"]] == [line.order_no]


@pytest.mark.parametrize(("position", "rows"), [("whole_day", 1), ("midnight", 0)])
def test_short_end_date(market: Market, listed: Ask, position: str, rows: int) -> None:
    """An order of noon under an eight-digit end of the same day; fourteen digits are exact."""
    market.switches = Switches.model_validate({"short_end_date": position})
    market.add_cart()

    assert len(listed("2", SearchStartDate="20261124", SearchEndDate="20261124")) == rows
    assert len(listed("2", SearchStartDate="20261124120000", SearchEndDate="20261124120000")) == 1
    assert len(listed("2", SearchStartDate="20261124120001", SearchEndDate="20261124120002")) == 0


@pytest.mark.parametrize(
    ("position", "status", "start"),
    [("http_429", 429, b"<!DOCTYPE"), ("html_200", 200, b"<!DOCTYPE"), ("gateway_error", 200, b'{"ErrorCode"')],
)
def test_calls_per_second_and_throttled_as(
    market: Market, reply: Callable[..., Reply], clock: Any, position: str, status: int, start: bytes
) -> None:
    """The third call within a second is turned away without effect; a second later there is room again."""
    market.switches = Switches.model_validate({"calls_per_second": 2, "throttled_as": position})
    (line,) = market.add_cart()
    row = {"OrderNo": line.order_no, "ShippingCorp": "EMS", "TrackingNo": "1"}

    first = [reply("ShippingBasic.GetShippingInfo_v3").status for _ in range(2)]
    turned_away = reply("ShippingBasic.SetSendingInfo", **row)
    clock.time += timedelta(seconds=1)

    assert first == [200, 200]
    assert (turned_away.status, turned_away.rendered.body[: len(start)]) == (status, start)
    assert turned_away.retry_after_s == (1 if status == 429 else None)
    assert line.applied_writes == []
    assert reply("ShippingBasic.SetSendingInfo", **row).status == 200


def test_error_rate_and_error_http_status(market: Market, reply: Callable[..., Reply]) -> None:
    """About that share of the calls fails before it takes effect, alike on every run."""
    market.switches = Switches(error_rate=0.3, error_http_status=502)

    failed = sum(reply("ShippingBasic.GetShippingInfo_v3").status == 502 for _ in range(300))
    market.switches.error_rate = 1
    (line,) = market.add_cart()
    reply("ShippingBasic.SetSendingInfo", OrderNo=line.order_no, ShippingCorp="EMS", TrackingNo="1")

    assert 60 < failed < 120
    assert line.applied_writes == []
