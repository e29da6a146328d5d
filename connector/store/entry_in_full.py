"""One entry, or one label without an order, with all that is kept around it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.entry_acts import Standing
from connector.domain.parcel import Parcel
from connector.store.entry_acts import standing_of, version_of
from connector.store.listing import Listed, listed_by_id, parcel_listed
from connector.store.parcels import parcels_by_id
from connector.store.part import Part
from connector.store.schema import entry, parcel
from connector.store.story import MOST_PARCELS, Story, story


@dataclass(frozen=True, slots=True)
class EntryInFull:
    """An entry. ``siblings`` are all entries of its label, itself included; ``version`` is for ``EntryAct.seen``."""

    listed: Listed
    siblings: tuple[Listed, ...]
    parcel: Parcel
    standing: Standing
    story: Story
    version: int


@dataclass(frozen=True, slots=True)
class LabelInFull:
    """A label without an order, or one whose order became known meanwhile: then ``entries`` are its entries."""

    listed: Listed
    entries: tuple[Listed, ...]
    parcel: Parcel
    story: Story
    version: int


class EntryFiles(Part):
    """Reads them, each as it stood at one moment."""

    async def entry(self, entry_id: int) -> EntryInFull | None:
        """An entry in full; None where there is none."""
        async with self._reader() as connection:
            row = (await connection.execute(select(entry).where(entry.c.id == entry_id))).one_or_none()
            if row is None:
                return None
            (listed,) = await listed_by_id(connection, [entry_id])
            told = await story(connection, row.shop, (row.order_no,))
            if told is None:
                raise LookupError("an entry without a story")
            return EntryInFull(
                listed=listed,
                siblings=await _of_parcel(connection, row.parcel_id),
                parcel=(await parcels_by_id(connection, [row.parcel_id]))[row.parcel_id],
                standing=await standing_of(connection, row),
                story=told,
                version=await version_of(connection, entry_id, None),
            )

    async def label(self, parcel_id: int) -> LabelInFull | None:
        """A label in full; None where there is none."""
        async with self._reader() as connection:
            row = (await connection.execute(select(parcel).where(parcel.c.id == parcel_id))).one_or_none()
            if row is None:
                return None
            told = await story(connection, row.shop, (row.tracking_number,))
            if told is None:
                raise LookupError("a label without a story")
            return LabelInFull(
                listed=parcel_listed(row),
                entries=await _of_parcel(connection, parcel_id),
                parcel=(await parcels_by_id(connection, [parcel_id]))[parcel_id],
                story=told,
                version=await version_of(connection, None, parcel_id),
            )


async def _of_parcel(connection: AsyncConnection, parcel_id: int) -> tuple[Listed, ...]:
    """All entries of a label. Far more than a cart has are cut off."""
    query = select(entry.c.id).where(entry.c.parcel_id == parcel_id).order_by(entry.c.id).limit(MOST_PARCELS)
    return tuple(await listed_by_id(connection, list((await connection.execute(query)).scalars())))
