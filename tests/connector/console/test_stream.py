"""The stream says that something changed, and never what."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from connector import console
from connector.access.routes import Handler, Routes
from connector.console.stream import Stream
from connector.store.changes import Changes, Topic

if TYPE_CHECKING:
    from tests.connector.console.conftest import Place

WITHIN_S = 20
STATIC = Path(console.__file__).parent / "static"


async def next_event(response: aiohttp.ClientResponse) -> list[str]:
    """The topics of the next event."""
    while True:
        line = (await asyncio.wait_for(response.content.readline(), WITHIN_S)).decode()
        if line.startswith("data: "):
            return line.removeprefix("data: ").split()


async def test_a_commit_is_told_by_its_topics_alone(place: Place) -> None:
    async with place.session.get(place.url + "/stream") as response:
        assert response.content_type == "text/event-stream"
        assert await asyncio.wait_for(response.content.readline(), WITHIN_S) == b"retry: 1000\n"
        place.app.store.changes.tell({Topic.ENTRIES, Topic.CONFLICTS})

        assert await next_event(response) == ["conflicts", "entries"]


def test_the_script_reads_everything_anew_that_it_may_have_missed() -> None:
    """After a gap in the stream: each topic that there is."""
    (topics,) = re.findall(r"const TOPICS = (\[.*?\]);", (STATIC / "live.js").read_text(encoding="utf-8"))

    assert set(json.loads(topics)) == set(Topic)


async def test_nobody_listens_without_a_log_in(place: Place) -> None:
    async with aiohttp.ClientSession() as nobody, nobody.get(place.url + "/stream", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_an_open_stream_does_not_hold_up_the_stop(place: Place) -> None:
    """The fixture stops the program while this stream is open; it would else wait for its end."""
    response = await place.session.get(place.url + "/stream")

    assert response.status == 200


async def test_whoever_leaves_before_the_first_word_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    """A browser that goes on to the next page at once."""
    left = asyncio.Event()

    @web.middleware
    async def leaves(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        try:
            return await handler(request)
        finally:
            left.set()

    app = web.Application(middlewares=[leaves])
    Stream(Changes()).add_to(Routes(app))
    async with TestClient(TestServer(app)) as browser:
        with pytest.raises(aiohttp.ClientError):
            await browser.get("/stream")
        await asyncio.wait_for(left.wait(), WITHIN_S)

    assert [record.getMessage() for record in caplog.records if record.name == "aiohttp.server"] == []


async def test_what_happens_between_two_looks_comes_together() -> None:
    changes = Changes()
    with changes.listening() as listener:
        changes.tell({Topic.ENTRIES})
        changes.tell({Topic.LABELS})
        changes.tell(())

        assert await listener.take() == {Topic.ENTRIES, Topic.LABELS}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listener.take(), 0)


async def test_whoever_left_is_told_nothing() -> None:
    changes = Changes()
    with changes.listening() as listener:
        pass
    changes.tell({Topic.ENTRIES})

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(listener.take(), 0)
