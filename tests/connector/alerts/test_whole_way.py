"""The running program tells people when a part of it works no more, and its API says so too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import RunProgram, Service


async def test_a_key_that_is_refused_and_a_sender_that_cannot_sign_are_told(
    program: RunProgram, service: Service
) -> None:
    async with program(key="a-key-that-is-wrong") as running_program:
        assert [await running_program.send(str(number)) for number in range(3)] == [401] * 3
        await running_program.until(lambda: len(service.titles) == 2)

        assert sorted(service.titles) == ["入力が停止 main", "署名の誤りが続いています table"]
        status, found = await running_program.ask("GET", "/api/v1/alerts")
        assert (status, {alert["kind"] for alert in found["alerts"]}) == (200, {"shop_stopped", "sender_refused"})
        assert {alert["told"][0] for alert in found["alerts"]} == {"office"}
        assert service.json_url not in str(found)


async def test_messages_are_listed_page_by_page(program: RunProgram, service: Service) -> None:
    async with program(key="a-key-that-is-wrong") as running_program:
        assert [await running_program.send(str(number)) for number in range(3)] == [401] * 3
        await running_program.until(lambda: len(service.titles) == 2)

        _, first = await running_program.ask("GET", "/api/v1/alerts?limit=1")
        _, last = await running_program.ask("GET", f"/api/v1/alerts?limit=1&cursor={first['next']}")
        refused, _ = await running_program.ask("GET", "/api/v1/alerts?cursor=x")

        assert [len(page["messages"]) for page in (first, last)] == [1, 1]
        assert first["messages"] != last["messages"]
        assert (last["next"], refused) == (None, 400)


async def test_somebody_takes_care_of_an_alert(program: RunProgram, service: Service) -> None:
    async with program(key="a-key-that-is-wrong") as running_program:
        await running_program.until(lambda: service.titles != [])
        _, found = await running_program.ask("GET", "/api/v1/alerts")
        address = f"/api/v1/alerts/{found['alerts'][0]['id']}/acknowledge"

        status, alert = await running_program.ask("POST", address, {"who": "sato"})
        assert (status, alert["acknowledged_by"]) == (201, "sato")
        assert (await running_program.ask("POST", address, {}))[0] == 422
        assert (await running_program.ask("POST", "/api/v1/alerts/99/acknowledge", {"who": "sato"}))[0] == 404
        assert (await running_program.ask("POST", "/api/v1/alerts/x/acknowledge", {"who": "sato"}))[0] == 404


async def test_a_target_can_be_tried_out(program: RunProgram, service: Service) -> None:
    async with program() as running_program:
        assert await running_program.ask("POST", "/api/v1/alerts/test", {"target": "office"}) == (
            201,
            {"outcomes": {"office": "sent"}},
        )
        assert service.titles == ["【試験】qoo10-connector からの試験送信"]
        service.status = 500
        assert (await running_program.ask("POST", "/api/v1/alerts/test", {}))[1] == {"outcomes": {"office": "failed"}}
        assert (await running_program.ask("POST", "/api/v1/alerts/test", {"target": "x"}))[0] == 404


async def test_the_outside_monitor_hears_that_all_is_well(program: RunProgram, service: Service) -> None:
    async with program() as running_program:
        await running_program.until(service.heard.is_set)

        assert service.requests[0][:2] == ("GET", "/beat")


async def test_a_stop_is_no_death_of_anything(program: RunProgram, service: Service) -> None:
    """While parts end one after the other, nobody looks and finds them ended."""
    async with program() as running_program:
        await running_program.until(service.heard.is_set)
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
