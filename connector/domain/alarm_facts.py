"""What alarms are made of: the facts that they are drawn from, the settings they are judged by, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.alarm_words import Said
from connector.domain.calendar import Calendar
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.memory import LineMemory
from connector.domain.parcel import EnterOn, Parcel


class AlarmKind(StrEnum):
    """What an alarm is about, in the order in which alarms are shown."""

    NOT_LOOKED_AT = "not_looked_at"
    SHIP_BY_NEAR = "ship_by_near"
    SHIP_BY_PAST = "ship_by_past"
    NOT_ENTERED = "not_entered"
    ANOTHER_NUMBER = "another_number"
    NO_SCAN = "no_scan"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: what happened, since when, what to do, until when (None: no moment is known).

    ``order_no`` is empty where it is not known; ``conflict_id`` names the conflict that it is about, if one.
    """

    kind: AlarmKind
    shop: str
    order_no: str
    tracking_no: str
    since: datetime
    until: datetime | None
    happened: Said
    do: Said
    source: str = ""
    conflict_id: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The same for the same alarm, however often it is looked for."""
        return (self.kind, self.shop, self.order_no, self.tracking_no, self.source, str(self.conflict_id or ""))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a fact is an alarm."""

    ship_by_near: timedelta = timedelta(hours=8)
    not_entered: timedelta = timedelta(minutes=10)
    not_looked_at: timedelta = timedelta(minutes=30)
    no_scan_business_days: int = 3


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What matters of a source: when its numbers go out, and whether it only follows parcels of others."""

    shop: str
    enter_on: EnterOn = EnterOn.PRINTED
    hold: timedelta = timedelta()
    tracks_only: bool = False


@dataclass(frozen=True, slots=True)
class EntryAtHand:
    """An entry with its parcel and its line, and since when it is in its state."""

    entry: Entry
    parcel: Parcel
    line: LineMemory | None
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """An open conflict, since it opened or last changed its kind. ``looked_at`` is a person's last act."""

    id: int
    shop: str
    order_no: str
    tracking_no: str
    kind: ConflictKind
    since: datetime
    looked_at: datetime | None
    entry_state: EntryState | None
    overdue_from: datetime | None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A label whose order is not known."""

    shop: str
    source: str
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class AlarmMaterial:
    """Everything in the store that may be an alarm.

    ``lines`` are those in 配送要請 or 配送準備 that have a ship-by date; ``numbers`` the entries of these lines;
    ``in_work`` the entries that are not done; ``unscanned`` confirmed entries without a scan; ``told_scans`` the
    sources that told one lately.
    """

    lines: tuple[LineMemory, ...] = ()
    numbers: tuple[Entry, ...] = ()
    in_work: tuple[EntryAtHand, ...] = ()
    conflicts: tuple[OpenConflict, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    unscanned: tuple[EntryAtHand, ...] = ()
    told_scans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Watched:
    """What the settings say about alarms. A shop or a source that they no longer name is judged by the defaults."""

    thresholds: Thresholds = Thresholds()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    sources: Mapping[str, SourceFacts] = field(default_factory=dict)

    def calendar(self, shop: str) -> Calendar:
        """The shop's business days."""
        return self.calendars.get(shop, Calendar())
