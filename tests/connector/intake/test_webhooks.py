"""``POST /webhooks/{source}``: what is taken, what is refused, and in which words."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.intake.body import MAX_BODY
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from tests.connector.intake.conftest import Service

Message = Callable[..., dict[str, Any]]
Signed = Callable[..., dict[str, str]]


def assert_error(answer: Any, code: str) -> None:
    """The one error shape."""
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "hint"}
    assert answer["error"]["code"] == code
    assert all(answer["error"].values())


async def test_a_label_is_taken_and_ends_as_a_number_on_the_order(service: Service, message: Message) -> None:
    (line,) = service.sandbox.market.add_cart()

    status, answer = await service.send(message(line.order_no))

    assert status == 202
    assert answer == {"delivery": answer["delivery"], "accepted": 1, "duplicates": 0, "ignored": 0}
    await service.until(lambda: line.shipping.tracking_no == "444413758703")


async def test_a_repeat_is_answered_with_the_first_ones_id(service: Service, message: Message) -> None:
    first = await service.send(message(), "msg_same")

    again = await service.send(message(), "msg_same")

    assert again == (202, {"delivery": first[1]["delivery"], "accepted": 0, "duplicates": 1, "ignored": 0})
    assert service.rows("SELECT count(*) FROM label_event") == [(1,)]


async def test_many_at_once_are_one_delivery_when_they_are_one(service: Service, message: Message) -> None:
    answers = await asyncio.gather(*(service.send(message(), "msg_same") for _ in range(20)))

    assert {status for status, _ in answers} == {202}
    assert len({answer["delivery"] for _, answer in answers}) == 1
    assert sum(answer["accepted"] for _, answer in answers) == 1
    assert sum(answer["duplicates"] for _, answer in answers) == 19


async def test_an_unknown_type_is_ignored_and_its_repeat_a_duplicate(service: Service) -> None:
    first = await service.send({"type": "parcel.exploded"}, "msg_x")
    again = await service.send({"type": "parcel.exploded"}, "msg_x")

    assert first[1] | {"delivery": ""} == {"delivery": "", "accepted": 0, "duplicates": 0, "ignored": 1}
    assert again[1] | {"delivery": ""} == {"delivery": "", "accepted": 0, "duplicates": 1, "ignored": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v2,AAAA v1a,BBBB"},
        {"webhook-signature": "v1," + "A" * 8000},
        {"webhook-signature": " , ,v1,,,"},
        {"webhook-signature": "v1,キャンセル"},
        {"webhook-timestamp": "0"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "٠١٢"},
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-id": "a.b"},
        {"webhook-id": "x" * 300},
        {"webhook-id": "送り状"},
    ],
    ids=lambda change: str(change)[:60],
)
async def test_what_does_not_prove_its_origin_is_401(
    service: Service, message: Message, signed: Signed, change: dict[str, str]
) -> None:
    body = json.dumps(message()).encode()

    status, answer = await service.post(body, signed(body) | change)

    assert status == 401
    assert_error(answer, "bad_signature")


async def test_a_missing_header_a_changed_body_and_an_old_time_are_401(
    service: Service, message: Message, signed: Signed
) -> None:
    body = json.dumps(message()).encode()
    headers = signed(body)
    answers = [await service.post(body, {k: v for k, v in headers.items() if k != left_out}) for left_out in headers]
    answers.append(await service.post(body + b" ", headers))

    for status, answer in answers:
        assert status == 401
        assert_error(answer, "bad_signature")
    assert service.rows("SELECT count(*) FROM delivery") == [(0,)]


async def test_garbage_is_never_a_500(service: Service) -> None:
    """Whatever the headers and the body are."""
    texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
    bodies, names = st.binary(max_size=200), ["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"]
    cases: list[tuple[bytes, dict[str, str]]] = []

    @settings(max_examples=60, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(bodies, st.dictionaries(st.sampled_from(names), texts))
    def collect(body: bytes, headers: dict[str, str]) -> None:
        cases.append((body, headers))

    collect()
    for body, headers in cases:
        status, answer = await service.post(body, headers)
        assert status == 401
        assert_error(answer, "bad_signature")


DEEP = b'{"type":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
UNREADABLE = {
    "empty": b"",
    "no json": b"<xml/>",
    "not utf-8": b"\xff\xfe{}",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "deep": DEEP,
    "deep objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "huge integer": b'{"type": ' + b"9" * 5000 + b"}",
    "nan": b'{"type": NaN}',
    "a name twice": b'{"type": "label.printed", "type": "label.voided"}',
    "lone surrogate": b'{"type": "\\ud800"}',
    "lone surrogate in a reference": (
        b'{"type": "label.printed", "data": {"order_ref": "\\udfff", "carrier": "yamato", "tracking_number": "1"}}'
    ),
    "no type": b"{}",
    "no data": b'{"type": "label.printed"}',
    "no number": b'{"type": "label.printed", "data": {"order_ref": "1", "carrier": "yamato"}}',
    "a list as number": (
        b'{"type": "label.printed", "data": {"order_ref": "1", "carrier": "y", "tracking_number": [1]}}'
    ),
    "gzip": gzip.compress(b'{"type": "label.printed"}'),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_is_authentic_but_unreadable_is_422_and_kept_as_a_shape(service: Service, body: bytes) -> None:
    status, answer = await service.send(body)
    again, _ = await service.send(body)

    assert (status, again) == (422, 422)
    assert_error(answer, "unreadable")
    assert service.rows("SELECT outcome, times_seen FROM delivery") == [("unreadable", 2)]


async def test_no_value_of_an_unreadable_body_is_kept(service: Service) -> None:
    body = {"type": "label.printed", "data": {"name": "CANARY TARO", "電話": "090-CANARY", "CANARY@example.com": 1}}

    status, answer = await service.send(body)

    assert status == 422
    assert "CANARY" not in json.dumps(answer)
    kept = b"".join(path.read_bytes() for path in service.database.parent.glob("connector.db*") if path.is_file())
    assert b"CANARY" not in kept
    ((shape,),) = service.rows("SELECT shape FROM delivery")
    assert json.loads(shape)["data"]["name"] == "string"


async def test_an_unreadable_body_has_a_key_that_no_message_has(service: Service) -> None:
    """Only rows with such a key are ever removed; the same body, once it can be read, is a delivery of its own."""
    assert [(await service.send({"type": "label.printed", "data": 5}))[0] for _ in range(2)] == [422, 422]

    ((key, times_seen),) = service.rows("SELECT key, times_seen FROM delivery")
    assert (key.partition(":")[0], times_seen) == ("unreadable sha256", 2)


async def test_personal_data_beside_a_readable_label_is_not_kept(service: Service, message: Message) -> None:
    status, _ = await service.send(message(name="CANARY TARO", address={"tel": "090-CANARY"}))

    assert status == 202
    kept = b"".join(path.read_bytes() for path in service.database.parent.glob("connector.db*") if path.is_file())
    assert b"CANARY" not in kept


async def test_a_compressed_body_is_not_unpacked(service: Service) -> None:
    """The signature is over the bytes as sent; a small body must stay small."""
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < MAX_BODY

    status, answer = await service.send(bomb, **{"Content-Encoding": "gzip"})

    assert status == 422
    assert_error(answer, "unreadable")


async def test_an_adapter_that_fails_costs_neither_the_program_nor_the_shape(
    service: Service, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("connector.intake.webhooks.new_delivery", fail)
    status, answer = await service.send(message())
    monkeypatch.undo()

    assert status == 500
    assert_error(answer, "internal_error")
    assert (await service.send(message()))[0] == 202


@pytest.mark.parametrize("path", ["/webhooks/nobody", "/webhooks/PACKING-TABLE", "/webhooks/%00", "/webhooks/a%2Fb"])
async def test_an_unknown_source_is_404(service: Service, message: Message, path: str) -> None:
    status, answer = await service.send(message(), path=path)

    assert status == 404
    assert_error(answer, "unknown_source")


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/", "/webhooks/packing-table/a/b", "/admin"])
async def test_an_unknown_path_is_404(service: Service, path: str) -> None:
    status, text = await service.get(path)

    assert status == 404
    assert_error(json.loads(text), "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_another_method_is_405_and_says_which_is_allowed(service: Service, method: str) -> None:
    async with service.session.request(method, service.app.url + "/webhooks/packing-table") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"
        assert_error(await response.json(), "method_not_allowed")


async def test_head_is_405_without_a_body(service: Service) -> None:
    async with service.session.head(service.app.url + "/webhooks/packing-table") as response:
        assert (response.status, response.headers["Allow"], await response.read()) == (405, "POST", b"")


async def test_an_announced_large_body_is_413_before_it_is_sent(service: Service) -> None:
    head = f"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"

    status, headers, body = await service.raw(head.encode())

    assert status == 413
    assert headers["connection"] == "close"
    assert_error(json.loads(body), "too_large")


async def test_a_large_body_that_waits_for_100_continue_is_refused(service: Service) -> None:
    head = (
        "POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        f"Content-Length: {MAX_BODY + 1}\r\n\r\n"
    )

    status, _, body = await service.raw(head.encode())

    assert status == 413
    assert_error(json.loads(body), "too_large")


async def test_a_small_body_that_waits_for_100_continue_is_asked_for(
    service: Service, message: Message, signed: Signed
) -> None:
    data = json.dumps(message()).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(data).items())
    head = (
        f"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n{headers}"
        f"Content-Length: {len(data)}\r\n\r\n"
    )

    status, _, rest = await service.raw(head.encode() + data)

    assert status == 100
    assert rest.startswith(b"HTTP/1.1 202")


async def test_another_expectation_is_417(service: Service) -> None:
    head = b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n{}"

    status, _, body = await service.raw(head)

    assert status == 417
    assert_error(json.loads(body), "expectation_failed")


async def test_a_body_in_pieces_is_413_once_it_is_too_large(service: Service) -> None:
    head = b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    status, _, body = await service.raw(head + piece * 5)

    assert status == 413
    assert_error(json.loads(body), "too_large")


async def test_a_body_of_the_largest_size_is_read(service: Service) -> None:
    status, answer = await service.send(b" " * (MAX_BODY - 2) + b"{}")

    assert status == 422
    assert_error(answer, "unreadable")


async def test_a_slow_body_is_408(service: Service) -> None:
    head = b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"

    status, headers, body = await service.raw(head)

    assert (status, headers["connection"]) == (408, "close")
    assert_error(json.loads(body), "too_slow")


@pytest.mark.parametrize("line", ["HTTP/1.0\r\n", "HTTP/1.0\r\nConnection: keep-alive\r\n"])
async def test_http_1_0_is_spoken(service: Service, message: Message, signed: Signed, line: str) -> None:
    data = json.dumps(message()).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(data).items())

    status, _, body = await service.raw(
        f"POST /webhooks/packing-table {line}{headers}Content-Length: {len(data)}\r\n\r\n".encode() + data
    )

    assert status == 202
    assert json.loads(body)["accepted"] == 1


async def test_a_signature_in_two_headers_of_one_name_is_joined(
    service: Service, message: Message, signed: Signed
) -> None:
    """As HTTP has it, with a comma; which is no separator of Standard Webhooks, so it proves nothing."""
    data = json.dumps(message()).encode()
    headers = list(signed(data).items())
    async with service.session.post(
        service.app.url + "/webhooks/packing-table", data=data, headers=[*headers, ("Webhook-Id", "another")]
    ) as response:
        assert response.status == 401
        assert_error(await response.json(), "bad_signature")


MALFORMED = {
    "no http": b"hello\r\n\r\n",
    "bad version": b"POST /webhooks/packing-table HTTP/9.9\r\n\r\n",
    "bad header": b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
    "control character": b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nA: \x01\x00\r\n\r\n",
    "bad length": b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": (
        b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    ),
    "length and chunks": (
        b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\n"
    ),
    "long address": b"POST /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000 + b"\r\n\r\n",
    "many headers": (
        b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 60_000 + b"Content-Length: 2\r\n\r\n{}"
    ),
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "bad chunk": b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad host": b"POST http://[x/webhooks HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_no_http_gets_the_one_error_shape(service: Service, request_bytes: bytes) -> None:
    status, _, body = await service.raw(request_bytes)

    assert 400 <= status < 500
    answer = json.loads(body)
    assert set(answer["error"]) == {"code", "message", "hint"}
    assert answer["error"]["code"] in {"no_http", "broken_body", "bad_signature"}
    assert (await service.get("/healthz"))[0] == 200


async def test_a_body_that_breaks_off_harms_nobody(service: Service, message: Message) -> None:
    host, port = service.app.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /webhooks/packing-table HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()

    assert (await service.send(message()))[0] == 202


async def test_when_nothing_can_be_kept_it_is_503_with_a_time_and_nothing_is_lost_later(
    service: Service, message: Message, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object) -> None:
        raise StoreUnavailable("disk full")

    data = json.dumps(message()).encode()
    with monkeypatch.context() as patch:
        patch.setattr(service.app.store._writer, "submit", fail)
        async with service.session.post(
            service.app.url + "/webhooks/packing-table", data=data, headers=signed(data, "msg_503")
        ) as response:
            assert response.status == 503
            assert int(response.headers["Retry-After"]) > 0
            answer = await response.json()
    assert_error(answer, "store_unavailable")

    status, answer = await service.send(data, "msg_503")

    assert (status, answer["accepted"], answer["duplicates"]) == (202, 1, 0)
