"""Every deed of a person or program gets its row in the audit: at one place, so that no address can forget it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Middleware

from connector.access.gate import actor_of
from connector.access.origin import SAFE_METHODS
from connector.access.routes import Handler, Routes
from connector.http import ApiError
from connector.store.deeds import Deed, DeedBook, Outcome
from connector.store.errors import StoreUnavailable

LONGEST = 200
"""Characters of a subject or a detail: what stands in an address may be anything."""
_DEFECT = 500
_UNAVAILABLE = 503


@dataclass(slots=True)
class _Said:
    subject: str
    detail: str = ""


_SAID = web.RequestKey("said_of_deed", _Said)


def say_of_deed(request: web.Request, subject: str = "", detail: str = "") -> None:
    """What the audit says of this request beside its address: whom it is about, and how. Never a secret."""
    said = request.get(_SAID)
    if said is not None:
        said.subject = subject or said.subject
        said.detail = detail or said.detail


class Audit:
    """Writes the row before the deed and its outcome after it: none is done that could not be written down."""

    def __init__(self, routes: Routes, book: DeedBook, clock: Callable[[], datetime]) -> None:
        self._routes = routes
        self._book = book
        self._clock = clock

    @property
    def middleware(self) -> Middleware:
        """For the application whose addresses these are, behind its gate."""

        @web.middleware
        async def write_down(request: web.Request, handler: Handler) -> web.StreamResponse:
            route = self._routes.of(request)
            if route is None or route.needs is None or request.method in SAFE_METHODS:
                return await handler(request)
            actor = actor_of(request)
            of = " ".join(f"{name} {value}" for name, value in request.match_info.items())
            said = request[_SAID] = _Said(of)
            action = f"{route.method} {route.path}"
            deed_id = await self._book.begin(Deed(self._clock(), actor.name, actor.via, action, of[:LONGEST]))
            try:
                response = await handler(request)
            except Exception as error:
                await self._settle(deed_id, said, _status_of(error))
                raise
            await self._settle(deed_id, said, response.status)
            return response

        return write_down

    async def _settle(self, deed_id: int, said: _Said, status: int) -> None:
        # The deed is done or not done: a row that stays without an outcome says so, and is no reason to fail.
        with suppress(StoreUnavailable):
            await self._book.settle(Outcome(deed_id, status, said.subject[:LONGEST], said.detail[:LONGEST]))


def _status_of(error: Exception) -> int:
    """The status of the answer that an error becomes."""
    if isinstance(error, ApiError | web.HTTPException):
        return error.status
    return _UNAVAILABLE if isinstance(error, StoreUnavailable) else _DEFECT
