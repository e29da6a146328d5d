"""The one place that holds every request to what its address needs."""

from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from connector.access.origin import SAFE_METHODS, Network, Origin, comes_from_own_page, origin_of
from connector.access.routes import Handler, Routes
from connector.domain.roles import Actor, Permission, Via
from connector.http import ApiError

Identify = Callable[[web.Request], Awaitable[Actor | None]]
"""Who a request comes from: None for whoever shows nothing, or nothing that is valid."""

ACTOR = web.RequestKey("actor", Actor)
ORIGIN = web.RequestKey("origin", Origin)

log = structlog.get_logger()


def actor_of(request: web.Request) -> Actor:
    """Who asks, at an address that needs a permission."""
    return request[ACTOR]


def seen_origin(request: web.Request) -> Origin:
    """Where the request comes from, at every address."""
    return request[ORIGIN]


class Gate:
    """Lets a request through to its address when whoever asks may; says why otherwise."""

    def __init__(self, routes: Routes, identify: Identify, trusted: Sequence[Network]) -> None:
        self._routes = routes
        self._identify = identify
        self._trusted = trusted

    @property
    def middleware(self) -> Middleware:
        """For the application whose addresses these are."""

        @web.middleware
        async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
            request[ORIGIN] = origin_of(request, self._trusted)
            route = self._routes.of(request)
            if route is not None and route.needs is not None:
                request[ACTOR] = await self._admit(request, route.needs)
            return await handler(request)

        return hold

    async def _admit(self, request: web.Request, needs: Permission) -> Actor:
        actor = await self._identify(request)
        if actor is None:
            raise _unknown(request)
        require_own_page(request, actor)
        if not actor.may(needs):
            log.warning("not_allowed", who=actor.name, role=actor.role, needs=needs, method=request.method)
            raise ApiError(
                403,
                "not_allowed",
                f"Your role, {actor.role}, does not allow this.",
                "Ask an administrator for a role that does.",
            )
        return actor


def _unknown(request: web.Request) -> ApiError:
    headers = {"WWW-Authenticate": "Bearer"}
    if hdrs.AUTHORIZATION in request.headers:
        message = "This is no valid token of the API: it is unknown, or it has expired or was withdrawn."
        hint = "Send Authorization: Bearer <token>, with one that an administrator made, or one of [api] tokens."
        return ApiError(401, "bad_token", message, hint, headers)
    message = "This needs a log-in, or a token of the API."
    hint = "Log in at /login; a program sends Authorization: Bearer <token>, for example one of [api] tokens."
    return ApiError(401, "login_needed", message, hint, headers)


def require_own_page(request: web.Request, actor: Actor | None = None) -> None:
    """Refuses a change that another site's page asks for in the name of a browser's user.

    Raises:
        ApiError: 403.
    """
    by_browser = actor is None or actor.via is Via.SESSION
    if by_browser and request.method not in SAFE_METHODS and not comes_from_own_page(request, seen_origin(request)):
        log.warning("foreign_page", method=request.method)
        raise ApiError(
            403,
            "foreign_page",
            "This was asked for by a page of another site, so nothing was done.",
            "Open the console by its own address. Behind a proxy, set server.trusted_proxies to the proxy's address.",
        )
