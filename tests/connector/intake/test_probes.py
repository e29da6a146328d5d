"""``/healthz``, ``/readyz`` and ``/metrics`` of the running program."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connector.clock import utc_now
from connector.domain.alarm_facts import AlarmKind
from connector.domain.patience import PATIENCE
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from tests.connector.intake.conftest import Service


async def readiness(service: Service) -> tuple[int, Any]:
    status, text = await service.get("/readyz")
    return status, json.loads(text)


async def test_a_program_that_runs_is_alive_and_ready(service: Service) -> None:
    await service.until(lambda: service.app.keepers["main"].moved_at is not None)

    assert await service.get("/healthz") == (200, '{"status": "alive"}')
    assert await readiness(service) == (200, {"status": "ready"})


async def test_a_store_that_cannot_be_written_is_said(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_args: object) -> None:
        raise StoreUnavailable("database or disk is full")

    monkeypatch.setattr(service.app.store, "prove_writable", fail)

    status, answer = await readiness(service)

    assert status == 503
    assert answer["error"]["code"] == "not_ready"
    assert "store: database or disk is full" in answer["error"]["message"]
    assert (await service.get("/healthz"))[0] == 200


async def test_a_stopped_shop_is_said_while_labels_are_still_taken(
    service: Service, message: Callable[..., dict[str, Any]]
) -> None:
    service.sandbox.market.shop("main").end_keys(expired=True)
    (line,) = service.sandbox.market.add_cart()

    status, _ = await service.send(message(line.order_no))
    await service.until(lambda: bool(service.app.keepers["main"].stopped_for))
    ready, answer = await readiness(service)

    assert (status, ready) == (202, 503)
    assert "shop main: stopped, Qoo10 does not accept its key" in answer["error"]["message"]
    assert service.sandbox.key not in json.dumps(answer)
    assert "qoo10_connector_shop_stopped" in (await service.get("/metrics"))[1]


async def test_a_keeper_that_does_not_move_is_said(service: Service) -> None:
    keeper = service.app.keepers["main"]
    await service.until(lambda: keeper.moved_at is not None)
    keeper.moved_at = utc_now() - PATIENCE[AlarmKind.KEEPER_STUCK] - timedelta(seconds=1)

    status, answer = await readiness(service)

    assert status == 503
    assert "shop main: its keeper does not run" in answer["error"]["message"]


async def test_metrics_name_no_order_no_number_and_no_secret(
    service: Service, message: Callable[..., dict[str, Any]]
) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.send(message(line.order_no))
    await service.send(b"{}")
    await service.post(b"{}", {})

    status, text = await service.get("/metrics")
    async with asyncio.timeout(30):
        while "qoo10_connector_gap_seconds_bucket" not in text:  # Qoo10 shows the number a moment before it is counted
            status, text = await service.get("/metrics")

    assert status == 200
    for outcome in ("accepted", "unreadable", "bad_signature"):
        assert f'qoo10_connector_deliveries_total{{outcome="{outcome}",source="packing-table"}} 1.0' in text
    labels = " ".join(re.findall(r"\{(.*?)\}", text))
    assert not re.search(r"[0-9]{9,}", labels)
    assert service.sandbox.key not in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_probes_are_only_read(service: Service, path: str) -> None:
    async with service.session.post(service.app.url + path) as response:
        assert response.status == 405
        assert (await response.json())["error"]["code"] == "method_not_allowed"
