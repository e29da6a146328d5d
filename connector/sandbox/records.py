"""What the sandbox remembers: order lines with their two axes, claims, writes, inquiries, keys, shops."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus
from connector.sandbox.answers import Row

ENDED_CLAIMS = frozenset({ClaimStatus.CANCELLED, ClaimStatus.UNPAID_ORDER_CANCELLED})
"""A line under one of these is gone from the shipping list."""
CANCEL_CLAIMS = frozenset({ClaimStatus.CANCELLING}) | ENDED_CLAIMS
OPEN_CANCELS = frozenset({ClaimStatus.CANCEL_REQUESTED, ClaimStatus.CANCELLING})
RESERVATIONS = frozenset({1, 2})
"""``AvailableSendType`` of reservation items, which a buyer cannot cancel at once."""


class Effect(StrEnum):
    """What a number that Qoo10 answered with success did to the line."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    OVERWRITTEN = "overwritten"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class AppliedWrite:
    """One tracking number that was answered with success. ``by`` is the method, or ``QSM`` for a person."""

    at: datetime
    by: str
    company: str
    tracking_no: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Shipping:
    """The shipping axis of a line: everything about it that a write can change."""

    status: ShippingStatus
    ship_by: date | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    company: str = ""
    tracking_no: str = ""


@dataclass(frozen=True, slots=True)
class MarketClaim:
    """The claim axis of a line."""

    status: ClaimStatus
    reason: str
    requested_at: datetime
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """An ended cancel request that readers still see: until a moment, or (None) on the line for good."""

    claim: MarketClaim
    until: datetime | None


class NewLine(BaseModel):
    """An order line to be created; every field has a default. Times are aware; ``ship_by`` is a day in Japan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_no: str | None = Field(None, pattern="^[1-9][0-9]{0,18}$")
    status: ShippingStatus = ShippingStatus.REQUESTED
    ship_by: date | None = None
    ordered_at: AwareDatetime | None = None
    seller_item_code: str = "SANDBOX-1"
    item_title: str = "見本の品"
    quantity: int = Field(1, ge=1)
    price: int = Field(1000, ge=0)
    delivery_company: str = "ヤマト宅急便"
    tracking_no: str = ""
    send_type: int = Field(0, ge=0, le=3)


@dataclass(slots=True)
class Line:
    """One order line. ``shipping`` and ``claim`` are the truth; ``shown`` is what the readers answer."""

    shop: str
    order_no: str
    pack_no: str
    new: NewLine
    ordered_at: datetime
    paid_at: datetime | None
    shipping: Shipping
    claim: MarketClaim | None = None
    trace: Trace | None = None
    earlier: list[tuple[datetime, Shipping]] = field(default_factory=list)
    applied_writes: list[AppliedWrite] = field(default_factory=list)
    refused_writes: int = 0
    ended_requests: list[tuple[datetime, str]] = field(default_factory=list)
    listed: tuple[tuple[object, ...], Row] | None = field(default=None, repr=False)
    """The row of the shipping list as last shown, with what it depends on: long lists are asked for again and again."""

    def shown(self, now: datetime) -> Shipping:
        """The shipping axis as the readers show it; late where ``visible_late_s`` holds a write back."""
        return next((state for until, state in self.earlier if now < until), self.shipping)

    def claim_listed(self, now: datetime) -> MarketClaim | None:
        """The claim as GetClaimInfo_V3 shows it."""
        if self.claim is not None or self.trace is None or self.trace.until is None:
            return self.claim
        return self.trace.claim if now < self.trace.until else None

    def claim_on_line(self, now: datetime) -> MarketClaim | None:
        """The claim as GetShippingAndClaimInfoByOrderNo_V2 shows it."""
        if self.claim is None and self.trace is not None and self.trace.until is None:
            return self.trace.claim
        return self.claim_listed(now)

    @property
    def gone(self) -> bool:
        """Whether the line is cancelled for good and so left the shipping list."""
        return self.claim is not None and self.claim.status in ENDED_CLAIMS

    def overdue(self, now: datetime) -> bool:
        """Whether the ship-by date has passed unshipped. It passes with the end of its day in Japan (unverified)."""
        if self.shipping.ship_by is None or self.shipping.status >= ShippingStatus.ON_DELIVERY:
            return False
        return now.astimezone(JAPAN).date() > self.shipping.ship_by


@dataclass(slots=True)
class Inquiry:
    """A buyer's message. ``contents`` is synthetic; answers are kept so that a test can read them."""

    inq_type: str
    question_no: int
    seq_no: int
    asked_at: datetime
    order_no: str
    title: str
    contents: str
    status: str = "S1"
    answers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Key:
    """A seller authorization key's life. The key itself is only ever a dictionary's key, never in a repr."""

    issued_at: datetime
    expired: bool = False
    password_changed: bool = False


@dataclass(slots=True)
class Shop:
    """One seller: its login, its keys, its delivery companies, its inquiries, its lines by truth's status."""

    name: str
    api_key: str = field(repr=False)
    user_id: str
    password: str = field(repr=False)
    keys: dict[str, Key] = field(default_factory=dict, repr=False)
    issued: int = 0
    packs: dict[str, list[Line]] = field(default_factory=dict, repr=False)
    next_pack_no: int = 330_000_001
    by_status: dict[ShippingStatus, dict[str, Line]] = field(
        default_factory=lambda: {status: {} for status in ShippingStatus}, repr=False
    )
    late: dict[str, Line] = field(default_factory=dict, repr=False)
    claimed: dict[str, Line] = field(default_factory=dict, repr=False)
    delivery_names: tuple[str, ...] = ("ヤマト宅急便", "佐川急便", "ゆうパック")
    inquiries: list[Inquiry] = field(default_factory=list, repr=False)

    def issue_key(self, now: datetime) -> str:
        """Issue a seller authorization key, alike on every run: ``sandbox-key-<shop>-<n>``."""
        self.issued += 1
        key = f"sandbox-key-{self.name}-{self.issued}"
        self.keys[key] = Key(now)
        return key

    def end_keys(self, *, expired: bool = False, password_changed: bool = False) -> None:
        """End every key that the shop has: by age, or by a changed password."""
        self.keys = {
            key: replace(
                state,
                expired=state.expired or expired,
                password_changed=state.password_changed or password_changed,
            )
            for key, state in self.keys.items()
        }

    def lines(self, statuses: Iterable[ShippingStatus], now: datetime) -> list[Line]:
        """The lines that the readers show under these statuses, cancelled ones left out."""
        wanted = frozenset(statuses)
        found = {
            order_no: line
            for status in wanted
            for order_no, line in self.by_status[status].items()
            if order_no not in self.late
        }
        for order_no, line in list(self.late.items()):
            if all(until <= now for until, _ in line.earlier):
                line.earlier.clear()
                del self.late[order_no]
            if line.shown(now).status in wanted and not line.gone:
                found[order_no] = line
        return list(found.values())

    def index(self, line: Line) -> None:
        """File the line anew after it changed."""
        for bucket in self.by_status.values():
            bucket.pop(line.order_no, None)
        if not line.gone:
            self.by_status[line.shipping.status][line.order_no] = line
        for kept, here in ((self.late, bool(line.earlier)), (self.claimed, bool(line.claim or line.trace))):
            if here:
                kept[line.order_no] = line
            else:
                kept.pop(line.order_no, None)
