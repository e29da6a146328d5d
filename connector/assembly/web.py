"""How the addresses are put together: what is served on which port, and the gate before it."""

import socket

from aiohttp import web

from connector.access.routes import Routes
from connector.api.alerts import AlertsApi
from connector.api.conflicts import ConflictsApi
from connector.api.description import Description
from connector.api.entries import EntriesApi
from connector.api.me import MeApi
from connector.api.messages import MessagesApi
from connector.api.office import OfficeApi
from connector.api.openapi import HookMessage
from connector.api.parcels import ParcelsApi
from connector.api.scans import ScansApi
from connector.api.sources import SourcesApi
from connector.api.tokens import TokensApi
from connector.api.users import UsersApi
from connector.api.webhooks import WebhooksApi
from connector.assembly.access import guard
from connector.assembly.behind import Behind
from connector.assembly.console import add_console
from connector.assembly.sources import pushed, scan_desk
from connector.clock import utc_now
from connector.hooks.bodies import MESSAGES
from connector.http import Runner, one_error_shape
from connector.intake.webhooks import Webhooks
from connector.probes import Probes

ROUTES = web.AppKey("routes", Routes)
"""The addresses of an application, for whoever has to know them all."""
ANSWER_WITHIN_S = 5.0
"""How long a stop waits for requests whose body is still on its way, while what is in hand is finished."""


def applications(behind: Behind) -> list[tuple[int, web.Application]]:
    """Each application with its port. The first one is the console's; a second one takes webhooks where that is set."""
    server = behind.settings.server
    main = web.Application(middlewares=[one_error_shape])
    routes = main[ROUTES] = Routes(main)
    add_console(main, routes, behind)
    guard(main, routes, behind.access, behind.settings, behind.store)
    found = [(server.port, main)]
    if server.webhook_port is None:
        _webhooks(behind).add_to(routes)
    else:
        public = web.Application(middlewares=[one_error_shape])
        webhook_routes = public[ROUTES] = Routes(public)
        guard(public, webhook_routes, behind.access, behind.settings, behind.store)
        _webhooks(behind).add_to(webhook_routes)
        found.append((server.webhook_port, public))
    Probes(behind.store, behind.keepers, behind.attended, behind.tasks.failed, utc_now, behind.metrics).add_to(routes)
    ConflictsApi(behind.store, utc_now, behind.metrics).add_to(routes)
    EntriesApi(behind.store, utc_now).add_to(routes)
    ParcelsApi(behind.store, utc_now).add_to(routes)
    MessagesApi(behind.store, behind.message_desk).add_to(routes)
    ScansApi(scan_desk(behind.settings, behind.store)).add_to(routes)
    AlertsApi(behind.store.alerts, behind.alert_desk, utc_now).add_to(routes)
    people = behind.access.desk
    UsersApi(behind.store, people, behind.settings.console.language, utc_now).add_to(routes)
    MeApi(behind.store, people, behind.access.sessions, utc_now).add_to(routes)
    TokensApi(behind.store, people, utc_now).add_to(routes)
    WebhooksApi(behind.settings.webhooks, behind.store.hooks, behind.hook_desk).add_to(routes)
    office = behind.office
    SourcesApi(office.sources, office.secrets, behind.store, utc_now).add_to(routes)
    OfficeApi(behind.settings, behind.store, behind.now_desk, office.checks, utc_now).add_to(routes)
    Description(routes, _messages()).add_to(routes)
    return found


def _messages() -> list[HookMessage]:
    """What outgoing webhooks tell, for the document of the API."""
    return [HookMessage(each.model_fields["type"].default, (each.__doc__ or "").strip(), each) for each in MESSAGES]


def _webhooks(behind: Behind) -> Webhooks:
    sources = pushed(behind.settings.sources)
    body_timeout_s = behind.settings.server.body_timeout_s
    return Webhooks(
        sources,
        behind.store,
        behind.key_sets,
        utc_now,
        behind.metrics,
        behind.health,
        body_timeout_s,
        keyring=behind.office.keyring,
    )


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


async def listen_for_commands(runner: Runner, bound: socket.socket | None) -> None:
    """Serves, beside its address, whoever comes by the unix socket, if there is one."""
    if bound is not None:
        await web.SockSite(runner, bound).start()
