"""Parcels become entries, entries are worked off, and nothing that comes meanwhile is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.store.entries import Requeue, SettledEntry, Writing
from connector.store.parcels import SettledParcel
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

OPENS = News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP)
ENDS = News(CANCEL_TOPIC, None, ended="request_ended")


async def the_entry(store: Store, of: Entry) -> Entry:
    """An entry as it stands now."""
    rows = await store.entries_of_numbers(of.shop, [of.tracking_no])
    return next(row for row in rows if row.id == of.id)


class TestParcels:
    async def test_a_resolved_parcel_gets_its_entries_and_is_not_due_any_more(self, store: Store, make: Make) -> None:
        first, second = await make.entered(store, "1062428737", "1062428738")

        assert (first.state, first.reason, first.due_at) == (EntryState.WAITING, Reason.NEW, make.at())
        assert [entry.order_no for entry in (first, second)] == ["1062428737", "1062428738"]
        assert await store.due_parcels("main", make.at(1000)) == []
        assert await store.due_entries("main", make.at()) == [first, second]

    async def test_an_entry_is_there_once(self, store: Store, make: Make) -> None:
        """The same number for the same line, whichever label it comes from."""
        await make.entered(store, "1062428737")
        await store.record_delivery(make.delivery(make.event("msg_2", reference="300123456")))
        (cart,) = await store.due_parcels("main", make.at())

        await store.settle_parcels([make.entries(cart, "1062428737", "1062428738")])

        entries = await store.entries_of_numbers("main", [cart.key.tracking_number])
        assert [entry.order_no for entry in entries] == ["1062428737", "1062428738"]

    async def test_news_that_come_while_it_is_resolved_make_it_due_again(self, store: Store, make: Make) -> None:
        """A label voided in the very moment must not be entered."""
        await store.record_delivery(make.delivery(make.event()))
        (read,) = await store.due_parcels("main", make.at())
        await store.record_delivery(make.delivery(make.event("2", kind=EventKind.VOIDED, minutes=1), minutes=1))

        await store.settle_parcels([make.entries(read, "1062428737", minutes=1)])

        (again,) = await store.due_parcels("main", make.at(1))
        assert again.times.voided_at == make.at(1)

    async def test_an_unknown_reference_waits_for_its_line(self, store: Store, make: Make) -> None:
        await store.record_delivery(make.delivery(make.event(reference="300123456")))
        (parcel,) = await store.due_parcels("main", make.at())
        waits = SettledParcel(
            parcel,
            ParcelState.UNRESOLVED,
            Reason.ORDER_UNKNOWN,
            make.at(),
            due_at=make.at(60),
            candidates=("300123456",),
        )
        await store.settle_parcels([waits])
        assert await store.due_parcels("main", make.at(1)) == []
        store.wake("main").clear()

        await store.remember_lines("main", [make.line(pack_no="300123456")], make.at(1))

        assert [each.id for each in await store.due_parcels("main", make.at(1))] == [parcel.id]
        assert store.wake("main").is_set()

    async def test_it_does_not_wait_for_another_shops_line(self, store: Store, make: Make) -> None:
        """Cart numbers are unique only within a shop."""
        await store.record_delivery(make.delivery(make.event(reference="300123456")))
        (parcel,) = await store.due_parcels("main", make.at())
        await store.settle_parcels(
            [SettledParcel(parcel, ParcelState.UNRESOLVED, Reason.ORDER_UNKNOWN, make.at(), candidates=("300123456",))]
        )

        await store.remember_lines("second", [replace(make, shop="second").line()], make.at(1))

        assert await store.due_parcels("main", make.at(1)) == []

    async def test_a_parcel_knows_what_was_heard_of_its_number_elsewhere(self, store: Store, make: Make) -> None:
        """A scan without a reference speaks of every label with this number."""
        (entry,) = await make.entered(store, "1062428737")
        scan = make.event("2", reference="", kind=EventKind.SCANNED, minutes=5)
        await store.record_delivery(make.delivery(scan, minutes=6))

        parcels = await store.parcels_by_id([entry.parcel_id])

        assert parcels[entry.parcel_id].times.heard_scanned_at == make.at(6)


class TestWork:
    async def test_overdue_lines_go_first_then_the_longest_waiting(self, store: Store, make: Make) -> None:
        entries = await make.entered(store, "1062428731", "1062428732", "1062428733")
        for entry, due, overdue in zip(entries, (2, 1, 3), (None, 99, 0), strict=True):
            await store.settle_entries(
                [
                    SettledEntry(
                        entry,
                        EntryState.WAITING,
                        Reason.NEW,
                        make.at(),
                        due_at=make.at(due),
                        overdue_from=None if overdue is None else make.at(overdue),
                    )
                ]
            )

        due_entries = await store.due_entries("main", make.at(3))

        assert [entry.order_no for entry in due_entries] == ["1062428733", "1062428732", "1062428731"]

    async def test_nothing_is_due_before_its_time(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")
        await store.settle_entries(
            [SettledEntry(entry, EntryState.HELD, Reason.UNPAID, make.at(), due_at=make.at(5), detail="d", attempts=3)]
        )

        assert await store.due_entries("main", make.at(4.9)) == []
        assert await store.next_due_at("main") == make.at(5)
        (later,) = await store.due_entries("main", make.at(5))
        assert (later.state, later.reason, later.attempts) == (EntryState.HELD, Reason.UNPAID, 3)

    async def test_when_nothing_is_due_there_is_no_next_time(self, store: Store, make: Make) -> None:
        assert await store.next_due_at("main") is None
        await store.record_delivery(make.delivery(make.event(), minutes=7))

        assert await store.next_due_at("main") == make.at(7)
        assert await store.next_due_at("second") is None

    async def test_a_write_is_said_before_it_goes_out_and_kept_with_its_outcome(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")

        await store.begin_writing([Writing(entry, "ヤマト宅急便", "SetSendingInfo", Reason.OPEN, make.at(1))])
        out = await the_entry(store, entry)
        await store.settle_entries(
            [SettledEntry(out, EntryState.ACCEPTED, Reason.ACCEPTED, make.at(2), make.at(2), accepted_at=make.at(2))]
        )

        assert (out.state, out.written_at, out.shipping_corp, out.due_at) == (
            EntryState.ENTERING,
            make.at(1),
            "ヤマト宅急便",
            None,
        )
        accepted = await the_entry(store, entry)
        assert (accepted.state, accepted.accepted_at, accepted.due_at) == (
            EntryState.ACCEPTED,
            make.at(2),
            make.at(2),
        )

    async def test_what_was_once_accepted_stays_so(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")
        await store.settle_entries(
            [SettledEntry(entry, EntryState.ACCEPTED, Reason.ACCEPTED, make.at(), accepted_at=make.at(1))]
        )

        await store.settle_entries(
            [SettledEntry(await the_entry(store, entry), EntryState.HELD, Reason.NEVER_SHOWN, make.at(9))]
        )

        assert (await the_entry(store, entry)).accepted_at == make.at(1)

    async def test_after_a_stop_what_was_being_written_is_unclear(self, store: Store, make: Make) -> None:
        """Of this shop only; what had its outcome keeps it."""
        first, second = await make.entered(store, "1062428737", "1062428738")
        await store.begin_writing([Writing(first, "x", "SetSendingInfo", Reason.OPEN, make.at(1))])

        assert await store.recover_entries("second", make.at(5)) == 0
        assert await store.recover_entries("main", make.at(5)) == 1

        interrupted = await the_entry(store, first)
        assert (interrupted.state, interrupted.reason, interrupted.due_at, interrupted.written_at) == (
            EntryState.UNCLEAR,
            Reason.INTERRUPTED,
            make.at(5),
            make.at(1),
        )
        assert await the_entry(store, second) == second
        assert await store.recover_entries("main", make.at(6)) == 0

    async def test_numbers_that_stand_or_may_stand_are_known_to_their_siblings(self, store: Store, make: Make) -> None:
        (first,) = await make.entered(store, "1062428737")
        (second,) = await make.entered(store, "1062428737", number="444413758714", key="msg_2")
        assert await store.sibling_numbers("main", [first, second]) == {first.id: frozenset(), second.id: frozenset()}

        await store.begin_writing([Writing(first, "x", "SetSendingInfo", Reason.OPEN, make.at(1))])

        assert await store.sibling_numbers("main", [first, second]) == {
            first.id: frozenset(),
            second.id: frozenset({first.tracking_no}),
        }


class TestWakes:
    """Whoever wakes an entry that the keeper has in hand is not overruled by what the keeper then keeps."""

    async def test_a_wake_during_a_look_stays(self, store: Store, make: Make) -> None:
        """A cancel request is seen after the order was read, and before the confirmation is kept."""
        (read,) = await make.entered(store, "1062428737")
        assert await store.wake_lines("main", ["1062428737", "1062428799"], make.at(1)) == {"1062428737"}

        await store.settle_entries([SettledEntry(read, EntryState.CONFIRMED, Reason.SHOWN, make.at(2))])

        (due,) = await store.due_entries("main", make.at(2))
        assert (due.state, due.due_at) == (EntryState.CONFIRMED, make.at(1))

    async def test_a_wake_before_a_write_has_it_looked_at_anew(self, store: Store, make: Make) -> None:
        """A cancel request was seen since, or a person has said something: the number may not go out on the old look.

        What goes out with it in the same call is none of that.
        """
        woken, other = await make.entered(store, "1062428737", "1062428738")
        await store.wake_lines("main", ["1062428737"], make.at(1))

        writings = [Writing(each, "x", "SetSendingInfoBulk", Reason.OPEN, make.at(2)) for each in (woken, other)]
        begun = await store.begin_writing(writings)

        (due,) = await store.due_entries("main", make.at(2))
        assert begun == {other.id}
        assert due == replace(woken, due_at=make.at(1))

    async def test_a_wake_during_a_write_stays(self, store: Store, make: Make) -> None:
        (read,) = await make.entered(store, "1062428737")
        await store.begin_writing([Writing(read, "x", "SetSendingInfo", Reason.OPEN, make.at(1))])
        await store.wake_lines("main", ["1062428737"], make.at(2))

        await store.settle_entries([SettledEntry(read, EntryState.REFUSED, Reason.REFUSED, make.at(3))])

        assert [entry.state for entry in await store.due_entries("main", make.at(3))] == [EntryState.REFUSED]

    async def test_a_requeue_during_a_look_stays(self, store: Store, make: Make) -> None:
        """The names of the account come just when an entry is held for the lack of one."""
        (read,) = await make.entered(store, "1062428737")
        held = SettledEntry(read, EntryState.HELD, Reason.NAME_UNKNOWN, make.at())
        await store.settle_entries([held])
        known = await the_entry(store, read)

        await store.requeue(Requeue("main", (Reason.NAME_UNKNOWN,), make.at(1)))
        await store.settle_entries([replace(held, entry=known)])

        assert len(await store.due_entries("main", make.at(1))) == 1

    async def test_without_a_wake_it_rests(self, store: Store, make: Make) -> None:
        (read,) = await make.entered(store, "1062428737")
        await store.begin_writing([Writing(read, "x", "SetSendingInfo", Reason.OPEN, make.at(1))])

        await store.settle_entries([SettledEntry(read, EntryState.REFUSED, Reason.REFUSED, make.at(3))])

        assert await store.next_due_at("main") is None

    @pytest.mark.parametrize(
        ("state", "reason", "woken"),
        [
            (EntryState.HELD, Reason.NAME_UNKNOWN, True),
            (EntryState.HELD, Reason.UNPAID, False),
            (EntryState.CONFIRMED, Reason.NAME_UNKNOWN, False),
            (EntryState.DROPPED, Reason.NAME_UNKNOWN, False),
        ],
    )
    async def test_a_requeue_wakes_what_stands_still_for_its_reasons(
        self, store: Store, make: Make, state: EntryState, reason: Reason, *, woken: bool
    ) -> None:
        (entry,) = await make.entered(store, "1062428737")
        await store.settle_entries([SettledEntry(entry, state, reason, make.at())])

        await store.requeue(Requeue("second", (Reason.NAME_UNKNOWN,), make.at(1)))
        assert await store.due_entries("main", make.at(1)) == []
        await store.requeue(Requeue("main", (Reason.NAME_UNKNOWN, Reason.CHECK_DIGIT), make.at(1)))

        assert bool(await store.due_entries("main", make.at(1))) == woken


class TestConflicts:
    async def test_one_is_open_on_a_line_for_each_topic(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")
        number = News("number 1", ConflictKind.ANOTHER_NUMBER)
        look = SettledEntry(entry, EntryState.CONFLICT, Reason.IN_THE_GAP, make.at(), news=(OPENS, number))

        await store.settle_entries([look])
        await store.settle_entries([replace(look, at=make.at(1))])

        rows = await store.conflict_rows(10)
        assert sorted(row.topic for row in rows) == [CANCEL_TOPIC, "number 1"]
        assert await store.lines_in_conflict("main", ["1062428737", "1062428738"]) == {"1062428737"}

    async def test_its_kind_follows_the_facts_and_its_end_is_kept(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")

        for minutes, news in enumerate((OPENS, News(CANCEL_TOPIC, ConflictKind.CANCELLED_PARCEL_EXISTS), ENDS, ENDS)):
            await store.settle_entries(
                [SettledEntry(entry, EntryState.CONFLICT, Reason.CANCELLED, make.at(minutes), news=(news,))]
            )

        (row,) = await store.conflict_rows(10)
        assert (row.kind, row.opened_at, row.closed_at, row.outcome) == (
            ConflictKind.CANCELLED_PARCEL_EXISTS,
            make.at(0),
            make.at(2),
            "request_ended",
        )
        assert await store.lines_in_conflict("main", ["1062428737"]) == set()

    async def test_another_request_is_another_conflict(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")

        for minutes, news in enumerate((OPENS, ENDS, OPENS)):
            await store.settle_entries(
                [SettledEntry(entry, EntryState.HELD, Reason.IN_THE_GAP, make.at(minutes), news=(news,))]
            )

        assert [row.closed_at for row in await store.conflict_rows(10)] == [None, make.at(1)]


class TestPeople:
    async def test_every_step_is_in_the_history_with_time_and_reason(self, store: Store, make: Make) -> None:
        (entry,) = await make.entered(store, "1062428737")
        await store.begin_writing([Writing(entry, "ヤマト宅急便", "SetSendingInfo", Reason.OPEN, make.at(1))])
        out = await the_entry(store, entry)
        done = SettledEntry(
            out, EntryState.ACCEPTED, Reason.ACCEPTED, make.at(2), make.at(2), accepted_at=make.at(2), news=(OPENS,)
        )
        await store.settle_entries([done])
        again = SettledEntry(await the_entry(store, entry), EntryState.ACCEPTED, Reason.ACCEPTED, make.at(3))
        await store.settle_entries([again])

        steps = await store.steps_of(entry.parcel_id, [entry.id])

        assert [(step.at, step.what, step.reason, step.detail) for step in steps] == [
            (make.at(), "resolved", "open", ""),
            (make.at(), "waiting", "new", ""),
            (make.at(1), "entering", "open", "ヤマト宅急便"),
            (make.at(2), "accepted", "accepted", ""),
            (make.at(2), "conflict_opened", "accepted", "in_the_gap"),
        ]
        assert {step.who for step in steps} == {"keeper"}

    async def test_entries_are_listed_and_counted(self, store: Store, make: Make) -> None:
        first, second = await make.entered(store, "1062428737", "1062428738")
        await store.settle_entries([SettledEntry(first, EntryState.CONFIRMED, Reason.SHOWN, make.at())])

        rows = await store.entry_rows(10)

        assert [row.entry.order_no for row in rows] == [second.order_no, first.order_no]
        assert {row.parcel.id for row in rows} == {first.parcel_id}
        assert len(await store.entry_rows(1)) == 1
        assert (await store.depths.now()).entries == {("main", "waiting", "new"): 1}


class TestMemory:
    async def test_lines_are_known_by_order_and_by_cart(self, store: Store, make: Make) -> None:
        lines = [
            replace(
                make.line("1062428737"),
                ordered_at=make.at(),
                ship_by_at=make.at(99),
                related_order_nos=("1062428737", "1062428738"),
            ),
            make.line("1062428738"),
            make.line("1062428739", pack_no="300123499"),
        ]
        await store.remember_lines("main", lines, make.at())
        await store.remember_lines("second", [replace(make, shop="second").line("1062428740")], make.at())

        assert await store.known_lines("main", ["1062428737"]) == lines[:1]
        assert sorted(await store.known_lines("main", ["300123456"]), key=lambda line: line.order_no) == lines[:2]
        assert len(await store.known_lines("main", ["1062428737", "300123456", "300123499"])) == 3
        assert await store.known_lines("main", []) == []

    async def test_a_line_seen_again_is_as_it_was_seen_last(self, store: Store, make: Make) -> None:
        seen = make.line()
        later = replace(
            seen,
            status=ShippingStatus.ON_DELIVERY,
            cancel_status=ClaimStatus.CANCEL_REQUESTED,
            requested_at=make.at(1),
            learned_at=make.at(2),
            learned_from="GetClaimInfo_V3",
            tracking_no="1",
        )

        await store.remember_lines("main", [seen], make.at())
        await store.remember_lines("main", [later], make.at(1))

        assert await store.known_lines("main", [seen.order_no]) == [later]
        assert await store.open_requests("main") == [later]

    async def test_many_numbers_are_asked_for_in_parts(self, store: Store, make: Make) -> None:
        lines = [make.line(str(1062400000 + index), pack_no=str(300100000 + index)) for index in range(1200)]
        await store.remember_lines("main", lines, make.at())

        assert len(await store.known_lines("main", [line.pack_no for line in lines])) == 1200


class TestShops:
    async def test_since_when_a_key_is_in_use_is_kept(self, store: Store, make: Make) -> None:
        for minutes, fingerprint in enumerate(("aaaa", "aaaa", "bbbb", "bbbb")):
            await store.record_key("main", fingerprint, make.at(minutes))

        row = await store.shop("main")
        assert row is not None
        assert (row.key_fingerprint, row.key_first_used_at) == ("bbbb", make.at(2))

    async def test_a_stop_and_its_end_are_kept_beside_the_key(self, store: Store, make: Make) -> None:
        assert await store.shop("main") is None
        await store.record_stop("main", "the key has expired", make.at())
        await store.record_key("main", "aaaa", make.at(1))
        stopped = await store.shop("main")

        await store.record_stop("main", "", None)

        works = await store.shop("main")
        assert stopped is not None
        assert works is not None
        assert (stopped.stopped_for, stopped.stopped_at) == ("the key has expired", make.at())
        assert (works.stopped_for, works.stopped_at, works.key_fingerprint) == ("", None, "aaaa")
