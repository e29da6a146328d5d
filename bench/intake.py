"""Steady deliveries, checked and durable before the answer, beside a bare handler. ``python -m bench.intake``."""

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load import Plan, Result, send_apart
from bench.rehearsal import SOURCE, Program, Service, percentile, sandbox
from bench.report import Measured, ms, run_alone

PER_SECOND = 200
FOR_S = 20


async def measure() -> Measured:
    """The answers of the service while it also enters every number, and of a handler that only reads and answers."""
    count = PER_SECOND * FOR_S
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        folder = Path(name)
        async with sandbox(folder) as qoo10:
            order_nos = await qoo10.add_orders(count)
            async with Service(folder, qoo10.qapi_url).running() as service:
                ours = await send_apart(Plan(f"{service.url}/webhooks/{SOURCE}", order_nos, PER_SECOND))
        async with bare_handler(folder) as url:
            bare = await send_apart(Plan(url, order_nos, PER_SECOND))
    return Measured(
        "Intake: a steady load",
        f"{PER_SECOND} signed labels a second for {FOR_S} s, each for an order of its own, which the service enters at "
        "the same time (5 calls a second). 202 only after the full sync. Times in ms, from the moment a message was "
        "due, at the sender.",
        ("", "answered 202", "others", "p50", "p99", "longest"),
        [_row("qoo10-connector", ours), _row("bare aiohttp handler", bare)],
    )


def _row(name: str, result: Result) -> tuple[str, ...]:
    good = result.statuses.get("202", 0)
    times = [ms(percentile(result.answer_s, share)) for share in (0.5, 0.99, 1)]
    return (name, str(good), str(sum(result.statuses.values()) - good), *times)


@asynccontextmanager
async def bare_handler(folder: Path) -> AsyncIterator[str]:
    """A process that reads a body and answers 202: what HTTP alone costs here."""
    program = await Program.start(sys.executable, str(Path(__file__).with_name("bare.py")), folder=folder)
    try:
        yield await program.says(lambda line: line if line.startswith("http://") else None)
    finally:
        await program.kill()


if __name__ == "__main__":
    run_alone(measure)
