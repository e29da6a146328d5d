"""``/account``: one's own password, language, and the browsers that one is logged in with."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.gate import actor_of, seen_origin
from connector.access.passwords import TooManyAtOnce
from connector.access.people import PeopleDesk, TriedTooOften
from connector.access.routes import Routes
from connector.access.sessions import Sessions
from connector.api.requests import id_in
from connector.console.forms import read_form, see_other
from connector.console.language import chosen_language, keep_language
from connector.console.pages import Pages
from connector.domain.people import SHORTEST_PASSWORD, WORDINGS, PeopleRefused, Refusal
from connector.domain.reasons import Wording
from connector.domain.roles import Actor, Permission
from connector.http import RETRY_AFTER_S, ApiError
from connector.store.store import Store
from connector.store.users import UserChange

_OTHER_PASSWORD = Wording(
    "新しいパスワードの2つの入力が違います",
    "The two new passwords differ",
    "もう一度入力してください。",
    "Type both again.",
)


def tried_too_often(wait_s: float) -> Wording:
    """Too many tries, in words."""
    seconds = int(wait_s) + 1
    return Wording(
        "続けて間違えたため、受け付けていません",
        "There were too many tries",
        f"{seconds}秒待ってから、もう一度お試しください。",
        f"Wait {seconds} seconds, then try again.",
    )


class AccountPages:
    """Shows and changes what is one's own."""

    def __init__(
        self, pages: Pages, store: Store, desk: PeopleDesk, sessions: Sessions, clock: Callable[[], datetime]
    ) -> None:
        self._pages = pages
        self._store = store
        self._desk = desk
        self._sessions = sessions
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        needs = Permission.LOOK
        routes.get("/account", self._show, needs=needs)
        routes.post("/account/password", self._password, needs=needs, holds_secret=True)
        routes.post("/account/language", self._language, needs=needs)
        routes.post("/account/sessions/{id}/end", self._end, needs=needs)

    async def _show(self, request: web.Request) -> web.Response:
        """The page of whoever is logged in."""
        return await self._page(request)

    async def _password(self, request: web.Request) -> web.Response:
        """303 back once the password is another; the page with the reason where it is not."""
        user_id, session_id = _person(actor_of(request))
        form = await read_form(request)
        old, new, again = (form.get(name, "") for name in ("old", "new", "again"))
        if new != again:
            return await self._page(request, _OTHER_PASSWORD, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            await self._desk.change_own_password(seen_origin(request).address, user_id, session_id, old, new)
        except PeopleRefused as refused:
            return await self._page(request, WORDINGS[refused.refusal], HTTPStatus.UNPROCESSABLE_ENTITY)
        except TriedTooOften as tried:
            return await self._page(request, tried_too_often(tried.wait_s), HTTPStatus.TOO_MANY_REQUESTS)
        except TooManyAtOnce:
            return await self._page(request, tried_too_often(RETRY_AFTER_S), HTTPStatus.TOO_MANY_REQUESTS)
        await self._sessions.renew(request)
        return see_other("/account?done=password")

    async def _language(self, request: web.Request) -> web.Response:
        """303 back; pages speak the language from now on, here and after the next log-in anywhere."""
        user_id, _ = _person(actor_of(request))
        language = chosen_language(await read_form(request))
        await self._store.users.change(UserChange(user_id, self._clock(), language=language))
        response = see_other("/account?done=language")
        keep_language(request, response, language)
        return response

    async def _end(self, request: web.Request) -> web.Response:
        """303 back; that browser is logged out."""
        user_id, _ = _person(actor_of(request))
        try:
            await self._store.sessions.end(id_in(request), user_id)
        except PeopleRefused as refused:
            return await self._page(request, WORDINGS[refused.refusal], HTTPStatus.NOT_FOUND)
        return see_other("/account?done=session")

    async def _page(
        self, request: web.Request, problem: Wording | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> web.Response:
        user_id, session_id = _person(actor_of(request))
        return await self._pages.html(
            request,
            "account.html",
            status,
            user=await self._store.users.by_id(user_id),
            sessions=await self._sessions.listed(user_id),
            current=session_id,
            shortest=SHORTEST_PASSWORD,
            problem=problem,
            done=request.query.get("done", "") if problem is None else "",
        )


def _person(actor: Actor) -> tuple[int, int]:
    """The ids of the user and of the session that ask.

    Raises:
        ApiError: it is a program.
    """
    if actor.user_id is None or actor.id is None:
        said = WORDINGS[Refusal.NOT_A_PERSON]
        raise ApiError(409, "not_a_person", f"{said.en}.", said.next_en)
    return actor.user_id, actor.id
