"""When Qoo10 is away, when its key is dead, and when this program was: what waits, what is tried again, and when."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.qoo10.keys import ConfiguredKey
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.switches import CredentialEnvelope
from connector.sandbox.writes import enter_by_hand
from connector.store.entries import Writing

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

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

    await rig.run(minutes=10)
    during = len(rig.market.calls) - before
    ends = {(state, reason) for no, state, reason in await rig.ends() if no in waiting}
    rig.market.faults.clear()
    await rig.run(seconds=70)

    assert ends == {(EntryState.WAITING, Reason.UNAVAILABLE)}
    assert during < 10 * 60 / 4
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}


async def test_labels_heard_in_an_outage_are_entered_right_after_it(rig: Rig) -> None:
    """Also those whose order was never seen before: that Qoo10 cannot be asked does not make an order unknown."""
    rig.fault(FaultKind.HTTP_ERROR, times=None)
    order_nos = [rig.cart()[0] for _ in range(8)]
    for order_no in order_nos:
        await rig.hear(order_no)

    await rig.run(minutes=10)
    during = len(rig.market.calls)
    parcels = {row.reason for row in await rig.rows("parcel")}
    rig.market.faults.clear()
    await rig.run(seconds=70)

    assert parcels == {Reason.UNAVAILABLE}
    assert during < 10 * 60
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
    assert len(await rig.entries()) == len(order_nos)


async def test_a_qoo10_that_takes_fewer_calls_than_configured_is_entered_at_all_the_same(rig: Rig) -> None:
    rig.market.switches.calls_per_second = 2
    (order_no,) = rig.cart()
    await rig.hear(order_no)

    await rig.run(minutes=5)

    assert await rig.ends() == [(order_no, *CONFIRMED)]


@pytest.mark.parametrize("envelope", CredentialEnvelope)
@pytest.mark.parametrize("end", [{"expired": True}, {"password_changed": True}])
async def test_with_a_login_a_dead_key_is_issued_anew_once(
    rig: Rig, envelope: CredentialEnvelope, end: dict[str, bool]
) -> None:
    rig.market.switches.credential_envelope = envelope
    rig.with_login()
    (order_no,) = rig.cart()
    await rig.enter(order_no)
    rig.clock.forward(hours=1)
    rig.market.shop("main").end_keys(**end)
    (order_no,) = rig.cart()

    entry = await rig.enter(order_no)

    assert (entry.state, entry.reason) == CONFIRMED
    assert rig.calls()["CreateCertificationKey"] == 2


@pytest.mark.parametrize("method", ["ShippingBasic.SetSendingInfo", "ShippingBasic.SetSendingInfoBulk"])
async def test_a_key_that_dies_between_look_and_write_costs_nothing(rig: Rig, method: str) -> None:
    rig.with_login()
    order_nos = [rig.cart()[0] for _ in range(1 if method.endswith("Info") else 3)]
    rig.fault(FaultKind.CODE, method=method, code=-10000)
    for order_no in order_nos:
        await rig.hear(order_no)

    await rig.work()

    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}


async def test_a_login_that_issues_dead_keys_is_not_asked_in_a_loop(rig: Rig) -> None:
    rig.with_login()
    (order_no,) = rig.cart()
    rig.fault(FaultKind.CODE, method="ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2", code=-10000, times=None)
    rig.fault(FaultKind.CODE, method="ShippingBasic.GetShippingInfo_v3", code=-10000, times=None)
    await rig.hear(order_no)

    await rig.run(hours=1)

    assert rig.calls()["CreateCertificationKey"] <= 7
    assert rig.keeper.stopped_for


async def test_without_a_login_the_shop_stops_and_works_again_once_the_key_is_replaced(rig: Rig) -> None:
    shop = rig.market.shop("main")
    key = [rig.sandbox.key]
    rig.keys = ConfiguredKey(lambda: key[0])
    rig.start()
    shop.end_keys(expired=True)
    order_nos = [rig.cart()[0] for _ in range(3)]
    for order_no in order_nos:
        await rig.hear(order_no)

    stopped_for, calls = [], []

    def replace_the_key() -> None:
        stopped_for.append(rig.keeper.stopped_for)
        calls.append(len(rig.market.calls))
        key[0] = shop.issue_key(rig.market.now())

    await rig.run(replace_the_key, hours=1)

    assert "expired" in stopped_for[0]
    assert calls[0] < 70
    assert rig.keeper.stopped_for == ""
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
    row = await rig.store.shop("main")
    assert row is not None
    assert row.stopped_for == ""


async def test_a_dead_key_stops_the_shop_before_a_label_comes(rig: Rig) -> None:
    """Otherwise the first label in the morning would be what finds it out."""
    rig.market.shop("main").end_keys(expired=True)
    looking = asyncio.create_task(rig.orders_watch.run())
    async with asyncio.timeout(10):
        await rig.store.wake("main").wait()
    looking.cancel()

    stopped_for = []
    await rig.run(lambda: stopped_for.append(rig.keeper.stopped_for), minutes=10)

    assert "expired" in stopped_for[0]


async def test_what_a_person_must_see_is_logged_as_a_warning(rig: Rig) -> None:
    """Whoever reads only warnings misses no hold; a number that stands is no news to them."""
    (unpaid,) = rig.cart(NewLine(status=ShippingStatus.AWAITING_PAYMENT))
    (paid,) = rig.cart()
    with capture_logs() as logs:
        await rig.enter(unpaid)
        await rig.enter(paid)

    levels = {(each["order_no"], each["log_level"]) for each in logs if each["event"] == "entry"}
    assert levels == {(unpaid, "warning"), (paid, "info")}


async def test_a_start_forgets_that_the_last_run_stood_still(rig: Rig) -> None:
    """The key may have been mended meanwhile; if it was not, the shop stops anew."""
    await rig.store.record_stop("main", "the key has expired", rig.clock())

    await rig.run(seconds=1)

    row = await rig.store.shop("main")
    assert row is not None
    assert row.stopped_for == ""


@pytest.mark.parametrize("reached", [True, False])
async def test_what_was_being_written_at_a_crash_is_read_before_it_is_repeated(rig: Rig, *, reached: bool) -> None:
    (order_no,) = rig.cart()
    tracking_no = await rig.hear(order_no)
    await rig.keeper._parcels.work_off(rig.clock())
    (entry,) = await rig.entries()
    await rig.store.begin_writing([Writing(entry, "ヤマト宅急便", "", Reason.OPEN, rig.clock())])
    if reached:
        enter_by_hand(rig.market, order_no, "ヤマト宅急便", tracking_no)
    rig.start()
    calls = len(rig.market.calls)

    await rig.keeper._begin()
    assert await rig.ends() == [(order_no, EntryState.UNCLEAR, Reason.INTERRUPTED)]
    await rig.wait(minutes=5)

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    first, *_ = list(rig.market.calls.since())[calls:]
    assert first.method == "ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2"
    assert len(rig.writes()) == (0 if reached else 1)


@pytest.mark.parametrize("late_s", [0, 1, 10, 60, 600])
@pytest.mark.parametrize("lost", [False, True])
async def test_a_number_that_shows_late_is_not_written_again(rig: Rig, late_s: float, *, lost: bool) -> None:
    """With a lost answer only as long as ``repeat_unclear_after_s`` waits; the default is for a quick Qoo10."""
    rig.configure(shop={"repeat_unclear_after_s": 900})
    rig.market.switches.visible_late_s = late_s
    (order_no,) = rig.cart()
    if lost:
        rig.fault(FaultKind.LOST_ANSWER, method="ShippingBasic.SetSendingInfo")
    await rig.hear(order_no)

    await rig.wait(minutes=12)

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    assert len(rig.writes()) == 1


async def test_a_number_that_is_accepted_and_never_shown_is_held(rig: Rig) -> None:
    rig.configure(shop={"shown_within_s": 60})
    rig.market.switches.visible_late_s = 600
    (order_no,) = rig.cart()
    await rig.hear(order_no)

    await rig.wait(minutes=3)
    assert await rig.ends() == [(order_no, EntryState.HELD, Reason.NEVER_SHOWN)]
    await rig.wait(minutes=40)

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    assert len(rig.writes()) == 1


async def test_what_is_past_its_ship_by_date_goes_first(rig: Rig, clock: Clock) -> None:
    today = clock().date()
    calm = [rig.cart(NewLine(status=ShippingStatus.PREPARING))[0] for _ in range(3)]
    (late,) = rig.cart(NewLine(status=ShippingStatus.PREPARING, ship_by=today - timedelta(days=2)))
    await rig.lines.list_open()
    for order_no in (*calm, late):
        await rig.hear(order_no)

    await rig.work()

    (bulk,) = rig.writes()
    assert json.loads(bulk)[0]["OrderNo"] == late
    assert rig.ours(late)


async def test_many_labels_go_together_but_never_more_than_qoo10_takes(rig: Rig) -> None:
    order_nos = [rig.cart()[0] for _ in range(505)]
    await asyncio.gather(*(rig.hear(order_no) for order_no in order_nos))

    await rig.work()

    sizes = [len(json.loads(write)) for write in rig.writes()]
    assert sum(sizes) == 505
    assert max(sizes) == 500
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
    assert len(rig.market.calls) < 60


async def test_no_more_calls_go_out_than_configured(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no second, whatever there is to do: lists, single reads, writes, repetitions."""
    rig.calls_per_second = 5
    rig.start()
    wait = rig.transport._limiter.wait
    let_go: list[float] = []

    async def observed() -> None:
        await wait()
        let_go.append(rig.clock().timestamp())

    monkeypatch.setattr(rig.transport._limiter, "wait", observed)
    rig.fault(FaultKind.RESET, times=5)
    for _ in range(4):
        await rig.hear(rig.market.line(rig.cart(NewLine(), NewLine())[0]).pack_no)
        await rig.hear(rig.cart()[0])
    await rig.wait(minutes=1)

    assert len(let_go) == len(rig.records) == len(rig.market.calls) > 15
    assert all(later - earlier > 1 for earlier, later in zip(let_go, let_go[5:], strict=False))
    assert {(state, reason) for _, state, reason in await rig.ends()} == {CONFIRMED}
