"""How it is put together who may come in: users, sessions, tokens, and what stands before every address."""

import time
from dataclasses import dataclass

import structlog
from aiohttp import web

from connector.access.audit import Audit
from connector.access.gate import Gate
from connector.access.idempotency import Idempotency
from connector.access.identify import Identify, SettingsTokens, StoredTokens
from connector.access.local import LocalUsers
from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.people import PeopleDesk
from connector.access.routes import Routes
from connector.access.sessions import SessionRules, Sessions
from connector.clock import utc_now
from connector.settings import Settings
from connector.store.store import Store

ADD_FIRST_USER = "qoo10-connector users add NAME --role admin"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in, and who is asked about it."""

    identify: Identify
    sessions: Sessions
    desk: PeopleDesk


def build_access(settings: Settings, store: Store) -> Access:
    """The users, sessions and tokens of these settings and this store."""
    rules = SessionRules(settings.console.session_idle, settings.console.session_lasts)
    sessions = Sessions(store.sessions, rules, utc_now)
    tokens = SettingsTokens(token.get_secret_value() for token in settings.api.tokens)
    return Access(
        identify=Identify(tokens, StoredTokens(store.tokens, utc_now), LocalUsers(), sessions),
        sessions=sessions,
        desk=PeopleDesk(store, Passwords(), LoginLimits(), utc_now, time.monotonic),
    )


async def make_first_user(settings: Settings, access: Access) -> None:
    """Makes the administrator of the settings while there is no user yet, or says that nobody can log in.

    Raises:
        StoreUnavailable: they could not be kept.
    """
    console = settings.console
    if not console.first_user:
        if not await access.desk.has_users():
            log.warning("nobody_can_log_in", hint=ADD_FIRST_USER)
        return
    made = await access.desk.add_first_user(
        console.first_user, console.first_password.get_secret_value(), console.language
    )
    if made is not None:
        log.warning("first_user_made", name=made.name, role=made.role, hint="log in, and change the password")


def guard(app: web.Application, routes: Routes, access: Access, settings: Settings, store: Store) -> None:
    """Puts before all addresses of an application: who asks, whether they may, once only, and what they did."""
    app.on_response_prepare.append(access.sessions.carry)
    app.middlewares.append(Gate(routes, access.identify, settings.server.trusted_proxies).middleware)
    app.middlewares.append(Idempotency(routes, store.answers, utc_now).middleware)
    app.middlewares.append(Audit(routes, store.deeds, utc_now).middleware)
