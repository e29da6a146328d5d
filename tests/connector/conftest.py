"""What tests of the program share: an empty store, a port that is free, and the real daemon."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.store.deeds import DeedRow
from connector.store.store import Store

COMMAND = Path(sys.executable).with_name("qoo10-connector")
STARTS_WITHIN_S = 30


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of an empty store: to copy it is five times as quick as to run all migrations."""
    path = tmp_path_factory.mktemp("store") / "connector.db"

    async def make_one() -> None:
        await (await Store.open(f"sqlite:///{path}")).close()

    asyncio.run(make_one())
    return path.read_bytes()


@pytest.fixture
async def store(tmp_path: Path, empty_database: bytes) -> AsyncIterator[Store]:
    """An empty store, in ``connector.db``."""
    (tmp_path / "connector.db").write_bytes(empty_database)
    opened = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    yield opened
    await opened.close()


@pytest.fixture
def port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@contextmanager
def daemon_of(config: Path, port: int) -> Iterator[None]:
    """The real daemon on these settings, in a process of its own."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "serve", "--config", str(config)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + STARTS_WITHIN_S
            while not _answers(port):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def audit(config: Path) -> list[DeedRow]:
    """The audit, the oldest first."""

    async def read() -> list[DeedRow]:
        store = await Store.open(f"sqlite:///{config.parent}/connector.db")
        rows = await store.deeds.page(100)
        await store.close()
        return rows[::-1]

    return asyncio.run(read())
