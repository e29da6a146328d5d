"""A message of EasyPost only points to its shipment: the fetch, and what goes wrong with it."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import carriers
from carriers import PUSHED
from carriers.model import Delivery
from connector.intake import fetches
from connector.intake.fetches import GIVE_UP_AFTER, LONGEST_WAIT, Fetcher, FetchingSource
from connector.intake.labels import new_delivery
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.intake.conftest import Service

FIXTURES = Path(carriers.__file__).parent / "easypost" / "fixtures"
EVENT = (FIXTURES / "label_printed.json").read_bytes()
SHIPMENT = (FIXTURES / "label_printed.answer.json").read_bytes()
SECRET = "sécret"
API_KEY = "EZAK-canary-key"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Answer = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


def found(_request: web.Request) -> web.Response:
    return web.Response(body=SHIPMENT)


class EasyPost:
    """Plays api.easypost.com; ``answer`` can be replaced."""

    def __init__(self) -> None:
        self.answer: Answer = found
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        answer = self.answer(request)
        return answer if isinstance(answer, web.StreamResponse) else await answer


@pytest.fixture
async def easypost() -> AsyncIterator[EasyPost]:
    played = EasyPost()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", played.handle)
    async with TestServer(app) as server:
        played.url = str(server.make_url("")).rstrip("/")
        yield played


@pytest.fixture
def more_settings(easypost: EasyPost) -> str:
    return f"""
            [sources.easypost]
            kind = "easypost"
            shop = "main"
            secrets = ["{SECRET}"]
            api_url = "{easypost.url}"
            [sources.easypost.credentials]
            api_key = "{API_KEY}"
            [sources.easypost.carriers]
            JPPost = "EMS"
    """


async def test_a_message_becomes_a_fetch_and_that_a_number_on_the_order(service: Service, easypost: EasyPost) -> None:
    (line,) = service.sandbox.market.add_cart()
    easypost.answer = lambda _: web.Response(body=SHIPMENT.replace(b"1062428737", line.order_no.encode()))
    signature = hmac.digest(SECRET.encode(), EVENT, "sha256").hex()

    # The secret goes through NFKD before it is a key.
    refused, _ = await service.post(EVENT, {"x-hmac-signature": f"hmac-sha256-hex={signature}"}, "/webhooks/easypost")
    recorded = json.loads((FIXTURES / "label_printed.request.json").read_text())["headers"]
    status, answer = await service.post(EVENT, recorded, "/webhooks/easypost")
    again = await service.post(EVENT, recorded, "/webhooks/easypost")

    assert refused == 401
    assert (status, answer["accepted"]) == (202, 1)
    assert again[1] == answer | {"accepted": 0, "duplicates": 1}
    await service.until(lambda: line.shipping.tracking_no == "EG725089303JP")
    assert easypost.asked == [
        (
            "/v2/shipments/shp_0123456789abcdef0123456789abcdef",
            "Basic " + base64.b64encode(f"{API_KEY}:".encode()).decode(),
        )
    ]
    kept = b"".join(path.read_bytes() for path in service.database.parent.glob("connector.db*") if path.is_file())
    assert b"CANARY" not in kept
    assert API_KEY.encode() not in kept


class Desk:
    """A fetcher on a clock that is moved, one step at a time."""

    def __init__(self, store: Store, session: aiohttp.ClientSession, base_url: str) -> None:
        self.store = store
        self.now = NOW
        self.source = FetchingSource("easypost", "main", PUSHED["easypost"], {"api_key": API_KEY}, {}, base_url)
        self.fetcher = Fetcher({"easypost": self.source}, store, session, lambda: self.now)

    async def hear(self) -> None:
        delivery = Delivery("POST", "/webhooks/easypost", {}, EVENT, self.now)
        reading = PUSHED["easypost"].parse(delivery)
        await self.store.record_delivery(new_delivery("easypost", "main", delivery, reading))

    async def step(self) -> int:
        """Work off what is due; how much that was."""
        due = await self.store.due_fetches(self.now)
        for each in due:
            await self.fetcher._work_off(each)
        return len(due)

    async def wait(self) -> timedelta:
        """Move the clock to the next attempt; how far that was."""
        due_at = await self.store.next_fetch_at()
        assert due_at is not None
        wait, self.now = due_at - self.now, due_at
        return wait


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{path}")
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def desk(tmp_path: Path, easypost: EasyPost) -> AsyncIterator[Desk]:
    async with opened(tmp_path / "fetches.db") as store, aiohttp.ClientSession() as session:
        yield Desk(store, session, easypost.url)


async def hang(_request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"{")
    assert request.transport is not None
    request.transport.close()
    return response


def redirect(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": str(request.url.with_path("/stolen"))})


FAILURES: dict[str, Answer] = {
    "429": lambda _: web.Response(status=429),
    "500": lambda _: web.Response(status=500),
    "401": lambda _: web.Response(status=401),
    "404": lambda _: web.Response(status=404),
    "redirect": redirect,
    "too large": lambda _: web.Response(body=b"x" * (5 * 1024 * 1024)),
    "no json": lambda _: web.Response(text="<html>"),
    "deep": lambda _: web.Response(body=b"[" * 100_000),
    "another shipment": lambda _: web.Response(body=SHIPMENT.replace(b"shp_0", b"shp_9")),
    "another number": lambda _: web.Response(body=SHIPMENT.replace(b"EG725089303JP", b"EG999")),
    "hang": hang,
    "cut": cut,
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES.keys())
async def test_a_fetch_that_fails_is_made_again_and_told(
    desk: Desk, easypost: EasyPost, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.intake.vendor.TOTAL_S", 0.5)
    easypost.answer = answer
    await desk.hear()

    assert await desk.step() == 1
    assert await desk.step() == 0
    first_wait = await desk.wait()
    easypost.answer = found
    assert await desk.step() == 1

    assert timedelta(seconds=0.5) < first_wait <= timedelta(seconds=2)
    (parcel,) = await desk.store.due_parcels("main", desk.now)
    assert parcel.key.tracking_number == "EG725089303JP"
    assert [path for path, _ in easypost.asked] == ["/v2/shipments/shp_0123456789abcdef0123456789abcdef"] * 2
    assert await desk.store.next_fetch_at() is None


async def test_a_fetch_is_given_up_after_many_attempts_at_growing_intervals(desk: Desk, easypost: EasyPost) -> None:
    easypost.answer = FAILURES["500"]
    await desk.hear()
    waits = []
    await desk.step()
    while await desk.store.next_fetch_at() is not None:
        waits.append(await desk.wait())
        await desk.step()

    assert len(easypost.asked) == GIVE_UP_AFTER
    assert max(waits) <= LONGEST_WAIT
    assert sum(waits, timedelta()) > timedelta(hours=2)


@pytest.mark.parametrize("change", [{"name": "renamed"}, {"kind": replace(PUSHED["easypost"], hosts=frozenset())}])
async def test_nobody_is_asked_whom_the_kind_does_not_name(
    desk: Desk, easypost: EasyPost, change: dict[str, Any]
) -> None:
    source = replace(desk.source, **change)
    desk.fetcher._sources = {source.name: source}
    await desk.hear()

    assert await desk.step() == 1

    assert easypost.asked == []
    assert await desk.store.next_fetch_at() is None


async def test_a_credential_that_was_taken_from_the_settings_stops_no_other_fetch(
    desk: Desk, easypost: EasyPost
) -> None:
    desk.fetcher._sources = {"easypost": replace(desk.source, credentials={})}
    await desk.hear()

    assert await desk.step() == 1

    assert easypost.asked == []
    assert await desk.store.next_fetch_at() is not None


async def test_a_defect_in_a_round_does_not_end_the_fetches(
    desk: Desk, easypost: EasyPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetches, "PAUSE_AFTER_DEFECT_S", 0.01)
    due_fetches = desk.store.due_fetches
    failures = [ZeroDivisionError()]

    async def failing(now: datetime) -> Any:
        if failures:
            raise failures.pop()
        return await due_fetches(now)

    monkeypatch.setattr(desk.store, "due_fetches", failing)
    await desk.hear()
    desk.store.wake("main").clear()
    task = asyncio.create_task(desk.fetcher.run())
    try:
        async with asyncio.timeout(10):
            await desk.store.wake("main").wait()
    finally:
        task.cancel()

    assert len(easypost.asked) == 1
