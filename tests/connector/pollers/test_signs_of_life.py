"""A poller shows whether it moves and since when it is in trouble, however slow its vendor is."""

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from carriers import POLLED
from connector.domain.alarm_facts import AlarmKind
from connector.domain.patience import PATIENCE

if TYPE_CHECKING:
    from tests.connector.pollers.conftest import Asked, Bench, MakeBench

KIND = "shipandco"
EVERY = timedelta(seconds=POLLED[KIND].every_s)
PATIENT = PATIENCE[AlarmKind.SOURCE_TROUBLE]


def broken() -> web.Response:
    return web.Response(status=503)


async def test_it_is_due_from_its_start_and_then_when_its_next_round_is(make_bench: "MakeBench") -> None:
    bench: Bench = await make_bench(KIND)
    poller = await bench.poller()
    started_at = bench.clock.now
    bench.clock.now += timedelta(minutes=1)
    seen = [poller.due_since]

    await poller.round()
    seen.append(poller.due_since)
    next_at = bench.clock.now + EVERY
    bench.clock.now += EVERY + timedelta(minutes=2)

    assert [*seen, poller.due_since] == [started_at, None, next_at]


async def test_a_round_of_many_slow_pages_moves_all_the_while(make_bench: "MakeBench") -> None:
    """It takes longer than one that stands still would be waited for."""
    bench: Bench = await make_bench(KIND)
    for number in range(1200):
        bench.vendor.add(number)
    poller = await bench.poller()
    answer, stood = bench.vendor.answer, list[timedelta]()

    def slowly(asked: "Asked") -> web.Response:
        bench.clock.now += timedelta(seconds=19)
        assert poller.due_since is not None
        stood.append(bench.clock.now - poller.due_since)
        return answer(asked)

    bench.vendor.answer = slowly  # type: ignore[method-assign]  # the vendor is slow today
    begun_at = bench.clock.now
    await poller.round()

    assert bench.clock.now - begun_at > PATIENT
    assert max(stood) < PATIENT / 4


async def test_it_is_in_trouble_since_the_first_round_that_failed(make_bench: "MakeBench") -> None:
    bench: Bench = await make_bench(KIND)
    poller = await bench.poller()
    bench.vendor.faults = [None, broken, broken]
    await poller.round()
    seen = [poller.troubled_since]

    await bench.next_round(poller)
    since = bench.clock.now
    await bench.next_round(poller)
    now = bench.clock.now
    seen += [poller.troubled_since, (await bench.poller()).troubled_since]
    await bench.next_round(poller)

    # How long it had been so, a new start does not know.
    assert [*seen, poller.troubled_since] == [None, since, now, None]
    assert now > since
