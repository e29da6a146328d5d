"""``conflicts act``: through the daemon's API while it runs, into the store itself while it does not."""

import asyncio

from connector.cli_deeds import written_down
from connector.daemon_api import DaemonRefused, DaemonSilent, post
from connector.domain.acts import Act, ActRefused
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.sqlite import database_path
from connector.store.store import Store

TIMEOUT_S = 15


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
        async with written_down(store, "conflicts act", f"conflict {act.conflict_id}", act.kind.replace("_", "-")):
            await store.act_on(act)
    except (ActRefused, StoreError) as error:
        raise ActFailed(f"Nothing was done: {error}.") from None
    finally:
        await store.close()
    return "Kept. The daemon does not run; it goes on from here when it starts."


async def _through_the_daemon(settings: Settings, act: Act) -> str:
    body = {"act": str(act.kind), "who": act.who, "why": act.why, "confirm": act.confirmed}
    try:
        await post(settings, f"/api/v1/conflicts/{act.conflict_id}/acts", body, TIMEOUT_S)
    except DaemonRefused as refused:
        raise ActFailed(str(refused)) from None
    except DaemonSilent as silent:
        raise ActFailed(f"{silent} Whether the act was kept is not known; look with conflicts show.") from None
    return "Kept. The daemon goes on with it at once."
