"""What the store does a second, and what a label costs when a million are there already. ``python -m bench.store``."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.rehearsal import percentile, sagawa_number
from bench.report import Measured, ms, run_alone
from carriers.model import Delivery, EventKind, LabelEvent, Reading
from connector.intake.labels import new_delivery
from connector.store.deliveries import NewDelivery
from connector.store.store import Store

MANY = 1_000_000
ALONE = 300
TOGETHER = 10_000
AT_ONCE = 64
SHOP = "main"

_SERIAL = """CREATE TEMP TABLE serial AS
    WITH RECURSIVE counting(n) AS (SELECT 1 WHERE :count UNION ALL SELECT n + 1 FROM counting WHERE n < :count)
    SELECT n FROM counting"""

# What a label leaves behind when it is done. Keys and ids are as scattered as those of real senders.
_FILL = (
    """INSERT INTO delivery (id, source, key, received_at, outcome, accepted)
       SELECT 'dlv_' || hex(randomblob(13)), 'packing-table', 'msg_' || hex(randomblob(12)), :at, 'accepted', 1
       FROM serial""",
    """INSERT INTO label_event
       (delivery_id, source, shop, key, kind, order_ref, tracking_number, carrier, received_at)
       SELECT id, source, 'main', key, 'printed', 900000000 + rowid, 500000000000 + rowid, 'sagawa', :at
       FROM delivery""",
    """INSERT INTO parcel (id, shop, source, order_ref, tracking_number, carrier, state, reason, created_at)
       SELECT n, 'main', 'packing-table', 900000000 + n, 500000000000 + n, 'sagawa', 'resolved', 'open', :at
       FROM serial""",
    """INSERT INTO entry
       (shop, order_no, parcel_id, tracking_no, shipping_corp, state, reason, heard_at, created_at, confirmed_at)
       SELECT 'main', 900000000 + n, n, 500000000000 + n, '佐川急便', 'confirmed', 'shown', :at, :at, :at
       FROM serial""",
    """INSERT INTO order_line (shop, order_no, pack_no, listed, status, seen_at)
       SELECT 'main', 900000000 + n, 300000000 + n, 1, 4, :at FROM serial""",
    """INSERT INTO history (at, shop, order_no, parcel_id, entry_id, what, reason, who)
       SELECT :at, 'main', 900000000 + n, n, n, step.value, 'shown', 'keeper'
       FROM serial, json_each('["resolved", "waiting", "entering", "accepted", "confirmed"]') AS step""",
)


async def measure() -> Measured:
    """The same work on an empty store and on a full one."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        for title, count in (("empty", 0), (f"{MANY:,} entries", MANY)):
            path = Path(name, f"{count}.db")
            size_mb = await _prepare(path, count)
            rows.append((title, f"{size_mb:,.0f}", *await _work(f"sqlite:///{path}")))
    return Measured(
        "Store: an empty one and a full one",
        f"Deliveries of one label, committed with a full sync: {ALONE} one after the other, then {TOGETHER:,} of which "
        f"{AT_ONCE} wait at any time; and what a keeper asks before every label (what is due, when something is due, "
        "what is known of the line).",
        ("store", "MB", "alone p50 (ms)", "alone p99 (ms)", "labels a second", "keeper's look p50 (ms)"),
        rows,
    )


async def _prepare(path: Path, count: int) -> float:
    """A store with so many labels that are done; gives its size in megabytes."""
    store = await Store.open(f"sqlite:///{path}")
    await store.close()
    return await asyncio.to_thread(_fill, path, count)


def _fill(path: Path, count: int) -> float:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_SERIAL, {"count": count})
        at = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        for statement in _FILL:
            connection.execute(statement, {"at": at})
    return path.stat().st_size / 1_000_000


async def _work(url: str) -> tuple[str, ...]:
    store = await Store.open(url)
    try:
        alone = [await _timed(store, delivery) for delivery in _deliveries(0, ALONE)]
        waiting = iter(list(_deliveries(ALONE, ALONE + TOGETHER)))
        started = time.perf_counter()
        await asyncio.gather(*(_send(store, waiting) for _ in range(AT_ONCE)))
        per_second = TOGETHER / (time.perf_counter() - started)
        looks = [await _look(store, serial) for serial in range(ALONE)]
    finally:
        await store.close()
    return ms(percentile(alone, 0.5)), ms(percentile(alone, 0.99)), f"{per_second:,.0f}", ms(percentile(looks, 0.5))


async def _timed(store: Store, delivery: NewDelivery) -> float:
    started = time.perf_counter()
    await store.record_delivery(delivery)
    return time.perf_counter() - started


async def _send(store: Store, waiting: Iterable[NewDelivery]) -> None:
    for delivery in waiting:
        await store.record_delivery(delivery)


async def _look(store: Store, serial: int) -> float:
    """What a keeper asks for one label; nothing is due before the epoch, so that every look is the same."""
    early = datetime.fromtimestamp(0, UTC)
    started = time.perf_counter()
    await store.due_parcels(SHOP, early)
    await store.due_entries(SHOP, early)
    await store.next_due_at(SHOP)
    await store.known_lines(SHOP, [str(900_000_001 + serial)])
    return time.perf_counter() - started


def _deliveries(first: int, last: int) -> Iterable[NewDelivery]:
    for serial in range(first, last):
        at = datetime.now(UTC)
        key = f"msg_{serial}"
        event = LabelEvent(key, EventKind.PRINTED, str(800_000_000 + serial), "sagawa", "", sagawa_number(serial), at)
        reading = Reading(delivery_key=key, events=(event,))
        yield new_delivery("packing-table", SHOP, Delivery("POST", "/", {}, b"", at), reading)


if __name__ == "__main__":
    run_alone(measure)
