"""People who may log in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.language import Language
from connector.domain.people import PeopleRefused, Refusal, User, name_key
from connector.domain.roles import Role
from connector.store.dialect import insert
from connector.store.part import Part
from connector.store.people_schema import session, user


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody who may log in from now on."""

    name: str
    password_hash: str
    role: Role
    language: Language
    at: datetime


@dataclass(frozen=True, slots=True)
class UserChange:
    """What changes about a user; None where nothing does."""

    user_id: int
    at: datetime
    role: Role | None = None
    language: Language | None = None
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that was set. All sessions of the user end but ``keeps``, from which it was changed."""

    user_id: int
    password_hash: str
    at: datetime
    keeps: int | None = None


_ADD = insert(user).on_conflict_do_nothing(index_elements=["name_key"]).returning(user)
_ANY = select(user.c.id).limit(1)
_BY_ID = select(user).where(user.c.id == bindparam("wanted"))
_BY_KEY = select(user).where(user.c.name_key == bindparam("wanted"))
_ALL = select(user).order_by(user.c.name_key)
_OTHER_ADMINS = (
    select(func.count())
    .select_from(user)
    .where(user.c.role == Role.ADMIN, user.c.disabled_at.is_(None), user.c.id != bindparam("wanted"))
)
_END_SESSIONS = delete(session).where(session.c.user_id == bindparam("of_user"))
_END_OTHERS = _END_SESSIONS.where(session.c.id != bindparam("keeps"))
_CHANGE_TOKENS = update(session).where(session.c.user_id == bindparam("of_user")).values(rotated_at=None)
_REHASH = (
    update(user)
    .where(user.c.id == bindparam("of_user"), user.c.password_hash == bindparam("old"))
    .values(password_hash=bindparam("new"))
)


async def add_users(connection: AsyncConnection, payloads: Sequence[NewUser]) -> list[User]:
    """Adds users.

    Raises:
        PeopleRefused: the name is taken.
    """
    added = []
    for new in payloads:
        values = {
            "name": new.name,
            "name_key": name_key(new.name),
            "password_hash": new.password_hash,
            "role": new.role,
            "language": new.language,
            "created_at": new.at,
            "password_changed_at": new.at,
        }
        row = (await connection.execute(_ADD, values)).first()
        if row is None:
            raise PeopleRefused(Refusal.NAME_TAKEN)
        added.append(user_of(row))
    return added


async def add_first_users(connection: AsyncConnection, payloads: Sequence[NewUser]) -> list[User | None]:
    """Adds users where there was none; gives None where there was."""
    added: list[User | None] = []
    for new in payloads:
        is_first = (await connection.execute(_ANY)).first() is None
        added += await add_users(connection, [new]) if is_first else [None]
    return added


async def change_users(connection: AsyncConnection, payloads: Sequence[UserChange]) -> list[User]:
    """Changes users. Whoever is disabled is logged out; whoever gets another role gets a new token with it.

    Raises:
        PeopleRefused: there is no such user, or nobody would be left who can administer.
    """
    changed = []
    for wanted in payloads:
        before = await _existing(connection, wanted.user_id)
        values = _values(wanted, before)
        loses = values.get("role", Role.ADMIN) is not Role.ADMIN or values.get("disabled_at") is not None
        rules = before.role is Role.ADMIN and before.disabled_at is None
        if rules and loses and not (await connection.execute(_OTHER_ADMINS, {"wanted": before.id})).scalar():
            raise PeopleRefused(Refusal.LAST_ADMIN)
        if values:
            await connection.execute(update(user).where(user.c.id == before.id).values(**values))
        if values.get("disabled_at") is not None:
            await connection.execute(_END_SESSIONS, {"of_user": before.id})
        elif "role" in values:
            await connection.execute(_CHANGE_TOKENS, {"of_user": before.id})
        changed.append(await _existing(connection, before.id))
    return changed


def _values(wanted: UserChange, before: User) -> dict[str, Any]:
    """The columns that really change."""
    values: dict[str, Any] = {}
    if wanted.role not in (None, before.role):
        values["role"] = wanted.role
    if wanted.language not in (None, before.language):
        values["language"] = wanted.language
    if wanted.disabled is not None and wanted.disabled is not (before.disabled_at is not None):
        values["disabled_at"] = wanted.at if wanted.disabled else None
    return values


async def set_passwords(connection: AsyncConnection, payloads: Sequence[NewPassword]) -> list[User]:
    """Sets passwords, and ends the sessions that the old ones began.

    Raises:
        PeopleRefused: there is no such user.
    """
    changed = []
    for new in payloads:
        await _existing(connection, new.user_id)
        values = {"password_hash": new.password_hash, "password_changed_at": new.at}
        await connection.execute(update(user).where(user.c.id == new.user_id).values(**values))
        if new.keeps is None:
            await connection.execute(_END_SESSIONS, {"of_user": new.user_id})
        else:
            await connection.execute(_END_OTHERS, {"of_user": new.user_id, "keeps": new.keeps})
        changed.append(await _existing(connection, new.user_id))
    return changed


async def rehash_passwords(connection: AsyncConnection, payloads: Sequence[tuple[int, str, str]]) -> list[None]:
    """Replaces hashes (user, old, new) of the same passwords, where they are still the same."""
    for user_id, old, new in payloads:
        await connection.execute(_REHASH, {"of_user": user_id, "old": old, "new": new})
    return [None] * len(payloads)


async def all_users(connection: AsyncConnection) -> list[User]:
    """All users by name, those who are disabled too."""
    return [user_of(row) for row in await connection.execute(_ALL)]


class UserBook(Part):
    """The users of the store."""

    async def add(self, new: NewUser) -> User:
        """Adds a user.

        Raises:
            PeopleRefused: the name is taken.
        """
        added: User = await self._submit(add_users, new)
        return added

    async def add_first(self, new: NewUser) -> User | None:
        """Adds the first user; None where there is one."""
        added: User | None = await self._submit(add_first_users, new)
        return added

    async def change(self, wanted: UserChange) -> User:
        """Changes a user's role, language, or whether they may log in.

        Raises:
            PeopleRefused: there is no such user, or it is the last administrator.
        """
        changed: User = await self._submit(change_users, wanted)
        return changed

    async def set_password(self, new: NewPassword) -> User:
        """Sets a user's password.

        Raises:
            PeopleRefused: there is no such user.
        """
        changed: User = await self._submit(set_passwords, new)
        return changed

    async def rehash(self, user_id: int, old: str, new: str) -> None:
        """Keeps a better hash of the same password."""
        await self._submit(rehash_passwords, (user_id, old, new))

    async def by_id(self, user_id: int) -> User | None:
        """A user, or None."""
        async with self._reader() as connection:
            return await _found(connection, _BY_ID, user_id)

    async def by_name(self, name: str) -> User | None:
        """The user of a name, however it is written; or None."""
        async with self._reader() as connection:
            return await _found(connection, _BY_KEY, name_key(name))

    async def all(self) -> list[User]:
        """All users by name, those who are disabled too."""
        async with self._reader() as connection:
            return await all_users(connection)


def user_of(row: Row[Any]) -> User:
    """The user in a row that has the columns of the table."""
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        language=Language(row.language),
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        disabled_at=row.disabled_at,
        password_hash=row.password_hash,
    )


async def _found(connection: AsyncConnection, query: Any, wanted: object) -> User | None:
    row = (await connection.execute(query, {"wanted": wanted})).first()
    return None if row is None else user_of(row)


async def _existing(connection: AsyncConnection, user_id: int) -> User:
    found = await _found(connection, _BY_ID, user_id)
    if found is None:
        raise PeopleRefused(Refusal.NO_USER)
    return found
