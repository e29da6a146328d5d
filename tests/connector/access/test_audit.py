"""The row before the deed, and its outcome after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connector.access.audit import LONGEST, Audit, say_of_deed
from connector.access.gate import Gate
from connector.access.routes import Routes
from connector.domain.roles import Actor, Permission, Role, Via
from connector.http import ApiError, one_error_shape
from connector.store.deeds import Deed, DeedRow, Outcome
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from tests.connector.access.conftest import AT, Clock

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Served:
    """An application with one address; what it does is put in."""

    store: Store
    http: aiohttp.ClientSession
    url: str
    handlers: list[Handler]

    async def post(self, handler: Handler, name: str = "12") -> int:
        self.handlers[:] = [handler]
        async with self.http.post(f"{self.url}entries/{name}/hold") as response:
            return response.status

    async def rows(self) -> list[DeedRow]:
        return await self.store.deeds.page(10)


@pytest.fixture
async def served(store: Store, clock: Clock) -> AsyncIterator[Served]:
    handlers: list[Handler] = []

    async def identify(_request: web.Request) -> Actor:
        return Actor("wms", Role.OPERATOR, Via.TOKEN, 1)

    async def handle(request: web.Request) -> web.Response:
        return await handlers[0](request)

    app = web.Application(middlewares=[one_error_shape])
    routes = Routes(app)
    routes.post("/entries/{id}/hold", handle, needs=Permission.ACT)
    app.middlewares.append(Gate(routes, identify, []).middleware)
    app.middlewares.append(Audit(routes, store.deeds, clock).middleware)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield Served(store, http, str(server.make_url("/")), handlers)


def row(status: int | None, subject: str = "id 12", detail: str = "") -> DeedRow:
    return DeedRow(AT, "wms", "token", "POST /entries/{id}/hold", subject, detail, status, id=1)


async def done(_request: web.Request) -> web.Response:
    return web.Response(status=201)


async def test_what_was_done_is_written_with_its_outcome(served: Served) -> None:
    await served.post(done)

    assert await served.rows() == [row(201)]


async def test_the_row_is_there_before_the_deed(served: Served) -> None:
    """A power cut in the middle leaves a row whose outcome is not known, never a deed without a row."""
    seen: list[list[DeedRow]] = []

    async def look(_request: web.Request) -> web.Response:
        seen.append(await served.rows())
        return web.Response()

    await served.post(look)

    assert seen == [[row(None)]]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ApiError(409, "act_refused", "No.", "Look."), 409),
        (web.HTTPRequestEntityTooLarge(1, 2), 413),
        (StoreUnavailable("full"), 503),
        (RuntimeError("a defect"), 500),
    ],
)
async def test_what_was_refused_or_failed_is_written_too(served: Served, error: Exception, status: int) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise error

    assert await served.post(fail) == status
    assert await served.rows() == [row(status)]


async def test_a_deed_that_was_broken_off_has_an_unknown_outcome(served: Served) -> None:
    """The program stops and waits no longer: the deed may be done or not."""

    async def broken_off(_request: web.Request) -> web.Response:
        raise asyncio.CancelledError

    with pytest.raises(aiohttp.ClientError):
        await served.post(broken_off)

    assert await served.rows() == [row(None)]


async def test_a_handler_can_say_more_of_its_deed(served: Served) -> None:
    async def tell(request: web.Request) -> web.Response:
        say_of_deed(request, "user sato", "role admin")
        say_of_deed(request, detail="role viewer")
        return web.Response()

    await served.post(tell)

    assert await served.rows() == [row(200, "user sato", "role viewer")]


async def test_what_stands_in_an_address_is_cut(served: Served) -> None:
    await served.post(done, "x" * 1000)

    assert [len(each.subject) for each in await served.rows()] == [LONGEST]


async def test_nothing_is_done_that_could_not_be_written_down(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_deed: Deed) -> int:
        raise StoreUnavailable("the disk is full")

    calls = []

    async def count(_request: web.Request) -> web.Response:
        calls.append(1)
        return web.Response()

    monkeypatch.setattr(served.store.deeds, "begin", full)

    assert await served.post(count) == 503
    assert calls == []


async def test_an_outcome_that_cannot_be_written_hides_nothing_from_whoever_asked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_outcome: Outcome) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(served.store.deeds, "settle", full)

    assert await served.post(done) == 201
    assert await served.rows() == [row(None)]


async def test_an_outcome_is_written_once_and_nothing_is_changed_after(store: Store) -> None:
    deed_id = await store.deeds.begin(Deed(AT, "sato", "session", "POST /x"))
    await store.deeds.settle(Outcome(deed_id, 200, "a", "b"))
    await store.deeds.settle(Outcome(deed_id, 500, "forged", "forged"))

    assert await store.deeds.page(10) == [DeedRow(AT, "sato", "session", "POST /x", "a", "b", 200, id=1)]


async def test_pages_of_the_audit_follow_each_other(store: Store) -> None:
    for number in range(7):
        await store.deeds.begin(Deed(AT, "sato", "session", f"POST /{number}", status=200))

    first = await store.deeds.page(3)
    second = await store.deeds.page(3, before=first[-1].id)
    third = await store.deeds.page(3, before=second[-1].id)

    assert [each.action for each in first + second + third] == [f"POST /{number}" for number in range(6, -1, -1)]
