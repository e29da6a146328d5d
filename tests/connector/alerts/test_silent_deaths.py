"""A part of the running program dies without a word: people are told, once, by a part that does not depend on it.

Time is made up where a part has to stand still for minutes; nothing waits but for what must happen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import pytest

from connector import app, clock
from connector.alerts import guard
from connector.alerts.guard import Guard
from connector.alerts.heartbeat import Heartbeat
from connector.alerts.sender import LOOK_EVERY_S, Sender
from connector.alerts.watch import AlertsWatch
from connector.assembly import alerts
from connector.domain.alarm_facts import AlarmKind
from connector.domain.patience import PATIENCE, STANDS_AFTER
from connector.intake import pollers
from connector.keeper.keeper import Keeper
from connector.measure import signs
from connector.measure.signs import SLEPT_FOR
from connector.measure.watch import AlarmsWatch
from connector.qoo10 import transport

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Program, RunProgram, Service

OFTEN_S = 0.05
SECOND_SHOP = """
[shops.second]
qapi_url = "QAPI"
seller_auth_key = "KEY"
"""
POLLED = """
[sources.ship]
kind = "shipandco"
shop = "main"
credentials.token = "made-up"
"""


class Killed(BaseException):
    """Ends a task, whatever it catches."""


class MadeUpTime(datetime):
    """The program's clock, which a test puts forward."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + cls.ahead


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> type[MadeUpTime]:
    monkeypatch.setattr(clock, "datetime", MadeUpTime)
    monkeypatch.setattr(MadeUpTime, "ahead", timedelta())
    return MadeUpTime


@pytest.fixture
def qoo10_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qoo10's clock is put forward too: not ours is off."""
    monkeypatch.setattr(transport, "header_time", lambda _text: clock.utc_now())


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When looks for alarms began, as far as they were kept."""
    seen = list[datetime]()
    look = AlertsWatch.look

    async def counted(self: AlertsWatch) -> None:
        at = clock.utc_now()
        await look(self)
        seen.append(at)

    monkeypatch.setattr(AlertsWatch, "look", counted)
    return seen


async def never(*_args: object, **_options: object) -> Any:
    await asyncio.Event().wait()


def dying(ends: asyncio.Event) -> Callable[..., Any]:
    """What ends its task when it is told to."""

    async def dies(*_args: object) -> None:
        await ends.wait()
        raise Killed

    return dies


async def told(running: Program, service: Service, looks: list[datetime]) -> list[str]:
    """The titles of all messages, some looks after the first one."""
    await running.until(lambda: service.titles != [])
    enough = len(looks) + 10
    await running.until(lambda: len(looks) >= enough)
    return service.titles


async def pass_time(
    running: Program, time: type[MadeUpTime], looks: list[datetime], whole: timedelta, *living: str
) -> None:
    """The clock goes on by half a minute, then what lives has shown that it does, and alarms were looked for.

    What goes on by more between two looks is a machine that slept.
    """
    while whole > timedelta():
        step = min(whole, SLEPT_FOR / 2)
        time.ahead += step
        whole -= step
        at = clock.utc_now()
        for shop in living:
            running.app.store.wake(shop).set()
            await running.until(partial(_has_moved, running.app.keepers[shop], at))
        await running.until(partial(_was_looked, looks, at))


def _was_looked(looks: list[datetime], at: datetime) -> bool:
    return looks[-1:] >= [at]


def _has_moved(keeper: Keeper, at: datetime) -> bool:
    return keeper.moved_at is not None and keeper.moved_at >= at


@pytest.mark.usefixtures("qoo10_goes_along")
async def test_a_keeper_that_never_returns(
    program: RunProgram,
    service: Service,
    time: type[MadeUpTime],
    looks: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That of the other shop works, and nothing is said of it."""
    turn = Keeper.turn

    async def hangs(self: Keeper) -> bool:
        return await (never() if self._shop == "main" else turn(self))

    monkeypatch.setattr(Keeper, "turn", hangs)
    async with program(more=SECOND_SHOP, looks_every_s=OFTEN_S) as running:
        await running.until(lambda: running.app.keepers["main"].moved_at is not None)
        await pass_time(running, time, looks, PATIENCE[AlarmKind.KEEPER_STUCK], "second")

        assert await told(running, service, looks) == ["入力処理が停止 main"]


@pytest.mark.usefixtures("qoo10_goes_along")
async def test_a_poller_that_never_returns_from_its_first_round(
    program: RunProgram,
    service: Service,
    time: type[MadeUpTime],
    looks: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pollers, "send", never)
    async with program(more=POLLED, looks_every_s=OFTEN_S) as running:
        await pass_time(running, time, looks, PATIENCE[AlarmKind.SOURCE_TROUBLE], "main")

        assert await told(running, service, looks) == ["連携元を読めません ship"]
        assert "ship の読み取りが3分以上止まっています" in service.messages[0]["message"]


async def test_a_disk_that_is_nearly_full(
    program: RunProgram, service: Service, looks: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(looks_every_s=OFTEN_S) as running:
        monkeypatch.setattr(signs, "_free_bytes", lambda _folder: 5)

        assert await told(running, service, looks) == ["ディスクの空き不足"]


async def test_a_clock_that_is_off(
    program: RunProgram, service: Service, time: type[MadeUpTime], looks: list[datetime]
) -> None:
    """As the next answer of Qoo10 shows."""
    async with program(looks_every_s=OFTEN_S) as running:
        time.ahead = timedelta(seconds=90)

        assert await told(running, service, looks) == ["時計のずれ"]


async def test_a_task_that_ends_just_after_another(
    program: RunProgram, service: Service, looks: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait until there may be more."""
    first, second = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(Heartbeat, "run", dying(first))
    monkeypatch.setattr(app, "watch_lag", dying(second))
    async with program(looks_every_s=OFTEN_S) as running:
        first.set()
        assert await told(running, service, looks) == ["内部処理が終了 heartbeat"]

        second.set()
        await running.until(lambda: len(service.titles) == 2)

        assert service.titles[1:] == ["内部処理が終了 lag"]


class CountingGuard(Guard):
    """The guard as it is; one sees how often it has looked, and when all senders last showed that they live."""

    checks = 0

    @property
    def sent_at(self) -> float:
        return min(self._worked_at.values())

    def check(self) -> None:
        super().check()
        self.checks += 1


@dataclass
class GuardTime:
    """The guard's own clock; it goes on in steps that are shorter than anything stands still."""

    now: float = 0.0
    made: list[CountingGuard] = field(default_factory=list)

    def guard(self, *args: Any, **options: Any) -> Guard:
        self.made.append(CountingGuard(*args, monotonic=lambda: self.now, check_every_s=OFTEN_S, **options))
        return self.made[0]

    async def pass_time(self, running: Program, whole: timedelta, *living: str) -> None:
        """So long, in steps shorter than anything may stand still; after each, what lives shows that it does."""
        end = self.now + whole.total_seconds()
        while self.now < end:
            self.now = min(end, self.now + STANDS_AFTER.total_seconds() / 4)
            await running.until(partial(self._all_live, living))
            await self.checks(running)

    async def checks(self, running: Program) -> None:
        """Until the guard has looked a few times more."""
        (of,) = self.made
        enough = of.checks + 3
        await running.until(lambda: of.checks >= enough)

    def _all_live(self, living: Sequence[str]) -> bool:
        return all(getattr(self.made[0], name) == self.now for name in living)


@pytest.fixture
def guard_time(monkeypatch: pytest.MonkeyPatch) -> GuardTime:
    time = GuardTime()
    monkeypatch.setattr(alerts, "Guard", time.guard)
    monkeypatch.setattr(guard, "BEAT_EVERY_S", OFTEN_S)
    return time


async def test_the_look_for_alarms_ends(
    program: RunProgram, service: Service, guard_time: GuardTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = asyncio.Event()
    monkeypatch.setattr(AlarmsWatch, "look", dying(ends))
    async with program(looks_every_s=OFTEN_S) as running:
        ends.set()
        await guard_time.pass_time(running, STANDS_AFTER, "_beat_at")
        assert service.titles == []

        await guard_time.pass_time(running, timedelta(seconds=1), "_beat_at")
        await running.until(lambda: service.titles != [])
        await guard_time.checks(running)

        assert service.titles == ["知らせの処理が動いていません"]


async def test_the_sender_of_the_only_target_ends(
    program: RunProgram, service: Service, guard_time: GuardTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it should have sent waits for the next start."""
    ends, work_off = asyncio.Event(), Sender.work_off

    async def dies(self: Sender) -> None:
        if ends.is_set():
            raise Killed
        await work_off(self)

    monkeypatch.setattr(Sender, "work_off", dies)
    async with program(looks_every_s=OFTEN_S) as running:
        await guard_time.pass_time(running, 3 * STANDS_AFTER, "_beat_at", "_looked_at", "sent_at")
        ends.set()
        (sender,) = [task for task in asyncio.all_tasks() if task.get_name() == "alerts to office"]
        await running.until(sender.done)
        await guard_time.pass_time(running, STANDS_AFTER + timedelta(seconds=LOOK_EVERY_S), "_beat_at", "_looked_at")
        assert service.titles == []

        await guard_time.pass_time(running, timedelta(seconds=1), "_beat_at", "_looked_at")
        await running.until(lambda: service.titles != [])
        await guard_time.checks(running)

        assert service.titles == ["知らせを送れていません"]
        waiting = await running.app.store.alerts.undelivered(10)
        assert [message.title for message in waiting] == ["内部処理が終了 alerts to office"]
