"""The running program tells people when a part of it works no more, and its API says so too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from connector.app import RunningApp, running
from connector.sandbox import Sandbox
from connector.settings import load_settings

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Service

TOKEN = "t" * 32
WITHIN_S = 30


@dataclass
class Program:
    """The running program and its API."""

    app: RunningApp
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.request(method, self.app.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def send(self, secret: str) -> int:
        """A label message whose signature is wrong whatever the secret."""
        headers = {"webhook-id": secret, "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        async with self.session.post(f"{self.app.url}/webhooks/table", data=b"{}", headers=headers) as response:
            return response.status


@asynccontextmanager
async def program(folder: Path, service: Service, *, key: str = "") -> AsyncIterator[Program]:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
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
            [alerts]
            sender_refused_in_a_row = 3
            heartbeat_url = "{service.url}/beat"
            [alerts.targets.office]
            url = "{service.json_url}"
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{key or sandbox.key}"
            [sources.table]
            kind = "standard"
            shop = "main"
            secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Program(app, session)


async def until(holds: Callable[[], bool]) -> None:
    """The service is in another thread, which cannot set an event of this loop."""
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


async def test_a_key_that_is_refused_and_a_sender_that_cannot_sign_are_told(tmp_path: Path, service: Service) -> None:
    async with program(tmp_path, service, key="a-key-that-is-wrong") as running_program:
        assert [await running_program.send(str(number)) for number in range(3)] == [401] * 3
        await until(lambda: len(service.titles) == 2)

        assert sorted(service.titles) == ["入力が停止 main", "署名の誤りが続いています table"]
        status, found = await running_program.ask("GET", "/api/v1/alerts")
        assert (status, {alert["kind"] for alert in found["alerts"]}) == (200, {"shop_stopped", "sender_refused"})
        assert {alert["told"][0] for alert in found["alerts"]} == {"office"}
        assert service.json_url not in str(found)


async def test_somebody_takes_care_of_an_alert(tmp_path: Path, service: Service) -> None:
    async with program(tmp_path, service, key="a-key-that-is-wrong") as running_program:
        await until(lambda: service.titles != [])
        _, found = await running_program.ask("GET", "/api/v1/alerts")
        address = f"/api/v1/alerts/{found['alerts'][0]['id']}/acknowledge"

        status, alert = await running_program.ask("POST", address, {"who": "sato"})
        assert (status, alert["acknowledged_by"]) == (201, "sato")
        assert (await running_program.ask("POST", address, {}))[0] == 422
        assert (await running_program.ask("POST", "/api/v1/alerts/99/acknowledge", {"who": "sato"}))[0] == 404
        assert (await running_program.ask("POST", "/api/v1/alerts/x/acknowledge", {"who": "sato"}))[0] == 404


async def test_a_target_can_be_tried_out(tmp_path: Path, service: Service) -> None:
    async with program(tmp_path, service) as running_program:
        assert await running_program.ask("POST", "/api/v1/alerts/test", {"target": "office"}) == (
            201,
            {"outcomes": {"office": "sent"}},
        )
        assert service.titles == ["【試験】qoo10-connector からの試験送信"]
        service.status = 500
        assert (await running_program.ask("POST", "/api/v1/alerts/test", {}))[1] == {"outcomes": {"office": "failed"}}
        assert (await running_program.ask("POST", "/api/v1/alerts/test", {"target": "x"}))[0] == 404


async def test_the_outside_monitor_hears_that_all_is_well(tmp_path: Path, service: Service) -> None:
    async with program(tmp_path, service):
        await until(service.heard.is_set)

        assert service.requests[0][:2] == ("GET", "/beat")


async def test_a_stop_is_no_death_of_anything(tmp_path: Path, service: Service) -> None:
    """While parts end one after the other, nobody looks and finds them ended."""
    async with program(tmp_path, service) as running_program:
        await until(service.heard.is_set)
        (looking,) = [task for task in asyncio.all_tasks() if task.get_name() == "alerts"]
        (keeper,) = running_program.app.keepers.values()
        order: list[str] = []
        looking.add_done_callback(lambda _task: order.append("looking ended"))
        closed = keeper.close

        def close() -> None:
            order.append(f"keeper closed, looking asked to end: {looking.cancelling() > 0}")
            closed()

        keeper.close = close  # type: ignore[method-assign] # to see when it is called

    assert order[0] == "keeper closed, looking asked to end: True"
