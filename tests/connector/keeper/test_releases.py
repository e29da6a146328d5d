"""A number held for its check digit goes out when a person says so, and never against a cancel request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.domain.entry import EntryState
from connector.domain.entry_acts import NUMBER_CHECKED, EntryAct, EntryActKind
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

WRONG = "444413758702"


async def release(rig: Rig) -> None:
    (entry,) = await rig.entries()
    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.CHECK_DIGIT)
    act = EntryAct(EntryActKind.RELEASE, entry.id, "佐藤", "伝票と同じ", rig.clock(), WRONG, NUMBER_CHECKED)
    await rig.store.entry_acts.on_entry(act)


async def test_a_released_number_is_entered_and_confirmed(rig: Rig) -> None:
    (order_no,) = rig.cart()
    await rig.enter(order_no, WRONG)
    await release(rig)

    await rig.work()

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
    assert rig.stands(order_no) == WRONG
    (entry,) = await rig.entries()
    steps = [(step.what, step.who) for step in await rig.store.steps_of(entry.parcel_id, [entry.id])]
    assert steps.index(("held", "keeper")) < steps.index(("released", "person 佐藤"))
    assert steps.index(("released", "person 佐藤")) < steps.index(("entering", "keeper"))


async def test_it_is_no_answer_to_a_request_from_before_the_label(rig: Rig) -> None:
    """Who checked a number has refused nothing in QSM: the parcel is to be pulled. The sender's clock is ahead here."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.enter(order_no, WRONG, at=rig.clock() + timedelta(minutes=1))
    await release(rig)
    rig.clock.forward(seconds=5)
    rig.market.ask_cancel(order_no)

    await rig.work(within=timedelta(minutes=5))

    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.PRINTED_AFTER_REQUEST)]
    assert rig.writes() == []


async def test_it_is_no_answer_to_a_request_in_the_gap(rig: Rig) -> None:
    rig.configure({"in_the_gap": "hold"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.enter(order_no, WRONG)
    await release(rig)
    rig.clock.forward(seconds=5)
    rig.market.ask_cancel(order_no)

    await rig.work(within=timedelta(minutes=5))

    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.IN_THE_GAP)]
    assert rig.writes() == []


async def test_a_release_survives_a_restart(rig: Rig) -> None:
    (order_no,) = rig.cart()
    await rig.enter(order_no, WRONG)
    await release(rig)
    rig.start()

    await rig.work()

    assert rig.stands(order_no) == WRONG


async def test_a_refused_number_is_tried_again_when_a_person_says_so(rig: Rig) -> None:
    (order_no,) = rig.cart()
    rig.fault(FaultKind.CODE, code=-10004, method="ShippingBasic.SetSendingInfo", applied=False)
    entry = await rig.enter(order_no)
    assert entry.state is EntryState.REFUSED

    retry = EntryAct(EntryActKind.RETRY, entry.id, "佐藤", "QSMで直した", rig.clock())
    await rig.store.entry_acts.on_entry(retry)
    await rig.work()

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]


async def test_a_reference_that_no_setting_could_read_is_read_after_a_restart(rig: Rig) -> None:
    """With a pattern that was mended, without the label being sent again."""
    (order_no,) = rig.cart()
    await rig.hear(f"X9999{order_no}")
    await rig.wait(minutes=1)
    (before,) = await rig.rows("parcel")
    rig.configure(packing_table={"reference_pattern": r"X9999(?P<ref>[0-9]+)"})

    await rig.run(seconds=30)

    assert before.reason == Reason.REFERENCE_UNREADABLE
    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN)]
