"""What polled vendors list ends as numbers at Qoo10, here in the sandbox, by the running program."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import running
from connector.sandbox import Sandbox
from connector.settings import load_settings

CONFIG = """
[server]
port = 0
[store]
url = "sqlite:///{folder}/store/connector.db"
token_key = "bWFkZS11cC1rZXktZm9yLXRlc3RzLTMyLWJ5dGVzISE="
[shops.main]
qapi_url = "{qapi_url}"
seller_auth_key = "{key}"
calls_per_second = 50
"""
CARRIER_WORDS = {"nextengine": "ヤマト(発払い)B2v6"}


def source(kind: str, url: str, setup: tuple[Mapping[str, str], Mapping[str, str]]) -> str:
    credentials, options = setup
    lines = [f'[sources.{kind}]\nkind = "{kind}"\nshop = "main"\napi_url = "{url}"']
    lines += [f"credentials.{name} = {json.dumps(value)}" for name, value in credentials.items()]
    lines += [f"options.{name} = {json.dumps(value)}" for name, value in options.items()]
    if word := CARRIER_WORDS.get(kind):
        lines.append(f'carriers."{word}" = "ヤマト宅急便"')
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["shipandco", "openlogi", "logiless", "nextengine"])
async def test_what_a_vendor_lists_ends_as_a_number(
    kind: str,
    tmp_path: Path,
    stand_in: Callable[..., Any],
    setups: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]],
    in_clear: Callable[[bytes], list[str]],
) -> None:
    vendor, url = await stand_in(kind, lambda: datetime.now(UTC))
    async with Sandbox() as sandbox:
        orders = [sandbox.market.add_cart()[0].order_no for _ in range(2)]
        for order_no in orders:
            vendor.add(int(order_no) - 1062400000)
        config = tmp_path / "config.toml"
        text = CONFIG.format(folder=tmp_path, qapi_url=sandbox.base_url, key=sandbox.key_of("main"))
        config.write_text(text + source(kind, url, setups[kind]), encoding="utf-8")
        async with running(load_settings(config)), asyncio.timeout(30):
            while not all(sandbox.market.line(order_no).shipping.tracking_no for order_no in orders):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # it comes from other connections, nobody signals it

    assert {sandbox.market.line(order_no).shipping.company for order_no in orders} == {"ヤマト宅急便"}
    left_behind = b"".join(path.read_bytes() for path in sorted((tmp_path / "store").iterdir()) if path.is_file())
    assert in_clear(left_behind) == []


async def test_a_vendor_that_cannot_be_asked_is_a_warning_and_does_not_stop_the_program(
    tmp_path: Path, setups: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]
) -> None:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        config = tmp_path / "config.toml"
        text = CONFIG.format(folder=tmp_path, qapi_url=sandbox.base_url, key=sandbox.key_of("main"))
        config.write_text(text + source("shipandco", "http://127.0.0.1:9", setups["shipandco"]), encoding="utf-8")
        async with running(load_settings(config)) as app, asyncio.timeout(30):
            while True:
                async with session.get(f"{app.url}/readyz") as response:
                    ready = json.loads(await response.text())
                if ready.get("status") == "ready" and "warnings" in ready:
                    break
                await asyncio.sleep(0.05)

    (warning,) = ready["warnings"]
    assert warning.startswith("source shipandco: api.shipandco.com could not be reached")
