"""SHIPPSYS on its whole way: a callback is acknowledged at once, and its number kept once SHIPPSYS confirms it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.connector.intake.conftest import Service

SECRET = "made-up-address-0123456789"
ADDRESS = f"/webhooks/shippsys/{SECRET}"


class Shippsys:
    """Plays SHIPPSYS on loopback: ``rows`` is what it knows, ``asked`` how it was asked."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.asked: list[tuple[str, str, str, str, Any]] = []
        self.url = ""

    async def get_status(self, request: web.Request) -> web.Response:
        authorization, form = request.headers["authorization"], request.headers["content-type"]
        self.asked.append((request.method, request.path_qs, authorization, form, await request.json()))
        return web.json_response({"result": 1, "data": self.rows})


@pytest.fixture
async def shippsys() -> AsyncIterator[Shippsys]:
    vendor = Shippsys()
    app = web.Application()
    app.router.add_post("/miandan/api/get_status", vendor.get_status)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield vendor
    await runner.cleanup()


@pytest.fixture
def more_settings(shippsys: Shippsys) -> str:
    return f"""
        [sources.shippsys]
        kind = "shippsys"
        shop = "main"
        secrets = ["{SECRET}"]
        credentials.token = "made-up-token"
        options = {{ client_key = "made-up-client", carrier = "yamato" }}
        api_url = "{shippsys.url}"
        """


def callback(**data: str) -> bytes:
    label = {"client_key": "made-up-client", "channel_id": "7", "customer_number": "1062428737"}
    return json.dumps({"result": 1, "data": label | {"tracking_number": "444413758703"} | data}).encode()


def events(service: Service) -> list[tuple[Any, ...]]:
    return service.rows("SELECT kind, order_ref, carrier, tracking_number FROM label_event")


async def test_a_label_that_is_confirmed_becomes_an_event(service: Service, shippsys: Shippsys) -> None:
    shippsys.rows = [{"customer_number": "1062428737", "tracking_number": "444413758703"}]

    assert (await service.post(callback(), {}, ADDRESS))[0] == 202
    await service.until(lambda: bool(events(service)))

    assert events(service) == [("printed", "1062428737", "yamato", "444413758703")]
    assert shippsys.asked == [
        (
            "POST",
            "/miandan/api/get_status?client_key=made-up-client&t=yamato",
            "Bearer made-up-token",
            "application/json",
            ["1062428737"],
        )
    ]
    status, receipt = await service.post(callback(channel_id="8"), {}, ADDRESS)
    assert (status, receipt["accepted"], receipt["duplicates"]) == (202, 0, 1)
    assert len(events(service)) == 1


async def test_a_label_that_is_not_confirmed_waits_visibly(service: Service, shippsys: Shippsys) -> None:
    shippsys.rows = [{"customer_number": "1062428737", "tracking_number": "444413758714"}]
    await service.post(callback(), {}, ADDRESS)
    await service.until(lambda: bool(service.rows("SELECT 1 FROM fetch WHERE attempts > 0")))

    assert events(service) == []
    assert service.rows("SELECT state, detail FROM fetch") == [
        ("due", "get_status does not show this number for this order")
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/webhooks/shippsys", callback()),
        ("/webhooks/shippsys/", callback()),
        (ADDRESS[:-1], callback()),
        (ADDRESS, callback(client_key="another")),
    ],
)
async def test_who_does_not_know_the_address_and_the_account_is_nobody(
    service: Service, shippsys: Shippsys, path: str, body: bytes
) -> None:
    status, answer = await service.post(body, {}, path)

    assert status in (401, 404)
    assert SECRET not in json.dumps(answer)
    assert shippsys.asked == []
    assert service.rows("SELECT 1 FROM delivery") == []
