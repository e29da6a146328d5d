"""A scan as it was kept, what is known of its parcel at this moment, and what the packer is told. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.decision import Label, Person
from connector.domain.entry import Entry
from connector.domain.memory import LineMemory
from connector.domain.parcel import Parcel
from connector.domain.reasons import WORDINGS, Reason, Wording
from connector.domain.scan_match import Asked, Fault, KnownLabel, Same, same_order
from connector.domain.scan_verdicts import (
    Facts,
    Request,
    ScanReason,
    Side,
    Signal,
    Stand,
    decide,
    is_fresh,
    known_until,
    request_of,
    stand_of,
)
from connector.domain.scan_words import FAULTS, SCANS


@dataclass(frozen=True, slots=True)
class KeptScan:
    """A scan. ``order_ref`` and ``tracking_number`` are empty where it had none, or none that could be told apart.

    ``at`` is on the clock of the page, ``received_at`` on ours. ``told`` says that a label event came of it.
    """

    id: str
    shop: str
    source: str
    station: str
    lane: str
    who: str
    order_ref: str
    order_no: str
    tracking_number: str
    fault: Fault
    told: bool
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """All that is known about a scan's parcel.

    ``asked`` is what its order means, ``labels`` what is known of its label, ``parcels`` the same as parcels; ``lines``
    are the order lines of both, ``in_conflict`` those with an open conflict, ``other_numbers`` whether one of them has
    another live number.
    """

    scan: KeptScan
    asked: Asked
    labels: tuple[KnownLabel, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    reasons: tuple[Reason, ...] = ()
    entries: tuple[Entry, ...] = ()
    lines: tuple[LineMemory, ...] = ()
    in_conflict: frozenset[str] = frozenset()
    other_numbers: bool = False
    claims_read_until: datetime | None = None
    shop_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the packer is told. ``as_of`` is until when a cancel would be known; None where nobody has looked.

    ``order_nos`` are the parcel's order lines. ``belongs_to`` are those of its label, where that is another order's.
    """

    signal: Signal
    reason: str
    wording: Wording
    as_of: datetime | None = None
    order_nos: tuple[str, ...] = ()
    belongs_to: tuple[str, ...] = ()


def told(of: Sighting, now: datetime, fresh_within: timedelta) -> Told:
    """What is to be said of a scan at this moment."""
    as_of = known_until(of.claims_read_until, of.entries)
    facts = facts_of(of, fresh=not of.shop_stopped and is_fresh(as_of, now, fresh_within))
    verdict = decide(facts)
    order_nos = tuple(sorted({entry.order_no for entry in of.entries})) or (
        (of.scan.order_no,) if of.scan.order_no else ()
    )
    match verdict.reason:
        case ScanReason.FAULTY if facts.fault is Fault.MISMATCH:
            belongs_to = tuple(sorted({line for each in of.labels for line in each.lines} - of.asked.lines))
            scanned = (of.scan.order_no,)
            return Told(verdict.signal, facts.fault, FAULTS[facts.fault], as_of, scanned, belongs_to)
        case ScanReason.FAULTY:
            return Told(verdict.signal, facts.fault, FAULTS[facts.fault], as_of, order_nos)
        case ScanReason.STANDING:
            reason = _worst_reason(of, facts.stand)
            return Told(verdict.signal, reason, WORDINGS[reason], as_of, order_nos)
        case reason:
            return Told(verdict.signal, reason, SCANS[reason], as_of, order_nos)


def facts_of(of: Sighting, *, fresh: bool) -> Facts:
    """The facts for the table."""
    persons = {entry.order_no: entry.person for entry in of.entries}
    undecided = {order_no for order_no in of.in_conflict if persons.get(order_no) is not Person.ENTER}
    return Facts(
        fault=_fault(of),
        side=Side.PARCEL if of.parcels else Side.LABEL if of.scan.tracking_number else Side.ORDER,
        request=request_of(of.lines, persons) if of.lines else Request.NONE,
        label=Label.VOIDED if of.parcels and all(each.label is Label.VOIDED for each in of.parcels) else Label.LIVE,
        stand=_stand(of),
        conflict=bool(undecided),
        other_label=of.other_numbers,
        fresh=fresh,
    )


def _fault(of: Sighting) -> Fault:
    """A label may turn out later to be another order's: when the program that printed it tells so."""
    others = [each for each in of.labels if each.source != of.scan.source]
    if of.scan.fault is Fault.NONE and of.scan.order_no and others:
        compared = {same_order(each, of.asked) for each in others}
        return Fault.MISMATCH if compared == {Same.NO} else Fault.NONE
    return of.scan.fault


def _stand(of: Sighting) -> Stand:
    """A label whose order is not known stands still, unless nobody has looked for it yet."""
    if of.entries or not of.parcels:
        return stand_of(of.entries)
    looked_for = [reason for reason in of.reasons if reason is not Reason.NEW]
    return Stand.EYES if looked_for else Stand.NOWHERE


def _worst_reason(of: Sighting, stand: Stand) -> Reason:
    worst = [entry.reason for entry in of.entries if stand_of([entry]) is stand]
    return worst[0] if worst else next(reason for reason in of.reasons if reason is not Reason.NEW)
