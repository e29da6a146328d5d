"""From an alarm to a target and back to its end, with the store, the sender and a real HTTP service between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector.alerts.post import Post
from connector.alerts.sender import Sender
from connector.alerts.watch import AlertsWatch
from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.language import Said
from connector.domain.silence import Looked
from connector.metrics import Metrics
from connector.settings import AlertSettings
from connector.store.alerts import MessageState
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Clock, Service


def alarm(order_no: str, since: datetime, saving: Saving = Saving.ORDER) -> Alarm:
    return Alarm(
        AlarmKind.NOT_LOOKED_AT,
        "main",
        order_no,
        "444413758703",
        since,
        since + timedelta(hours=6),
        Said("ラベル印刷後のキャンセル要請に、対応がありません。", "Nobody has dealt with a cancel request."),
        Said("QSMで要請を拒否してください。", "Refuse the request in QSM."),
        conflict_id=7,
        saving=saving,
    )


@dataclass
class Rig:
    """The parts that tell, and what they look at."""

    store: Store
    clock: Clock
    posts: list[Post]
    settings: AlertSettings
    metrics: Metrics = field(default_factory=Metrics)
    standing: list[Alarm] = field(default_factory=list)
    looks: int = 0
    worked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As a start of the program does."""
        self.senders = [
            Sender(post, self.store.alerts, self.clock, self.metrics, partial(self.worked.append, post.name))
            for post in self.posts
        ]
        self.watch = AlertsWatch(
            self._look,
            self.store.alerts,
            policy=self.settings.policy,
            voice=self.settings.voice,
            every_s=60,
            clock=self.clock,
            metrics=self.metrics,
            afterwards=[self._count, *(sender.wake for sender in self.senders)],
        )

    async def _look(self) -> Looked:
        return Looked(list(self.standing))

    def _count(self) -> None:
        self.looks += 1

    async def pass_time(self, **by: float) -> None:
        """Time passes, then alarms are looked for and messages go out."""
        self.clock.forward(**by)
        await self.watch.look()
        for sender in self.senders:
            await sender.work_off()


def settings(*targets: str, **more: Any) -> AlertSettings:
    given = {"targets": {name: {"url": "json://unused"} for name in targets}, **more}
    return AlertSettings.model_validate(given)


@pytest.fixture
def rig(store: Store, clock: Clock, service: Service) -> Rig:
    given = settings("office", quiet_hours="22:00-07:00", console_url="https://console.example")
    return Rig(store, clock, [Post("office", service.json_url)], given)


async def test_a_person_reads_what_happened_what_comes_next_what_to_do_and_until_when(
    rig: Rig, service: Service
) -> None:
    """The order number, and neither a tracking number nor anything of the buyer."""
    rig.standing = [alarm("1062428737", rig.clock())]
    await rig.pass_time()

    (message,) = service.messages
    assert message["title"] == "対応待ち 注文1062428737"
    assert message["message"].splitlines() == [
        "状況: ラベル印刷後のキャンセル要請に、対応がありません。",
        "注文1062428737",
        "ショップ: main",
        "プログラム: 対応が記録されるまで待ちます。",
        "対応: QSMで要請を拒否してください。",
        "期限: 11月24日 18:00(日本時間)",
        "発生: 11月24日 12:00(日本時間)",
        "https://console.example/conflicts/7",
    ]


async def test_it_is_told_followed_up_and_over(rig: Rig, service: Service) -> None:
    rig.standing = [alarm("1", rig.clock())]
    for minutes in (0, 1, 30, 29, 1):
        await rig.pass_time(minutes=minutes)
    rig.standing = []
    for minutes in (1, 2, 1, 10):
        await rig.pass_time(minutes=minutes)

    assert service.titles == ["対応待ち 注文1", "【続報】対応待ち 注文1", "【解消】対応待ち 注文1"]
    assert service.messages[-1]["message"].splitlines()[3] == "11月24日 13:05(日本時間)に解消を確認しました。"
    assert await rig.store.alerts.standing() == []
    assert rig.looks == 9


async def test_an_outage_of_the_service_loses_nothing_and_is_shown(rig: Rig, service: Service) -> None:
    service.status = 503
    rig.standing = [alarm("1", rig.clock())]
    for minutes in (0, 0.2, 1, 2):
        await rig.pass_time(minutes=minutes)

    (waiting,) = await rig.store.alerts.undelivered(10)
    assert (waiting.state, waiting.attempts, waiting.error) == (MessageState.WAITING, 4, "failed")
    assert [(each.name, each.attempts) for each in await rig.store.alerts.failing()] == [("office", 4)]
    text = rig.metrics.exposition(await rig.store.depths.now(), rig.clock()).decode()
    assert 'qoo10_connector_alert_messages_total{outcome="failed",target="office"} 4.0' in text
    assert 'qoo10_connector_alert_messages_waiting{target="office"} 1.0' in text

    service.status = 200
    await rig.pass_time(minutes=10)
    assert service.titles == ["対応待ち 注文1"]
    assert await rig.store.alerts.failing() == ()


async def test_a_sender_lives_while_it_tries_many_messages_that_do_not_arrive(rig: Rig, service: Service) -> None:
    """Each may take half a minute, and the guard must not take that for a sender that stands still."""
    service.status = 503
    rig.standing = [alarm(order_no, rig.clock()) for order_no in "123"]

    await rig.pass_time()

    assert rig.worked == ["office"] * 3


async def test_after_a_day_a_message_is_given_up_and_what_stands_is_told_anew(rig: Rig, service: Service) -> None:
    service.status = 503
    rig.settings = settings("office", follow_up_hours=[])
    rig.start()
    rig.standing = [alarm("1", rig.clock())]
    await rig.pass_time()
    await rig.pass_time(hours=24)
    assert [each.state for each in await rig.store.alerts.messages(10)] == [MessageState.GIVEN_UP]

    service.status = 200
    await rig.pass_time(minutes=1)
    assert service.titles[-1] == "対応待ち 注文1"


async def test_a_restart_goes_on_where_it_stopped(rig: Rig, service: Service, tmp_path: Path) -> None:
    """What was written and not sent is sent; what was told is not told again."""
    rig.standing = [alarm("1", rig.clock())]
    await rig.watch.look()
    await rig.store.close()

    rig.store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    rig.start()
    await rig.pass_time(minutes=1)
    await rig.pass_time(minutes=1)

    assert service.titles == ["対応待ち 注文1"]
    await rig.store.close()


async def test_a_death_between_sending_and_keeping_repeats_the_message_once(
    rig: Rig, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price of never losing one."""

    async def dies(_settled: object) -> None:
        raise StoreUnavailable("killed")

    rig.standing = [alarm("1", rig.clock())]
    await rig.watch.look()
    with monkeypatch.context() as dying:
        dying.setattr(rig.store.alerts, "settle", dies)
        with pytest.raises(StoreUnavailable):
            await rig.senders[0].work_off()

    await rig.pass_time(minutes=1)
    await rig.pass_time(minutes=1)
    assert service.titles == ["対応待ち 注文1", "対応待ち 注文1"]


async def test_at_night_only_what_can_still_be_saved_is_told_and_the_rest_in_the_morning(
    rig: Rig, service: Service
) -> None:
    await rig.pass_time(hours=11)
    rig.standing = [alarm("1", rig.clock()), alarm("2", rig.clock()), alarm("3", rig.clock(), Saving.GOODS_AND_MONEY)]
    await rig.pass_time(minutes=1)
    assert service.titles == ["【至急】荷物を止めてください 注文3"]

    rig.standing = rig.standing[:1]
    await rig.pass_time(hours=7.9)
    await rig.pass_time(hours=1)
    assert service.titles[1:] == ["対応待ち 注文1", "【解消】荷物を止めてください 注文3"]


async def test_a_hundred_at_once_are_one_message(rig: Rig, service: Service) -> None:
    rig.standing = [alarm(str(number), rig.clock()) for number in range(100)]
    await rig.pass_time()

    (message,) = service.messages
    assert message["title"] == "対応待ち 100件"
    assert message["message"].splitlines()[0] == "同じ種類の知らせが100件あります。急ぐ順に:"
    assert message["message"].splitlines()[6] == "ほか95件"


async def test_a_target_that_is_down_holds_up_no_other(store: Store, clock: Clock, service: Service) -> None:
    """That it is down is told to the others."""
    posts = [Post("dead", "json://127.0.0.1:1/x"), Post("office", service.json_url)]
    rig = Rig(store, clock, posts, settings("dead", "office"))
    rig.standing = [alarm("1", clock())]
    for _ in range(4):
        await rig.pass_time(minutes=10)

    assert service.titles == ["対応待ち 注文1"]
    (failing,) = await store.alerts.failing()
    assert failing.name == "dead"


async def test_a_store_that_fails_is_no_look(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard hears nothing, and speaks."""

    async def fails(_decided: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(rig.store.alerts, "record", fails)
    with pytest.raises(StoreUnavailable):
        await rig.watch.look()

    assert rig.looks == 0
