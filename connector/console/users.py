"""``/users``: who may log in, which programs may come in, and what all of them did; for administrators."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.audit import say_of_deed
from connector.access.gate import actor_of
from connector.access.identify import holds
from connector.access.passwords import TooManyAtOnce
from connector.access.people import PeopleDesk
from connector.access.routes import Routes
from connector.access.sessions import Sessions
from connector.api.requests import id_in, number_in
from connector.console.account import tried_too_often
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain.language import Language
from connector.domain.people import SHORTEST_PASSWORD, WORDINGS, PeopleRefused, User
from connector.domain.reasons import Wording
from connector.domain.roles import Permission, Role
from connector.http import RETRY_AFTER_S, ApiError
from connector.store.store import Store
from connector.store.users import UserChange

AUDIT_PAGE = 100
_EXPIRIES: Mapping[str, float | None] = {"30": 30, "90": 90, "365": 365, "never": None}


class UsersPages:
    """Shows and changes users and tokens, and shows the audit."""

    def __init__(
        self,
        pages: Pages,
        store: Store,
        desk: PeopleDesk,
        sessions: Sessions,
        language: Language,
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = pages
        self._store = store
        self._desk = desk
        self._sessions = sessions
        self._language = language
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        needs = Permission.ADMINISTER
        routes.get("/users", self._show, needs=needs)
        routes.get("/users/audit", self._audit, needs=needs)
        routes.post("/users", self._add, needs=needs, holds_secret=True)
        routes.post("/users/tokens", self._add_token, needs=needs, holds_secret=True)
        routes.post("/users/tokens/{id}/withdraw", self._withdraw, needs=needs)
        routes.post("/users/sessions/{id}/end", self._end_session, needs=needs)
        routes.post("/users/{id}", self._change, needs=needs)
        routes.post("/users/{id}/password", self._password, needs=needs, holds_secret=True)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "ユーザーとトークン"."""
        return await self._page(request)

    async def _audit(self, request: web.Request) -> web.Response:
        """The page "操作の記録": the newest deeds, or those before `before`."""
        found = await self._store.deeds.page(AUDIT_PAGE + 1, number_in(request.query.get("before", "")))
        return await self._pages.html(request, "audit.html", rows=found[:AUDIT_PAGE], more=len(found) > AUDIT_PAGE)

    async def _add(self, request: web.Request) -> web.Response:
        """303 back once the user is added; the page with the reason where not."""
        form = await read_form(request)
        role = _role(form)
        try:
            added = await self._desk.add_user(form.get("name", ""), form.get("password", ""), role, self._language)
        except (PeopleRefused, TooManyAtOnce) as refused:
            return await self._refused(request, refused)
        say_of_deed(request, f"user {added.name}", f"role {added.role}")
        return see_other("/users?done=added")

    async def _change(self, request: web.Request) -> web.Response:
        """303 back once the user is changed: the form's `role`, or `disabled` as `yes` or `no`."""
        form = await read_form(request)
        disabled = {"yes": True, "no": False}.get(form.get("disabled", ""))
        role = _role(form) if "role" in form else None
        try:
            changed = await self._store.users.change(UserChange(id_in(request), self._clock(), role, None, disabled))
        except PeopleRefused as refused:
            return await self._refused(request, refused)
        what = f"role {role}" if role is not None else ""
        say_of_deed(request, f"user {changed.name}", what or ("disabled" if disabled else "enabled"))
        return see_other("/users?done=changed")

    async def _password(self, request: web.Request) -> web.Response:
        """303 back once the user's password is another; they are logged out everywhere."""
        form = await read_form(request)
        try:
            changed: User = await self._desk.set_password(id_in(request), form.get("password", ""))
        except (PeopleRefused, TooManyAtOnce) as refused:
            return await self._refused(request, refused)
        say_of_deed(request, f"user {changed.name}")
        return see_other("/users?done=password")

    async def _end_session(self, request: web.Request) -> web.Response:
        """303 back; that browser is logged out."""
        try:
            await self._store.sessions.end(id_in(request))
        except PeopleRefused as refused:
            return await self._refused(request, refused)
        return see_other("/users?done=session")

    async def _add_token(self, request: web.Request) -> web.Response:
        """200 with the page that shows the new token, this once."""
        form = await read_form(request)
        role = _role(form)
        if form.get("expires") not in _EXPIRIES:
            raise ApiError(422, "unknown_expiry", "There is no such time.", "Go back and choose one of the list.")
        days, by = _EXPIRIES[form["expires"]], actor_of(request).name
        try:
            kept, token = await self._desk.add_token(form.get("name", ""), role, by, days)
        except PeopleRefused as refused:
            return await self._refused(request, refused)
        say_of_deed(request, f"token {kept.name}", f"role {kept.role}")
        return await self._page(request, new_token=token)

    async def _withdraw(self, request: web.Request) -> web.Response:
        """303 back; the token opens nothing any more."""
        try:
            await self._store.tokens.withdraw(id_in(request), self._clock())
        except PeopleRefused as refused:
            return await self._refused(request, refused)
        return see_other("/users?done=withdrawn")

    async def _refused(self, request: web.Request, refused: PeopleRefused | TooManyAtOnce) -> web.Response:
        if isinstance(refused, TooManyAtOnce):
            return await self._page(request, tried_too_often(RETRY_AFTER_S), HTTPStatus.TOO_MANY_REQUESTS)
        return await self._page(request, WORDINGS[refused.refusal], HTTPStatus.CONFLICT)

    async def _page(
        self,
        request: web.Request,
        problem: Wording | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        new_token: str = "",
    ) -> web.Response:
        now = self._clock()
        return await self._pages.html(
            request,
            "users.html",
            status,
            users=await self._store.users.all(),
            sessions=await self._sessions.listed(),
            tokens=[(each, holds(each, now)) for each in await self._store.tokens.all()],
            roles=list(Role),
            expiries=list(_EXPIRIES),
            shortest=SHORTEST_PASSWORD,
            problem=problem,
            new_token=new_token,
            done=request.query.get("done", "") if problem is None else "",
        )


def _role(form: Mapping[str, str]) -> Role:
    """The role that a form names.

    Raises:
        ApiError: there is none.
    """
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise ApiError(422, "unknown_role", "There is no such role.", "Go back and choose one of the list.") from None
