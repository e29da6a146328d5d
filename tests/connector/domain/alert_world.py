"""A world in which alerts are planned: what stands is made up, and what a plan says is kept as the store would."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Alert, Letter, Occasion, Outbox, Policy
from connector.domain.alerts import plan
from connector.domain.hours import Hours
from connector.domain.language import Said
from connector.domain.silence import Looked

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
NIGHT = Hours.read("22:00-07:00")
NEW, AGAIN, OVER = Occasion.NEW, Occasion.FOLLOW_UP, Occasion.RESOLVED


def at(hours: float = 0, minutes: float = 0) -> datetime:
    return NOON + timedelta(hours=hours, minutes=minutes)


def alarm(  # noqa: PLR0913 - what a test speaks of, by name
    order_no: str = "1",
    kind: AlarmKind = AlarmKind.NOT_LOOKED_AT,
    *,
    shop: str = "main",
    saving: Saving = Saving.ORDER,
    since: datetime = NOON,
    tracking_no: str = "444413758703",
    conflict_id: int | None = 7,
    about: str = "",
    step: int = 0,
) -> Alarm:
    order = order_no if not about and kind not in DOWN else ""
    return Alarm(
        kind,
        shop,
        order,
        tracking_no if order else "",
        since,
        None,
        Said("起きたこと。", "It happened."),
        Said("してください。", "Do it."),
        conflict_id=conflict_id if order and kind is AlarmKind.NOT_LOOKED_AT else None,
        saving=saving,
        about=about,
        step=step,
    )


DOWN = (AlarmKind.SHOP_STOPPED, AlarmKind.QOO10_SILENT, AlarmKind.KEEPER_STUCK)
GOODS = alarm("9", saving=Saving.GOODS_AND_MONEY, conflict_id=9)


@dataclass
class World:
    """Plays the store and the targets: keeps what a plan says, and all letters that ever went out."""

    policy: Policy = field(default_factory=lambda: Policy(("office",)))
    kept: dict[tuple[str, ...], Alert] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    ids: int = 0

    def look(self, now: datetime, *alarms: Alarm, undecided: Collection[tuple[str, ...]] = ()) -> list[Letter]:
        last: dict[tuple[str, ...], datetime] = {}
        for letter in self.letters:
            last[letter.sort] = letter.at
        outbox = Outbox(self.waiting, frozenset(self.lost), last)
        looked = Looked(list(alarms), frozenset(undecided))
        made = plan(looked, tuple(self.kept.values()), outbox, self.policy, now)
        for alert in made.changed:
            self.ids += alert.id == 0
            self.kept[alert.subject] = alert if alert.id else replace(alert, id=self.ids)
            if alert.done_at is not None:
                del self.kept[alert.subject]
        self.letters += made.letters
        return list(made.letters)

    def acknowledge(self, now: datetime) -> None:
        self.kept = {key: replace(each, acknowledged_at=now, acknowledged_by="sato") for key, each in self.kept.items()}


def told(letters: Iterable[Letter]) -> list[tuple[Occasion, list[str]]]:
    """What each letter is, and about which orders."""
    return [(letter.occasion, [alert.lead.order_no for alert in letter.alerts]) for letter in letters]
