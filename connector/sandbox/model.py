"""The sandbox's market: what buyers, sellers and the shipping calls do to order lines and claims. No I/O.

The rules are those of Qoo10's help pages and guides as far as they are public; every point that is not is a switch.
"""

import random
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus
from connector.sandbox.calls import Calls
from connector.sandbox.faults import Faults
from connector.sandbox.records import (
    CANCEL_CLAIMS,
    ENDED_CLAIMS,
    OPEN_CANCELS,
    RESERVATIONS,
    Inquiry,
    Line,
    MarketClaim,
    NewLine,
    Shipping,
    Shop,
    Trace,
)
from connector.sandbox.switches import CancelReach, EndedRequest, OverdueCancel, Switches

FIRST_ORDER_NO = 1_062_400_001
PACK_NO = re.compile("[1-9][0-9]{0,17}")


class MarketError(Exception):
    """Somebody tried what the market does not allow. ``code`` is short and stable; ``hint`` says what would work."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Market:
    """Every shop, order line and claim of one sandbox, with its switches, its faults and the calls received.

    ``now`` gives the present as an aware datetime; nothing here reads another clock. Not safe for threads: one event
    loop owns it.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        shops: Sequence[str] = ("main",),
        switches: Switches | None = None,
        seed: int = 0,
    ) -> None:
        self._now = now
        self._shop_names = tuple(shops)
        self._first_switches = (switches or Switches()).model_copy()
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Back to the first day: no orders, first keys, first switches, no faults, no calls."""
        self.switches = self._first_switches.model_copy()
        self.faults = Faults()
        self.calls = Calls()
        self.random = random.Random(self._seed)  # noqa: S311 - it deals errors, not secrets; the seed repeats a run
        self.lines: dict[str, Line] = {}
        self.seller_cancels: list[str] = []
        """Order lines that ``Claim.SetCancelProcess`` cancelled. The product must never add to it."""
        self.recent_calls: dict[str, deque[datetime]] = {}
        self._next_order_no = FIRST_ORDER_NO
        self._next_inquiry_no = 701
        self.shops = {
            name: Shop(name, api_key=f"sandbox-api-{name}", user_id=f"{name}-seller", password=f"sandbox-pwd-{name}")
            for name in self._shop_names
        }
        for shop in self.shops.values():
            shop.issue_key(self.now())

    def now(self) -> datetime:
        """The present, in Japan time, to the second (Qoo10 shows no fractions)."""
        return self._now().astimezone(JAPAN).replace(microsecond=0)

    def moment(self) -> datetime:
        """The present with its fractions: for the order of events and for late visibility."""
        return self._now().astimezone(JAPAN)

    def shop(self, name: str) -> Shop:
        """The shop of this name.

        Raises:
            MarketError: there is none.
        """
        try:
            return self.shops[name]
        except KeyError:
            raise MarketError("unknown_shop", f"no shop {name!r}", f"shops: {', '.join(self.shops)}") from None

    def line(self, order_no: str) -> Line:
        """The line of this order number.

        Raises:
            MarketError: there is none.
        """
        try:
            return self.lines[order_no]
        except KeyError:
            raise MarketError(
                "unknown_order", f"no order line {order_no!r}", "GET /_sandbox/orders lists them"
            ) from None

    def cart(self, line: Line) -> list[Line]:
        """Every line of this line's cart, itself included."""
        return self.shops[line.shop].packs[line.pack_no]

    # The buyer

    def add_cart(self, *new_lines: NewLine, shop: str = "main", pack_no: str | None = None) -> tuple[Line, ...]:
        """A buyer orders one cart of these lines (one plain line when none is named); numbers are dealt if not given.

        Raises:
            MarketError: unknown shop, or a number that is taken.
        """
        owner = self.shop(shop)
        asked = new_lines or (NewLine(),)
        given = [new.order_no for new in asked if new.order_no]
        if len(set(given)) != len(given) or any(order_no in self.lines for order_no in given):
            raise MarketError("order_no_taken", "an order number is taken", "leave order_no out to have one dealt")
        if pack_no is not None and (pack_no in owner.packs or not PACK_NO.fullmatch(pack_no)):
            raise MarketError("bad_pack_no", "the cart number is taken or no number", "leave it out to have one dealt")
        while pack_no is None or pack_no in owner.packs:
            pack_no, owner.next_pack_no = str(owner.next_pack_no), owner.next_pack_no + 1
        return tuple(self._add_line(owner, pack_no, new) for new in asked)

    def _add_line(self, shop: Shop, pack_no: str, new: NewLine) -> Line:
        order_no = new.order_no
        while order_no is None or order_no in self.lines:
            order_no, self._next_order_no = str(self._next_order_no), self._next_order_no + 1
        ordered_at = (new.ordered_at or self.now()).astimezone(JAPAN).replace(microsecond=0)
        ship_by = new.ship_by
        if ship_by is None and new.status is ShippingStatus.PREPARING:
            ship_by = self.now().date() + timedelta(days=2)
        line = Line(
            shop=shop.name,
            order_no=order_no,
            pack_no=pack_no,
            new=new,
            ordered_at=ordered_at,
            paid_at=ordered_at if new.status > ShippingStatus.AWAITING_PAYMENT else None,
            shipping=Shipping(
                status=new.status,
                ship_by=ship_by,
                shipped_at=self.now() if new.status >= ShippingStatus.ON_DELIVERY else None,
                delivered_at=self.now() if new.status is ShippingStatus.DELIVERED else None,
                company=new.delivery_company,
                tracking_no=new.tracking_no,
            ),
        )
        self.lines[order_no] = line
        shop.packs.setdefault(pack_no, []).append(line)
        shop.index(line)
        return line

    def ask_cancel(self, order_no: str, reason: str = "お客様都合") -> ClaimStatus:
        """The buyer presses cancel. Gives what became of it: a request, or a cancel that took effect at once.

        Raises:
            MarketError: the button is not there (dispatched, cancelled, or asked already).
        """
        line = self.line(order_no)
        reached = [line]
        if self.switches.buyer_cancel_takes is CancelReach.CART:
            reached += [
                other
                for other in self.cart(line)
                if other is not line and other.claim is None and other.shipping.status < ShippingStatus.ON_DELIVERY
            ]
        statuses = [self._ask_cancel(each, reason) for each in reached]
        return statuses[0]

    def _ask_cancel(self, line: Line, reason: str) -> ClaimStatus:
        if line.shipping.status >= ShippingStatus.ON_DELIVERY:
            raise MarketError("button_gone", "a dispatched line cannot be cancelled", "use return-request")
        if line.claim is not None:
            raise MarketError("already_claimed", f"the line has claim {line.claim.status.value}")
        now = self.now()
        status = self._cancel_result(line)
        completed_at = now if status in ENDED_CLAIMS else None
        self._set_claim(line, MarketClaim(status, reason, now, completed_at))
        return status

    def _cancel_result(self, line: Line) -> ClaimStatus:
        if line.shipping.status is ShippingStatus.AWAITING_PAYMENT:
            return ClaimStatus.UNPAID_ORDER_CANCELLED
        if line.overdue(self.now()) and self.switches.overdue_cancel is OverdueCancel.AT_ONCE:
            return ClaimStatus.CANCELLED
        reserved = line.new.send_type in RESERVATIONS
        if line.shipping.status is ShippingStatus.REQUESTED and line.shipping.ship_by is None and not reserved:
            return ClaimStatus.CANCELLED
        return ClaimStatus.CANCEL_REQUESTED

    def withdraw(self, order_no: str) -> None:
        """The buyer takes the cancel request back.

        Raises:
            MarketError: no request is open.
        """
        self.end_request(self._requested(order_no), "withdrawn")

    def ask_return(self, order_no: str, reason: str = "イメージ違い") -> None:
        """The buyer asks to return what was dispatched.

        Raises:
            MarketError: not dispatched, or a claim is open already.
        """
        line = self.line(order_no)
        if line.shipping.status < ShippingStatus.ON_DELIVERY or line.claim is not None:
            raise MarketError("no_return", "only a dispatched line without a claim can be returned")
        self._set_claim(line, MarketClaim(ClaimStatus.RETURN_REQUESTED, reason, self.now()))

    def pay(self, order_no: str) -> None:
        """The payment arrives: 1 becomes 2.

        Raises:
            MarketError: the line is not awaiting payment.
        """
        line = self._in_status(order_no, ShippingStatus.AWAITING_PAYMENT)
        line.paid_at = self.now()
        self.set_shipping(line, replace(line.shipping, status=ShippingStatus.REQUESTED))

    def deliver(self, order_no: str) -> None:
        """The parcel arrives and the buyer confirms: 4 becomes 5.

        Raises:
            MarketError: the line is not on delivery.
        """
        line = self._in_status(order_no, ShippingStatus.ON_DELIVERY)
        self.set_shipping(line, replace(line.shipping, status=ShippingStatus.DELIVERED, delivered_at=self.now()))

    # A person of the seller's, in QSM

    def accept_cancel(self, order_no: str, *, stay_cancelling: bool = False) -> None:
        """The seller accepts the request: the money is refunded at once. ``stay_cancelling`` stops at claim 2.

        Raises:
            MarketError: no request is open.
        """
        line = self.line(order_no)
        if line.claim is None or line.claim.status not in OPEN_CANCELS:
            raise MarketError("no_request", "no cancel request is open on this line")
        if stay_cancelling:
            self._set_claim(line, replace(line.claim, status=ClaimStatus.CANCELLING))
        else:
            self._set_claim(line, replace(line.claim, status=ClaimStatus.CANCELLED, completed_at=self.now()))

    def refuse_cancel(self, order_no: str) -> None:
        """The seller refuses the request; nothing of it is left to see, as far as anybody knows.

        Raises:
            MarketError: no request is open.
        """
        self.end_request(self._requested(order_no), "refused")

    def set_ship_by(self, order_no: str, ship_by: date) -> None:
        """The seller sets or moves the ship-by date, into the past too (to rehearse delay); 2 becomes 3.

        Raises:
            MarketError: the line is neither 2 nor 3.
        """
        line = self.line(order_no)
        if line.gone or line.shipping.status not in {ShippingStatus.REQUESTED, ShippingStatus.PREPARING}:
            raise MarketError("wrong_status", "only a line in status 2 or 3 takes a ship-by date")
        self.set_shipping(line, replace(line.shipping, status=ShippingStatus.PREPARING, ship_by=ship_by))

    def set_claim(self, order_no: str, status: ClaimStatus | None, reason: str = "") -> None:
        """Put any claim on a line, or take it off: for rehearsing states that have no button here.

        Raises:
            MarketError: no such line.
        """
        line = self.line(order_no)
        now = self.now()
        self._set_claim(
            line, MarketClaim(status, reason, now, now if status in ENDED_CLAIMS else None) if status else None
        )

    def cancel_by_seller(self, line: Line, reason: str) -> None:
        """The seller's own cancel, as ``Claim.SetCancelProcess`` books it."""
        now = self.now()
        self.seller_cancels.append(line.order_no)
        self._set_claim(line, MarketClaim(ClaimStatus.CANCELLED, reason, now, now))

    def add_inquiry(
        self, order_no: str, contents: str, *, title: str = "お問い合わせ", inq_type: str = "MSG"
    ) -> Inquiry:
        """A buyer writes about a line.

        Raises:
            MarketError: no such line.
        """
        line = self.line(order_no)
        number = self._next_inquiry_no
        self._next_inquiry_no += 1
        inquiry = Inquiry(inq_type, number - 1, number, self.now(), order_no, title, contents)
        self.shops[line.shop].inquiries.append(inquiry)
        return inquiry

    # What the calls and the people above share

    def set_shipping(self, line: Line, shipping: Shipping, *, late_s: float = 0) -> None:
        """Change the shipping axis; the readers show it ``late_s`` later. A change without delay shows at once."""
        if late_s:
            line.earlier.append((self.moment() + timedelta(seconds=late_s), line.shipping))
        else:
            line.earlier.clear()
        line.shipping = shipping
        self.shops[line.shop].index(line)

    def end_request(self, line: Line, how: str, *, late_s: float = 0) -> None:
        """End the open request: ``how`` is withdrawn, refused or closed by a write. The line lives on."""
        if late_s and line.claim is not None:
            line.trace = Trace(line.claim, self.moment() + timedelta(seconds=late_s))
        elif line.claim is not None and self.switches.ended_request_shows is EndedRequest.ON_LINE:
            line.trace = Trace(line.claim, None)
        line.ended_requests.append((self.now(), how))
        line.claim = None
        self.shops[line.shop].index(line)

    def cancelled(self, line: Line) -> bool:
        """Whether the line is being cancelled or is cancelled."""
        return line.claim is not None and line.claim.status in CANCEL_CLAIMS

    def _set_claim(self, line: Line, claim: MarketClaim | None) -> None:
        line.claim = claim
        line.trace = None
        self.shops[line.shop].index(line)

    def _requested(self, order_no: str) -> Line:
        line = self.line(order_no)
        if line.claim is None or line.claim.status is not ClaimStatus.CANCEL_REQUESTED:
            raise MarketError("no_request", "no cancel request is open on this line")
        return line

    def _in_status(self, order_no: str, status: ShippingStatus) -> Line:
        line = self.line(order_no)
        if line.gone or line.shipping.status is not status:
            raise MarketError("wrong_status", f"the line is not in status {status.value}")
        return line
