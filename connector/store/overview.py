"""What people and metrics read: entries with their parcels, and how many stand where."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.entry import Entry
from connector.domain.parcel import Parcel
from connector.store.entries import entry_of
from connector.store.parcels import parcels_by_id
from connector.store.schema import IN_WORK, conflict, entry


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its parcel."""

    entry: Entry
    parcel: Parcel


async def entry_rows(connection: AsyncConnection, limit: int) -> list[EntryRow]:
    """The newest entries, newest first."""
    found = [entry_of(row) for row in await connection.execute(select(entry).order_by(entry.c.id.desc()).limit(limit))]
    parcels = await parcels_by_id(connection, [each.parcel_id for each in found])
    return [EntryRow(each, parcels[each.parcel_id]) for each in found]


async def state_counts(connection: AsyncConnection) -> dict[tuple[str, str, str], int]:
    """How many entries that are not done are in each (shop, state, reason)."""
    query = (
        select(entry.c.shop, entry.c.state, entry.c.reason, func.count())
        .where(text(IN_WORK))
        .group_by(entry.c.shop, entry.c.state, entry.c.reason)
    )
    return {(row[0], row[1], row[2]): row[3] for row in await connection.execute(query)}


async def count_open_conflicts(connection: AsyncConnection) -> int:
    """How many conflicts are open."""
    return (await connection.execute(_OPEN_CONFLICTS)).scalar_one()


_OPEN_CONFLICTS = select(func.count()).select_from(conflict).where(conflict.c.closed_at.is_(None))
