"""Who a request comes from, by what it shows."""

import hmac
from collections.abc import Iterable

from aiohttp import hdrs, web

from connector.domain.roles import Actor, Role, Via


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


def bearer_token(request: web.Request) -> str | None:
    """The token that a request carries; None where it carries none."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None
