"""Acts on entries and labels: through the daemon's API while it runs, else into the store itself."""

from collections.abc import Sequence

from connector.cli_act import TIMEOUT_S, ActFailed
from connector.cli_deeds import written_down
from connector.daemon_api import DaemonRefused, DaemonSilent, post
from connector.domain.acts import ActRefused
from connector.domain.entry_acts import EntryAct, LabelAct
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.store import Store

_OWN_FIELDS = ("number", "order_no", "pack_no")


async def perform(settings: Settings, wanted: Sequence[EntryAct | LabelAct]) -> str:
    """Keeps what a person does; gives a sentence on what comes next.

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
            await _into_the_store(store, each)
    except (ActRefused, StoreError) as error:
        raise ActFailed(f"Nothing was done: {error}.") from None
    finally:
        await store.close()
    return "Kept. The daemon does not run; it goes on from here when it starts."


async def _into_the_store(store: Store, wanted: EntryAct | LabelAct) -> None:
    action = f"entries {wanted.kind.replace('_', '-')}"
    if isinstance(wanted, EntryAct):
        async with written_down(store, action, f"entry {wanted.entry_id}"):
            await store.entry_acts.on_entry(wanted)
    else:
        async with written_down(store, action, f"parcel {wanted.parcel_id}"):
            await store.entry_acts.on_label(wanted)


async def _through_the_daemon(settings: Settings, wanted: EntryAct | LabelAct) -> None:
    body = {"who": wanted.who, "why": wanted.why, "confirm": wanted.confirmed}
    body |= {name: getattr(wanted, name, "") for name in _OWN_FIELDS}
    of = f"entries/{wanted.entry_id}" if isinstance(wanted, EntryAct) else f"parcels/{wanted.parcel_id}"
    path = f"/api/v1/{of}/{wanted.kind.replace('_', '-')}"
    try:
        await post(settings, path, {name: value for name, value in body.items() if value}, TIMEOUT_S)
    except DaemonRefused as refused:
        raise ActFailed(str(refused)) from None
    except DaemonSilent as silent:
        raise ActFailed(f"{silent} Whether it was kept is not known; look with entries show.") from None
