"""What a packer is told about a scan: a complete table over what is known at this moment, every row with its reason.

A stop comes before all else, and what is not known is never green.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

from connector.domain.decision import Label, Person
from connector.domain.entry import Entry, EntryState
from connector.domain.memory import CANCEL_UNDER_WAY, LineMemory
from connector.domain.reasons import Reason
from connector.domain.scan_match import Fault


class Signal(StrEnum):
    """What a packer does with the parcel."""

    GO = "go"
    MOVING = "moving"
    """Taken; it goes by itself, and may still become anything else."""
    NEXT = "next"
    """Half a pair: its other half is scanned next."""
    STOP = "stop"
    UNKNOWN = "unknown"


class ScanReason(StrEnum):
    """Why, where no reason of an entry says it."""

    ENTERED = "entered"
    ON_ITS_WAY = "on_its_way"
    WAITS = "waits"
    LABEL_NEXT = "label_next"
    ORDER_NEXT = "order_next"
    CANCEL_REQUESTED = "cancel_requested"
    ORDER_CANCELLED = "order_cancelled"
    LABEL_VOIDED = "label_voided"
    ANOTHER_LABEL = "another_label"
    CONFLICT_OPEN = "conflict_open"
    FAULTY = "faulty"
    """The scan's own fault says it."""
    STANDING = "standing"
    """The reason of the entry, or of the label without an order, says it."""
    STALE = "stale"


class Side(StrEnum):
    """What the scan knows of a parcel."""

    ORDER = "order"
    LABEL = "label"
    """A label that nobody has told of."""
    PARCEL = "parcel"


class Stand(StrEnum):
    """Where the parcel's numbers stand, the worst of them."""

    NOWHERE = "nowhere"
    ENTERED = "entered"
    MOVING = "moving"
    WAITS = "waits"
    EYES = "eyes"
    STOPPED = "stopped"


class Request(StrEnum):
    """What is known of a cancel of the parcel's lines, the worst of them."""

    NONE = "none"
    OPEN = "open"
    UNDER_WAY = "under_way"


_MOVING = frozenset(
    {
        Reason.NEW,
        Reason.OPEN,
        Reason.REQUEST_ENDED,
        Reason.PERSON_ENTERS,
        Reason.MADE_TO_ORDER,
        Reason.ACCEPTED,
        Reason.SHOWN,
        Reason.NOT_SHOWN_YET,
        Reason.ANSWER_LOST,
        Reason.INTERRUPTED,
    }
)
_STOPPED = frozenset(
    {
        Reason.UNPAID,
        Reason.PRINTED_AFTER_REQUEST,
        Reason.IN_THE_GAP,
        Reason.HELD_BY_PERSON,
        Reason.LEFT_CANCELLED,
        Reason.CANCELLED,
        Reason.ANOTHER_NUMBER,
        Reason.DEAD_NUMBER,
        Reason.VOIDED,
        Reason.VOID_AND_CANCELLED,
        Reason.VOID_ANSWER_LOST,
    }
)
_WORST = (Stand.STOPPED, Stand.EYES, Stand.WAITS, Stand.MOVING, Stand.ENTERED)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a verdict depends on.

    ``conflict`` is an open one that no person has decided; ``other_label`` that the line has another live number;
    ``fresh`` that a cancel would be known by now.
    """

    fault: Fault
    side: Side
    request: Request
    label: Label
    stand: Stand
    conflict: bool
    other_label: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the packer is told."""

    signal: Signal
    reason: ScanReason


@dataclass(frozen=True, slots=True)
class Rule:
    """Where all the named facts hold, this is the verdict; an axis left empty means: whatever it is."""

    verdict: Verdict
    why: str
    fault: frozenset[Fault] = frozenset(Fault)
    side: frozenset[Side] = frozenset(Side)
    request: frozenset[Request] = frozenset(Request)
    label: frozenset[Label] = frozenset(Label)
    stand: frozenset[Stand] = frozenset(Stand)
    conflict: frozenset[bool] = frozenset({True, False})
    other_label: frozenset[bool] = frozenset({True, False})
    fresh: frozenset[bool] = frozenset({True, False})

    def holds(self, facts: Facts) -> bool:
        """Whether this row speaks about these facts."""
        return (
            facts.fault in self.fault
            and facts.side in self.side
            and facts.request in self.request
            and facts.label in self.label
            and facts.stand in self.stand
            and facts.conflict in self.conflict
            and facts.other_label in self.other_label
            and facts.fresh in self.fresh
        )


_YES, _NO = frozenset({True}), frozenset({False})

RULES: tuple[Rule, ...] = (
    Rule(
        Verdict(Signal.STOP, ScanReason.FAULTY),
        "Two orders' goods would go to the wrong buyers.",
        fault=frozenset({Fault.MISMATCH}),
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.ORDER_CANCELLED),
        "The refund is immediate, and the goods would still arrive.",
        request=frozenset({Request.UNDER_WAY}),
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.CANCEL_REQUESTED),
        "The parcel is still in the house: what to answer is decided before it leaves.",
        request=frozenset({Request.OPEN}),
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.LABEL_VOIDED),
        "A void label is not shipped with.",
        side=frozenset({Side.PARCEL}),
        label=frozenset({Label.VOIDED}),
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.STANDING),
        "The entry's own reason says that the parcel must not leave.",
        stand=frozenset({Stand.STOPPED}),
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.CONFLICT_OPEN),
        "A conflict of the order waits for a person.",
        conflict=_YES,
    ),
    Rule(
        Verdict(Signal.STOP, ScanReason.ANOTHER_LABEL),
        "An order line has room for one number, and another label was made for it.",
        side=frozenset({Side.PARCEL}),
        other_label=_YES,
    ),
    Rule(
        Verdict(Signal.UNKNOWN, ScanReason.FAULTY),
        "Nothing was told of a parcel; what to do stands in the fault.",
        fault=frozenset(Fault) - {Fault.NONE},
    ),
    Rule(
        Verdict(Signal.NEXT, ScanReason.LABEL_NEXT),
        "An order by itself says nothing of a parcel.",
        side=frozenset({Side.ORDER}),
    ),
    Rule(
        Verdict(Signal.NEXT, ScanReason.ORDER_NEXT),
        "Nobody has told whose label this is.",
        side=frozenset({Side.LABEL}),
    ),
    Rule(
        Verdict(Signal.UNKNOWN, ScanReason.STANDING),
        "The number stands still, for a reason that a person looks into.",
        stand=frozenset({Stand.EYES}),
    ),
    Rule(
        Verdict(Signal.UNKNOWN, ScanReason.STALE),
        "A cancel request could be there and not be known.",
        fresh=_NO,
    ),
    Rule(
        Verdict(Signal.GO, ScanReason.ENTERED),
        "The number stands at Qoo10, and nothing speaks against the parcel.",
        stand=frozenset({Stand.ENTERED}),
    ),
    Rule(
        Verdict(Signal.MOVING, ScanReason.WAITS),
        "The source's settings let the number wait.",
        stand=frozenset({Stand.WAITS}),
    ),
    Rule(
        Verdict(Signal.MOVING, ScanReason.ON_ITS_WAY),
        "The label is kept; its order is read, then its number is entered.",
        stand=frozenset({Stand.NOWHERE, Stand.MOVING}),
    ),
)


def every_combination() -> list[Facts]:
    """All the facts there can be."""
    both = (True, False)
    return [Facts(*axes) for axes in product(Fault, Side, Request, Label, Stand, both, both, both)]


def decide(facts: Facts) -> Verdict:
    """The verdict on these facts. Total: a test holds the rules to every combination."""
    return next(rule for rule in RULES if rule.holds(facts)).verdict


def stand_of(entries: Iterable[Entry]) -> Stand:
    """Where a parcel's numbers stand."""
    found = {_stand(entry.state, entry.reason) for entry in entries}
    return next((stand for stand in _WORST if stand in found), Stand.NOWHERE)


def _stand(state: EntryState, reason: Reason) -> Stand:
    if state in (EntryState.ACCEPTED, EntryState.CONFIRMED):
        return Stand.ENTERED
    if reason in _STOPPED:
        return Stand.STOPPED
    if reason is Reason.BEFORE_ITS_MOMENT:
        return Stand.WAITS
    return Stand.MOVING if reason in _MOVING and state is not EntryState.HELD else Stand.EYES


def request_of(lines: Iterable[LineMemory], persons: Mapping[str, Person]) -> Request:
    """The worst cancel of these lines. A request that a person has refused in QSM speaks against nothing any more."""
    worst = Request.NONE
    for line in lines:
        if line.cancel_status is None or line.ended_at is not None:
            continue
        if line.cancel_status in CANCEL_UNDER_WAY:
            return Request.UNDER_WAY
        if persons.get(line.order_no) is not Person.ENTER:
            worst = Request.OPEN
    return worst


def known_until(claims_read_until: datetime | None, entries: Sequence[Entry]) -> datetime | None:
    """Until when a cancel of these entries' lines is known: the claims were read then, or every line by itself."""
    looked_at = [entry.confirmed_at or entry.accepted_at for entry in entries]
    singly = [at for at in looked_at if at is not None]
    each_line = [min(singly)] if singly and len(singly) == len(looked_at) else []
    read = [claims_read_until] if claims_read_until is not None else []
    return max([*read, *each_line], default=None)


def is_fresh(until: datetime | None, now: datetime, within: timedelta) -> bool:
    """Whether what is known of cancels is young enough to let a parcel go by it."""
    return until is not None and now - until <= within
