"""What a person says of a number holds on its whole way: held, let go, void, assigned to an order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from carriers.model import EventKind
from connector.domain.acts import ActRefused
from connector.domain.entry import EntryState
from connector.domain.entry_acts import LABEL_DESTROYED, EntryAct, EntryActKind, LabelAct
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.writes import enter_by_hand

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

HELD = (EntryState.HELD, Reason.HELD_BY_PERSON)


async def act(rig: Rig, kind: EntryActKind, **given: Any) -> None:
    """On the newest entry."""
    entry = (await rig.entries())[-1]
    await rig.store.entry_acts.on_entry(EntryAct(kind, entry.id, "佐藤", "棚卸し", rig.clock(), **given))


async def waiting(rig: Rig) -> str:
    """The order number of an entry that waits for its hand-over."""
    rig.configure(packing_table={"enter_on": "handed_over"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no, "444413758703")
    await rig.wait(minutes=1)
    assert await rig.ends() == [(order_no, EntryState.WAITING, Reason.BEFORE_ITS_MOMENT)]
    return order_no


async def hand_over(rig: Rig, order_no: str) -> None:
    await rig.hear(order_no, "444413758703", kind=EventKind.HANDED_OVER)
    await rig.wait(minutes=1)


class TestHold:
    async def test_a_held_number_stays_back_whatever_is_heard_until_it_is_let_go(self, rig: Rig) -> None:
        order_no = await waiting(rig)
        await act(rig, EntryActKind.HOLD)
        await hand_over(rig, order_no)
        held = await rig.ends()

        await act(rig, EntryActKind.RELEASE)
        await rig.work()

        assert held == [(order_no, *HELD)]
        assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]

    async def test_a_hold_that_comes_while_the_keeper_reads_the_order_keeps_the_number_back(self, rig: Rig) -> None:
        """It was acknowledged, so it holds, although the keeper had decided to enter before it knew."""
        (order_no,) = rig.cart()
        remember, came = rig.lines.remember, asyncio.Event()

        async def hold_meanwhile(*args: Any, **given: Any) -> Any:
            if await rig.entries() and not came.is_set():
                await act(rig, EntryActKind.HOLD)
                came.set()
            return await remember(*args, **given)

        rig.lines.remember = hold_meanwhile  # type: ignore[method-assign]
        await rig.hear(order_no)
        await rig.wait(minutes=10)

        assert came.is_set()
        assert await rig.ends() == [(order_no, *HELD)]
        assert rig.writes() == []

    async def test_a_request_that_meets_a_held_parcel_is_a_conflict_and_enters_nothing(self, rig: Rig) -> None:
        """The shop's policy is to enter at once; the person's word is stronger."""
        order_no = await waiting(rig)
        await act(rig, EntryActKind.HOLD)
        rig.clock.forward(seconds=5)
        rig.market.ask_cancel(order_no)
        await rig.wait(minutes=40)

        assert await rig.conflicts() == [(order_no, "in_the_gap", "")]
        assert await rig.ends() == [(order_no, *HELD)]
        assert rig.writes() == []

    async def test_it_survives_a_restart_and_an_outage(self, rig: Rig) -> None:
        order_no = await waiting(rig)
        await act(rig, EntryActKind.HOLD)
        rig.start()
        await hand_over(rig, order_no)
        rig.fault(FaultKind.HTTP_ERROR, times=3)
        await rig.run(minutes=5)

        assert await rig.ends() == [(order_no, *HELD)]
        assert rig.writes() == []

    async def test_a_number_that_somebody_entered_by_hand_is_confirmed_all_the_same(self, rig: Rig) -> None:
        order_no = await waiting(rig)
        await act(rig, EntryActKind.HOLD)
        enter_by_hand(rig.market, order_no, "ヤマト宅急便", "444413758703")
        await rig.wait(hours=1)

        assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]

    async def test_an_unpaid_order_that_is_held_is_not_entered_when_it_is_paid(self, rig: Rig) -> None:
        (order_no,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
        await rig.enter(order_no)
        await act(rig, EntryActKind.HOLD)

        rig.market.pay(order_no)
        await rig.wait(hours=2)

        assert await rig.ends() == [(order_no, *HELD)]


class TestVoid:
    async def test_before_the_number_is_entered_it_is_dropped(self, rig: Rig) -> None:
        order_no = await waiting(rig)
        await act(rig, EntryActKind.VOID, confirmed=LABEL_DESTROYED)
        await hand_over(rig, order_no)

        assert await rig.ends() == [(order_no, EntryState.DROPPED, Reason.VOIDED)]
        assert rig.writes() == []
        with pytest.raises(ActRefused, match="void already"):
            await act(rig, EntryActKind.VOID, confirmed=LABEL_DESTROYED)

    async def test_afterwards_it_is_a_dead_number_on_a_dispatched_order(self, rig: Rig) -> None:
        (order_no,) = rig.cart()
        await rig.enter(order_no)
        rig.clock.forward(minutes=1)

        await act(rig, EntryActKind.VOID, confirmed=LABEL_DESTROYED)
        await rig.wait(minutes=1)

        assert await rig.ends() == [(order_no, EntryState.CONFLICT, Reason.DEAD_NUMBER)]
        assert [kind for _, kind, _ in await rig.conflicts()] == ["dead_number"]

    async def test_a_held_number_can_be_voided(self, rig: Rig) -> None:
        order_no = await waiting(rig)
        await act(rig, EntryActKind.HOLD)
        await act(rig, EntryActKind.VOID, confirmed=LABEL_DESTROYED)
        await rig.wait(minutes=1)

        assert await rig.ends() == [(order_no, EntryState.DROPPED, Reason.VOIDED)]


class TestAssign:
    async def assign(self, rig: Rig, *, order_no: str = "", pack_no: str = "") -> None:
        (row,) = await rig.rows("parcel")
        wanted = LabelAct(EntryActKind.ASSIGN, row.id, "佐藤", "出荷リスト", rig.clock(), order_no, pack_no)
        await rig.store.entry_acts.on_label(wanted)
        await rig.work()

    async def test_a_label_that_names_no_order_goes_to_the_one_that_a_person_names(self, rig: Rig) -> None:
        (order_no,) = rig.cart()
        number = await rig.hear("what")
        await rig.wait(minutes=1)

        await self.assign(rig, order_no=order_no)

        assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
        assert rig.stands(order_no) == number

    async def test_a_cart_that_a_person_names_gets_the_number_on_all_its_lines(self, rig: Rig) -> None:
        """Although the source is set to order numbers."""
        rig.configure(packing_table={"order_reference": "order_no"})
        lines = rig.cart(NewLine(), NewLine())
        number = await rig.hear("what")
        await rig.wait(minutes=1)

        await self.assign(rig, pack_no=rig.market.line(lines[0]).pack_no)

        assert [rig.stands(order_no) for order_no in lines] == [number, number]

    async def test_the_source_still_says_when_its_number_goes_out(self, rig: Rig) -> None:
        rig.configure(packing_table={"enter_on": "handed_over"})
        (order_no,) = rig.cart()
        number = await rig.hear("what")
        await rig.wait(minutes=1)
        await self.assign(rig, order_no=order_no)
        before = await rig.ends()

        await rig.hear("what", number, kind=EventKind.HANDED_OVER)
        await rig.work()

        assert before == [(order_no, EntryState.WAITING, Reason.BEFORE_ITS_MOMENT)]
        assert rig.stands(order_no) == number

    async def test_an_order_that_does_not_exist_is_said_and_can_be_put_right(self, rig: Rig) -> None:
        (order_no,) = rig.cart()
        await rig.hear("what")
        await rig.wait(minutes=1)
        await self.assign(rig, order_no="1999999999")
        (row,) = await rig.rows("parcel")

        rig.clock.forward(seconds=30)
        await self.assign(rig, order_no=order_no)

        assert (row.state, row.reason) == ("unresolved", Reason.ORDER_UNKNOWN)
        assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
