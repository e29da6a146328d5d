"""What stands still and is looked at again, because a person says so or other settings may have mended it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.acts import ActRefused
from connector.domain.decision import Person
from connector.domain.entry import EntryState, same_number
from connector.domain.reasons import Reason
from connector.domain.releases import NUMBER_CHECKED, STANDS_STILL, PersonStep, Release, Retry
from connector.store.entries import Requeue
from connector.store.history import Step, add_steps
from connector.store.schema import FETCH_FAILED, UNRESOLVED, entry, fetch, parcel
from connector.store.tables import UtcTime

LOOK_BACK = timedelta(days=100)
"""Labels and messages older than this are not taken up again by a start: no parcel is on its way for so long."""


async def release_entries(connection: AsyncConnection, releases: Sequence[Release]) -> list[str]:
    """Lets numbers out that are held for their check digit; gives the shop of each.

    Raises:
        ActRefused: there is no such entry, or it is not held for that.
    """
    shops = []
    for release in releases:
        row = await _entry(connection, release.entry_id)
        if same_number(release.number) != same_number(row.tracking_no):
            raise ActRefused(f"the number of this entry is {row.tracking_no}, not {release.number}")
        if row.person == Person.NUMBER_CHECKED:
            raise ActRefused("this entry is released already")
        if (row.state, row.reason) != (EntryState.HELD, Reason.CHECK_DIGIT):
            raise ActRefused(f"this entry is not held for its check digit, but {row.state}: {row.reason}")
        await connection.execute(
            update(entry).where(entry.c.id == row.id).values(person=Person.NUMBER_CHECKED, due_at=release.at)
        )
        step = _step(row, PersonStep.RELEASED, NUMBER_CHECKED, release)
        await add_steps(connection, [step])
        shops.append(row.shop)
    return shops


async def retry_entries(connection: AsyncConnection, retries: Sequence[Retry]) -> list[str]:
    """Makes entries due now that stand still; gives the shop of each.

    Raises:
        ActRefused: there is no such entry, or it does not stand still.
    """
    shops = []
    for retry in retries:
        row = await _entry(connection, retry.entry_id)
        if row.state not in STANDS_STILL:
            raise ActRefused(f"this entry is {row.state}: it goes by itself, or nothing is left to do")
        await connection.execute(update(entry).where(entry.c.id == row.id).values(due_at=retry.at))
        await add_steps(connection, [_step(row, PersonStep.RETRIED, row.reason, retry)])
        shops.append(row.shop)
    return shops


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


async def _entry(connection: AsyncConnection, entry_id: int) -> Row[Any]:
    row = (await connection.execute(select(entry).where(entry.c.id == entry_id))).one_or_none()
    if row is None:
        raise ActRefused(f"there is no entry {entry_id}")
    return row


def _step(of: Row[Any], what: PersonStep, reason: str, by: Release | Retry) -> Step:
    return Step(
        at=by.at,
        shop=of.shop,
        what=what,
        reason=reason,
        who=f"person {by.who}",
        order_no=of.order_no,
        parcel_id=of.parcel_id,
        entry_id=of.id,
        detail=by.why,
    )


_PARCEL_DUE = update(parcel).where(parcel.c.id == bindparam("parcel_id")).values(due_at=bindparam("at", type_=UtcTime))
