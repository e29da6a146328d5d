"""What is heard of a label after its number stands, or after a person was told that the number is dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conflicts.conftest import Journal
    from tests.connector.keeper.conftest import Clock, Rig


@pytest.mark.parametrize("knows_order", [True, False])
async def test_a_hand_over_after_the_entry_is_in_the_log(
    rig: Rig, clock: Clock, journal: Journal, *, knows_order: bool
) -> None:
    """It is what a refusal is proved with, and the line is looked at no more, nor is its conflict open."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    number = await rig.hear(order_no)
    clock.forward(seconds=2)
    rig.market.ask_cancel(order_no)
    await rig.work()
    assert [conflict.outcome for conflict in await journal.of(order_no)] == ["request_ended"]
    calls = len(rig.market.calls)
    clock.forward(hours=2)

    await rig.hear(order_no if knows_order else "", number, kind=EventKind.HANDED_OVER, at=clock())
    await rig.wait(minutes=1)

    told = [row.what for row in await rig.store.log_rows()]
    assert told[-1] == "label_handed_over"
    assert told.count("label_printed") == 1
    assert len(rig.market.calls) == calls


async def test_a_dead_label_that_is_printed_again_is_alive_at_once(rig: Rig, clock: Clock, journal: Journal) -> None:
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no)
    for kind, end in (
        (EventKind.VOIDED, (EntryState.CONFLICT, Reason.DEAD_NUMBER)),
        (EventKind.PRINTED, (EntryState.CONFIRMED, Reason.SHOWN)),
    ):
        clock.forward(seconds=5)
        await rig.hear(order_no, entry.tracking_no, kind=kind)
        await rig.wait(seconds=5)
        assert await rig.ends() == [(order_no, *end)]

    assert await journal.open_ids(order_no) == []
