from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from connector.domain.orders import SendingRow
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import CredentialError, LaterError, QapiError
from connector.qoo10.keys import ConfiguredKey, IssuedKey, Login
from connector.qoo10.transport import Transport

if TYPE_CHECKING:
    from tests.connector.qoo10.conftest import Qoo10

API_KEY = "the-api-key"
PASSWORD = "the-password"
CREATE_KEY = "CertificationAPI.CreateCertificationKey"
ROW = SendingRow("1062428737", "ヤマト宅急便", "444413758703")
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SUCCESS = {"ResultCode": 0, "ResultMsg": "SUCCESS"}
EXPIRED = {"ErrorCode": -90004, "ErrorMsg": "expired"}


async def away(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


@pytest.fixture
def issued(qoo10: Qoo10, transport: Transport) -> IssuedKey:
    return IssuedKey(Login(API_KEY, "shop", PASSWORD), transport, lambda: NOW, clock=lambda: qoo10.now_s)


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

    assert [call.method for call in qoo10.received].count(CREATE_KEY) == 2


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

    assert qoo10.methods().count(CREATE_KEY) == 2
    assert qoo10.methods().count("ShippingBasic.SetSendingInfo") == 11


@pytest.mark.parametrize(
    ("answer", "error", "pause_s"),
    [
        ({"ResultCode": -20001, "ResultMsg": f"no {PASSWORD}"}, CredentialError, 601.0),
        (b"Can't find method Info X", CredentialError, 601.0),
        ({"ErrorCode": -90001}, CredentialError, 601.0),
        (SUCCESS | {"ResultObject": None}, LaterError, 31.0),
        (away, LaterError, 31.0),
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


@pytest.mark.parametrize(("answer", "error"), [({"ResultCode": -20001}, CredentialError), (away, LaterError)])
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

    assert qoo10.methods().count(CREATE_KEY) == 2


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


async def test_a_configured_key_that_has_expired_stops_the_shop(qoo10: Qoo10, transport: Transport) -> None:
    qoo10.answers = [EXPIRED]
    client = QapiClient(transport, ConfiguredKey(lambda: "key"))

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
