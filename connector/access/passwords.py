"""Passwords: Argon2id, in threads of their own, and never more at once than the machine can bear."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from connector.domain.people import LONGEST_PASSWORD, normal_password

AT_ONCE = 2
"""Hashes that are worked out side by side; each takes 64 MiB and a good part of a second of all that a core can do."""
MOST_WAITING = 16
"""More than that would wait for seconds, and whoever knocks so often is no person."""

_T = TypeVar("_T")


class TooManyAtOnce(Exception):
    """Too many passwords are being looked at; try again in some seconds."""


class Passwords:
    """Makes hashes and compares with them. The parameters are those of RFC 9106 for little memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._in_hand = 0
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """What may be kept of a password.

        Raises:
            TooManyAtOnce: it was not made.
        """
        return await self._run(partial(self._hasher.hash, _bytes_of(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of this hash. None is for nobody's: that is wrong, and takes just as long to say.

        Raises:
            TooManyAtOnce: it was not looked at.
        """
        return await self._run(partial(self._compare, password, kept))

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def _compare(self, password: str, kept: str | None) -> bool:
        if not self._nobodys:
            self._nobodys = self._hasher.hash(secrets.token_bytes())
        if len(password) > LONGEST_PASSWORD:
            return False
        try:
            self._hasher.verify(kept or self._nobodys, _bytes_of(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    async def _run(self, work: Callable[[], _T]) -> _T:
        if self._in_hand >= AT_ONCE + MOST_WAITING:
            raise TooManyAtOnce
        self._in_hand += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._in_hand -= 1


def _bytes_of(password: str) -> bytes:
    return normal_password(password).encode("utf-8", "surrogatepass")
