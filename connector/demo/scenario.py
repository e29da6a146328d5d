"""What happens in ``demo --once``, as a table: who bought what, what the label says, and what goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.demo.packing import tracking_number
from connector.demo.verify import Expectation, Outcome
from connector.domain.decision import ConflictKind
from connector.domain.orders import ShippingStatus
from connector.sandbox import Fault, FaultKind, Market, NewLine
from connector.sandbox.records import Line

BULK = "ShippingBasic.SetSendingInfoBulk"
NOT_YOURS = -10004
"""Qoo10's code for an order that is not the seller's: a refusal for good."""


class Twist(StrEnum):
    """What is out of the ordinary about a cart."""

    NONE = ""
    LATE_ORDER = "bought after the last look at Qoo10"
    SENT_TWICE = "its report is sent twice"
    REFUSED_ROW = "Qoo10 refuses one of its lines"
    LOST_ANSWER = "Qoo10's answer gets lost"
    WRONG_NUMBER = "its number fails the check digit"
    CANCEL_BEFORE = "the buyer had asked to cancel before it was printed"
    CANCEL_IN_GAP = "the buyer asks to cancel after it was printed"


@dataclass(frozen=True, slots=True)
class Cart:
    """One cart: how many lines, and what its label says. ``reference`` may name ``{order_no}`` and ``{pack_no}``."""

    lines: int
    reference: str
    carrier: str
    service: str
    twist: Twist = Twist.NONE


SCENARIO = (
    Cart(1, "{order_no}", "yamato", "takkyubin"),
    Cart(3, "{pack_no}", "yamato", "takkyubin", Twist.REFUSED_ROW),
    Cart(1, "Q-{order_no}", "sagawa", "hikyaku"),
    Cart(2, "{pack_no}", "japan_post", "yu_pack"),
    Cart(1, "{order_no}", "yamato", "nekopos"),
    Cart(2, "{pack_no}", "sagawa", "hikyaku", Twist.LOST_ANSWER),
    Cart(1, "{order_no}-1", "japan_post", "yu_packet"),
    Cart(1, "{order_no}", "yamato", "takkyubin", Twist.WRONG_NUMBER),
    Cart(2, "{pack_no}", "yamato", "takkyubin", Twist.LATE_ORDER),
    Cart(1, "{order_no}", "yamato", "takkyubin", Twist.CANCEL_IN_GAP),
    Cart(3, "CART {pack_no}", "sagawa", "hikyaku"),
    Cart(1, "{order_no}", "japan_post", "yu_pack", Twist.CANCEL_BEFORE),
    Cart(1, "{order_no}", "seino", ""),
    Cart(1, "{order_no}", "japan_post", "click_post", Twist.SENT_TWICE),
    Cart(2, "{pack_no}", "fukuyama", ""),
)

CONFLICTS = {
    Twist.CANCEL_BEFORE: ConflictKind.PRINTED_AFTER_REQUEST,
    Twist.CANCEL_IN_GAP: ConflictKind.IN_THE_GAP,
}
"""The conflict that each cancel request must be logged as."""


@dataclass(frozen=True, slots=True)
class Order:
    """A cart of the scenario as it stands at Qoo10, and the number that is printed for it."""

    cart: Cart
    number: str
    lines: tuple[Line, ...]

    @property
    def reference(self) -> str:
        """What the label says."""
        return self.cart.reference.format(order_no=self.lines[0].order_no, pack_no=self.lines[0].pack_no)

    def expected(self) -> list[Expectation]:
        """What must have become of each line in the end."""
        outcome = Outcome.HELD if self.cart.twist in (Twist.WRONG_NUMBER, Twist.CANCEL_BEFORE) else Outcome.ENTERED
        conflict = CONFLICTS.get(self.cart.twist)
        number = self.number.replace("-", "")
        struck = self.lines[1] if self.cart.twist is Twist.REFUSED_ROW else None
        return [
            Expectation(line.order_no, number, Outcome.REFUSED if line is struck else outcome, conflict)
            for line in self.lines
        ]

    def faults(self) -> list[Fault]:
        """What the sandbox is told to do to the call that carries this cart's numbers: always a bulk call."""
        match self.cart.twist:
            case Twist.REFUSED_ROW:
                return [Fault(fault=FaultKind.BULK_ROW_CODE, order_no=self.lines[1].order_no, code=NOT_YOURS)]
            case Twist.LOST_ANSWER:
                return [Fault(fault=FaultKind.LOST_ANSWER, method=BULK, order_no=self.lines[0].order_no)]
            case _:
                return []


def buy(market: Market, cart: Cart, serial: int) -> Order:
    """A buyer orders the cart; every line has its ship-by date, so that a cancel is a request and not instant."""
    new_lines: Sequence[NewLine] = [NewLine(status=ShippingStatus.PREPARING)] * cart.lines
    number = tracking_number(serial, wrong=cart.twist is Twist.WRONG_NUMBER)
    return Order(cart, number, market.add_cart(*new_lines))
