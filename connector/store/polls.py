"""Polled sources: where each one stands, kept together with what its answers brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.deliveries import NewDelivery, Receipt, record_deliveries
from connector.store.dialect import insert
from connector.store.schema import poll_state


@dataclass(frozen=True, slots=True)
class PollRow:
    """Where a polled source stands.

    ``tokens`` are sealed: the store never sees them. ``next_at`` is when the next round is due, ``polled_at`` the last
    answer of any kind, ``succeeded_at`` the end of the last whole round, ``failures`` how many rounds failed since.
    ``error`` is why the last one did, as a sentence for people; empty after a success.
    """

    source: str
    cursor: Mapping[str, str] = field(default_factory=dict)
    tokens: str = field(default="", repr=False)
    next_at: datetime | None = None
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class SettledPoll:
    """Where a source stands now, and what the answer said that brought it there."""

    row: PollRow
    found: NewDelivery | None = None


_NAMES = ("cursor", "tokens", "next_at", "polled_at", "succeeded_at", "failures", "error")


async def poll_rows(connection: AsyncConnection) -> list[PollRow]:
    """Where every source stands that was ever polled."""
    rows = await connection.execute(select(poll_state).order_by(poll_state.c.source))
    return [PollRow(row.source, **{name: getattr(row, name) for name in _NAMES}) for row in rows]


async def settle_polls(connection: AsyncConnection, payloads: Sequence[SettledPoll]) -> list[Receipt | None]:
    """Keeps where sources stand together with what their answers brought; gives a receipt for each that brought any."""
    statement = insert(poll_state)
    changes = {name: statement.excluded[name] for name in _NAMES}
    statement = statement.on_conflict_do_update(index_elements=["source"], set_=changes)
    for settled in payloads:
        row = settled.row
        values = {name: getattr(row, name) for name in _NAMES} | {"cursor": dict(row.cursor)}
        await connection.execute(statement.values(source=row.source, **values))
    found = [settled.found for settled in payloads if settled.found is not None]
    receipts = iter(await record_deliveries(connection, found) if found else [])
    return [next(receipts) if settled.found is not None else None for settled in payloads]
