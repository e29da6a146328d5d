"""The API of the daemon that holds the store, for commands that must not write beside it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import hdrs

from connector.assembly.shops import new_session
from connector.settings import ServerSettings, Settings

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, never listened on


class DaemonRefused(Exception):
    """It was not done, or not as far as the daemon knows; the text is the daemon's, and says what to do."""


class DaemonSilent(Exception):
    """Whether anything was done is not known; the text says where nobody answered."""


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
    if not settings.api.tokens:
        raise DaemonRefused(
            "The daemon is running, so this must go through its API, for which the settings have no token: set [api] "
            "tokens (or tokens_file), restart the daemon, and try again."
        )
    if settings.server.port == 0:
        raise DaemonRefused("The daemon is running on a port that only it knows: set server.port.")
    address = f"{address_of(settings.server)}{path}"
    headers = {"Authorization": f"Bearer {settings.api.tokens[0].get_secret_value()}"}
    timeout = aiohttp.ClientTimeout(timeout_s)
    try:
        async with (
            new_session() as session,
            session.request(
                method, address, json=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response,
        ):
            if response.status == HTTPStatus.NO_CONTENT:
                return None
            answer = await response.json()
            if response.status in (HTTPStatus.OK, HTTPStatus.CREATED):
                return answer
            error = answer["error"]
            raise DaemonRefused(f"{error['message']} {error['hint']}")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
        raise DaemonSilent(
            f"The daemon holds the store, but does not answer on {address} ({type(error).__name__}): does it run with "
            "these settings?"
        ) from None


def address_of(server: ServerSettings) -> str:
    """Where the daemon of these settings is reached from this machine."""
    host = _ANYWHERE.get(server.host, server.host)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
