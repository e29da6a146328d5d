"""What stands still gets a way out: a start with other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.entries import Requeue
from connector.store.fetches import SettledFetch
from connector.store.parcels import SettledParcel
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make


async def test_a_start_reads_references_anew_that_could_not_be_read(store: Store, make: Make) -> None:
    """Nothing else would ever wake such a label: it waits for no order and for no time. Only of the shop asked for."""
    await store.record_delivery(make.delivery(make.event("1", reference="what")))
    (parcel,) = await store.due_parcels("main", make.at())
    await store.settle_parcels([SettledParcel(parcel, ParcelState.UNRESOLVED, Reason.REFERENCE_UNREADABLE, make.at())])
    reasons = (Reason.REFERENCE_UNREADABLE, Reason.REFERENCE_AMBIGUOUS)

    await store.requeue_unread(Requeue("second", reasons, make.at(1)))
    before = await store.due_parcels("main", make.at(1))
    await store.requeue_unread(Requeue("main", reasons, make.at(1)))

    assert (before, len(await store.due_parcels("main", make.at(1)))) == ([], 1)


async def test_a_start_tries_fetches_once_more_that_were_given_up(store: Store, make: Make) -> None:
    """A key that was wrong may be right now; the same message sent again is a repeat and would change nothing."""
    await store.record_delivery(make.fetching())
    (due,) = await store.due_fetches(make.at())
    await store.settle_fetch(SettledFetch(due.id, "failed", "answered 401"))

    await store.requeue_fetches(make.at(1))

    assert [each.id for each in await store.due_fetches(make.at(1))] == [due.id]


async def test_what_was_given_up_long_ago_stays_so(store: Store, make: Make) -> None:
    await store.record_delivery(make.fetching())
    (due,) = await store.due_fetches(make.at())
    await store.settle_fetch(SettledFetch(due.id, "failed", "answered 401"))

    await store.requeue_fetches(make.at(101 * 24 * 60))

    assert await store.next_fetch_at() is None
