"""From what the label carries to the order lines it means: orders, carts, prefixes, and what fits nothing yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

CONFIRMED = (EntryState.CONFIRMED, Reason.SHOWN)


async def test_three_lines_of_a_cart_are_one_parcel_in_one_call(rig: Rig) -> None:
    order_nos = rig.cart(NewLine(), NewLine(), NewLine())

    tracking_no = await rig.hear(rig.market.line(order_nos[0]).pack_no)
    await rig.work()

    assert [rig.ours(order_no) for order_no in order_nos] == [[tracking_no]] * 3
    assert rig.calls()["SetSendingInfoBulk"] == 1
    assert len(await rig.rows("parcel")) == 1


async def test_one_cancelled_line_of_a_cart_holds_up_no_other(rig: Rig) -> None:
    """Each line has its own outcome; the cancelled one is a conflict of its own."""
    order_nos = rig.cart(NewLine(status=ShippingStatus.PREPARING), NewLine(), NewLine())
    rig.market.ask_cancel(order_nos[0])
    rig.market.accept_cancel(order_nos[0])

    await rig.hear(rig.market.line(order_nos[0]).pack_no)
    await rig.work()

    assert await rig.ends() == [
        (order_nos[0], EntryState.CONFLICT, Reason.CANCELLED),
        (order_nos[1], *CONFIRMED),
        (order_nos[2], *CONFIRMED),
    ]


async def test_one_refused_line_of_a_cart_holds_up_no_other(rig: Rig) -> None:
    order_nos = rig.cart(NewLine(), NewLine(), NewLine())
    rig.fault(FaultKind.BULK_ROW_CODE, order_no=order_nos[1], code=-10004)

    await rig.hear(rig.market.line(order_nos[0]).pack_no)
    await rig.wait(hours=1)

    assert [state for _, state, _ in await rig.ends()] == [
        EntryState.CONFIRMED,
        EntryState.REFUSED,
        EntryState.CONFIRMED,
    ]


async def test_a_cart_that_appears_later_is_entered_then(rig: Rig) -> None:
    """The label may be quicker than the order's list."""
    await rig.hear("330000001")
    await rig.wait(minutes=2)
    assert await rig.entries() == []
    ((state, reason),) = [(parcel.state, parcel.reason) for parcel in await rig.rows("parcel")]
    assert (state, reason) == ("unresolved", Reason.ORDER_UNKNOWN)

    order_nos = rig.cart(NewLine(), NewLine(), pack_no="330000001")
    await rig.lines.list_open()
    await rig.work()

    assert await rig.ends() == [(order_no, *CONFIRMED) for order_no in order_nos]


async def test_an_order_that_appears_later_is_entered_by_the_search_alone(rig: Rig) -> None:
    await rig.hear("1062400001")
    await rig.wait(minutes=30)

    (order_no,) = rig.cart()
    await rig.wait(minutes=11)

    assert await rig.ends() == [(order_no, *CONFIRMED)]


async def test_a_cart_known_by_one_line_only_is_not_taken_as_whole(rig: Rig) -> None:
    """Reading one line names its cart, not the cart's other lines: a list must have shown it."""
    first, second = rig.cart(NewLine(), NewLine())
    await rig.enter(first)

    await rig.hear(rig.market.line(first).pack_no, rig.stands(first))
    await rig.work()

    ends = {order_no: (state, reason) for order_no, state, reason in await rig.ends()}
    assert ends == {first: CONFIRMED, second: CONFIRMED}


async def test_the_cancelled_lines_of_a_cart_are_known_by_their_siblings(rig: Rig) -> None:
    """They are in no list any more, but RelatedOrder still names them."""
    gone, left = rig.cart(NewLine(status=ShippingStatus.PREPARING), NewLine())
    rig.market.ask_cancel(gone)
    rig.market.accept_cancel(gone)

    await rig.hear(rig.market.line(left).pack_no)
    await rig.work()

    ends = {order_no: state for order_no, state, _ in await rig.ends()}
    assert ends == {gone: EntryState.CONFLICT, left: EntryState.CONFIRMED}


async def test_a_reference_that_fits_an_order_and_a_cart_is_left_to_a_person(rig: Rig) -> None:
    rig.cart(NewLine(order_no="330000001"), pack_no="330000009")
    rig.cart(NewLine(), NewLine(), pack_no="330000001")
    await rig.lines.list_open()

    await rig.hear("330000001")
    await rig.wait(hours=1)

    (parcel,) = await rig.rows("parcel")
    assert (parcel.state, parcel.reason) == ("unresolved", Reason.REFERENCE_AMBIGUOUS)
    assert rig.writes() == []


@pytest.mark.parametrize(("kind", "lines"), [("order_no", 1), ("pack_no", 2)])
async def test_a_source_that_says_what_it_means_is_not_ambiguous(rig: Rig, kind: str, lines: int) -> None:
    rig.configure(packing_table={"order_reference": kind})
    rig.cart(NewLine(order_no="330000001"), pack_no="330000009")
    rig.cart(NewLine(), NewLine(), pack_no="330000001")
    await rig.lines.list_open()

    await rig.hear("330000001")
    await rig.work()

    assert len(await rig.entries()) == lines


@pytest.mark.parametrize("form", ["Q-{}", "{}-1", " {} ", "Ｑ{}", "order:{};box 1/2"])
async def test_prefix_suffix_and_branch_fall_away(rig: Rig, form: str) -> None:
    (order_no,) = rig.cart()

    entry = await rig.enter(form.format(order_no))

    assert (entry.order_no, entry.state) == (order_no, EntryState.CONFIRMED)


async def test_a_pattern_says_where_the_number_is(rig: Rig) -> None:
    rig.configure(packing_table={"reference_pattern": r"^(?:[0-9]{10})/(?P<ref>[0-9]+)$"})
    (order_no,) = rig.cart()
    (other,) = rig.cart()

    entry = await rig.enter(f"{other}/{order_no}")

    assert entry.order_no == order_no
    assert rig.stands(other) == ""


@pytest.mark.parametrize("reference", ["ABC", "Q-12345", "../../etc", "1-2-3"])
async def test_a_reference_without_a_number_is_shown_and_costs_no_call(rig: Rig, reference: str) -> None:
    await rig.hear(reference)
    await rig.wait(hours=2)

    (parcel,) = await rig.rows("parcel")
    assert parcel.state == "unresolved"
    assert rig.writes() == []
    assert rig.calls()["GetShippingAndClaimInfoByOrderNo_V2"] == 0


async def test_references_of_other_malls_cost_few_calls(rig: Rig) -> None:
    """Whoever ships for several malls sends many labels that Qoo10 knows nothing of."""
    for index in range(12):
        await rig.hear(f"25-{20261124}-{7000000 + index}")
    (order_no,) = rig.cart()
    await rig.hear(order_no)

    await rig.wait(minutes=1)

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    assert rig.calls()["GetShippingInfo_v3"] < 30


async def test_a_poisoned_list_stops_only_what_needs_it(rig: Rig) -> None:
    """A reference that nothing is known of must not keep known orders from being entered."""
    rig.fault(FaultKind.HTTP_ERROR, method="ShippingBasic.GetShippingInfo_v3", times=None)
    await rig.hear("999999999")
    await rig.run(minutes=5)
    (order_no,) = rig.cart()

    await rig.hear(order_no)
    before = len(rig.market.calls)
    await rig.run(seconds=10)

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    assert len(rig.market.calls) - before < 20


async def test_a_poisoned_order_stops_no_other(rig: Rig) -> None:
    (poisoned,) = rig.cart()
    rig.fault(
        FaultKind.GARBAGE,
        method="ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2",
        order_no=poisoned,
        times=None,
        applied=True,
    )
    await rig.lines.list_open()
    await rig.hear(poisoned)
    others = [rig.cart()[0] for _ in range(3)]
    for order_no in others:
        await rig.hear(order_no)

    await rig.wait(minutes=1)

    ends = {order_no: (state, reason) for order_no, state, reason in await rig.ends()}
    assert ends.pop(poisoned) == (EntryState.WAITING, Reason.UNAVAILABLE)
    assert set(ends.values()) == {CONFIRMED}
