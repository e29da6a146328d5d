"""From what happened to the messages that tell of it. Pure.

A message about a conflict shows it as it stands when the message is made, so that none asks for a parcel to be stopped
that need not be stopped any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connector.domain.advice import Advice, Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.decision import Action
from connector.domain.entry import Entry
from connector.domain.hooks import STEPS, ConflictChange, HookEvent, conflict_changes
from connector.domain.orders import JAPAN
from connector.domain.reasons import WORDINGS, Reason
from connector.hooks.bodies import (
    ConflictChanged,
    ConflictClosed,
    ConflictData,
    ConflictOpened,
    EntryData,
    EntryEntered,
    EntryHeld,
    GapData,
    GapTooLong,
    HookAdvice,
    Message,
)
from connector.proof.dossier import standing_advice
from connector.store.cases import Case
from connector.store.hook_deliveries import NewHook
from connector.store.hook_news import HookNews, HookStep

_CONFLICTS = {
    HookEvent.OPENED: ConflictOpened,
    HookEvent.CHANGED: ConflictChanged,
    HookEvent.CLOSED: ConflictClosed,
}
_SAVING: Mapping[Saving, Literal["goods_and_money", "order", "clarity", "nothing"]] = {
    Saving.GOODS_AND_MONEY: "goods_and_money",
    Saving.ORDER: "order",
    Saving.CLARITY: "clarity",
    Saving.NOTHING: "nothing",
}
_GAPS = (AlarmKind.NOT_ENTERED, AlarmKind.SHIP_BY_PAST)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a target wants to hear: which events, and of which shops (none named: of all)."""

    target: str
    events: frozenset[HookEvent]
    shops: frozenset[str] = frozenset()

    def wants(self, event: HookEvent, shop: str) -> bool:
        """Whether such a message is for it."""
        return event in self.events and (not self.shops or shop in self.shops)


@dataclass(frozen=True, slots=True)
class Told:
    """A message before it is addressed. ``key`` is the same for the same news; ``happened_at`` orders what is told."""

    event: HookEvent
    key: str
    shop: str
    order_no: str
    happened_at: datetime
    message: Message

    def to(self, subscription: Subscription, at: datetime) -> NewHook:
        """The message for one target."""
        line = f"{self.shop} {self.order_no}"
        return NewHook(subscription.target, self.key, self.event, line, self.message.model_dump_json(), at)


def told_news(news: HookNews, console_url: str, now: datetime) -> tuple[list[Told], list[str]]:
    """The messages that news give, in the order in which they happened; and of what could not be told, what it was.

    One row that another version wrote, or somebody changed, must not hold up all that comes after it.
    """
    found: list[Told] = []
    untold = []
    for step in news.steps:
        try:
            found.append(_step(step, news.entries[step.entry_id], console_url))
        except (ValueError, LookupError):
            untold.append(f"row {step.id} of history")
    for change in conflict_changes(news.log):
        try:
            found.append(_conflict(change, news.cases[change.conflict_id], console_url, now))
        except (ValueError, LookupError):
            untold.append(f"row {change.seq} of the conflict log")
    return sorted(found, key=lambda told: told.happened_at), untold


def gap_alarms(alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms that are told: those about a label's number. A line without a label has no gap."""
    return [alarm for alarm in alarms if alarm.kind in _GAPS and alarm.order_no and alarm.tracking_no]


def told_gaps(alarms: Sequence[Alarm], entries: Collection[Entry], console_url: str) -> list[Told]:
    """The messages about alarms whose entry is known, one for each entry."""
    by_number = {(each.shop, each.order_no, each.tracking_no): each for each in entries}
    found: dict[int, Told] = {}
    for alarm in alarms:
        entry = by_number.get((alarm.shop, alarm.order_no, alarm.tracking_no))
        if entry is not None:
            found.setdefault(entry.id, _gap(alarm, entry, console_url))
    return list(found.values())


def _step(step: HookStep, entry: Entry, console_url: str) -> Told:
    """The message of one step, with its own state and reason, however far the entry has come since."""
    reason = Reason(step.reason)
    wording = WORDINGS[reason]
    data = EntryData(
        shop=entry.shop,
        order_no=entry.order_no,
        pack_no=entry.pack_no,
        tracking_no=entry.tracking_no,
        carrier=entry.shipping_corp,
        console_url=_entry_page(console_url, entry),
        entry=entry.id,
        state=step.state,
        reason=reason,
        reason_ja=wording.ja,
        reason_en=wording.en,
        do_ja=wording.next_ja,
        do_en=wording.next_en,
        heard_at=entry.heard_at.astimezone(JAPAN),
        accepted_at=entry.accepted_at.astimezone(JAPAN) if entry.accepted_at else None,
    )
    timestamp = step.at.astimezone(JAPAN)
    if STEPS[step.state] is HookEvent.ENTERED:
        entered = EntryEntered(timestamp=timestamp, data=data)
        return Told(HookEvent.ENTERED, f"entered {entry.id}", entry.shop, entry.order_no, step.at, entered)
    held = EntryHeld(timestamp=timestamp, data=data)
    return Told(HookEvent.HELD, f"held {step.id}", entry.shop, entry.order_no, step.at, held)


def _conflict(change: ConflictChange, case: Case, console_url: str, now: datetime) -> Told:
    conflict = case.conflict
    said = standing_advice(case, now)
    action, _, reason = conflict.last_verdict.partition(" ")
    data = ConflictData(
        shop=conflict.shop,
        order_no=conflict.order_no,
        pack_no=case.pack_no,
        tracking_no=conflict.tracking_no,
        carrier=case.carrier,
        console_url=f"{console_url}/conflicts/{conflict.id}" if console_url else "",
        conflict=conflict.id,
        kind=conflict.kind,
        stop_parcel=said is not None and said.saving is Saving.GOODS_AND_MONEY,
        verdict=Action(action) if action else None,
        verdict_reason=Reason(reason) if reason else None,
        advice=_advice(said) if said else None,
        deadline=said.until.astimezone(JAPAN) if said and said.until else None,
        outcome=conflict.outcome,
        opened_at=conflict.opened_at.astimezone(JAPAN),
    )
    message = _CONFLICTS[change.event](timestamp=change.at.astimezone(JAPAN), data=data)
    key = f"conflict {conflict.id} {change.seq}"
    return Told(change.event, key, conflict.shop, conflict.order_no, change.at, message)


def _advice(said: Advice) -> HookAdvice:
    return HookAdvice(
        saving=_SAVING[said.saving],
        do_ja=said.do_ja,
        do_en=said.do_en,
        otherwise_ja=said.otherwise_ja,
        otherwise_en=said.otherwise_en,
    )


def _gap(alarm: Alarm, entry: Entry, console_url: str) -> Told:
    data = GapData(
        shop=entry.shop,
        order_no=entry.order_no,
        pack_no=entry.pack_no,
        tracking_no=entry.tracking_no,
        carrier=entry.shipping_corp,
        console_url=_entry_page(console_url, entry),
        entry=entry.id,
        why=AlarmKind.SHIP_BY_PAST if alarm.kind is AlarmKind.SHIP_BY_PAST else AlarmKind.NOT_ENTERED,
        since=alarm.since.astimezone(JAPAN),
        state=entry.state,
        reason=entry.reason,
        happened_ja=alarm.happened.ja,
        happened_en=alarm.happened.en,
        do_ja=alarm.do.ja,
        do_en=alarm.do.en,
        heard_at=entry.heard_at.astimezone(JAPAN),
    )
    message = GapTooLong(timestamp=alarm.since.astimezone(JAPAN), data=data)
    return Told(HookEvent.GAP, f"gap {entry.id}", entry.shop, entry.order_no, alarm.since, message)


def _entry_page(console_url: str, entry: Entry) -> str:
    return f"{console_url}/entries/{entry.id}" if console_url else ""
