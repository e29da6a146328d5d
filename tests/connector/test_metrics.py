"""What Prometheus reads: names by its conventions, and what waits at that moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connector.domain.hooks import judged
from connector.measure.lag import EVERY_S, watch_lag
from connector.metrics import PREFIX, Metrics
from connector.store.depths import Depths
from connector.store.hook_deliveries import Made, NewHook, SettledHook
from connector.store.hook_targets import HookTarget, WantedTarget
from connector.store.store import Store
from tools.reference.metrics import metrics

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
UNITS = ("_seconds", "_ratio", "_total", "_info")
COUNTS = (
    "alarms",
    "alert_messages_waiting",
    "counted_cancels",
    "entries",
    "fetches_waiting",
    "labels_without_order",
    "open_conflicts",
    "source_refusals",
    "store_waiting_writes",
    "webhooks_waiting",
)
"""Gauges that count things, whose name is their unit."""
SWITCHES = ("folder_trouble", "shop_stopped", "webhook_off")
"""Gauges that are 0 or 1."""


def read(text: bytes) -> dict[str, float]:
    """Every sample as ``name{label="value"}``, without those that every program has."""
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_names_say_what_is_counted_in_which_unit() -> None:
    """Base units; counters end in _total; nothing is measured in milliseconds or percent."""
    bare = {name.removeprefix(f"{PREFIX}_") for name in metrics()}

    assert {name for name in bare if not name.endswith(UNITS)} == {*COUNTS, *SWITCHES}
    assert all(re.fullmatch(r"qoo10_connector_[a-z_]+", name) for name in metrics())


def test_no_label_can_hold_a_number_of_an_order_or_a_parcel() -> None:
    """Series would never end, and order numbers are nobody's concern there."""
    labels = {label for metric in metrics().values() for label in metric._labelnames}

    assert labels == {
        *("source", "shop", "target", "state", "reason", "kind", "method", "outcome"),
        *("version", "python", "sqlite"),
    }


def test_what_waits_is_what_waits_now() -> None:
    """What is gone at the next look is no series any more, so that nothing old stands there."""
    shown = Metrics()
    depths = Depths(
        entries={("main", "held", "unpaid"): 2},
        oldest_gaps={"main": AT - timedelta(minutes=3)},
        without_order={("main", "table"): 4},
        fetches=5,
        writes=6,
        targets=(HookTarget("wms", 0, 0, AT, AT, due=7, oldest_due_at=AT - timedelta(seconds=8)),),
    )

    first, second = read(shown.exposition(depths, AT)), read(shown.exposition(Depths(), AT))

    wanted = {
        'entries{reason="unpaid",shop="main",state="held"}': 2,
        'oldest_open_gap_seconds{shop="main"}': 180,
        'labels_without_order{shop="main",source="table"}': 4,
        "fetches_waiting{}": 5,
        "store_waiting_writes{}": 6,
        'webhooks_waiting{target="wms"}': 7,
        'webhooks_oldest_waiting_seconds{target="wms"}': 8,
        'webhook_off{target="wms"}': 1,
    }
    assert {name: first[f"{PREFIX}_{name}"] for name in wanted} == wanted
    left = {name for name in wanted if f"{PREFIX}_{name}" in second}
    assert left == {"fetches_waiting{}", "store_waiting_writes{}"}


def test_the_host_and_the_build_are_told() -> None:
    measured = Metrics()
    measured.webhook("wms", "delivered")
    shown = read(measured.exposition(Depths(), AT))

    assert {"process_resident_memory_bytes{}", "process_cpu_seconds_total{}", "process_open_fds{}"} <= shown.keys()
    assert [name for name in shown if "_created" in name] == []
    (build,) = [name for name in shown if name.startswith(f"{PREFIX}_build_info")]
    assert shown[build] == 1
    assert 'python="3.' in build


@pytest.fixture
async def measured(tmp_path: Path, empty_database: bytes) -> AsyncIterator[tuple[Store, Metrics]]:
    """A store whose commits are measured."""
    (tmp_path / "connector.db").write_bytes(empty_database)
    shown = Metrics()
    store = await Store.open(f"sqlite:///{tmp_path / 'connector.db'}", shown.commit)
    yield store, shown
    await store.close()


async def test_commits_are_measured_and_targets_counted(measured: tuple[Store, Metrics]) -> None:
    store, shown = measured
    await store.hooks.begin([WantedTarget("wms", "")], AT)
    await store.hooks.make(Made((NewHook("wms", "1", "entry.held", "main 1", "{}", AT),)))
    waiting = read(shown.exposition(await store.depths.now(), AT + timedelta(seconds=5)))
    (due,) = await store.hooks.due("wms", AT, 1)
    await store.hooks.settle(SettledHook(due, judged(200), AT))

    done = read(shown.exposition(await store.depths.now(), AT))

    assert waiting[f'{PREFIX}_webhooks_oldest_waiting_seconds{{target="wms"}}'] == 5
    assert done[f'{PREFIX}_webhooks_waiting{{target="wms"}}'] == 0
    assert done[f"{PREFIX}_store_commit_seconds_count{{}}"] == 3
    assert done[f"{PREFIX}_store_waiting_writes{{}}"] == 0


async def test_a_loop_that_is_kept_busy_shows() -> None:
    """A look that comes back at once is no lag, one that comes late is one."""
    lags: list[float] = []

    async def blocked(_seconds: float) -> None:
        until = asyncio.get_running_loop().time() + EVERY_S + 0.05
        while asyncio.get_running_loop().time() < until:
            pass
        await asyncio.sleep(0)

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    for sleep in (at_once, blocked):
        task = asyncio.create_task(watch_lag(lags.append, sleep))
        before = len(lags)
        while len(lags) == before:  # noqa: ASYNC110 - whoever notes it signals nobody
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert lags[0] == 0
    assert lags[-1] >= 0.05
