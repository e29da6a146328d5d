"""The life of an order line and of a claim, whoever moves it."""

from datetime import date

import pytest

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import Market, MarketError, NewLine

YESTERDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("new", "becomes"),
    [
        pytest.param(NewLine(status=ShippingStatus.AWAITING_PAYMENT), 16, id="unpaid"),
        pytest.param(NewLine(), 3, id="no ship-by date"),
        pytest.param(NewLine(ship_by=TOMORROW), 1, id="ship-by date set"),
        pytest.param(NewLine(status=ShippingStatus.PREPARING, ship_by=TOMORROW), 1, id="preparing"),
        pytest.param(NewLine(status=ShippingStatus.PREPARING, ship_by=YESTERDAY), 3, id="overdue"),
        pytest.param(NewLine(status=ShippingStatus.REQUESTED, ship_by=YESTERDAY), 3, id="overdue in status 2"),
        pytest.param(NewLine(send_type=1), 1, id="reservation item"),
    ],
)
def test_what_the_buyers_button_does(market: Market, new: NewLine, becomes: int) -> None:
    """A cancel is instant without a ship-by date and past it, and a request in between."""
    (line,) = market.add_cart(new)

    status = market.ask_cancel(line.order_no)

    assert status == becomes
    assert line.gone is (becomes != ClaimStatus.CANCEL_REQUESTED)


@pytest.mark.parametrize("status", [ShippingStatus.ON_DELIVERY, ShippingStatus.DELIVERED])
def test_no_button_from_dispatch_on(market: Market, status: ShippingStatus) -> None:
    """A dispatched line cannot be cancelled; it can be returned."""
    (line,) = market.add_cart(NewLine(status=status))

    with pytest.raises(MarketError) as caught:
        market.ask_cancel(line.order_no)
    market.ask_return(line.order_no)

    assert caught.value.code == "button_gone"
    assert line.claim is not None
    assert line.claim.status is ClaimStatus.RETURN_REQUESTED


def test_a_ship_by_date_passes_with_its_day_in_japan(market: Market, clock: object) -> None:
    """At 23:59 of the ship-by date a cancel is still a request; a minute later it is instant."""
    (line,) = market.add_cart(NewLine(ship_by=date(2026, 11, 24)))
    clock.forward(hours=11, minutes=59)  # type: ignore[attr-defined]  # the fixture's own class

    before = line.overdue(market.now())
    clock.forward(minutes=1)  # type: ignore[attr-defined]  # the fixture's own class

    assert (before, line.overdue(market.now())) == (False, True)


@pytest.mark.parametrize(
    ("move", "left"),
    [("withdraw", None), ("refuse_cancel", None), ("accept_cancel", ClaimStatus.CANCELLED)],
)
def test_how_a_request_ends(market: Market, move: str, left: ClaimStatus | None) -> None:
    """Withdrawn and refused leave nothing; accepted leaves a cancel. None of them can be done twice."""
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    getattr(market, move)(line.order_no)

    assert (line.claim and line.claim.status) == left
    assert line.gone is (left is not None)
    with pytest.raises(MarketError):
        getattr(market, move)(line.order_no)


def test_an_accepted_cancel_can_stop_half_way(market: Market) -> None:
    """Claim 2, cancelling, is a state of its own, and can be finished."""
    (line,) = market.add_cart(NewLine(ship_by=TOMORROW))
    market.ask_cancel(line.order_no)

    market.accept_cancel(line.order_no, stay_cancelling=True)
    half_way = line.claim
    market.accept_cancel(line.order_no)

    assert half_way is not None
    assert (half_way.status, line.gone) == (ClaimStatus.CANCELLING, True)


def test_the_way_from_payment_to_receipt(market: Market) -> None:
    """1 becomes 2 when paid, 3 with a ship-by date, 5 when received; each step only from where it belongs."""
    (line,) = market.add_cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    paid_at_first = line.paid_at

    market.pay(line.order_no)
    market.set_ship_by(line.order_no, TOMORROW)

    assert (paid_at_first, line.paid_at) == (None, market.now())
    assert (line.shipping.status, line.shipping.ship_by) == (ShippingStatus.PREPARING, TOMORROW)
    with pytest.raises(MarketError):
        market.pay(line.order_no)
    with pytest.raises(MarketError):
        market.deliver(line.order_no)


def test_numbers_are_dealt_as_at_qoo10(market: Market) -> None:
    """Order numbers have 10 digits and are unique; cart numbers have 9 and may repeat in another shop."""
    first = market.add_cart(NewLine(), NewLine())
    second = market.add_cart(shop="second")

    numbers = [line.order_no for line in (*first, *second)]
    assert [len(number) for number in numbers] == [10, 10, 10]
    assert len(set(numbers)) == 3
    assert {line.pack_no for line in (*first, *second)} == {"330000001"}


def test_given_numbers_are_kept_and_never_given_twice(market: Market) -> None:
    """A taken order number or cart number is refused, and dealing goes around given ones."""
    market.add_cart(NewLine(order_no="1062400001"), pack_no="330000001")
    (dealt,) = market.add_cart()

    assert (dealt.order_no, dealt.pack_no) == ("1062400002", "330000002")
    for lines, pack_no in [
        ((NewLine(order_no="1062400001"),), None),
        ((NewLine(order_no="7"), NewLine(order_no="7")), None),
        ((), "330000001"),
        ((), "no number"),
    ]:
        with pytest.raises(MarketError):
            market.add_cart(*lines, pack_no=pack_no)


def test_unknown_shops_and_lines_have_names(market: Market) -> None:
    """What does not exist is an error with a stable code and a hint."""
    with pytest.raises(MarketError) as no_shop:
        market.add_cart(shop="third")
    with pytest.raises(MarketError) as no_line:
        market.line("1")

    assert (no_shop.value.code, no_line.value.code) == ("unknown_shop", "unknown_order")
    assert no_shop.value.hint
    assert no_line.value.hint


def test_reset_brings_the_first_day_back(market: Market) -> None:
    """Orders, switches, claims, and keys are as they were."""
    keys = dict(market.shops["main"].keys)
    market.add_cart()
    market.switches.latency_ms = 5
    market.shops["main"].issue_key(market.now())

    market.reset()

    assert (market.lines, market.switches.latency_ms) == ({}, 0)
    assert market.shops["main"].keys == keys
