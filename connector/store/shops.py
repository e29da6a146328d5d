"""What is kept about a shop: since when its key is in use, and why it stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.dialect import insert
from connector.store.schema import pulse, shop


@dataclass(frozen=True, slots=True)
class ShopRow:
    """A shop as kept. The key is known by a fingerprint only."""

    name: str
    key_fingerprint: str
    key_first_used_at: datetime | None
    stopped_for: str
    stopped_at: datetime | None
    claims_read_until: datetime | None


async def record_keys(connection: AsyncConnection, payloads: Sequence[tuple[str, str, datetime]]) -> list[None]:
    """Keeps since when a key is in use; a known key keeps its first time."""
    for name, fingerprint, at in payloads:
        statement = insert(shop).values(name=name, key_fingerprint=fingerprint, key_first_used_at=at)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"key_fingerprint": fingerprint, "key_first_used_at": at},
                where=shop.c.key_fingerprint != fingerprint,
            )
        )
    return [None] * len(payloads)


async def record_stops(connection: AsyncConnection, payloads: Sequence[tuple[str, str, datetime | None]]) -> list[None]:
    """Keeps that shops are stopped, or work again."""
    for name, reason, at in payloads:
        statement = insert(shop).values(name=name, stopped_for=reason, stopped_at=at)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"stopped_for": reason, "stopped_at": at})
        )
    return [None] * len(payloads)


async def record_claims_read(connection: AsyncConnection, payloads: Sequence[tuple[str, datetime]]) -> list[None]:
    """Keeps until when the claims of shops were read."""
    for name, at in payloads:
        statement = insert(shop).values(name=name, claims_read_until=at)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"claims_read_until": at})
        )
    return [None] * len(payloads)


async def shop_by_name(connection: AsyncConnection, name: str) -> ShopRow | None:
    """A shop as kept, or None."""
    row = (await connection.execute(select(shop).where(shop.c.name == name))).one_or_none()
    if row is None:
        return None
    return ShopRow(
        row.name, row.key_fingerprint, row.key_first_used_at, row.stopped_for, row.stopped_at, row.claims_read_until
    )


async def touch(connection: AsyncConnection, payloads: Sequence[datetime]) -> list[None]:
    """Writes a row, to prove that the store can be written."""
    statement = insert(pulse).values(id=1, at=payloads[-1])
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"at": payloads[-1]}))
    return [None] * len(payloads)
