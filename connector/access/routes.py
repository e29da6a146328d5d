"""Every address of the program, with what it needs: what is not declared here is not served."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web
from pydantic import BaseModel

from connector.domain.roles import Permission

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ExpectHandler = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What the OpenAPI document says of an address, beside what its handler's docstring says.

    ``takes`` is the shape of the body, ``asks`` that of the query, ``answers`` that of the answer where it is JSON;
    ``media`` names the answer's type where it is something else. ``errors`` are the statuses that it may refuse with,
    beside those that every address has. ``tag`` groups addresses. ``etag`` says that an answer carries an ``ETag``
    that ``If-None-Match`` takes, or, at an address that changes something, that it takes ``If-Match``.
    """

    tag: str
    summary: str
    answers: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    takes: type[BaseModel] | None = None
    asks: type[BaseModel] | None = None
    errors: tuple[HTTPStatus, ...] = ()
    media: str = "application/json"
    etag: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method. ``needs`` is None where anybody may come, for a reason that stands beside it.

    ``holds_secret``: its body or its answer does, so that nothing of either may be kept.
    """

    method: str
    path: str
    handler: Handler
    needs: Permission | None
    operation: Operation | None = None
    holds_secret: bool = False


class Routes:
    """The addresses of one application."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._by_route: dict[web.AbstractRoute, Route] = {}

    def __iter__(self) -> Iterator[Route]:
        return iter(self._by_route.values())

    def get(self, path: str, handler: Handler, *, needs: Permission | None, operation: Operation | None = None) -> None:
        """An address that only reads; HEAD is answered as well."""
        resource = self._app.router.add_resource(path)
        for method in (hdrs.METH_HEAD, hdrs.METH_GET):
            self._keep(resource.add_route(method, handler), Route(method, path, handler, needs, operation))

    def post(
        self,
        path: str,
        handler: Handler,
        *,
        needs: Permission | None,
        operation: Operation | None = None,
        holds_secret: bool = False,
        expect_handler: ExpectHandler | None = None,
    ) -> None:
        """An address that changes something."""
        added = self._app.router.add_route(hdrs.METH_POST, path, handler, expect_handler=expect_handler)
        self._keep(added, Route(hdrs.METH_POST, path, handler, needs, operation, holds_secret))

    def put(self, path: str, handler: Handler, *, needs: Permission | None, operation: Operation | None = None) -> None:
        """An address that replaces something."""
        added = self._app.router.add_route(hdrs.METH_PUT, path, handler)
        self._keep(added, Route(hdrs.METH_PUT, path, handler, needs, operation))

    def delete(
        self, path: str, handler: Handler, *, needs: Permission | None, operation: Operation | None = None
    ) -> None:
        """An address that ends something."""
        added = self._app.router.add_route(hdrs.METH_DELETE, path, handler)
        self._keep(added, Route(hdrs.METH_DELETE, path, handler, needs, operation))

    def of(self, request: web.Request) -> Route | None:
        """What was declared about the address that the request came to; None where there is nothing (404, 405).

        Raises:
            LookupError: the address is served, but was never declared.
        """
        route = request.match_info.route
        if route in self._by_route:
            return self._by_route[route]
        if request.match_info.http_exception is not None:
            return None
        raise LookupError(f"{request.method} {route.resource} was never declared")

    def _keep(self, added: web.AbstractRoute, declared: Route) -> None:
        self._by_route[added] = declared
