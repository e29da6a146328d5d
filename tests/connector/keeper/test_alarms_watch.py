"""What the alarms watch says, against the real store and a sandbox."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from carriers.model import EventKind
from connector.domain.acts import Act, ActKind
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.report import cancel_rate, report
from connector.domain.report_facts import CancelRule, Counting, Month
from connector.domain.silence import Signs
from connector.measure.watch import AlarmsWatch
from connector.sandbox import FaultKind, NewLine
from connector.sandbox.writes import enter_by_hand
from connector.settings import Settings

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

SOURCE = {"kind": "standard", "shop": "main", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}
LINE = NewLine(status=ShippingStatus.PREPARING, ship_by=date(2026, 11, 25))
"""To be shipped the day after the clock's start, which is a Tuesday at noon in Japan."""


@pytest.fixture
def watch(rig: Rig, clock: Clock) -> AlarmsWatch:
    settings = Settings.model_validate(
        {
            "shops": {"main": {"seller_auth_key": "made-up"}},
            "sources": {
                "packing-table": {
                    "kind": "standard",
                    "shop": "main",
                    "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
                }
            },
        }
    )

    async def no_signs(_now: datetime) -> Signs:
        return Signs()

    return AlarmsWatch(rig.store, settings, clock, rig.metrics, no_signs)


def said(found: list[Alarm]) -> list[tuple[AlarmKind, str]]:
    return [(alarm.kind, alarm.order_no) for alarm in found]


async def test_a_line_without_a_label_near_and_past_its_date(rig: Rig, watch: AlarmsWatch) -> None:
    (order_no,) = rig.cart(LINE)
    await rig.lines.list_open()
    assert (await watch.look()).alarms == []

    await rig.wait(hours=29)
    assert said((await watch.look()).alarms) == [(AlarmKind.SHIP_BY_NEAR, order_no)]
    await rig.wait(hours=8)
    assert said((await watch.look()).alarms) == [(AlarmKind.SHIP_BY_PAST, order_no)]

    await rig.enter(order_no)
    assert (await watch.look()).alarms == []


async def test_a_line_dispatched_by_hand_is_no_alarm_once_it_left_the_list(rig: Rig, watch: AlarmsWatch) -> None:
    """Nobody enters it, so nobody but the list tells that it is gone."""
    by_hand, waits = rig.cart(LINE)[0], rig.cart(LINE)[0]
    await rig.lines.list_open()
    enter_by_hand(rig.market, by_hand, "ヤマト宅急便", "444413758703")
    await rig.wait(hours=40)
    await rig.lines.list_open()
    await rig.lines.follow_left()

    assert said((await watch.look()).alarms) == [(AlarmKind.SHIP_BY_PAST, waits)]
    (memory,) = await rig.store.known_lines("main", [by_hand])
    assert (memory.status, memory.tracking_no) == (ShippingStatus.ON_DELIVERY, "444413758703")


async def test_a_number_that_does_not_get_through(rig: Rig, watch: AlarmsWatch) -> None:
    (order_no,) = rig.cart()
    rig.fault(FaultKind.HTTP_ERROR, times=None)
    await rig.hear(order_no)
    await rig.wait(minutes=11)

    assert [alarm.kind for alarm in (await watch.look()).alarms] == [AlarmKind.NOT_ENTERED]

    rig.market.faults.clear()
    await rig.work()
    assert (await watch.look()).alarms == []


async def test_a_hold_that_nobody_mends_and_a_label_without_an_order(rig: Rig, watch: AlarmsWatch) -> None:
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no, "444413758702")
    assert entry.state is EntryState.HELD
    await rig.hear("1062999999")
    await rig.hear("1062999998")
    await rig.wait(minutes=31)

    found = (await watch.look()).alarms

    assert said(found) == [(AlarmKind.NOT_LOOKED_AT, order_no), (AlarmKind.NOT_ENTERED, "")]
    assert "2 labels" in found[1].happened.en


async def test_a_conflict_until_a_person_acts(rig: Rig, watch: AlarmsWatch, clock: Clock) -> None:
    (order_no,) = rig.cart(LINE)
    await rig.enter(order_no)
    other = await rig.enter(order_no, "444413750023")
    assert other.state is EntryState.CONFLICT
    (found,) = (await watch.look()).alarms
    assert (found.kind, found.order_no, found.tracking_no) == (AlarmKind.ANOTHER_NUMBER, order_no, "444413750023")
    assert found.conflict_id is not None

    await rig.store.act_on(Act(ActKind.CLOSE, found.conflict_id, "sato", "settled in QSM", clock(), "dealt_with"))
    assert (await watch.look()).alarms == []


async def test_a_number_without_a_scan_where_scans_are_told(rig: Rig, watch: AlarmsWatch) -> None:
    (seen,), (unseen,) = rig.cart(), rig.cart()
    first = await rig.enter(seen)
    await rig.enter(unseen)
    await rig.wait(days=6)
    assert (await watch.look()).alarms == []

    await rig.hear(seen, first.tracking_no, kind=EventKind.SCANNED)
    await rig.work()
    assert said((await watch.look()).alarms) == [(AlarmKind.NO_SCAN, unseen)]


async def test_an_alarm_is_logged_when_it_comes_and_when_it_goes(rig: Rig, watch: AlarmsWatch) -> None:
    (order_no,) = rig.cart(LINE)
    await rig.lines.list_open()
    await rig.wait(hours=40)
    with capture_logs() as came:
        await watch.look()
        await watch.look()
    await rig.enter(order_no)
    with capture_logs() as went:
        await watch.look()

    (alarm,) = [line for line in came if line["event"] == "alarm"]
    assert (alarm["log_level"], alarm["kind"], alarm["order_no"]) == ("warning", "ship_by_past", order_no)
    assert "no label was heard of" in alarm["happened"]
    (over,) = [line for line in went if line["event"] == "alarm_over"]
    assert over["order_no"] == order_no


async def test_many_alarms_at_once_do_not_flood_the_log(rig: Rig, watch: AlarmsWatch) -> None:
    for _ in range(30):
        rig.cart(LINE)
    await rig.lines.list_open()
    await rig.wait(hours=40)
    with capture_logs() as logged:
        await watch.look()

    assert [line["event"] for line in logged].count("alarm") == 20
    (summary,) = [line for line in logged if line["event"] == "alarms_changed"]
    assert (summary["appeared"], summary["all"]) == (30, 30)


async def test_metrics_count_alarms_conflicts_and_cancels(rig: Rig, watch: AlarmsWatch) -> None:
    rig.cart(LINE)
    await rig.lines.list_open()
    await rig.wait(hours=40)
    await watch.look()
    text = rig.metrics.exposition(await rig.store.depths.now(), rig.clock()).decode()

    assert 'qoo10_connector_alarms{kind="ship_by_past",shop="main"} 1.0' in text
    assert 'qoo10_connector_cancel_rate_ratio{shop="main"} 0.0' in text
    assert 'qoo10_connector_counted_cancels{shop="main"} 0.0' in text


async def test_a_month_as_it_was(rig: Rig, clock: Clock) -> None:
    """Two numbers, one of them late; one cancel soon after its order, one a day later."""
    soon, later = rig.cart(LINE)[0], rig.cart(LINE)[0]
    in_time, late = rig.cart(LINE)[0], rig.cart(LINE)[0]
    await rig.lines.list_open()
    rig.market.ask_cancel(soon)
    rig.market.accept_cancel(soon)
    await rig.enter(in_time)
    await rig.wait(days=1)
    rig.market.ask_cancel(later)
    rig.market.accept_cancel(later)
    await rig.wait(days=1)
    await rig.enter(late)
    await rig.claims_watch.look()
    month = Month.of(clock())
    found = report(await rig.store.month_material(month, ("main",)), month, ("main",), CancelRule(), clock())

    assert [gaps.heard.count for gaps in found.gaps] == [2, 1, 1]
    assert [(line.order_no, line.ship_by) for line in found.late] == [(late, date(2026, 11, 25))]
    (rate,) = found.cancel_rates
    assert (rate.orders, rate.count(Counting.COUNTS), rate.count(Counting.EXCLUDED)) == (4, 1, 1)
    assert rate.percent == 25
    assert found.conflicts == {}
    material = await rig.store.month_material(Month(2026, 12), ("main",))
    assert cancel_rate(material, Month(2026, 12), "main", CancelRule(), clock()).orders == 0


async def test_a_line_that_left_and_is_nowhere_has_no_known_state(rig: Rig, watch: AlarmsWatch) -> None:
    """What nobody can see is no line to ship, and comes back as soon as a list shows it again."""
    (order_no,) = rig.cart(LINE)
    await rig.lines.list_open()
    line = rig.market.lines.pop(order_no)
    rig.market.shop("main").by_status[ShippingStatus.PREPARING].pop(order_no)
    await rig.wait(hours=40)
    await rig.lines.list_open()
    await rig.lines.follow_left()
    assert (await watch.look()).alarms == []

    rig.market.lines[order_no] = line
    rig.market.shop("main").index(line)
    await rig.lines.list_open()
    assert await rig.lines.follow_left() == 0
    assert said((await watch.look()).alarms) == [(AlarmKind.SHIP_BY_PAST, order_no)]
