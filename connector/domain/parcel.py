"""A parcel: one label with one tracking number, and what its events add up to.

Events come repeatedly and in any order. Every time of a parcel is therefore an earliest or a latest one, so that the
same events give the same parcel whatever their order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from carriers.model import EventKind, LabelEvent
from connector.domain.decision import Label


class EnterOn(StrEnum):
    """The moment in a parcel's life at which its number is entered; a setting of the source."""

    PRINTED = "printed"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    SCANNED = "scanned"


class ParcelState(StrEnum):
    """Whether a parcel's order lines are known."""

    UNRESOLVED = "unresolved"
    """Its order or cart is not known yet, or its reference cannot be read; there is no entry for it."""
    RESOLVED = "resolved"
    """Its order lines are known, and each has an entry."""


@dataclass(frozen=True, slots=True)
class Times:
    """When things happened to a parcel.

    Those without ``heard_`` are on the source's clock (ours where the source does not say); ``heard_*`` is when we
    first heard of that stage or a later one, on our clock.
    """

    printed_at: datetime | None = None
    reprinted_at: datetime | None = None
    packed_at: datetime | None = None
    handed_over_at: datetime | None = None
    scanned_at: datetime | None = None
    voided_at: datetime | None = None
    heard_printed_at: datetime | None = None
    heard_packed_at: datetime | None = None
    heard_handed_over_at: datetime | None = None
    heard_scanned_at: datetime | None = None


EARLIEST = (
    "printed_at",
    "packed_at",
    "handed_over_at",
    "scanned_at",
    "heard_printed_at",
    "heard_packed_at",
    "heard_handed_over_at",
    "heard_scanned_at",
)
"""The times that keep their first value."""
LATEST = ("reprinted_at", "voided_at")
"""The times that keep their last value."""


@dataclass(frozen=True, slots=True)
class ParcelKey:
    """What makes two events speak of the same parcel. Tracking number and reference are cleaned where they can be."""

    shop: str
    order_ref: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One label of one order reference; or of the order or cart that a person has assigned it to."""

    id: int
    key: ParcelKey
    source: str
    carrier: str
    service: str
    times: Times
    state: ParcelState
    attempts: int = 0
    assigned_order_no: str = ""
    assigned_pack_no: str = ""

    @property
    def label(self) -> Label:
        """Void when the last thing said about the label is that it is void; a later reprint brings it back."""
        if self.times.voided_at is None:
            return Label.LIVE
        printed_last = self.times.reprinted_at
        return Label.LIVE if printed_last is not None and printed_last > self.times.voided_at else Label.VOIDED

    def ready_at(self, enter_on: EnterOn, hold: timedelta) -> datetime | None:
        """From when on the number may be entered; None while the source's moment has not come."""
        heard = {
            EnterOn.PRINTED: self.times.heard_printed_at,
            EnterOn.PACKED: self.times.heard_packed_at,
            EnterOn.HANDED_OVER: self.times.heard_handed_over_at,
            EnterOn.SCANNED: self.times.heard_scanned_at,
        }[enter_on]
        return None if heard is None else heard + hold


def times_of(event: LabelEvent, received_at: datetime) -> Times:
    """What one event says about its parcel's times."""
    happened_at = event.occurred_at or received_at
    match event.kind:
        case EventKind.PRINTED:
            return Times(printed_at=happened_at, reprinted_at=happened_at, heard_printed_at=received_at)
        case EventKind.PACKED:
            return Times(packed_at=happened_at, heard_printed_at=received_at, heard_packed_at=received_at)
        case EventKind.HANDED_OVER:
            return Times(
                handed_over_at=happened_at,
                heard_printed_at=received_at,
                heard_packed_at=received_at,
                heard_handed_over_at=received_at,
            )
        case EventKind.SCANNED:
            return Times(
                scanned_at=happened_at,
                heard_printed_at=received_at,
                heard_packed_at=received_at,
                heard_handed_over_at=received_at,
                heard_scanned_at=received_at,
            )
        case EventKind.VOIDED:
            return Times(voided_at=happened_at)


def merged(one: Times, other: Times) -> Times:
    """Both together. Commutative, associative and idempotent."""
    earliest = {name: _pick(min, getattr(one, name), getattr(other, name)) for name in EARLIEST}
    latest = {name: _pick(max, getattr(one, name), getattr(other, name)) for name in LATEST}
    return replace(one, **earliest, **latest)


def _pick(
    choose: Callable[[datetime, datetime], datetime], one: datetime | None, other: datetime | None
) -> datetime | None:
    if one is None or other is None:
        return one or other
    return choose(one, other)
