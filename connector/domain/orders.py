"""What Qoo10 shows of an order line and of the claim beside it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import IntEnum

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japan time. A fixed offset: the country has had no summer time since 1951."""


class ShippingStatus(IntEnum):
    """The number in brackets of Qoo10's status texts; the texts themselves vary from place to place."""

    AWAITING_PAYMENT = 1
    REQUESTED = 2
    PREPARING = 3
    ON_DELIVERY = 4
    DELIVERED = 5


class ClaimStatus(IntEnum):
    """``ClaimStat`` of the claims API. A request that was refused or withdrawn has none: it just disappears."""

    CANCEL_REQUESTED = 1
    CANCELLING = 2
    CANCELLED = 3
    RETURN_REQUESTED = 4
    RETURNING = 5
    RETURNED = 6
    EXCHANGE_REQUESTED = 11
    EXCHANGE_ACCEPTED = 12
    REDELIVERING = 13
    REFUNDED_NOT_RECEIVED = 14
    PARTLY_REFUNDED_NOT_RECEIVED = 15
    UNPAID_ORDER_CANCELLED = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on one order line. ``requested_at`` is on Qoo10's clock, to the second; None where Qoo10 left it out."""

    order_no: str
    status: ClaimStatus
    requested_at: datetime | None
    pack_no: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order line as Qoo10 showed it in one answer; never with personal data.

    ``status`` is None where the answer had no status number that we know. Times are aware (Japan time); numbers are
    text. ``related_order_nos`` are the cart's other lines, this one included.
    """

    order_no: str
    status: ShippingStatus | None
    pack_no: str = ""
    related_order_nos: tuple[str, ...] = ()
    ordered_at: datetime | None = None
    ship_by_at: datetime | None = None
    shipped_at: datetime | None = None
    delivery_company: str = ""
    tracking_no: str = ""
    seller_item_code: str = ""
    claim: Claim | None = None

    def with_claim(self, claim: Claim | None) -> "OrderLine":
        """The same line with the claim that another call showed."""
        return replace(self, claim=claim)


@dataclass(frozen=True, slots=True)
class SendingRow:
    """One tracking number to be written to one order line."""

    order_no: str
    shipping_corp: str
    tracking_no: str


def ship_by_end(ship_by_at: datetime) -> datetime:
    """The moment at which the ship-by date is past: the end of its day in Japan.

    Qoo10 gives a date; where a day ends is not documented, Japan's midnight is assumed.
    """
    day = ship_by_at.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)
