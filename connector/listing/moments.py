"""The story of an order line or a number as one list of moments, the oldest first. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from carriers.model import EventKind
from connector.domain.chain import LogRow
from connector.domain.conflict import Clock, What
from connector.domain.language import Language
from connector.listing.words import STEP_JA, reason_in_words
from connector.proof import words
from connector.proof.dossier import DossierFact, dossier
from connector.store.cases import Case
from connector.store.conflicts import ConflictRow
from connector.store.history import Step
from connector.store.story import HeardEvent, Story

_EVENTS: dict[EventKind, What] = {
    EventKind.PRINTED: What.LABEL_PRINTED,
    EventKind.PACKED: What.LABEL_PACKED,
    EventKind.HANDED_OVER: What.LABEL_HANDED_OVER,
    EventKind.SCANNED: What.LABEL_SCANNED,
    EventKind.VOIDED: What.LABEL_VOIDED,
}
_TOLD_BY_EVENTS = frozenset(_EVENTS.values())


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: ``at`` on our clock, ``happened_at`` on ``clock``, None where nobody said when."""

    at: datetime
    happened_at: datetime | None
    clock: str
    what: str
    what_ja: str
    detail_ja: str
    detail_en: str
    origin: str


def moments(of: Story, now: datetime) -> list[Moment]:
    """Label events, steps and facts of conflicts, by our clock; those of one moment stay in this order."""
    found = [_event(event) for event in of.events]
    found += [_step(step) for step in of.steps]
    for conflict, rows in of.conflicts:
        found += _facts(conflict, rows, now)
    return sorted(found, key=lambda each: each.at)


def _event(event: HeardEvent) -> Moment:
    what = _EVENTS[event.kind]
    carrier = " ".join(word for word in (event.carrier, event.service) if word)
    detail = ", ".join(word for word in (event.tracking_no, carrier, event.order_ref) if word)
    return Moment(
        at=event.received_at,
        happened_at=event.occurred_at,
        clock=Clock.SOURCE,
        what=what,
        what_ja=words.WHAT[what],
        detail_ja=f"{detail}(連携元 {event.source})",
        detail_en=f"{detail}, source {event.source}",
        origin=f"delivery {event.delivery_id}",
    )


def _step(step: Step) -> Moment:
    more = "" if step.detail == step.reason else step.detail
    ja = _joined(reason_in_words(step.reason, Language.JA), words.KIND.get(more, more))
    en = _joined(reason_in_words(step.reason, Language.EN), more)
    subject = f"{step.order_no} " if step.order_no else ""
    return Moment(
        step.at, step.at, Clock.OURS, step.what, STEP_JA.get(step.what, step.what), subject + ja, subject + en, step.who
    )


def _joined(*said: str) -> str:
    return ": ".join(word for word in said if word)


def _facts(conflict: ConflictRow, rows: tuple[LogRow, ...], now: datetime) -> Iterator[Moment]:
    """What the conflict's log adds: label events are told by themselves."""
    try:
        facts = dossier(Case(conflict), rows, now).facts
    except ValueError as error:
        said = f"conflict {conflict.id}: {error}; run qoo10-connector conflicts verify"
        yield Moment(conflict.opened_at, None, Clock.OURS, "unreadable", "読み取れない記録", said, said, "")
        return
    for each in facts:
        if each.fact.what not in _TOLD_BY_EVENTS:
            yield _fact(conflict, each)


def _fact(conflict: ConflictRow, each: DossierFact) -> Moment:
    fact = each.fact
    detail = ", ".join(f"{name} {value}" for name, value in fact.detail.items() if value)
    return Moment(
        at=fact.learned_at,
        happened_at=fact.happened_at,
        clock=fact.clock,
        what=fact.what,
        what_ja=each.what_ja,
        detail_ja=f"行き違い {conflict.id} {each.detail_ja}".rstrip(),
        detail_en=f"conflict {conflict.id} {detail}".rstrip(),
        origin=fact.origin,
    )
