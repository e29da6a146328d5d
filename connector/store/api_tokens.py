"""Tokens of programs. Of a token only its SHA-256 is kept; it has 256 random bits, so that this is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.people import ApiToken, PeopleRefused, Refusal
from connector.domain.roles import Role
from connector.store.part import Part
from connector.store.people_schema import api_token


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token for a program. ``expires_at`` is None where it holds until it is withdrawn."""

    name: str
    token_hash: str
    role: Role
    created_by: str
    at: datetime
    expires_at: datetime | None


_NAMES = ("id", "name", "created_by", "created_at", "expires_at", "last_used_at", "withdrawn_at")
_BY_HASH = select(api_token).where(api_token.c.token_hash == bindparam("hash"))
_ALL = select(api_token).order_by(api_token.c.id.desc())
_USED = update(api_token).where(api_token.c.id == bindparam("wanted")).values(last_used_at=bindparam("at"))
_WITHDRAW = (
    update(api_token)
    .where(api_token.c.id == bindparam("wanted"), api_token.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)


async def add_tokens(connection: AsyncConnection, payloads: Sequence[NewToken]) -> list[ApiToken]:
    """Adds tokens."""
    added = []
    for new in payloads:
        values = {
            "name": new.name,
            "token_hash": new.token_hash,
            "role": new.role,
            "created_by": new.created_by,
            "created_at": new.at,
            "expires_at": new.expires_at,
        }
        row = (await connection.execute(insert(api_token).returning(api_token), values)).one()
        added.append(_token_of(row))
    return added


async def use_tokens(connection: AsyncConnection, payloads: Sequence[tuple[int, datetime]]) -> list[None]:
    """Keeps when tokens were used last."""
    for token_id, at in payloads:
        await connection.execute(_USED, {"wanted": token_id, "at": at})
    return [None] * len(payloads)


async def withdraw_tokens(connection: AsyncConnection, payloads: Sequence[tuple[int, datetime]]) -> list[None]:
    """Withdraws tokens.

    Raises:
        PeopleRefused: there is none of this id that holds.
    """
    for token_id, at in payloads:
        if (await connection.execute(_WITHDRAW, {"wanted": token_id, "at": at})).rowcount == 0:
            raise PeopleRefused(Refusal.NO_TOKEN)
    return [None] * len(payloads)


async def all_tokens(connection: AsyncConnection) -> list[ApiToken]:
    """All tokens that ever were, the newest first."""
    return [_token_of(row) for row in await connection.execute(_ALL)]


class TokenBook(Part):
    """The tokens of the store."""

    async def add(self, new: NewToken) -> ApiToken:
        """Adds a token."""
        added: ApiToken = await self._submit(add_tokens, new)
        return added

    async def find(self, token_hash: str) -> ApiToken | None:
        """A token, or None; whether it still holds is for the caller to see."""
        async with self._reader() as connection:
            row = (await connection.execute(_BY_HASH, {"hash": token_hash})).first()
        return None if row is None else _token_of(row)

    async def use(self, token_id: int, at: datetime) -> None:
        """Keeps when a token was used last."""
        await self._submit(use_tokens, (token_id, at))

    async def withdraw(self, token_id: int, at: datetime) -> None:
        """Withdraws a token.

        Raises:
            PeopleRefused: there is none of this id that holds.
        """
        await self._submit(withdraw_tokens, (token_id, at))

    async def all(self) -> list[ApiToken]:
        """All tokens that ever were, the newest first."""
        async with self._reader() as connection:
            return await all_tokens(connection)


def _token_of(row: Row[Any]) -> ApiToken:
    return ApiToken(role=Role(row.role), **{name: getattr(row, name) for name in _NAMES})
