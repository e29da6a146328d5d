"""Deliveries for people: those that could not be read, and the requests behind a message that were given up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, false, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.listing import LATELY
from connector.store.schema import FETCH_FAILED, UNREADABLE, delivery, fetch

UNREADABLE_OUTCOME, FAILED_OUTCOME = "unreadable", "failed"
OUTCOMES = (UNREADABLE_OUTCOME, FAILED_OUTCOME, "accepted", "ignored", "file")
"""What becomes of a delivery. ``failed``: what it points to could not be fetched."""


class DeliveryPlace(NamedTuple):
    """A place in the list, which is sorted by it, the greatest first: of one moment deliveries stand before fetches.

    ``fetch`` is the number of a fetch, 0 for a delivery.
    """

    at: datetime
    is_delivery: bool
    fetch: int
    id: str


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery, or a fetch of one that was given up.

    ``problem`` says why it could not be read or fetched; ``shape`` is its fields' names and types, without values;
    ``times_seen`` is how often it came, or was tried to be fetched.
    """

    id: str
    source: str
    received_at: datetime
    outcome: str
    problem: str
    shape: Any
    times_seen: int
    host: str = ""
    fetch: int = 0

    @property
    def place(self) -> DeliveryPlace:
        """Where it stands."""
        return DeliveryPlace(self.received_at, not self.fetch, self.fetch, self.id)


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, the newest first. ``next`` is the place that the next page goes on after; None on the last one."""

    deliveries: Sequence[ListedDelivery]
    next: DeliveryPlace | None


async def listed_deliveries(
    connection: AsyncConnection, outcome: str, source: str, limit: int, after: DeliveryPlace | None = None
) -> DeliveryPage:
    """A page of those with this outcome; without one of all that came to nothing.

    Of other outcomes the newest are looked through, so many at a time: such a page may end before it is full.
    """
    if outcome not in ("", UNREADABLE_OUTCOME, FAILED_OUTCOME):
        return await _looked_through(connection, outcome, source, limit, after)
    found: list[ListedDelivery] = []
    if outcome in ("", UNREADABLE_OUTCOME):
        query = _of_source(select(delivery).where(text(UNREADABLE)), delivery.c.source, source)
        if after is not None:
            same = delivery.c.id < after.id if after.is_delivery else false()
            query = query.where(_older(delivery.c.received_at, after.at, same))
        query = query.order_by(delivery.c.received_at.desc(), delivery.c.id.desc()).limit(limit + 1)
        found += [delivery_of(row) for row in await connection.execute(query)]
    if outcome in ("", FAILED_OUTCOME):
        query = _of_source(select(fetch).where(text(FETCH_FAILED)), fetch.c.source, source)
        if after is not None:
            same = true() if after.is_delivery else fetch.c.id < after.fetch
            query = query.where(_older(fetch.c.created_at, after.at, same))
        query = query.order_by(fetch.c.created_at.desc(), fetch.c.id.desc()).limit(limit + 1)
        found += [_failed(row) for row in await connection.execute(query)]
    return _page(sorted(found, key=lambda each: each.place, reverse=True), limit)


async def _looked_through(
    connection: AsyncConnection, outcome: str, source: str, limit: int, after: DeliveryPlace | None
) -> DeliveryPage:
    newest = select(delivery.c.id, delivery.c.received_at).order_by(delivery.c.id.desc())  # ids begin with the time
    if after is not None:
        newest = newest.where(delivery.c.id < after.id)
    some = newest.with_only_columns(delivery.c.id).limit(LATELY)
    query = select(delivery).where(delivery.c.id.in_(some), delivery.c.outcome == outcome)
    query = _of_source(query, delivery.c.source, source).order_by(delivery.c.id.desc()).limit(limit + 1)
    page = _page([delivery_of(row) for row in await connection.execute(query)], limit)
    if page.next is not None:
        return page
    last = (await connection.execute(newest.offset(LATELY - 1).limit(1))).first()
    return (
        page
        if last is None
        else replace(page, next=DeliveryPlace(last.received_at, is_delivery=True, fetch=0, id=last.id))
    )


def _page(found: Sequence[ListedDelivery], limit: int) -> DeliveryPage:
    return DeliveryPage(found[:limit], found[limit - 1].place if len(found) > limit else None)


def _older(column: ColumnElement[datetime], at: datetime, same: ColumnElement[bool]) -> ColumnElement[bool]:
    """Before a moment, or of the same one with ``same``; bounded by the moment, for the index."""
    return and_(column <= at, or_(column < at, same))


def _of_source(query: Select[Any], column: ColumnElement[str], source: str) -> Select[Any]:
    """The source is compared as an expression: its column would lead to an index over all that it ever sent."""
    return query.where(column.concat("") == source) if source else query


def delivery_of(row: Row[Any]) -> ListedDelivery:
    """A row of the table of deliveries."""
    return ListedDelivery(
        row.id, row.source, row.received_at, row.outcome, row.detail, row.shape, times_seen=row.times_seen
    )


def _failed(row: Row[Any]) -> ListedDelivery:
    return ListedDelivery(
        row.delivery_id, row.source, row.created_at, FAILED_OUTCOME, row.detail, None, row.attempts, row.host, row.id
    )
