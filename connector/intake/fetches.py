"""Makes the requests that some sources' messages only point to, and takes the answers in like any delivery."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
import structlog

from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, Fetch, FetchAnswer
from connector.intake.labels import new_delivery
from connector.intake.vendor import VendorUnavailable, ask
from connector.store.errors import StoreUnavailable
from connector.store.fetches import DueFetch, SettledFetch
from connector.store.store import FETCHES, Store

MOST_AT_ONCE = 4
LONGEST_WAIT = timedelta(minutes=10)
GIVE_UP_AFTER = 40
"""Attempts; with the longest wait between them that is about six hours."""
PAUSE_AFTER_DEFECT_S = 5.0
_TRANSIENT = {408, 425, 429}
_SERVER_ERROR = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FetchingSource:
    """A configured source whose messages point to something to fetch.

    ``base_url`` replaces the vendor's address in a rehearsal on this machine; empty otherwise.
    """

    name: str
    shop: str
    kind: PushedKind
    credentials: Mapping[str, str]
    options: Mapping[str, str]
    base_url: str

    def __repr__(self) -> str:
        return f"FetchingSource({self.name!r})"


class Fetcher:
    """Works off the fetches that are due. Their number is bounded, their hosts are the source kind's own."""

    def __init__(
        self,
        sources: Mapping[str, FetchingSource],
        store: Store,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
    ) -> None:
        self._sources = sources
        self._store = store
        self._session = session
        self._clock = clock
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self) -> None:
        """Works until it is cancelled."""
        wake = self._store.wake(FETCHES)
        taken_up = False
        while True:
            wake.clear()
            wait_s = 60.0
            try:
                if not taken_up:  # a start may have brought the setting for which they were given up
                    await self._store.requeue_fetches(self._clock())
                    taken_up = True
                due = await self._store.due_fetches(self._clock())
                await asyncio.gather(*(self._work_off(each) for each in due))
                if due:
                    continue
                if (next_at := await self._store.next_fetch_at()) is not None:
                    wait_s = min(wait_s, max((next_at - self._clock()).total_seconds(), 0))
            except StoreUnavailable as error:
                log.error("fetcher_store_unavailable", error=str(error))
                wait_s = 5.0
            except Exception:
                # A defect must not end the fetches: it is logged whole, and the next round tries again.
                log.exception("fetches_failed")
                wait_s = PAUSE_AFTER_DEFECT_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await wake.wait()

    async def _work_off(self, due: DueFetch) -> None:
        source = self._sources.get(due.source)
        if source is None or due.fetch.host not in source.kind.hosts:
            await self._store.settle_fetch(SettledFetch(due.id, "failed", "its source is not configured any more"))
            return
        try:
            async with self._slots:
                answer = await self._fetch(source, due.fetch)
            reading = source.kind.read_answer(due.fetch, answer)
        except (VendorUnavailable, UnreadablePayload) as error:
            await self._later(due, error.problem)
            return
        except Exception:
            # A defect of an adapter must not stop the fetches of all the others.
            log.exception("adapter_failed", source=source.name)
            await self._later(due, "the adapter failed; see the log")
            return
        # What it says was heard when the message came that pointed to it: the gap began there.
        as_delivery = Delivery("GET", due.fetch.path, {}, due.fetch.key.encode(), due.heard_at)
        found = replace(new_delivery(source.name, source.shop, as_delivery, reading), key=f"fetch:{due.fetch.key}")
        await self._store.settle_fetch(SettledFetch(due.id, "done", found.detail, None, found))

    async def _fetch(self, source: FetchingSource, fetch: Fetch) -> FetchAnswer:
        """A definite answer.

        Raises:
            VendorUnavailable: there is none yet.
        """
        headers = source.kind.fetch_headers(fetch.credential, source.credentials[fetch.credential])
        body = source.kind.fetch_body(fetch)
        query = {name: _filled_in(value, source.options) for name, value in fetch.query.items()}
        answer = await ask(self._session, replace(fetch, query=query), source.base_url, headers, self._clock, body)
        if answer.status in _TRANSIENT or answer.status >= _SERVER_ERROR:
            raise VendorUnavailable(f"{fetch.host} answered {answer.status}")
        return answer

    async def _later(self, due: DueFetch, why: str) -> None:
        """Tries again later; after many attempts it is left for a person to see."""
        attempts = due.attempts + 1
        log.warning("fetch_failed", source=due.source, attempts=attempts, error=why)
        if attempts >= GIVE_UP_AFTER:
            await self._store.settle_fetch(SettledFetch(due.id, "failed", why))
            return
        wait = min(timedelta(seconds=1) * (1 << min(attempts, 12)), LONGEST_WAIT)
        spread = 0.5 + random.random() / 2  # noqa: S311 - spreads retries, guards nothing
        await self._store.settle_fetch(SettledFetch(due.id, "due", why, self._clock() + wait * spread))


def _filled_in(value: str, options: Mapping[str, str]) -> str:
    return options.get(value[1:], value) if value.startswith("$") else value
