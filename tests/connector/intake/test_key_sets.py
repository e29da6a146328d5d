"""Vendors' keys: fetched when a message names an unknown one, at most once a minute, and never without limits."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from carriers.model import Fetch
from connector.intake.key_sets import AGAIN_AFTER, KeySets
from connector.intake.vendor import MAX_ANSWER, VendorUnavailable

WHERE = Fetch("keys", "keys.example.com", "/jwks", "")
PUBLIC = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_numbers()


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def key_set(key_id: str) -> bytes:
    return json.dumps({"keys": [{"kty": "RSA", "kid": key_id, "n": number(PUBLIC.n), "e": number(PUBLIC.e)}]}).encode()


class Vendor:
    """Publishes keys on loopback and counts who asks; a clock besides."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] = self.publishing(key_set("first"))
        self.url = ""

    @staticmethod
    def publishing(body: bytes, status: int = 200) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(body=body, status=status)

        return answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.answer(request)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    async with vendor.open():
        yield vendor


@pytest.fixture
async def keys(vendor: Vendor) -> AsyncIterator[KeySets]:
    async with aiohttp.ClientSession() as session:
        yield KeySets(session, lambda: vendor.now)


async def test_keys_are_fetched_when_wanted_and_kept(keys: KeySets, vendor: Vendor) -> None:
    assert keys.kept(WHERE, vendor.url) == b""
    assert vendor.asked == []

    assert await keys.newer(WHERE, vendor.url, b"") == key_set("first")

    assert keys.kept(WHERE, vendor.url) == key_set("first")
    assert vendor.asked == ["/jwks"]


async def test_unknown_keys_make_us_ask_once_a_minute_at_most(keys: KeySets, vendor: Vendor) -> None:
    known = await keys.newer(WHERE, vendor.url, b"")
    for _ in range(50):
        assert await keys.newer(WHERE, vendor.url, known) == known
    assert len(vendor.asked) == 1

    vendor.answer = vendor.publishing(key_set("second"))
    vendor.now += AGAIN_AFTER - timedelta(milliseconds=1)
    assert await keys.newer(WHERE, vendor.url, known) == known
    vendor.now += timedelta(milliseconds=1)
    assert await keys.newer(WHERE, vendor.url, known) == key_set("second")
    assert len(vendor.asked) == 2


async def test_many_at_once_wait_for_one_answer(keys: KeySets, vendor: Vendor) -> None:
    answers = await asyncio.gather(*(keys.newer(WHERE, vendor.url, b"") for _ in range(50)))

    assert set(answers) == {key_set("first")}
    assert len(vendor.asked) == 1


async def test_whoever_has_older_keys_gets_the_kept_ones_without_asking(keys: KeySets, vendor: Vendor) -> None:
    await keys.newer(WHERE, vendor.url, b"")

    assert await keys.newer(WHERE, vendor.url, b"older") == key_set("first")
    assert len(vendor.asked) == 1


async def test_a_failure_counts_as_asking_and_is_said(keys: KeySets, vendor: Vendor) -> None:
    vendor.answer = vendor.publishing(b"", 500)
    for _ in range(5):
        with pytest.raises(VendorUnavailable, match=r"keys\.example\.com answered 500"):
            await keys.newer(WHERE, vendor.url, b"")
    assert len(vendor.asked) == 1

    vendor.answer = vendor.publishing(key_set("first"))
    vendor.now += AGAIN_AFTER
    assert await keys.newer(WHERE, vendor.url, b"") == key_set("first")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"<html>", 200),
        (b'{"keys": []}', 200),
        (key_set("x"), 404),
        (key_set("x"), 204),
        (key_set("x"), 503),
    ],
)
async def test_what_has_no_key_does_not_replace_what_has(
    body: bytes, status: int, keys: KeySets, vendor: Vendor
) -> None:
    known = await keys.newer(WHERE, vendor.url, b"")
    vendor.answer = vendor.publishing(body, status)
    vendor.now += AGAIN_AFTER

    with pytest.raises(VendorUnavailable):
        await keys.newer(WHERE, vendor.url, known)
    assert keys.kept(WHERE, vendor.url) == known


async def test_a_redirect_is_not_followed(keys: KeySets, vendor: Vendor) -> None:
    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{vendor.url}/elsewhere"})

    vendor.answer = elsewhere
    with pytest.raises(VendorUnavailable):
        await keys.newer(WHERE, vendor.url, b"")
    assert vendor.asked == ["/jwks"]


async def test_an_answer_without_end_is_given_up(keys: KeySets, vendor: Vendor) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 50 * MAX_ANSWER:
            await response.write(b" " * 65536)
            sent += 65536
        return response

    vendor.answer = endless
    with pytest.raises(VendorUnavailable, match="more than"):
        await keys.newer(WHERE, vendor.url, b"")
    assert sent < 50 * MAX_ANSWER


async def test_a_vendor_that_does_not_answer_is_given_up(
    keys: KeySets, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    vendor.answer = never
    monkeypatch.setattr("connector.intake.vendor.TOTAL_S", 0.05)
    with pytest.raises(VendorUnavailable, match="could not be reached"):
        await keys.newer(WHERE, vendor.url, b"")


async def test_nobody_there_is_said_without_the_address(keys: KeySets) -> None:
    with pytest.raises(VendorUnavailable) as unavailable:
        await keys.newer(WHERE, "http://127.0.0.1:9", b"")
    assert unavailable.value.problem == "keys.example.com could not be reached (ClientConnectorError)"


async def test_a_clock_that_was_put_back_does_not_stop_the_asking(keys: KeySets, vendor: Vendor) -> None:
    known = await keys.newer(WHERE, vendor.url, b"")
    vendor.now -= timedelta(days=1)

    await keys.newer(WHERE, vendor.url, known)

    assert len(vendor.asked) == 2
