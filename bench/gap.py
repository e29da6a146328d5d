"""From the 202 to the number accepted by a Qoo10 that takes 100 ms for every call. ``python -m bench.gap``."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path

from bench.load import Plan, send_apart
from bench.rehearsal import SOURCE, Service, percentile, sandbox
from bench.report import Measured, ms, run_alone

LABELS = 30
LATENCY_MS = 100
PER_SECOND = 1.0
PATIENCE_S = 60.0
KINDS = (("order in the watch's list", True), ("order never seen before", False))


async def measure() -> Measured:
    """One label a second, as one packing table prints them: for orders that the watch has listed, and for new ones."""
    gaps = [(name, await _gaps(known=known)) for name, known in KINDS]
    return Measured(
        "Gap: one label at a time",
        f"{LABELS} labels, {PER_SECOND:g} a second, 5 calls a second allowed, {LATENCY_MS} ms for every call; the "
        "sandbox applies a write at the end of them. Times in ms, from the 202 at the sender to the sandbox's record "
        "of the write.",
        ("", "median", "p95", "longest"),
        [(name, *[ms(percentile(some, share)) for share in (0.5, 0.95, 1)]) for name, some in gaps],
    )


async def _gaps(*, known: bool) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        folder = Path(name)
        async with sandbox(folder, latency_ms=LATENCY_MS, apply_before_latency=False) as qoo10:
            order_nos = await qoo10.add_orders(LABELS) if known else []
            async with Service(folder, qoo10.qapi_url).running() as service:
                await asyncio.sleep(2)  # the first list of open orders is read
                order_nos = order_nos or await qoo10.add_orders(LABELS)
                sent = await send_apart(Plan(f"{service.url}/webhooks/{SOURCE}", order_nos, PER_SECOND))
                await qoo10.entered(order_nos, PATIENCE_S)
            lines = await qoo10.lines()
    writes = [lines[order_no]["applied_writes"][0] for order_no in order_nos]
    return [
        datetime.fromisoformat(write["at"]).timestamp() - answered_at
        for write, answered_at in zip(writes, sent.answered_at, strict=True)
    ]


if __name__ == "__main__":
    run_alone(measure)
