"""What a person does about an entry or a label: kept with who and why, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.acts import Act, ActKind, ActOutdated, ActRefused
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind, Label, Person
from connector.domain.entry import Entry, EntryState
from connector.domain.entry_acts import (
    LABEL_DESTROYED,
    NUMBER_CHECKED,
    EntryAct,
    EntryActKind,
    LabelAct,
)
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry, Writing
from connector.store.parcels import SettledParcel
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

NUMBER = "444413758703"
LINE = "1062428737"


async def standing(store: Store, make: Make, reason: Reason = Reason.CHECK_DIGIT, state: str = "held") -> Entry:
    """An entry in this state."""
    (entry,) = await make.entered(store, LINE)
    await store.settle_entries([SettledEntry(entry, EntryState(state), reason, make.at())])
    return await the_entry(store)


async def the_entry(store: Store, number: str = NUMBER) -> Entry:
    (entry,) = await store.entries_of_numbers("main", [number])
    return entry


def act(make: Make, kind: EntryActKind, entry_id: int, **given: Any) -> EntryAct:
    return EntryAct(
        **{"kind": kind, "entry_id": entry_id, "who": "佐藤", "why": "伝票を見た", "at": make.at(5), **given}
    )


def release(make: Make, entry_id: int, **given: Any) -> EntryAct:
    """From the check digit."""
    return act(make, EntryActKind.RELEASE, entry_id, **{"number": NUMBER, "confirmed": NUMBER_CHECKED, **given})


async def steps(store: Store, entry: Entry) -> list[tuple[str, str, str, str]]:
    """What, reason, who and detail of the entry's history."""
    found = await store.steps_of(entry.parcel_id, [entry.id])
    return [(step.what, step.reason, step.who, step.detail) for step in found]


class TestReleaseFromTheCheckDigit:
    async def test_it_makes_the_entry_due_and_is_a_step_of_the_person(self, store: Store, make: Make) -> None:
        """The number as a person reads it, with hyphens, is the same number."""
        entry = await standing(store, make)
        store.wake("main").clear()

        await store.entry_acts.on_entry(release(make, entry.id, number="4444-1375-8703"))

        (due,) = await store.due_entries("main", make.at(5))
        assert (due.person, store.wake("main").is_set()) == (Person.NUMBER_CHECKED, True)
        assert (await steps(store, due))[-1] == ("released", "number_checked", "person 佐藤", "伝票を見た")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"number": "444413758704"}, "the number of this entry is 444413758703"),
            ({"confirmed": ""}, "must be confirmed with number_checked"),
            ({"number": "", "confirmed": ""}, "held for its check digit: confirm with number_checked"),
            ({"number": ""}, "the number of this entry is"),
            ({"who": " "}, "needs the name"),
            ({"why": ""}, "needs a reason"),
            ({"why": "call 090-1234-5678"}, "telephone"),
            ({"entry_id": 99}, "no entry 99"),
        ],
    )
    async def test_what_it_lacks_is_said_and_nothing_is_kept(
        self, store: Store, make: Make, given: dict[str, Any], said: str
    ) -> None:
        entry = await standing(store, make)

        with pytest.raises(ActRefused, match=said):
            await store.entry_acts.on_entry(release(make, **{"entry_id": entry.id, **given}))

        assert await the_entry(store) == entry

    @pytest.mark.parametrize(
        ("state", "reason"),
        [("held", Reason.NAME_UNKNOWN), ("conflict", Reason.ANOTHER_NUMBER), ("confirmed", Reason.SHOWN)],
    )
    async def test_only_a_hold_for_the_check_digit_is_released(
        self, store: Store, make: Make, state: str, reason: Reason
    ) -> None:
        entry = await standing(store, make, reason, state)

        with pytest.raises(ActRefused, match="not held for its check digit"):
            await store.entry_acts.on_entry(release(make, entry.id))

    async def test_once_is_enough(self, store: Store, make: Make) -> None:
        entry = await standing(store, make)
        await store.entry_acts.on_entry(release(make, entry.id))

        with pytest.raises(ActRefused, match="released already"):
            await store.entry_acts.on_entry(release(make, entry.id))


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
        entry = await standing(store, make, reason, state)

        await store.entry_acts.on_entry(act(make, EntryActKind.RETRY, entry.id))

        (due,) = await store.due_entries("main", make.at(5))
        assert due == replace(entry, due_at=make.at(5))
        assert (await steps(store, due))[-1] == ("retried", reason, "person 佐藤", "伝票を見た")

    @pytest.mark.parametrize("state", ["waiting", "accepted", "unclear", "confirmed", "dropped"])
    async def test_what_goes_by_itself_or_is_done_is_left_alone(self, store: Store, make: Make, state: str) -> None:
        entry = await standing(store, make, Reason.OPEN, state)

        with pytest.raises(ActRefused, match=f"this entry is {state}"):
            await store.entry_acts.on_entry(act(make, EntryActKind.RETRY, entry.id))


class TestHold:
    @pytest.mark.parametrize(
        ("state", "reason"),
        [("waiting", Reason.BEFORE_ITS_MOMENT), ("held", Reason.UNPAID), ("held", Reason.NOT_FOUND)],
    )
    async def test_what_is_not_written_rests_and_its_line_is_looked_at(
        self, store: Store, make: Make, state: str, reason: Reason
    ) -> None:
        """The line is looked at all the same: a cancel request that meets the parcel is a conflict."""
        entry = await standing(store, make, reason, state)

        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        held = await the_entry(store)
        assert (held.state, held.reason, held.person, held.due_at) == (
            EntryState.HELD,
            Reason.HELD_BY_PERSON,
            Person.HOLD,
            make.at(5),
        )
        assert (await steps(store, held))[-1] == ("held", "held_by_person", "person 佐藤", "伝票を見た")

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            ("entering", "being written at this moment"),
            ("accepted", "Qoo10 has taken the number"),
            ("confirmed", "Qoo10 has taken the number"),
            ("unclear", "may stand already"),
            ("conflict", "decide there"),
            ("refused", "not sent by itself"),
            ("dropped", "nothing is left"),
        ],
    )
    async def test_what_is_too_late_is_said(self, store: Store, make: Make, state: str, said: str) -> None:
        entry = await standing(store, make, Reason.OPEN, state)

        with pytest.raises(ActRefused, match=said):
            await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        assert await the_entry(store) == entry

    async def test_a_hold_that_was_kept_is_kept_from_the_write_that_the_keeper_has_in_hand(
        self, store: Store, make: Make
    ) -> None:
        """The keeper looked before, and begins its write after; at the same moment by the clock even."""
        read = await standing(store, make, Reason.OPEN, "waiting")
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, read.id, at=make.at()))

        begun = await store.begin_writing([Writing(read, "x", "SetSendingInfo", Reason.OPEN, make.at(6))])

        assert (begun, (await the_entry(store)).state) == (frozenset(), EntryState.HELD)

    async def test_what_the_keeper_found_out_before_does_not_end_it(self, store: Store, make: Make) -> None:
        read = await standing(store, make, Reason.OPEN, "waiting")
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, read.id))

        await store.settle_entries(
            [SettledEntry(read, EntryState.WAITING, Reason.UNAVAILABLE, make.at(6), make.at(60))]
        )

        (due,) = await store.due_entries("main", make.at(6))
        assert (due.person, due.due_at) == (Person.HOLD, make.at(5))

    async def test_let_go_it_goes_on_as_before(self, store: Store, make: Make) -> None:
        entry = await standing(store, make, Reason.OPEN, "waiting")
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        await store.entry_acts.on_entry(act(make, EntryActKind.RELEASE, entry.id, at=make.at(6)))

        (due,) = await store.due_entries("main", make.at(6))
        assert due.person is Person.NONE
        assert (await steps(store, due))[-1] == ("released", "held_by_person", "person 佐藤", "伝票を見た")

    async def test_a_number_that_was_checked_before_is_still_checked_after(self, store: Store, make: Make) -> None:
        entry = await standing(store, make)
        await store.entry_acts.on_entry(release(make, entry.id))
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        await store.entry_acts.on_entry(act(make, EntryActKind.RELEASE, entry.id))

        assert (await the_entry(store)).person is Person.NUMBER_CHECKED

    async def test_twice_is_said(self, store: Store, make: Make) -> None:
        entry = await standing(store, make, Reason.OPEN, "waiting")
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        with pytest.raises(ActRefused, match="holds it already"):
            await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))
        with pytest.raises(ActRefused, match="release it instead"):
            await store.entry_acts.on_entry(act(make, EntryActKind.RETRY, entry.id))

    async def test_a_conflict_that_is_opened_again_does_not_end_it(self, store: Store, make: Make) -> None:
        """What was decided in the conflict is taken back by that; the hold was not."""
        entry = await standing(store, make, Reason.OPEN, "waiting")
        news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
        await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(1), news=news)])
        await store.act_on(Act(ActKind.CLOSE, 1, "佐藤", "済", make.at(2), "dealt_with"))
        await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id))

        await store.act_on(Act(ActKind.REOPEN, 1, "佐藤", "まだだった", make.at(6)))

        assert (await the_entry(store)).person is Person.HOLD


class TestLookedAt:
    @pytest.mark.parametrize(("state", "reason"), [("held", Reason.UNPAID), ("refused", Reason.REFUSED)])
    async def test_it_is_a_step_and_changes_nothing_else(
        self, store: Store, make: Make, state: str, reason: Reason
    ) -> None:
        entry = await standing(store, make, reason, state)

        await store.entry_acts.on_entry(act(make, EntryActKind.LOOKED_AT, entry.id))

        assert await the_entry(store) == entry
        assert (await steps(store, entry))[-1] == ("looked_at", reason, "person 佐藤", "伝票を見た")

    async def test_a_conflict_is_looked_at_in_its_own_place(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, LINE)
        news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
        await store.settle_entries([SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(), news=news)])

        with pytest.raises(ActRefused, match="what is done there counts"):
            await store.entry_acts.on_entry(act(make, EntryActKind.LOOKED_AT, entry.id))


class TestVoid:
    async def test_the_label_is_void_as_if_its_source_had_said_so(self, store: Store, make: Make) -> None:
        """Of all lines of the cart, and none of them goes out on what was known before."""
        first, second = await make.entered(store, LINE, "1062428738")

        await store.entry_acts.on_entry(act(make, EntryActKind.VOID, first.id, confirmed=LABEL_DESTROYED))

        (parcel,) = await store.due_parcels("main", make.at(5))
        known = await store.parcels_by_id([parcel.id])
        begun = await store.begin_writing(
            [Writing(each, "x", "SetSendingInfoBulk", Reason.OPEN, make.at(6)) for each in (first, second)]
        )
        assert (known[parcel.id].label, begun) == (Label.VOIDED, frozenset())
        assert (await steps(store, first))[-1] == ("voided", "voided", "person 佐藤", "伝票を見た")

    async def test_a_sender_whose_clock_is_ahead_does_not_bring_it_back(self, store: Store, make: Make) -> None:
        """Its print seems to be of later than the person's word; the label is void as it stands."""
        await store.record_delivery(make.delivery(make.event("late", minutes=60)))
        (parcel,) = await store.due_parcels("main", make.at())
        await store.settle_parcels([make.entries(parcel, LINE)])
        entry = await the_entry(store)

        await store.entry_acts.on_entry(act(make, EntryActKind.VOID, entry.id, confirmed=LABEL_DESTROYED))

        assert (await store.parcels_by_id([parcel.id]))[parcel.id].label is Label.VOIDED

    async def test_a_parcel_of_another_season_with_the_same_number_is_left_alone(
        self, store: Store, make: Make
    ) -> None:
        """Carriers use their numbers again."""
        later = timedelta(days=200) / timedelta(minutes=1)
        (old,) = await make.entered(store, LINE)
        await store.record_delivery(make.delivery(make.event("new", reference="1062429999"), minutes=later))
        (parcel,) = await store.due_parcels("main", make.at(later))
        await store.settle_parcels([make.entries(parcel, "1062429999", minutes=later)])
        (new,) = [each for each in await store.entries_of_numbers("main", [NUMBER]) if each.id != old.id]

        voided = act(make, EntryActKind.VOID, new.id, confirmed=LABEL_DESTROYED, at=make.at(later + 1))
        await store.entry_acts.on_entry(voided)

        known = await store.parcels_by_id([old.parcel_id, new.parcel_id])
        assert [known[each.parcel_id].label for each in (old, new)] == [Label.LIVE, Label.VOIDED]

    async def test_it_must_be_confirmed_and_once_is_enough(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, LINE)
        with pytest.raises(ActRefused, match="must be confirmed with label_destroyed"):
            await store.entry_acts.on_entry(act(make, EntryActKind.VOID, entry.id))
        voided = act(make, EntryActKind.VOID, entry.id, confirmed=LABEL_DESTROYED)
        await store.entry_acts.on_entry(voided)

        with pytest.raises(ActRefused, match="void already"):
            await store.entry_acts.on_entry(replace(voided, at=make.at(6)))


class TestWhatWasSeen:
    async def test_an_act_on_what_has_changed_meanwhile_is_refused(self, store: Store, make: Make) -> None:
        entry = await standing(store, make, Reason.UNPAID)
        of = await store.entry_files.entry(entry.id)
        assert of is not None
        await store.entry_acts.on_entry(act(make, EntryActKind.LOOKED_AT, entry.id, seen=of.version))

        with pytest.raises(ActOutdated, match="has changed"):
            await store.entry_acts.on_entry(act(make, EntryActKind.HOLD, entry.id, seen=of.version))


class TestLabels:
    async def unresolved(self, store: Store, make: Make, reason: Reason = Reason.REFERENCE_UNREADABLE) -> int:
        """The id of a label whose order is not known, and that nothing wakes."""
        await store.record_delivery(make.delivery(make.event("1", reference="what")))
        (parcel,) = await store.due_parcels("main", make.at())
        await store.settle_parcels([SettledParcel(parcel, ParcelState.UNRESOLVED, reason, make.at())])
        return parcel.id

    def assign(self, make: Make, parcel_id: int, **given: Any) -> LabelAct:
        words = {"order_no": "１０６２４２８７３７ ", "who": "佐藤", "why": "出荷リスト", "at": make.at(5), **given}
        return LabelAct(EntryActKind.ASSIGN, parcel_id, **words)

    async def test_an_assigned_label_is_due_for_its_order(self, store: Store, make: Make) -> None:
        parcel_id = await self.unresolved(store, make)
        store.wake("main").clear()

        await store.entry_acts.on_label(self.assign(make, parcel_id))

        (due,) = await store.due_parcels("main", make.at(5))
        assert (due.id, due.assigned_order_no, due.attempts, store.wake("main").is_set()) == (parcel_id, LINE, 0, True)
        (*_, step) = await store.steps_of(parcel_id, [])
        assert (step.what, step.who, step.detail) == ("assigned", "person 佐藤", f"{LINE}: 出荷リスト")

    async def test_what_the_keeper_found_for_its_own_reference_meanwhile_is_not_kept(
        self, store: Store, make: Make
    ) -> None:
        """Else its number would go out for two orders."""
        await store.record_delivery(make.delivery(make.event("1", reference="1062430000")))
        (read,) = await store.due_parcels("main", make.at())
        await store.entry_acts.on_label(self.assign(make, read.id, order_no="1062428737"))

        await store.settle_parcels([make.entries(read, "1062430000")])

        (due,) = await store.due_parcels("main", make.at(5))
        assert (due.state, await store.entries_of_numbers("main", [NUMBER])) == (ParcelState.UNRESOLVED, [])

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"order_no": ""}, "one of the two"),
            ({"pack_no": "300123456"}, "one of the two"),
            ({"order_no": "10624-28737"}, "digits and nothing else"),
            ({"order_no": "123"}, "7 to 20 digits"),
            ({"who": ""}, "needs the name"),
            ({"parcel_id": 99}, "no label 99"),
        ],
    )
    async def test_what_it_lacks_is_said(self, store: Store, make: Make, given: dict[str, Any], said: str) -> None:
        parcel_id = await self.unresolved(store, make)

        with pytest.raises(ActRefused, match=said):
            await store.entry_acts.on_label(self.assign(make, **{"parcel_id": parcel_id, **given}))

    async def test_a_label_whose_order_is_known_keeps_it(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, LINE)

        with pytest.raises(ActRefused, match="the order of this label is known"):
            await store.entry_acts.on_label(self.assign(make, entry.parcel_id))

    async def test_a_void_label_needs_no_order(self, store: Store, make: Make) -> None:
        parcel_id = await self.unresolved(store, make)
        voided = LabelAct(EntryActKind.VOID, parcel_id, "佐藤", "刷り直した", make.at(5), confirmed=LABEL_DESTROYED)

        await store.entry_acts.on_label(voided)

        assert (await store.parcels_by_id([parcel_id]))[parcel_id].label is Label.VOIDED
        with pytest.raises(ActRefused, match="void already"):
            await store.entry_acts.on_label(self.assign(make, parcel_id))
