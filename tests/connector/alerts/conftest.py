"""A place where messages go, on this machine, and a clock that stands still."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connector.store.store import Store

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


@pytest.fixture
def service() -> Iterator[Service]:
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
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    yield opened
    await opened.close()
