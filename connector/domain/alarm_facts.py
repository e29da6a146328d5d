"""What alarms are made of: the facts that they are drawn from, the settings they are judged by, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.advice import Saving
from connector.domain.calendar import Calendar
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.language import Said
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
    SHOP_STOPPED = "shop_stopped"
    QOO10_SILENT = "qoo10_silent"
    KEEPER_STUCK = "keeper_stuck"
    TASK_ENDED = "task_ended"
    SOURCE_SILENT = "source_silent"
    SOURCE_TROUBLE = "source_trouble"
    SENDER_REFUSED = "sender_refused"
    KEY_ENDS = "key_ends"
    DISK_NEARLY_FULL = "disk_nearly_full"
    CLOCK_OFF = "clock_off"
    TARGET_FAILING = "target_failing"


SHOP_IS_DOWN = frozenset({AlarmKind.SHOP_STOPPED, AlarmKind.QOO10_SILENT, AlarmKind.KEEPER_STUCK})
"""While one of these stands, nothing is entered for its shop."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: what happened, since when, what to do, until when (None: no moment is known).

    ``order_no`` is empty where it is not known; ``conflict_id`` names the conflict that it is about, if one; ``about``
    names what is neither an order nor a source: a task, a place where messages go. ``step`` grows with the matter.
    ``many`` is how many orders or parts it stands for.
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
    saving: Saving = Saving.ORDER
    step: int = 0
    about: str = ""
    many: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """The same for the same alarm, however often it is looked for."""
        number = str(self.conflict_id or "")
        return (self.kind, self.shop, self.order_no, self.tracking_no, self.source, self.about, number)

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about. Alarms about one order are about one thing, and so are those that say a shop is down."""
        if self.order_no:
            return ("order", self.shop, self.order_no)
        if self.kind in SHOP_IS_DOWN:
            return shop_is_down(self.shop)
        return (self.kind, self.shop, self.source, self.about)


def shop_is_down(shop: str) -> tuple[str, ...]:
    """The subject of the alarms that say that nothing is entered for a shop."""
    return ("shop", shop)


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
    """An entry with its parcel and its line, and since when it is in its state; a person has looked at it then."""

    entry: Entry
    parcel: Parcel
    line: LineMemory | None
    since: datetime
    looked_at: datetime | None = None


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
