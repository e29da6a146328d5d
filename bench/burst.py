"""5,000 labels at once: how calls fill up instead of queueing up. ``python -m bench.burst``."""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from bench.load import Plan, send_apart
from bench.rehearsal import SOURCE, Sandbox, Service, sandbox
from bench.report import Measured, run_alone

LABELS = 5_000
LATENCY_MS = 100
PATIENCE_S = 600.0
LOOK_EVERY_S = 0.5


async def measure() -> Measured:
    """Sends everything as fast as it is taken, and waits until nothing is left to do."""
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        folder = Path(name)
        async with sandbox(folder, latency_ms=LATENCY_MS) as qoo10:
            order_nos = await qoo10.add_orders(LABELS)
            async with Service(folder, qoo10.qapi_url).running() as service:
                began_at = time.time()
                sent = await send_apart(Plan(f"{service.url}/webhooks/{SOURCE}", order_nos, 0))
                await qoo10.entered(order_nos, PATIENCE_S, LOOK_EVERY_S)
                entered_s = time.time() - began_at
                async with asyncio.timeout(PATIENCE_S):
                    await _confirmed(service, qoo10)
                confirmed_s = time.time() - began_at
            calls = await qoo10.admin("GET", "/calls?limit=10000")
    sizes = [
        len(json.loads(call["params"]["ShippingInfoJson"]))
        for call in calls["calls"]
        if call["method"].endswith("SetSendingInfoBulk")
    ]
    by_method = {method.partition(".")[2]: number for method, number in sorted(calls["by_method"].items())}
    count = sum(by_method.values())
    return Measured(
        "Burst: everything at once",
        f"{LABELS} labels as fast as they are taken, 5 calls a second allowed, {LATENCY_MS} ms for every call. Rows in "
        f"the bulk calls: {', '.join(map(str, sizes))}. Calls: "
        + ", ".join(f"{method} {number}" for method, number in by_method.items()),
        ("answered 202", "all answered (s)", "all entered (s)", "all confirmed (s)", "calls", "calls a second"),
        [
            (
                str(sent.statuses.get("202", 0)),
                f"{sent.took_s:.1f}",
                f"{entered_s:.1f}",
                f"{confirmed_s:.1f}",
                str(count),
                f"{count / confirmed_s:.1f}",
            )
        ],
    )


async def _confirmed(service: Service, qoo10: Sandbox) -> None:
    """Returns when the service itself has no entry in work."""
    while True:
        async with qoo10.session.get(f"{service.url}/metrics") as response:
            if "\nqoo10_connector_entries{" not in await response.text():
                return
        await asyncio.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    run_alone(measure)
