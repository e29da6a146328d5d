"""The polled way in: one poller for each source that can only be asked. All decisions are the source kind's."""

import asyncio
import contextlib
import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
import structlog

from carriers.errors import PollFailed, PollLater, PollRefused, UnreadablePayload
from carriers.kinds import PolledKind, PollRequest, PollResult, PollSetup, PollState
from carriers.model import Delivery, FetchAnswer, Reading
from carriers.polling import UNREADABLE_ROW
from connector.intake.labels import new_delivery
from connector.intake.vendor import VendorUnavailable, send
from connector.metrics import Metrics
from connector.store.deliveries import NewDelivery
from connector.store.errors import StoreUnavailable
from connector.store.polls import PollRow, SettledPoll
from connector.store.store import Store
from connector.tokens import TokenBox, TokensUnreadable

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes. OPENLOGI lists a whole day in one answer, Ship&co may put invoices into its list."""
MOST_REQUESTS = 200
"""In one round; what is left is read in the next one, which then comes at once."""
FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 900.0
WAIT_WHEN_REFUSED_S = 1800.0
LONGEST_PAUSE_ASKED_S = 86_400.0
STORE_WAIT_S = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PolledSource:
    """A configured source that is asked every ``every_s`` seconds.

    ``api_url`` replaces the vendor's address in a rehearsal on this machine; empty otherwise.
    """

    name: str
    shop: str
    kind: PolledKind
    setup: PollSetup
    every_s: float
    api_url: str

    def __repr__(self) -> str:
        return f"PolledSource({self.name!r})"


class Poller:
    """Asks one source, round after round. What an answer says and where the source then stands are one commit.

    ``pause`` waits so many seconds; ``spread`` gives a number from 0 to 1, which keeps pollers from marching in step.
    """

    def __init__(
        self,
        source: PolledSource,
        store: Store,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime],
        box: TokenBox | None,
        metrics: Metrics,
        pause: Callable[[float], Awaitable[None]] | None = None,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._store = store
        self._session = session
        self._clock = clock
        self._box = box
        self._metrics = metrics
        self._closing = asyncio.Event()
        self._pause = pause or self._wait
        self._spread = spread
        self._row = PollRow(source.name)
        self._state = PollState()
        self._next_call_at: datetime | None = None
        self._moved_at = clock()
        self._troubled_since: datetime | None = None

    async def run(self) -> None:
        """Polls until it is closed."""
        await self.recall()
        while not self._closing.is_set():
            pause_s = self._due_in_s()
            if pause_s > 0:
                await self._pause(pause_s)
            else:
                await self.round()

    def _due_in_s(self) -> float:
        """Until the next round. A time further off than any pause was set by a clock that has been put right since."""
        if self._row.next_at is None:
            return 0.0
        due_in_s = (self._row.next_at - self._clock()).total_seconds()
        return due_in_s if due_in_s < 2 * LONGEST_PAUSE_ASKED_S else 0.0

    @property
    def trouble(self) -> str:
        """Why the last round failed; empty after a good one."""
        return self._row.error

    @property
    def troubled_since(self) -> datetime | None:
        """When the first of the rounds in a row failed that did, as far as this start knows; None after a good one."""
        return self._troubled_since if self._row.error else None

    @property
    def due_since(self) -> datetime | None:
        """Its last sign of life, or when its next round was due, whichever is later; None before that round."""
        due_since = max(self._moved_at, self._row.next_at or self._moved_at)
        return due_since if due_since <= self._clock() else None

    def close(self) -> None:
        """Lets it end with the answer in hand, whose tokens may be the only valid ones."""
        self._closing.set()

    async def recall(self) -> None:
        """Takes up where the source stood."""
        while not self._closing.is_set():
            try:
                rows = {row.source: row for row in await self._store.poll_rows()}
            except StoreUnavailable as error:
                log.error("poller_store_unavailable", source=self._source.name, error=str(error))
                await self._pause(STORE_WAIT_S)
                continue
            self._row = rows.get(self._source.name, self._row)
            self._troubled_since = self._clock()
            self._state = PollState(self._row.cursor, self._opened(self._row.tokens))
            return

    async def round(self) -> None:
        """One round: all pages from where the source stands. Never raises but for a defect of the store."""
        try:
            whole = await self._ask_on()
        except PollRefused as refused:
            await self._failed(refused.problem, WAIT_WHEN_REFUSED_S, refused=True)
        except PollLater as later:
            await self._failed(later.problem, later.retry_after_s or 0.0)
        except (PollFailed, UnreadablePayload) as failed:
            await self._failed(failed.problem, 0.0)
        except StoreUnavailable:
            raise
        except Exception:
            # A defect of an adapter must not end the polling: the vendor may answer otherwise next time.
            log.exception("adapter_failed", source=self._source.name)
            await self._failed("the adapter failed; see the log", 0.0)
        else:
            await self._succeeded(whole=whole)

    async def _ask_on(self) -> bool:
        """Asks until the round is over; False when it was cut short."""
        source = self._source
        request: PollRequest | None = source.kind.start(source.setup, self._state, self._clock())
        for _ in range(MOST_REQUESTS):
            if request is None or self._closing.is_set():
                break
            await self._keep_quota()
            answer = await self._ask(request)
            result = source.kind.read(source.setup, request, answer, self._state)
            await self._keep(request, answer, result)
            if result.trouble is not None:
                raise result.trouble
            request = result.following
        return request is None

    async def _keep_quota(self) -> None:
        now = self._clock()
        if self._next_call_at is not None and self._next_call_at > now:
            await self._pause((self._next_call_at - now).total_seconds())
        self._next_call_at = self._clock() + timedelta(seconds=60 / self._source.kind.calls_per_minute)

    async def _ask(self, request: PollRequest) -> FetchAnswer:
        if request.host not in self._source.kind.hosts:
            raise RuntimeError("the adapter asks for a host that is not among its own")
        try:
            return await send(self._session, request, self._source.api_url, self._clock, max_answer=MAX_ANSWER)
        except VendorUnavailable as unavailable:
            raise PollLater(unavailable.problem) from None

    async def _keep(self, request: PollRequest, answer: FetchAnswer, result: PollResult) -> None:
        changed = result.state.tokens != self._state.tokens
        # Unchanged tokens stay sealed as they are: with another key than theirs they would be taken for none.
        sealed = self._sealed(result.state) if changed else self._row.tokens
        self._state = result.state
        row = replace(self._row, cursor=result.state.cursor, tokens=sealed, polled_at=answer.received_at)
        await self._settle(row, self._found(request, answer, result.reading))

    def _found(self, request: PollRequest, answer: FetchAnswer, reading: Reading) -> NewDelivery | None:
        """The page as a delivery; its key is what it says, so that a page that says the same again is the same."""
        if not (reading.events or reading.ignored or reading.fetches):
            return None
        unreadable = [one.detail for one in reading.ignored if one.reason == UNREADABLE_ROW]
        if unreadable:
            log.warning("rows_unreadable", source=self._source.name, rows=len(unreadable), problem=unreadable[0])
        said = sorted(event.key for event in reading.events) + sorted(repr(one) for one in reading.ignored)
        key = "poll:" + hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()
        page = Delivery(request.method, request.path, {}, b"", answer.received_at, self._source.setup.options)
        return new_delivery(self._source.name, self._source.shop, page, replace(reading, delivery_key=key))

    async def _settle(self, row: PollRow, found: NewDelivery | None = None) -> None:
        """Keeps a step, however long the store takes: rotated tokens that are not kept are lost for good."""
        while True:
            try:
                receipt = await self._store.settle_poll(SettledPoll(row, found))
            except StoreUnavailable as error:
                log.error("poll_not_kept", source=self._source.name, error=str(error))
                if self._closing.is_set():
                    raise
                await self._pause(STORE_WAIT_S)
                continue
            self._row = row
            self._moved_at = self._clock()
            if receipt is not None and receipt.accepted:
                log.info("polled", source=self._source.name, delivery=receipt.delivery, accepted=receipt.accepted)
            return

    async def _succeeded(self, *, whole: bool) -> None:
        now = self._clock()
        if self._row.failures:
            log.info("poll_works_again", source=self._source.name, failures=self._row.failures)
        pause_s = self._source.every_s if whole else 0.0
        await self._settle(
            replace(
                self._row,
                next_at=now + timedelta(seconds=pause_s),
                succeeded_at=now if whole else self._row.succeeded_at,
                failures=0,
                error="",
            )
        )
        self._metrics.poll(self._source.name, "done" if whole else "cut_short", now if whole else None)

    async def _failed(self, problem: str, at_least_s: float, *, refused: bool = False) -> None:
        failures = self._row.failures + 1
        if not self._row.error:
            self._troubled_since = self._clock()
        backed_off_s = min(FIRST_WAIT_S * 2 ** min(failures - 1, 10), LONGEST_WAIT_S) * (0.5 + self._spread() / 2)
        asked_s = min(at_least_s, LONGEST_PAUSE_ASKED_S) * (1 + self._spread() / 10)
        pause_s = max(backed_off_s, asked_s)
        say = log.error if refused else log.warning
        say("poll_failed", source=self._source.name, problem=problem, failures=failures, again_in_s=round(pause_s))
        next_at = self._clock() + timedelta(seconds=pause_s)
        await self._settle(replace(self._row, next_at=next_at, failures=failures, error=problem))
        self._metrics.poll(self._source.name, "refused" if refused else "failed", None)

    def _sealed(self, state: PollState) -> str:
        if not state.tokens:
            return ""
        if self._box is None:
            raise RuntimeError("there are tokens to keep, but no key to seal them with")
        return self._box.seal(state.tokens)

    def _opened(self, sealed: str) -> dict[str, str]:
        if not sealed or self._box is None:
            return {}
        try:
            return self._box.open(sealed)
        except TokensUnreadable:
            log.error(
                "tokens_unreadable",
                source=self._source.name,
                hint="store.token_key is not the one they were sealed with: put the former key back, or log in again",
            )
            return {}

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
