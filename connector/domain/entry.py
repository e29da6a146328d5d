"""An entry: one tracking number to be put on one order line, its states and why it is in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.decision import Cancel, Facts, GapPolicy, Label, Making, Person, Shipping, Shown, Written
from connector.domain.memory import CANCEL_CLAIMS, CANCEL_DONE, CANCEL_UNDER_WAY, LineMemory
from connector.domain.orders import ClaimStatus, OrderLine, ShippingStatus
from connector.domain.reasons import Reason


class EntryState(StrEnum):
    """Where an entry stands; what comes next stands in the reason's wording."""

    WAITING = "waiting"
    """It will be worked on by itself, at once or at the time that its reason names."""
    ENTERING = "entering"
    """The number is being written to Qoo10 at this moment."""
    ACCEPTED = "accepted"
    """Qoo10 took the number; it has not been read back yet."""
    UNCLEAR = "unclear"
    """The answer was lost or means nothing known; the order is read before anything is repeated."""
    CONFIRMED = "confirmed"
    """Qoo10 shows the number: done."""
    HELD = "held"
    """Nothing is written for now: a fact is missing, or a person has to mend something."""
    CONFLICT = "conflict"
    """Something contradicts the number, and a person decides; nothing is written."""
    REFUSED = "refused"
    """Qoo10 said no for good; the number is not sent again."""
    DROPPED = "dropped"
    """There is nothing to enter any more: the label is void, or a person stopped the parcel."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tracking number for one order line, as the store keeps it.

    ``due_at`` is when the keeper looks at it next; None means that it waits for a person or a new fact.
    ``written_at`` is when the last write went out; ``accepted_at`` when Qoo10 said yes to it. ``overdue_from`` is when
    the line's ship-by date is past. ``heard_at`` is when we first heard of the label: the gap begins there.
    """

    id: int
    shop: str
    order_no: str
    pack_no: str
    parcel_id: int
    tracking_no: str
    shipping_corp: str
    state: EntryState
    reason: Reason
    due_at: datetime | None
    attempts: int
    overdue_from: datetime | None
    heard_at: datetime
    created_at: datetime
    written_at: datetime | None
    accepted_at: datetime | None
    confirmed_at: datetime | None
    person: Person = Person.NONE
    written_with: str = ""


def cancel_axis(
    line: OrderLine | None, memory: LineMemory | None, printed_at: datetime, accepted_at: datetime | None
) -> Cancel:
    """Where the line's cancel request stands relative to the label and to our entry.

    A request in the same second as the label counts as before it: Qoo10 gives seconds only, and holding a parcel
    back is the mistake that can be mended. Where Qoo10 leaves the request's time out, the moment we learned of it is
    taken. A line that is gone keeps the cancel that we last saw on it, and a cancelled line stays cancelled.
    """
    status = line.claim.status if line is not None and line.claim is not None else None
    remembered = memory.cancel_status if memory is not None and memory.ended_at is None else None
    if line is None or (remembered in CANCEL_DONE and status not in CANCEL_CLAIMS):
        status = remembered
    if status in CANCEL_UNDER_WAY:
        return Cancel.UNDER_WAY
    if status is not ClaimStatus.CANCEL_REQUESTED:
        return Cancel.NONE if memory is None or memory.cancel_status is None else Cancel.ENDED
    requested_at = line.claim.requested_at if line is not None and line.claim is not None else None
    if requested_at is None and memory is not None:
        requested_at = memory.requested_at or memory.learned_at
    if requested_at is None:
        return Cancel.IN_GAP
    if accepted_at is not None and requested_at > accepted_at:
        return Cancel.AFTER_ENTRY
    return Cancel.BEFORE_LABEL if requested_at <= printed_at else Cancel.IN_GAP


_SHIPPING = {
    ShippingStatus.AWAITING_PAYMENT: Shipping.UNPAID,
    ShippingStatus.REQUESTED: Shipping.OPEN,
    ShippingStatus.PREPARING: Shipping.OPEN,
    ShippingStatus.ON_DELIVERY: Shipping.SHIPPED,
    ShippingStatus.DELIVERED: Shipping.SHIPPED,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything known about one entry at one moment: what Qoo10 showed, what we remember, what else we wrote.

    ``clock_skew_s`` is our clock minus Qoo10's, as last measured; None where no answer had a date.
    """

    line: OrderLine | None
    memory: LineMemory | None
    label: Label
    printed_at: datetime
    sibling_numbers: frozenset[str] = frozenset()
    making: Making = Making.STOCK
    in_conflict: bool = False
    clock_skew_s: float | None = None


def facts_of(entry: Entry, sight: Sight, policy: GapPolicy, settled_after: timedelta, now: datetime) -> Facts:
    """The facts for the table.

    ``sight.sibling_numbers`` are numbers of other entries that we ourselves wrote or are writing to this line: they
    count as standing there, even while Qoo10 does not show them. An unclear write counts as never made when
    ``settled_after`` has passed since it went out and Qoo10 still shows nothing.
    """
    line = sight.line
    status = line.status if line is not None else None
    shipping = Shipping.GONE if line is None else Shipping.UNKNOWN if status is None else _SHIPPING[status]
    standing = {same_number(line.tracking_no)} if line is not None else set()
    standing |= {same_number(number) for number in sight.sibling_numbers}
    standing.discard("")
    ours = same_number(entry.tracking_no)
    shown = Shown.ANOTHER if standing - {ours} else Shown.SAME if standing else Shown.NONE
    written = Written.NEVER
    if entry.accepted_at is not None:
        written = Written.ACCEPTED
    elif entry.state is EntryState.UNCLEAR and entry.written_at is not None and now < entry.written_at + settled_after:
        written = Written.UNCLEAR
    return Facts(
        cancel=cancel_axis(line, sight.memory, sight.printed_at, entry.accepted_at),
        shipping=shipping,
        shown=shown,
        label=sight.label,
        written=written,
        policy=policy,
        person=entry.person,
        making=sight.making,
    )


def same_number(number: str) -> str:
    """A number as it is compared: Qoo10 may show it with hyphens or in lower case."""
    return "".join(character for character in number.upper() if character.isalnum())
