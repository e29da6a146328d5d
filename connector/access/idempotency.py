"""``Idempotency-Key``: a request that comes again with its key is not done again; its answer is given again."""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from connector.access.gate import actor_of
from connector.access.routes import Handler, Route, Routes
from connector.domain.roles import Actor, Via
from connector.http import ApiError
from connector.store.errors import StoreUnavailable
from connector.store.kept_answers import AnswerBook, Earlier, KeptAnswer, KeyedRequest

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
UNDER = "/api/v1/"

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_UNAVAILABLE = 503


class Idempotency:
    """Keeps answers for a day. What was refused (4xx) or could not be kept (503) was not done, and may come again."""

    def __init__(self, routes: Routes, book: AnswerBook, clock: Callable[[], datetime]) -> None:
        self._routes = routes
        self._book = book
        self._clock = clock
        self._in_hand: set[tuple[str, str]] = set()

    @property
    def middleware(self) -> Middleware:
        """For the application whose addresses these are, behind its gate and before its audit."""

        @web.middleware
        async def once(request: web.Request, handler: Handler) -> web.StreamResponse:
            key = request.headers.get(HEADER)
            route = self._routes.of(request)
            is_action = request.method == hdrs.METH_POST and request.path.startswith(UNDER)
            if key is None or route is None or route.needs is None or not is_action:
                return await handler(request)
            if not _KEY.fullmatch(key):
                message = f"{HEADER} must be 1 to 200 visible ASCII characters."
                raise ApiError(400, "bad_key", message, "Send a new UUID with each new request.")
            holder = (_owner(actor_of(request)), key)
            if holder in self._in_hand:
                message = "A request with this key is being done right now."
                raise ApiError(409, "in_flight", message, "Wait a moment, then send it again with the same key.")
            self._in_hand.add(holder)
            try:
                return await self._once(request, handler, route, holder)
            finally:
                self._in_hand.discard(holder)

        return once

    async def _once(
        self, request: web.Request, handler: Handler, route: Route, holder: tuple[str, str]
    ) -> web.StreamResponse:
        digest = await _digest(request, route)
        keyed = KeyedRequest(*holder, digest, self._clock())
        match await self._book.begin(keyed):
            case KeptAnswer() as kept:
                return _replayed(kept)
            case Earlier.OTHER_REQUEST:
                message = "This key came with another request before, so nothing was done."
                raise ApiError(422, "key_used", message, "Send a new key with each new request.")
            case Earlier.NO_ANSWER:
                message = "Whether the request with this key was done is not known: the program ended meanwhile."
                hint = "Look whether it was done; if not, send it with a new key."
                raise ApiError(409, "outcome_unknown", message, hint)
            case Earlier.NEW:
                pass
        try:
            response = await handler(request)
        except (ApiError, web.HTTPException, StoreUnavailable) as error:
            status = _UNAVAILABLE if isinstance(error, StoreUnavailable) else error.status
            if _was_not_done(status):
                await self._settle(keyed, None)
            elif isinstance(error, ApiError):
                await self._settle(keyed, _kept(error.response()))
            raise
        await self._settle(keyed, None if _was_not_done(response.status) else _answer_to_keep(response, route))
        return response

    async def _settle(self, keyed: KeyedRequest, answer: KeptAnswer | None) -> None:
        """Where even this cannot be kept, what came of it is not known, and a repeat is told so."""
        with suppress(StoreUnavailable):
            await self._book.keep(keyed, answer)


def _owner(actor: Actor) -> str:
    """Whose key it is: of a user whatever the browser, of a program by its token, of a command by who ran it."""
    match actor.via:
        case Via.SESSION:
            return f"user {actor.user_id}"
        case Via.TOKEN:
            return f"token {actor.id}"
        case Via.COMMAND:
            return f"command {actor.name}"
        case _:
            return str(actor.via)


async def _digest(request: web.Request, route: Route) -> str:
    """What is asked for. A body with a secret is left out: of a password not even a digest may be kept."""
    body = b"" if route.holds_secret else await request.read()
    return hashlib.sha256(b"\n".join((request.method.encode(), request.raw_path.encode(), body))).hexdigest()


def _was_not_done(status: int) -> bool:
    return status == _UNAVAILABLE or 400 <= status < 500  # noqa: PLR2004 - whatever the client has to change


def _answer_to_keep(response: web.StreamResponse, route: Route) -> KeptAnswer | None:
    if route.holds_secret:
        message = "This was done with the same key before. Its answer may have held a secret, so it was not kept."
        hint = "Look at the list; what was made can be withdrawn or changed."
        return _kept(ApiError(409, "done_before", message, hint).response())
    return _kept(response) if isinstance(response, web.Response) else None


def _kept(response: web.Response) -> KeptAnswer:
    body = response.body if isinstance(response.body, bytes) else b""
    return KeptAnswer(response.status, response.content_type, body)


def _replayed(kept: KeptAnswer) -> web.Response:
    headers = {"Cache-Control": "no-store", REPLAYED: "true"}
    charset = "utf-8" if kept.media.startswith(("application/json", "text/")) else None
    return web.Response(body=kept.body, status=kept.status, content_type=kept.media, charset=charset, headers=headers)
