"""The composition root: builds every part, owns every lifetime. The only module that knows everybody."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from carriers import FILED, POLLED, PUSHED
from carriers.kinds import PollSetup
from connector.console.auth import TokenGate
from connector.console.conflicts import ConflictsApi
from connector.console.entries import EntriesApi
from connector.console.messages import MessagesApi
from connector.http import Runner, one_error_shape
from connector.intake.fetches import Fetcher, FetchingSource
from connector.intake.files import FiledSource, FileIntake
from connector.intake.key_sets import KeySets
from connector.intake.pollers import PolledSource, Poller
from connector.intake.watching import LOOK_UNWATCHED_S, FolderSettings, WatchedFolder
from connector.intake.webhooks import PushedSource, Webhooks
from connector.keeper.claims import ClaimsWatch
from connector.keeper.entries import EntryDesk
from connector.keeper.inquiries import Inquiries, InquiriesWatch
from connector.keeper.keeper import Keeper, OrdersWatch
from connector.keeper.lines import Lines
from connector.keeper.parcels import ParcelDesk
from connector.measure.watch import AlarmsWatch
from connector.messages.desk import MessageDesk, Postbox
from connector.metrics import Metrics
from connector.probes import Probes
from connector.proof.anchors import AnchorKeeper
from connector.qoo10.client import QapiClient
from connector.qoo10.keys import ConfiguredKey, IssuedKey, KeyHolder, Login
from connector.qoo10.limits import CallLimiter
from connector.qoo10.transport import CallRecord, Timeouts, Transport
from connector.settings import ServerSettings, Settings, ShopSettings, SourceSettings
from connector.store.store import Store
from connector.tokens import TokenBox

FINISH_WITHIN_S = 7.0
"""How long a stop waits for what is in hand; what is left then is read again at the next start."""
ANSWER_WITHIN_S = 5.0
"""How long a stop waits, at the same time, for requests whose body is still on its way."""

log = structlog.get_logger()


def utc_now() -> datetime:
    """The clock of the running program."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RunningApp:
    """A running program: where it listens, and the parts that a demonstration looks into."""

    url: str
    store: Store
    keepers: Mapping[str, Keeper]


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


def fingerprint(key: str) -> str:
    """What is kept of a key, to know since when it is in use: too little to find the key from."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[RunningApp]:
    """Runs everything until the block is left; then stops taking, finishes what is in hand, and lets go.

    Raises:
        StoreInUse, StoreUnavailable: the store cannot be opened.
        OSError: the address is taken.
    """
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.store.url)
        stack.push_async_callback(store.close)
        anchors = AnchorKeeper(store, settings.conflicts.anchor_file, utc_now)
        stack.push_async_callback(anchors.take)
        session = await stack.enter_async_context(new_session())
        tasks = await stack.enter_async_context(_tasks())
        clients = {
            name: build_client(shop, session, partial(_note_call, metrics, name))
            for name, shop in settings.shops.items()
        }
        keepers = {
            name: await _start_shop(name, shop, settings.sources, store, clients[name], metrics, tasks)
            for name, shop in settings.shops.items()
        }
        pollers = _start_pollers(settings, store, session, metrics, tasks)
        folders = _start_folders(settings.sources, store, metrics, tasks)
        fetcher = Fetcher(_fetching(settings.sources), store, session, utc_now)
        tasks.start("fetcher", fetcher.run())
        tasks.start("anchors", anchors.run())
        tasks.start("alarms", AlarmsWatch(store, settings, utc_now, metrics).run())
        app = web.Application(middlewares=[one_error_shape])
        key_sets = KeySets(session, utc_now)
        body_timeout_s = settings.server.body_timeout_s
        Webhooks(_pushed(settings.sources), store, key_sets, utc_now, metrics, body_timeout_s).add_to(app)
        Probes(store, keepers, {**folders, **pollers}, tasks.failed, utc_now, metrics).add_to(app)
        gate = TokenGate(token.get_secret_value() for token in settings.api.tokens)
        ConflictsApi(store, gate, utc_now, metrics).add_to(app)
        EntriesApi(store, gate, utc_now).add_to(app)
        MessagesApi(store, gate, message_desk(settings, store, clients)).add_to(app)
        runner = _runner(app)
        stack.push_async_callback(_finish, runner, keepers, pollers, tasks)
        url = await _listen(runner, settings.server)
        log.info("listening", url=url, sources=sorted(settings.sources), shops=sorted(settings.shops))
        yield RunningApp(url, store, keepers)
        log.info("stopping")


def message_desk(settings: Settings, store: Store, clients: Mapping[str, QapiClient]) -> MessageDesk:
    """The desk that answers buyers of the shops that there is a client of."""
    postboxes = {
        name: Postbox(client, Inquiries(name, store, client, utc_now), settings.shops[name].answer_inquiries)
        for name, client in clients.items()
    }
    return MessageDesk(store, postboxes, settings.messages.folder, utc_now)


def _note_call(metrics: Metrics, shop: str, record: CallRecord) -> None:
    metrics.call(shop, record, utc_now())


def new_session() -> aiohttp.ClientSession:
    """The one session for all calls: no cookies, no proxy from the environment."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        # Short: a kept connection that the server has closed meanwhile would make a write unclear.
        connector=aiohttp.TCPConnector(keepalive_timeout=8),
    )


class _Tasks:
    """Background tasks. One that ends by itself has failed, and that is said loudly."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(partial(_report, name))
        return task

    def failed(self) -> list[str]:
        """The tasks that ended although nothing asked them to."""
        return sorted(name for name, task in self._tasks.items() if task.done() and not task.cancelled())

    async def wait(self, names: list[str], timeout_s: float) -> None:
        await asyncio.wait([self._tasks[name] for name in names], timeout=timeout_s)

    async def cancel_all(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _report(name: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("task_failed", task=name, exc_info=error)


@asynccontextmanager
async def _tasks() -> AsyncIterator[_Tasks]:
    tasks = _Tasks()
    try:
        yield tasks
    finally:
        await tasks.cancel_all()


async def _start_shop(
    name: str,
    shop: ShopSettings,
    sources: Mapping[str, SourceSettings],
    store: Store,
    client: QapiClient,
    metrics: Metrics,
    tasks: _Tasks,
) -> Keeper:
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


def _start_pollers(
    settings: Settings, store: Store, session: aiohttp.ClientSession, metrics: Metrics, tasks: _Tasks
) -> dict[str, Poller]:
    key = settings.store.token_key.get_secret_value()
    box = TokenBox(key) if key else None
    pollers = {}
    for name, source in settings.sources.items():
        if (kind := POLLED.get(source.kind)) is None:
            continue
        setup = PollSetup(source.kind_credentials, source.kind_options)
        polled = PolledSource(name, source.shop, kind, setup, source.every_s or kind.every_s, source.api_url)
        poller = Poller(polled, store, session, clock=utc_now, box=box, metrics=metrics)
        pollers[name] = poller
        tasks.start(f"poller {name}", poller.run())
    return pollers


def filed(name: str, source: SourceSettings) -> FiledSource:
    """A source whose kind is filed, as its reader needs it."""
    return FiledSource(name, source.shop, FILED[source.kind], source.kind_options)


def _start_folders(
    sources: Mapping[str, SourceSettings], store: Store, metrics: Metrics, tasks: _Tasks
) -> dict[str, WatchedFolder]:
    folders = {}
    for name, source in sources.items():
        if source.kind not in FILED or source.folder is None:
            continue
        settings = FolderSettings(source.folder, source.files, source.network_share, source.every_s or LOOK_UNWATCHED_S)
        intake = FileIntake(filed(name, source), store, utc_now)
        folders[name] = WatchedFolder(settings, intake, utc_now, metrics)
        tasks.start(f"folder {name}", folders[name].run())
    return folders


async def _finish(runner: Runner, keepers: Mapping[str, Keeper], pollers: Mapping[str, Poller], tasks: _Tasks) -> None:
    """Lets all that is in hand end at the same time, within bounds: requests, keepers' turns, pollers' answers."""
    for keeper in keepers.values():
        keeper.close()
    for poller in pollers.values():
        poller.close()
    names = [*(f"keeper {name}" for name in keepers), *(f"poller {name}" for name in pollers)]
    await asyncio.gather(runner.cleanup(), tasks.wait(names, FINISH_WITHIN_S))


def _pushed(sources: Mapping[str, SourceSettings]) -> dict[str, PushedSource]:
    return {
        name: PushedSource(
            name,
            source.shop,
            PUSHED[source.kind],
            tuple(secret.get_secret_value() for secret in source.secrets),
            source.kind_options,
            source.api_url,
        )
        for name, source in sources.items()
        if source.kind in PUSHED
    }


def _fetching(sources: Mapping[str, SourceSettings]) -> dict[str, FetchingSource]:
    return {
        name: FetchingSource(
            name,
            source.shop,
            PUSHED[source.kind],
            source.kind_credentials,
            source.kind_options,
            source.api_url,
        )
        for name, source in sources.items()
        if source.kind in PUSHED and PUSHED[source.kind].hosts
    }


def _runner(app: web.Application) -> Runner:
    return Runner(
        app,
        access_log=None,
        auto_decompress=False,  # signatures are over the bytes as sent, and a small body must stay small
        handler_cancellation=False,
        keepalive_timeout=75,
        shutdown_timeout=ANSWER_WITHIN_S,
    )


async def _listen(runner: Runner, settings: ServerSettings) -> str:
    """Starts the server; gives its address with the port that it really has."""
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        asked = f"server.host {settings.host!r} with server.port {settings.port}"
        raise OSError(error.errno, f"{asked} cannot be used: {error.strerror}") from error
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
