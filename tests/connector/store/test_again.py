"""What stands still gets a way out: a release, a retry, a start with other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.acts import ActRefused
from connector.domain.decision import Person
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.domain.releases import NUMBER_CHECKED, Release, Retry
from connector.store.entries import Requeue, SettledEntry
from connector.store.fetches import SettledFetch
from connector.store.parcels import SettledParcel
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

NUMBER = "444413758703"


async def held(store: Store, make: Make, reason: Reason = Reason.CHECK_DIGIT, state: str = "held") -> int:
    """The id of an entry that stands still."""
    (entry,) = await make.entered(store, "1062428737")
    await store.settle_entries([SettledEntry(entry, EntryState(state), reason, make.at())])
    return entry.id


def release(make: Make, entry_id: int, **given: Any) -> Release:
    words = {"number": NUMBER, "who": "佐藤", "why": "伝票を見た", "confirmed": NUMBER_CHECKED, **given}
    return Release(entry_id=entry_id, at=make.at(5), **words)


class TestRelease:
    async def test_it_makes_the_entry_due_and_is_a_step_of_the_person(self, store: Store, make: Make) -> None:
        """The number as a person reads it, with hyphens, is the same number."""
        entry_id = await held(store, make)
        store.wake("main").clear()

        await store.release(release(make, entry_id, number="4444-1375-8703"))

        (due,) = await store.due_entries("main", make.at(5))
        (*_, step) = await store.steps_of(due.parcel_id, [due.id])
        assert (due.person, store.wake("main").is_set()) == (Person.NUMBER_CHECKED, True)
        assert (step.what, step.reason, step.who, step.detail, step.order_no) == (
            "released",
            "number_checked",
            "person 佐藤",
            "伝票を見た",
            "1062428737",
        )

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"number": "444413758704"}, "the number of this entry is 444413758703"),
            ({"confirmed": ""}, "must be confirmed with number_checked"),
            ({"who": " "}, "needs the name"),
            ({"why": ""}, "needs a reason"),
            ({"why": "call 090-1234-5678"}, "telephone"),
            ({"entry_id": 99}, "no entry 99"),
        ],
    )
    async def test_what_it_lacks_is_said_and_nothing_is_kept(
        self, store: Store, make: Make, given: dict[str, Any], said: str
    ) -> None:
        entry_id = await held(store, make)

        with pytest.raises(ActRefused, match=said):
            await store.release(release(make, **{"entry_id": entry_id, **given}))

        assert await store.due_entries("main", make.at(9)) == []

    @pytest.mark.parametrize(
        ("state", "reason"),
        [("held", Reason.NAME_UNKNOWN), ("conflict", Reason.ANOTHER_NUMBER), ("confirmed", Reason.SHOWN)],
    )
    async def test_only_a_hold_for_the_check_digit_is_released(
        self, store: Store, make: Make, state: str, reason: Reason
    ) -> None:
        entry_id = await held(store, make, reason, state)

        with pytest.raises(ActRefused, match="not held for its check digit"):
            await store.release(release(make, entry_id))

    async def test_once_is_enough(self, store: Store, make: Make) -> None:
        entry_id = await held(store, make)
        await store.release(release(make, entry_id))

        with pytest.raises(ActRefused, match="released already"):
            await store.release(release(make, entry_id))


class TestRetry:
    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            ("refused", Reason.REFUSED),
            ("held", Reason.NEVER_SHOWN),
            ("held", Reason.UPDATE_FAILED),
            ("held", Reason.UNPAID),
            ("conflict", Reason.ANOTHER_NUMBER),
        ],
    )
    async def test_what_stands_still_is_due_at_once(self, store: Store, make: Make, state: str, reason: Reason) -> None:
        entry_id = await held(store, make, reason, state)

        await store.retry(Retry(entry_id, "佐藤", "QSMで直した", make.at(5)))

        (due,) = await store.due_entries("main", make.at(5))
        (*_, step) = await store.steps_of(due.parcel_id, [due.id])
        assert (due.state, due.person) == (state, Person.NONE)
        assert (step.what, step.reason, step.who) == ("retried", reason, "person 佐藤")

    @pytest.mark.parametrize("state", ["waiting", "accepted", "unclear", "confirmed", "dropped"])
    async def test_what_goes_by_itself_or_is_done_is_left_alone(self, store: Store, make: Make, state: str) -> None:
        entry_id = await held(store, make, Reason.OPEN, state)

        with pytest.raises(ActRefused, match=f"this entry is {state}"):
            await store.retry(Retry(entry_id, "佐藤", "なぜか", make.at(5)))


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
