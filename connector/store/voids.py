"""A label that a person marks void: a label event like any other, whose source is the person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.model import EventKind, LabelEvent
from connector.domain.parcel import ParcelKey, times_of
from connector.store.deliveries import NewDelivery, NewLabel, record_deliveries
from connector.store.parcels import NUMBER_LIVES
from connector.store.schema import parcel


async def void_number(
    connection: AsyncConnection, shop: str, tracking_no: str, heard_at: datetime, who: str, at: datetime
) -> None:
    """Voids the label with this number that was heard of around ``heard_at``, under all its references.

    Carriers use their numbers again: the parcel of another season is another one. The label is void as it stands, also
    where its sender's clock is ahead of ours and its last print seems to lie in the future.
    """
    query = select(parcel.c.order_ref, parcel.c.reprinted_at).where(
        parcel.c.shop == shop,
        parcel.c.tracking_number == tracking_no,
        parcel.c.created_at.between(heard_at - NUMBER_LIVES, heard_at + NUMBER_LIVES),
    )
    rows = list(await connection.execute(query))
    voided_at = max([at, *(row.reprinted_at for row in rows if row.reprinted_at is not None)])
    labels = tuple(
        NewLabel(
            event := LabelEvent(
                key=f"{tracking_no} {row.order_ref} voided {at.isoformat()}",
                kind=EventKind.VOIDED,
                order_ref=row.order_ref,
                carrier="",
                service="",
                tracking_number=tracking_no,
                occurred_at=voided_at,
            ),
            ParcelKey(shop, row.order_ref, tracking_no),
            times_of(event, at),
        )
        for row in rows
    )
    key = f"{shop} {tracking_no} voided {at.isoformat()}"
    await record_deliveries(connection, [NewDelivery(f"person {who}", shop, key, at, labels)])
