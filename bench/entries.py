"""A page of a million entries, by whatever is asked for, and what its indexes cost. ``python -m bench.entries``."""

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from bench.rehearsal import percentile, sagawa_number
from bench.report import Measured, ms, run_alone
from carriers.model import Delivery, EventKind, LabelEvent, Reading
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.intake.labels import new_delivery
from connector.process import settle_in
from connector.store.deliveries import NewDelivery
from connector.store.entries import NewEntry, SettledEntry, Writing
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, STATES
from connector.store.parcels import SettledParcel
from connector.store.search import Position, Sought
from connector.store.store import Store

MANY = 1_000_000
REPEATS = 30
LABELS = 3_000
TOGETHER = 50
BEGAN_AT = 1_700_000_000
EVERY_S = 60
"""Two years of a label a minute."""

_SERIAL = """CREATE TEMP TABLE serial AS
    WITH RECURSIVE counting(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < :count)
    SELECT n,
        CASE WHEN n % 100000 = 11 THEN 'rare' WHEN n % 3 = 0 THEN 'second' ELSE 'main' END AS shop,
        CASE WHEN n % 100000 = 11 THEN 'seldom' ELSE 'table-' || (n % 6) END AS source,
        CASE WHEN n % 211 = 7 THEN 'dropped' WHEN n % 3001 = 3 THEN 'held' WHEN n % 9001 = 4 THEN 'refused'
            WHEN n > :count - 20000 THEN 'waiting' ELSE 'confirmed' END AS state,
        strftime('%Y-%m-%d %H:%M:%S', :began + n * :every, 'unixepoch') || '.' || printf('%06d', n) AS at
    FROM counting"""
_FILL = (
    """INSERT INTO parcel (id, shop, source, order_ref, tracking_number, carrier, state, reason, created_at,
           heard_printed_at)
       SELECT n, shop, source, 900000000 + n, 500000000000 + n, 'sagawa', 'resolved', 'open', at, at FROM serial""",
    """INSERT INTO parcel (shop, source, order_ref, tracking_number, carrier, state, reason, created_at)
       SELECT shop, source, 'X' || n, 600000000000 + n, 'sagawa', 'unresolved',
           CASE WHEN n % 2 THEN 'order_unknown' ELSE 'reference_unreadable' END, at FROM serial WHERE n % 200 = 1""",
    """INSERT INTO entry (shop, source, order_no, pack_no, parcel_id, tracking_no, shipping_corp, state, reason,
           heard_at, created_at, confirmed_at)
       SELECT shop, source, 900000000 + n, 300000000 + n / 3, n, 500000000000 + n, '佐川急便', state,
           CASE state WHEN 'confirmed' THEN 'shown' WHEN 'dropped' THEN 'voided' WHEN 'held' THEN
               CASE WHEN n % 2 THEN 'unpaid' ELSE 'held_by_person' END WHEN 'refused' THEN 'refused' ELSE 'open' END,
           at, at, at FROM serial""",
    """INSERT INTO order_line (shop, order_no, pack_no, listed, status, seen_at)
       SELECT shop, 900000000 + n, 300000000 + n / 3, 1, 4, at FROM serial""",
    """INSERT INTO history (at, shop, order_no, parcel_id, entry_id, what, reason, who)
       SELECT at, shop, 900000000 + n, n, n, state, 'shown', 'keeper' FROM serial""",
)
_INDEXES = (
    "ix_entry_heard_at",
    "ix_entry_shop_heard_at",
    "ix_entry_source_heard_at",
    "ix_entry_in_work_heard_at",
    "ix_entry_dropped_heard_at",
)


async def measure() -> Measured:
    """Each kind of page, every combination of filters, and the way of a label with the indexes and without them."""
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        path = Path(name, "entries.db")
        await (await Store.open(f"sqlite:///{path}")).close()
        await asyncio.to_thread(_fill, path)
        store = await Store.open(f"sqlite:///{path}")
        settle_in()
        try:
            rows = [(title, *await _timed(store, [sought] * REPEATS)) for title, sought in _kinds()]
            every = _combinations()
            rows.append((f"every combination of filters, {len(every):,} pages", *await _timed(store, every)))
        finally:
            await store.close()
        bare = path.with_name("bare.db")
        await asyncio.to_thread(shutil.copy, path, bare)
        await asyncio.to_thread(_drop_indexes, bare)
        rows += await _way_of_labels({"with the five indexes": path, "without them": bare})
    return Measured(
        f"Entries: a page of {MANY:,}",
        "A page of 50 as the console and the API read it from the store, with carts counted. Of a million over two "
        f"years 20,000 wait; 5,000 labels have no order. Each kind of page {REPEATS} times. Then what a label costs "
        f"the store from its delivery to its confirmation: {LABELS:,} labels, {TOGETHER} together.",
        ("page", "p50 (ms)", "worst (ms)"),
        rows,
    )


def _fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_SERIAL, {"count": MANY, "began": BEGAN_AT, "every": EVERY_S})
        for statement in _FILL:
            connection.execute(statement)


def _drop_indexes(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for name in _INDEXES:
            connection.execute(f"DROP INDEX {name}")


def _day(serial: int) -> tuple[datetime, datetime]:
    since = datetime.fromtimestamp(BEGAN_AT + serial * EVERY_S, UTC).replace(hour=15, minute=0, second=0, microsecond=0)
    return since, since + timedelta(days=1)


def _kinds() -> list[tuple[str, Sought]]:
    since, before = _day(MANY // 2)
    middle = Position(since, is_entry=True, id=0)
    return [
        ("the newest", Sought()),
        ("from the middle on", Sought(after=middle)),
        ("a day", Sought(since=since, before=before)),
        ("not done", Sought(state=IN_WORK_ONLY)),
        ("held", Sought(state="held")),
        ("dropped, from the middle on", Sought(state="dropped", after=middle)),
        ("confirmed, of one shop", Sought(state="confirmed", shop="second")),
        ("a source with 10 labels of all", Sought(source="seldom")),
        ("refused on a day, of one source", Sought(state="refused", source="table-1", since=since, before=before)),
        ("what nothing matches", Sought(state="confirmed", source="gone")),
        ("what nothing matches, row by row", Sought(state="entering", shop="rare")),
        ("labels without an order, of one source", Sought(state="unresolved", source="table-1")),
        ("an order number", Sought(number="900500000")),
        ("a cart number", Sought(number="300166666")),
        ("a tracking number", Sought(number="5005-0050-0000")),
        ("a number that nothing has", Sought(number="199999999999")),
    ]


def _combinations() -> list[Sought]:
    days = [(None, None), _day(MANY // 2)]
    reasons = ("", Reason.UNPAID, Reason.SHOWN, Reason.VOIDED, Reason.ORDER_UNKNOWN)
    places = (None, Position(_day(MANY // 4)[0], is_entry=True, id=0))
    return [
        Sought(state=state, shop=shop, source=source, reason=reason, since=since, before=before, after=after)
        for state, shop, source, reason, (since, before), after in product(
            (IN_WORK_ONLY, EVERYTHING, *STATES), ("", "main", "rare"), ("", "table-1", "seldom"), reasons, days, places
        )
    ]


async def _timed(store: Store, asked: Iterable[Sought]) -> tuple[str, str]:
    """The median and the worst of these pages."""
    times = []
    for sought in asked:
        started = time.perf_counter()
        await store.search.page(sought)
        times.append(time.perf_counter() - started)
    return ms(percentile(times, 0.5)), ms(max(times))


async def _way_of_labels(paths: Mapping[str, Path]) -> list[tuple[str, str, str]]:
    """What a label costs the store: its delivery, its order, the beginning of its write, acceptance, confirmation.

    The stores take turns, so that whatever else the machine does falls on all of them.
    """
    stores = {title: await Store.open(f"sqlite:///{path}") for title, path in paths.items()}
    taken: dict[str, list[float]] = {title: [] for title in paths}
    try:
        for start in range(0, LABELS, TOGETHER):
            for title, store in stores.items():
                now = datetime.now(UTC)
                deliveries = [_delivery(serial, now) for serial in range(start, start + TOGETHER)]
                started = time.perf_counter()
                await asyncio.gather(*(store.record_delivery(each) for each in deliveries))
                await _go_on(store, now)
                taken[title].append((time.perf_counter() - started) / TOGETHER)
    finally:
        for store in stores.values():
            await store.close()
    return [
        (f"a label, {title}", f"{percentile(times, 0.5) * 1000:.2f}", ms(max(times))) for title, times in taken.items()
    ]


async def _go_on(store: Store, now: datetime) -> None:
    parcels = await store.due_parcels("new", now)
    await store.settle_parcels(
        [
            SettledParcel(
                each,
                ParcelState.RESOLVED,
                Reason.OPEN,
                now,
                entries=(
                    NewEntry(
                        "new", each.key.order_ref, "", each.id, each.source, each.key.tracking_number, None, now, now
                    ),
                ),
            )
            for each in parcels
        ]
    )
    entries = await store.due_entries("new", now)
    await store.begin_writing([Writing(each, "佐川急便", "SetSendingInfoBulk", Reason.OPEN, now) for each in entries])
    out = [replace(each, state=EntryState.ENTERING, due_at=None) for each in entries]
    accepted = [SettledEntry(each, EntryState.ACCEPTED, Reason.ACCEPTED, now, now, accepted_at=now) for each in out]
    await store.settle_entries(accepted)
    shown = [replace(each.entry, state=EntryState.ACCEPTED, due_at=now, accepted_at=now) for each in accepted]
    await store.settle_entries(
        [SettledEntry(each, EntryState.CONFIRMED, Reason.SHOWN, now, confirmed_at=now) for each in shown]
    )


def _delivery(serial: int, now: datetime) -> NewDelivery:
    key = f"msg_{serial}"
    event = LabelEvent(key, EventKind.PRINTED, str(800_000_000 + serial), "sagawa", "", sagawa_number(serial), now)
    return new_delivery(
        "table-new", "new", Delivery("POST", "/", {}, b"", now), Reading(delivery_key=key, events=(event,))
    )


if __name__ == "__main__":
    run_alone(measure)
