"""Buyers' inquiries about order lines in work: kept without their words, shown, and deciding nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.entry import EntryState
from connector.domain.inquiries import InquiryStatus
from connector.domain.orders import ShippingStatus
from connector.keeper.inquiries import LOOK_BACK, Inquiries, InquiriesWatch
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError
from connector.qoo10.keys import ConfiguredKey
from connector.sandbox import FaultKind
from connector.sandbox.records import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

SHOP = "main"
GET = "CSCenter.GetInquiryMessage"
ASKS_TO_CANCEL = "注文をキャンセルしたいです。連絡先は 090-1234-5678 です。"


@pytest.fixture
def inquiries(rig: Rig) -> Inquiries:
    client = QapiClient(rig.transport, ConfiguredKey(lambda: rig.sandbox.key_of(SHOP)))
    return Inquiries(SHOP, rig.store, client, rig.clock)


async def in_the_gap(rig: Rig) -> str:
    """A line with an open conflict: the cancel was asked after the label was printed, and the shop holds."""
    rig.configure({"in_the_gap": "hold"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    await rig.hear(order_no)
    rig.clock.forward(seconds=5)
    rig.market.ask_cancel(order_no)
    await rig.work()
    return order_no


async def facts(rig: Rig, what: str) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in await rig.store.log_rows() if row.what == what]


async def test_an_inquiry_about_a_line_in_work_is_kept_without_its_words(rig: Rig, inquiries: Inquiries) -> None:
    (order_no, other) = (*rig.cart(), *rig.cart())
    await rig.enter(order_no)
    asked = rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    rig.market.add_inquiry(other, ASKS_TO_CANCEL)
    asked_at = rig.clock().replace(microsecond=0)  # Qoo10 gives seconds
    rig.clock.forward(minutes=4)

    await inquiries.look()

    (kept,) = await rig.store.open_inquiries()
    assert (kept.inquiry.order_no, kept.inquiry.status) == (order_no, InquiryStatus.UNANSWERED)
    assert kept.inquiry.key == f"MSG {asked.question_no} {asked.seq_no}"
    assert kept.inquiry.speaks_of_cancelling
    assert (kept.inquiry.asked_at, kept.learned_at) == (asked_at, rig.clock())
    (row,) = await rig.rows("inquiry")
    assert not any("キャンセル" in str(value) or "090" in str(value) for value in row)


async def test_an_inquiry_that_speaks_of_cancelling_changes_no_decision(rig: Rig, inquiries: Inquiries) -> None:
    """The entry is made as if nobody had written; nothing is woken, and no conflict is opened."""
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    await inquiries.look()
    await rig.work()
    await inquiries.look()
    before, history = await rig.entries(), await rig.rows("history")

    await inquiries.look()

    assert [entry.state for entry in before] == [EntryState.CONFIRMED]
    assert rig.stands(order_no) == before[0].tracking_no
    assert await rig.conflicts() == []
    assert (await rig.entries(), await rig.rows("history")) == (before, history)
    assert len(await rig.store.open_inquiries()) == 1
    assert not await rig.turn()


async def test_it_stands_in_the_log_of_the_lines_conflict_once(rig: Rig, inquiries: Inquiries) -> None:
    """Whether it came before the conflict or after; the verdict stays as it is."""
    order_no = await in_the_gap(rig)
    before = await rig.conflicts()
    asked = rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    asked_at = rig.clock().replace(microsecond=0)  # Qoo10 gives seconds
    rig.clock.forward(minutes=5)
    verdicts = await facts(rig, "verdict")

    for _ in range(3):
        await inquiries.look()
        rig.clock.forward(minutes=5)
    await rig.work()

    (fact,) = await facts(rig, "inquiry")
    assert fact["happened_at"] == asked_at.isoformat()
    assert (fact["clock"], fact["origin"]) == ("qoo10", "GetInquiryMessage")
    assert fact["detail"] == {"inquiry": f"MSG {asked.question_no} {asked.seq_no}", "speaks_of_cancelling": "yes"}
    assert await rig.conflicts() == before
    assert await facts(rig, "verdict") == verdicts
    assert rig.ours(order_no) == []


async def test_an_inquiry_before_the_conflict_joins_it_later(rig: Rig, inquiries: Inquiries) -> None:
    rig.configure({"in_the_gap": "hold"})
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.market.add_inquiry(order_no, "サイズを教えてください")
    await inquiries.look()
    assert await rig.store.open_inquiries() == []  # nothing is in work there yet
    await rig.hear(order_no)
    rig.clock.forward(seconds=5)
    rig.market.ask_cancel(order_no)
    await rig.work()

    await inquiries.look()

    (fact,) = await facts(rig, "inquiry")
    assert fact["detail"]["speaks_of_cancelling"] == "no"


async def test_one_that_was_answered_is_open_no_more(rig: Rig, inquiries: Inquiries) -> None:
    (order_no,) = rig.cart()
    await rig.enter(order_no)
    asked = rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    await inquiries.look()
    asked.status = "S2"
    await inquiries.look()
    (in_work,) = await rig.store.open_inquiries()
    asked.status = "S3"

    await inquiries.look()

    assert in_work.inquiry.status is InquiryStatus.IN_WORK
    assert await rig.store.open_inquiries() == []
    assert [row.status for row in await rig.rows("inquiry")] == [""]


async def test_an_old_one_is_listed_no_more(rig: Rig, inquiries: Inquiries) -> None:
    (order_no,) = rig.cart()
    await rig.enter(order_no)
    rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    await inquiries.look()
    rig.clock.forward(seconds=LOOK_BACK.total_seconds() + 1)

    assert await inquiries.look() == []
    assert await rig.store.open_inquiries() == []


async def test_a_list_that_cannot_be_read_concludes_nothing(rig: Rig, inquiries: Inquiries) -> None:
    """Half of the answer (S1 without S2) would say that what is in S2 was answered."""
    (order_no,) = rig.cart()
    await rig.enter(order_no)
    asked = rig.market.add_inquiry(order_no, ASKS_TO_CANCEL)
    asked.status = "S2"
    await inquiries.look()
    rig.fault(FaultKind.THROTTLED, method=GET, skip=1)

    with pytest.raises(LaterError):
        await inquiries.look()

    assert len(await rig.store.open_inquiries()) == 1


async def test_a_look_is_two_calls_one_after_the_other(rig: Rig, inquiries: Inquiries) -> None:
    await inquiries.look()

    assert rig.calls() == {"GetInquiryMessage": 2}


@pytest.mark.parametrize(("calls_per_second", "every_s"), [(50, 300.0), (5, 300.0), (1, 300.0)])
def test_the_watch_keeps_to_a_small_share_of_the_calls(
    rig: Rig, inquiries: Inquiries, calls_per_second: float, every_s: float
) -> None:
    watch = InquiriesWatch(SHOP, rig.keeper, inquiries, every_s=300, calls_per_second=calls_per_second)
    eager = InquiriesWatch(SHOP, rig.keeper, inquiries, every_s=30, calls_per_second=calls_per_second)

    assert watch._every_s == every_s
    assert 2 / eager._every_s <= 0.02 * calls_per_second * (1 + 1e-9)
