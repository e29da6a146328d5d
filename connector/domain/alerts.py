"""Who is told what, now: from the alarms that stand, the alerts that are kept and the rules. Pure.

For each target on its own: what is new, what has become old enough to be told again, what is over. One letter is about
one thing; many things of one kind and shop make one letter; what follows from a shop that is down is told with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.domain.advice import Saving
from connector.domain.alarm_facts import SHOP_IS_DOWN, Alarm, AlarmKind, shop_is_down
from connector.domain.alert_facts import Alert, Letter, Occasion, Outbox, Plan, Policy, Rule, Told
from connector.domain.calendar import END_OF_TIME
from connector.domain.patience import SILENT_DEATHS, STOPS_WORK
from connector.domain.silence import Looked
from connector.domain.standing import with_what_stands

GATHER = timedelta(minutes=10)
"""So long after a letter others of its sort wait for each other, unless goods can be saved or a part has just died."""
MANY = 3
"""More alerts than so many of one kind and shop make one letter."""
MOST_WAITING = 10
"""With so many letters still waiting at a target, no other is added: what stands is told in fewer ones later."""
MOST_WAITING_URGENT = 20
"""The same for letters about goods that can still be saved."""

TOLD_BY_STEPS = frozenset({AlarmKind.KEY_ENDS})
"""What has steps of its own needs no follow-ups: 30 days before its end a key is not told of every hour."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """An alert that one target should hear of, with the alarms that the rules admit now."""

    occasion: Occasion
    alert: Alert

    @property
    def urgent(self) -> bool:
        """Whether goods and money can still be saved: such a letter waits for nothing."""
        return self.occasion is not Occasion.RESOLVED and any(map(_saves_goods, self.alert.alarms))


@dataclass(frozen=True, slots=True)
class _Ear:
    """One target at one moment: what it may be told of, and the subjects that nothing can be said of.

    ``open`` are the rules whose hours are now; it ``sleeps`` in quiet hours; ``at_work`` are shops whose people work.
    """

    target: str
    policy: Policy
    now: datetime
    undecided: frozenset[tuple[str, ...]]
    open: tuple[Rule, ...]
    sleeps: bool
    at_work: frozenset[str]

    def admits(self, alarm: Alarm) -> bool:
        """Whether it may be told of this now. Nobody is told of their own failing: it would not arrive."""
        told_of = any(rule.names(self.target, alarm) for rule in self.open)
        about_itself = alarm.kind is AlarmKind.TARGET_FAILING and alarm.about == self.target
        return told_of and not about_itself and (not self.sleeps or _saves_goods(alarm) or self._stops_work(alarm))

    def _stops_work(self, alarm: Alarm) -> bool:
        """Whether people go on packing what this program no longer enters, or no longer says to stop."""
        concerned = self.at_work & {alarm.shop} if alarm.shop else self.at_work
        return alarm.kind in STOPS_WORK and bool(concerned)

    def admits_end_of(self, alert: Alert) -> bool:
        """Not at night, nor outside the hours of the rules; where no rule names the matter any more, at once."""
        rules = [rule for rule in self.policy.rules if any(rule.names(self.target, alarm) for alarm in alert.alarms)]
        return not self.sleeps and (not rules or any(rule in self.open for rule in rules))

    def shops_down(self, alerts: Iterable[Alert]) -> frozenset[str]:
        """The shops for which nothing is entered, as far as it is told of that at some hour."""
        return frozenset(
            alarm.shop
            for alert in alerts
            if alert.resolved_at is None
            for alarm in alert.alarms
            if alarm.kind in SHOP_IS_DOWN and any(rule.names(self.target, alarm) for rule in self.policy.rules)
        )


def plan(looked: Looked, kept: Sequence[Alert], outbox: Outbox, policy: Policy, now: datetime) -> Plan:
    """What to keep and what to tell after a look. ``kept`` are all alerts that are not done."""
    alerts = {alert.subject: alert for alert in with_what_stands(looked, kept, now)}
    letters: list[Letter] = []
    undecided = looked.undecided - {alarm.subject for alarm in looked.alarms}
    open_rules = tuple(rule for rule in policy.rules if rule.open_at(now))
    sleeps = policy.quiet is not None and policy.quiet.hold(now)
    at_work = frozenset(shop for shop, working in policy.working.items() if working.hold(now))
    for target in policy.targets:
        ear = _Ear(target, policy, now, undecided, open_rules, sleeps, at_work)
        for subject, alert in alerts.items():
            alerts[subject] = _without_lost(alert, target, outbox.lost)
        for letter, wishes in _letters(ear, alerts, outbox):
            letters.append(letter)
            for wish in wishes:
                alerts[wish.alert.subject] = _told(alerts[wish.alert.subject], wish, letter, policy)
    ended = [_done(alert, policy, now) for alert in alerts.values()]
    before = {alert.subject: alert for alert in kept}
    changed = tuple(alert for alert in ended if alert != before.get(alert.subject))
    was_acknowledged = {alert.id for alert in kept if alert.acknowledged_at is not None}
    news = tuple(alert.id for alert in changed if alert.acknowledged_at is None and alert.id in was_acknowledged)
    return Plan(changed, tuple(letters), news)


def _done(alert: Alert, policy: Policy, now: datetime) -> Alert:
    """An end that nobody is left to be told of."""
    waiting = any(not told.over for target, told in alert.told.items() if target in policy.targets)
    return alert if alert.resolved_at is None or waiting else replace(alert, done_at=now)


def _without_lost(alert: Alert, target: str, lost: frozenset[str]) -> Alert:
    """A letter that was given up has told nobody anything."""
    told = alert.told.get(target)
    if told is None or told.letter not in lost:
        return alert
    others = {name: each for name, each in alert.told.items() if name != target}
    # Its end is still to be told where an earlier letter may have arrived.
    return replace(alert, told=others | {target: replace(told, letter="", over=False)} if told.over else others)


# What one target is told


def _letters(
    ear: _Ear, alerts: Mapping[tuple[str, ...], Alert], outbox: Outbox
) -> Iterator[tuple[Letter, list[_Wish]]]:
    target, now = ear.target, ear.now
    sorts: defaultdict[tuple[bool, Occasion, AlarmKind, str], list[_Wish]] = defaultdict(list)
    swallowed: defaultdict[str, int] = defaultdict(int)
    down = ear.shops_down(alerts.values())
    for alert in alerts.values():
        follows = _follows_from_down(alert) if alert.lead.shop in down else frozenset()
        swallowed[alert.lead.shop] += len(follows)
        wish = _wish(ear, alert, follows)
        if wish is not None:
            lead = wish.alert.lead
            sorts[not wish.urgent, wish.occasion, lead.kind, lead.shop].append(wish)
    waiting, number = outbox.waiting.get(target, 0), 0
    for (patient, occasion, kind, shop), wishes in sorted(sorts.items(), key=_by_occasion):
        last = outbox.last.get((target, occasion, kind, shop))
        if patient and not _is_death(occasion, kind) and last is not None and last <= now < last + GATHER:
            continue
        for some in _batches(sorted(wishes, key=_by_urgency)):
            if waiting + number >= (MOST_WAITING if patient else MOST_WAITING_URGENT):
                break
            key = f"{target} {now.isoformat()} {number}"
            heard = tuple(wish.alert for wish in some)
            yield Letter(key, target, occasion, heard, now, _told_along(heard, swallowed)), some
            number += 1


def _is_death(occasion: Occasion, kind: AlarmKind) -> bool:
    """Whether it says that a part works no more: within minutes, also after the same was said of another part.

    That is no flood: of parts there are few, each is news once, and it is news again only after its end was told,
    which is gathered.
    """
    return occasion is Occasion.NEW and kind in SILENT_DEATHS


def _by_occasion(sort: tuple[tuple[bool, Occasion, AlarmKind, str], object]) -> tuple[bool, int]:
    """What is urgent goes out first, and what has come before what has ended."""
    patient, occasion, *_ = sort[0]
    return patient, list(Occasion).index(occasion)


def _batches(wishes: list[_Wish]) -> list[list[_Wish]]:
    return [wishes] if len(wishes) > MANY else [[wish] for wish in wishes]


def _told_along(alerts: Iterable[Alert], swallowed: Mapping[str, int]) -> int:
    """How many alarms a letter stands for beside its own."""
    return sum(swallowed.get(alert.lead.shop, 0) for alert in alerts if alert.subject == shop_is_down(alert.lead.shop))


def _by_urgency(wish: _Wish) -> tuple[Saving, datetime, datetime, tuple[str, ...]]:
    lead = wish.alert.lead
    return lead.saving, lead.until or END_OF_TIME, lead.since, wish.alert.subject


def _wish(ear: _Ear, alert: Alert, follows: frozenset[Alarm]) -> _Wish | None:
    told = alert.told.get(ear.target)
    if alert.resolved_at is not None:
        over = told is not None and not told.over and ear.admits_end_of(alert)
        return _Wish(Occasion.RESOLVED, alert) if over else None
    admitted = [alarm for alarm in alert.alarms if alarm not in follows and ear.admits(alarm)]
    if alert.gone_at is not None or alert.subject in ear.undecided or not admitted:
        return None
    known = [alarm for alarm in admitted if told is not None and _covered(alarm, told.said)]
    if told is None or len(known) < len(admitted):
        news = [alarm for alarm in admitted if alarm not in known]
        return _Wish(Occasion.NEW, replace(alert, alarms=(*news, *known)))
    by_age = alert.acknowledged_at is None and admitted[0].kind not in TOLD_BY_STEPS
    if by_age and ear.policy.stage(ear.now - alert.first_at) > told.stage:
        return _Wish(Occasion.FOLLOW_UP, replace(alert, alarms=tuple(admitted)))
    return None


def _told(alert: Alert, wish: _Wish, letter: Letter, policy: Policy) -> Alert:
    """The alert once the letter is written. What is news ends an acknowledgement: it was about something else."""
    before = alert.told.get(letter.target)
    if letter.occasion is Occasion.RESOLVED:
        now_knows = replace(before, letter=letter.key, over=True) if before else Told(0, (), letter.key, over=True)
    else:
        said = dict.fromkeys([*(before.said if before else ()), *map(_mark, wish.alert.alarms)])
        now_knows = Told(policy.stage(letter.at - alert.first_at), tuple(said), letter.key)
    told = {**alert.told, letter.target: now_knows}
    if letter.occasion is Occasion.NEW and before is not None:
        return replace(alert, told=told, acknowledged_at=None, acknowledged_by="")
    return replace(alert, told=told)


def _mark(alarm: Alarm) -> str:
    """What tells alarms about one subject apart; of two with the same matter the more urgent one covers the other."""
    return f"{alarm.kind}|{alarm.conflict_id or ''}|{int(alarm.saving)}|{alarm.step}"


def _covered(alarm: Alarm, said: Iterable[str]) -> bool:
    for mark in said:
        kind, conflict_id, saving, step = mark.split("|")
        same = kind == alarm.kind and conflict_id == str(alarm.conflict_id or "")
        if same and int(saving) <= alarm.saving and int(step) >= alarm.step:
            return True
    return False


def _saves_goods(alarm: Alarm) -> bool:
    return alarm.saving is Saving.GOODS_AND_MONEY


# What follows from a shop that is down


def _follows_from_down(alert: Alert) -> frozenset[Alarm]:
    """The alarms that are there because nothing is entered for their shop: that it is down is told instead."""
    return frozenset(filter(_is_consequence, alert.alarms))


def _is_consequence(alarm: Alarm) -> bool:
    match alarm.kind:
        case AlarmKind.NOT_ENTERED:
            return True
        case AlarmKind.SHIP_BY_NEAR | AlarmKind.SHIP_BY_PAST:
            return alarm.tracking_no != ""
        case AlarmKind.NOT_LOOKED_AT:
            return alarm.conflict_id is None
        case _:
            return False
