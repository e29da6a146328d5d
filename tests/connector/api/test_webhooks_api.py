"""``/api/v1/webhooks`` and a parcel that a warehouse's own system is told to stop, through the whole program."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.app import RunningApp, running
from connector.sandbox import Sandbox
from connector.settings import Settings, load_settings
from tests.connector.hooks.conftest import SECRET, Warehouse, open_warehouse

TOKEN = "t" * 32
NUMBER = "444413758703"


def settings_for(sandbox: Sandbox, folder: Path, url: str) -> Settings:
    config = folder / "config.toml"
    config.write_text(
        f"""
        [server]
        port = 0
        [store]
        url = "sqlite:///{folder}/connector.db"
        [api]
        tokens = ["{TOKEN}"]
        [alarms]
        every_s = 5
        [shops.main]
        qapi_url = "{sandbox.base_url}"
        seller_auth_key = "{sandbox.key}"
        claims_every_s = 5
        calls_per_second = 50
        [sources.packing-table]
        kind = "standard"
        shop = "main"
        secrets = ["{SECRET}"]
        [webhooks.wms]
        url = "{url}"
        secrets = ["{SECRET}"]
        """,
        encoding="utf-8",
    )
    return load_settings(config)


@dataclass
class Service:
    """The running program between its Qoo10 and its warehouse."""

    app: RunningApp
    session: aiohttp.ClientSession
    sandbox: Sandbox
    warehouse: Warehouse

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.request(method, self.app.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def print_label(self, order_ref: str, number: str = NUMBER) -> None:
        data = {"order_ref": order_ref, "carrier": "yamato", "service": "takkyubin", "tracking_number": number}
        body = json.dumps({"type": "label.printed", "data": data}).encode()
        stamp, key = str(int(time.time())), base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = hmac.digest(key, f"msg_{order_ref}.{stamp}.".encode() + body, "sha256")
        headers = {
            "webhook-id": f"msg_{order_ref}",
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
        }
        url = f"{self.app.url}/webhooks/packing-table"
        async with self.session.post(url, data=body, headers=headers) as response:
            assert response.status == 202

    def told(self) -> list[tuple[str, str]]:
        return [(each["type"], each["data"]["order_no"]) for each in self.warehouse.taken]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with (
        Sandbox() as sandbox,
        open_warehouse() as warehouse,
        aiohttp.ClientSession() as session,
        running(settings_for(sandbox, tmp_path, warehouse.url)) as app,
    ):
        yield Service(app, session, sandbox, warehouse)


async def test_a_label_that_stands_at_qoo10_is_told(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()

    await service.print_label(line.order_no)
    await service.warehouse.until(service.told)

    (message,) = service.warehouse.taken
    data = message["data"]
    assert (message["type"], data["order_no"], data["pack_no"]) == ("entry.entered", line.order_no, line.pack_no)
    assert (data["tracking_no"], data["carrier"], data["state"]) == (NUMBER, "ヤマト宅急便", "confirmed")
    status, answer = await service.ask("GET", "/api/v1/webhooks/wms/deliveries")
    assert (status, answer["next"]) == (200, None)
    assert [each["body"] for each in answer["deliveries"]] == [message]


async def test_a_parcel_whose_order_is_cancelled_is_to_be_stopped(service: Service) -> None:
    """The buyer had cancelled before the label was printed."""
    (line,) = service.sandbox.market.add_cart()
    service.sandbox.market.ask_cancel(line.order_no)

    await service.print_label(line.order_no)
    await service.warehouse.until(service.told)

    opened = service.warehouse.taken[0]
    assert (opened["type"], opened["data"]["stop_parcel"]) == ("conflict.opened", True)
    assert (opened["data"]["kind"], opened["data"]["tracking_no"]) == ("cancelled_parcel_exists", NUMBER)


async def test_what_is_shown_of_a_target(service: Service) -> None:
    """Never its path, never its secret."""
    status, answer = await service.ask("GET", "/api/v1/webhooks")

    (shown,) = answer["webhooks"]
    assert (status, shown["name"], shown["on"], shown["due"]) == (200, "wms", True, 0)
    assert shown["host"] == service.warehouse.url.removesuffix("/hooks")
    assert "/hooks" not in json.dumps(answer)
    assert SECRET not in json.dumps(answer)


async def test_a_test_says_what_came_of_it(service: Service) -> None:
    taken = await service.ask("POST", "/api/v1/webhooks/wms/test")
    service.warehouse.answer(418)
    refused = await service.ask("POST", "/api/v1/webhooks/wms/test")

    ids = service.warehouse.asked
    assert taken == (201, {"id": ids[0], "delivered": True, "status": 204, "trouble": ""})
    assert refused == (201, {"id": ids[1], "delivered": False, "status": 418, "trouble": "status"})


async def test_messages_are_delivered_again(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no)
    await service.warehouse.until(service.told)
    (message_id,) = service.warehouse.asked
    await kept_as_delivered(service)

    assert await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {}) == (201, {"due": 0})
    assert await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {"ids": [message_id]}) == (201, {"due": 1})
    await service.warehouse.until(lambda: service.warehouse.asked == [message_id, message_id])


async def test_a_target_that_is_off_has_nothing_delivered(service: Service) -> None:
    service.warehouse.answer(410)
    await service.ask("POST", "/api/v1/webhooks/wms/test")

    status, answer = await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {})

    assert (status, answer["error"]["code"]) == (409, "target_off")
    _, shown = await service.ask("GET", "/api/v1/webhooks")
    assert (shown["webhooks"][0]["on"], shown["webhooks"][0]["off_at"] is None) == (False, False)


async def test_pages(service: Service) -> None:
    for _ in range(3):
        await service.ask("POST", "/api/v1/webhooks/wms/test")

    _, first = await service.ask("GET", "/api/v1/webhooks/wms/deliveries?limit=2")
    _, second = await service.ask("GET", f"/api/v1/webhooks/wms/deliveries?limit=2&cursor={first['next']}")

    assert [each["id"] for each in (*first["deliveries"], *second["deliveries"])] == service.warehouse.asked[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/api/v1/webhooks/other/deliveries", None, (404, "no_webhook")),
        ("POST", "/api/v1/webhooks/other/test", None, (404, "no_webhook")),
        ("POST", "/api/v1/webhooks/other/redeliver", {}, (404, "no_webhook")),
        ("GET", "/api/v1/webhooks/wms/deliveries?limit=0", None, (400, "bad_query")),
        ("GET", "/api/v1/webhooks/wms/deliveries?cursor=x", None, (400, "bad_query")),
        ("POST", "/api/v1/webhooks/wms/redeliver", {"ids": "all"}, (422, "unreadable")),
    ],
)
async def test_what_cannot_be_asked(service: Service, method: str, path: str, body: Any, code: tuple[int, str]) -> None:
    status, answer = await service.ask(method, path, body)

    assert (status, answer["error"]["code"]) == code


async def kept_as_delivered(service: Service) -> None:
    """Once the newest message is kept as taken."""
    async with asyncio.timeout(20):
        while (await service.app.store.hooks.deliveries("wms", 1))[0].attempts == 0:  # noqa: ASYNC110 - kept, not told
            await asyncio.sleep(0.01)


async def test_a_restart_delivers_what_was_not(tmp_path: Path) -> None:
    """The warehouse's system was away while the parcel was entered, and so is the program for a while."""
    async with Sandbox() as sandbox, open_warehouse() as warehouse, aiohttp.ClientSession() as session:
        warehouse.answer(503)
        settings = settings_for(sandbox, tmp_path, warehouse.url)
        (line,) = sandbox.market.add_cart()
        async with running(settings) as app:
            first = Service(app, session, sandbox, warehouse)
            await first.print_label(line.order_no)
            await warehouse.until(lambda: warehouse.asked)
        warehouse.answer(200)
        async with running(settings):
            await warehouse.until(lambda: warehouse.taken)

    assert [each["type"] for each in warehouse.taken] == ["entry.entered"]
    assert len(set(warehouse.asked)) == 1
