"""Every polled kind against a stand-in of its vendor: pages, limits, failures, restarts."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from carriers import POLLED
from connector.intake import pollers

if TYPE_CHECKING:
    from tests.connector.pollers.conftest import Bench, MakeBench

KINDS = sorted(POLLED)


def throttled() -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "90"})


def broken() -> web.Response:
    return web.Response(status=503, text="<html>maintenance</html>", content_type="text/html")


def elsewhere() -> web.Response:
    return web.Response(status=302, headers={"Location": "https://elsewhere.example/"})


def refused() -> web.Response:
    return web.Response(status=403)


def order_refs(bench: "Bench") -> list[str]:
    return [reference for _, reference, _ in bench.told()]


async def filled(make_bench: "MakeBench", kind: str, count: int) -> "Bench":
    bench: Bench = await make_bench(kind)
    for number in range(count):
        bench.vendor.add(number)
    return bench


@pytest.mark.parametrize("kind", KINDS)
async def test_all_pages_are_read_and_everything_once(kind: str, make_bench: "MakeBench") -> None:
    """More labels than one page holds; more rounds than one; new labels in between."""
    bench = await filled(make_bench, kind, 230)
    poller = await bench.poller()

    await poller.round()
    first = order_refs(bench)
    for number in range(230, 240):
        bench.vendor.add(number)
    await bench.next_round(poller)
    await bench.next_round(poller)

    assert sorted(first) == [f"{1062400000 + number}" for number in range(230)]
    assert sorted(order_refs(bench)) == [f"{1062400000 + number}" for number in range(240)]
    (row,) = await bench.store.poll_rows()
    assert (row.failures, row.error) == (0, "")
    assert row.succeeded_at is not None
    assert row.next_at == row.succeeded_at + timedelta(seconds=POLLED[kind].every_s)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_quota_is_kept_between_all_calls(kind: str, make_bench: "MakeBench") -> None:
    bench = await filled(make_bench, kind, 230)
    poller = await bench.poller()

    for _ in range(3):
        await poller.round()

    times = [asked.at for asked in bench.vendor.asked]
    shortest = min(later - sooner for sooner, later in pairwise(times))
    assert len(times) > 3
    assert shortest >= timedelta(seconds=60 / POLLED[kind].calls_per_minute)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_limit_is_obeyed_and_costs_nothing(kind: str, make_bench: "MakeBench") -> None:
    """429 in the middle of a round: what was read stays, the pause asked for is made, the rest comes after it."""
    bench = await filled(make_bench, kind, 230)
    bench.vendor.faults = [None, throttled]
    poller = await bench.poller()

    with capture_logs() as logs:
        await poller.round()
    at = bench.clock.now
    (row,) = await bench.store.poll_rows()
    await bench.next_round(poller)

    assert row.next_at is not None
    assert timedelta(seconds=90) <= row.next_at - at <= timedelta(seconds=100)
    assert row.failures == 1
    assert "429" in row.error
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["poll_failed"]
    assert sorted(order_refs(bench)) == [f"{1062400000 + number}" for number in range(230)]


@pytest.mark.parametrize("fault", [broken, elsewhere], ids=["503", "redirect"])
@pytest.mark.parametrize("kind", KINDS)
async def test_failures_back_off_and_a_new_start_goes_on(
    kind: str, fault: Callable[[], web.Response], make_bench: "MakeBench"
) -> None:
    bench = await filled(make_bench, kind, 230)
    bench.vendor.faults = [None, *[fault] * 6]
    poller = await bench.poller()
    pauses = []
    for _ in range(6):
        await poller.round()
        (row,) = await bench.store.poll_rows()
        assert row.next_at is not None
        pauses.append((row.next_at - bench.clock.now).total_seconds())
        bench.clock.now = row.next_at

    again = await bench.poller()
    await again.round()

    assert pauses == sorted(pauses)
    assert pauses[0] >= 5
    assert pauses[-1] > 8 * pauses[0]
    (row,) = await bench.store.poll_rows()
    assert (row.failures, row.error) == (0, "")
    assert sorted(order_refs(bench)) == [f"{1062400000 + number}" for number in range(230)]
    assert all(asked.headers["host"].startswith("127.0.0.1") for asked in bench.vendor.asked)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refusal_is_said_loudly_and_asked_about_rarely(kind: str, make_bench: "MakeBench") -> None:
    bench = await filled(make_bench, kind, 3)
    bench.vendor.faults = [refused]
    poller = await bench.poller()

    with capture_logs() as logs:
        await poller.round()

    (row,) = await bench.store.poll_rows()
    assert row.next_at is not None
    assert row.next_at - bench.clock.now >= timedelta(seconds=pollers.WAIT_WHEN_REFUSED_S)
    (said,) = [log for log in logs if log["log_level"] == "error"]
    assert said["event"] == "poll_failed"
    assert "credentials" in said["problem"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_vendor_that_is_not_there_is_a_failure_without_its_address(kind: str, make_bench: "MakeBench") -> None:
    bench = await filled(make_bench, kind, 1)
    poller = await bench.poller(url="http://127.0.0.1:9")

    with capture_logs() as logs:
        await poller.round()

    (row,) = await bench.store.poll_rows()
    assert "could not be reached" in row.error
    assert "127.0.0.1" not in repr(logs)
    assert row.failures == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_without_end_is_cut_off(
    kind: str, make_bench: "MakeBench", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pollers, "MAX_ANSWER", 1000)
    bench = await filled(make_bench, kind, 1)
    bench.vendor.faults = [lambda: web.Response(body=b"[" + b" " * 5000 + b"]")]
    poller = await bench.poller()

    await poller.round()

    (row,) = await bench.store.poll_rows()
    assert "more than 1000 bytes" in row.error


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_secret_on_disk_or_in_logs(
    kind: str, make_bench: "MakeBench", in_clear: Callable[[bytes], list[str]]
) -> None:
    """Neither the credentials, nor any token that ever was, nor a buyer; not in a repr either."""
    bench = await filled(make_bench, kind, 230)
    bench.vendor.faults = [None, throttled, None, broken, refused]
    poller = await bench.poller()

    with capture_logs() as logs:
        for _ in range(8):
            await poller.round()
    kept = await bench.store.poll_rows()

    for content in (bench.on_disk(), repr(logs).encode(), repr(kept).encode(), repr(vars(poller)).encode()):
        assert in_clear(content) == []
        assert "見本".encode() not in content


@pytest.mark.parametrize("kind", KINDS)
async def test_pages_that_say_the_same_are_one_delivery(kind: str, make_bench: "MakeBench") -> None:
    """Polling for months must not fill the store with deliveries that say nothing new."""
    bench = await filled(make_bench, kind, 3)
    poller = await bench.poller()

    await poller.round()
    first = deliveries(bench)
    for _ in range(5):
        await poller.round()

    assert deliveries(bench) == first


def deliveries(bench: "Bench") -> int:

    with sqlite3.connect(bench.database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM delivery").fetchone()
        return int(count)
