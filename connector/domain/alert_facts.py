"""What is told to people about alarms: alerts as they are kept, the rules on who is told what, and letters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.hours import Hours, WorkingTime

THE_REST = "*"
"""What an alarm is about that stands for many; no task and no target has this name."""


GIVE_UP_AFTER = timedelta(days=1)
"""A message that has not arrived for so long is given up; what still stands is then told anew."""
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600, 1800, 3600))
LONGEST_WAIT = _WAITS[-1]


def retry_after(attempts: int) -> timedelta:
    """Until a message is sent again after so many failed attempts: soon at first, then every hour."""
    return _WAITS[min(attempts, len(_WAITS)) - 1]


class Occasion(StrEnum):
    """Why a letter goes out."""

    NEW = "new"
    FOLLOW_UP = "follow_up"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Told:
    """What one target knows of an alert.

    ``stage`` counts the ages for a follow-up that were reached when it was last told; ``said`` are the marks of the
    alarms that it was told of; ``letter`` is the key of the last letter. ``over`` once it was told of the end.
    """

    stage: int
    said: tuple[str, ...]
    letter: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that people are told about, from its first alarm to its end.

    ``alarms`` stand now, or stood last; the first is the one where most can be saved. ``gone_at`` is since when none
    stands, ``resolved_at`` when that was believed, ``done_at`` when nothing was left to tell. ``told`` is by target.
    ``id`` is the store's, 0 before it is kept.
    """

    subject: tuple[str, ...]
    first_at: datetime
    alarms: tuple[Alarm, ...]
    told: Mapping[str, Told] = field(default_factory=dict)
    gone_at: datetime | None = None
    resolved_at: datetime | None = None
    done_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    id: int = 0

    @property
    def lead(self) -> Alarm:
        """The alarm that stands for all of them."""
        return self.alarms[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is told of what, and when. What is empty restricts nothing; ``hours`` None is always."""

    targets: frozenset[str] = frozenset()
    kinds: frozenset[AlarmKind] = frozenset()
    shops: frozenset[str] = frozenset()
    hours: Hours | None = None
    least: Saving = Saving.NOTHING

    def names(self, target: str, alarm: Alarm) -> bool:
        """Whether the rule is about telling this target of this alarm, at whatever hour.

        What is about no shop concerns every shop.
        """
        return (
            (not self.targets or target in self.targets)
            and (not self.kinds or alarm.kind in self.kinds)
            and (not self.shops or not alarm.shop or alarm.shop in self.shops)
            and alarm.saving <= self.least
        )

    def open_at(self, now: datetime) -> bool:
        """Whether its hours are now."""
        return self.hours is None or self.hours.hold(now)


EVERYTHING = (Rule(),)
"""What holds where no rule is written: every target is told of everything."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is told, by which rules, when not, and at which ages again; ``working`` is when each shop's people work."""

    targets: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = EVERYTHING
    quiet: Hours | None = None
    working: Mapping[str, WorkingTime] = field(default_factory=dict)
    follow_ups: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))

    def stage(self, age: timedelta) -> int:
        """How many ages for a follow-up an alert of this age has reached."""
        return sum(age >= each for each in self.follow_ups)


@dataclass(frozen=True, slots=True)
class Outbox:
    """How letters fare: how many still wait at each target, which were given up, and when each sort last went out."""

    waiting: Mapping[str, int] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    last: Mapping[tuple[str, ...], datetime] = field(default_factory=dict)
    """By (target, occasion, kind, shop)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one target about one alert, or about many of one kind and shop; the most urgent come first.

    Of each alert it has the alarms that this target is told of, news first. ``swallowed`` counts the alarms that
    follow from a shop that is down, and are told of by nothing else.
    """

    key: str
    target: str
    occasion: Occasion
    alerts: tuple[Alert, ...]
    at: datetime
    swallowed: int = 0

    @property
    def lead(self) -> Alarm:
        """What it is mostly about."""
        return self.alerts[0].lead

    @property
    def count(self) -> int:
        """How many orders or parts it is about."""
        return sum(alert.lead.many for alert in self.alerts)

    @property
    def sort(self) -> tuple[str, ...]:
        """What letters are spread over time by."""
        return (self.target, self.occasion, self.lead.kind, self.lead.shop)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one look leads to: alerts that are new or changed, and letters to send.

    ``news`` are the ids of alerts that somebody has acknowledged, and that there is news of.
    """

    changed: tuple[Alert, ...] = ()
    letters: tuple[Letter, ...] = ()
    news: tuple[int, ...] = ()
