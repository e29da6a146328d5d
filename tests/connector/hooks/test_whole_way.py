"""Everything that is told arrives: from a label and a buyer's cancel to a signed message, through the whole program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from connector.domain.hooks import TEST, HookEvent
from connector.domain.orders import JAPAN, ClaimStatus
from tests.connector.api.conftest import NUMBER, TOKEN, Service, serving
from tests.connector.hooks.conftest import SECRET, Warehouse

PROGRAM = {"Authorization": f"Bearer {TOKEN}"}
CONSOLE = "https://console.example.jp"


@pytest.fixture
async def service(tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """That looks for alarms and claims often, and tells the warehouse of everything."""
    monkeypatch.setattr("connector.hooks.maker.LOOK_ANYWAY_S", 0.1)
    settings = f"""
        alarms.every_s = 5
        alerts.console_url = "{CONSOLE}"
        shops.main.orders_every_s = 5
        shops.main.claims_every_s = 1
        shops.main.calls_per_second = 50
        webhooks.wms.url = "{warehouse.url}"
        webhooks.wms.secrets = ["{SECRET}"]
    """
    async with serving(tmp_path, settings) as running_service:
        yield running_service


async def told(service: Service, warehouse: Warehouse, types: Sequence[str]) -> list[dict[str, Any]]:
    """The messages about anything of this kind, once they are of these types and have the shape that the API tells.

    The warehouse takes only what is signed as docs/webhooks.md says.
    """

    def of_kind() -> list[dict[str, Any]]:
        return [each for each in warehouse.taken if each["type"] in types]

    await warehouse.until(lambda: len(of_kind()) >= len(types))
    async with service.session.get(f"{service.app.url}/api/v1/openapi.json", headers=PROGRAM) as response:
        document = await response.json(content_type=None)
    for message in of_kind():
        require_shape(message, document)
    assert [each["type"] for each in of_kind()] == list(types)
    return of_kind()


def require_shape(message: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    described = document["webhooks"][message["type"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = {**described, "components": document["components"]}
    OAS31Validator(schema, format_checker=oas31_format_checker).validate(message)


async def test_a_number_that_is_held_past_its_ship_by_date_is_told_twice(
    service: Service, warehouse: Warehouse
) -> None:
    """At once that it is held, and that the gap is too long when it is."""
    (line,) = service.sandbox.market.add_cart()
    service.sandbox.market.set_ship_by(line.order_no, datetime.now(JAPAN).date() - timedelta(days=20))

    await service.print_label(line.order_no, carrier="unheard-of")
    held, gap = await told(service, warehouse, [HookEvent.HELD, HookEvent.GAP])

    about = {
        "shop": "main",
        "order_no": line.order_no,
        "pack_no": line.pack_no,
        "tracking_no": NUMBER,
        "carrier": "",
        "console_url": f"{CONSOLE}/entries/1",
        "entry": 1,
        "state": "held",
        "reason": "name_unknown",
    }
    assert held["data"].items() >= {**about, "accepted_at": None}.items()
    assert gap["data"].items() >= {**about, "why": "ship_by_past"}.items()
    assert gap["timestamp"] == gap["data"]["since"]


async def test_a_conflict_is_told_from_its_beginning_to_its_end(service: Service, warehouse: Warehouse) -> None:
    """Opened, changed when Qoo10 shows another state of the request, closed by a person."""
    market = service.sandbox.market
    (line,) = market.add_cart()
    ship_by = datetime.now(JAPAN).date() + timedelta(days=5)
    market.set_ship_by(line.order_no, ship_by)
    market.ask_cancel(line.order_no)
    types = [HookEvent.OPENED, HookEvent.CHANGED, HookEvent.CLOSED]

    await service.print_label(line.order_no)
    await told(service, warehouse, types[:1])
    market.set_claim(line.order_no, ClaimStatus.CANCELLING)
    await told(service, warehouse, types[:2])
    closing = {"act": "close", "who": "佐藤", "why": "荷物を止めた", "confirm": "dealt_with"}
    assert (await service.ask("POST", "/api/v1/conflicts/1/acts", closing))[0] == 201
    opened, changed, closed = await told(service, warehouse, types)

    about = {
        "shop": "main",
        "order_no": line.order_no,
        "pack_no": line.pack_no,
        "tracking_no": NUMBER,
        "carrier": "ヤマト宅急便",
        "console_url": f"{CONSOLE}/conflicts/1",
        "conflict": 1,
        "opened_at": opened["timestamp"],
    }
    requested = {"kind": "printed_after_request", "verdict": "hold", "verdict_reason": "printed_after_request"}
    cancelled = {"kind": "cancelled_parcel_exists", "verdict": "stop", "verdict_reason": "cancelled"}
    assert what_programs_look_at(opened) == about | requested | {"stop_parcel": True, "outcome": ""}
    assert what_programs_look_at(changed) == about | cancelled | {"stop_parcel": True, "outcome": ""}
    assert what_programs_look_at(closed) == about | cancelled | {"stop_parcel": False, "outcome": "closed_by_person"}
    messages = (opened, changed, closed)
    assert [each["data"]["advice"] is None for each in messages] == [False, False, True]
    end = datetime.combine(ship_by + timedelta(days=1), time(), JAPAN)
    assert {each["data"]["deadline"] for each in messages} <= {None, end.isoformat()}


def what_programs_look_at(message: Mapping[str, Any]) -> dict[str, Any]:
    """Without the words of the advice, which are the domain's, and the deadline, which may not be known yet."""
    return {name: each for name, each in message["data"].items() if name not in {"advice", "deadline"}}


async def test_a_test_arrives_too(service: Service, warehouse: Warehouse) -> None:
    status, answer = await service.ask("POST", "/api/v1/webhooks/wms/test")
    (message,) = await told(service, warehouse, [TEST])

    assert (status, answer["delivered"], message["data"]) == (201, True, {"target": "wms"})


async def test_a_number_that_stands_at_qoo10_is_told(service: Service, warehouse: Warehouse) -> None:
    (line,) = service.sandbox.market.add_cart()

    await service.print_label(line.order_no)
    (entered,) = await told(service, warehouse, [HookEvent.ENTERED])

    about = {"order_no": line.order_no, "pack_no": line.pack_no, "tracking_no": NUMBER, "carrier": "ヤマト宅急便"}
    assert entered["data"].items() >= {**about, "state": "confirmed", "reason": "shown"}.items()
    assert entered["data"]["accepted_at"] is not None
