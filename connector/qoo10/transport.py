"""One call over HTTP: what was sent, what came back, and what its silence means."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random
from yarl import URL

from connector.qoo10.answers import Answer, read_answer, transient, unreadable
from connector.qoo10.dates import header_time
from connector.qoo10.errors import LaterError, QapiError
from connector.qoo10.limits import CallLimiter, Pace
from connector.qoo10.protocol import Call

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of an answer that are read; the longest list seen in public is a few megabytes."""

_CHUNK: Final = 64 * 1024
_LONG: Final = 64 * 1024
"""Bytes of an answer from which on it is read in a thread; shorter ones take about a millisecond."""
_TRIES: Final = 3
_SHORTEST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 0.3
_PAUSE_WHEN_THROTTLED_S: Final = 2.0
_LONGEST_SLOW_DOWN_S: Final = 60.0
_NOTHING_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_LOST: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds: for a connection, and for the whole call with its answer."""

    connect_s: float = 5.0
    total_s: float = 20.0


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One HTTP request, for metrics and clock skew; nothing of its parameters.

    ``started_s`` is on the monotonic clock. ``outcome`` is ``ok``, the error's class name, or ``unfinished`` when the
    caller gave up. ``rows`` is how many rows the answer had. ``server_date`` is its ``Date`` header, None without one.
    """

    method: str
    started_s: float
    duration_s: float
    outcome: str
    code: int | None
    rows: int
    server_date: datetime | None


async def off_the_loop(read: Callable[[], T], *, long: bool) -> T:
    """What ``read`` gives. A long list takes half a second: in a thread, so that deliveries are answered meanwhile."""
    return await asyncio.to_thread(read) if long else read()


def _is_blip(error: BaseException) -> bool:
    return isinstance(error, LaterError) and error.blip


class Transport:
    """Sends calls to one shop's QAPI over a session that it was given and does not own."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        limiter: CallLimiter,
        on_call: Callable[[CallRecord], None],
        timeouts: Timeouts = Timeouts(),  # frozen, so sharing the default is safe
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Check the address.

        Raises:
            ValueError: ``base_url`` is no plain http or https address; a login, query or fragment has no place in it.
        """
        url = URL(base_url)
        if url.scheme not in {"http", "https"} or not url.host or url.user or url.password or url.query or url.fragment:
            raise ValueError("qapi_url must be an http or https address without login, query and fragment")
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._limiter = limiter
        self._on_call = on_call
        self._sleep = sleep
        self._timeout = aiohttp.ClientTimeout(
            total=timeouts.total_s, connect=timeouts.connect_s, sock_connect=timeouts.connect_s
        )

    @property
    def pace(self) -> Pace:
        """How fast calls may go."""
        return self._limiter.pace

    async def exchange(self, call: Call, key: str, *, secrets: Sequence[str] = ()) -> Answer:
        """Send a call under this key and read its answer.

        What blips is tried up to three times within a few hundred milliseconds: a read, or a write of which certainly
        nothing was sent. Every try waits for its turn. ``secrets`` (and the key) never appear in what is raised.

        Raises:
            QapiError: Qoo10 did not say success.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_random(_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S),
            retry=retry_if_exception(_is_blip),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._try, call, key, (key, *secrets))

    async def _try(self, call: Call, key: str, secrets: Sequence[str]) -> Answer:
        await self._limiter.wait()
        started_s = time.monotonic()
        server_date: datetime | None = None
        rows = 0
        outcome = "unfinished"
        code: int | None = None
        try:
            status, headers, body = await self._post(call, key)
            server_date = header_time(headers.get("Date"))
            reading = partial(read_answer, call, status, headers, body, secrets=secrets)
            answer = await off_the_loop(reading, long=len(body) >= _LONG)
        except QapiError as error:
            outcome, code = type(error).__name__, error.code
            self._heed(error)
            raise
        else:
            outcome, code, rows = "ok", 0, answer.size
            return answer
        finally:
            took_s = time.monotonic() - started_s
            self._on_call(CallRecord(call.method, started_s, took_s, outcome, code, rows, server_date))

    async def _post(self, call: Call, key: str) -> tuple[int, Mapping[str, str], bytes]:
        """One POST. The key goes into a header, never into the address; a redirect is not followed.

        Errors are raised without their cause: aiohttp's own can hold the request with its headers.
        """
        try:
            async with self._session.post(
                f"{self._base_url}/{call.method}",
                data={**call.params, "returnType": "application/json"},
                headers={"GiosisCertificationKey": key, "QAPIVersion": "1.0"},
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise unreadable(call, f"the answer is larger than {MAX_BODY} bytes")
                return response.status, response.headers, bytes(body)
        except _NOTHING_SENT as error:
            blip = not isinstance(error, TimeoutError)
            raise LaterError(call.method, f"no connection ({type(error).__name__})", blip=blip) from None
        except TimeoutError:
            raise unreadable(call, "no answer in time") from None
        except _LOST as error:
            raise transient(call, f"the answer was lost ({type(error).__name__})") from None

    def _heed(self, error: QapiError) -> None:
        """Slow the shop down when Qoo10 says that it is called too often, or for how long it is away."""
        if not isinstance(error, LaterError):
            return
        asked_s = error.retry_after_s or (_PAUSE_WHEN_THROTTLED_S if error.throttled else 0.0)
        if asked_s:
            self._limiter.slow_down(min(asked_s, _LONGEST_SLOW_DOWN_S))
