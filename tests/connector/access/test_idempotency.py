"""``Idempotency-Key``: what comes again is not done again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connector.access.gate import Gate
from connector.access.idempotency import Idempotency
from connector.access.routes import Routes
from connector.domain.roles import Actor, Permission, Role, Via
from connector.http import ApiError, one_error_shape
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from tests.connector.access.conftest import Clock

ACTORS = {
    "sato": Actor("sato", Role.ADMIN, Via.SESSION, 1, 1),
    "sato elsewhere": Actor("sato", Role.ADMIN, Via.SESSION, 2, 1),
    "wms": Actor("wms", Role.ADMIN, Via.TOKEN, 1),
    "settings": Actor("settings", Role.ADMIN, Via.SETTINGS),
}


@dataclass
class Api:
    """An application that counts what it does."""

    http: aiohttp.ClientSession = field(init=False)
    url: str = ""
    done: list[str] = field(default_factory=list)
    next_error: Exception | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self, request: web.Request) -> web.Response:
        self.done.append(f"{request.method} {request.path} {await request.text()}")
        self.begun.set()
        await self.hold.wait()
        if self.next_error is not None:
            raise self.next_error
        return web.json_response({"number": len(self.done), "名": "佐藤"}, status=201)

    async def ask(
        self,
        key: str | None = "key-1",
        body: str = '{"why": "x"}',
        *,
        who: str = "wms",
        path: str = "/api/v1/acts",
        method: str = "POST",
    ) -> tuple[int, Any, str]:
        headers = {"Who": who, "Origin": self.url, **({} if key is None else {"Idempotency-Key": key})}
        async with self.http.request(method, self.url + path, data=body, headers=headers) as response:
            answer = json.loads(await response.text())
            code = answer["error"]["code"] if "error" in answer else answer["number"]
            return response.status, code, response.headers.get("Idempotency-Replayed", "")


@pytest.fixture
async def api(store: Store, clock: Clock) -> AsyncIterator[Api]:
    api = Api()
    api.hold.set()
    async with started(api, store, clock):
        yield api


@asynccontextmanager
async def started(api: Api, store: Store, clock: Clock) -> AsyncIterator[None]:
    """Serves it, as a program that has just started."""

    async def identify(request: web.Request) -> Actor:
        return ACTORS[request.headers["Who"]]

    app = web.Application(middlewares=[one_error_shape])
    routes = Routes(app)
    for path in ("/api/v1/acts", "/api/v1/others", "/page"):
        routes.post(path, api.act, needs=Permission.ACT)
    routes.post("/api/v1/secrets", api.act, needs=Permission.ACT, holds_secret=True)
    routes.put("/api/v1/acts", api.act, needs=Permission.ACT)
    app.middlewares.append(Gate(routes, identify, []).middleware)
    app.middlewares.append(Idempotency(routes, store.answers, clock).middleware)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        api.http, api.url = http, str(server.make_url("/")).rstrip("/")
        yield


async def test_the_same_request_is_done_once_and_answered_alike(api: Api) -> None:
    first = await api.ask()
    again = await api.ask()

    assert first == (201, 1, "")
    assert again == (201, 1, "true")
    assert len(api.done) == 1


async def test_without_a_key_it_is_done_each_time(api: Api) -> None:
    assert [await api.ask(None), await api.ask(None)] == [(201, 1, ""), (201, 2, "")]


async def test_another_request_with_the_same_key_is_refused(api: Api) -> None:
    """Another body, or another address: whoever sent it has mixed something up."""
    await api.ask()

    assert await api.ask(body='{"why": "y"}') == (422, "key_used", "")
    assert await api.ask(path="/api/v1/others") == (422, "key_used", "")
    assert len(api.done) == 1


async def test_everybody_has_keys_of_their_own(api: Api) -> None:
    """A user has the same ones in each browser; a program's are its token's."""
    numbers = [(await api.ask(who=who))[1] for who in ACTORS]

    assert numbers == [1, 1, 2, 3]


@pytest.mark.parametrize("key", ["", " ", "with blank", "x" * 201, "日本"])
async def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    assert await api.ask(key) == (400, "bad_key", "")
    assert api.done == []


async def test_only_actions_of_the_api_have_keys(api: Api) -> None:
    """A page's form goes back to a page that is read; PUT and DELETE are harmless twice."""
    for _ in range(2):
        await api.ask(path="/page")
        await api.ask(method="PUT")

    assert len(api.done) == 4


async def test_a_request_that_is_in_hand_is_not_begun_again(api: Api) -> None:
    api.hold.clear()
    first = asyncio.create_task(api.ask())
    await api.begun.wait()

    meanwhile = await api.ask()
    api.hold.set()

    assert meanwhile == (409, "in_flight", "")
    assert await first == (201, 1, "")
    assert await api.ask() == (201, 1, "true")


async def test_what_was_refused_was_not_done_and_may_come_again(api: Api) -> None:
    """Also mended: a body with a mistake does not use the key up."""
    api.next_error = ApiError(422, "act_incomplete", "Nothing was done.", "Say why.")
    assert await api.ask(body="{}") == (422, "act_incomplete", "")
    api.next_error = None

    assert await api.ask() == (201, 2, "")


async def test_what_could_not_be_kept_may_come_again(api: Api) -> None:
    api.next_error = StoreUnavailable("the disk is full")
    assert await api.ask() == (503, "store_unavailable", "")
    api.next_error = None

    assert await api.ask() == (201, 2, "")


async def test_an_unclear_outcome_is_given_again_and_not_tried_again(api: Api) -> None:
    """502: Qoo10 may have taken it. Whoever repeats it with the key gets the same words, and nothing is sent twice."""
    api.next_error = ApiError(502, "message_unclear", "It may have been sent.", "Look in QSM.")
    first = await api.ask()
    api.next_error = None

    assert first == (502, "message_unclear", "")
    assert await api.ask() == (502, "message_unclear", "true")
    assert len(api.done) == 1


async def test_whether_something_was_done_while_the_program_ended_is_said_to_be_unknown(
    api: Api, store: Store, clock: Clock
) -> None:
    """A defect, or a power cut in the middle: the key is there and its answer is not."""
    api.next_error = RuntimeError("a defect")
    await api.ask()
    api.next_error = None
    after_restart = Api()
    after_restart.hold.set()
    async with started(after_restart, store, clock):
        assert await after_restart.ask() == (409, "outcome_unknown", "")
        assert after_restart.done == []


async def test_answers_outlast_a_restart(api: Api, store: Store, clock: Clock) -> None:
    await api.ask()
    after_restart = Api()
    async with started(after_restart, store, clock):
        assert await after_restart.ask() == (201, 1, "true")


async def test_after_a_day_a_key_is_new(api: Api, clock: Clock) -> None:
    await api.ask()
    clock.forward(hours=24)

    assert await api.ask() == (201, 2, "")


async def test_no_secret_of_a_body_or_an_answer_is_kept(api: Api, store: Store) -> None:
    """Not even a digest of it: of a short password that would be as good as the password."""
    first = await api.ask(path="/api/v1/secrets", body='{"password": "a"}')
    again = await api.ask(path="/api/v1/secrets", body='{"password": "b"}')
    async with store._reader() as connection:
        rows = (await connection.exec_driver_sql("SELECT digest, body FROM idempotency")).all()

    assert first == (201, 1, "")
    assert again == (409, "done_before", "true")
    assert len(api.done) == 1
    assert [json.loads(row.body)["error"]["code"] for row in rows] == ["done_before"]


async def test_japanese_comes_back_as_it_was(api: Api) -> None:
    async def text() -> str:
        headers = {"Who": "wms", "Idempotency-Key": "key-2"}
        async with api.http.post(f"{api.url}/api/v1/acts", json={}, headers=headers) as response:
            assert response.content_type == "application/json"
            return await response.text()

    assert await text() == await text()
