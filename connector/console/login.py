"""``/login`` and ``/logout``: a form with a name and a password, and the way back to where somebody wanted to go."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

import structlog
from aiohttp import web

from connector.access.gate import Identify, actor_of, require_own_page, seen_origin
from connector.access.passwords import TooManyAtOnce
from connector.access.people import PeopleDesk, TriedTooOften
from connector.access.routes import Routes
from connector.access.sessions import Sessions
from connector.console.forms import read_form, see_other
from connector.console.language import keep_language, local_path
from connector.console.pages import Pages
from connector.domain.people import PeopleRefused, User
from connector.domain.roles import Permission
from connector.http import RETRY_AFTER_S
from connector.store.deeds import Deed
from connector.store.store import Store

VIA_PASSWORD = "password"  # noqa: S105 - how somebody showed who they are, in the audit
_LOG_IN = "POST /login"

log = structlog.get_logger()


class LoginPages:
    """Logs people in and out."""

    def __init__(
        self,
        pages: Pages,
        store: Store,
        desk: PeopleDesk,
        sessions: Sessions,
        identify: Identify,
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = pages
        self._store = store
        self._desk = desk
        self._sessions = sessions
        self._identify = identify
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes. Anybody may ask to be logged in."""
        routes.get("/login", self._show, needs=None)
        routes.post("/login", self._log_in, needs=None, holds_secret=True)
        routes.post("/logout", self._log_out, needs=Permission.LOOK)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        """200 with the form; 303 to `next` for whoever has logged in already."""
        back = local_path(request.query.get("next", "/"))
        if await self._identify(request) is not None:
            return see_other(back)
        return await self._form(request, back)

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        """303 to the form's `next`, with the session's cookie; the form again, with 401, where that was not right.

        After several wrong passwords of one name or from one address 429, with `Retry-After`.
        """
        require_own_page(request)
        form = await read_form(request)
        name, password, back = form.get("name", ""), form.get("password", ""), local_path(form.get("next", "/"))
        try:
            user = await self._desk.log_in(seen_origin(request).address, name, password)
        except TriedTooOften as tried:
            log.warning("login_tried_too_often", wait_s=round(tried.wait_s))
            return await self._form(request, back, HTTPStatus.TOO_MANY_REQUESTS, wait_s=int(tried.wait_s) + 1)
        except TooManyAtOnce:
            return await self._form(request, back, HTTPStatus.TOO_MANY_REQUESTS, wait_s=RETRY_AFTER_S)
        begun = user is not None and await self._sessions.begin(request, user)
        await self._write_down(request, name, user if begun else None)
        if user is None or not begun:
            return await self._form(request, back, HTTPStatus.UNAUTHORIZED)
        response = see_other(back)
        keep_language(request, response, user.language)
        return response

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        """303 to the log-in; the browser's session has ended."""
        actor = actor_of(request)
        if actor.user_id is not None and actor.id is not None:
            try:
                await self._store.sessions.end(actor.id, actor.user_id)
            except PeopleRefused:  # it ended meanwhile, which is what was wanted
                log.debug("session_ended_before")
            self._sessions.forget(request)
        return see_other("/login")

    async def _write_down(self, request: web.Request, name: str, user: User | None) -> None:
        """A name that nobody has is not written down: it may be a password that was typed into the wrong field."""
        known = user or await self._store.users.by_name(name)
        await self._store.deeds.begin(
            Deed(
                self._clock(),
                who="" if user is None else user.name,
                via=VIA_PASSWORD,
                action=_LOG_IN,
                subject="unknown name" if known is None else f"user {known.name}",
                detail=f"from {seen_origin(request).address}",
                status=HTTPStatus.UNAUTHORIZED if user is None else HTTPStatus.SEE_OTHER,
            )
        )

    async def _form(
        self, request: web.Request, back: str, status: HTTPStatus = HTTPStatus.OK, *, wait_s: int = 0
    ) -> web.Response:
        response = await self._pages.html(
            request,
            "login.html",
            status,
            back=back,
            wait_s=wait_s,
            failed=status is HTTPStatus.UNAUTHORIZED,
            nobody=not await self._desk.has_users(),
        )
        if wait_s:
            response.headers["Retry-After"] = str(wait_s)
        return response
