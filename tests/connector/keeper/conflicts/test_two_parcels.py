"""Two labels for one order line: the line's cancel request meets each of their parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.acts import Act, ActKind
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conflicts.conftest import Journal
    from tests.connector.keeper.conftest import Clock, Rig


@pytest.fixture
async def cancelled(rig: Rig) -> tuple[str, str, str]:
    """A cancelled line, and the numbers of two labels that were printed for it."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.set_claim(order_no, ClaimStatus.CANCELLED)
    first, second = await rig.hear(order_no), await rig.hear(order_no)
    await rig.work()
    return order_no, first, second


@pytest.mark.parametrize("void", [0, 1])
async def test_while_one_parcel_is_left_the_conflict_stays_open(
    rig: Rig, clock: Clock, journal: Journal, cancelled: tuple[str, str, str], void: int
) -> None:
    order_no, *numbers = cancelled
    clock.forward(seconds=5)

    await rig.hear(order_no, numbers.pop(void), kind=EventKind.VOIDED)
    await rig.work()
    (conflict,) = await journal.of(order_no)
    assert conflict.outcome == ""

    await rig.hear(order_no, numbers.pop(), kind=EventKind.VOIDED)
    await rig.work()
    (conflict,) = await journal.of(order_no)
    assert conflict.outcome == "settled"


async def test_a_person_who_stopped_one_parcel_is_shown_the_other_at_once(
    rig: Rig, clock: Clock, journal: Journal, cancelled: tuple[str, str, str]
) -> None:
    order_no, *_ = cancelled
    clock.forward(seconds=5)

    for outcomes in (["left_cancelled", ""], ["left_cancelled", "left_cancelled"]):
        (conflict_id,) = await journal.open_ids(order_no)
        act = Act(ActKind.LEAVE_CANCELLED, conflict_id, "sato", "荷物を抜いた", clock(), "parcel_stopped")
        await rig.store.act_on(act)
        await rig.wait(seconds=5)

        assert [conflict.outcome for conflict in await journal.of(order_no)] == outcomes
