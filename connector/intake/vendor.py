"""One request to a vendor: limited in size and time, without redirects."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp
from yarl import URL

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
    base = URL(api_url) if api_url else URL.build(scheme="https", host=fetch.host)
    return base.with_path(base.path.rstrip("/") + fetch.path)


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
    try:
        async with (
            asyncio.timeout(TOTAL_S),
            session.request(
                "POST" if body else "GET",
                address_of(fetch, api_url),
                params=dict(fetch.query),
                headers={**headers, "content-type": "application/json"} if body else dict(headers),
                data=body or None,
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S),
                allow_redirects=False,
            ) as response,
        ):
            received = bytearray()
            async for chunk in response.content.iter_any():
                received += chunk
                if len(received) > MAX_ANSWER:
                    raise VendorUnavailable(f"{fetch.host} answered with more than {MAX_ANSWER} bytes")
            lower = {name.lower(): value for name, value in response.headers.items()}
            return FetchAnswer(response.status, lower, bytes(received), clock())
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise VendorUnavailable(f"{fetch.host} could not be reached ({type(error).__name__})") from None
