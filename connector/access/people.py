"""What is done about users, passwords and tokens: by the API, by pages, and by commands without a daemon."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.sessions import hash_of
from connector.domain.language import Language
from connector.domain.people import (
    ApiToken,
    PeopleRefused,
    Refusal,
    User,
    check_password,
    name_key,
    usable_name,
)
from connector.domain.roles import Role
from connector.store.api_tokens import NewToken
from connector.store.store import Store
from connector.store.users import NewPassword, NewUser

TOKEN_PREFIX = "qct_"  # noqa: S105 - so that a token that lies somewhere is recognised as one


class TriedTooOften(Exception):
    """A password was tried too often; ``wait_s`` seconds from now it may be tried again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"tried too often, wait {wait_s:.0f} s")
        self.wait_s = wait_s


class PeopleDesk:
    """Checks what somebody chose, hashes it, keeps it. ``monotonic`` is a clock in seconds that never goes back."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        limits: LoginLimits,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._limits = limits
        self._clock = clock
        self._monotonic = monotonic

    async def add_user(self, name: str, password: str, role: Role, language: Language) -> User:
        """Adds a user.

        Raises:
            PeopleRefused: the name or the password cannot be used.
            TooManyAtOnce: nothing was done.
        """
        return await self._store.users.add(await self._new_user(name, password, role, language))

    async def has_users(self) -> bool:
        """Whether anybody could ever log in: there is a user, of whatever role."""
        return bool(await self._store.users.all())

    async def add_first_user(self, name: str, password: str, language: Language) -> User | None:
        """Adds an administrator where there is no user yet; None where there is one.

        Raises:
            PeopleRefused: the name or the password cannot be used.
        """
        if await self.has_users():
            return None
        return await self._store.users.add_first(await self._new_user(name, password, Role.ADMIN, language))

    async def log_in(self, address: str, name: str, password: str) -> User | None:
        """The user of this name and password; None where there is none who may log in with them.

        Raises:
            TriedTooOften: it was not looked at.
            TooManyAtOnce: it was not looked at.
        """
        wait = self._limits.begin(address, name_key(name), self._monotonic())
        if wait:
            raise TriedTooOften(wait)
        user = await self._store.users.by_name(name)
        may = user is not None and user.disabled_at is None
        right = await self._passwords.matches(password, user.password_hash if user is not None and may else None)
        if user is None or not right:
            return None
        self._limits.was_right(address, name_key(name))
        if self._passwords.is_outdated(user.password_hash):
            await self._store.users.rehash(user.id, user.password_hash, await self._passwords.hash(password))
        return user

    async def change_own_password(self, address: str, user_id: int, session_id: int, old: str, new: str) -> User:
        """Changes the password of whoever knows the old one; their other sessions end.

        Raises:
            PeopleRefused: the old one is wrong, or the new one cannot be used.
            TriedTooOften, TooManyAtOnce: nothing was done.
        """
        user = await self._user(user_id)
        check_password(new, user.name)
        if await self.log_in(address, user.name, old) is None:
            raise PeopleRefused(Refusal.PASSWORD_WRONG)
        hashed = await self._passwords.hash(new)
        return await self._store.users.set_password(NewPassword(user_id, hashed, self._clock(), keeps=session_id))

    async def set_password(self, user_id: int, new: str) -> User:
        """Sets the password of a user, whose sessions all end.

        Raises:
            PeopleRefused: there is no such user, or the password cannot be used.
            TooManyAtOnce: nothing was done.
        """
        check_password(new, (await self._user(user_id)).name)
        return await self._store.users.set_password(
            NewPassword(user_id, await self._passwords.hash(new), self._clock())
        )

    async def add_token(self, name: str, role: Role, by: str, expires_days: float | None) -> tuple[ApiToken, str]:
        """Makes a token; gives what is kept of it, and the token itself, which nobody can show again.

        Raises:
            PeopleRefused: the name cannot be used.
        """
        now, token = self._clock(), TOKEN_PREFIX + secrets.token_urlsafe(32)
        expires_at = None if expires_days is None else now + timedelta(days=expires_days)
        new = NewToken(usable_name(name), hash_of(token), role, by, now, expires_at)
        return await self._store.tokens.add(new), token

    async def _new_user(self, name: str, password: str, role: Role, language: Language) -> NewUser:
        tidy = usable_name(name)
        check_password(password, tidy)
        return NewUser(tidy, await self._passwords.hash(password), role, language, self._clock())

    async def _user(self, user_id: int) -> User:
        found = await self._store.users.by_id(user_id)
        if found is None:
            raise PeopleRefused(Refusal.NO_USER)
        return found
