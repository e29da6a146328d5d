"""What stands after a look: alarms become the alerts about their subjects, begin them, and end them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alarm_words import AND_MORE
from connector.domain.alert_facts import THE_REST, Alert
from connector.domain.silence import Looked

GONE_FOR = timedelta(minutes=3)
"""So long nothing may stand before an alert is over: a restart, or an answer in between, ends nothing."""
MOST_APART = 200
"""So many things of one kind and shop are told apart; the rest, which nobody takes one by one, are one more thing."""


def with_what_stands(looked: Looked, kept: Sequence[Alert], now: datetime) -> Iterator[Alert]:
    """The kept alerts as they are after this look, and those that are new."""
    standing = _told_apart(looked.alarms, {alert.subject for alert in kept})
    for alert in kept:
        found = standing.pop(alert.subject, None)
        if found is not None:
            yield _standing_again(alert, found, now)
        elif alert.subject in looked.undecided:
            yield alert
        else:
            yield _gone(alert, now)
    for subject, alarms in standing.items():
        yield Alert(subject, now, alarms)


def _told_apart(alarms: Iterable[Alarm], kept: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[Alarm, ...]]:
    """The alarms of each subject, the most urgent first; those of too many subjects of one sort as one."""
    subjects: defaultdict[tuple[str, ...], list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        subjects[alarm.subject].append(alarm)
    sorts: defaultdict[tuple[AlarmKind, str], list[tuple[tuple[str, ...], list[Alarm]]]] = defaultdict(list)
    for subject, found in subjects.items():
        found.sort(key=lambda alarm: alarm.saving)
        sorts[found[0].kind, found[0].shop].append((subject, found))
    apart: dict[tuple[str, ...], tuple[Alarm, ...]] = {}
    for of_a_sort in sorts.values():
        of_a_sort.sort(key=lambda each: _weight(each[0], each[1][0], kept))
        rest = []
        for number, (subject, found) in enumerate(of_a_sort):
            # Those that are kept stay: what was told of must not look as if it had ended.
            if number < MOST_APART or subject in kept:
                apart[subject] = tuple(found)
            else:
                rest.append(found[0])
        if rest:
            one = _as_one(rest)
            apart[one.subject] = (one,)
    return apart


def _weight(subject: tuple[str, ...], lead: Alarm, kept: Collection[tuple[str, ...]]) -> tuple[Any, ...]:
    """The order in which subjects of a sort are told apart: goods that can be saved first, then those known already."""
    return lead.saving is not Saving.GOODS_AND_MONEY, subject not in kept, lead.saving, lead.since


def _as_one(rest: Sequence[Alarm]) -> Alarm:
    """What is told of many alarms of one kind and shop. It is news again when there are ten times as many."""
    return replace(
        rest[0],
        order_no="",
        tracking_no="",
        source="",
        conflict_id=None,
        about=THE_REST,
        many=len(rest),
        happened=AND_MORE.filled(count=len(rest)),
        since=min(alarm.since for alarm in rest),
        until=min((alarm.until for alarm in rest if alarm.until is not None), default=None),
        step=len(str(len(rest))),
    )


def _standing_again(alert: Alert, alarms: tuple[Alarm, ...], now: datetime) -> Alert:
    """Whoever was told that it is over has to hear of it as of something new."""
    knowing = {target: told for target, told in alert.told.items() if not told.over}
    anew = len(knowing) < len(alert.told)
    first_at = now if anew else min(alert.first_at, now)
    return replace(alert, alarms=alarms, told=knowing, first_at=first_at, gone_at=None, resolved_at=None)


def _gone(alert: Alert, now: datetime) -> Alert:
    # A clock that was put back lets it lie ahead.
    gone_at = now if alert.gone_at is None else min(alert.gone_at, now)
    believed = alert.resolved_at or (now if now >= gone_at + GONE_FOR else None)
    return replace(alert, gone_at=gone_at, resolved_at=believed)
