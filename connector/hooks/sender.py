"""Delivers the messages of one target: several at once, those of one order line one after the other."""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import aiohttp
import structlog

from connector.domain.hooks import Tried, Trouble, retry_at
from connector.hooks.posting import post
from connector.hooks.signing import signed_headers
from connector.metrics import Metrics
from connector.store.errors import StoreUnavailable
from connector.store.hook_deliveries import HookDelivery, SettledHook
from connector.store.hooks import HookBook

MOST_AT_ONCE = 8
READ_AT_ONCE = 100
DOWN_AFTER = 3
"""Tries in a row that came to nothing; from then on one is made at a time, and the first success lets all others go."""
LONGEST_NAP_S = 60.0
AFTER_TROUBLE_S = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TargetAddress:
    """Where messages go and how they are signed; its address may be a secret itself."""

    name: str
    url: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"TargetAddress({self.name!r})"


async def send(
    session: aiohttp.ClientSession, to: TargetAddress, message_id: str, body: str, clock: Callable[[], datetime]
) -> Tried:
    """One try; a defect of ours is an outcome too, so that it keeps no other message."""
    try:
        content = body.encode()
        return await post(session, to.url, signed_headers(message_id, content, clock(), to.secrets), content)
    except Exception:
        log.exception("webhook_failed", target=to.name)
        return Tried(Trouble.DEFECT)


class HookSender:
    """Works off the messages of one target; how this goes is no other target's concern."""

    def __init__(
        self,
        to: TargetAddress,
        book: HookBook,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._to = to
        self._book = book
        self._session = session
        self._clock = clock
        self._metrics = metrics
        self._failures = 0
        self._next: deque[HookDelivery] = deque()
        self._sending: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Works until it is cancelled."""
        wake = self._book.wake(self._to.name)
        try:
            while True:
                wake.clear()
                try:
                    await self._start_due()
                    nap_s = await self._nap_s()
                except StoreUnavailable as error:
                    log.error("webhooks_store_unavailable", target=self._to.name, error=str(error))
                    nap_s = AFTER_TROUBLE_S
                except Exception:
                    # A defect must not end the deliveries: it is logged whole, and the next round tries again.
                    log.exception("webhooks_not_sent", target=self._to.name)
                    nap_s = AFTER_TROUBLE_S
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(nap_s):  # wait_for of Python 3.11 can swallow the end of this task
                        await wake.wait()
        finally:
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(*self._sending.values(), return_exceptions=True)

    async def _start_due(self) -> None:
        """Begins to send what is due, as far as there is room."""
        room = (1 if self._failures >= DOWN_AFTER else MOST_AT_ONCE) - len(self._sending)
        if room > 0 and not self._next:
            due = await self._book.due(self._to.name, self._clock(), READ_AT_ONCE)
            self._next.extend(each for each in due if each.seq not in self._sending)
        for each in [self._next.popleft() for _ in range(min(room, len(self._next)))]:
            task = asyncio.create_task(self._deliver(each))
            self._sending[each.seq] = task
            task.add_done_callback(partial(self._sent, each.seq))

    def _sent(self, seq: int, _task: asyncio.Task[None]) -> None:
        del self._sending[seq]
        self._book.wake(self._to.name).set()

    async def _nap_s(self) -> float:
        if self._sending:
            return LONGEST_NAP_S  # whichever ends first wakes
        now = self._clock()
        next_at = await self._book.next_due_at(self._to.name, now)
        return LONGEST_NAP_S if next_at is None else min(LONGEST_NAP_S, (next_at - now).total_seconds())

    async def _deliver(self, of: HookDelivery) -> None:
        tried = await send(self._session, self._to, of.id, of.body, self._clock)
        at = self._clock()
        recovered = tried.taken and self._failures >= DOWN_AFTER
        self._failures = 0 if tried.taken else self._failures + 1
        due_at = None if tried.taken else retry_at(tried, of.attempts + 1, at, random.random())  # noqa: S311 - spreads
        outcome = "delivered" if tried.taken else tried.trouble
        self._metrics.webhook(self._to.name, outcome)
        if not tried.taken:
            self._say(of, tried, due_at)
        settled = SettledHook(of, tried, at, due_at, recovered)
        while True:
            try:
                await self._book.settle(settled)
            except StoreUnavailable as error:
                # Without this the message would be sent again at once, and again.
                log.error("webhooks_store_unavailable", target=self._to.name, error=str(error))
                await asyncio.sleep(AFTER_TROUBLE_S)
            else:
                return

    def _say(self, of: HookDelivery, tried: Tried, due_at: datetime | None) -> None:
        again = due_at.isoformat(timespec="seconds") if due_at else None
        said = {"target": of.target, "id": of.id, "event_type": of.event, "trouble": tried.trouble}
        log.warning("webhook_not_taken", **said, status=tried.status, attempts=of.attempts + 1, again_at=again)
        if tried.trouble is Trouble.GONE:
            self._next.clear()
            log.error("webhook_target_off", target=of.target, do="qoo10-connector webhooks test switches it on again")
