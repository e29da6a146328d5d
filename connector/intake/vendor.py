"""One request to a vendor: limited in size and time, without redirects."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp
from yarl import URL

from carriers.kinds import PollRequest
from carriers.model import Fetch, FetchAnswer

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes. A page of a hundred labels has about half a megabyte."""

CONNECT_S = 5.0
TOTAL_S = 20.0


class VendorUnavailable(Exception):
    """There is no answer. ``problem`` says why in words, without anything secret."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def address_of(fetch: Fetch, api_url: str) -> URL:
    """Where the request goes: to the vendor's host, or in a rehearsal to ``api_url``."""
    return _address(fetch.host, fetch.path, api_url)


async def ask(
    session: aiohttp.ClientSession,
    fetch: Fetch,
    api_url: str,
    headers: Mapping[str, str],
    clock: Callable[[], datetime],
    body: bytes = b"",
) -> FetchAnswer:
    """The answer, whatever its status. A ``body`` is JSON and is posted; without one this is a GET.

    Raises:
        VendorUnavailable: it could not be reached in time, or answered with too much.
    """
    request = PollRequest(
        "POST" if body else "GET",
        fetch.host,
        fetch.path,
        query=fetch.query,
        headers={**headers, "content-type": "application/json"} if body else headers,
    )
    return await send(session, request, api_url, clock, body=body or None)


async def send(
    session: aiohttp.ClientSession,
    request: PollRequest,
    api_url: str,
    clock: Callable[[], datetime],
    *,
    body: bytes | None = None,
    max_answer: int = MAX_ANSWER,
) -> FetchAnswer:
    """The answer, whatever its status. What is sent is ``body``, or else the request's form.

    Raises:
        VendorUnavailable: it could not be reached in time, or answered with too much.
    """
    form = None if request.form is None else dict(request.form)
    try:
        async with (
            asyncio.timeout(TOTAL_S),
            session.request(
                request.method,
                _address(request.host, request.path, api_url),
                params=dict(request.query),
                headers=dict(request.headers),
                data=form if body is None else body,
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S),
                allow_redirects=False,
            ) as response,
        ):
            received = bytearray()
            async for chunk in response.content.iter_any():
                received += chunk
                if len(received) > max_answer:
                    raise VendorUnavailable(f"{request.host} answered with more than {max_answer} bytes")
            lower = {name.lower(): value for name, value in response.headers.items()}
            return FetchAnswer(response.status, lower, bytes(received), clock())
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Only its type: its text may hold the address, and that a secret.
        raise VendorUnavailable(f"{request.host} could not be reached ({type(error).__name__})") from None


def _address(host: str, path: str, api_url: str) -> URL:
    base = URL(api_url) if api_url else URL.build(scheme="https", host=host)
    return base.with_path(base.path.rstrip("/") + path)
