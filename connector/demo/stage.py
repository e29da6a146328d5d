"""What both rehearsals stand on: the service with a store in a folder that goes away, pointed at the sandbox."""

import base64
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from connector import app
from connector.demo.packing import PackingTable
from connector.sandbox import Market, Sandbox, Switches
from connector.settings import (
    ConsoleSettings,
    ServerSettings,
    Settings,
    ShopSettings,
    SourceSettings,
    StoreSettings,
    WebhookSettings,
)
from connector.store.store import Store

SHOP = "main"
SOURCE = "packing-table"
SCANS = "table-1"
"""Where a person may scan; nobody does so by itself in a rehearsal."""
LATENCY_MS = 40
"""How long the sandbox takes for each answer, so that the gap looks like something."""
CALLS_PER_SECOND = 10
"""The upper end of what Qoo10's clients treat as safe."""
USER = "demo"
"""Who may log in to the console of a rehearsal, as an administrator; the password is another one each time."""


class DemoSettings(Settings):
    """Settings from code alone: neither the environment nor a file of the user's has a say in a rehearsal."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what was passed in."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running service before its made-up Qoo10."""

    url: str
    password: str
    store: Store
    store_folder: Path
    market: Market
    table: PackingTable


def rehearsal_qoo10() -> Sandbox:
    """The made-up Qoo10 of a rehearsal."""
    return Sandbox(shops=(SHOP,), switches=Switches(latency_ms=LATENCY_MS))


@asynccontextmanager
async def service(
    sandbox: Sandbox, port: int, webhooks: Mapping[str, WebhookSettings] | None = None
) -> AsyncIterator[Stage]:
    """The real service on loopback, for the length of the block; its store is removed at the end.

    ``webhooks`` are a warehouse's systems that it tells what happens.

    Raises:
        OSError: the port is taken.
    """
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    password = secrets.token_hex(6)
    with TemporaryDirectory(prefix="qoo10-connector-demo-") as folder:
        settings = demo_settings(sandbox, Path(folder), port, secret, password)
        settings = settings.model_copy(update={"webhooks": dict(webhooks or {})})
        async with app.running(settings) as running, aiohttp.ClientSession() as session:
            table = PackingTable(session, f"{running.url}/webhooks/{SOURCE}", secret)
            yield Stage(running.url, password, running.store, Path(folder), sandbox.market, table)


def demo_settings(sandbox: Sandbox, folder: Path, port: int, secret: str, password: str) -> DemoSettings:
    """One shop at the sandbox and one source, whatever the user's own settings are."""
    return DemoSettings(
        server=ServerSettings(port=port),
        store=StoreSettings(url=f"sqlite:///{folder}/connector.db"),
        console=ConsoleSettings(first_user=USER, first_password=SecretStr(password)),
        shops={
            SHOP: ShopSettings(
                qapi_url=sandbox.base_url,
                seller_auth_key=SecretStr(sandbox.key),
                calls_per_second=CALLS_PER_SECOND,
                orders_every_s=5,
            )
        },
        sources={
            SOURCE: SourceSettings(kind="standard", shop=SHOP, secrets=(SecretStr(secret),)),
            SCANS: SourceSettings(kind="scan", shop=SHOP, options={"carrier": "yamato.takkyubin"}),
        },
    )
