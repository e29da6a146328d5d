"""The whole program in one process: how it starts, and how it stops with work in hand."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from connector.app import running
from connector.sandbox import Sandbox
from connector.settings import Settings, load_settings
from connector.store.errors import StoreInUse

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OURS = ("ShippingBasic.SetSendingInfo", "ShippingBasic.SetSendingInfoBulk")


def settings_for(sandbox: Sandbox, folder: Path, port: int = 0) -> Settings:
    config = folder / "config.toml"
    config.write_text(
        f"""
        [server]
        port = {port}
        [store]
        url = "sqlite:///{folder / "connector.db"}"
        [shops.main]
        qapi_url = "{sandbox.base_url}"
        seller_auth_key = "{sandbox.key}"
        calls_per_second = 50
        [sources.packing-table]
        kind = "standard"
        shop = "main"
        secrets = ["{SECRET}"]
        """,
        encoding="utf-8",
    )
    return load_settings(config)


async def send(url: str, order_no: str, tracking_no: str) -> int:
    label = {"order_ref": order_no, "carrier": "yamato", "service": "takkyubin", "tracking_number": tracking_no}
    body = json.dumps({"type": "label.printed", "data": label}).encode()
    unix_s, message_id = int(time.time()), f"msg_{order_no}"
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{message_id}.{unix_s}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": message_id, "webhook-timestamp": str(unix_s), "webhook-signature": f"v1,{signature}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/webhooks/packing-table", data=body, headers=headers) as response,
    ):
        return response.status


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that real concurrency brings about."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the market signals nobody
            await asyncio.sleep(0.01)


def number(index: int) -> str:
    stem = 44441375000 + index
    return f"{stem}{stem % 7}"


async def test_a_stop_with_work_in_hand_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """The call that is out is waited for; what was not begun goes on at the next start."""
    async with Sandbox() as sandbox:
        sandbox.market.switches.latency_ms = 150
        lines = [sandbox.market.add_cart()[0] for _ in range(12)]
        settings = settings_for(sandbox, tmp_path)
        async with running(settings) as app:
            statuses = await asyncio.gather(
                *(send(app.url, line.order_no, number(index)) for index, line in enumerate(lines))
            )
            await until(lambda: any(line.shipping.tracking_no for line in lines))
        sandbox.market.switches.latency_ms = 0
        async with running(settings):
            await until(lambda: all(line.shipping.tracking_no for line in lines))

    assert set(statuses) == {202}
    for index, line in enumerate(lines):
        assert [write.tracking_no for write in line.applied_writes if write.by in OURS] == [number(index)]


async def test_a_second_program_on_the_same_store_is_refused(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        settings = settings_for(sandbox, tmp_path)
        async with running(settings):
            with pytest.raises(StoreInUse, match="is in use by process"):
                async with running(settings):
                    pytest.fail("two programs on one store")


async def test_an_address_that_is_taken_lets_the_store_go(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    async with Sandbox() as sandbox, running(settings_for(sandbox, tmp_path)) as app:
        port = int(app.url.rpartition(":")[2])
        taken = settings_for(sandbox, tmp_path / "second", port)
        with pytest.raises(OSError, match="address already in use"):
            async with running(taken):
                pytest.fail("two programs on one address")
        async with running(settings_for(sandbox, tmp_path / "second")):
            pass


async def test_without_qoo10_labels_are_taken_and_entered_once_it_is_there(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        (line,) = sandbox.market.add_cart()
        settings = settings_for(sandbox, tmp_path)
        sandbox.market.switches.error_rate = 1
        async with running(settings) as app:
            status = await send(app.url, line.order_no, number(1))
            await until(lambda: bool(sandbox.market.calls.by_method))
            sandbox.market.switches.error_rate = 0
            await until(lambda: bool(line.shipping.tracking_no))

    assert status == 202
