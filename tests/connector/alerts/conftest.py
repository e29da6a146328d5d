"""A place where messages go, on this machine, a clock that stands still, and the program that sends there."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import RunningApp, running
from connector.sandbox import Sandbox
from connector.settings import load_settings

TOKEN = "t" * 32
WITHIN_S = 30
SECRET = "secret-path-0815"


class Clock:
    """Stands still until it is moved; it begins on a Tuesday at noon in Japan."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Service:
    """What a target speaks to: it keeps what it takes. ``status`` is its answer; it holds it back until ``gate``."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, path, body in self.requests if path == f"/{SECRET}"]

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]

    @property
    def json_url(self) -> str:
        """As apprise writes it."""
        return f"json://{self.url.removeprefix('http://')}/{SECRET}"


@contextmanager
def open_service() -> Iterator[Service]:
    """In threads of its own, so that it hears also while the loop stands still."""
    serving = Service()
    serving.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            serving.gate.wait(30)
            if serving.status < 300:
                serving.requests.append((self.command, self.path, body))
            self.send_response(serving.status)
            for name, value in serving.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if serving.status < 300:
                serving.heard.set()

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    serving.url = f"http://127.0.0.1:{server.server_port}"
    yield serving
    serving.gate.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    with open_service() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Program:
    """The running program and its API."""

    app: RunningApp
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.request(method, self.app.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def send(self, secret: str) -> int:
        """A label message whose signature is wrong whatever the secret."""
        headers = {"webhook-id": secret, "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        async with self.session.post(f"{self.app.url}/webhooks/table", data=b"{}", headers=headers) as response:
            return response.status

    async def until(self, holds: Callable[[], bool]) -> None:
        """The service is in another thread, which cannot set an event of this loop."""
        async with asyncio.timeout(WITHIN_S):
            while not holds():  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.01)


RunProgram = Callable[..., AbstractAsyncContextManager[Program]]


@pytest.fixture
def program(tmp_path: Path, service: Service) -> RunProgram:
    """Runs the program before a made-up Qoo10, with one target.

    ``key`` is the shop's, ``more`` more of the configuration, with ``QAPI`` and ``KEY`` for those of a second shop;
    ``looks_every_s`` may be shorter than settings allow.
    """

    @asynccontextmanager
    async def run(*, key: str = "", more: str = "", looks_every_s: float = 5) -> AsyncIterator[Program]:
        async with Sandbox(shops=("main", "second")) as sandbox, aiohttp.ClientSession() as session:
            config = tmp_path / "config.toml"
            config.write_text(
                f"""
                [server]
                port = 0
                [store]
                url = "sqlite:///{tmp_path}/connector.db"
                [api]
                tokens = ["{TOKEN}"]
                [alerts]
                sender_refused_in_a_row = 3
                heartbeat_url = "{service.url}/beat"
                [alerts.targets.office]
                url = "{service.json_url}"
                [shops.main]
                qapi_url = "{sandbox.base_url}"
                seller_auth_key = "{key or sandbox.key}"
                calls_per_second = 50
                claims_every_s = 1
                [sources.table]
                kind = "standard"
                shop = "main"
                secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
                {more.replace("QAPI", sandbox.base_url).replace("KEY", sandbox.key_of("second"))}
                """,
                encoding="utf-8",
            )
            settings = load_settings(config)
            alarms = settings.alarms.model_copy(update={"every_s": looks_every_s})
            async with running(settings.model_copy(update={"alarms": alarms})) as app:
                yield Program(app, session)

    return run
