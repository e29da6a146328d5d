"""What it costs a label that old rows are removed at the same time. ``python -m bench.keeping``."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.rehearsal import percentile, sagawa_number
from bench.report import Measured, ms, run_alone
from carriers.model import Delivery, EventKind, LabelEvent, Reading
from connector.assembly.sweeper import Sweeper
from connector.clock import utc_now
from connector.domain.keeping import Passing, oldest_kept
from connector.intake.labels import new_delivery
from connector.settings.sections import StoreSettings
from connector.store.deliveries import NewDelivery
from connector.store.keeping import Forget
from connector.store.store import Store

OLD = NEW = 100_000
PER_SECOND = 100
FOR_S = 10.0
"""How long labels come at least; longer while rows are being removed."""
DAYS = StoreSettings().days

_FILL = """WITH RECURSIVE counting(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < :count)
    INSERT INTO audit (at, who, via, action, subject, detail, status)
    SELECT strftime('%Y-%m-%d %H:%M:%S', :began + n, 'unixepoch') || '.000000', 'sato', 'session',
        'POST /api/v1/conflicts/{id}/acts', 'conflict ' || n, 'note', 201 FROM counting"""

Remove = Callable[[Store], Awaitable[object]]


async def measure() -> Measured:
    """Labels a hundred a second: with nothing to remove, beside the sweeper, and beside one great commit."""
    ways: tuple[tuple[str, Remove | None], ...] = (
        ("nothing is old", None),
        ("removed by the sweeper", _sweep),
        ("removed in one commit", _at_once),
    )
    rows = []
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        for number, (title, remove) in enumerate(ways):
            path = Path(name, f"{number}.db")
            await (await Store.open(f"sqlite:///{path}")).close()
            await asyncio.to_thread(_fill, path)
            rows.append((title, *await _labels_beside(path, remove)))
    return Measured(
        "Keeping: old rows go while labels come",
        f"A store with {OLD:,} audit rows that are old and {NEW:,} that are not; {PER_SECOND} labels a second for "
        f"{FOR_S:g} s or until all that is old is gone. Times in ms, from the moment a label was due to its commit.",
        ("", "gone", "in (s)", "labels", "p50", "p99", "longest"),
        rows,
    )


def _fill(path: Path) -> None:
    now = int(utc_now().timestamp())
    oldest = int(oldest_kept(DAYS, utc_now())[Passing.DEEDS].timestamp())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_FILL, {"count": OLD, "began": oldest - OLD - 1})
        connection.execute(_FILL, {"count": NEW, "began": now - NEW - 1})


async def _labels_beside(path: Path, remove: Remove | None) -> tuple[str, ...]:
    store = await Store.open(f"sqlite:///{path}")
    try:
        before = len(await store.deeds.page(OLD + NEW))
        started = time.perf_counter()
        removing = asyncio.create_task(_timed(remove, store))
        took_s = await _labels(store, lambda: time.perf_counter() - started < FOR_S or not removing.done())
        gone = before - len(await store.deeds.page(OLD + NEW))
        times = [ms(percentile(took_s, share)) for share in (0.5, 0.99, 1)]
        return (f"{gone:,}", f"{await removing:.1f}", f"{len(took_s):,}", *times)
    finally:
        await store.close()


async def _timed(remove: Remove | None, store: Store) -> float:
    started = time.perf_counter()
    if remove is not None:
        await remove(store)
    return time.perf_counter() - started


async def _labels(store: Store, goes_on: Callable[[], bool]) -> list[float]:
    """Seconds from the moment each label was due to its commit."""
    began = time.perf_counter()
    under_way: list[asyncio.Task[float]] = []
    while goes_on():
        due = began + len(under_way) / PER_SECOND
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        under_way.append(asyncio.create_task(_label(store, len(under_way), due)))
    return list(await asyncio.gather(*under_way))


async def _label(store: Store, number: int, due: float) -> float:
    await store.record_delivery(_delivery(number, datetime.now(UTC)))
    return time.perf_counter() - due


def _delivery(number: int, at: datetime) -> NewDelivery:
    event = LabelEvent(
        f"msg_{number}", EventKind.PRINTED, str(900_000_000 + number), "sagawa", "", sagawa_number(number), at
    )
    return new_delivery("packing-table", "main", Delivery("POST", "/", {}, b"", at), Reading(event.key, (event,)))


async def _sweep(store: Store) -> None:
    await Sweeper(store.keeping, DAYS, utc_now, lambda: (0.0,)).sweep(utc_now())


async def _at_once(store: Store) -> None:
    before = oldest_kept(DAYS, utc_now())[Passing.DEEDS]
    await store.keeping.forget(Forget(Passing.DEEDS, before, most=OLD))


if __name__ == "__main__":
    run_alone(measure)
