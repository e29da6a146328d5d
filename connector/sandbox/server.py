"""The sandbox on HTTP: the QAPI paths, the admin API, and the only place here that asks a clock and waits."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from connector.sandbox.admin import ADMIN_PATH, add_admin_routes
from connector.sandbox.exchange import Ending, Reply, exchange
from connector.sandbox.model import Market
from connector.sandbox.switches import Switches
from connector.sandbox.transport import BASE_PATH, is_qapi_path, read_call

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LARGEST_BODY = 16 * 1024 * 1024
MARKET = web.AppKey("market", Market)
Sleep = Callable[[float], Awaitable[object]]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(market: Market, *, sleep: Sleep = asyncio.sleep) -> web.Application:
    """The application that plays ``market``. ``sleep`` (seconds) serves latencies and hangs.

    The admin API has no authentication: serve this on loopback only.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    app[MARKET] = market
    add_admin_routes(app, market)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _answer(request, market, sleep)

    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def _answer(request: web.Request, market: Market, sleep: Sleep) -> web.StreamResponse:
    if not is_qapi_path(request.path):
        return web.Response(status=404, text="Not found. QAPI is under " + BASE_PATH)
    if request.method not in {"GET", "POST"}:
        return web.Response(status=405, headers={"Allow": "GET, POST"})
    body = await request.read()
    call = read_call(
        request.method, request.path, request.rel_url.raw_query_string, request.headers, request.content_type, body
    )
    latency_s = market.switches.latency_ms / 1000
    if market.switches.apply_before_latency:
        reply = exchange(market, call)
        await _wait(latency_s + reply.hang_s, sleep)
    else:
        await _wait(latency_s, sleep)
        reply = exchange(market, call)
        await _wait(reply.hang_s, sleep)
    return await _send(request, reply)


async def _wait(seconds: float, sleep: Sleep) -> None:
    if seconds > 0:
        await sleep(seconds)


async def _send(request: web.Request, reply: Reply) -> web.StreamResponse:
    match reply.ending:
        case Ending.SENT:
            return _response(reply)
        case Ending.CUT:
            return await _send_half(request, reply)
        case Ending.CLOSED | Ending.RESET:
            _drop(request, reset=reply.ending is Ending.RESET)
            # Nobody reads this: the connection is gone. aiohttp wants something to return.
            return web.Response()


def _response(reply: Reply) -> web.Response:
    rendered = reply.rendered
    response = web.Response(body=rendered.body, status=reply.status, headers={"Content-Type": rendered.content_type})
    if reply.retry_after_s is not None:
        response.headers["Retry-After"] = str(reply.retry_after_s)
    return response


async def _send_half(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Announce the whole length, send half, close."""
    response = web.StreamResponse(status=reply.status, headers={"Content-Type": reply.rendered.content_type})
    response.content_length = len(reply.rendered.body)
    await response.prepare(request)
    await response.write(reply.rendered.body[: len(reply.rendered.body) // 2])
    _drop(request, reset=False)
    return response


def _drop(request: web.Request, *, reset: bool) -> None:
    """Close the connection without another byte: in good order, or with a reset."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        sock: socket.socket = transport.get_extra_info("socket")
        # Lingering for zero seconds makes close() send RST instead of FIN.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()


class Sandbox:
    """A Qoo10 to rehearse against, on loopback, for the length of an ``async with``.

    ``now`` gives aware datetimes, ``sleep`` takes seconds; both are for tests. Port 0 takes a free one.

    Raises:
        ValueError: ``host`` is not loopback. The admin API has no authentication.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _utc_now,
        shops: Sequence[str] = ("main",),
        switches: Switches | None = None,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the sandbox serves loopback only, not {host!r}: its admin API has no authentication")
        self.market = Market(now, shops=shops, switches=switches, seed=seed)
        self._host = host
        self._port = port
        # No access log: old clients put the key into the address. Handlers are not cancelled when a client leaves.
        # Stopping does not wait for what hangs on purpose.
        self._runner = web.AppRunner(
            create_app(self.market, sleep=sleep), access_log=None, handler_cancellation=False, shutdown_timeout=0.1
        )

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def origin(self) -> str:
        """Where it listens, e.g. ``http://127.0.0.1:8099``."""
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        """What a shop's ``qapi_url`` is set to."""
        return self.origin + BASE_PATH

    @property
    def admin_url(self) -> str:
        """The root of the admin API."""
        return self.origin + ADMIN_PATH

    @property
    def key(self) -> str:
        """The first shop's newest seller authorization key."""
        return self.key_of(next(iter(self.market.shops)))

    def key_of(self, shop: str) -> str:
        """A shop's newest seller authorization key."""
        return next(reversed(self.market.shop(shop).keys))


async def serve(
    host: str,
    port: int,
    *,
    shops: Sequence[str] = ("main",),
    switches: Switches | None = None,
    ready: Callable[[Sandbox], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve a sandbox until ``stop`` is set or the task is cancelled. ``ready`` is called once it listens.

    Raises:
        ValueError: ``host`` is not loopback.
        OSError: the port is taken.
    """
    async with Sandbox(host=host, port=port, shops=shops, switches=switches) as sandbox:
        if ready is not None:
            ready(sandbox)
        await (stop or asyncio.Event()).wait()
