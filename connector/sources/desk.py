"""What people see of a source: what it sent lately, what of it was in vain and why, and which secrets hold."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from carriers import SOURCES
from carriers.kinds import PushedKind
from carriers.model import Way
from connector.health import Health, Refusal, Refusals
from connector.intake.keyring import Keyring, KnownSecret
from connector.probes import AttendedSource
from connector.settings import SourceSettings
from connector.sources.facts import KindFacts, facts_of
from connector.sources.trial import Trial, try_out
from connector.store.now import LastDelivery
from connector.store.polls import PollRow
from connector.store.refusals import ListedDelivery
from connector.store.source_log import Counts, NewestDelivery
from connector.store.store import Store

LATELY = timedelta(hours=24)
"""Over so long deliveries are counted."""
SHOWN = 20
"""Deliveries of one source that are shown one by one."""


class SourceState(StrEnum):
    """How a source is, in one word; the first that is true."""

    TROUBLED = "troubled"
    """Nothing can be taken from it at the moment: its folder or its vendor does not answer."""
    REFUSED = "refused"
    """The last of what it sent was refused: it does not prove where it comes from."""
    NEVER_HEARD = "never_heard"
    """It has never sent anything."""
    IN_VAIN = "in_vain"
    """Lately some of what it sent could not be read."""
    FINE = "fine"
    """It has sent something, and nothing of it was in vain lately."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A configured source as it is now. ``path`` is where its webhooks go, empty for other ways in."""

    name: str
    shop: str
    kind: KindFacts
    state: SourceState
    last: LastDelivery | None
    counts: Counts
    trouble: str
    poll: PollRow | None
    refused: Sequence[Refusal]
    refused_in_a_row: int
    refused_since: datetime | None
    secrets: Sequence[KnownSecret]
    path: str


@dataclass(frozen=True, slots=True)
class SourceInFull:
    """A source with its newest deliveries, and those of them that were in vain."""

    facts: SourceFacts
    newest: Sequence[NewestDelivery]
    in_vain: Sequence[ListedDelivery]


def state_of(*, trouble: bool, refused: int, heard: bool, in_vain: int) -> SourceState:
    """The one word for a source."""
    if trouble:
        return SourceState.TROUBLED
    if refused:
        return SourceState.REFUSED
    if not heard:
        return SourceState.NEVER_HEARD
    return SourceState.IN_VAIN if in_vain else SourceState.FINE


class NothingToTry(Exception):
    """This source sends nothing that could be tried out: a person scans its labels."""


class SourceDesk:
    """Gathers what is known of sources, and tries payloads out."""

    def __init__(
        self,
        sources: Mapping[str, SourceSettings],
        store: Store,
        clock: Callable[[], datetime],
        *,
        keyring: Keyring,
        health: Health,
        attended: Mapping[str, AttendedSource],
    ) -> None:
        self.sources = sources
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._health = health
        self._attended = attended

    async def all(self) -> list[SourceFacts]:
        """Every configured source, by name.

        Raises:
            StoreUnavailable: the store could not be read.
        """
        last = await self._store.now.last_deliveries(list(self.sources))
        polls = await self._store.source_log.polls()
        return [await self._facts(name, last.get(name), polls.get(name)) for name in sorted(self.sources)]

    async def one(self, name: str) -> SourceInFull:
        """One source.

        Raises:
            KeyError: there is none of this name.
            StoreUnavailable: the store could not be read.
        """
        if name not in self.sources:
            raise KeyError(name)
        last = await self._store.now.last_deliveries([name])
        polls = await self._store.source_log.polls()
        return SourceInFull(
            await self._facts(name, last.get(name), polls.get(name)),
            await self._store.source_log.newest(name, SHOWN),
            (await self._store.source_log.listed("", name, SHOWN)).deliveries,
        )

    async def try_out(self, name: str, payload: bytes, headers: Mapping[str, str] | None) -> Trial:
        """What a payload would become; nothing of it is kept, and nothing of it reaches a disk.

        Raises:
            KeyError: there is no source of this name.
            NothingToTry: a person scans its labels; nothing is sent.
        """
        source = self.sources[name]
        if SOURCES[source.kind].way is Way.SCANNED:
            raise NothingToTry(name)
        secrets = self._keyring.secrets(name) if isinstance(SOURCES[source.kind], PushedKind) else ()
        return await asyncio.to_thread(_try_in_memory, name, source, payload, headers, self._clock(), secrets)

    async def _facts(self, name: str, last: LastDelivery | None, poll: PollRow | None) -> SourceFacts:
        source = self.sources[name]
        kind = SOURCES[source.kind]
        pushed = isinstance(kind, PushedKind)
        counts = await self._store.source_log.counts(name, self._clock() - LATELY)
        trouble = self._attended[name].trouble if name in self._attended else ""
        in_a_row = self._health.refusals(name) or Refusals(0, None)
        return SourceFacts(
            name=name,
            shop=source.shop,
            kind=facts_of(kind),
            state=state_of(
                trouble=bool(trouble),
                refused=in_a_row.count,
                heard=last is not None,
                in_vain=counts.by_outcome.get("unreadable", 0),
            ),
            last=last,
            counts=counts,
            trouble=trouble,
            poll=poll,
            refused=self._health.last_refused(name),
            refused_in_a_row=in_a_row.count,
            refused_since=in_a_row.since,
            secrets=self._keyring.known(name) if pushed else (),
            path=f"/webhooks/{name}" if pushed else "",
        )


def _try_in_memory(
    name: str,
    source: SourceSettings,
    payload: bytes,
    headers: Mapping[str, str] | None,
    now: datetime,
    secrets: Sequence[str],
) -> Trial:
    """A payload may hold a buyer's name: the file that the reader of files needs is one in memory."""
    with os.fdopen(os.memfd_create("trial"), "wb") as file:
        file.write(payload)
        file.flush()
        return try_out(name, source, Path(f"/proc/self/fd/{file.fileno()}"), headers, now, secrets)
