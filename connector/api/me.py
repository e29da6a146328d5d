"""``/api/v1/me`` and ``/api/v1/sessions``: who asks, their password, and the browsers that they are logged in with."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.gate import actor_of, seen_origin
from connector.access.people import PeopleDesk
from connector.access.routes import Operation, Routes
from connector.access.sessions import Sessions
from connector.api.people_shapes import MeAnswer, OwnChangeBody, OwnPasswordBody, SessionList
from connector.api.people_views import session_view, user_view
from connector.api.refusals import as_answers
from connector.api.requests import as_json, id_in, read_body
from connector.domain.people import PeopleRefused, Refusal
from connector.domain.roles import GRANTS, Actor, Permission, Via
from connector.store.store import Store
from connector.store.users import UserChange

_ME = Operation("people", "Who asks", MeAnswer)
_CHANGE = Operation("people", "Change one's own language", MeAnswer, takes=OwnChangeBody)
_PASSWORD = Operation(
    "people", "Change one's own password", MeAnswer, takes=OwnPasswordBody, errors=(HTTPStatus.TOO_MANY_REQUESTS,)
)
_SESSIONS = Operation("people", "Browsers that are logged in", SessionList)
_END = Operation("people", "Log a browser out", status=HTTPStatus.NO_CONTENT)


class MeApi:
    """Answers about whoever asks."""

    def __init__(self, store: Store, desk: PeopleDesk, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._desk = desk
        self._sessions = sessions
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        needs = Permission.LOOK
        routes.get("/api/v1/me", self._me, needs=needs, operation=_ME)
        routes.post("/api/v1/me", self._change, needs=needs, operation=_CHANGE)
        routes.post("/api/v1/me/password", self._password, needs=needs, operation=_PASSWORD, holds_secret=True)
        routes.get("/api/v1/sessions", self._list, needs=needs, operation=_SESSIONS)
        routes.delete("/api/v1/sessions/{id}", self._end, needs=needs, operation=_END)

    async def _me(self, request: web.Request) -> web.Response:
        """200 with the name, role and permissions of whoever asks; `user` is null for a program."""
        actor = actor_of(request)
        user = None if actor.user_id is None else await self._store.users.by_id(actor.user_id)
        return as_json(
            {
                "name": actor.name,
                "role": actor.role,
                "via": actor.via,
                "permissions": [each for each in Permission if each in GRANTS[actor.role]],
                "user": None if user is None else user_view(user),
            }
        )

    async def _change(self, request: web.Request) -> web.Response:
        """200 as `GET /api/v1/me`, once it is kept. The body is `{"language": "en"}`."""
        body = await read_body(request, OwnChangeBody, "change", '{"language": "en"}')
        with as_answers():
            user_id, _ = _person(actor_of(request))
            await self._store.users.change(UserChange(user_id, self._clock(), language=body.language))
        return await self._me(request)

    async def _password(self, request: web.Request) -> web.Response:
        """200 as `GET /api/v1/me`, once the password is another. All other browsers of the user are logged out.

        The body is `{"old": "...", "new": "..."}`.
        """
        body = await read_body(request, OwnPasswordBody, "password", '{"old": "...", "new": "..."}')
        old, new = body.old.get_secret_value(), body.new.get_secret_value()
        with as_answers():
            user_id, session_id = _person(actor_of(request))
            await self._desk.change_own_password(seen_origin(request).address, user_id, session_id, old, new)
        await self._sessions.renew(request)
        return await self._me(request)

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"sessions": [...]}`: one's own browsers, for administrators everybody's; the last seen first."""
        actor = actor_of(request)
        current = actor.id if actor.via is Via.SESSION else None
        found = await self._sessions.listed(whose(actor))
        return as_json({"sessions": [session_view(each, current) for each in found]})

    async def _end(self, request: web.Request) -> web.Response:
        """204 once the browser is logged out: one of one's own, for administrators anybody's."""
        with as_answers():
            await self._store.sessions.end(id_in(request), whose(actor_of(request)))
        return web.Response(status=HTTPStatus.NO_CONTENT)


def whose(actor: Actor) -> int | None:
    """The user whose sessions somebody may see and end; None for everybody's, 0 for nobody's."""
    return None if actor.may(Permission.ADMINISTER) else actor.user_id or 0


def _person(actor: Actor) -> tuple[int, int]:
    """The ids of the user and of the session that ask.

    Raises:
        PeopleRefused: it is a program.
    """
    if actor.user_id is None or actor.id is None:
        raise PeopleRefused(Refusal.NOT_A_PERSON)
    return actor.user_id, actor.id
