"""Who may use the API: whoever has one of the configured tokens."""

import hmac
from collections.abc import Iterable

from aiohttp import web

from connector.http import ApiError


class TokenGate:
    """Lets requests through that carry ``Authorization: Bearer <token>``; every token may do everything."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = tuple(token.encode() for token in tokens)

    def require(self, request: web.Request) -> None:
        """Refuses whoever has no token.

        Raises:
            ApiError: 403 while no token is configured, 401 without a right one.
        """
        if not self._tokens:
            raise ApiError(
                403,
                "api_disabled",
                "The API is switched off: no token is configured.",
                "Set [api] tokens (or tokens_file) in the settings and restart the daemon; config.toml says how.",
            )
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        # All tokens are compared, each in constant time: how long it takes tells nothing.
        right = [hmac.compare_digest(token, given.strip().encode("utf-8", "surrogateescape")) for token in self._tokens]
        if scheme.lower() != "bearer" or not any(right):
            raise ApiError(
                401,
                "bad_token",
                "This needs a token of the API.",
                "Send the header Authorization: Bearer <token>, with one of [api] tokens.",
                {"WWW-Authenticate": "Bearer"},
            )
