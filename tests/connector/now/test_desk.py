"""The moment as the running program gathers it."""

import asyncio
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from connector.app import running
from connector.clock import utc_now
from connector.demo.stage import DemoSettings
from connector.domain.calendar import day_in_japan
from connector.sandbox import Sandbox
from connector.settings import ApiSettings, ServerSettings, ShopSettings, StoreSettings

TOKEN = "t" * 40


async def test_a_key_that_the_program_has_issued_is_known_by_its_day(tmp_path: Path) -> None:
    """It has no end to watch: the program issues the next one itself."""
    began_on = day_in_japan(utc_now())
    async with Sandbox(shops=("main",)) as sandbox:
        shop = sandbox.market.shop("main")
        login = ShopSettings(
            qapi_url=sandbox.base_url,
            api_key=SecretStr(shop.api_key),
            user_id=shop.user_id,
            password=SecretStr(shop.password),
        )
        settings = DemoSettings(
            server=ServerSettings(port=0),
            store=StoreSettings(url=f"sqlite:///{tmp_path}/connector.db"),
            api=ApiSettings(tokens=(SecretStr(TOKEN),)),
            shops={"main": login},
        )
        async with running(settings) as app, aiohttp.ClientSession() as session, asyncio.timeout(20):
            while True:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                async with session.get(f"{app.url}/api/v1/now", headers=headers) as response:
                    (now,) = (await response.json())["shops"]
                if now["key_since"]:
                    break

    assert now["key_since"] in {began_on.isoformat(), day_in_japan(utc_now()).isoformat()}
    assert (now["key_day_known"], now["key_ends"]) == (True, None)
