"""What a month's report is made of: what the store knows, the rule it is counted by, and what it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from connector.domain.calendar import day_in_japan, start_of
from connector.domain.decision import ConflictKind
from connector.domain.memory import LineMemory

_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_DECEMBER = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in Japan. Whether Qoo10 counts by calendar months was not readable (A4)."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> "Month":
        """From ``2026-11``.

        Raises:
            ValueError: it is no month of the years 2000 to 2100.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None or not 2000 <= int(found[1]) <= 2100:  # noqa: PLR2004 - years that have orders
            raise ValueError(f"{text!r} is no month; write it as 2026-11")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """The month that it is in Japan at this moment."""
        day = day_in_japan(at)
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return start_of(date(self.year, self.month, 1))

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        following = (self.year + 1, 1) if self.month == _DECEMBER else (self.year, self.month + 1)
        return start_of(date(*following, 1))

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment lies in it."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Written:
    """A number that we wrote and Qoo10 accepted. ``printed_at`` is on the source's clock, the others on ours."""

    shop: str
    printed_at: datetime | None
    heard_at: datetime
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class ConflictSeen:
    """A conflict that opened in the month; ``outcome`` is empty while it is open."""

    shop: str
    kind: ConflictKind
    outcome: str


@dataclass(frozen=True, slots=True)
class MonthMaterial:
    """Everything that the store knows of a month.

    ``lines`` are those ordered in it, those whose ship-by date lies in it, and those whose order date is not known but
    whose cancel was learnt of in it. ``accepted_at`` is when the line's first number was accepted, ``known_from`` when
    the store first heard of the shop.
    """

    written: tuple[Written, ...] = ()
    conflicts: tuple[ConflictSeen, ...] = ()
    lines: tuple[LineMemory, ...] = ()
    accepted_at: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    known_from: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelRule:
    """How Qoo10 is said to count cancels (A4; no official page could be read)."""

    excluded: timedelta = timedelta(hours=6)
    line_percent: float = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """How long something took: so many times, and in how many seconds half, 95 of 100, and all were done."""

    count: int
    p50_s: float
    p95_s: float
    max_s: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of one shop on one day in Japan, or (``day`` None) in the whole month.

    ``heard`` runs from the label event's commit, on our clock alone; ``printed`` from the source's own time of
    printing, where it told one. Both include what the source's settings make a number wait for.
    """

    shop: str
    day: date | None
    heard: Figures
    printed: Figures | None


class Counting(StrEnum):
    """Whether a cancel counts towards the rate."""

    COUNTS = "counts"
    EXCLUDED = "excluded"
    PENDING = "pending"
    ORDER_DATE_UNKNOWN = "order_date_unknown"


@dataclass(frozen=True, slots=True)
class Cancel:
    """One cancel: of which line, when that was ordered, when the cancel was asked for, and how it counts."""

    shop: str
    order_no: str
    ordered_at: datetime | None
    asked_at: datetime | None
    counting: Counting


class Unknown(StrEnum):
    """Why the number of a month's orders is not fully known."""

    BETWEEN_LOOKS = "between_looks"
    BEGAN_LATER = "began_later"
    NOT_OVER = "not_over"


@dataclass(frozen=True, slots=True)
class CancelRate:
    """The cancel rate of one shop, as far as it can be known.

    ``orders`` are the paid order lines of the month that we have seen; ``unknown`` says why there may be more. With
    more orders the true rate is lower than ``percent``; ``at_most_percent`` also counts what may still come to count.
    None where no order is known.
    """

    shop: str
    orders: int
    cancels: tuple[Cancel, ...]
    percent: float | None
    at_most_percent: float | None
    line_percent: float
    unknown: tuple[Unknown, ...]

    def count(self, counting: Counting) -> int:
        """How many cancels count in this way."""
        return sum(cancel.counting is counting for cancel in self.cancels)

    @property
    def above(self) -> bool:
        """Whether what is known lies above the line."""
        return self.percent is not None and self.percent > self.line_percent


@dataclass(frozen=True, slots=True)
class LateLine:
    """A line whose ship-by date passed before its number was accepted; ``accepted_at`` None: it is not there yet."""

    shop: str
    order_no: str
    ship_by: date
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A month. ``conflicts`` counts by shop, kind and outcome."""

    month: Month
    made_at: datetime
    gaps: tuple[Gaps, ...]
    conflicts: Mapping[tuple[str, ConflictKind, str], int]
    cancel_rates: tuple[CancelRate, ...]
    late: tuple[LateLine, ...]
