"""``/api/v1/users``: who may log in, for administrators."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.audit import say_of_deed
from connector.access.people import PeopleDesk
from connector.access.routes import Operation, Routes
from connector.api.people_shapes import NewPasswordBody, NewUserBody, UserAnswer, UserChangeBody, UserList
from connector.api.people_views import user_view
from connector.api.refusals import as_answers
from connector.api.requests import as_json, id_in, read_body
from connector.domain.language import Language
from connector.domain.roles import Permission
from connector.store.store import Store
from connector.store.users import UserChange

_NEW = '{"name": "sato", "password": "...", "role": "packer"}'
_CHANGE = '{"role": "operator"} or {"disabled": true}'
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS,)

_LIST = Operation("people", "All users", UserList)
_ADD = Operation("people", "Add a user", UserAnswer, HTTPStatus.CREATED, takes=NewUserBody, errors=_BUSY)
_EDIT = Operation("people", "Change a user's role or language, or disable them", UserAnswer, takes=UserChangeBody)
_PASSWORD = Operation("people", "Set a user's password", UserAnswer, takes=NewPasswordBody, errors=_BUSY)


class UsersApi:
    """Lists, adds and changes users."""

    def __init__(self, store: Store, desk: PeopleDesk, language: Language, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._desk = desk
        self._language = language
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        needs = Permission.ADMINISTER
        routes.get("/api/v1/users", self._list, needs=needs, operation=_LIST)
        routes.post("/api/v1/users", self._add, needs=needs, operation=_ADD, holds_secret=True)
        routes.post("/api/v1/users/{id}", self._change, needs=needs, operation=_EDIT)
        routes.post("/api/v1/users/{id}/password", self._password, needs=needs, operation=_PASSWORD, holds_secret=True)

    async def _list(self, _request: web.Request) -> web.Response:
        """200 with `{"users": [...]}` by name, those who are disabled too."""
        return as_json({"users": [user_view(each) for each in await self._store.users.all()]})

    async def _add(self, request: web.Request) -> web.Response:
        """201 with the user, who may log in from now on.

        The body is `{"name": "sato", "password": "...", "role": "packer"}`; `language` is `ja` or `en`.
        """
        body = await read_body(request, NewUserBody, "user", _NEW)
        language = body.language or self._language
        with as_answers():
            added = await self._desk.add_user(body.name, body.password.get_secret_value(), body.role, language)
        say_of_deed(request, f"user {added.name}", f"role {added.role}")
        return as_json(user_view(added), HTTPStatus.CREATED)

    async def _change(self, request: web.Request) -> web.Response:
        """200 with the user as they are then.

        The body is `{"role": "operator"}`, `{"language": "en"}` or `{"disabled": true}`, or several of them. Whoever is
        disabled is logged out everywhere. The last administrator stays one.
        """
        body = await read_body(request, UserChangeBody, "change", _CHANGE)
        wanted = UserChange(id_in(request), self._clock(), body.role, body.language, body.disabled)
        with as_answers():
            changed = await self._store.users.change(wanted)
        say_of_deed(request, f"user {changed.name}", said_of_change(wanted))
        return as_json(user_view(changed))

    async def _password(self, request: web.Request) -> web.Response:
        """200 with the user, once their password is another; they are logged out everywhere.

        The body is `{"password": "..."}`.
        """
        body = await read_body(request, NewPasswordBody, "password", '{"password": "..."}')
        with as_answers():
            changed = await self._desk.set_password(id_in(request), body.password.get_secret_value())
        say_of_deed(request, f"user {changed.name}")
        return as_json(user_view(changed))


def said_of_change(wanted: UserChange) -> str:
    """What the audit says of a change."""
    said = [f"{name} {value}" for name, value in (("role", wanted.role), ("language", wanted.language)) if value]
    if wanted.disabled is not None:
        said.append("disabled" if wanted.disabled else "enabled")
    return ", ".join(said)
