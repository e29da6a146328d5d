"""Every address of the API, asked in ways that no person thinks of, answers as its own OpenAPI document says."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import SecretStr

from connector.app import RunningApp, running
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.demo.stage import DemoSettings
from connector.sandbox import NewLine, Sandbox
from connector.settings import ApiSettings, ServerSettings, ShopSettings, SourceSettings, StoreSettings

TOKEN = "a-token-for-questions-nobody-asks"
SECRET = "whsec_cXVlc3Rpb25zLW5vYm9keS1hc2tz"
TOKEN_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
SETTINGS = Path(__file__).with_name("schemathesis.toml")
ENDS_WITHIN_S = 300.0
"""Much more than it takes on a machine that has nothing else to do: how long is a busy machine's affair."""


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
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
            sources={"table": SourceSettings(kind="standard", shop="main", secrets=(SecretStr(SECRET),))},
        )
        lines = [sandbox.market.add_cart(NewLine())[0] for _ in range(3)]
        sandbox.market.ask_cancel(lines[2].order_no)
        async with running(settings) as app:
            table = PackingTable(session, f"{app.url}/webhooks/table", SECRET)
            with app.store.changes.listening() as listener:
                at = datetime.now(UTC) + timedelta(seconds=1)
                for serial, (line, carrier) in enumerate(zip(lines, ("sagawa", "unheard-of", "sagawa"), strict=True)):
                    label = Label(f"msg_{serial}", line.order_no, carrier, "", tracking_number(serial), at)
                    assert (await table.report(label)).status == 202
                while not await app.store.cases() or not lines[0].shipping.tracking_no:
                    await asyncio.wait_for(listener.take(), 20)
            yield app


async def test_the_document_is_valid_and_names_every_address_of_the_api(app: RunningApp) -> None:
    """An address that lacks its ``Operation`` makes this fail: give it one where it is declared."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        async with session.get(f"{app.url}/api/v1/openapi.json") as response:
            document, tag = await response.json(content_type=None), response.headers["ETag"]
        async with session.get(f"{app.url}/api/v1/openapi.json", headers={"If-None-Match": tag}) as again:
            repeated = again.status, await again.read()

    OpenAPIV31SpecValidator(document).validate()
    assert repeated == (304, b"")
    assert {path for path in document["paths"] if not path.startswith("/api/v1/")} == set()


async def test_every_answer_is_as_the_document_says(app: RunningApp, tmp_path: Path) -> None:
    """Right and wrong questions, with and without a token: no defect, no undocumented status, shape or type."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(SETTINGS),
        "run",
        f"{app.url}/api/v1/openapi.json",
        "--header",
        f"Authorization: Bearer {TOKEN}",
        cwd=tmp_path,
        env=os.environ | {"NO_COLOR": "1", "PYTHONWARNINGS": "default"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert process.returncode == 0, said.decode()
