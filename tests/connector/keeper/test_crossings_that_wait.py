"""A cancel request that meets a parcel whose number may not go out yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from carriers.model import EventKind
from connector.domain.acts import Act, ActKind
from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

LINE = NewLine(status=ShippingStatus.PREPARING, ship_by=date(2026, 11, 30))
WAITING = (EntryState.WAITING, Reason.BEFORE_ITS_MOMENT)


async def look(rig: Rig) -> None:
    """One look of the claims watch, and all that follows from it."""
    await rig.claims_watch.look()
    await rig.wait(minutes=2)


@pytest.fixture
async def waiting(rig: Rig) -> str:
    """A printed label that waits for its first scan."""
    rig.configure(packing_table={"enter_on": "scanned"})
    (order_no,) = rig.cart(LINE)
    await rig.hear(order_no)
    await rig.wait(minutes=1)
    return order_no


async def test_a_request_is_a_conflict_at_once_and_the_number_still_waits(rig: Rig, waiting: str) -> None:
    rig.market.ask_cancel(waiting)
    await look(rig)

    assert await rig.conflicts() == [(waiting, "in_the_gap", "")]
    assert await rig.ends() == [(waiting, *WAITING)]
    assert rig.writes() == []


async def test_a_cancel_is_a_conflict_at_once(rig: Rig, waiting: str) -> None:
    rig.market.ask_cancel(waiting)
    rig.market.accept_cancel(waiting)
    await look(rig)

    assert await rig.conflicts() == [(waiting, "cancelled_parcel_exists", "")]
    assert await rig.ends() == [(waiting, EntryState.CONFLICT, Reason.CANCELLED)]


async def test_a_request_that_ends_closes_its_conflict(rig: Rig, waiting: str) -> None:
    rig.market.ask_cancel(waiting)
    await look(rig)
    rig.market.refuse_cancel(waiting)
    await look(rig)
    await rig.wait(hours=1)

    ((_, _, outcome),) = await rig.conflicts()
    assert outcome == "request_ended"
    assert await rig.ends() == [(waiting, *WAITING)]


async def test_the_moment_enters_it_in_the_same_conflict(rig: Rig, waiting: str) -> None:
    rig.market.ask_cancel(waiting)
    await look(rig)
    (entry,) = await rig.entries()
    await rig.hear(waiting, entry.tracking_no, kind=EventKind.SCANNED)
    await rig.work()

    assert await rig.ends() == [(waiting, EntryState.CONFIRMED, Reason.SHOWN)]
    assert len(await rig.conflicts()) == 1


async def test_a_person_who_refused_it_need_not_wait_for_the_moment(rig: Rig, waiting: str) -> None:
    """After a refusal the number must stand the same day (A3)."""
    rig.market.ask_cancel(waiting)
    await look(rig)
    (row,) = await rig.rows("conflict")
    await rig.store.act_on(Act(ActKind.ENTER_NOW, row.id, "sato", "refused", rig.clock(), "refused_in_qsm"))
    await rig.work()

    assert await rig.ends() == [(waiting, EntryState.CONFIRMED, Reason.SHOWN)]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"tracking_no": "444413758702"}, Reason.CHECK_DIGIT),
        ({"carrier": "pigeon", "service": ""}, Reason.NAME_UNKNOWN),
    ],
)
async def test_a_number_that_is_held_for_itself_meets_a_request_too(
    rig: Rig, label: dict[str, Any], reason: Reason
) -> None:
    (order_no,) = rig.cart(LINE)
    entry = await rig.enter(order_no, **label)
    assert (entry.state, entry.reason) == (EntryState.HELD, reason)
    await rig.wait(minutes=1)
    rig.market.ask_cancel(order_no)
    await look(rig)

    assert await rig.conflicts() == [(order_no, "in_the_gap", "")]
    assert await rig.ends() == [(order_no, EntryState.HELD, reason)]
    assert rig.writes() == []
