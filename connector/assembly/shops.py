"""How a shop is put together: its client, its keeper and its watches."""

import contextlib
from collections.abc import Callable, Mapping
from functools import partial

import aiohttp

from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.health import Health
from connector.keeper.claims import ClaimsWatch
from connector.keeper.entries import EntryDesk
from connector.keeper.inquiries import Inquiries, InquiriesWatch
from connector.keeper.keeper import Keeper, OrdersWatch
from connector.keeper.lines import Lines
from connector.keeper.parcels import ParcelDesk
from connector.keeper.pulse import moved
from connector.messages.desk import MessageDesk, Postbox
from connector.metrics import Metrics
from connector.now.calls import CallBook
from connector.qoo10.client import QapiClient
from connector.qoo10.keys import ConfiguredKey, IssuedKey, KeyHolder, Login
from connector.qoo10.limits import CallLimiter
from connector.qoo10.transport import CallRecord, Timeouts, Transport
from connector.settings import Settings, ShopSettings, SourceSettings
from connector.store.store import Store
from connector.tokens import fingerprint


def new_session() -> aiohttp.ClientSession:
    """The one session for all calls: no cookies, no proxy from the environment."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        # Short: a kept connection that the server has closed meanwhile would make a write unclear.
        connector=aiohttp.TCPConnector(keepalive_timeout=8),
    )


def build_client(
    settings: ShopSettings, session: aiohttp.ClientSession, on_call: Callable[[CallRecord], None]
) -> QapiClient:
    """The client of one shop, with its key or the login that a key is issued from."""
    transport = Transport(
        session=session,
        base_url=settings.qapi_url,
        limiter=CallLimiter(settings.calls_per_second),
        on_call=on_call,
        timeouts=Timeouts(connect_s=settings.connect_timeout_s, total_s=settings.call_timeout_s),
    )
    keys: KeyHolder
    if settings.api_key.get_secret_value():
        login = Login(settings.api_key.get_secret_value(), settings.user_id, settings.password.get_secret_value())
        keys = IssuedKey(login, transport, utc_now)
    else:
        keys = ConfiguredKey(partial(read_key, settings))
    return QapiClient(transport, keys)


def read_key(settings: ShopSettings) -> str:
    """The seller key as it stands now: a key file may have been replaced since the start."""
    if settings.seller_auth_key_file is not None:
        return settings.seller_auth_key_file.read_text(encoding="utf-8-sig")
    return settings.seller_auth_key.get_secret_value()


def note_call(metrics: Metrics, calls: CallBook, health: Health, shop: str, record: CallRecord) -> None:
    """Measures a call to Qoo10."""
    now = utc_now()
    metrics.call(shop, record, now)
    calls.note(shop, record, now)
    health.call(shop, record.outcome, now)
    moved()


def message_desk(settings: Settings, store: Store, clients: Mapping[str, QapiClient]) -> MessageDesk:
    """The desk that answers buyers of the shops that there is a client of."""
    postboxes = {
        name: Postbox(client, Inquiries(name, store, client, utc_now), settings.shops[name].answer_inquiries)
        for name, client in clients.items()
    }
    return MessageDesk(store, postboxes, settings.messages.folder, utc_now)


async def start_shop(
    name: str,
    shop: ShopSettings,
    sources: Mapping[str, SourceSettings],
    store: Store,
    client: QapiClient,
    metrics: Metrics,
    tasks: Tasks,
) -> Keeper:
    """Starts all that works for a shop."""
    if not shop.api_key.get_secret_value():
        with contextlib.suppress(OSError, ValueError):
            await store.record_key(name, fingerprint(read_key(shop).strip()), utc_now())
    lines = Lines(name, store, client, utc_now)
    parcels = ParcelDesk(name, store, lines, sources)
    entries = EntryDesk(name, shop, sources, store=store, client=client, lines=lines, clock=utc_now, metrics=metrics)
    keeper = Keeper(
        name,
        store=store,
        client=client,
        lines=lines,
        parcels=parcels,
        entries=entries,
        clock=utc_now,
        metrics=metrics,
    )
    tasks.start(f"keeper {name}", keeper.run())
    claims = ClaimsWatch(
        name,
        keeper,
        store=store,
        client=client,
        lines=lines,
        clock=utc_now,
        every_s=shop.claims_every_s,
        calls_per_second=shop.calls_per_second,
    )
    tasks.start(f"claims {name}", claims.run())
    inquiries = InquiriesWatch(
        name,
        keeper,
        Inquiries(name, store, client, utc_now),
        every_s=shop.inquiries_every_s,
        calls_per_second=shop.calls_per_second,
    )
    tasks.start(f"inquiries {name}", inquiries.run())
    tasks.start(f"orders {name}", OrdersWatch(name, keeper, lines, shop.orders_every_s).run())
    return keeper
