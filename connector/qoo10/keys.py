"""Where the seller authorization key comes from, and when a new one is issued."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from connector.qoo10.errors import CredentialError, LaterError, QapiError
from connector.qoo10.protocol import create_certification_key
from connector.qoo10.readers import is_key, new_key
from connector.qoo10.transport import Transport

RENEWAL_PAUSE_S: Final = 600.0
"""After a key was issued, or Qoo10 refused to issue one, this long no other is asked for."""

LATER_PAUSE_S: Final = 30.0
"""After Qoo10 could not be asked for a key, this long it is not asked again."""

_log = structlog.get_logger(__name__)


class KeyHolder(Protocol):
    """Whoever knows the seller authorization key of a shop."""

    @property
    def issued_at(self) -> datetime | None:
        """When the key in use was issued, aware; None where that is not known. A key lives one year (Qoo10's guide)."""

    async def current(self) -> str:
        """The key to use now.

        Raises:
            QapiError: There is none: ``CredentialError`` or ``LaterError``, as the class says.
        """

    async def renew(self, after: str) -> str | None:
        """Another key than ``after``, which Qoo10 has just refused; None where there is none to be had.

        Raises:
            LaterError: Qoo10 could not be asked.
        """


class ConfiguredKey:
    """A key that a person has configured. It is read anew for each call, so that a replaced key file takes effect."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read

    @property
    def issued_at(self) -> datetime | None:
        """Unknown: nobody tells when a configured key was issued."""
        return None

    async def current(self) -> str:
        """The configured key. A file that cannot be read, and a text that can be no key, are a ``CredentialError``."""
        try:
            key = self._read().strip()
        except (OSError, ValueError) as error:
            raise CredentialError("", f"the seller key cannot be read ({type(error).__name__})") from None
        if not is_key(key):
            raise CredentialError("", "the seller key is empty or holds characters that no key has")
        return key

    async def renew(self, after: str) -> str | None:
        """The configured key, if it has been replaced since."""
        key = await self.current()
        return None if key == after else key


@dataclass(frozen=True, slots=True)
class Login:
    """What issues a key: the API key, and the QSM login. None of it ever shows."""

    api_key: str = field(repr=False)
    user_id: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no header can carry."""
        if not is_key(self.api_key) or not self.user_id or not self.password:
            raise ValueError("api_key, user_id and password are all needed to issue a seller key")


class IssuedKey:
    """A key that is issued with the shop's login at first use, and again when it fails. It is kept in memory only.

    Whoever comes while one is being issued waits for that one. After an attempt the door stays shut for a while:
    ``RENEWAL_PAUSE_S`` when Qoo10 answered (a key refused within that time was useless, and so would be the next),
    ``LATER_PAUSE_S`` when it could not be asked. So a failing key never leads to a loop.
    """

    def __init__(
        self,
        login: Login,
        transport: Transport,
        now: Callable[[], datetime],
        *,
        renewal_pause_s: float = RENEWAL_PAUSE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login = login
        self._transport = transport
        self._now = now
        self._clock = clock
        self._renewal_pause_s = renewal_pause_s
        self._turn = asyncio.Lock()
        self._key: str | None = None
        self._issued_at: datetime | None = None
        self._shut_until = float("-inf")
        self._failure: QapiError | None = None

    @property
    def issued_at(self) -> datetime | None:
        """When the key in use was issued; None before the first."""
        return self._issued_at

    async def current(self) -> str:
        """The key in use; the first call issues it, and raises what came instead of a key."""
        async with self._turn:
            return self._key if self._key is not None else await self._issue()

    async def renew(self, after: str) -> str | None:
        """A new key, once for each key that failed; None while the door is shut or when Qoo10 issues none."""
        async with self._turn:
            if self._key is not None and self._key != after:
                return self._key
            if self._failure is None and self._clock() < self._shut_until:
                return None
            try:
                return await self._issue()
            except CredentialError:
                return None

    async def _issue(self) -> str:
        if self._failure is not None and self._clock() < self._shut_until:
            raise self._failure.with_traceback(None)
        login = self._login
        call = create_certification_key(login.user_id, login.password)
        try:
            answer = await self._transport.exchange(call, login.api_key, secrets=(login.password, login.user_id))
            key = new_key(answer)
        except QapiError as error:
            _log.warning("seller_key_not_issued", error=type(error).__name__, code=error.code)
            # Whatever call needed the key was not refused itself: only the key can be missing, for good or for now.
            later = isinstance(error, LaterError)
            self._failure = error if later else CredentialError(error.method, error.detail, error.code)
            pause_s = min(LATER_PAUSE_S, self._renewal_pause_s) if later else self._renewal_pause_s
            self._shut_until = self._clock() + pause_s
            raise self._failure from None
        self._key, self._issued_at, self._failure = key, self._now(), None
        self._shut_until = self._clock() + self._renewal_pause_s
        _log.info("seller_key_issued")
        return key
