"""The keys that vendors publish: fetched when a message names one that is not known yet, kept in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import structlog

from carriers.key_sets import is_key_set
from carriers.model import Fetch
from connector.intake.vendor import VendorUnavailable, address_of, ask

AGAIN_AFTER = timedelta(minutes=1)
"""Anyone can name a key that does not exist; the vendor is not to be asked more often for that."""

_OK = 200

log = structlog.get_logger()


@dataclass(slots=True)
class _KeySet:
    body: bytes = b""
    asked_at: datetime | None = None
    failure: str = ""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeySets:
    """One key set for each address, shared by all sources that are signed with it."""

    def __init__(self, session: aiohttp.ClientSession, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._by_address: dict[str, _KeySet] = {}

    def kept(self, where: Fetch, api_url: str) -> bytes:
        """The key set as last fetched; empty before."""
        return self._at(where, api_url).body

    async def newer(self, where: Fetch, api_url: str, than: bytes) -> bytes:
        """A newer key set where there is one: asked for at most once in ``AGAIN_AFTER``, failures included.

        Raises:
            VendorUnavailable: the last attempt failed, so that nobody knows whether there is a newer one.
        """
        there = self._at(where, api_url)
        async with there.asking:
            if there.body == than and not self._asked_lately(there):
                await self._ask(there, where, api_url)
            if there.body == than and there.failure:
                raise VendorUnavailable(there.failure)
            return there.body

    def _at(self, where: Fetch, api_url: str) -> _KeySet:
        return self._by_address.setdefault(str(address_of(where, api_url)), _KeySet())

    def _asked_lately(self, there: _KeySet) -> bool:
        # A clock that was put back is no reason to wait for it.
        return there.asked_at is not None and timedelta(0) <= self._clock() - there.asked_at < AGAIN_AFTER

    async def _ask(self, there: _KeySet, where: Fetch, api_url: str) -> None:
        there.asked_at = self._clock()
        there.failure = "the request for the keys was broken off"
        try:
            answer = await ask(self._session, where, api_url, {}, self._clock)
        except VendorUnavailable as unavailable:
            there.failure = unavailable.problem
        else:
            # What holds no key must not replace what does.
            usable = answer.status == _OK and is_key_set(answer.body)
            there.failure = "" if usable else f"{where.host} answered {answer.status} without a usable key"
            there.body = answer.body if usable else there.body
        if there.failure:
            log.warning("key_set_unavailable", host=where.host, error=there.failure)
