"""``/stream``: one stream of events that says what changed, so that pages can read themselves anew."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from connector.access.routes import Routes
from connector.domain.roles import Permission
from connector.store.changes import Changes

APART_S = 0.25
"""At least so long between two events: a busy second must not have pages read themselves a hundred times."""
ALIVE_EVERY_S = 15.0
"""A line that says nothing: proxies close connections that are silent, and a closed one is noticed by it."""
LASTS_S = 300.0
"""Then the browser connects anew, and shows its session again."""


class Stream:
    """Passes on what commits were about, without saying anything of their content."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._closing = asyncio.Event()

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.get("/stream", self._events, needs=Permission.LOOK)

    async def close(self, _app: web.Application) -> None:
        """For ``on_shutdown``: ends all streams, which would else hold up the stop."""
        self._closing.set()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """200 with server-sent events: `event: change`, and as data the topics, such as `entries conflicts`.

        The topics are `labels`, `entries`, `conflicts`, `alerts`, `webhooks` and `people`. It ends after some
        minutes; a browser connects anew by itself.
        """
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            async for event in self._lines():
                await response.write(event)
        return response

    async def _lines(self) -> AsyncIterator[bytes]:
        ends_at = asyncio.get_running_loop().time() + LASTS_S
        closing = asyncio.create_task(self._closing.wait())
        try:
            with self._changes.listening() as listener:
                while asyncio.get_running_loop().time() < ends_at and not self._closing.is_set():
                    taking = asyncio.create_task(listener.take())
                    await asyncio.wait({taking, closing}, timeout=ALIVE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                    if taking.done():
                        yield f"event: change\ndata: {' '.join(sorted(taking.result()))}\n\n".encode()
                        await asyncio.wait({closing}, timeout=APART_S)
                    else:
                        taking.cancel()
                        yield b": alive\n\n"
        finally:
            closing.cancel()
