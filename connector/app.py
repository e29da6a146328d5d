"""The composition root: builds every part, owns every lifetime. With ``assembly`` the only one that knows everybody."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from connector.access.local import bound_for_commands, socket_path
from connector.assembly.access import build_access, make_first_user
from connector.assembly.alerts import Watched, running_alerts
from connector.assembly.behind import Behind
from connector.assembly.office import open_office
from connector.assembly.shops import build_client, message_desk, new_session, note_call, start_shop
from connector.assembly.sources import fetching, start_folders, start_pollers
from connector.assembly.sweeper import start_sweeper
from connector.assembly.tasks import Tasks, background_tasks
from connector.assembly.traces import start_traces
from connector.assembly.web import applications, listen, listen_for_commands, runner_of
from connector.assembly.webhooks import hook_desk, start_hooks
from connector.clock import utc_now
from connector.health import Health
from connector.http import Runner
from connector.intake.fetches import Fetcher
from connector.intake.key_sets import KeySets
from connector.intake.pollers import Poller
from connector.intake.watching import WatchedFolder
from connector.keeper.keeper import Keeper
from connector.measure.lag import watch_lag
from connector.metrics import Metrics
from connector.now.calls import CallBook
from connector.now.desk import NowDesk, RunningShop
from connector.proof.anchors import AnchorKeeper
from connector.settings import Settings
from connector.store.store import Store

FINISH_WITHIN_S = 7.0
"""How long a stop waits for what is in hand; what is left then is read again at the next start."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RunningApp:
    """A running program: where it listens, and the parts that a demonstration looks into.

    ``webhook_url`` is where webhooks go: the same address, unless they have a port of their own.
    """

    url: str
    webhook_url: str
    store: Store
    keepers: Mapping[str, Keeper]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[RunningApp]:
    """Runs everything until the block is left; then stops taking, finishes what is in hand, and lets go.

    Raises:
        StoreInUse, StoreUnavailable: the store cannot be opened.
        OSError: the address is taken.
    """
    metrics = Metrics()
    calls = CallBook()
    health = Health()
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.store.url, metrics.commit)
        stack.push_async_callback(store.close)
        anchors = AnchorKeeper(store, settings.conflicts.anchor_file, utc_now)
        stack.push_async_callback(anchors.take)
        access = build_access(settings, store)
        await make_first_user(settings, access)
        session = await stack.enter_async_context(new_session())
        hooks = await hook_desk(settings, store, stack)
        tasks = await stack.enter_async_context(background_tasks())
        clients = {
            name: build_client(shop, session, partial(note_call, metrics, calls, health, name))
            for name, shop in settings.shops.items()
        }
        keepers = {
            name: await start_shop(name, shop, settings.sources, store, clients[name], metrics, tasks)
            for name, shop in settings.shops.items()
        }
        pollers = start_pollers(settings, store, session, metrics, tasks)
        folders = start_folders(settings.sources, store, metrics, tasks)
        fetcher = Fetcher(fetching(settings.sources), store, session, utc_now)
        tasks.start("fetcher", fetcher.run())
        tasks.start("anchors", anchors.run())
        tasks.start("lag", watch_lag(metrics.loop_lag))
        start_traces(settings, store, tasks)
        start_sweeper(settings, store, metrics, tasks)
        attended: dict[str, WatchedFolder | Poller] = {**folders, **pollers}
        watched = Watched(settings, store, metrics, health, keepers, attended)
        alerts = stack.enter_context(running_alerts(watched, session, tasks))
        await start_hooks(settings, store, hooks, metrics, tasks, lambda: alerts.alarms.standing)
        behind = Behind(
            settings=settings,
            store=store,
            access=access,
            metrics=metrics,
            health=health,
            tasks=tasks,
            keepers=keepers,
            attended=attended,
            key_sets=KeySets(session, utc_now),
            office=await open_office(settings, store, health, attended),
            message_desk=message_desk(settings, store, clients),
            hook_desk=hooks,
            now_desk=NowDesk(
                {name: RunningShop(shop, keepers[name], clients[name]) for name, shop in settings.shops.items()},
                settings.sources,
                store,
                utc_now,
                attended=attended,
                calls=calls,
                skew_s=metrics.clock_skew_s,
                alarms=lambda: alerts.alarms.standing,
            ),
            alert_desk=alerts.desk,
        )
        served = [(port, runner_of(app)) for port, app in applications(behind)]
        for_commands = stack.enter_context(bound_for_commands(socket_path(settings.store.url)))
        stack.push_async_callback(_finish, [runner for _, runner in served], keepers, pollers, tasks)
        stack.callback(alerts.close)
        urls = [await listen(runner, settings.server.host, port) for port, runner in served]
        await listen_for_commands(served[0][1], for_commands)
        log.info(
            "listening",
            url=urls[0],
            webhook_url=urls[-1],
            sources=sorted(settings.sources),
            shops=sorted(settings.shops),
        )
        yield RunningApp(urls[0], urls[-1], store, keepers)
        log.info("stopping")


async def _finish(
    runners: Sequence[Runner], keepers: Mapping[str, Keeper], pollers: Mapping[str, Poller], tasks: Tasks
) -> None:
    """Lets all that is in hand end at the same time, within bounds: requests, keepers' turns, pollers' answers."""
    for keeper in keepers.values():
        keeper.close()
    for poller in pollers.values():
        poller.close()
    names = [*(f"keeper {name}" for name in keepers), *(f"poller {name}" for name in pollers)]
    await asyncio.gather(*(runner.cleanup() for runner in runners), tasks.wait(names, FINISH_WITHIN_S))
