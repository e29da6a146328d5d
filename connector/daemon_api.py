"""The API of the daemon that holds the store, for commands that must not write beside it.

By the unix socket beside the store, which knows who runs the command; where that is closed, with a token.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import hdrs

from connector.access.local import socket_path
from connector.settings import ServerSettings, Settings

STARTS_WITHIN_S = 10.0
"""A daemon that has the store already may listen only then; a command that knows no other way waits so long."""
_LOOK_EVERY_S = 0.2

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, never listened on


class DaemonRefused(Exception):
    """It was not done, or not as far as the daemon knows; the text is the daemon's, and says what to do."""


class DaemonSilent(Exception):
    """Whether anything was done is not known; the text says where nobody answered."""


class _NotConnected(Exception):
    """Nothing was sent; the text says why."""


class _NotYetListening(_NotConnected):
    """There is no socket, or nobody at it: a daemon that starts comes there."""


class _NotLetIn(DaemonRefused):
    """The daemon does not know who asks."""


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    path: str
    body: Mapping[str, Any] | None
    timeout_s: float


async def post(settings: Settings, path: str, body: Mapping[str, Any], timeout_s: float) -> Any:
    """Sends what a person does to the daemon of these settings; gives its answer when it is done.

    Raises:
        DaemonRefused: the daemon says otherwise, or takes nothing.
        DaemonSilent: nobody answered, or not as the daemon does.
    """
    return await ask(settings, hdrs.METH_POST, path, body, timeout_s)


async def ask(settings: Settings, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float) -> Any:
    """Asks the daemon of these settings for a change; gives its answer, None where it has no words.

    Raises:
        DaemonRefused: the daemon says otherwise, or takes nothing.
        DaemonSilent: nobody answered, or not as the daemon does.
    """
    question, at = _Question(method, path, body, timeout_s), str(socket_path(settings.store.url))
    try:
        return await _by_socket(question, at, 0 if settings.api.tokens else STARTS_WITHIN_S)
    except _NotConnected as closed:
        why = str(closed)
    except _NotLetIn:
        why = "it does not let this user in"
    if not settings.api.tokens:
        raise DaemonRefused(
            f"The daemon is running, but commands cannot reach it by {at} ({why}), and the settings have no token. Run "
            "this as the user of the daemon or as root. If that does not help, set [api] tokens (or tokens_file), "
            "restart the daemon, and try again."
        )
    if settings.server.port == 0:
        raise DaemonRefused("The daemon is running on a port that only it knows: set server.port.")
    origin = _address_of(settings.server)
    try:
        return await _asked(
            question, aiohttp.TCPConnector(), origin, origin, f"Bearer {settings.api.tokens[0].get_secret_value()}"
        )
    except _NotConnected as closed:
        raise _silent(origin, str(closed)) from None


async def _by_socket(question: _Question, at: str, wait_s: float) -> Any:
    until = time.monotonic() + wait_s
    while True:
        try:
            return await _asked(question, aiohttp.UnixConnector(at), "http://localhost", at)
        except _NotYetListening:
            if time.monotonic() >= until:
                raise
        await asyncio.sleep(_LOOK_EVERY_S)


async def _asked(
    question: _Question, by: aiohttp.BaseConnector, origin: str, where: str, authorization: str | None = None
) -> Any:
    headers = {} if authorization is None else {hdrs.AUTHORIZATION: authorization}
    try:
        async with (
            aiohttp.ClientSession(connector=by, cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as session,
            session.request(
                question.method,
                origin + question.path,
                json=question.body,
                timeout=aiohttp.ClientTimeout(question.timeout_s),
                allow_redirects=False,
            ) as response,
        ):
            if response.status == HTTPStatus.NO_CONTENT:
                return None
            answer = await response.json()
            if response.status in (HTTPStatus.OK, HTTPStatus.CREATED):
                return answer
            error = answer["error"]
            refused = _NotLetIn if response.status == HTTPStatus.UNAUTHORIZED else DaemonRefused
            raise refused(f"{error['message']} {error['hint']}")
    except aiohttp.ClientConnectorError as error:
        may_come = isinstance(error.os_error, FileNotFoundError | ConnectionRefusedError)
        kind = _NotYetListening if may_come else _NotConnected
        raise kind(error.os_error.strerror or str(error.os_error)) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
        raise _silent(where, type(error).__name__) from None


def _silent(where: str, why: str) -> DaemonSilent:
    return DaemonSilent(
        f"The daemon holds the store, but does not answer on {where} ({why}): does it run with these settings?"
    )


def _address_of(server: ServerSettings) -> str:
    """Where the daemon of these settings is reached from this machine."""
    host = _ANYWHERE.get(server.host, server.host)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
