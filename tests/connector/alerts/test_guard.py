"""The thread that speaks when the loop or the alerts stand still."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from connector.alerts.guard import AGAIN_AFTER_S, Guard, Standstill
from connector.alerts.post import Outcome, Post
from connector.domain.alert_words import Voice
from connector.domain.language import Language

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Service


class Watch:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def guard(service: Service, watch: Watch) -> Guard:
    return Guard([Post("office", service.json_url)], Voice(), looks_every_s=60, sends_every_s=60, monotonic=watch)


@pytest.mark.parametrize(
    ("beat_ago", "looked_ago", "worked_ago", "stands"),
    [
        (0, 0, 0, Standstill.NOTHING),
        (120, 180, 180, Standstill.NOTHING),
        (121, 0, 0, Standstill.LOOP),
        (0, 181, 0, Standstill.ALERTS),
        (0, 0, 181, Standstill.SENDERS),
        (121, 181, 181, Standstill.LOOP),
        (0, 181, 181, Standstill.ALERTS),
    ],
)
def test_what_stands_still(
    guard: Guard, watch: Watch, beat_ago: float, looked_ago: float, worked_ago: float, stands: Standstill
) -> None:
    """Alarms are looked for every minute, and messages are, which is no standstill."""
    guard._beat_at, guard._looked_at = watch.now - beat_ago, watch.now - looked_ago
    guard._worked_at = {"office": watch.now - worked_ago}

    assert guard.standstill() is stands


def test_each_standstill_is_one_message_and_so_is_its_end(guard: Guard, watch: Watch, service: Service) -> None:
    for _ in range(30):
        watch.now += 10
        guard.looked()
        guard.worked("office")
        guard.check()
    guard.beat()
    guard.check()
    guard.check()

    assert service.titles == ["プログラムが動いていません", "【解消】プログラムが再び動いています"]


def test_a_sender_that_stands_is_told_over_its_own_target_and_named(
    guard: Guard, watch: Watch, service: Service
) -> None:
    """Nobody else may be there to hear of it."""
    for _ in range(30):
        watch.now += 10
        guard.beat()
        guard.looked()
        guard.check()

    (message,) = service.messages
    assert message["title"] == "知らせを送れていません"
    assert "office への知らせの送信が2分以上止まっています" in message["message"]
    guard.worked("office")
    guard.check()
    assert service.titles[1:] == ["【解消】プログラムが再び動いています"]


def test_what_gets_worse_is_told_and_what_gets_better_is_not_until_it_is_over(
    guard: Guard, watch: Watch, service: Service
) -> None:
    """After a standstill of the loop the others need a moment until they show themselves again."""
    watch.now += 100
    guard.beat()
    guard.looked()
    watch.now += 100  # the sender stands, then the loop does
    guard.check()
    watch.now += 100
    guard.check()
    guard.beat()
    guard.check()
    guard.looked()
    guard.check()
    guard.worked("office")
    guard.check()

    assert service.titles == [
        "知らせを送れていません",
        "プログラムが動いていません",
        "【解消】プログラムが再び動いています",
    ]


def test_a_target_that_hangs_holds_up_no_other(watch: Watch) -> None:
    """All are told at the same time: the one that comes last would hear after as many half minutes."""
    posts = [Post(name, "json://127.0.0.1:1/x") for name in ("first", "second")]
    guard = Guard(posts, Voice(), looks_every_s=60, sends_every_s=60, monotonic=watch)
    both = threading.Barrier(2)

    def together(*_: object) -> Outcome:
        both.wait(30)
        return Outcome.SENT

    for post in posts:
        post.send_now = together  # type: ignore[method-assign, assignment]  # each waits for the other
    watch.now += 200
    guard.check()

    assert guard._known == dict.fromkeys(("first", "second"), Standstill.LOOP)


def test_a_target_that_takes_nothing_is_tried_again_and_keeps_nobody_waiting(watch: Watch, service: Service) -> None:
    posts = [Post("dead", "json://127.0.0.1:1/x"), Post("office", service.json_url)]
    guard = Guard(posts, Voice(Language.EN), looks_every_s=60, sends_every_s=60, monotonic=watch)
    watch.now += 200
    guard.check()
    assert service.titles == ["The program stands still"]
    assert guard._not_before == {"dead": watch.now + AGAIN_AFTER_S}

    guard.check()
    watch.now += AGAIN_AFTER_S
    guard.check()
    assert (guard._not_before["dead"], len(service.titles)) == (watch.now + AGAIN_AFTER_S, 1)


async def test_it_speaks_while_the_loop_is_blocked(service: Service) -> None:
    """Everything that runs in the loop stands until the message has arrived."""
    guard = Guard(
        [Post("office", service.json_url)],
        Voice(),
        looks_every_s=60,
        sends_every_s=60,
        stands_after_s=0.2,
        check_every_s=0.02,
    )
    beating = asyncio.create_task(guard.keep_beating())
    await asyncio.sleep(0)
    guard.start()
    try:
        heard = service.heard.wait(30)
    finally:
        guard.end()
        beating.cancel()

    assert heard
    assert service.titles == ["プログラムが動いていません"]


def test_nothing_but_its_end_ends_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard([Post("office", service.json_url)], Voice(), looks_every_s=60, sends_every_s=60, check_every_s=0.01)
    checked = threading.Semaphore(0)

    def broken() -> Standstill:
        checked.release()
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(guard, "standstill", broken)
    guard.start()

    assert all(checked.acquire(timeout=10) for _ in range(2))
    guard.end()
    guard._thread.join(10)


def test_it_ends_when_it_is_asked_to(service: Service) -> None:
    guard = Guard(
        [Post("office", service.json_url)], Voice(), looks_every_s=60, sends_every_s=60, monotonic=time.monotonic
    )
    guard.start()
    guard.end()
    guard._thread.join(10)

    assert not guard._thread.is_alive()
    assert service.requests == []
