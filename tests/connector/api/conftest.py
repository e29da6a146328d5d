"""The running program before its Qoo10, for whoever asks the API."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import RunningApp, running
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.sandbox import NewLine, Sandbox
from connector.settings import Settings, load_settings
from connector.store.entries import SettledEntry
from connector.store.store import Store
from tests.connector.domain.conftest import made_entry

TOKEN = "a-token-for-questions-nobody-asks"
TOKEN_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
SECRET = "whsec_cXVlc3Rpb25zLW5vYm9keS1hc2tz"
SOURCE = "packing-table"
NUMBER = "444413758703"


def settings_of(sandbox: Sandbox, folder: Path, more: str = "", tokens: Sequence[str] = (TOKEN,)) -> Settings:
    """Settings from a file in the folder, with one shop and one packing table. ``more`` are further lines of it."""
    config = folder / "config.toml"
    config.write_text(
        f"""
        server.port = 0
        store.url = "sqlite:///{folder}/connector.db"
        api.tokens = {list(tokens)}
        shops.main.qapi_url = "{sandbox.base_url}"
        shops.main.seller_auth_key = "{sandbox.key}"
        sources.{SOURCE}.kind = "standard"
        sources.{SOURCE}.shop = "main"
        sources.{SOURCE}.secrets = ["{SECRET}"]
        {more}
        """,
        encoding="utf-8",
    )
    return load_settings(config)


@dataclass(frozen=True)
class Service:
    """The running program and its Qoo10. ``folder`` holds its settings and its store."""

    app: RunningApp
    session: aiohttp.ClientSession
    sandbox: Sandbox
    folder: Path

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = TOKEN,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Status and answer, as an administrator's program gets them."""
        shown = ({} if token is None else {"Authorization": f"Bearer {token}"}) | dict(headers or {})
        url = self.app.url + path
        async with self.session.request(method, url, json=body, data=data, headers=shown) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def print_label(
        self,
        order_ref: str,
        number: str = NUMBER,
        carrier: str = "yamato takkyubin",
        printed_at: datetime | None = None,
    ) -> None:
        """The packing table prints a label and reports it. ``carrier`` is the company, then its service."""
        table = PackingTable(self.session, f"{self.app.webhook_url}/webhooks/{SOURCE}", SECRET)
        company, _, way = carrier.partition(" ")
        label = Label(f"msg_{order_ref}", order_ref, company, way, number, printed_at or datetime.now(UTC))
        assert (await table.report(label)).status == 202


@asynccontextmanager
async def serving(folder: Path, more: str = "", tokens: Sequence[str] = (TOKEN,)) -> AsyncIterator[Service]:
    """Runs the program before a Qoo10 of its own; ``more`` and ``tokens`` are of its settings."""
    async with Sandbox() as sandbox, serving_before(sandbox, folder, more, tokens) as service:
        yield service


@asynccontextmanager
async def serving_before(
    sandbox: Sandbox, folder: Path, more: str = "", tokens: Sequence[str] = (TOKEN,)
) -> AsyncIterator[Service]:
    """The same before a Qoo10 that is there already."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        running(settings_of(sandbox, folder, more, tokens)) as app,
    ):
        yield Service(app, session, sandbox, folder)


async def open_conflict(store: Store, order_no: str, kind: ConflictKind = ConflictKind.IN_THE_GAP) -> None:
    """Opens a conflict about the order, as the keeper does."""
    at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    settled = SettledEntry(
        made_entry(at, order_no=order_no),
        EntryState.CONFLICT,
        Reason.IN_THE_GAP,
        at,
        news=(News(CANCEL_TOPIC, kind),),
    )
    await store.settle_entries([settled])


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(tmp_path) as running_service:
        yield running_service


@dataclass(frozen=True)
class Working:
    """Where it is, and a token of an administrator."""

    url: str
    token: str


@pytest.fixture
async def working(tmp_path: Path) -> AsyncIterator[Working]:
    """The program with a number that was entered, one that is held, and a conflict, each with the id 1 or 2."""
    more = f'store.token_key = "{TOKEN_KEY}"\nshops.main.calls_per_second = 50'
    async with Sandbox() as sandbox:
        lines = [sandbox.market.add_cart(NewLine())[0] for _ in range(3)]
        sandbox.market.ask_cancel(lines[2].order_no)
        async with serving_before(sandbox, tmp_path, more) as service:
            at = datetime.now(UTC) + timedelta(seconds=1)
            with service.app.store.changes.listening() as listener:
                for serial, (line, carrier) in enumerate(zip(lines, ("sagawa", "unheard-of", "sagawa"), strict=True)):
                    await service.print_label(line.order_no, tracking_number(serial), carrier, at)
                while not await service.app.store.cases() or not lines[0].shipping.tracking_no:
                    await asyncio.wait_for(listener.take(), 20)
            yield Working(service.app.url, TOKEN)
