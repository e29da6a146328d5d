"""The guard: a thread of its own that tells when the loop stands still, or nobody looks for alarms any more.

It needs neither the loop nor the store, so it speaks when they cannot. It dies with the process; whoever wants to hear
of that sets ``alerts.heartbeat_url``.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum

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
    """What stands still."""

    NOTHING = ""
    LOOP = "loop"
    ALERTS = "alerts"


_TITLES = {
    Standstill.LOOP: Said("プログラムが動いていません", "The program stands still"),
    Standstill.ALERTS: Said("知らせの処理が動いていません", "Alerts are not looked for"),
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
    Standstill.NOTHING: Said("通常の処理に戻りました。", "It goes on as usual."),
}


class Guard:
    """Watches two signs of life, and sends one message for each standstill and one for its end."""

    def __init__(
        self,
        posts: Sequence[Post],
        voice: Voice,
        *,
        looks_every_s: float,
        stands_after_s: float = STANDS_AFTER_S,
        check_every_s: float = CHECK_EVERY_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._posts = posts
        self._voice = voice
        self._stands_after_s = stands_after_s
        self._check_every_s = check_every_s
        self._looks_every_s = looks_every_s
        self._monotonic = monotonic
        self._beat_at = self._looked_at = monotonic()
        self._knowing: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="alerts-guard")

    def beat(self) -> None:
        """The loop turns."""
        self._beat_at = self._monotonic()

    def looked(self) -> None:
        """Alarms were looked for, and the decision was kept."""
        self._looked_at = self._monotonic()

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
        """Looks once, and tells every target that does not know yet."""
        now, stands = self._monotonic(), self.standstill()
        begun = stands is not Standstill.NOTHING
        for post in self._posts:
            if (post.name in self._knowing) is begun or now < self._not_before.get(post.name, now):
                continue
            outcome = _sent(post, self._text(stands), Occasion.NEW if begun else Occasion.RESOLVED)
            log.error("guard_told", target=post.name, stands=stands, outcome=outcome)
            if outcome is not Outcome.SENT:
                self._not_before[post.name] = now + AGAIN_AFTER_S
            elif begun:
                self._knowing.add(post.name)
            else:
                self._knowing.discard(post.name)

    def standstill(self) -> Standstill:
        """What stands still at this moment; without the loop nothing else can move."""
        now = self._monotonic()
        if now - self._beat_at > self._stands_after_s:
            return Standstill.LOOP
        if now - self._looked_at > self._stands_after_s + self._looks_every_s:
            return Standstill.ALERTS
        return Standstill.NOTHING

    def _text(self, stands: Standstill) -> Text:
        minutes = int(self._stands_after_s // 60)
        return Text(self._voice.say(_TITLES[stands]), self._voice.say(_BODIES[stands].filled(minutes=minutes)))


def _sent(post: Post, text: Text, occasion: Occasion) -> Outcome:
    """Sends in one more thread: a service that hangs must not keep the others from hearing."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(post.send_now(text, occasion)), daemon=True, name="alerts-guard-send"
    )
    thread.start()
    thread.join(SEND_WITHIN_S)
    return outcomes[0] if outcomes else Outcome.TIMEOUT
