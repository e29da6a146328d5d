"""The sandbox over real connections: endings, waiting, clients that leave."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from connector.sandbox import Fault, FaultKind, NewLine, Sandbox, Switches, serve

WRITE = "ShippingBasic.SetSendingInfo"


class Naps:
    """Stands for sleep: notes the seconds, lets others run, and waits for ``go`` when it was closed."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.go = asyncio.Event()
        self.go.set()
        self.asleep = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.asleep.set()
        await self.go.wait()


@pytest.fixture
async def naps() -> Naps:
    return Naps()


@pytest.fixture
async def sandbox(clock: Any, naps: Naps) -> AsyncIterator[Sandbox]:
    async with Sandbox(now=clock, sleep=naps) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def write(sandbox: Sandbox, http: aiohttp.ClientSession, order_no: str) -> Any:
    return http.post(
        f"{sandbox.base_url}/{WRITE}",
        headers={"GiosisCertificationKey": sandbox.key, "QAPIVersion": "1.0"},
        data={"returnType": "application/json", "OrderNo": order_no, "ShippingCorp": "ヤマト宅急便", "TrackingNo": "1"},
    )


async def test_a_call_over_http(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """A documented POST is applied and answered with 200 and JSON in UTF-8."""
    (line,) = sandbox.market.add_cart()

    async with write(sandbox, http, line.order_no) as answer:
        body = await answer.json()

    assert (answer.status, body) == (200, {"ResultCode": 0, "ResultMsg": "SUCCESS"})
    assert line.shipping.company == "ヤマト宅急便"


async def test_the_older_get_form_over_http(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """Everything in the query, Japanese included."""
    (line,) = sandbox.market.add_cart()
    query = {
        "v": "1.0",
        "returnType": "json",
        "method": WRITE,
        "key": sandbox.key,
        "OrderNo": line.order_no,
        "ShippingCorp": "佐川急便",
        "TrackingNo": "2",
    }

    async with http.get(sandbox.base_url, params=query) as answer:
        body = json.loads(await answer.text())

    assert (body["ResultCode"], line.shipping.company) == (0, "佐川急便")


@pytest.mark.parametrize(
    ("kind", "error", "written"),
    [
        pytest.param(FaultKind.LOST_ANSWER, aiohttp.ServerDisconnectedError, 1, id="closed after applying"),
        pytest.param(FaultKind.RESET, aiohttp.ClientOSError, 0, id="reset before applying"),
        pytest.param(FaultKind.CUT_BODY, aiohttp.ClientPayloadError, 1, id="half a body"),
    ],
)
async def test_lost_answers_really_lose_the_connection(
    sandbox: Sandbox, http: aiohttp.ClientSession, kind: FaultKind, error: type[Exception], written: int
) -> None:
    """The client sees the connection end; the next call works."""
    (line,) = sandbox.market.add_cart()
    sandbox.market.faults.add(Fault(fault=kind, method=WRITE))

    with pytest.raises(error):
        async with write(sandbox, http, line.order_no) as answer:
            await answer.read()
    kept = len(line.applied_writes)
    async with write(sandbox, http, line.order_no) as answer:
        again = await answer.json()

    assert (kept, again["ResultCode"]) == (written, 0)


async def test_a_reset_can_come_after_applying(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """A reset is not the same as an orderly close: the client's error differs."""
    (line,) = sandbox.market.add_cart()
    sandbox.market.faults.add(Fault(fault=FaultKind.RESET, applied=True))

    with pytest.raises(aiohttp.ClientOSError):
        async with write(sandbox, http, line.order_no):
            pass

    assert len(line.applied_writes) == 1


@pytest.mark.parametrize(("applied_first", "while_asleep"), [(True, 1), (False, 0)])
async def test_latency_comes_after_or_before_the_effect(
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    naps: Naps,
    applied_first: bool,  # noqa: FBT001 - a row
    while_asleep: int,
) -> None:
    """The switch ``apply_before_latency`` says which."""
    sandbox.market.switches = Switches(latency_ms=250, apply_before_latency=applied_first)
    (line,) = sandbox.market.add_cart()
    naps.go.clear()

    async def call() -> None:
        async with write(sandbox, http, line.order_no) as answer:
            await answer.read()

    waiting = asyncio.create_task(call())
    await naps.asleep.wait()
    seen = len(line.applied_writes)
    naps.go.set()
    await waiting

    assert (seen, len(line.applied_writes), naps.taken) == (while_asleep, 1, [0.25])


async def test_a_hang_adds_to_the_latency(sandbox: Sandbox, http: aiohttp.ClientSession, naps: Naps) -> None:
    """Then the true answer comes."""
    sandbox.market.switches.latency_ms = 500
    (line,) = sandbox.market.add_cart()
    sandbox.market.faults.add(Fault(fault=FaultKind.HANG, seconds=20))

    async with write(sandbox, http, line.order_no) as answer:
        await answer.read()

    assert (answer.status, naps.taken) == (200, [20.5])


async def test_a_write_is_applied_although_the_client_left(
    sandbox: Sandbox, http: aiohttp.ClientSession, naps: Naps
) -> None:
    """A client that gives up while the sandbox still waits does not undo the call."""
    sandbox.market.switches = Switches(latency_ms=1, apply_before_latency=False)
    (line,) = sandbox.market.add_cart()
    applied = asyncio.Event()
    add = sandbox.market.calls.add

    def add_and_tell(record: Any) -> None:
        add(record)
        applied.set()

    sandbox.market.calls.add = add_and_tell  # type: ignore[method-assign]  # tells the test when the call was played
    naps.go.clear()

    async def call() -> None:
        async with write(sandbox, http, line.order_no):
            pass

    waiting = asyncio.create_task(call())
    await naps.asleep.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    naps.go.set()
    await applied.wait()

    assert len(line.applied_writes) == 1


async def test_other_paths_and_verbs(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """404 beside the API, 405 for verbs that it does not have."""
    async with http.get(f"{sandbox.origin}/elsewhere") as elsewhere, http.put(sandbox.base_url) as put:
        pass

    assert (elsewhere.status, put.status) == (404, 405)


async def test_a_throttled_call_says_when_to_come_back(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """429 with Retry-After in seconds."""
    sandbox.market.faults.add(Fault(fault=FaultKind.THROTTLED))

    async with write(sandbox, http, "1") as answer:
        pass

    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")


async def test_shops_have_their_own_keys() -> None:
    """Two shops in one sandbox; a key opens one."""
    async with Sandbox(shops=("main", "second")) as sandbox, aiohttp.ClientSession() as http:
        (line,) = sandbox.market.add_cart(NewLine(), shop="second")

        async with write(sandbox, http, line.order_no) as answer:
            body = await answer.json()

    assert (sandbox.key, sandbox.key_of("second")) == ("sandbox-key-main-1", "sandbox-key-second-1")
    assert body["ResultCode"] == -10004


def test_only_loopback_is_served() -> None:
    """The admin API has no authentication, so no other address is bound."""
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host="0.0.0.0")  # noqa: S104 - it is refused


async def test_serve_tells_when_it_is_ready_and_stops_when_told() -> None:
    """What the command calls."""
    stop = asyncio.Event()
    addresses: list[str] = []

    def ready(sandbox: Sandbox) -> None:
        addresses.append(sandbox.admin_url)
        stop.set()

    await serve("127.0.0.1", 0, ready=ready, stop=stop)

    assert addresses[0].startswith("http://127.0.0.1:")
