"""What the tests of access share: an empty store, quick hashes, and a clock that is put."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.people import PeopleDesk
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


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of an empty store: to copy it is quicker than to run all migrations."""
    path = tmp_path_factory.mktemp("store") / "connector.db"

    async def make_one() -> None:
        await (await Store.open(f"sqlite:///{path}")).close()

    asyncio.run(make_one())
    return path.read_bytes()


@pytest.fixture
async def store(tmp_path: Path, empty_database: bytes) -> AsyncIterator[Store]:
    (tmp_path / "connector.db").write_bytes(empty_database)
    opened = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    yield opened
    await opened.close()


@pytest.fixture
def passwords() -> Passwords:
    """With hashes that cost nearly nothing."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def desk(store: Store, passwords: Passwords, clock: Clock) -> PeopleDesk:
    return PeopleDesk(store, passwords, LoginLimits(), clock, clock.monotonic)
