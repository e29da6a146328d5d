"""The secrets that prove deliveries: those of the settings, and those that were added while the program runs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connector.store.source_secrets import NewSecret, SecretUse, SourceSecret, Withdrawal
from connector.store.store import Store
from connector.tokens import TokenBox, TokensUnreadable, fingerprint

USE_KEPT_EVERY = timedelta(minutes=5)
"""How exactly it is known when a secret was used last; writing it for every delivery would tell nobody more."""
_SEALED_AS = "secret"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret that holds, by its mark. ``added`` is None where it stands in the settings.

    ``unreadable``: it was sealed with another key than today's, so it proves nothing.
    """

    mark: str
    added: SourceSecret | None
    used_at: datetime | None
    unreadable: bool = False


@dataclass(slots=True)
class _Ring:
    """One source's secrets in the clear, by mark."""

    configured: dict[str, str] = field(default_factory=dict, repr=False)
    added: dict[int, str] = field(default_factory=dict, repr=False)
    rows: dict[int, SourceSecret] = field(default_factory=dict)
    used_at: dict[str, datetime] = field(default_factory=dict)


class Keyring:
    """All secrets that hold. What is added or withdrawn counts from the next delivery on."""

    def __init__(
        self,
        configured: Mapping[str, Sequence[str]],
        store: Store,
        box: TokenBox | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._rings = {
            source: _Ring({fingerprint(secret): secret for secret in secrets}) for source, secrets in configured.items()
        }
        self._store = store
        self._box = box
        self._clock = clock
        self._turn = asyncio.Lock()

    @property
    def can_keep(self) -> bool:
        """Whether there is a key to seal secrets with."""
        return self._box is not None

    async def load(self) -> None:
        """Reads what was added earlier.

        Raises:
            StoreUnavailable: the store could not be read.
        """
        for row in await self._store.source_secrets.all():
            if row.withdrawn_at is None and (ring := self._rings.get(row.source)) is not None:
                self._take_in(ring, row)
        for (source, mark), at in (await self._store.source_secrets.uses()).items():
            if (ring := self._rings.get(source)) is not None:
                ring.used_at[mark] = at

    def secrets(self, source: str) -> tuple[str, ...]:
        """What may prove a delivery of this source."""
        ring = self._rings[source]
        return (*ring.configured.values(), *ring.added.values())

    def known(self, source: str) -> list[KnownSecret]:
        """A source's secrets for people, those of the settings first."""
        ring = self._rings[source]
        return [
            *(KnownSecret(mark, None, ring.used_at.get(mark)) for mark in ring.configured),
            *(
                KnownSecret(row.mark, row, ring.used_at.get(row.mark), unreadable=row.id not in ring.added)
                for row in ring.rows.values()
            ),
        ]

    async def add(self, source: str, secret: str, who: str) -> KnownSecret | None:
        """Adds a secret, which holds once this returns; None where the source has it already.

        Raises:
            StoreUnavailable: nothing was kept.
        """
        assert self._box is not None, "whoever asks looks at can_keep first"  # noqa: S101 - for mypy
        ring = self._rings[source]
        async with self._turn:  # two who add the same one at once add it once
            if secret in self.secrets(source):
                return None
            sealed = self._box.seal({_SEALED_AS: secret})
            new = NewSecret(source, fingerprint(secret), sealed, who, self._clock())
            row = await self._store.source_secrets.add(new)
            self._take_in(ring, row)
        log.info("source_secret_added", source=source, mark=row.mark, who=who)
        return KnownSecret(row.mark, row, None)

    async def withdraw(self, source: str, secret_id: int, who: str) -> SourceSecret | None:
        """Withdraws a secret that was added, which then proves nothing any more; None where there is none.

        Raises:
            StoreUnavailable: it still holds.
        """
        ring = self._rings[source]
        row = ring.rows.get(secret_id)
        if row is None or not await self._store.source_secrets.withdraw(
            Withdrawal(source, secret_id, who, self._clock())
        ):
            return None
        ring.rows.pop(secret_id, None)
        ring.added.pop(secret_id, None)
        log.info("source_secret_withdrawn", source=source, mark=row.mark, who=who)
        return row

    async def note_use(self, source: str, secret: str) -> None:
        """A secret proved a delivery.

        Raises:
            StoreUnavailable: it was not kept.
        """
        ring, mark, now = self._rings[source], fingerprint(secret), self._clock()
        before = ring.used_at.get(mark)
        if before is None or now - before >= USE_KEPT_EVERY:
            ring.used_at[mark] = now  # before the commit: what comes meanwhile need not write it too
            await self._store.source_secrets.use(SecretUse(source, mark, now))

    def _take_in(self, ring: _Ring, row: SourceSecret) -> None:
        ring.rows[row.id] = row
        try:
            opened = self._box.open(row.sealed) if self._box is not None else {}
        except TokensUnreadable:
            opened = {}
        if _SEALED_AS in opened:
            ring.added[row.id] = opened[_SEALED_AS]
        else:
            log.error("source_secret_unreadable", source=row.source, mark=row.mark, setting="store.token_key")
