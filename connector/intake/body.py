"""Reads a request's body with limits on size and time, before anything else looks at it."""

import asyncio

from aiohttp import web

from connector.http import ApiError, of_the_framework

MAX_BODY = 256 * 1024
"""Bytes. Label messages have a few kilobytes; the largest recorded one has twelve."""


def _too_large() -> ApiError:
    return ApiError(
        413,
        "too_large",
        f"The body has more than {MAX_BODY} bytes.",
        "Send one label message at a time.",
        {"Connection": "close"},
    )


def refuse_too_large(request: web.Request) -> None:
    """Refuses by the announced length, before a byte of the body is read.

    Raises:
        ApiError: 413.
    """
    if request.content_length is not None and request.content_length > MAX_BODY:
        raise _too_large()


async def expect_continue(request: web.Request) -> web.Response | None:
    """Answers ``Expect: 100-continue`` only when the announced body would be taken.

    A refusal is returned, not raised: aiohttp asks here before it asks the middleware.
    """
    if request.headers.get("Expect", "").lower() != "100-continue":
        return of_the_framework(web.HTTPExpectationFailed()).response()
    try:
        refuse_too_large(request)
    except ApiError as error:
        return error.response()
    if request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None


async def read_body(request: web.Request, timeout_s: float) -> bytes:
    """The raw body, as it was sent.

    Raises:
        ApiError: 413 when it is too large, 408 when it does not arrive in time, 400 when it breaks off.
    """
    refuse_too_large(request)
    received = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                received += chunk
                if len(received) > MAX_BODY:
                    raise _too_large()
    except TimeoutError:
        raise ApiError(
            408,
            "too_slow",
            f"The body did not arrive within {timeout_s:g} seconds.",
            "Send it again.",
            {"Connection": "close"},
        ) from None
    except (web.RequestPayloadError, ConnectionError):
        raise ApiError(400, "broken_body", "The body broke off.", "Send it again.", {"Connection": "close"}) from None
    return bytes(received)
