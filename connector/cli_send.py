"""``messages send``: through the daemon's API while it runs, with a client of its own while it does not."""

import asyncio

from connector.api.messages import STATUS
from connector.assembly import shops
from connector.cli_deeds import written_down
from connector.daemon_api import DaemonRefused, DaemonSilent, post
from connector.domain.language import Said
from connector.domain.messages import MessageOutcome
from connector.messages.desk import MessageRefused, Sent, Wanted
from connector.messages.said import in_english
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.sqlite import database_path
from connector.store.store import Store

TIMEOUT_S = 180
"""The daemon reads the inquiries before it sends; each of these calls may take its time."""


class SendFailed(Exception):
    """The message did not go out, or nobody knows; the text says which, and what to do."""


async def send_message(settings: Settings, conflict_id: int, wanted: Wanted) -> str:
    """Sends the message; gives a sentence on it.

    Raises:
        SendFailed: it did not go out, or nobody knows.
    """
    path = database_path(settings.store.url)
    if not await asyncio.to_thread(path.exists):  # one that this command made could be of a user that the daemon is not
        raise SendFailed(f"{path} is not there yet: there is no conflict.")
    try:
        store = await Store.open(settings.store.url)
    except StoreInUse:
        return await _through_the_daemon(settings, conflict_id, wanted)
    except StoreError as error:
        raise SendFailed(str(error)) from None
    try:
        async with written_down(store, "messages send", f"conflict {conflict_id}") as came_to:
            sent = await _sent(settings, store, conflict_id, wanted)
            came_to.status = STATUS.get(sent.outcome, came_to.status)
    except (MessageRefused, StoreError) as reason:
        raise SendFailed(f"Nothing was sent: {reason}.") from None
    finally:
        await store.close()
    said = " ".join(in_english(sent))
    if sent.outcome is not MessageOutcome.SENT:
        raise SendFailed(said)
    return said


async def _sent(settings: Settings, store: Store, conflict_id: int, wanted: Wanted) -> Sent:
    found = await store.cases([conflict_id])
    if not found:
        raise MessageRefused(Said(f"番号 {conflict_id} の件はありません", f"there is no conflict {conflict_id}"))
    shop = found[0].conflict.shop
    if shop not in settings.shops:
        raise MessageRefused(Said(f"ショップ {shop} は設定にありません", f"the shop {shop} is not in the settings"))
    async with shops.new_session() as session:
        client = shops.build_client(settings.shops[shop], session, lambda _record: None)
        return await shops.message_desk(settings, store, {shop: client}).send(found[0], wanted)


async def _through_the_daemon(settings: Settings, conflict_id: int, wanted: Wanted) -> str:
    body = {"template": wanted.template, "who": wanted.who, "why": wanted.why, "confirm": wanted.confirmed}
    try:
        await post(settings, f"/api/v1/conflicts/{conflict_id}/messages", body, TIMEOUT_S)
    except DaemonRefused as refused:
        raise SendFailed(str(refused)) from None
    except DaemonSilent as silent:
        raise SendFailed(f"{silent} The message may have been sent: look with conflicts show, and in QSM.") from None
    return "Qoo10 took the message. It is in the conflict's log."
