"""What stands still and is looked at again after a start, because other settings may have mended it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.entries import Requeue
from connector.store.schema import FETCH_FAILED, UNRESOLVED, fetch, parcel
from connector.store.tables import UtcTime

LOOK_BACK = timedelta(days=100)
"""Labels and messages older than this are not taken up again by a start: no parcel is on its way for so long."""


async def requeue_unread_parcels(connection: AsyncConnection, payloads: Sequence[Requeue]) -> list[None]:
    """Makes unresolved parcels of a shop due that stand still for these reasons: the settings may be others now."""
    for wanted in payloads:
        query = select(parcel.c.id, parcel.c.shop).where(
            text(UNRESOLVED), parcel.c.created_at >= wanted.at - LOOK_BACK, parcel.c.reason.in_(wanted.reasons)
        )
        # The shop is compared here: as a condition it would have all parcels of the shop read, by another index.
        ids = [row.id for row in await connection.execute(query) if row.shop == wanted.shop]
        if ids:
            await connection.execute(_PARCEL_DUE, [{"parcel_id": each, "at": wanted.at} for each in ids])
    return [None] * len(payloads)


async def requeue_fetches(connection: AsyncConnection, moments: Sequence[datetime]) -> list[None]:
    """Makes fetches due once more that were given up: the settings, or the vendor, may be mended now."""
    for at in moments:
        await connection.execute(
            update(fetch).where(text(FETCH_FAILED), fetch.c.created_at >= at - LOOK_BACK).values(state="due", due_at=at)
        )
    return [None] * len(moments)


_PARCEL_DUE = update(parcel).where(parcel.c.id == bindparam("parcel_id")).values(due_at=bindparam("at", type_=UtcTime))
