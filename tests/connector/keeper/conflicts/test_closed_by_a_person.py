"""A conflict that a person has closed stays closed, until there is something that the person did not know."""

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

OTHER = "444413758714"


async def close(rig: Rig, clock: Clock, conflict_id: int) -> None:
    await rig.store.act_on(Act(ActKind.CLOSE, conflict_id, "sato", "QSMで対応した", clock(), "dealt_with"))
    await rig.wait(hours=3)


@pytest.mark.parametrize("claim", [ClaimStatus.CANCEL_REQUESTED, ClaimStatus.CANCELLED])
async def test_what_is_seen_again_opens_nothing(rig: Rig, clock: Clock, journal: Journal, claim: ClaimStatus) -> None:
    """The line is looked at again and again; each look would be another conflict for the person to close."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.set_claim(order_no, claim)
    await rig.enter(order_no)
    (conflict_id,) = await journal.open_ids(order_no)

    await close(rig, clock, conflict_id)

    assert [conflict.outcome for conflict in await journal.of(order_no)] == ["closed_by_person"]


async def test_a_dead_number_can_be_closed(rig: Rig, clock: Clock, journal: Journal) -> None:
    """Nothing but a person in QSM mends it, and nothing at Qoo10 may ever show that it does not matter any more."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    entry = await rig.enter(order_no)
    clock.forward(seconds=5)
    await rig.hear(order_no, entry.tracking_no, kind=EventKind.VOIDED)
    await rig.work()
    (conflict_id,) = await journal.open_ids(order_no)

    await close(rig, clock, conflict_id)

    assert await journal.open_ids(order_no) == []


async def test_a_new_request_and_a_cancel_are_news(rig: Rig, clock: Clock, journal: Journal) -> None:
    rig.configure(shop={"in_the_gap": "hold"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.ask_cancel(order_no)
    await rig.enter(order_no)
    (conflict_id,) = await journal.open_ids(order_no)
    await close(rig, clock, conflict_id)

    rig.market.set_claim(order_no, None)
    rig.market.set_claim(order_no, ClaimStatus.CANCEL_REQUESTED)
    await rig.wait(hours=1)
    rows = await rig.rows("conflict")
    assert [(row.kind, row.outcome) for row in rows[1:]] == [("in_the_gap", "")]
    await close(rig, clock, rows[1].id)

    rig.market.accept_cancel(order_no)
    await rig.wait(hours=1)
    rows = await rig.rows("conflict")
    assert [(row.kind, row.outcome) for row in rows[2:]] == [("cancelled_parcel_exists", "")]


async def test_a_reopened_conflict_is_followed_again(rig: Rig, clock: Clock, journal: Journal) -> None:
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING, tracking_no=OTHER))
    await rig.enter(order_no)
    (conflict_id,) = await journal.open_ids(order_no)
    await close(rig, clock, conflict_id)
    assert await journal.open_ids(order_no) == []

    await rig.store.act_on(Act(ActKind.REOPEN, conflict_id, "sato", "番号が違っていた", clock()))
    await rig.wait(hours=3)

    assert await journal.open_ids(order_no) == [conflict_id]
