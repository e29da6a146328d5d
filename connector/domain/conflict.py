"""What the conflict log says: facts with their clocks and origins, and the verdicts drawn from them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from connector.domain.decision import TABLE, Action, Cancel, ConflictKind, Facts, Person, cancel_conflict
from connector.domain.entry import Entry, Sight
from connector.domain.inquiries import KeptInquiry


class What(StrEnum):
    """What a row of the conflict log tells."""

    OPENED = "opened"
    KIND_CHANGED = "kind_changed"
    LABEL_PRINTED = "label_printed"
    LABEL_PACKED = "label_packed"
    LABEL_HANDED_OVER = "label_handed_over"
    LABEL_SCANNED = "label_scanned"
    LABEL_VOIDED = "label_voided"
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_UNDER_WAY = "cancel_under_way"
    REQUEST_ENDED = "request_ended"
    RETURN_REQUESTED = "return_requested"
    INQUIRY = "inquiry"
    NUMBER_SENT = "number_sent"
    NUMBER_ACCEPTED = "number_accepted"
    NUMBER_SHOWN = "number_shown"
    VERDICT = "verdict"
    PERSON = "person"
    MESSAGE = "message"
    CLOSED = "closed"
    REOPENED = "reopened"


class Clock(StrEnum):
    """Whose clock a time was read from."""

    OURS = "ours"
    QOO10 = "qoo10"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, when, when we learned of it, on whose clock, and where we have it from.

    ``origin`` is a call (``GetClaimInfo_V3``), a delivery (``delivery dlv_...``), a rule, or a person. ``key`` is the
    same for the same fact, however often it is seen.
    """

    what: What
    key: str
    happened_at: datetime | None
    learned_at: datetime
    clock: Clock
    origin: str
    detail: Mapping[str, str] = field(default_factory=dict)


def inquiry_fact(kept: KeptInquiry) -> Fact:
    """A buyer wrote about the line: a weak sign, which no verdict looks at."""
    inquiry = kept.inquiry
    detail = {"inquiry": inquiry.key, "speaks_of_cancelling": "yes" if inquiry.speaks_of_cancelling else "no"}
    return Fact(What.INQUIRY, inquiry.key, inquiry.asked_at, kept.learned_at, Clock.QOO10, "GetInquiryMessage", detail)


@dataclass(frozen=True, slots=True)
class News:
    """What one look at a line adds to one of its conflicts.

    ``topic`` tells apart what can be in conflict on one line: its cancel request, or a number. ``kind`` None means that
    nothing is in conflict (any more): an open conflict then closes with ``ended``. ``facts`` are added where they are
    new; ``verdict`` is added where it differs from the last one.
    """

    topic: str
    kind: ConflictKind | None
    facts: tuple[Fact, ...] = ()
    verdict: Fact | None = None
    ended: str = ""


CANCEL_TOPIC = "cancel"
REQUEST_ENDED = "request_ended"
"""How a conflict about a request ends for every parcel of the line; its other ends are those of one parcel."""
_SETTLING = frozenset({Action.CONFIRM, Action.DROP, Action.ENTER})


def news_of(entry: Entry, sight: Sight, facts: Facts, at: datetime) -> tuple[News, ...]:
    """What this look at an entry's line says about conflicts: one about the cancel request, one about numbers."""
    rule = TABLE[facts]
    verdict = Fact(
        What.VERDICT,
        f"{rule.verdict.action} {rule.verdict.reason}",
        at,
        at,
        Clock.OURS,
        "decision table",
        {
            "action": rule.verdict.action,
            "reason": rule.verdict.reason,
            "why": rule.why,
            "source": rule.source,
            "cancel": facts.cancel,
            "shipping": facts.shipping,
            "shown": facts.shown,
            "label": facts.label,
            "policy": facts.policy,
            **_skew(sight),
        },
    )
    settles = rule.verdict.action in _SETTLING
    left = facts.person is Person.LEAVE
    cancel_ended = (
        "left_cancelled" if left else REQUEST_ENDED if facts.cancel is Cancel.ENDED else "settled" if settles else ""
    )
    shown_at = entry.confirmed_at or (at if rule.verdict.action is Action.CONFIRM else None)
    known = (*_cancel_facts(sight), *_number_facts(entry, shown_at))
    said = verdict if rule.verdict.action is not Action.LOOK_AGAIN else None
    return (
        News(CANCEL_TOPIC, cancel_conflict(facts), known, said, cancel_ended),
        News(f"number {entry.tracking_no}", rule.verdict.conflict, known, said, "settled" if settles else ""),
    )


def _cancel_facts(sight: Sight) -> tuple[Fact, ...]:
    memory = sight.memory
    if memory is None or memory.cancel_status is None or memory.learned_at is None:
        return ()
    requested_at = memory.requested_at
    # In one zone: Qoo10 tells Japan time, the store gives UTC back.
    identity = (requested_at or memory.learned_at).astimezone(UTC).isoformat()
    asked = What.CANCEL_REQUESTED
    facts = [Fact(asked, identity, requested_at, memory.learned_at, Clock.QOO10, memory.learned_from, _skew(sight))]
    if memory.under_way_at is not None:
        status = {"status": memory.cancel_status.name.lower()}
        facts.append(
            Fact(
                What.CANCEL_UNDER_WAY,
                f"{identity} {memory.cancel_status.name.lower()}",
                None,
                memory.under_way_at,
                Clock.OURS,
                memory.learned_from,
                status,
            )
        )
    if memory.ended_at is not None:
        facts.append(
            Fact(What.REQUEST_ENDED, identity, None, memory.ended_at, Clock.OURS, "GetShippingAndClaimInfoByOrderNo_V2")
        )
    return tuple(facts)


def _skew(sight: Sight) -> dict[str, str]:
    """How far the two clocks were apart when they were compared: the headers that tell it know whole seconds."""
    return {} if sight.clock_skew_s is None else {"clock_skew_s": f"{sight.clock_skew_s:+.1f}"}


def _number_facts(entry: Entry, shown_at: datetime | None) -> tuple[Fact, ...]:
    """Every sending and acceptance of the number, and that it was shown: when first, whatever is seen again later."""
    facts = []
    number = {"tracking_no": entry.tracking_no, "shipping_corp": entry.shipping_corp}
    for what, when in (
        (What.NUMBER_SENT, entry.written_at),
        (What.NUMBER_ACCEPTED, entry.accepted_at),
        (What.NUMBER_SHOWN, shown_at),
    ):
        if when is not None:
            is_shown = what is What.NUMBER_SHOWN
            origin = "GetShippingAndClaimInfoByOrderNo_V2" if is_shown else entry.written_with
            key = entry.tracking_no if is_shown else f"{entry.tracking_no} {when.isoformat()}"
            answered = {"code": "0"} if what is What.NUMBER_ACCEPTED and entry.written_with else {}
            facts.append(Fact(what, key, when, when, Clock.OURS, origin, number | answered))
    return tuple(facts)
