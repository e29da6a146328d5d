"""The switches about writes and cancels, in every position. Keys, looks and load: test_switches_answers.py."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import Effect, Market, NewLine, Switches
from connector.sandbox.writes import enter_by_hand

Ask = Callable[..., Any]
Send = Callable[..., int]
YESTERDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 25)


def test_unknown_names_and_values_are_refused() -> None:
    """A misspelt switch is an error, on creation and on assignment."""
    switches = Switches()

    with pytest.raises(ValidationError):
        Switches.model_validate({"write_after_cancle": "refused"})
    with pytest.raises(ValidationError):
        switches.visible_late_s = 601
    with pytest.raises(ValidationError):
        Switches.model_validate({"write_after_cancel": "maybe"})


@pytest.mark.parametrize(
    ("position", "code", "claim", "status"),
    [
        ("accepted_closes_request", 0, None, 4),
        ("accepted_leaves_request", 0, ClaimStatus.CANCEL_REQUESTED, 4),
        ("refused", -10010, ClaimStatus.CANCEL_REQUESTED, 3),
    ],
)
def test_write_while_cancel_requested(
    market: Market, send: Send, position: str, code: int, claim: ClaimStatus | None, status: int
) -> None:
    """A number closes the open request, leaves it open, or is refused."""
    market.switches = Switches.model_validate({"write_while_cancel_requested": position})
    (line,) = market.add_cart(NewLine(status=ShippingStatus.PREPARING))
    market.ask_cancel(line.order_no)

    assert send(line.order_no) == code
    assert ((line.claim and line.claim.status), line.shipping.status) == (claim, status)
    assert [how for _, how in line.ended_requests] == (["closed_by_write"] if claim is None else [])


@pytest.mark.parametrize(("position", "code"), [("refused", -10010), ("accepted_silently", 0)])
@pytest.mark.parametrize("claim", [ClaimStatus.CANCELLING, ClaimStatus.CANCELLED])
def test_write_after_cancel(market: Market, send: Send, position: str, code: int, claim: ClaimStatus) -> None:
    """A cancelled line takes no number, whatever the code says."""
    market.switches = Switches.model_validate({"write_after_cancel": position})
    (line,) = market.add_cart()
    market.set_claim(line.order_no, claim)

    assert send(line.order_no) == code
    assert (line.shipping.status, line.shipping.tracking_no) == (ShippingStatus.REQUESTED, "")


@pytest.mark.parametrize(("position", "code"), [("accepted", 0), ("refused", -10010)])
def test_write_same_number(market: Market, send: Send, position: str, code: int) -> None:
    """The same number once more."""
    market.switches = Switches.model_validate({"write_same_number": position})
    (line,) = market.add_cart()

    assert [send(line.order_no, "1"), send(line.order_no, "1")] == [0, code]


@pytest.mark.parametrize(
    ("position", "code", "stands"), [("overwritten", 0, "2"), ("ignored", 0, "1"), ("refused", -10010, "1")]
)
def test_write_other_number(market: Market, send: Send, position: str, code: int, stands: str) -> None:
    """Another number on a dispatched line; one on delivery without a number simply takes it."""
    market.switches = Switches.model_validate({"write_other_number": position})
    line, bare = market.add_cart(NewLine(), NewLine(status=ShippingStatus.ON_DELIVERY))

    assert [send(line.order_no, "1"), send(line.order_no, "2"), send(bare.order_no, "3")] == [0, code, 0]
    assert (line.shipping.tracking_no, bare.shipping.tracking_no) == (stands, "3")


@pytest.mark.parametrize(
    ("switch", "position", "code"),
    [
        ("write_unpaid", "accepted", 0),
        ("write_unpaid", "refused", -10010),
        ("update_failed_code", -10100, -10100),
    ],
)
def test_write_unpaid_and_the_code_of_failed_updates(
    market: Market, send: Send, switch: str, position: Any, code: int
) -> None:
    """An unpaid line, and the two codes that the guide gives for the same words."""
    market.switches = Switches.model_validate({switch: position})
    (line,) = market.add_cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))

    assert send(line.order_no) == code


@pytest.mark.parametrize(("position", "code"), [("not_yours", -10004), ("update_failed", -10010)])
def test_unknown_order(market: Market, send: Send, position: str, code: int) -> None:
    """Another shop's line stays -10004 in both positions."""
    market.switches = Switches.model_validate({"unknown_order": position})
    (other,) = market.add_cart(shop="second")

    assert (send("4242424242"), send(other.order_no)) == (code, -10004)


@pytest.mark.parametrize(("position", "code"), [("accepted", 0), ("refused", -10010)])
def test_unknown_company(market: Market, send: Send, position: str, code: int) -> None:
    """A name that nobody has seen at Qoo10; a known one passes in both positions."""
    market.switches = Switches.model_validate({"unknown_company": position})
    first, second = market.add_cart(NewLine(), NewLine())

    assert send(first.order_no, company="見たことのない便") == code
    assert send(second.order_no, company="佐川急便") == 0


@pytest.mark.parametrize(("position", "code"), [("accepted", 0), ("refused", -10003)])
def test_blank_tracking_no(market: Market, send: Send, position: str, code: int) -> None:
    """One client sends a single blank for untracked mail."""
    market.switches = Switches.model_validate({"blank_tracking_no": position})
    (line,) = market.add_cart()

    assert send(line.order_no, " ", "その他") == code


def test_visible_late_s(market: Market, send: Send, listed: Ask, shown: Ask, claims: Ask, clock: Any) -> None:
    """A write is true at once and visible later, with the end of the request that it closed."""
    market.switches.visible_late_s = 60
    (line,) = market.add_cart(NewLine(status=ShippingStatus.PREPARING))
    market.ask_cancel(line.order_no)
    send(line.order_no, "1")

    def seen() -> tuple[str, str, int, int, int]:
        row = shown(line.order_no)
        return row["trackingNo"], row["claimStatus"], len(listed("3")), len(listed("4")), len(claims("1"))

    clock.forward(seconds=59)
    early = seen()
    clock.forward(seconds=1)

    assert line.shipping.tracking_no == "1"
    assert early == ("", "1", 1, 0, 1)
    assert seen() == ("1", "", 0, 1, 0)


def test_visible_late_s_keeps_the_order_of_two_writes(market: Market, send: Send, shown: Ask, clock: Any) -> None:
    """Each write shows when its own time has come; a person's change shows at once."""
    market.switches.visible_late_s = 60
    (line,) = market.add_cart()
    seen = []
    for number in ("1", "2"):
        send(line.order_no, number)
        clock.forward(seconds=30)
    for _ in range(2):
        clock.forward(seconds=1)
        seen.append(shown(line.order_no)["trackingNo"])
        clock.forward(seconds=30)
    send(line.order_no, "3")
    market.deliver(line.order_no)

    assert seen == ["1", "2"]
    assert shown(line.order_no)["shippingStatus"] == "Delivered(5)"


def test_bulk_limit_code(market: Market, ask: Ask) -> None:
    """What SetSendingInfoBulk says to 501 rows."""
    market.switches.bulk_limit_code = -10020

    assert ask("SetSendingInfoBulk", rows=[{"OrderNo": "1"}] * 501)["ResultCode"] == -10020


def test_ship_by_today_and_ship_by_at_most_days(market: Market, ask: Ask) -> None:
    """Today as a date, and how far it reaches."""
    market.switches = Switches.model_validate({"ship_by_today": "accepted", "ship_by_at_most_days": 5})
    first, second, third = market.add_cart(NewLine(), NewLine(), NewLine())

    codes = [
        ask("SetSellerCheckYN_V2", OrderNo=line.order_no, EstShipDt=day)["ResultCode"]
        for line, day in ((first, "20261124"), (second, "20261129"), (third, "20261130"))
    ]

    assert codes == [0, 0, -10017]


@pytest.mark.parametrize(
    ("position", "answer"),
    [
        ("gateway_error", {"ErrorCode": -90001, "ErrorMsg": "The API does not exist"}),
        ("server_stumble", {"ResultCode": -999, "ResultMsg": "Object reference not set to an instance of an object"}),
        ("as_empty", {"ResultCode": -10003, "ResultMsg": "TrackingNo is empty"}),
    ],
)
def test_missing_parameter(market: Market, ask: Ask, position: str, answer: dict[str, Any]) -> None:
    """A required parameter that is not sent at all."""
    market.switches = Switches.model_validate({"missing_parameter": position})
    (line,) = market.add_cart()

    assert ask("SetSendingInfo", OrderNo=line.order_no, ShippingCorp="EMS") == answer


@pytest.mark.parametrize(("position", "status"), [("at_once", 3), ("request", 1)])
def test_overdue_cancel(market: Market, position: str, status: int) -> None:
    """Past the ship-by date."""
    market.switches = Switches.model_validate({"overdue_cancel": position})
    (line,) = market.add_cart(NewLine(status=ShippingStatus.PREPARING, ship_by=YESTERDAY))

    assert market.ask_cancel(line.order_no) == status


@pytest.mark.parametrize(("position", "gone"), [("line", [True, False, False]), ("cart", [True, True, False])])
def test_buyer_cancel_takes(market: Market, position: str, gone: list[bool]) -> None:
    """The whole cart, as far as it is not dispatched, or the one line."""
    market.switches = Switches.model_validate({"buyer_cancel_takes": position})
    lines = market.add_cart(NewLine(), NewLine(), NewLine(status=ShippingStatus.ON_DELIVERY))

    market.ask_cancel(lines[0].order_no)

    assert [line.gone for line in lines] == gone


@pytest.mark.parametrize(("position", "left"), [("nothing", ""), ("on_line", "1")])
def test_ended_request_shows(market: Market, shown: Ask, claims: Ask, position: str, left: str) -> None:
    """A refused request leaves the claims list in both positions."""
    market.switches = Switches.model_validate({"ended_request_shows": position})
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    market.refuse_cancel(line.order_no)

    assert (shown(line.order_no)["claimStatus"], claims("1")) == (left, [])


@pytest.mark.parametrize(("position", "rows"), [("shown", 1), ("gone", 0)])
def test_cancelled_line_by_order(market: Market, ask: Ask, position: str, rows: int) -> None:
    """A cancelled line asked for by number."""
    market.switches = Switches.model_validate({"cancelled_line_by_order": position})
    (line,) = market.add_cart()
    market.ask_cancel(line.order_no)

    assert len(ask("GetShippingAndClaimInfoByOrderNo_V2", OrderNo=line.order_no)["ResultObject"]) == rows


@pytest.mark.parametrize(("position", "rows"), [(True, 1), (False, 0)])
def test_pending_request_listed(market: Market, listed: Ask, position: bool, rows: int) -> None:  # noqa: FBT001 - a row
    """A line with an open request in the shipping list."""
    market.switches.pending_request_listed = position
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    assert len(listed("2")) == rows


@pytest.mark.parametrize("position", [True, False])
def test_related_order_lists_cancelled(market: Market, listed: Ask, position: bool) -> None:  # noqa: FBT001 - a row
    """The cancelled sibling in RelatedOrder."""
    market.switches.related_order_lists_cancelled = position
    first, second = market.add_cart(NewLine(), NewLine())
    listed("2")
    market.ask_cancel(first.order_no)

    (row,) = listed("2")

    assert row["RelatedOrder"] == (f"{first.order_no}, {second.order_no}" if position else second.order_no)


def test_a_persons_number_stands_like_any_other(market: Market, send: Send) -> None:
    """What QSM wrote meets the same switches."""
    market.switches = Switches.model_validate({"write_other_number": "refused"})
    (line,) = market.add_cart()
    enter_by_hand(market, line.order_no, "佐川急便", "9")

    assert [send(line.order_no, "9"), send(line.order_no, "8")] == [0, -10010]
    assert [write.effect for write in line.applied_writes] == [Effect.RECORDED, Effect.REPEATED]
