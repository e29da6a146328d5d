"""``entries release`` and ``retry``: through the daemon's API while it runs, else into the store itself."""

from collections.abc import Sequence

from connector.cli_act import TIMEOUT_S, ActFailed
from connector.daemon_api import DaemonRefused, DaemonSilent, post
from connector.domain.acts import ActRefused
from connector.domain.releases import Release, Retry
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.store import Store


async def perform(settings: Settings, wanted: Sequence[Release | Retry]) -> str:
    """Keeps what a person does about entries; gives a sentence on what comes next.

    Raises:
        ActFailed: it was refused, or nobody could be reached.
    """
    try:
        store = await Store.open(settings.store.url)
    except StoreInUse:
        for each in wanted:
            await _through_the_daemon(settings, each)
        return "Kept. The daemon goes on with it at once."
    except StoreError as error:
        raise ActFailed(str(error)) from None
    try:
        for each in wanted:
            await (store.release(each) if isinstance(each, Release) else store.retry(each))
    except (ActRefused, StoreError) as error:
        raise ActFailed(f"Nothing was done: {error}.") from None
    finally:
        await store.close()
    return "Kept. The daemon does not run; it goes on from here when it starts."


async def _through_the_daemon(settings: Settings, wanted: Release | Retry) -> None:
    act, body = "retry", {"who": wanted.who, "why": wanted.why}
    if isinstance(wanted, Release):
        act, body = "release", body | {"number": wanted.number, "confirm": wanted.confirmed}
    try:
        await post(settings, f"/api/v1/entries/{wanted.entry_id}/{act}", body, TIMEOUT_S)
    except DaemonRefused as refused:
        raise ActFailed(str(refused)) from None
    except DaemonSilent as silent:
        raise ActFailed(f"{silent} Whether it was kept is not known; look with entries show.") from None
