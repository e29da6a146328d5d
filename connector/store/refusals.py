"""Deliveries for people: those that could not be read, and the requests behind a message that were given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.listing import LATELY
from connector.store.schema import FETCH_FAILED, UNREADABLE, delivery, fetch

UNREADABLE_OUTCOME, FAILED_OUTCOME = "unreadable", "failed"
OUTCOMES = (UNREADABLE_OUTCOME, FAILED_OUTCOME, "accepted", "ignored", "file")
"""What becomes of a delivery. ``failed``: what it points to could not be fetched."""


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


async def listed_deliveries(connection: AsyncConnection, outcome: str, source: str, limit: int) -> list[ListedDelivery]:
    """Newest first: with this outcome; without one all that came to nothing. One more than the limit, if there is."""
    some = limit + 1
    found: list[ListedDelivery] = []
    if outcome in ("", UNREADABLE_OUTCOME):
        query = _of_source(select(delivery).where(text(UNREADABLE)), delivery.c.source, source)
        found += await _deliveries(connection, query.order_by(delivery.c.received_at.desc()).limit(some))
    if outcome in ("", FAILED_OUTCOME):
        query = _of_source(select(fetch).where(text(FETCH_FAILED)), fetch.c.source, source)
        rows = await connection.execute(query.order_by(fetch.c.created_at.desc()).limit(some))
        found += [_failed(row) for row in rows]
    if outcome not in ("", UNREADABLE_OUTCOME, FAILED_OUTCOME):
        newest = select(delivery.c.id).order_by(delivery.c.id.desc()).limit(LATELY)  # ids begin with the time
        query = select(delivery).where(delivery.c.id.in_(newest), delivery.c.outcome == outcome)
        query = _of_source(query, delivery.c.source, source)
        found += await _deliveries(connection, query.order_by(delivery.c.id.desc()).limit(some))
    return sorted(found, key=lambda each: each.received_at, reverse=True)[:some]


def _of_source(query: Select[Any], column: ColumnElement[str], source: str) -> Select[Any]:
    """The source is compared as an expression: its column would lead to an index over all that it ever sent."""
    return query.where(column.concat("") == source) if source else query


async def _deliveries(connection: AsyncConnection, query: Select[Any]) -> Sequence[ListedDelivery]:
    return [delivery_of(row) for row in await connection.execute(query)]


def delivery_of(row: Row[Any]) -> ListedDelivery:
    """A row of the table of deliveries."""
    return ListedDelivery(
        row.id, row.source, row.received_at, row.outcome, row.detail, row.shape, times_seen=row.times_seen
    )


def _failed(row: Row[Any]) -> ListedDelivery:
    return ListedDelivery(
        row.delivery_id, row.source, row.created_at, FAILED_OUTCOME, row.detail, None, row.attempts, row.host
    )
