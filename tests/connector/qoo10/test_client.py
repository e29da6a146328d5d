from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from connector.domain.inquiries import InquiryStatus, InquiryType
from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, SendingRow, ShippingStatus
from connector.qoo10 import transport as transport_module
from connector.qoo10.answers import read_answer
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, QapiError, RefusedError, UnclearError
from connector.qoo10.keys import ConfiguredKey
from connector.qoo10.outcomes import RowState
from connector.qoo10.transport import Timeouts, Transport

if TYPE_CHECKING:
    from tests.connector.qoo10.conftest import Qoo10

KEY = "S5bn-the-seller-key"
ROW = SendingRow("1062428737", "ヤマト宅急便", "444413758703")
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SUCCESS = {"ResultCode": 0, "ResultMsg": "SUCCESS"}


async def lost(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer: nobody can tell whether the call was applied."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def cut_short(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"ResultCode": 0')
    return await lost(request)


async def never(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def half_then_never(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"ResultCode"')
    return await never(request)


@pytest.fixture
def client(transport: Transport) -> QapiClient:
    return QapiClient(transport, ConfiguredKey(lambda: KEY + "\n"))


async def test_a_call_is_a_post_with_the_key_in_a_header_only(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [SUCCESS]

    await client.send_number(ROW)

    (call,) = qoo10.received
    assert call.url == f"{qoo10.base_url}/ShippingBasic.SetSendingInfo"
    assert (call.key, call.headers["QAPIVersion"]) == (KEY, "1.0")
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert call.params == {
        "OrderNo": "1062428737",
        "ShippingCorp": "ヤマト宅急便",
        "TrackingNo": "444413758703",
        "returnType": "application/json",
    }


async def test_every_call_leaves_a_record_without_its_parameters(qoo10: Qoo10, client: QapiClient) -> None:
    dated = web.json_response(SUCCESS, headers={"Date": "Sun, 22 Nov 2026 00:15:00 GMT"})
    qoo10.answers = [dated, {"ResultCode": -10001}]

    await client.send_number(ROW)
    with pytest.raises(RefusedError):
        await client.send_number(ROW)

    first, second = qoo10.records
    assert (first.method, first.outcome, first.code, first.server_date) == (
        "ShippingBasic.SetSendingInfo",
        "ok",
        0,
        NOW,
    )
    assert first.duration_s > 0
    assert (second.outcome, second.code) == ("RefusedError", -10001)
    assert ROW.tracking_no not in repr(qoo10.records)


@pytest.fixture
def impatient(qoo10: Qoo10, session: aiohttp.ClientSession) -> QapiClient:
    transport = Transport(
        session=session,
        base_url=qoo10.base_url,
        limiter=qoo10.limiter(),
        on_call=qoo10.records.append,
        timeouts=Timeouts(connect_s=30, total_s=0.2),
    )
    return QapiClient(transport, ConfiguredKey(lambda: KEY))


WRITES: list[Callable[[QapiClient], Awaitable[object]]] = [
    lambda client: client.send_number(ROW),
    lambda client: client.send_numbers([ROW]),
    lambda client: client.set_ship_by("1062428737", date(2026, 11, 25)),
    lambda client: client.answer_inquiry(InquiryType.MESSAGE, "1", "2", "はい"),
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lost, id="lost"),
        pytest.param(cut_short, id="cut short"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>maintenance</html>", id="HTML"),
        pytest.param({"ResultCode": -10010}, id="update failed"),
        pytest.param({"ResultCode": -999}, id="stumbled"),
        pytest.param(lambda _: asyncio.sleep(0, web.Response(status=502)), id="502"),
        pytest.param(
            lambda _: asyncio.sleep(0, web.Response(body=b"x", headers={"Content-Encoding": "gzip"})), id="gzip"
        ),
    ],
)
async def test_a_write_of_unknown_fate_is_unclear_and_never_repeated(
    qoo10: Qoo10, client: QapiClient, write: Callable[[QapiClient], Awaitable[object]], answer: object
) -> None:
    qoo10.answers = [answer]

    with pytest.raises(UnclearError):
        await write(client)

    assert len(qoo10.received) == 1
    assert [record.outcome for record in qoo10.records] == ["UnclearError"]


async def test_a_caller_that_gives_up_leaves_a_record(qoo10: Qoo10, client: QapiClient) -> None:
    arrived = asyncio.Event()

    async def arrive(request: web.Request) -> web.StreamResponse:
        arrived.set()
        return await never(request)

    qoo10.answers = [arrive]
    call = asyncio.create_task(client.send_number(ROW))
    await arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert [record.outcome for record in qoo10.records] == ["unfinished"]


@pytest.mark.parametrize("trouble", [lost, cut_short, b"", b"<html></html>", b"busy"])
async def test_a_read_bridges_a_blip(qoo10: Qoo10, client: QapiClient, trouble: object) -> None:
    qoo10.answers = [trouble, trouble, SUCCESS | {"ResultObject": [{"orderNo": 1062428737}]}]

    assert await client.read_line("1062428737") == OrderLine("1062428737", None)
    assert len(qoo10.received) == 3
    assert all(0.1 <= pause_s <= 0.3 for pause_s in qoo10.slept_s)


async def test_a_read_gives_up_after_three_tries(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [lost]

    with pytest.raises(LaterError, match="lost"):
        await client.read_line("1062428737")

    assert len(qoo10.received) == 3


@pytest.mark.parametrize("answer", [never, half_then_never])
async def test_a_call_that_takes_too_long_is_sent_once(qoo10: Qoo10, impatient: QapiClient, answer: object) -> None:
    qoo10.answers = [answer]

    with pytest.raises(LaterError, match="in time"):
        await impatient.read_line("1062428737")
    with pytest.raises(UnclearError, match="in time"):
        await impatient.send_number(ROW)

    assert len(qoo10.received) == 2


@pytest.mark.parametrize("answer", [{"ResultCode": -5}, {"ResultCode": 0}])
async def test_what_is_no_blip_is_not_tried_again(qoo10: Qoo10, client: QapiClient, answer: object) -> None:
    qoo10.answers = [answer]

    with pytest.raises(LaterError):
        await client.read_line("1062428737")

    assert len(qoo10.received) == 1


async def test_a_refused_connection_is_later_even_for_a_write(qoo10: Qoo10, session: aiohttp.ClientSession) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/qapi"
        transport = Transport(
            session=session, base_url=address, limiter=qoo10.limiter(), on_call=qoo10.records.append, sleep=qoo10.sleep
        )

        with pytest.raises(LaterError, match="no connection"):
            await QapiClient(transport, ConfiguredKey(lambda: KEY)).send_number(ROW)

    assert [record.outcome for record in qoo10.records] == ["LaterError"] * 3


async def test_a_server_that_speaks_no_tls_is_later(qoo10: Qoo10, session: aiohttp.ClientSession) -> None:
    address = qoo10.base_url.replace("http:", "https:")
    transport = Transport(
        session=session, base_url=address, limiter=qoo10.limiter(), on_call=qoo10.records.append, sleep=qoo10.sleep
    )

    with pytest.raises(LaterError, match="no connection"):
        await QapiClient(transport, ConfiguredKey(lambda: KEY)).send_number(ROW)


async def test_a_throttled_call_slows_the_shop_down(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [web.Response(status=429, headers={"Retry-After": "7"}), SUCCESS]

    with pytest.raises(LaterError) as raised:
        await client.send_number(ROW)
    await client.send_number(ROW)

    assert raised.value.retry_after_s == 7.0
    assert qoo10.slept_s == [7.0]


async def test_a_pause_that_never_ends_does_not_hold_a_call_for_ever(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [web.Response(status=503, headers={"Retry-After": "999999"}), SUCCESS]

    with pytest.raises(LaterError):
        await client.send_number(ROW)
    await client.send_number(ROW)

    assert sum(qoo10.slept_s) == 60.0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(qoo10: Qoo10, client: QapiClient, status: int) -> None:
    elsewhere = qoo10.base_url + "/elsewhere"

    async def redirect(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": elsewhere})

    qoo10.answers = [redirect]

    with pytest.raises(UnclearError, match=f"HTTP {status}"):
        await client.send_number(ROW)
    with pytest.raises(LaterError, match=f"HTTP {status}"):
        await client.read_line("1")
    assert "elsewhere" not in qoo10.methods()


async def test_an_answer_without_end_is_cut(qoo10: Qoo10, client: QapiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "MAX_BODY", 1000)
    qoo10.answers = [b"x" * 2000]

    with pytest.raises(LaterError, match="larger"):
        await client.read_line("1")


async def test_long_periods_are_asked_for_in_windows(qoo10: Qoo10, client: QapiClient) -> None:
    row = {"OrderNo": 1, "ShippingStatus": "On request(2)"}
    qoo10.answers = [SUCCESS | {"ResultObject": [row]}]

    lines = await client.list_lines(ShippingStatus.REQUESTED, NOW - timedelta(days=200), NOW)

    assert lines == (OrderLine("1", ShippingStatus.REQUESTED),)
    assert len(qoo10.received) == 3


async def test_claims_names_and_inquiries_are_listed(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [
        SUCCESS | {"ResultObject": [{"orderNo": "1", "claimStatus": "1", "requestDate": "20261122091500"}]},
        SUCCESS | {"ResultObject": [{"transcName": "ゆうパック"}]},
        SUCCESS | {"ResultObject": [{"SEQ_NO": "1", "QUESTION_NO": "2"}]},
    ]

    found = await client.list_claims(ClaimStatus.CANCEL_REQUESTED, NOW, NOW)
    names = await client.delivery_names()
    inquiries = await client.list_inquiries(NOW, NOW, InquiryStatus.UNANSWERED)

    assert found == (Claim("1", ClaimStatus.CANCEL_REQUESTED, NOW.astimezone(JAPAN)),)
    assert names == ("ゆうパック",)
    assert [inquiry.seq_no for inquiry in inquiries] == ["1"]


async def test_rows_of_a_bulk_call_have_their_own_outcomes(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [
        SUCCESS | {"ResultObject": [{"contr_no": 1062428737, "result_cd": 0, "transc_nm": "ヤマト宅急便"}]}
    ]

    outcomes = await client.send_numbers([ROW, SendingRow("2", "EMS", "1")])

    assert [outcome.state for outcome in outcomes.values()] == [RowState.DONE, RowState.UNCLEAR]


@pytest.mark.parametrize("answer", [lost, b"", {"ResultCode": -10010, "ResultMsg": f"bad {KEY}"}])
async def test_the_key_appears_in_no_error(qoo10: Qoo10, client: QapiClient, answer: object) -> None:
    qoo10.answers = [answer]

    with pytest.raises(QapiError) as raised:
        await client.send_number(ROW)

    shown = f"{raised.value!r} {raised.value} {raised.value.__cause__!r} {qoo10.records!r} {client!r}"
    assert KEY not in shown


@pytest.mark.parametrize(
    "address", ["", "api.qoo10.jp", "ftp://a/b", "http://", "http://u:p@h/", "http://h/?key=1", "http://h/#x"]
)
async def test_an_address_that_cannot_be_called_is_refused_at_once(
    qoo10: Qoo10, session: aiohttp.ClientSession, address: str
) -> None:
    with pytest.raises(ValueError, match="qapi_url"):
        Transport(session=session, base_url=address, limiter=qoo10.limiter(), on_call=qoo10.records.append)


async def test_a_long_list_is_read_beside_the_loop_and_a_short_one_on_it(
    client: QapiClient, qoo10: Qoo10, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deliveries are answered while the rows of a big shop are read."""
    on_the_loop = []

    def watched(*args: object, **kwargs: object) -> object:
        on_the_loop.append(threading.current_thread() is threading.main_thread())
        return real(*args, **kwargs)  # type: ignore[arg-type]  # passed through unread

    real = read_answer
    monkeypatch.setattr(transport_module, "read_answer", watched)
    rows = [{"orderNo": str(number), "shippingStatus": "On request(2)", "memo": "." * 200} for number in range(1, 501)]
    qoo10.answers = [SUCCESS | {"ResultObject": rows}, SUCCESS | {"ResultObject": rows[:1]}]
    for expected in (500, 1):
        assert len(await client.list_lines(None, NOW - timedelta(days=1), NOW)) == expected
    assert on_the_loop == [False, True]
