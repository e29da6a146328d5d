"""The running program on loopback, and messages signed as Standard Webhooks describes."""

import asyncio
import base64
import hmac
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import RunningApp, running
from connector.sandbox import Sandbox
from connector.settings import load_settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_numbers = count(1)


def sign(body: bytes, message_id: str, unix_s: int, secret: str = SECRET) -> dict[str, str]:
    """The three headers of Standard Webhooks 1.0.0."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{message_id}.{unix_s}.".encode() + body, "sha256")).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(unix_s), "webhook-signature": f"v1,{signature}"}


@dataclass
class Service:
    """The running program with the sandbox behind it."""

    app: RunningApp
    sandbox: Sandbox
    session: aiohttp.ClientSession
    database: Path

    async def send(
        self, body: bytes | dict[str, Any], message_id: str = "", path: str = "/webhooks/packing-table", **headers: str
    ) -> tuple[int, Any]:
        """Send a signed message; gives status and body."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = sign(data, message_id or f"msg_{next(_numbers)}", int(time.time()))
        return await self.post(data, signed | headers, path)

    async def post(
        self, data: bytes, headers: dict[str, str], path: str = "/webhooks/packing-table"
    ) -> tuple[int, Any]:
        """Send this; gives status and body."""
        async with self.session.post(self.app.url + path, data=data, headers=headers) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.app.url + path) as response:
            return response.status, await response.text()

    async def raw(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send these bytes; gives the first answer: status, headers, body."""
        host, port = self.app.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            async with asyncio.timeout(20):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status_line, *lines = head.rstrip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status = int(status_line.split()[1])
                if status == HTTPStatus.CONTINUE:
                    body = (await reader.readuntil(b"\r\n")).strip()
        finally:
            writer.close()
        return status, headers, body

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds, read beside the program."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    async def until(self, holds: Callable[[], bool], within_s: float = 20) -> None:
        """Wait for something that real concurrency brings about."""
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 - it comes from other connections and processes, nobody signals it
                await asyncio.sleep(0.01)


def label(order_ref: str = "1062428737", tracking_number: str = "4444-1375-8703", **data: Any) -> dict[str, Any]:
    """A message of the generic source."""
    return {
        "type": "label.printed",
        "timestamp": "2026-11-22T09:15:00+09:00",
        "data": {
            "order_ref": order_ref,
            "carrier": "yamato",
            "service": "takkyubin",
            "tracking_number": tracking_number,
        }
        | data,
    }


@pytest.fixture
def message() -> Callable[..., dict[str, Any]]:
    """A message of the generic source."""
    return label


@pytest.fixture
def signed() -> Callable[..., dict[str, str]]:
    """The headers that sign a body."""
    return lambda body, message_id="msg_1": sign(body, message_id, int(time.time()))


@pytest.fixture
def more_settings() -> str:
    """TOML that a module adds to the settings."""
    return ""


@pytest.fixture
async def service(tmp_path: Path, more_settings: str) -> AsyncIterator[Service]:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        database = tmp_path / "connector.db"
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [server]
            port = 0
            body_timeout_s = 0.3
            [store]
            url = "sqlite:///{database}"
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            calls_per_second = 50
            [sources.packing-table]
            kind = "standard"
            shop = "main"
            secrets = ["{SECRET}"]
            {more_settings}
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Service(app, sandbox, session, database)
