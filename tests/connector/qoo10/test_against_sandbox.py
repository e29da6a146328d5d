"""The client and the sandbox were written apart from each other; here they have to agree."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from connector.domain.orders import ClaimStatus, SendingRow, ShippingStatus
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, QapiError, RefusedError, UnclearError
from connector.qoo10.keys import IssuedKey, Login
from connector.qoo10.limits import CallLimiter
from connector.qoo10.outcomes import RowState
from connector.qoo10.transport import Timeouts, Transport
from connector.sandbox.faults import Fault, FaultKind
from connector.sandbox.records import NewLine
from connector.sandbox.server import Sandbox

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
BULK_ONLY = {
    FaultKind.BULK_MISSING_ROW,
    FaultKind.BULK_DOUBLED_ROW,
    FaultKind.BULK_ROW_CODE,
    FaultKind.BULK_ENVELOPE,
}
ELSEWHERE = {FaultKind.BUYER_CANCELS, FaultKind.GATEWAY_CODE, FaultKind.HANG}
HARMLESS = {FaultKind.BOM, FaultKind.XML}
NOT_APPLIED = {FaultKind.HTTP_ERROR: LaterError, FaultKind.THROTTLED: LaterError}


async def no_sleep(_seconds: float) -> None:
    """Stand in for every pause."""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(now=lambda: NOW) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[QapiClient]:
    async with aiohttp.ClientSession() as session:
        transport = Transport(
            session=session,
            base_url=sandbox.base_url,
            limiter=CallLimiter(1000),
            on_call=lambda _record: None,
            timeouts=Timeouts(connect_s=30, total_s=30),
            sleep=no_sleep,
        )
        shop = sandbox.market.shop("main")
        login = Login(shop.api_key, shop.user_id, shop.password)
        yield QapiClient(transport, IssuedKey(login, transport, lambda: NOW, renewal_pause_s=0))


async def test_the_way_of_two_lines_of_one_cart(sandbox: Sandbox, client: QapiClient) -> None:
    first, second = sandbox.market.add_cart(NewLine(ship_by=(NOW + timedelta(days=2)).date()), NewLine())
    sandbox.market.ask_cancel(first.order_no)

    listed = await client.list_lines(None, NOW - timedelta(days=100), NOW)
    requested = await client.list_claims(ClaimStatus.CANCEL_REQUESTED, NOW, NOW)
    await client.send_number(SendingRow(first.order_no, "ヤマト宅急便", "444413758703"))
    rows = [SendingRow(second.order_no, "佐川急便", "4444"), SendingRow("99", "EMS", "1")]
    outcomes = await client.send_numbers(rows)
    shown = await client.read_line(first.order_no)

    assert [line.related_order_nos for line in listed] == [(first.order_no, second.order_no)] * 2
    assert [claim.order_no for claim in requested] == [first.order_no]
    assert [outcome.state for outcome in outcomes.values()] == [RowState.DONE, RowState.REFUSED]
    assert outcomes[second.order_no].recorded_as == "佐川急便"
    assert shown is not None
    assert (shown.status, shown.tracking_no, shown.claim) == (ShippingStatus.ON_DELIVERY, "444413758703", None)
    assert await client.read_line("1234567890") is None
    assert "ゆうパック" in await client.delivery_names()


@pytest.mark.parametrize(
    "switch",
    [
        {"content_type": "text_html"},
        {"content_type": "octet_stream"},
        {"result_code_as_text": True},
        {"status_texts": "older"},
        {"status_texts": "japanese"},
        {"status_texts": "number"},
        {"date_form": "no_seconds"},
        {"date_form": "digits"},
        {"order_no_as_text": True},
        {"claim_order_no_as_text": False},
        {"claims_wrapped": True},
        {"nothing_found": "null"},
    ],
)
async def test_the_look_of_an_answer_changes_nothing(
    sandbox: Sandbox, client: QapiClient, switch: dict[str, Any]
) -> None:
    (line,) = sandbox.market.add_cart(NewLine(ship_by=(NOW + timedelta(days=2)).date()))
    sandbox.market.ask_cancel(line.order_no)

    async def look() -> tuple[object, ...]:
        return (
            await client.read_line(line.order_no),
            await client.read_line("1234567890"),
            await client.list_lines(None, NOW, NOW),
            await client.list_claims(ClaimStatus.CANCEL_REQUESTED, NOW, NOW),
            await client.list_claims(ClaimStatus.CANCELLED, NOW, NOW),
        )

    before = await look()
    for name, value in switch.items():
        setattr(sandbox.market.switches, name, value)

    assert await look() == before


@pytest.mark.parametrize("kind", sorted(set(FaultKind) - BULK_ONLY - ELSEWHERE))
async def test_a_write_that_meets_a_fault_is_sent_once_and_never_called_refused(
    sandbox: Sandbox, client: QapiClient, kind: FaultKind
) -> None:
    (line,) = sandbox.market.add_cart(NewLine())
    sandbox.market.faults.add(Fault(fault=kind, method="ShippingBasic.SetSendingInfo", times=None))
    said: type[QapiError] | None = None

    try:
        await client.send_number(SendingRow(line.order_no, "ヤマト宅急便", "444413758703"))
    except QapiError as error:
        said = type(error)

    assert said is (None if kind in HARMLESS else NOT_APPLIED.get(kind, UnclearError))
    assert len(sandbox.market.calls.to("ShippingBasic.SetSendingInfo")) == 1


@pytest.mark.parametrize("kind", sorted(BULK_ONLY))
async def test_a_bulk_answer_with_a_fault_leaves_the_line_unclear(
    sandbox: Sandbox, client: QapiClient, kind: FaultKind
) -> None:
    lines = sandbox.market.add_cart(NewLine(), NewLine())
    sandbox.market.faults.add(Fault(fault=kind, order_no=lines[0].order_no))
    rows = [SendingRow(line.order_no, "ヤマト宅急便", "444413758703") for line in lines]

    if kind is FaultKind.BULK_ENVELOPE:
        with pytest.raises(UnclearError):
            await client.send_numbers(rows)
    else:
        outcomes = await client.send_numbers(rows)
        assert [outcome.state for outcome in outcomes.values()] == [RowState.UNCLEAR, RowState.DONE]


@pytest.mark.parametrize("end", [{"expired": True}, {"password_changed": True}])
async def test_a_key_that_dies_in_mid_run_is_renewed(
    sandbox: Sandbox, client: QapiClient, end: dict[str, bool]
) -> None:
    (line,) = sandbox.market.add_cart(NewLine())
    before = await client.read_line(line.order_no)
    sandbox.market.shop("main").end_keys(**end)

    assert await client.read_line(line.order_no) == before


async def test_a_refusal_by_the_sandbox_is_a_refusal(sandbox: Sandbox, client: QapiClient) -> None:
    (line,) = sandbox.market.add_cart(NewLine())
    await client.set_ship_by(line.order_no, (NOW + timedelta(days=2)).date())

    with pytest.raises(RefusedError) as raised:
        await client.set_ship_by(line.order_no, (NOW + timedelta(days=2)).date())

    assert raised.value.code == -10012
