"""What we remember of an order line between two looks at Qoo10."""

from dataclasses import dataclass, replace
from datetime import datetime

from connector.domain.orders import Claim, ClaimStatus, OrderLine, ShippingStatus, ship_by_end

CANCEL_UNDER_WAY = frozenset({ClaimStatus.CANCELLING, ClaimStatus.CANCELLED, ClaimStatus.UNPAID_ORDER_CANCELLED})
CANCEL_DONE = frozenset({ClaimStatus.CANCELLED, ClaimStatus.UNPAID_ORDER_CANCELLED})
"""A cancel that was carried out does not end: the money is back with the buyer, whatever an answer leaves out later."""
CANCEL_CLAIMS = CANCEL_UNDER_WAY | {ClaimStatus.CANCEL_REQUESTED}


@dataclass(frozen=True, slots=True)
class LineMemory:
    """A line as last seen, and its cancel request, which Qoo10 itself forgets once it was refused or withdrawn.

    ``requested_at`` is on Qoo10's clock; ``learned_at`` is when we learned of it, on ours, ``learned_from`` the call
    that showed it. ``under_way_at`` is when we first saw it being carried out, ``ended_at`` when we first saw the line
    without it. ``listed`` says that a list showed the line, and with it the cart's other lines in
    ``related_order_nos``; a look at the single line does not show these.
    """

    shop: str
    order_no: str
    pack_no: str = ""
    related_order_nos: tuple[str, ...] = ()
    listed: bool = False
    status: ShippingStatus | None = None
    ordered_at: datetime | None = None
    ship_by_at: datetime | None = None
    tracking_no: str = ""
    delivery_company: str = ""
    cancel_status: ClaimStatus | None = None
    requested_at: datetime | None = None
    learned_at: datetime | None = None
    under_way_at: datetime | None = None
    ended_at: datetime | None = None
    learned_from: str = ""

    @property
    def overdue_from(self) -> datetime | None:
        """From when on the line is past its ship-by date; None where it has none."""
        return None if self.ship_by_at is None else ship_by_end(self.ship_by_at)


def remembered(
    memory: LineMemory | None, shop: str, line: OrderLine, at: datetime, *, listed: bool, claim_from: str
) -> LineMemory:
    """The memory after seeing ``line``: in a list or not, with its claim from this call ("" where none is shown)."""
    before = memory or LineMemory(shop, line.order_no)
    seen = replace(
        before,
        pack_no=line.pack_no or before.pack_no,
        related_order_nos=line.related_order_nos or before.related_order_nos,
        listed=before.listed or listed,
        status=line.status,
        ordered_at=line.ordered_at or before.ordered_at,
        ship_by_at=line.ship_by_at or before.ship_by_at,
        tracking_no=line.tracking_no,
        delivery_company=line.delivery_company or before.delivery_company,
    )
    return claim_remembered(seen, line.claim, claim_from, at) if claim_from else seen


def claim_remembered(before: LineMemory, claim: Claim | None, claim_from: str, at: datetime) -> LineMemory:
    """The memory after a look that would have shown a claim. A request with another time is another request."""
    if claim is None or claim.status not in CANCEL_CLAIMS:
        open_until_now = before.cancel_status is not None and before.ended_at is None
        ended = open_until_now and before.cancel_status not in CANCEL_DONE
        return replace(before, ended_at=at) if ended else before
    under_way_at = at if claim.status in CANCEL_UNDER_WAY else None
    another = claim.requested_at is not None and claim.requested_at != before.requested_at
    if before.cancel_status is None or before.ended_at is not None or another:
        return replace(
            before,
            cancel_status=claim.status,
            requested_at=claim.requested_at,
            learned_at=at,
            learned_from=claim_from,
            under_way_at=under_way_at,
            ended_at=None,
        )
    return replace(before, cancel_status=claim.status, under_way_at=before.under_way_at or under_way_at)
