"""The running program with something of everything, for whoever asks the API."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from connector.app import running
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.demo.stage import DemoSettings
from connector.sandbox import NewLine, Sandbox
from connector.settings import ApiSettings, ServerSettings, ShopSettings, SourceSettings, StoreSettings

TOKEN = "a-token-for-questions-nobody-asks"
TOKEN_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
SECRET = "whsec_cXVlc3Rpb25zLW5vYm9keS1hc2tz"
SOURCE = "packing-table"


@dataclass(frozen=True)
class Working:
    """Where it is, and a token of an administrator."""

    url: str
    token: str


@pytest.fixture
async def working(tmp_path: Path) -> AsyncIterator[Working]:
    """The program with a number that was entered, one that is held, and a conflict, each with the id 1 or 2."""
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        settings = DemoSettings(
            server=ServerSettings(port=0),
            store=StoreSettings(url=f"sqlite:///{tmp_path}/connector.db", token_key=SecretStr(TOKEN_KEY)),
            api=ApiSettings(tokens=(SecretStr(TOKEN),)),
            shops={
                "main": ShopSettings(
                    qapi_url=sandbox.base_url, seller_auth_key=SecretStr(sandbox.key), calls_per_second=50
                )
            },
            sources={SOURCE: SourceSettings(kind="standard", shop="main", secrets=(SecretStr(SECRET),))},
        )
        lines = [sandbox.market.add_cart(NewLine())[0] for _ in range(3)]
        sandbox.market.ask_cancel(lines[2].order_no)
        async with running(settings) as app:
            table = PackingTable(session, f"{app.url}/webhooks/{SOURCE}", SECRET)
            with app.store.changes.listening() as listener:
                at = datetime.now(UTC) + timedelta(seconds=1)
                for serial, (line, carrier) in enumerate(zip(lines, ("sagawa", "unheard-of", "sagawa"), strict=True)):
                    label = Label(f"msg_{serial}", line.order_no, carrier, "", tracking_number(serial), at)
                    assert (await table.report(label)).status == 202
                while not await app.store.cases() or not lines[0].shipping.tracking_no:
                    await asyncio.wait_for(listener.take(), 20)
            yield Working(app.url, TOKEN)
