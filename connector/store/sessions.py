"""Sessions of browsers. A token is never kept, only its SHA-256: whoever reads the store can log in with none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.people import PeopleRefused, Refusal, Session, User
from connector.store.part import Part
from connector.store.people_schema import session, user
from connector.store.users import user_of

MOST_OF_A_USER = 20
"""More sessions than that no person uses; the ones that were not seen for longest end."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A log-in that was right. ``of`` is the user as the password was compared with.

    ``replaces`` is the hash of the token that the browser had before; ``idle_since`` is before when a session that was
    not seen again has ended.
    """

    of: User
    token_hash: str
    at: datetime
    expires_at: datetime
    address: str
    agent: str
    replaces: str
    idle_since: datetime


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session with its user.

    ``is_previous``: it was found by the token before the present one. ``confirmed``: the present one was shown by the
    browser at least once, or there is no other.
    """

    id: int
    user: User
    created_at: datetime
    seen_at: datetime
    rotated_at: datetime | None
    expires_at: datetime
    is_previous: bool
    previous_until: datetime | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Rotation:
    """A new token for a session that was shown an old one. ``seen_rotated_at`` is what ``rotated_at`` was then."""

    session_id: int
    old_hash: str
    new_hash: str
    seen_rotated_at: datetime | None
    at: datetime
    keeps_old: bool = True


_OF = (
    session.c.id.label("session_id"),
    session.c.created_at.label("begun_at"),
    session.c.seen_at,
    session.c.rotated_at,
    session.c.expires_at,
    session.c.previous_hash,
    session.c.previous_until,
    user,
)
_WITH_USER = session.join(user, user.c.id == session.c.user_id)
_MAY = user.c.disabled_at.is_(None)
_BY_TOKEN = select(*_OF).select_from(_WITH_USER).where(session.c.token_hash == bindparam("hash"), _MAY)
_BY_PREVIOUS = (
    select(*_OF)
    .select_from(_WITH_USER)
    .where(session.c.previous_hash == bindparam("hash"), session.c.previous_hash != "", _MAY)
)
_END_ENDED = delete(session).where(
    or_(
        session.c.expires_at <= bindparam("now"),
        session.c.seen_at <= bindparam("idle_since"),
        session.c.token_hash == bindparam("replaces"),
    )
)
_BEYOND_THE_MOST = (
    select(session.c.id)
    .where(session.c.user_id == bindparam("of_user"))
    .order_by(session.c.seen_at.desc(), session.c.id.desc())
    .offset(MOST_OF_A_USER)
)
_END_SUPERFLUOUS = delete(session).where(session.c.id.in_(_BEYOND_THE_MOST.scalar_subquery()))
_SEEN = update(session).where(session.c.id == bindparam("of_session")).values(seen_at=bindparam("now"))
_CONFIRM = (
    update(session)
    .where(session.c.id == bindparam("of_session"), session.c.token_hash == bindparam("hash"))
    .where(session.c.previous_until.is_(None))
    .values(previous_until=bindparam("until"))
)
_END = delete(session).where(session.c.id == bindparam("of_session"))
_END_OF = _END.where(session.c.user_id == bindparam("of_user"))
_LISTED = (
    select(
        session.c.id,
        session.c.user_id,
        user.c.name.label("user_name"),
        session.c.created_at,
        session.c.seen_at,
        session.c.expires_at,
        session.c.address,
        session.c.agent,
    )
    .select_from(_WITH_USER)
    .order_by(session.c.seen_at.desc(), session.c.id.desc())
)


async def begin_sessions(connection: AsyncConnection, payloads: Sequence[NewSession]) -> list[bool]:
    """Begins sessions; False where the user was disabled, or got another password, since it was compared."""
    begun = []
    for new in payloads:
        ended = {"now": new.at, "idle_since": new.idle_since, "replaces": new.replaces}
        await connection.execute(_END_ENDED, ended)
        unchanged = (user.c.id == new.of.id, user.c.password_changed_at == new.of.password_changed_at, _MAY)
        if (await connection.execute(select(user.c.id).where(*unchanged))).first() is None:
            begun.append(False)
            continue
        values = {
            "token_hash": new.token_hash,
            "user_id": new.of.id,
            "created_at": new.at,
            "seen_at": new.at,
            "rotated_at": new.at,
            "expires_at": new.expires_at,
            "address": new.address,
            "agent": new.agent,
        }
        await connection.execute(insert(session), values)
        await connection.execute(_END_SUPERFLUOUS, {"of_user": new.of.id})
        begun.append(True)
    return begun


async def rotate_sessions(connection: AsyncConnection, payloads: Sequence[Rotation]) -> list[bool]:
    """Gives sessions new tokens; False for one that another request was quicker with, or that has ended."""
    rotated = []
    for new in payloads:
        same = session.c.rotated_at.is_not_distinct_from(new.seen_rotated_at)
        statement = (
            update(session)
            .where(session.c.id == new.session_id, same)
            .values(
                token_hash=new.new_hash,
                previous_hash=new.old_hash if new.keeps_old else "",
                previous_until=None,
                rotated_at=new.at,
            )
        )
        rotated.append((await connection.execute(statement)).rowcount == 1)
    return rotated


async def confirm_sessions(connection: AsyncConnection, payloads: Sequence[tuple[int, str, datetime]]) -> list[None]:
    """The browser has shown its new token (session, hash): the one before is valid until then, and no longer."""
    for session_id, token_hash, until in payloads:
        await connection.execute(_CONFIRM, {"of_session": session_id, "hash": token_hash, "until": until})
    return [None] * len(payloads)


async def see_sessions(connection: AsyncConnection, payloads: Sequence[tuple[int, datetime]]) -> list[None]:
    """Keeps when sessions were seen."""
    for session_id, at in payloads:
        await connection.execute(_SEEN, {"of_session": session_id, "now": at})
    return [None] * len(payloads)


async def end_sessions(connection: AsyncConnection, payloads: Sequence[tuple[int, int | None]]) -> list[None]:
    """Ends sessions (session, and the user that it must be of, or None for whoever's it is).

    Raises:
        PeopleRefused: there is no such session.
    """
    for session_id, user_id in payloads:
        query, values = (_END, {}) if user_id is None else (_END_OF, {"of_user": user_id})
        if (await connection.execute(query, {"of_session": session_id, **values})).rowcount == 0:
            raise PeopleRefused(Refusal.NO_SESSION)
    return [None] * len(payloads)


async def all_sessions(connection: AsyncConnection, user_id: int | None = None) -> list[Session]:
    """The sessions of a user, or of all, the last seen first; those too that nobody has looked at since they ended."""
    query = _LISTED if user_id is None else _LISTED.where(session.c.user_id == user_id)
    return [Session(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001 - its public name


class SessionBook(Part):
    """The sessions of the store."""

    async def begin(self, new: NewSession) -> bool:
        """Begins a session; False where the user may not log in any more with what was compared."""
        begun: bool = await self._submit(begin_sessions, new)
        return begun

    async def find(self, token_hash: str) -> FoundSession | None:
        """The session of a token, present or previous, of a user who may log in. Its end is for the caller to see."""
        async with self._reader() as connection:
            for query, is_previous in ((_BY_TOKEN, False), (_BY_PREVIOUS, True)):
                row = (await connection.execute(query, {"hash": token_hash})).first()
                if row is not None:
                    return _found(row, is_previous=is_previous)
        return None

    async def rotate(self, new: Rotation) -> bool:
        """Gives a session a new token; False where another request was quicker."""
        rotated: bool = await self._submit(rotate_sessions, new)
        return rotated

    async def confirm(self, session_id: int, token_hash: str, previous_until: datetime) -> None:
        """The browser has the new token; the one before ends then."""
        await self._submit(confirm_sessions, (session_id, token_hash, previous_until))

    async def see(self, session_id: int, at: datetime) -> None:
        """Keeps when a session was seen."""
        await self._submit(see_sessions, (session_id, at))

    async def end(self, session_id: int, user_id: int | None = None) -> None:
        """Ends a session; with ``user_id`` only one of that user.

        Raises:
            PeopleRefused: there is no such session.
        """
        await self._submit(end_sessions, (session_id, user_id))

    async def all(self, user_id: int | None = None) -> list[Session]:
        """The sessions of a user, or of all, the last seen first; ended ones may be among them."""
        async with self._reader() as connection:
            return await all_sessions(connection, user_id)


def _found(row: Row[Any], *, is_previous: bool) -> FoundSession:
    return FoundSession(
        id=row.session_id,
        user=user_of(row),
        created_at=row.begun_at,
        seen_at=row.seen_at,
        rotated_at=row.rotated_at,
        expires_at=row.expires_at,
        is_previous=is_previous,
        previous_until=row.previous_until,
        confirmed=not row.previous_hash or row.previous_until is not None,
    )
