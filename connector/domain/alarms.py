"""Alarms: what is worth a person's eye while something can still be done. Pure functions over what the store holds.

An alarm is no state of its own: it is there as long as the facts are, and goes with them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from connector.domain.advice import Saving, advice
from connector.domain.alarm_facts import (
    Alarm,
    AlarmKind,
    AlarmMaterial,
    EntryAtHand,
    OpenConflict,
    SourceFacts,
    Thresholds,
    Unresolved,
    Watched,
)
from connector.domain.alarm_words import (
    BUYER_CAN_NOW,
    BUYER_CAN_SOON,
    CONFLICT,
    FIND_PARCEL,
    HELD,
    NO_LABEL,
    NO_SCAN,
    NOT_ENTERED,
    RESOLVE,
    SHIP_BY_NEAR,
    SHIP_BY_PAST,
    SHIP_IT,
    UNRESOLVED,
    WITH_LABEL,
)
from connector.domain.calendar import (
    END_OF_TIME,
    Calendar,
    business_days_between,
    day_in_japan,
    last_business_day,
    start_of,
)
from connector.domain.decision import ConflictKind, Label, Person
from connector.domain.entry import Entry, EntryState
from connector.domain.language import Said
from connector.domain.memory import CANCEL_UNDER_WAY
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import WORDINGS, Reason

_DAY = timedelta(days=1)


_RANK = {kind: rank for rank, kind in enumerate(AlarmKind)}


def alarms(material: AlarmMaterial, watched: Watched, now: datetime) -> list[Alarm]:
    """All alarms at this moment, in the order of their kinds, and within a kind those first that end first."""
    found = [
        *_ship_by(material, watched, now),
        *_not_entered(material.in_work, watched, now),
        *_unresolved(material.unresolved, watched.thresholds, now),
        *_held(material, watched.thresholds, now),
        *_conflicts(material.conflicts, watched.thresholds, now),
        *_no_scan(material, watched, now),
    ]
    return sorted(found, key=lambda each: (_RANK[each.kind], each.until or END_OF_TIME, each.since, each.key))


def near_from(calendar: Calendar, line_ends: datetime, ahead: timedelta) -> datetime:
    """From when on a ship-by date is near: so long before the end of the last business day that leaves time for it."""
    ship_by = day_in_japan(line_ends - _DAY)
    return start_of(last_business_day(calendar, ship_by) + _DAY) - ahead


_AT_QOO10 = frozenset({EntryState.ACCEPTED, EntryState.CONFIRMED})


def _ship_by(material: AlarmMaterial, watched: Watched, now: datetime) -> Iterator[Alarm]:
    numbers: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in material.numbers:
        if entry.state is not EntryState.DROPPED:
            numbers[entry.shop, entry.order_no].append(entry)
    for line in material.lines:
        entries = numbers[line.shop, line.order_no]
        cancelled = line.cancel_status in CANCEL_UNDER_WAY and line.ended_at is None
        if line.overdue_from is None or cancelled or any(entry.state in _AT_QOO10 for entry in entries):
            continue
        near = near_from(watched.calendar(line.shop), line.overdue_from, watched.thresholds.ship_by_near)
        if now < near:
            continue
        past = now >= line.overdue_from
        happened, do = _ship_by_words(entries, past=past)
        yield Alarm(
            AlarmKind.SHIP_BY_PAST if past else AlarmKind.SHIP_BY_NEAR,
            line.shop,
            line.order_no,
            entries[0].tracking_no if entries else "",
            line.overdue_from if past else near,
            None if past else line.overdue_from,
            happened,
            do,
        )


def _ship_by_words(entries: Sequence[Entry], *, past: bool) -> tuple[Said, Said]:
    """With a label, what is to be done is the way on of its entry's reason."""
    when, then = (SHIP_BY_PAST, BUYER_CAN_NOW) if past else (SHIP_BY_NEAR, BUYER_CAN_SOON)
    label, do = NO_LABEL, SHIP_IT
    if entries:
        label, do = _with_reason(WITH_LABEL, entries[0].reason)
    return Said(when.ja + label.ja, when.en + label.en), Said(do.ja + then.ja, f"{do.en} {then.en}")


def _with_reason(happened: Said, reason: Reason) -> tuple[Said, Said]:
    """What happened with its reason filled in, and what to do about that reason."""
    why = WORDINGS[reason]
    said = Said(happened.ja.format(reason=why.ja), happened.en.format(reason=why.en))
    return said, Said(why.next_ja, why.next_en)


_ON_THEIR_WAY = frozenset({EntryState.WAITING, EntryState.ENTERING, EntryState.UNCLEAR})


def _not_entered(in_work: Iterable[EntryAtHand], watched: Watched, now: datetime) -> Iterator[Alarm]:
    for each in in_work:
        entry = each.entry
        if entry.state not in _ON_THEIR_WAY or each.parcel.label is Label.VOIDED:
            continue
        source = watched.sources.get(each.parcel.source, SourceFacts(entry.shop))
        ready_at = each.parcel.ready_at(source.enter_on, source.hold) or entry.heard_at
        waits_for_its_moment = entry.reason is Reason.BEFORE_ITS_MOMENT and entry.state is EntryState.WAITING
        if waits_for_its_moment or now < ready_at + watched.thresholds.not_entered:
            continue
        yield Alarm(
            AlarmKind.NOT_ENTERED,
            entry.shop,
            entry.order_no,
            entry.tracking_no,
            ready_at,
            entry.overdue_from,
            *_with_reason(NOT_ENTERED, entry.reason),
        )


def _unresolved(labels: Iterable[Unresolved], thresholds: Thresholds, now: datetime) -> Iterator[Alarm]:
    """One alarm for a source: labels of other malls' orders, which never find theirs, must not drown all others."""
    heard: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for label in labels:
        if now >= label.heard_at + thresholds.not_entered:
            heard[label.shop, label.source].append(label.heard_at)
    for (shop, source), times in heard.items():
        happened = UNRESOLVED.filled(source=source, count=len(times))
        yield Alarm(
            AlarmKind.NOT_ENTERED, shop, "", "", min(times), None, happened, RESOLVE, source, saving=Saving.CLARITY
        )


_WAITS_FOR_A_PERSON = frozenset({EntryState.HELD, EntryState.REFUSED})
_ABOUT_SHIPPED_LINES = frozenset({Reason.SHIPPED_WITHOUT_NUMBER, Reason.NEVER_SHOWN})
_SHIPPED = frozenset({ShippingStatus.ON_DELIVERY, ShippingStatus.DELIVERED})


def _held(material: AlarmMaterial, thresholds: Thresholds, now: datetime) -> Iterator[Alarm]:
    """Holds and refusals without a conflict, while their line still waits."""
    in_conflict = {(conflict.shop, conflict.order_no) for conflict in material.conflicts}
    for each in material.in_work:
        entry, line = each.entry, each.line
        if entry.state not in _WAITS_FOR_A_PERSON or (entry.shop, entry.order_no) in in_conflict:
            continue
        shipped = line is not None and line.status in _SHIPPED
        if each.parcel.label is Label.VOIDED or (shipped and entry.reason not in _ABOUT_SHIPPED_LINES):
            continue
        looked_at = each.looked_at is not None and each.looked_at >= each.since
        if not looked_at and entry.person is not Person.HOLD and now >= each.since + thresholds.not_looked_at:
            yield Alarm(
                AlarmKind.NOT_LOOKED_AT,
                entry.shop,
                entry.order_no,
                entry.tracking_no,
                each.since,
                entry.overdue_from,
                *_with_reason(HELD, entry.reason),
            )


def _conflicts(conflicts: Iterable[OpenConflict], thresholds: Thresholds, now: datetime) -> Iterator[Alarm]:
    for conflict in conflicts:
        another = conflict.kind is ConflictKind.ANOTHER_NUMBER
        looked_at = conflict.looked_at is not None and conflict.looked_at >= conflict.since
        said = advice(conflict.kind, conflict.entry_state, conflict.overdue_from, now)
        patience = timedelta() if said.saving is Saving.GOODS_AND_MONEY else thresholds.not_looked_at
        if not another and (looked_at or now < conflict.since + patience):
            continue
        yield Alarm(
            AlarmKind.ANOTHER_NUMBER if another else AlarmKind.NOT_LOOKED_AT,
            conflict.shop,
            conflict.order_no,
            conflict.tracking_no,
            conflict.since,
            said.until,
            CONFLICT[conflict.kind],
            Said(said.do_ja, said.do_en),
            conflict_id=conflict.id,
            saving=said.saving,
        )


def _no_scan(material: AlarmMaterial, watched: Watched, now: datetime) -> Iterator[Alarm]:
    """Only where scans are told at all: by the label's own source, or by one that follows the shop's parcels."""
    followed = {
        source.shop for name, source in watched.sources.items() if source.tracks_only and name in material.told_scans
    }
    for each in material.unscanned:
        entry = each.entry
        told = each.parcel.source in material.told_scans or entry.shop in followed
        arrived = each.line is not None and each.line.status is ShippingStatus.DELIVERED
        confirmed_at = entry.confirmed_at
        if not told or arrived or confirmed_at is None or each.parcel.label is Label.VOIDED:
            continue
        days = business_days_between(watched.calendar(entry.shop), day_in_japan(confirmed_at), day_in_japan(now))
        if days >= watched.thresholds.no_scan_business_days:
            happened = NO_SCAN.filled(days=days)
            yield Alarm(
                AlarmKind.NO_SCAN,
                entry.shop,
                entry.order_no,
                entry.tracking_no,
                confirmed_at,
                None,
                happened,
                FIND_PARCEL,
                saving=Saving.CLARITY,
            )
