"""When Qoo10 is away, when its key is dead, and when this program was: what waits, what is tried again, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

CONFIRMED = (EntryState.CONFIRMED, Reason.SHOWN)


async def test_an_outage_is_met_with_few_calls_and_ends_at_once(rig: Rig) -> None:
    (order_no,) = rig.cart()
    await rig.enter(order_no)
    waiting = [rig.cart()[0] for _ in range(3)]
    await rig.lines.list_open()
    before = len(rig.market.calls)
    rig.fault(FaultKind.HTTP_ERROR, times=None)
    for order_no in waiting:
        await rig.hear(order_no)

    await rig.run(minutes=20)
    during = len(rig.market.calls) - before
    ends = {(state, reason) for no, state, reason in await rig.ends() if no in waiting}
    rig.market.faults.clear()
    await rig.run(seconds=70)

    assert ends == {(EntryState.WAITING, Reason.UNAVAILABLE)}
    assert during < 20 * 60 / 5
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}


async def test_labels_heard_in_an_outage_are_entered_right_after_it(rig: Rig) -> None:
    """Also those whose order was never seen before: that Qoo10 cannot be asked does not make an order unknown."""
    rig.fault(FaultKind.HTTP_ERROR, times=None)
    order_nos = [rig.cart()[0] for _ in range(8)]
    for order_no in order_nos:
        await rig.hear(order_no)

    await rig.run(minutes=60)
    during = len(rig.market.calls)
    parcels = {row.reason for row in await rig.rows("parcel")}
    rig.market.faults.clear()
    await rig.run(seconds=70)

    assert parcels == {Reason.UNAVAILABLE}
    assert during < 60 * 60 / 2
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
    assert len(await rig.entries()) == len(order_nos)
