"""Who a request comes from, by what it shows."""

import hmac
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from aiohttp import hdrs, web

from connector.access.local import LocalUsers
from connector.access.sessions import Sessions, hash_of
from connector.domain.people import ApiToken
from connector.domain.roles import Actor, Role, Via
from connector.store.api_tokens import TokenBook
from connector.store.errors import StoreUnavailable

USED_EVERY = timedelta(hours=1)
"""When a token was used last is kept no more often than that."""


class SettingsTokens:
    """The tokens that stand in ``[api] tokens``; each of them is an administrator."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = tuple(token.encode() for token in tokens)

    async def identify(self, request: web.Request) -> Actor | None:
        """The settings, when the request carries one of their tokens."""
        token = bearer_token(request)
        if token is None:
            return None
        # All tokens are compared, each in constant time: how long it takes tells nothing.
        right = [hmac.compare_digest(each, token.encode("utf-8", "surrogateescape")) for each in self._tokens]
        return Actor("settings", Role.ADMIN, Via.SETTINGS) if any(right) else None


class StoredTokens:
    """The tokens that administrators made for programs."""

    def __init__(self, book: TokenBook, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._clock = clock

    async def identify(self, request: web.Request) -> Actor | None:
        """The program whose token the request carries, while it holds."""
        token = bearer_token(request)
        found = await self._book.find(hash_of(token)) if token else None
        now = self._clock()
        if found is None or not holds(found, now):
            return None
        if found.last_used_at is None or now - found.last_used_at >= USED_EVERY:
            with suppress(StoreUnavailable):  # on a full disk monitors must still see what is wrong
                await self._book.use(found.id, now)
        return Actor(found.name, found.role, Via.TOKEN, found.id)


class Identify:
    """Whoever shows a token is looked for among tokens alone; a user of this machine or a cookie counts without one."""

    def __init__(self, settings: SettingsTokens, stored: StoredTokens, local: LocalUsers, sessions: Sessions) -> None:
        self._settings = settings
        self._stored = stored
        self._local = local
        self._sessions = sessions

    async def __call__(self, request: web.Request) -> Actor | None:
        """Who asks; None for whoever shows nothing, or nothing that holds."""
        if hdrs.AUTHORIZATION in request.headers:
            return await self._settings.identify(request) or await self._stored.identify(request)
        return self._local.identify(request) or await self._sessions.identify(request)


def holds(token: ApiToken, now: datetime) -> bool:
    """Whether a token opens anything at this time."""
    return token.withdrawn_at is None and (token.expires_at is None or now < token.expires_at)


def bearer_token(request: web.Request) -> str | None:
    """The token that a request carries; None where it carries none."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None
