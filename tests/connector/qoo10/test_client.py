import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, SendingRow, ShippingStatus
from connector.qoo10 import transport as transport_module
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import CredentialError, LaterError, QapiError, RefusedError, UnclearError
from connector.qoo10.keys import ConfiguredKey, IssuedKey, Login
from connector.qoo10.limits import CallLimiter
from connector.qoo10.outcomes import RowState
from connector.qoo10.protocol import InquiryStatus, InquiryType
from connector.qoo10.transport import CallRecord, Timeouts, Transport

KEY = "S5bn-the-seller-key"
API_KEY = "the-api-key"
PASSWORD = "the-password"
ROW = SendingRow("1062428737", "ヤマト宅急便", "444413758703")
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SUCCESS = {"ResultCode": 0, "ResultMsg": "SUCCESS"}

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Received:
    method: str
    key: str
    url: str
    headers: dict[str, str]
    params: dict[str, str]


@dataclass
class Qoo10:
    """A server that answers what the test says, one answer a call; the last one goes on."""

    answers: list[object] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    base_url: str = ""
    now_s: float = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        params = {name: str(value) for name, value in (await request.post()).items()}
        key = request.headers.get("GiosisCertificationKey", "")
        self.received.append(
            Received(request.path.rpartition("/")[2], key, str(request.url), dict(request.headers), params)
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds

    def methods(self) -> list[str]:
        return [received.method for received in self.received]

    def limiter(self) -> CallLimiter:
        return CallLimiter(1000, lambda: self.now_s, self.sleep)


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
async def qoo10() -> AsyncIterator[Qoo10]:
    fake = Qoo10()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", fake.handle)
    async with TestServer(app) as server:
        fake.base_url = str(server.make_url("/ebayjapan.qapi"))
        yield fake


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def transport(qoo10: Qoo10, session: aiohttp.ClientSession) -> Transport:
    return Transport(
        session=session,
        base_url=qoo10.base_url + "/",
        limiter=qoo10.limiter(),
        on_call=qoo10.records.append,
        timeouts=Timeouts(connect_s=0.2, total_s=0.2),
        sleep=qoo10.sleep,
    )


@pytest.fixture
def client(transport: Transport) -> QapiClient:
    return QapiClient(transport, ConfiguredKey(lambda: KEY + "\n"))


@pytest.fixture
def issued(qoo10: Qoo10, transport: Transport) -> IssuedKey:
    return IssuedKey(Login(API_KEY, "shop", PASSWORD), transport, lambda: NOW, clock=lambda: qoo10.now_s)


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
        pytest.param(never, id="never"),
        pytest.param(half_then_never, id="half, then never"),
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


@pytest.mark.parametrize("answer", [never, half_then_never, {"ResultCode": -5}, {"ResultCode": 0}])
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


@pytest.mark.parametrize("answer", [lost, never, b"", {"ResultCode": -10010, "ResultMsg": f"bad {KEY}"}])
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


# Keys


EXPIRED = {"ErrorCode": -90004, "ErrorMsg": "expired"}


def new(key: str) -> dict[str, object]:
    return SUCCESS | {"ResultObject": key}


async def test_a_key_is_issued_at_first_use_and_kept(qoo10: Qoo10, transport: Transport, issued: IssuedKey) -> None:
    client = QapiClient(transport, issued)
    qoo10.answers = [new("key-1"), SUCCESS]
    assert client.key_issued_at is None

    await asyncio.gather(*(client.send_number(ROW) for _ in range(3)))

    assert [call.key for call in qoo10.received] == [API_KEY, "key-1", "key-1", "key-1"]
    assert qoo10.received[0].params["pwd"] == PASSWORD
    assert PASSWORD not in qoo10.received[0].url
    assert client.key_issued_at == NOW


@pytest.mark.parametrize("code", [-90004, -90005, -10000])
async def test_a_dead_key_is_renewed_once_and_the_call_repeated_once(
    qoo10: Qoo10, transport: Transport, issued: IssuedKey, code: int
) -> None:
    qoo10.answers = [new("key-1"), SUCCESS]
    client = QapiClient(transport, issued)
    await client.send_number(ROW)
    qoo10.now_s += 601
    qoo10.received.clear()
    qoo10.answers = [{"ResultCode": code}, new("key-2"), SUCCESS]

    await client.send_number(ROW)

    assert [call.key for call in qoo10.received] == ["key-1", API_KEY, "key-2"]


async def test_calls_that_fail_together_share_one_new_key(
    qoo10: Qoo10, transport: Transport, issued: IssuedKey
) -> None:
    qoo10.answers = [new("key-1"), SUCCESS]
    client = QapiClient(transport, issued)
    await client.send_number(ROW)
    qoo10.now_s += 601

    async def by_key(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("CreateCertificationKey"):
            return web.json_response(new("key-2"))
        return web.json_response(SUCCESS if request.headers["GiosisCertificationKey"] == "key-2" else EXPIRED)

    qoo10.answers = [by_key]
    await asyncio.gather(*(client.send_number(ROW) for _ in range(5)))

    assert [call.method for call in qoo10.received].count("CertificationAPI.CreateCertificationKey") == 2


async def test_a_useless_new_key_leads_to_no_loop(qoo10: Qoo10, transport: Transport, issued: IssuedKey) -> None:
    async def always_expired(request: web.Request) -> web.StreamResponse:
        issuing = request.path.endswith("CreateCertificationKey")
        return web.json_response(new(f"key-{len(qoo10.received)}") if issuing else EXPIRED)

    qoo10.answers = [always_expired]
    client = QapiClient(transport, issued)

    for _ in range(5):
        with pytest.raises(CredentialError):
            await client.send_number(ROW)
    qoo10.now_s += 601
    for _ in range(5):
        with pytest.raises(CredentialError):
            await client.send_number(ROW)

    assert qoo10.methods().count("CertificationAPI.CreateCertificationKey") == 2
    assert qoo10.methods().count("ShippingBasic.SetSendingInfo") == 11


@pytest.mark.parametrize(
    ("answer", "error", "pause_s"),
    [
        ({"ResultCode": -20001, "ResultMsg": f"no {PASSWORD}"}, CredentialError, 601.0),
        (b"Can't find method Info X", CredentialError, 601.0),
        ({"ErrorCode": -90001}, CredentialError, 601.0),
        (SUCCESS | {"ResultObject": None}, LaterError, 31.0),
        (never, LaterError, 31.0),
    ],
)
async def test_a_login_that_brings_no_key_is_not_tried_again_at_once(
    qoo10: Qoo10, transport: Transport, issued: IssuedKey, answer: object, error: type[QapiError], pause_s: float
) -> None:
    """And no call is refused for it: only the key is missing."""
    qoo10.answers = [answer]
    client = QapiClient(transport, issued)

    for _ in range(3):
        with pytest.raises(error) as raised:
            await client.send_number(ROW)
        assert PASSWORD not in f"{raised.value!r}"
    assert len(qoo10.received) == 1

    qoo10.now_s += pause_s
    qoo10.answers = [new("key-1"), SUCCESS]
    await client.send_number(ROW)


@pytest.mark.parametrize(("answer", "error"), [({"ResultCode": -20001}, CredentialError), (never, LaterError)])
async def test_a_renewal_that_fails_says_whether_to_stop_or_to_wait(
    qoo10: Qoo10, transport: Transport, issued: IssuedKey, answer: object, error: type[QapiError]
) -> None:
    qoo10.answers = [new("key-1"), SUCCESS]
    client = QapiClient(transport, issued)
    await client.send_number(ROW)
    qoo10.now_s += 601
    qoo10.answers = [EXPIRED, answer, EXPIRED]

    for _ in range(2):
        with pytest.raises(error):
            await client.send_number(ROW)

    assert qoo10.methods().count("CertificationAPI.CreateCertificationKey") == 2


@pytest.mark.parametrize("code", [-90000, -90001, -90002, -90003])
async def test_a_code_that_a_new_key_does_not_cure_issues_none(
    qoo10: Qoo10, transport: Transport, issued: IssuedKey, code: int
) -> None:
    qoo10.answers = [new("key-1"), {"ErrorCode": code}]

    with pytest.raises(CredentialError):
        await QapiClient(transport, issued).send_number(ROW)

    assert len(qoo10.received) == 2


async def test_a_replaced_key_file_takes_effect_at_once(qoo10: Qoo10, transport: Transport) -> None:
    keys = ["old", "old", "new"]
    qoo10.answers = [SUCCESS, EXPIRED, SUCCESS]
    client = QapiClient(transport, ConfiguredKey(lambda: keys.pop(0) if len(keys) > 1 else keys[0]))

    await client.send_number(ROW)
    await client.send_number(ROW)

    assert [call.key for call in qoo10.received] == ["old", "old", "new"]


async def test_a_configured_key_that_has_expired_stops_the_shop(qoo10: Qoo10, client: QapiClient) -> None:
    qoo10.answers = [EXPIRED]

    with pytest.raises(CredentialError) as raised:
        await client.send_number(ROW)

    assert raised.value.expired
    assert len(qoo10.received) == 1
    assert client.key_issued_at is None


def _unreadable() -> str:
    raise FileNotFoundError("/secret/place")


@pytest.mark.parametrize("source", [lambda: "", lambda: "a b", lambda: "a\r\nX: 1", lambda: "鍵", _unreadable])
async def test_a_configured_text_that_can_be_no_key_is_never_sent(
    qoo10: Qoo10, transport: Transport, source: Callable[[], str]
) -> None:
    with pytest.raises(CredentialError, match="seller key") as raised:
        await QapiClient(transport, ConfiguredKey(source)).send_number(ROW)

    assert "secret" not in str(raised.value)
    assert qoo10.received == []


@pytest.mark.parametrize("parts", [("", "u", "p"), ("k", "", "p"), ("k", "u", ""), ("k\n", "u", "p")])
def test_a_login_needs_all_its_parts(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="api_key"):
        Login(*parts)


def test_a_login_never_shows() -> None:
    assert repr(Login(API_KEY, "shop", PASSWORD)) == "Login()"
