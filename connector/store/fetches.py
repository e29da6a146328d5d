"""Fetches: requests that must be made before a message can be understood, kept until they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.model import Fetch
from connector.store.deliveries import NewDelivery, record_deliveries
from connector.store.schema import fetch


@dataclass(frozen=True, slots=True)
class DueFetch:
    """A fetch to make now, the source it is for, how often it was tried, and when its message came."""

    id: int
    source: str
    fetch: Fetch
    attempts: int
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class SettledFetch:
    """What came of a fetch: ``done`` with what it ``found``, ``due`` again at ``due_at``, or ``failed`` for good."""

    id: int
    state: str
    detail: str = ""
    due_at: datetime | None = None
    found: NewDelivery | None = None


async def due_fetches(connection: AsyncConnection, now: datetime, limit: int) -> list[DueFetch]:
    """Fetches to make now, oldest first."""
    rows = await connection.execute(select(fetch).where(fetch.c.due_at <= now).order_by(fetch.c.due_at).limit(limit))
    return [
        DueFetch(
            id=row.id,
            source=row.source,
            fetch=Fetch(row.key, row.host, row.path, row.credential, row.query, row.context),
            attempts=row.attempts,
            heard_at=row.created_at,
        )
        for row in rows
    ]


async def next_due_at(connection: AsyncConnection) -> datetime | None:
    """When the next fetch is due."""
    query = select(func.min(fetch.c.due_at)).where(fetch.c.due_at.is_not(None))
    at: datetime | None = (await connection.execute(query)).scalar()
    return at


async def settle_fetches(connection: AsyncConnection, payloads: Sequence[SettledFetch]) -> list[None]:
    """Keeps what came of fetches together with what they brought."""
    for settled in payloads:
        await connection.execute(
            update(fetch)
            .where(fetch.c.id == settled.id)
            .values(state=settled.state, detail=settled.detail, due_at=settled.due_at, attempts=fetch.c.attempts + 1)
        )
    found = [settled.found for settled in payloads if settled.found is not None]
    if found:
        await record_deliveries(connection, found)
    return [None] * len(payloads)
