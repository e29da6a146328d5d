"""What the tests of access share: an empty store, quick hashes, and a clock that is put."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from argon2 import PasswordHasher

from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.people import PeopleDesk
from connector.access.routes import Handler, Route
from connector.assembly import web as assembly
from connector.assembly.behind import Behind
from connector.settings import Settings, load_settings
from connector.store.store import Store

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands until it is put forward."""

    now: datetime = AT

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - AT).total_seconds()

    def forward(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> Passwords:
    """With hashes that cost nearly nothing."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def desk(store: Store, passwords: Passwords, clock: Clock) -> PeopleDesk:
    return PeopleDesk(store, passwords, LoginLimits(), clock, clock.monotonic)


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[list[Route]]:
    """All addresses of the program that runs next, of each of its applications, the console's first.

    The last thing before each handler answers 204 in its place: all can be asked, and none does anything.
    """
    found: list[list[Route]] = []

    @web.middleware
    async def in_place_of_all(request: web.Request, handler: Handler) -> web.StreamResponse:
        nobody_is_there = request.match_info.http_exception is not None
        return await handler(request) if nobody_is_there else web.Response(status=204)

    def stubbed(behind: Behind) -> list[tuple[int, web.Application]]:
        applications = assembly.applications(behind)
        for _, each in applications:
            each.middlewares.append(in_place_of_all)
            routes = each[assembly.ROUTES]
            found.append(list(routes))
        return applications

    monkeypatch.setattr("connector.app.applications", stubbed)
    return found


def filled(route: Route) -> str:
    """An address with 1 in each of its places."""
    return re.sub(r"\{(\w+)[^}]*\}", "1", route.path)


def with_two_ports(folder: Path, tokens: Sequence[str] = ()) -> Settings:
    """Settings with a port of its own for webhooks. Nothing answers at their Qoo10."""
    config = folder / "config.toml"
    config.write_text(
        f"""
        [server]
        port = 0
        webhook_port = 0
        [store]
        url = "sqlite:///{folder}/connector.db"
        [api]
        tokens = {list(tokens)}
        [shops.main]
        qapi_url = "http://127.0.0.1:9/"
        seller_auth_key = "x"
        """,
        encoding="utf-8",
    )
    return load_settings(config)
