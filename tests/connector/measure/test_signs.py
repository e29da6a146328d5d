"""The signs of life are those of the parts, and since when is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carriers.model import Delivery, EventKind, LabelEvent, Reading
from connector.domain.silence import FailingTarget, ShopSigns, Signs, SourceSigns
from connector.health import Health
from connector.intake.labels import new_delivery
from connector.measure import signs
from connector.measure.signs import SignsOfLife
from connector.metrics import Metrics
from connector.qoo10.transport import CallRecord
from connector.settings import Settings
from connector.store.store import Store

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENOUGH = 10 * 1024**3


@dataclass
class Part:
    """A keeper, or a source that is attended."""

    stopped_for: str = ""
    moved_at: datetime | None = NOON
    troubled_since: datetime | None = None
    due_since: datetime | None = None


@dataclass
class Rig:
    store: Store
    life: SignsOfLife
    metrics: Metrics
    health: Health
    keeper: Part
    poller: Part
    ended: list[str]
    monotonic_s: float = 0

    async def at(self, minutes: float = 0, *, asleep: float = 0) -> Signs:
        """The signs so long after noon; so many of these minutes the machine slept."""
        self.monotonic_s = (minutes - asleep) * 60
        return await self.life.gather(NOON + timedelta(minutes=minutes))


def settings(folder: Path, **shop: Any) -> Settings:
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:///{folder}/connector.db"},
            "shops": {"main": {"seller_auth_key": "made-up", **shop}},
            "sources": {
                "table": {"kind": "standard", "shop": "main", "secrets": [SECRET], "silent_after_hours": 4},
                "ship": {"kind": "shipandco", "shop": "main", "credentials": {"token": "made-up"}},
            },
        }
    )


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.fixture
async def rig(given: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(signs, "_free_bytes", lambda _folder: ENOUGH)
    store, metrics, health = await Store.open(given.store.url), Metrics(), Health()
    keeper, poller, ended = Part(), Part(), list[str]()

    async def failing() -> tuple[FailingTarget, ...]:
        return (FailingTarget("office", NOON, 3),)

    life = SignsOfLife(
        given,
        store,
        metrics,
        health,
        keepers={"main": keeper},
        attended={"ship": poller},
        failed_tasks=lambda: ended,
        failing_targets=failing,
    )
    running = Rig(store, life, metrics, health, keeper, poller, ended)
    monkeypatch.setattr(signs, "monotonic", lambda: running.monotonic_s)
    yield running
    await store.close()


def call(skew_s: float) -> CallRecord:
    return CallRecord("GetX", 0.0, 0.1, "ok", 0, 1, NOON - timedelta(seconds=skew_s))


async def test_just_after_a_start_little_is_known(rig: Rig) -> None:
    assert await rig.at() == Signs(
        shops=(ShopSigns("main", moved_at=NOON),),
        sources=(
            SourceSigns("table", "main", silent_after=timedelta(hours=4)),
            SourceSigns("ship", "main", silent_after=timedelta(hours=18), refused=0),
        ),
        disk_free=ENOUGH,
        failing_targets=(FailingTarget("office", NOON, 3),),
    )


async def test_since_when_is_the_first_look_that_found_it_so(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.keeper.stopped_for = "no key"
    rig.ended.append("fetcher")
    rig.metrics.call("main", call(-90), NOON)
    monkeypatch.setattr(signs, "_free_bytes", lambda _folder: 5)
    await rig.at()

    found = await rig.at(9)

    assert found.shops[0].stopped_since == NOON
    assert (found.ended_tasks, found.disk_low_since, found.clock_off_since) == ({"fetcher": NOON}, NOON, NOON)
    assert found.clock_ahead_s == -90
    rig.keeper.stopped_for = ""
    rig.metrics.call("main", call(0), NOON)
    monkeypatch.setattr(signs, "_free_bytes", lambda _folder: None)
    found = await rig.at(10)
    assert found.shops[0].stopped_since is None
    assert (found.disk_free, found.disk_low_since, found.clock_off_since) == (None, None, None)


async def test_a_keeper_that_never_begins_stands_since_the_start(rig: Rig) -> None:
    """Just after it, nothing can be said yet."""
    rig.keeper.moved_at = None

    assert [(await rig.at(minutes)).shops[0].moved_at for minutes in (0, 3, 3.1)] == [None, None, NOON]


async def test_calls_and_refusals_are_those_that_were_heard_of(rig: Rig) -> None:
    rig.health.call("main", "LaterError", NOON)
    rig.health.delivery("table", "bad_signature", NOON)

    found = await rig.at(1)

    assert found.shops == (ShopSigns("main", moved_at=NOON, called=True, unanswered_since=NOON),)
    assert (found.sources[0].refused, found.sources[0].refused_since) == (1, NOON)


async def test_a_source_was_heard_when_its_last_delivery_came(rig: Rig) -> None:
    event = LabelEvent("1", EventKind.PRINTED, "1062428737", "yamato", "", "444413758703", NOON)
    request = Delivery("POST", "/webhooks/table", {}, b"", NOON - timedelta(hours=3))
    await rig.store.record_delivery(new_delivery("table", "main", request, Reading("1", (event,))))

    assert [each.heard_at for each in (await rig.at()).sources] == [NOON - timedelta(hours=3), None]


async def test_a_machine_that_slept_gives_every_part_the_time_to_show_that_it_lives(rig: Rig) -> None:
    """What stood before it slept stands since it woke; what slept for a moment only did not sleep."""
    rig.poller.due_since = rig.poller.troubled_since = NOON
    rig.health.call("main", "LaterError", NOON)

    async def since(minutes: float, asleep: float) -> set[datetime | None]:
        found = await rig.at(minutes, asleep=asleep)
        (shop,), source = found.shops, found.sources[1]
        return {shop.moved_at, shop.unanswered_since, source.due_since, source.troubled_since}

    assert await since(0, 0) == await since(1, 0) == await since(3, 1) == {NOON}
    assert await since(540, 500) == await since(600, 500) == {NOON + timedelta(minutes=540)}


async def test_what_goes_to_a_source_knows_since_when_it_stands(rig: Rig) -> None:
    rig.poller.due_since, rig.poller.troubled_since = NOON, NOON - timedelta(minutes=1)

    source = (await rig.at(1)).sources[1]

    assert (source.due_since, source.troubled_since) == (NOON, NOON - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("shop", "ends_on"),
    [
        ({"seller_auth_key_issued_on": date(2026, 1, 5)}, date(2027, 1, 5)),
        ({}, date(2027, 11, 24)),
        ({"qapi_url": "http://127.0.0.1:8010/x"}, None),
        ({"seller_auth_key": "", "api_key": "a", "user_id": "u", "password": "p"}, None),
    ],
)
async def test_a_key_ends_a_year_after_its_day_or_at_the_latest_after_its_first_use(
    rig: Rig, tmp_path: Path, shop: dict[str, Any], ends_on: date | None
) -> None:
    """Unless keys are issued by themselves, or it is a rehearsal."""
    await rig.store.record_key("main", "abcd", NOON)
    rig.life._settings = settings(tmp_path, **shop)

    assert (await rig.at()).shops[0].key_ends_on == ends_on


def test_the_room_that_is_left_is_that_of_the_stores_disk(tmp_path: Path) -> None:
    assert (signs._free_bytes(str(tmp_path)) or 0) > 0
    assert signs._free_bytes(str(tmp_path / "nowhere")) is None
