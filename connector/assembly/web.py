"""How the addresses are put together: what is served on which port, and the gate before it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from connector.access.gate import Gate
from connector.access.identify import SettingsTokens
from connector.access.routes import Routes
from connector.api.conflicts import ConflictsApi
from connector.api.description import Description
from connector.api.entries import EntriesApi
from connector.api.messages import MessagesApi
from connector.assembly.console import add_console
from connector.assembly.sources import pushed
from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.http import Runner, one_error_shape
from connector.intake.key_sets import KeySets
from connector.intake.webhooks import Webhooks
from connector.keeper.keeper import Keeper
from connector.messages.desk import MessageDesk
from connector.metrics import Metrics
from connector.now.desk import NowDesk
from connector.probes import AttendedSource, Probes
from connector.settings import Settings
from connector.store.store import Store

ANSWER_WITHIN_S = 5.0
"""How long a stop waits for requests whose body is still on its way, while what is in hand is finished."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the addresses."""

    settings: Settings
    store: Store
    metrics: Metrics
    tasks: Tasks
    keepers: Mapping[str, Keeper]
    attended: Mapping[str, AttendedSource]
    key_sets: KeySets
    message_desk: MessageDesk
    now_desk: NowDesk


def applications(behind: Behind) -> list[tuple[int, web.Application]]:
    """Each application with its port. The first one is the console's; a second one takes webhooks where that is set."""
    server = behind.settings.server
    main = web.Application(middlewares=[one_error_shape])
    routes = Routes(main)
    add_console(main, routes, behind.store, behind.now_desk)
    main.middlewares.append(_gate(behind, routes))
    found = [(server.port, main)]
    if server.webhook_port is None:
        _webhooks(behind).add_to(routes)
    else:
        public = web.Application(middlewares=[one_error_shape])
        webhook_routes = Routes(public)
        public.middlewares.append(_gate(behind, webhook_routes))
        _webhooks(behind).add_to(webhook_routes)
        found.append((server.webhook_port, public))
    Probes(behind.store, behind.keepers, behind.attended, behind.tasks.failed, utc_now, behind.metrics).add_to(routes)
    ConflictsApi(behind.store, utc_now, behind.metrics).add_to(routes)
    EntriesApi(behind.store, utc_now).add_to(routes)
    MessagesApi(behind.store, behind.message_desk).add_to(routes)
    Description(routes).add_to(routes)
    return found


def _gate(behind: Behind, routes: Routes) -> Middleware:
    tokens = SettingsTokens(token.get_secret_value() for token in behind.settings.api.tokens)
    return Gate(routes, tokens.identify, behind.settings.server.trusted_proxies).middleware


def _webhooks(behind: Behind) -> Webhooks:
    sources = pushed(behind.settings.sources)
    body_timeout_s = behind.settings.server.body_timeout_s
    return Webhooks(sources, behind.store, behind.key_sets, utc_now, behind.metrics, body_timeout_s)


def runner_of(app: web.Application) -> Runner:
    """Runs an application."""
    return Runner(
        app,
        access_log=None,
        auto_decompress=False,  # signatures are over the bytes as sent, and a small body must stay small
        handler_cancellation=False,
        keepalive_timeout=75,
        shutdown_timeout=ANSWER_WITHIN_S,
    )


async def listen(runner: Runner, host: str, port: int) -> str:
    """Starts to serve; gives the address with the port that it really has.

    Raises:
        OSError: the address cannot be listened on.
    """
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        asked = f"server.host {host!r} with port {port}"
        raise OSError(error.errno, f"{asked} cannot be used: {error.strerror}") from error
    real_host, real_port = runner.addresses[0][:2]
    return f"http://[{real_host}]:{real_port}" if ":" in real_host else f"http://{real_host}:{real_port}"
