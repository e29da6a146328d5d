"""What sources sent: how much lately, and the newest deliveries one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from connector.domain.reasons import Reason
from connector.store.part import Part
from connector.store.polls import PollRow, poll_rows
from connector.store.refusals import DeliveryPage, DeliveryPlace, ListedDelivery, delivery_of, listed_deliveries
from connector.store.schema import IN_WORK, delivery, entry, label_event
from connector.store.tables import UtcTime


@dataclass(frozen=True, slots=True)
class Counts:
    """Deliveries of a source over a while by what became of them, and how many label events they brought."""

    by_outcome: Mapping[str, int]
    labels: int


@dataclass(frozen=True, slots=True)
class Brought:
    """A label that a delivery told of, as its sender wrote it."""

    order_ref: str
    tracking_no: str


@dataclass(frozen=True, slots=True)
class NewestDelivery:
    """A delivery with how many label events it brought, and the first of them."""

    delivery: ListedDelivery
    labels: int
    first: tuple[Brought, ...]


FIRST_LABELS = 3
"""So many labels of a delivery are told; a file may bring thousands."""

_COUNTS = (
    select(delivery.c.outcome, func.count().label("deliveries"), func.sum(delivery.c.accepted).label("labels"))
    .where(delivery.c.source == bindparam("of"), delivery.c.received_at >= bindparam("since", type_=UtcTime))
    .group_by(delivery.c.outcome)
)
_NEWEST = (
    select(delivery)
    .where(delivery.c.source == bindparam("of"))
    .order_by(delivery.c.received_at.desc())
    .limit(bindparam("some"))
)
_one_of = label_event.alias()
_BROUGHT = (
    select(label_event)
    .join_from(
        delivery,
        label_event,
        label_event.c.id.in_(
            select(_one_of.c.id)
            .where(_one_of.c.delivery_id == delivery.c.id)
            .order_by(_one_of.c.id)
            .limit(FIRST_LABELS)
            .correlate(delivery)
        ),
    )
    .where(delivery.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(label_event.c.id)
)

_MISSING_NAMES = (
    select(entry.c.detail, func.count().label("entries"))
    .where(text(IN_WORK), entry.c.reason == Reason.NAME_UNKNOWN)
    .group_by(entry.c.detail)
    .order_by(func.count().desc(), entry.c.detail)
)


class SourceLog(Part):
    """Reads; nothing here writes."""

    async def counts(self, source: str, since: datetime) -> Counts:
        """What a source sent since then. A repeat of a delivery counts with its first time."""
        async with self._reader() as connection:
            rows = (await connection.execute(_COUNTS, {"of": source, "since": since})).all()
        return Counts({row.outcome: row.deliveries for row in rows}, sum(row.labels or 0 for row in rows))

    async def newest(self, source: str, limit: int) -> list[NewestDelivery]:
        """The newest deliveries of a source, whatever became of them."""
        async with self._reader() as connection:
            rows = (await connection.execute(_NEWEST, {"of": source, "some": limit})).all()
            brought = await connection.execute(_BROUGHT, {"ids": [row.id for row in rows]})
            first: dict[str, list[Brought]] = {row.id: [] for row in rows}
            for label in brought:
                first[label.delivery_id].append(Brought(label.order_ref, label.tracking_number))
        return [NewestDelivery(delivery_of(row), row.accepted, tuple(first[row.id])) for row in rows]

    async def listed(self, outcome: str, source: str, limit: int, after: DeliveryPlace | None = None) -> DeliveryPage:
        """Deliveries with this outcome, without one all that came to nothing; of one source, or of all."""
        async with self._reader() as connection:
            return await listed_deliveries(connection, outcome, source, limit, after)

    async def missing_names(self) -> Mapping[str, int]:
        """The line to write for each carrier whose name at Qoo10 is not known, and how many numbers wait for it."""
        async with self._reader() as connection:
            return {row.detail: row.entries for row in await connection.execute(_MISSING_NAMES)}

    async def polls(self) -> Mapping[str, PollRow]:
        """Where every source stands that was ever polled."""
        async with self._reader() as connection:
            return {row.source: row for row in await poll_rows(connection)}
