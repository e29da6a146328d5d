"""The running program before its sandbox, asked as a browser asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from connector.app import RunningApp, running
from connector.demo.stage import DemoSettings
from connector.sandbox import Sandbox
from connector.settings import ApiSettings, ServerSettings, ShopSettings, SourceSettings, StoreSettings

TOKEN = "t" * 40
SECRET = "whsec_bWFkZSB1cCBmb3IgdGVzdHMgb25seQ=="


@dataclass(frozen=True)
class Place:
    """Where the program is, and who asks it."""

    app: RunningApp
    session: aiohttp.ClientSession
    sandbox: Sandbox
    settings: DemoSettings

    @property
    def url(self) -> str:
        return self.app.url


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """An administrator's token is sent with every request."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with Sandbox(shops=("main",)) as sandbox, aiohttp.ClientSession(headers=headers) as session:
        settings = DemoSettings(
            server=ServerSettings(port=0),
            store=StoreSettings(url=f"sqlite:///{tmp_path}/connector.db"),
            api=ApiSettings(tokens=(SecretStr(TOKEN),)),
            shops={"main": ShopSettings(qapi_url=sandbox.base_url, seller_auth_key=SecretStr(sandbox.key))},
            sources={"table": SourceSettings(kind="standard", shop="main", secrets=(SecretStr(SECRET),))},
        )
        async with running(settings) as app:
            yield Place(app, session, sandbox, settings)
