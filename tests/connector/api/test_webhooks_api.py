"""``/api/v1/webhooks`` and a parcel that a warehouse's own system is told to stop, through the whole program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.connector.api.conftest import NUMBER, Service, serving, serving_before
from tests.connector.hooks.conftest import SECRET, Warehouse, open_warehouse


def told_to(warehouse: Warehouse) -> str:
    """The settings by which it is told."""
    return f"""
        alarms.every_s = 5
        shops.main.claims_every_s = 5
        shops.main.calls_per_second = 50
        webhooks.wms.url = "{warehouse.url}"
        webhooks.wms.secrets = ["{SECRET}"]
    """


@pytest.fixture
async def warehouse() -> AsyncIterator[Warehouse]:
    async with open_warehouse() as opened:
        yield opened


@pytest.fixture
async def service(tmp_path: Path, warehouse: Warehouse) -> AsyncIterator[Service]:
    async with serving(tmp_path, told_to(warehouse)) as running_service:
        yield running_service


async def test_a_label_that_stands_at_qoo10_is_told(service: Service, warehouse: Warehouse) -> None:
    (line,) = service.sandbox.market.add_cart()

    await service.print_label(line.order_no)
    await warehouse.until(lambda: warehouse.taken)

    (message,) = warehouse.taken
    data = message["data"]
    assert (message["type"], data["order_no"], data["pack_no"]) == ("entry.entered", line.order_no, line.pack_no)
    assert (data["tracking_no"], data["carrier"], data["state"]) == (NUMBER, "ヤマト宅急便", "confirmed")
    status, answer = await service.ask("GET", "/api/v1/webhooks/wms/deliveries")
    assert (status, answer["next"]) == (200, None)
    assert [each["body"] for each in answer["deliveries"]] == [message]


async def test_a_parcel_whose_order_is_cancelled_is_to_be_stopped(service: Service, warehouse: Warehouse) -> None:
    """The buyer had cancelled before the label was printed."""
    (line,) = service.sandbox.market.add_cart()
    service.sandbox.market.ask_cancel(line.order_no)

    await service.print_label(line.order_no)
    await warehouse.until(lambda: warehouse.taken)

    opened = warehouse.taken[0]
    assert (opened["type"], opened["data"]["stop_parcel"]) == ("conflict.opened", True)
    assert (opened["data"]["kind"], opened["data"]["tracking_no"]) == ("cancelled_parcel_exists", NUMBER)


async def test_what_is_shown_of_a_target(service: Service, warehouse: Warehouse) -> None:
    """Never its path, never its secret."""
    status, answer = await service.ask("GET", "/api/v1/webhooks")

    (shown,) = answer["webhooks"]
    assert (status, shown["name"], shown["on"], shown["due"]) == (200, "wms", True, 0)
    assert shown["host"] == warehouse.url.removesuffix("/hooks")
    assert "/hooks" not in json.dumps(answer)
    assert SECRET not in json.dumps(answer)


async def test_a_test_says_what_came_of_it(service: Service, warehouse: Warehouse) -> None:
    taken = await service.ask("POST", "/api/v1/webhooks/wms/test")
    warehouse.answer(418)
    refused = await service.ask("POST", "/api/v1/webhooks/wms/test")

    ids = warehouse.asked
    assert taken == (201, {"id": ids[0], "delivered": True, "status": 204, "trouble": ""})
    assert refused == (201, {"id": ids[1], "delivered": False, "status": 418, "trouble": "status"})


async def test_messages_are_delivered_again(service: Service, warehouse: Warehouse) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.print_label(line.order_no)
    await warehouse.until(lambda: warehouse.taken)
    (message_id,) = warehouse.asked
    await kept_as_delivered(service)

    assert await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {}) == (201, {"due": 0})
    assert await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {"ids": [message_id]}) == (201, {"due": 1})
    await warehouse.until(lambda: warehouse.asked == [message_id, message_id])


async def test_a_target_that_is_off_has_nothing_delivered(service: Service, warehouse: Warehouse) -> None:
    warehouse.answer(410)
    await service.ask("POST", "/api/v1/webhooks/wms/test")

    status, answer = await service.ask("POST", "/api/v1/webhooks/wms/redeliver", {})

    assert (status, answer["error"]["code"]) == (409, "target_off")
    _, shown = await service.ask("GET", "/api/v1/webhooks")
    assert (shown["webhooks"][0]["on"], shown["webhooks"][0]["off_at"] is None) == (False, False)


async def test_pages(service: Service, warehouse: Warehouse) -> None:
    for _ in range(3):
        await service.ask("POST", "/api/v1/webhooks/wms/test")

    _, first = await service.ask("GET", "/api/v1/webhooks/wms/deliveries?limit=2")
    _, second = await service.ask("GET", f"/api/v1/webhooks/wms/deliveries?limit=2&cursor={first['next']}")

    assert [each["id"] for each in (*first["deliveries"], *second["deliveries"])] == warehouse.asked[::-1]
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


async def test_a_restart_delivers_what_was_not(tmp_path: Path, warehouse: Warehouse) -> None:
    """The warehouse's system was away while the parcel was entered, and so is the program for a while."""
    warehouse.answer(503)
    async with Sandbox() as sandbox:
        (line,) = sandbox.market.add_cart()
        async with serving_before(sandbox, tmp_path, told_to(warehouse)) as service:
            await service.print_label(line.order_no)
            await warehouse.until(lambda: warehouse.asked)
        warehouse.answer(200)
        async with serving_before(sandbox, tmp_path, told_to(warehouse)):
            await warehouse.until(lambda: warehouse.taken)

    assert [each["type"] for each in warehouse.taken] == ["entry.entered"]
    assert len(set(warehouse.asked)) == 1
