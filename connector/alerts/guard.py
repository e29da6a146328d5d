"""The guard: a thread of its own that tells when the loop, the look for alarms or a sender of messages stands still.

It needs neither the loop nor the store, so it speaks when they cannot. It dies with the process; whoever wants to hear
of that sets ``alerts.heartbeat_url``.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial

import structlog

from connector.alerts.post import SEND_WITHIN_S, Outcome, Post
from connector.domain.alert_facts import Occasion
from connector.domain.alert_words import Text, Voice
from connector.domain.language import Said
from connector.domain.patience import STANDS_AFTER

STANDS_AFTER_S = STANDS_AFTER.total_seconds()
CHECK_EVERY_S = 10.0
BEAT_EVERY_S = 5.0
AGAIN_AFTER_S = 60.0
"""How long it leaves a target alone that took nothing."""

log = structlog.get_logger()


class Standstill(StrEnum):
    """What stands still; what comes later is worse, and holds up what comes before it."""

    NOTHING = ""
    SENDERS = "senders"
    ALERTS = "alerts"
    LOOP = "loop"


_WORSE = {each: number for number, each in enumerate(Standstill)}


_TITLES = {
    Standstill.LOOP: Said("プログラムが動いていません", "The program stands still"),
    Standstill.ALERTS: Said("知らせの処理が動いていません", "Alerts are not looked for"),
    Standstill.SENDERS: Said("知らせを送れていません", "Messages are not sent"),
    Standstill.NOTHING: Said("【解消】プログラムが再び動いています", "[over] The program works again"),
}
_BODIES = {
    Standstill.LOOP: Said(
        "状況: qoo10-connector が{minutes}分以上応答していません。ラベルの受け取りも入力も止まっています。\n"
        "対応: サービスを再起動し、ログを確認してください。受け取ったラベルは失われません。",
        "qoo10-connector has not moved for {minutes} minutes or more: no label is taken, and none is entered.\n"
        "What to do: restart the service and see its log. No label that was taken is lost.",
    ),
    Standstill.ALERTS: Said(
        "状況: qoo10-connector が{minutes}分以上、知らせるべきことを確認できていません。"
        "データの保存先に問題があるかもしれません。\n"
        "対応: ディスクの空きとログを確認し、必要なら再起動してください。この間、ほかの知らせは届きません。",
        "qoo10-connector could not look for alarms for {minutes} minutes or more; perhaps its store cannot be used.\n"
        "What to do: check the disk and the log, and restart it if need be. Until then no other message comes.",
    ),
    Standstill.SENDERS: Said(
        "状況: {targets} への知らせの送信が{minutes}分以上止まっています。書かれた知らせは失われません。\n"
        "対応: 管理画面の通知で届いていないものを確認し、サービスを再起動してください。再起動で続きから送ります。",
        "No message was sent to {targets} for {minutes} minutes or more. None that was written is lost.\n"
        "What to do: see on the alerts page what has not arrived, and restart the service: it goes on from there.",
    ),
    Standstill.NOTHING: Said("通常の処理に戻りました。", "It goes on as usual."),
}


class Guard:
    """Watches signs of life, and sends one message for each standstill, one when it gets worse, and one for its end.

    The look for alarms and the senders may rest ``looks_every_s`` and ``sends_every_s`` between two signs.
    """

    def __init__(
        self,
        posts: Sequence[Post],
        voice: Voice,
        *,
        looks_every_s: float,
        sends_every_s: float,
        stands_after_s: float = STANDS_AFTER_S,
        check_every_s: float = CHECK_EVERY_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._posts = posts
        self._voice = voice
        self._stands_after_s = stands_after_s
        self._check_every_s = check_every_s
        self._looks_every_s = looks_every_s
        self._sends_every_s = sends_every_s
        self._monotonic = monotonic
        self._beat_at = self._looked_at = now = monotonic()
        self._worked_at = dict.fromkeys((post.name for post in posts), now)
        self._known: dict[str, Standstill] = {}
        self._not_before: dict[str, float] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="alerts-guard")

    def beat(self) -> None:
        """The loop turns."""
        self._beat_at = self._monotonic()

    def looked(self) -> None:
        """Alarms were looked for, and the decision was kept."""
        self._looked_at = self._monotonic()

    def worked(self, target: str) -> None:
        """The sender of this target looked for messages, or tried to send one."""
        self._worked_at[target] = self._monotonic()

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def end(self) -> None:
        """Ends without waiting for a message that is on its way."""
        self._ending.set()

    async def keep_beating(self) -> None:
        """Shows that the loop turns, until it is cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_EVERY_S)

    def _run(self) -> None:
        while not self._ending.wait(self._check_every_s):
            try:
                self.check()
            except Exception:
                # Nothing ends the guard: no thread to be had, for example, is no reason to be silent from then on.
                log.exception("guard_failed")

    def check(self) -> None:
        """Looks once, and tells every target that does not know yet; all at the same time."""
        now, stands = self._monotonic(), self.standstill()
        posts = [post for post in self._posts if self._is_to_hear(post.name, stands, now)]
        occasion = Occasion.RESOLVED if stands is Standstill.NOTHING else Occasion.NEW
        outcomes = _sent(posts, self._text(stands), occasion) if posts else {}
        for target, outcome in outcomes.items():
            log.error("guard_told", target=target, stands=stands, outcome=outcome)
            if outcome is Outcome.SENT:
                self._known[target] = stands
            else:
                self._not_before[target] = now + AGAIN_AFTER_S

    def _is_to_hear(self, target: str, stands: Standstill, now: float) -> bool:
        """Of what is worse than what it knows of, and of the end of all of it."""
        known = self._known.get(target, Standstill.NOTHING)
        ended = stands is Standstill.NOTHING and known is not Standstill.NOTHING
        return (ended or _WORSE[stands] > _WORSE[known]) and now >= self._not_before.get(target, now)

    def standstill(self) -> Standstill:
        """What stands still at this moment, the worst: without the loop nothing else can move."""
        now = self._monotonic()
        if now - self._beat_at > self._stands_after_s:
            return Standstill.LOOP
        if now - self._looked_at > self._stands_after_s + self._looks_every_s:
            return Standstill.ALERTS
        return Standstill.SENDERS if self._standing_senders() else Standstill.NOTHING

    def _standing_senders(self) -> list[str]:
        longest_s, now = self._stands_after_s + self._sends_every_s, self._monotonic()
        return [target for target, worked_at in self._worked_at.items() if now - worked_at > longest_s]

    def _text(self, stands: Standstill) -> Text:
        targets, minutes = ", ".join(self._standing_senders()), int(self._stands_after_s // 60)
        body = _BODIES[stands].filled(minutes=minutes, targets=targets)
        return Text(self._voice.say(_TITLES[stands]), self._voice.say(body))


def _sent(posts: Sequence[Post], text: Text, occasion: Occasion) -> dict[str, Outcome]:
    """Sends in threads of their own: a service that hangs must not keep the others from hearing."""
    outcomes = {post.name: Outcome.TIMEOUT for post in posts}
    answers: queue.SimpleQueue[tuple[str, Outcome]] = queue.SimpleQueue()
    for post in posts:
        send = partial(_send, post, text, occasion, answers)
        threading.Thread(target=send, daemon=True, name="alerts-guard-send").start()
    until = time.monotonic() + SEND_WITHIN_S
    with contextlib.suppress(queue.Empty):
        for _ in posts:
            name, outcome = answers.get(timeout=max(0.0, until - time.monotonic()))
            outcomes[name] = outcome
    return outcomes


def _send(post: Post, text: Text, occasion: Occasion, answers: "queue.SimpleQueue[tuple[str, Outcome]]") -> None:
    answers.put((post.name, post.send_now(text, occasion)))
