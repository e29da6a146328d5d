"""Messages arrive at least once, in the order of their line, however the warehouse's system behaves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connector.domain.hooks import RETRIES, HookState, Tried, Trouble
from connector.hooks import posting
from connector.hooks.desk import HookDesk
from connector.hooks.posting import is_public, new_session
from connector.hooks.sender import DOWN_AFTER, MOST_AT_ONCE, HookSender, TargetAddress
from connector.metrics import Metrics
from connector.store.errors import StoreUnavailable
from connector.store.hook_deliveries import HookDelivery, Made, NewHook, Redeliver
from connector.store.hook_targets import WantedTarget
from connector.store.store import Store
from tests.connector.hooks.conftest import SECRET, Clock, Warehouse, open_warehouse


class Moving(Clock):
    """The real time, which a test may move ahead: signatures must be fresh where they are checked."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@asynccontextmanager
async def sending(store: Store, url: str, clock: Callable[[], datetime], name: str = "wms") -> AsyncIterator[HookDesk]:
    """A sender at work, and the desk of its target."""
    async with new_session(allow_private=True) as session:
        to = TargetAddress(name, url, (SECRET,))
        sender = HookSender(to, store.hooks, session, clock, Metrics())
        task = asyncio.create_task(sender.run())
        try:
            yield HookDesk(store.hooks, {name: (to, session)}, clock)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def make(store: Store, at: datetime, *messages: tuple[str, str], target: str = "wms") -> None:
    """Messages as (order line, text)."""
    new = [
        NewHook(target, f"{line} {text}", "entry.held", line, f'{{"text": "{text}"}}', at) for line, text in messages
    ]
    await store.hooks.make(Made(tuple(new)))


@pytest.fixture
async def clock(store: Store) -> Moving:
    clock = Moving()
    await store.hooks.begin([WantedTarget("wms", ""), WantedTarget("erp", "")], clock())
    return clock


async def settled(store: Store, count: int = 1, target: str = "wms") -> list[HookDelivery]:
    """The messages, oldest first, as soon as so many were tried."""
    async with asyncio.timeout(20):
        while True:
            found = await store.hooks.deliveries(target, 5000)
            if sum(each.attempts > 0 and each.tried_at is not None for each in found) >= count:
                return found[::-1]
            await asyncio.sleep(0.01)


def texts(warehouse: Warehouse) -> list[str]:
    return [each["text"] for each in warehouse.taken]


async def test_a_message_is_taken(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    """Proved by the other side: it accepts nothing that is not signed."""
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)

    assert (found.state, found.attempts, found.status, found.trouble) == (HookState.DELIVERED, 1, 204, Trouble.NONE)
    assert warehouse.asked == [found.id]


async def test_what_was_committed_before_a_crash_is_delivered_after_it(
    store: Store, clock: Moving, warehouse: Warehouse
) -> None:
    await make(store, clock(), ("main 1", "a"))

    async with sending(store, warehouse.url, clock):
        await warehouse.until(lambda: texts(warehouse) == ["a"])


async def test_a_crash_between_sending_and_keeping_repeats_the_same_message(
    store: Store, clock: Moving, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same id, by which the receiver knows it."""
    whole = store.hooks.settle

    async def crash(_settled: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(store.hooks, "settle", crash)
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        await warehouse.until(lambda: texts(warehouse) == ["a"])
    monkeypatch.setattr(store.hooks, "settle", whole)
    async with sending(store, warehouse.url, clock):
        (found,) = await settled(store)

    assert texts(warehouse) == ["a", "a"]
    assert warehouse.asked == [found.id, found.id]


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
async def test_what_is_not_taken_is_tried_again_after_five_seconds(
    store: Store, clock: Moving, warehouse: Warehouse, status: int
) -> None:
    warehouse.answer(status)
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)
        warehouse.answer(200)
        clock.forward(seconds=7)
        store.hooks.wake("wms").set()
        await warehouse.until(lambda: texts(warehouse) == ["a"])

    assert (found.state, found.status, found.trouble) == (HookState.DUE, status, Trouble.STATUS)
    assert found.due_at is not None
    assert found.tried_at is not None
    assert timedelta(seconds=5) <= found.due_at - found.tried_at <= timedelta(seconds=6)


async def test_a_target_may_ask_for_more_patience(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    warehouse.answer(503, **{"Retry-After": "600"})
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)

    assert found.due_at is not None
    assert found.tried_at is not None
    assert found.due_at - found.tried_at == timedelta(minutes=10)


async def test_a_redirect_is_not_followed(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    """Neither to another host nor within the configured one."""
    async with open_warehouse() as elsewhere:
        warehouse.answer(307, Location=elsewhere.url)
        async with sending(store, warehouse.url, clock):
            await make(store, clock(), ("main 1", "a"))
            (found,) = await settled(store)

        assert elsewhere.asked == []
    assert (found.trouble, found.status) == (Trouble.REDIRECT, 307)


async def test_410_switches_it_off_until_a_test_is_taken(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    warehouse.answer(410)
    async with sending(store, warehouse.url, clock) as desk:
        await make(store, clock(), ("main 1", "a"), ("main 1", "b"))
        found = await settled(store)
        assert [(each.state, each.trouble) for each in found] == [
            (HookState.FAILED, Trouble.GONE),
            (HookState.FAILED, Trouble.TARGET_OFF),
        ]
        assert (await desk.test("wms"))[1] == Tried(Trouble.GONE, 410)
        warehouse.answer(200)
        assert (await desk.test("wms"))[1] == Tried(status=200)
        assert await desk.redeliver("wms", []) == 2
        await warehouse.until(lambda: len(warehouse.taken) == 3)

    assert [each.get("text") for each in warehouse.taken] == [None, "a", "b"]
    assert warehouse.taken[0]["data"] == {"target": "wms"}


async def test_messages_of_a_line_keep_their_order(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    """Also when the first one fails; those of other lines do not wait for it."""
    failed = asyncio.Event()

    async def refuse_first(_request: web.Request, message: dict[str, Any]) -> web.Response:
        if message["text"] == "1a" and not failed.is_set():
            failed.set()
            return web.Response(status=500)
        return web.Response()

    warehouse.behave = refuse_first
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "1a"), ("main 1", "1b"), ("main 2", "2a"), ("main 1", "1c"))
        await settled(store, 2)
        assert texts(warehouse) == ["2a"]
        clock.forward(seconds=7)
        store.hooks.wake("wms").set()
        await warehouse.until(lambda: len(warehouse.taken) == 4)

    assert texts(warehouse) == ["2a", "1a", "1b", "1c"]


async def test_several_lines_are_told_at_once_but_not_too_many(
    store: Store, clock: Moving, warehouse: Warehouse
) -> None:
    inside, most, go_on = 0, 0, asyncio.Event()

    async def slowly(_request: web.Request, _message: dict[str, Any]) -> web.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await go_on.wait()
        inside -= 1
        return web.Response()

    warehouse.behave = slowly
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), *((f"main {number}", "a") for number in range(3 * MOST_AT_ONCE)))
        await warehouse.until(lambda: len(warehouse.asked) == MOST_AT_ONCE)
        go_on.set()
        await warehouse.until(lambda: len(warehouse.taken) == 3 * MOST_AT_ONCE)

    assert most == MOST_AT_ONCE


async def test_a_flood_arrives_whole_and_each_once(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    """1,000 entries, of every fifth a second message, which comes after the first."""
    lines = [f"main {number}" for number in range(1000)]
    messages = [(line, f"{line} {step}") for step, some in (("a", lines), ("b", lines[::5])) for line in some]
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), *messages)
        await warehouse.until(lambda: len(warehouse.taken) >= len(messages))

    assert sorted(texts(warehouse)) == sorted(text for _, text in messages)
    assert len(set(warehouse.asked)) == len(warehouse.asked) == len(messages)
    order: dict[str, str] = {}
    for text in texts(warehouse):
        line, _, step = text.rpartition(" ")
        order[line] = order.get(line, "") + step
    assert [order[line] for line in lines] == ["ab", "a", "a", "a", "a"] * 200


async def test_a_target_that_is_back_gets_everything_at_once(store: Store, clock: Moving, port: int) -> None:
    """Nobody waits for hours because of an outage that is over."""
    count = 2 * DOWN_AFTER
    async with sending(store, f"http://127.0.0.1:{port}/hooks", clock):
        await make(store, clock(), *((f"main {number}", f"{number}") for number in range(count)))
        down = await settled(store, count)
        (target,) = [each for each in await store.hooks.targets() if each.name == "wms"]
        async with open_warehouse(port) as back:
            await make(store, clock(), ("main 99", "new"))
            await back.until(lambda: len(back.taken) == count + 1)

    assert {each.trouble for each in down} == {Trouble.CONNECTION}
    assert (target.failures, target.due) == (count, count)
    assert texts(back)[0] == "new"


async def test_one_that_hangs_holds_no_other(
    store: Store, clock: Moving, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def hang(_request: web.Request, _message: dict[str, Any]) -> web.Response:
        await never.wait()
        return web.Response()

    async with open_warehouse() as other:
        warehouse.behave = hang
        async with sending(store, warehouse.url, clock), sending(store, other.url, clock, "erp"):
            await make(store, clock(), *((f"main {number}", "a") for number in range(20)))
            await make(store, clock(), ("main 1", "b"), target="erp")
            await other.until(lambda: texts(other) == ["b"])

    monkeypatch.setattr(posting, "ANSWER_WITHIN_S", 0.2)
    async with sending(store, warehouse.url, clock):
        (first, *_) = await settled(store)
    assert (first.trouble, first.status) == (Trouble.TIMEOUT, None)


@pytest.mark.parametrize(
    ("said", "troubles"),
    [
        pytest.param(b"", {Trouble.CONNECTION}, id="nothing"),
        pytest.param(b"\x00\xff\x00 garbage\r\n\r\n", {Trouble.NO_HTTP}, id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", {Trouble.CONNECTION, Trouble.NO_HTTP}, id="half an answer"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000 + b"\r\n\r\n", {Trouble.NO_HTTP}, id="an endless header"
        ),
    ],
)
async def test_garbage_is_a_reason_to_try_again(
    store: Store, clock: Moving, said: bytes, troubles: set[Trouble]
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, sending(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)

    assert found.trouble in troubles
    assert found.state is HookState.DUE


async def test_a_body_that_does_not_end_delays_nothing(store: Store, clock: Moving) -> None:
    """The status says that it was taken; what comes after it is nobody's concern."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, sending(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)

    assert found.state is HookState.DELIVERED


async def test_after_the_last_try_it_is_given_up(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    warehouse.answer(500)
    warehouse.now = clock
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"), ("main 1", "b"))
        for tries in range(1, len(RETRIES) + 2):
            async with asyncio.timeout(20):
                while (await store.hooks.deliveries("wms", 2))[1].attempts < tries:  # noqa: ASYNC110 - kept, not told
                    await asyncio.sleep(0.005)
            clock.forward(days=2)
            store.hooks.wake("wms").set()
        await warehouse.until(lambda: len(warehouse.asked) == len(RETRIES) + 2)

    first, second = (await store.hooks.deliveries("wms", 2))[::-1]
    assert (first.state, first.due_at, first.status) == (HookState.FAILED, None, 500)
    assert second.state is HookState.DUE


async def test_a_store_that_fails_for_a_moment_repeats_nothing(
    store: Store, clock: Moving, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: what was sent is kept as soon as there is room, not sent again in the meantime."""
    whole, failures = store.hooks.settle, iter(range(2))

    async def full(of: Any) -> None:
        if next(failures, None) is not None:
            raise StoreUnavailable("the disk is full")
        await whole(of)

    monkeypatch.setattr("connector.hooks.sender.AFTER_TROUBLE_S", 0.01)
    monkeypatch.setattr(store.hooks, "settle", full)
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)

    assert found.state is HookState.DELIVERED
    assert texts(warehouse) == ["a"]


async def test_redelivering_sends_the_same_message_again(store: Store, clock: Moving, warehouse: Warehouse) -> None:
    async with sending(store, warehouse.url, clock):
        await make(store, clock(), ("main 1", "a"))
        (found,) = await settled(store)
        await store.hooks.redeliver(Redeliver("wms", (found.id,), clock()))
        await warehouse.until(lambda: len(warehouse.taken) == 2)

    assert warehouse.asked == [found.id, found.id]


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "public"),
        [
            ("203.0.114.1", True),
            ("2400:4050::1", True),
            ("10.1.2.3", False),
            ("192.168.0.1", False),
            ("172.16.0.1", False),
            ("100.64.0.1", False),
            ("169.254.169.254", False),
            ("127.0.0.1", False),
            ("0.0.0.0", False),  # noqa: S104 - judged, not listened on
            ("224.0.0.1", False),
            ("::1", False),
            ("::", False),
            ("fe80::1%eth0", False),
            ("fd00::1", False),
            ("::ffff:10.0.0.1", False),
            ("::ffff:127.0.0.1", False),
            ("2002:0a00:0001::", False),
            ("64:ff9b::a00:1", False),
        ],
    )
    def test_what_is_public(self, address: str, public: bool) -> None:  # noqa: FBT001 - a column of the table
        assert is_public(address) is public

    @pytest.mark.parametrize("addresses", [["127.0.0.1"], ["203.0.114.1", "10.0.0.1"]])
    async def test_a_name_that_leads_into_a_private_network_is_refused(
        self, addresses: list[str], warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even when only one of its addresses does; no connection is made."""
        lookups = looked_up(monkeypatch, addresses)
        async with new_session(allow_private=False) as session:
            tried = await posting.post(session, "http://wms.example.jp:80/", {}, b"")

        assert tried == Tried(Trouble.PRIVATE_ADDRESS)
        assert lookups == ["wms.example.jp"]
        assert warehouse.asked == []

    async def test_it_is_taken_where_that_is_allowed(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked_up(monkeypatch, ["127.0.0.1"])
        port = warehouse.url.split(":")[2].split("/")[0]
        async with new_session(allow_private=True) as session:
            tried = await posting.post(session, f"http://wms.example.jp:{port}/other", {}, b"")

        assert tried == Tried(Trouble.STATUS, 404)

    async def test_a_name_that_leads_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looked_up(monkeypatch, [])
        async with new_session(allow_private=False) as session:
            tried = await posting.post(session, "https://wms.example.jp/", {}, b"")

        assert tried == Tried(Trouble.NO_ADDRESS)

    async def test_no_certificate(self, warehouse: Warehouse) -> None:
        """A server that does not speak TLS, where https is configured."""
        async with new_session(allow_private=True) as session:
            tried = await posting.post(session, warehouse.url.replace("http:", "https:"), {}, b"")

        assert tried == Tried(Trouble.TLS)


def looked_up(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    """Lets names lead to these addresses; gives the names that are asked for."""
    asked: list[str] = []

    async def resolve(_self: object, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        asked.append(host)
        if not addresses:
            raise OSError(None, "no such host")
        return [
            {"hostname": host, "host": each, "port": port, "family": family, "proto": 0, "flags": 0}
            for each in addresses
        ]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    return asked


async def test_an_address_is_sent_as_it_is_written() -> None:
    """What looks needlessly quoted may be part of a secret."""
    seen: list[str] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/{rest:.*}", note)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with new_session(allow_private=True) as session:
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        tried = await posting.post(session, f"{origin}/a%2Fb%7E/?k=%41+b", {}, b"")
    await runner.cleanup()

    assert tried.taken
    assert seen == ["/a%2Fb%7E/?k=%41+b"]
