"""Secrets of sources that were added beside those of the settings, and when each secret was used last.

A secret is kept sealed, with a key that is not in the store; of one that was withdrawn nothing is left but its mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Table, Text, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store import dialect
from connector.store.part import Part
from connector.store.tables import UtcTime, id_column, metadata, text_column, time_column

source_secret = Table(
    "source_secret",
    metadata,
    id_column(),
    text_column("source"),
    text_column("mark"),
    text_column("sealed"),
    text_column("added_by"),
    Column("added_at", UtcTime, nullable=False),
    text_column("withdrawn_by"),
    time_column("withdrawn_at"),
    Index(None, "source"),
)
"""Secrets that were added in the console. ``sealed`` is empty once it is withdrawn."""

secret_use = Table(
    "secret_use",
    metadata,
    Column("source", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("used_at", UtcTime, nullable=False),
)
"""When a secret, of the settings or added, last proved a delivery; not written for every one of them."""


@dataclass(frozen=True, slots=True)
class SourceSecret:
    """A secret that was added; ``mark`` tells it apart from others without giving it away."""

    id: int
    source: str
    mark: str
    sealed: str = field(repr=False)
    added_by: str
    added_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret to be added, sealed."""

    source: str
    mark: str
    sealed: str = field(repr=False)
    added_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An added secret that shall hold no more."""

    source: str
    id: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret proved a delivery."""

    source: str
    mark: str
    at: datetime


_NAMES = ("id", "source", "mark", "sealed", "added_by", "added_at", "withdrawn_by", "withdrawn_at")
_ALL = select(source_secret).order_by(source_secret.c.id)
_WITHDRAW = (
    update(source_secret)
    .where(
        source_secret.c.id == bindparam("wanted"),
        source_secret.c.source == bindparam("of"),
        source_secret.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("at"), withdrawn_by=bindparam("by"), sealed="")
)
_USE = dialect.insert(secret_use).on_conflict_do_update(
    index_elements=["source", "mark"], set_={"used_at": dialect.insert(secret_use).excluded.used_at}
)


async def add_source_secrets(connection: AsyncConnection, payloads: Sequence[NewSecret]) -> list[SourceSecret]:
    """Adds secrets."""
    added = []
    for new in payloads:
        values = {
            "source": new.source,
            "mark": new.mark,
            "sealed": new.sealed,
            "added_by": new.added_by,
            "added_at": new.at,
        }
        row = (await connection.execute(insert(source_secret).returning(source_secret), values)).one()
        added.append(_secret_of(row))
    return added


async def withdraw_source_secrets(connection: AsyncConnection, payloads: Sequence[Withdrawal]) -> list[bool]:
    """Withdraws secrets; False for one that is not there, or is withdrawn already."""
    return [
        (
            await connection.execute(_WITHDRAW, {"wanted": each.id, "of": each.source, "at": each.at, "by": each.by})
        ).rowcount
        > 0
        for each in payloads
    ]


async def use_source_secrets(connection: AsyncConnection, payloads: Sequence[SecretUse]) -> list[None]:
    """Keeps when secrets were used last."""
    for each in payloads:
        await connection.execute(_USE, {"source": each.source, "mark": each.mark, "used_at": each.at})
    return [None] * len(payloads)


class SecretBook(Part):
    """The secrets of sources that the store has."""

    async def add(self, new: NewSecret) -> SourceSecret:
        """Adds a secret."""
        added: SourceSecret = await self._submit(add_source_secrets, new)
        return added

    async def withdraw(self, withdrawal: Withdrawal) -> bool:
        """Withdraws a secret; False where there is none to withdraw."""
        done: bool = await self._submit(withdraw_source_secrets, withdrawal)
        return done

    async def use(self, used: SecretUse) -> None:
        """Keeps when a secret was used last."""
        await self._submit(use_source_secrets, used)

    async def all(self) -> list[SourceSecret]:
        """All that ever were, the oldest first."""
        async with self._reader() as connection:
            return [_secret_of(row) for row in await connection.execute(_ALL)]

    async def uses(self) -> Mapping[tuple[str, str], datetime]:
        """By source and mark: when a secret was used last."""
        async with self._reader() as connection:
            return {(row.source, row.mark): row.used_at for row in await connection.execute(select(secret_use))}


def _secret_of(row: Row[Any]) -> SourceSecret:
    return SourceSecret(**{name: getattr(row, name) for name in _NAMES})
