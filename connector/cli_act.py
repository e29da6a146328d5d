"""``conflicts act``: through the daemon's API while it runs, into the store itself while it does not."""

import asyncio
from http import HTTPStatus

import aiohttp

from connector.app import new_session
from connector.domain.acts import Act, ActRefused
from connector.settings import ServerSettings, Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.sqlite import database_path
from connector.store.store import Store

TIMEOUT_S = 15
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, never listened on


class ActFailed(Exception):
    """Nothing was done; the message says why, and what to do."""


async def do_act(settings: Settings, act: Act) -> str:
    """Keeps the act; gives a sentence on what comes next.

    Raises:
        ActFailed: it was refused, or nobody could be reached.
    """
    path = database_path(settings.store.url)
    if not await asyncio.to_thread(path.exists):  # one that this command made could be of a user that the daemon is not
        raise ActFailed(f"{path} is not there yet: there is no conflict.")
    try:
        store = await Store.open(settings.store.url)
    except StoreInUse:
        return await _through_the_daemon(settings, act)
    except StoreError as error:
        raise ActFailed(str(error)) from None
    try:
        await store.act_on(act)
    except (ActRefused, StoreError) as error:
        raise ActFailed(f"Nothing was done: {error}.") from None
    finally:
        await store.close()
    return "Kept. The daemon does not run; it goes on from here when it starts."


async def _through_the_daemon(settings: Settings, act: Act) -> str:
    if not settings.api.tokens:
        raise ActFailed(
            "The daemon is running, so the act must go through its API, which is switched off: set [api] tokens (or "
            "tokens_file) in the settings, restart the daemon, and try again."
        )
    if settings.server.port == 0:
        raise ActFailed("The daemon is running on a port that only it knows: set server.port.")
    address = f"{address_of(settings.server)}/api/v1/conflicts/{act.conflict_id}/acts"
    body = {"act": act.kind, "who": act.who, "why": act.why, "confirm": act.confirmed}
    headers = {"Authorization": f"Bearer {settings.api.tokens[0].get_secret_value()}"}
    try:
        async with (
            new_session() as session,
            session.post(
                address, json=body, headers=headers, timeout=aiohttp.ClientTimeout(TIMEOUT_S), allow_redirects=False
            ) as response,
        ):
            if response.status == HTTPStatus.CREATED:
                return "Kept. The daemon goes on with it at once."
            error = (await response.json())["error"]
            raise ActFailed(f"{error['message']} {error['hint']}")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
        raise ActFailed(
            f"The daemon holds the store, but does not answer on {address} ({type(error).__name__}): does it run with "
            "these settings? Whether the act was kept is not known; look with conflicts show."
        ) from None


def address_of(server: ServerSettings) -> str:
    """Where the daemon of these settings is reached from this machine."""
    host = _ANYWHERE.get(server.host, server.host)
    return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
