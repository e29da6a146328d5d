"""When this machine's clock is wrong, or is put right: what is known of cancel requests and orders stays known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.domain.entry import EntryState
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

NINE_HOURS = timedelta(hours=9)
"""A clock that shows Japan's time where UTC was meant."""


async def test_claims_are_read_after_a_clock_that_was_ahead_is_put_back(rig: Rig) -> None:
    """The last look then lies in the future: a request that came since must be seen all the same."""
    await rig.store.record_claims_read("main", rig.clock() + NINE_HOURS)
    today = rig.clock().date()
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING, ship_by=today + timedelta(days=3)))
    rig.market.ask_cancel(order_no, "")

    await rig.claims_watch.look()

    (memory,) = await rig.store.open_requests("main")
    assert memory.cancel_status is ClaimStatus.CANCEL_REQUESTED
    row = await rig.store.shop("main")
    assert row is not None
    assert row.claims_read_until == rig.clock()


async def test_orders_that_are_newer_than_our_clock_are_entered(rig: Rig) -> None:
    """Many at once are looked for in lists, whose period would end before it begins."""
    ordered_at = rig.clock() + NINE_HOURS
    order_nos = [rig.cart(NewLine(ordered_at=ordered_at))[0] for _ in range(8)]
    await rig.lines.read_singly(order_nos, rig.clock())
    for order_no in order_nos:
        await rig.hear(order_no)

    await rig.work()

    assert await rig.ends() == [(order_no, EntryState.CONFIRMED, Reason.SHOWN) for order_no in order_nos]
