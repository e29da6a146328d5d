"""``/api/v1/openapi.json``: what the API is, for programs that write programs."""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.metadata import version

from aiohttp import web

from connector.access.routes import Operation, Route, Routes
from connector.api.openapi import HookMessage, document
from connector.api.requests import with_etag
from connector.domain.roles import Permission

_SHOW = Operation("about", "This document", media="application/vnd.oai.openapi+json", etag=True)


class Description:
    """Describes the addresses that are declared, also those that are declared after it."""

    def __init__(self, routes: Iterable[Route], messages: Sequence[HookMessage] = ()) -> None:
        self._routes = routes
        self._messages = messages

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.get("/api/v1/openapi.json", self._show, needs=Permission.LOOK, operation=_SHOW)

    async def _show(self, request: web.Request) -> web.Response:
        """200 with the OpenAPI 3.1 document of everything under `/api/v1`, and of the messages that go out."""
        return with_etag(request, self._body, _SHOW.media)

    @cached_property
    def _body(self) -> bytes:
        made = document(self._routes, version("qoo10-connector"), self._messages)
        return json.dumps(made, ensure_ascii=False).encode()
