"""Every address of the running program, asked by everybody: who comes in where, and that every deed is written down.

The last thing before each handler answers in its place, so that all addresses can be asked and none does anything.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from connector.access.local import socket_path, user_name
from connector.access.origin import SAFE_METHODS
from connector.access.routes import Route
from connector.access.sessions import hash_of
from connector.app import RunningApp, running
from connector.domain.language import Language
from connector.domain.roles import GRANTS, Permission, Role
from connector.sandbox import Sandbox
from connector.settings import load_settings
from connector.store.api_tokens import NewToken
from connector.store.sessions import NewSession
from connector.store.store import Store
from connector.store.users import NewUser, UserChange
from tests.connector.access.conftest import filled
from tools.screens import SHOTS

SETTINGS_TOKEN = "s" * 32
NOW = datetime.now(UTC)
"""The running program reads the real clock."""

PUBLIC: Mapping[str, str] = {
    "GET /healthz": "a supervisor asks whether the program lives; it has no token, and learns nothing else",
    "GET /readyz": "a load balancer asks whether work is done; the answer names no order and no secret",
    "GET /metrics": "monitors have no log-in; numbers only, without order numbers; a proxy keeps strangers out",
    "GET /static/{digest}/{name}": "the log-in page needs stylesheet and scripts; they are the same for everybody",
    "GET /login": "nobody is logged in before",
    "POST /login": "it asks for a name and a password itself, is limited, and takes only its own page's form",
    "POST /language": "the log-in page is read before the log-in; it sets a cookie of whoever asks, and nothing else",
    "POST /webhooks/{source}": "every delivery is signed; the sources' own secrets say who sends",
    "POST /webhooks/{source}/{secret}": "the same for senders that cannot sign: the address holds the source's secret",
}
"""Addresses that need no permission, each with its reason. Who adds one argues for it here."""

MAY = {str(role): frozenset(GRANTS[role]) for role in Role}
NOBODY = frozenset[Permission]()
COMMAND = "command by the unix socket"
WHO: Mapping[str, frozenset[Permission]] = {
    "nobody": NOBODY,
    **{f"session of a {role}": may for role, may in MAY.items()},
    **{f"token of a {role}": may for role, may in MAY.items()},
    "token of the settings": frozenset(Permission),
    COMMAND: frozenset(Permission),
    "wrong token by the unix socket": NOBODY,
    "session of a disabled user": NOBODY,
    "session that has ended": NOBODY,
    "session that was not seen for long": NOBODY,
    "session of nobody": NOBODY,
    "token that has expired": NOBODY,
    "token that was withdrawn": NOBODY,
    "token of nobody": NOBODY,
    "wrong token beside a good session": NOBODY,
}
"""What each of them may do."""


@dataclass
class Service:
    """The running program, whose handlers are all stubs, and what everybody shows to it."""

    app: RunningApp
    http: aiohttp.ClientSession
    by_socket: aiohttp.ClientSession
    routes: list[Route]
    shows: Mapping[str, Mapping[str, str]]

    async def ask(self, route: Route, who: str) -> int:
        """The status that somebody gets there, as a page of this console asks for it."""
        headers = {"Origin": self.app.url, **self.shows[who]}
        http = self.by_socket if "unix socket" in who else self.http
        async with http.request(
            route.method, self.app.url + filled(route), headers=headers, allow_redirects=False
        ) as response:
            return response.status


@pytest.fixture
async def service(tmp_path: Path, declared: list[list[Route]]) -> AsyncIterator[Service]:
    config = tmp_path / "config.toml"
    by_socket = aiohttp.UnixConnector(str(socket_path(f"sqlite:///{tmp_path}/connector.db")))
    async with (
        Sandbox() as sandbox,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=by_socket) as local,
    ):
        config.write_text(
            f"""
            [server]
            port = 0
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [api]
            tokens = ["{SETTINGS_TOKEN}"]
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Service(app, http, local, declared[0], await everybody(app.store))


async def everybody(store: Store) -> Mapping[str, Mapping[str, str]]:
    """What each of them shows: the headers of their requests."""
    shows: dict[str, Mapping[str, str]] = {
        "nobody": {},
        "token of the settings": bearer(SETTINGS_TOKEN),
        "session of nobody": cookie(secrets.token_urlsafe()),
        "token of nobody": bearer("x" * 40),
        COMMAND: {},
        "wrong token by the unix socket": bearer("x" * 40),
    }
    for role in Role:
        shows[f"session of a {role}"] = cookie(await session_of(store, f"{role}", role))
        shows[f"token of a {role}"] = bearer(await token_of(store, role, NOW + timedelta(days=1)))
    shows["session of a disabled user"] = cookie(await session_of(store, "gone", Role.ADMIN))
    gone = await store.users.by_name("gone")
    assert gone is not None
    await store.users.change(UserChange(gone.id, NOW, disabled=True))
    ended = await session_of(store, "old", Role.ADMIN, at=NOW - timedelta(days=2), ends=NOW - timedelta(seconds=1))
    shows["session that has ended"] = cookie(ended)
    shows["session that was not seen for long"] = cookie(
        await session_of(store, "idle", Role.ADMIN, at=NOW - timedelta(hours=12, seconds=1))
    )
    shows["token that has expired"] = bearer(await token_of(store, Role.ADMIN, NOW - timedelta(seconds=1)))
    shows["token that was withdrawn"] = bearer(await token_of(store, Role.ADMIN, None))
    (last, *_) = await store.tokens.all()
    await store.tokens.withdraw(last.id, NOW)
    shows["wrong token beside a good session"] = {**shows["session of a admin"], **bearer("x" * 40)}
    assert set(shows) == set(WHO)
    return shows


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"session={token}"}


async def token_of(store: Store, role: Role, expires_at: datetime | None) -> str:
    token = secrets.token_urlsafe()
    await store.tokens.add(NewToken("wms", hash_of(token), role, "admin", NOW, expires_at))
    return token


async def session_of(
    store: Store, name: str, role: Role, at: datetime = NOW, ends: datetime = NOW + timedelta(days=1)
) -> str:
    user = await store.users.add(NewUser(name, "no hash", role, Language.JA, at))
    token = secrets.token_urlsafe()
    begun = await store.sessions.begin(
        NewSession(user, hash_of(token), at, ends, "127.0.0.1", "", "", idle_since=NOW - timedelta(days=9))
    )
    assert begun
    return token


async def test_everybody_comes_in_where_the_table_says_and_nowhere_else(service: Service) -> None:
    """Every declared address, asked by everybody: allowed, 401 (pages: to the log-in) or 403."""
    wrong = []
    asked = 0
    for route in service.routes:
        for who, may in WHO.items():
            status = await service.ask(route, who)
            asked += 1
            if status != expected(route, who, may):
                wrong.append((route.method, route.path, route.needs, who, status))

    assert wrong == []
    assert asked > 400


def expected(route: Route, who: str, may: frozenset[Permission]) -> int:
    if route.needs is None or route.needs in may:
        return 204
    is_known = bool(may)
    if is_known:
        return 403
    is_for_programs = route.path.startswith(("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/static/"))
    assert who in WHO
    return 401 if is_for_programs else 303


async def test_what_needs_no_permission_is_argued_for(service: Service) -> None:
    """The public addresses are those of the table, and each of them is there."""
    public = {f"{route.method} {route.path}" for route in service.routes if route.needs is None}

    assert {each for each in public if not each.startswith("HEAD ")} == set(PUBLIC)


async def test_looking_is_the_least_that_reading_needs(service: Service) -> None:
    """What changes something for others than oneself needs more than LOOK."""
    only_look = {
        f"{route.method} {route.path}"
        for route in service.routes
        if route.method not in SAFE_METHODS and route.needs is Permission.LOOK
    }

    assert only_look == {
        "POST /logout",
        "POST /account/password",
        "POST /account/language",
        "POST /account/sessions/{id}/end",
        "POST /api/v1/me",
        "POST /api/v1/me/password",
        "DELETE /api/v1/sessions/{id}",
    }


async def test_every_deed_is_written_down(service: Service) -> None:
    """Each address that changes something, done by a person, a program, a command: who, how, what, what came of it."""
    changing = [route for route in service.routes if route.needs is not None and route.method not in SAFE_METHODS]
    for route in changing:
        assert await service.ask(route, "session of a admin") == 204
        assert await service.ask(route, "token of a admin") == 204
        assert await service.ask(route, COMMAND) == 204

    rows = await service.app.store.deeds.page(len(changing) * 3 + 1)

    written = [(each.action, each.who, each.via, each.subject, each.status) for each in reversed(rows)]
    assert written == [
        (f"{route.method} {route.path}", who, via, " ".join(f"{name} 1" for name in parameters(route)), 204)
        for route in changing
        for who, via in (("admin", "session"), ("wms", "token"), (user_name(os.geteuid()), "command"))
    ]


def parameters(route: Route) -> list[str]:
    """What varies in an address."""
    return re.findall(r"\{(\w+)", route.path)


async def test_what_is_not_allowed_or_only_read_leaves_no_row(service: Service) -> None:
    for route in service.routes:
        if route.method in SAFE_METHODS:
            await service.ask(route, "session of a admin")
        elif route.needs is Permission.ADMINISTER:
            await service.ask(route, "session of a viewer")

    assert await service.app.store.deeds.page(10) == []


async def test_a_page_of_another_site_changes_nothing(service: Service) -> None:
    """In the name of a browser's user nothing is done for it, at any address; a program's token is no browser's."""
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    headerless: dict[str, str] = {}
    came_in = []
    for route in service.routes:
        if route.method in SAFE_METHODS or route.path.startswith("/webhooks/") or route.needs is None:
            continue
        for extra in (foreign, headerless):
            headers = {**service.shows["session of a admin"], **extra}
            async with service.http.request(
                route.method, service.app.url + filled(route), headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 403:
                    came_in.append((route.method, route.path, answer.status))

    assert came_in == []
    assert await service.app.store.deeds.page(10) == []


NO_PICTURE = frozenset({"/static/{digest}/{name}", "/stream", "/conflicts/{id}/dossier.pdf"})
"""What the console answers to a browser that is no page."""


async def test_every_page_of_the_console_has_its_picture(service: Service) -> None:
    pages = {
        route.path
        for route in service.routes
        if route.method == "GET" and route.handler.__module__.startswith("connector.console.")
    }

    missing = [
        page
        for page in pages - NO_PICTURE
        if not any(re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(page)), shot.path) for shot in SHOTS)
    ]
    assert missing == []
    assert len(pages) > len(NO_PICTURE)
