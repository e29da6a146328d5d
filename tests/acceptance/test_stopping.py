"""The real service stops as systemd asks it to, owns its store alone, and goes on where it was."""

import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bench.rehearsal import SOURCE, Sandbox, Service, printed, sagawa_number, sandbox, signed

PATIENCE_S = 30.0
MANY = 40


async def send_all(http: aiohttp.ClientSession, service: Service, order_nos: list[str]) -> None:
    """One label for each order, all at once; every one is acknowledged."""

    async def send(serial: int, order_no: str) -> int:
        body = printed(order_no, sagawa_number(serial))
        headers = signed(body, f"msg_{order_no}")
        async with http.post(f"{service.url}/webhooks/{SOURCE}", data=body, headers=headers) as response:
            return response.status

    statuses = await asyncio.gather(*(send(serial, order_no) for serial, order_no in enumerate(order_nos)))
    assert statuses == [202] * len(order_nos)


async def all_entered_once(qoo10: Sandbox, order_nos: list[str]) -> None:
    """Waits until every order has its number, and checks that none was written twice."""
    await qoo10.entered(order_nos, PATIENCE_S)
    lines = await qoo10.lines()
    for serial, order_no in enumerate(order_nos):
        assert [write["tracking_no"] for write in lines[order_no]["applied_writes"]] == [sagawa_number(serial)]


async def test_sigterm_with_work_in_hand_ends_with_0_and_loses_nothing(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    """Labels wait while Qoo10 takes a second for every call; the next start enters what was left, once."""
    async with sandbox(tmp_path, latency_ms=1000) as qoo10:
        order_nos = await qoo10.add_orders(MANY)
        async with Service(tmp_path, qoo10.qapi_url).running() as service:
            assert service.program is not None
            await send_all(http, service, order_nos)
            started = time.monotonic()
            assert await service.program.stop(within_s=10) == 0
            assert time.monotonic() - started < 10
            with pytest.raises(aiohttp.ClientConnectorError):
                await http.get(f"{service.url}/healthz")
            assert any('"stopping"' in line for line in service.program.tail)
            assert not [line for line in service.program.tail if "Traceback" in line or '"error"' in line]
            await qoo10.admin("PATCH", "/switches", {"latency_ms": 0})
            await service.start()
            await all_entered_once(qoo10, order_nos)


async def test_sigterm_while_qoo10_hangs_ends_with_0_in_time(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """A call that never comes back must not keep the program from stopping, nor the number from being entered."""
    async with sandbox(tmp_path) as qoo10:
        order_nos = await qoo10.add_orders(1)
        async with Service(tmp_path, qoo10.qapi_url).running() as service:
            assert service.program is not None
            await service.program.says(lambda line: line if '"keeper_started"' in line else None)
            await qoo10.admin("PATCH", "/switches", {"latency_ms": 120_000})
            await send_all(http, service, order_nos)
            assert await service.program.stop(within_s=10) == 0
            await qoo10.admin("PATCH", "/switches", {"latency_ms": 0})
            await service.start()
            await all_entered_once(qoo10, order_nos)


async def test_a_sender_that_dawdles_adds_nothing_to_the_time_of_a_stop(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    """A body that never comes whole and a call that never comes back are waited for at the same time."""
    async with sandbox(tmp_path) as qoo10:
        order_nos = await qoo10.add_orders(1)
        async with Service(tmp_path, qoo10.qapi_url).running() as service:
            assert service.program is not None
            await service.program.says(lambda line: line if '"keeper_started"' in line else None)
            await qoo10.admin("PATCH", "/switches", {"latency_ms": 120_000})
            await send_all(http, service, order_nos)
            address = URL(service.url)
            assert address.host is not None
            _reader, dawdler = await asyncio.open_connection(address.host, address.port)
            head = f"POST /webhooks/{SOURCE} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: 500\r\n\r\n{{"
            dawdler.write(head.encode())
            await dawdler.drain()
            assert await service.program.stop(within_s=10) == 0
            dawdler.close()


async def test_a_second_process_on_the_same_store_is_refused(tmp_path: Path) -> None:
    """It says which process holds the store, exits with 1, and the first one does not mind."""
    async with sandbox(tmp_path) as qoo10, Service(tmp_path, qoo10.qapi_url).running() as service:
        assert service.program is not None
        second = await Service(tmp_path, qoo10.qapi_url).launch()
        assert await second.ended(PATIENCE_S) == 1
        (last,) = (json.loads(line) for line in second.tail)
        assert last["event"] == "cannot_start"
        assert f"in use by process {service.program.pid}" in last["error"]
        assert service.program.running
