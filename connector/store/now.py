"""What the page that lies open all day reads: open gaps, today's gaps, and when each source last spoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Label, and_, bindparam, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.entry import EntryState
from connector.domain.entry_acts import STANDS_STILL
from connector.domain.reasons import Reason
from connector.store.part import Part
from connector.store.schema import IN_WORK, UNRESOLVED, delivery, entry, parcel
from connector.store.tables import UtcTime

AGES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Where the ages of open gaps are parted: below a minute, below ten, below an hour, and older."""


@dataclass(frozen=True, slots=True)
class OpenGaps:
    """Labels whose number Qoo10 has not taken.

    ``by_age`` counts them as ``AGES`` parts them. ``standing`` of them wait for a person, ``unresolved`` more are
    labels whose order is not known. ``waiting_on_purpose`` are not counted: their moment has not come.
    ``oldest_at`` is when the oldest was heard of, None while there is none.
    """

    by_age: tuple[int, int, int, int]
    standing: int
    unresolved: int
    waiting_on_purpose: int
    oldest_at: datetime | None

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_age)


@dataclass(frozen=True, slots=True)
class ClosedGap:
    """A number that Qoo10 took, and since when it was known to us."""

    entry_id: int
    heard_at: datetime
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class LastDelivery:
    """The newest delivery of a source, and what became of it."""

    source: str
    received_at: datetime
    outcome: str


class NowBook(Part):
    """Reads; nothing here writes."""

    async def open_gaps(self, now: datetime) -> OpenGaps:
        """All labels whose number is not at Qoo10 yet."""
        async with self._reader() as connection:
            return await _open_gaps(connection, now)

    async def gaps_accepted_since(self, since: datetime) -> list[ClosedGap]:
        """The numbers that Qoo10 took since then, by the time that it did; at most ``MOST_AT_ONCE``."""
        async with self._reader() as connection:
            rows = await connection.execute(_ACCEPTED_SINCE, {"since": since})
            return [ClosedGap(row.id, row.heard_at, row.accepted_at) for row in rows]

    async def last_deliveries(self, sources: Sequence[str]) -> dict[str, LastDelivery]:
        """The newest delivery of each of these sources that has sent any."""
        async with self._reader() as connection:
            found = {}
            for source in sources:
                row = (await connection.execute(_LAST_DELIVERY, {"source": source})).one_or_none()
                if row is not None:
                    found[source] = LastDelivery(source, row.received_at, row.outcome)
            return found


MOST_AT_ONCE = 20_000
"""Closed gaps in one answer: a busy day's come in parts, so that no page waits for all of them."""


async def _open_gaps(connection: AsyncConnection, now: datetime) -> OpenGaps:
    ages = dict(zip(("a", "b", "c"), (now - age for age in AGES), strict=True))
    row = (await connection.execute(_OPEN_GAPS, ages)).one()
    unresolved = (await connection.execute(_UNRESOLVED)).scalar_one()
    return OpenGaps(
        (row.minute or 0, row.minutes or 0, row.hour or 0, row.older or 0),
        row.standing or 0,
        unresolved,
        row.on_purpose or 0,
        row.oldest_at,
    )


_on_purpose = and_(entry.c.state == EntryState.WAITING, entry.c.reason == Reason.BEFORE_ITS_MOMENT)
OPEN_GAP = and_(entry.c.state != EntryState.ACCEPTED, ~_on_purpose)
"""Of the entries in work those whose number Qoo10 should have taken by now."""
_a, _b, _c = (bindparam(name, type_=UtcTime) for name in ("a", "b", "c"))
_at = entry.c.heard_at


def _count(name: str, *conditions: ColumnElement[bool]) -> Label[int]:
    return func.sum(case((and_(*conditions), 1), else_=0)).label(name)


_OPEN_GAPS = select(
    _count("minute", OPEN_GAP, _at > _a),
    _count("minutes", OPEN_GAP, _at <= _a, _at > _b),
    _count("hour", OPEN_GAP, _at <= _b, _at > _c),
    _count("older", OPEN_GAP, _at <= _c),
    _count("standing", entry.c.state.in_([state.value for state in STANDS_STILL])),
    _count("on_purpose", _on_purpose),
    func.min(case((OPEN_GAP, _at))).label("oldest_at"),
).where(text(IN_WORK))
_UNRESOLVED = (
    select(func.count())
    .select_from(parcel)
    .where(text(UNRESOLVED), or_(parcel.c.voided_at.is_(None), parcel.c.reprinted_at > parcel.c.voided_at))
)
_ACCEPTED_SINCE = (
    select(entry.c.id, entry.c.heard_at, entry.c.accepted_at)
    .where(entry.c.accepted_at.is_not(None), entry.c.accepted_at >= bindparam("since", type_=UtcTime))
    .order_by(entry.c.accepted_at)
    .limit(MOST_AT_ONCE)
)
_LAST_DELIVERY = (
    select(delivery.c.received_at, delivery.c.outcome)
    .where(delivery.c.source == bindparam("source"))
    .order_by(delivery.c.received_at.desc())
    .limit(1)
)
