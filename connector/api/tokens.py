"""``/api/v1/tokens`` and ``/api/v1/audit``: programs that may come in, and what everybody did; for administrators."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.audit import say_of_deed
from connector.access.gate import actor_of
from connector.access.people import PeopleDesk
from connector.access.routes import Operation, Routes
from connector.api.people_shapes import AuditPage, AuditQuestion, NewTokenAnswer, NewTokenBody, TokenList
from connector.api.people_views import deed_view, token_view
from connector.api.refusals import as_answers
from connector.api.requests import as_json, id_in, number_in, read_body, read_query
from connector.domain.roles import Permission
from connector.store.store import Store

_NEW = '{"name": "warehouse", "role": "viewer", "expires_days": 365}'

_LIST = Operation("people", "All tokens, without the tokens", TokenList)
_ADD = Operation("people", "Make a token for a program", NewTokenAnswer, HTTPStatus.CREATED, takes=NewTokenBody)
_WITHDRAW = Operation("people", "Withdraw a token", status=HTTPStatus.NO_CONTENT)
_AUDIT = Operation("people", "What people and programs did", AuditPage, asks=AuditQuestion)


class TokensApi:
    """Makes and withdraws tokens; shows what was done with them, and by people."""

    def __init__(self, store: Store, desk: PeopleDesk, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        needs = Permission.ADMINISTER
        routes.get("/api/v1/tokens", self._list, needs=needs, operation=_LIST)
        routes.post("/api/v1/tokens", self._add, needs=needs, operation=_ADD, holds_secret=True)
        routes.delete("/api/v1/tokens/{id}", self._withdraw, needs=needs, operation=_WITHDRAW)
        routes.get("/api/v1/audit", self._audit, needs=needs, operation=_AUDIT)

    async def _list(self, _request: web.Request) -> web.Response:
        """200 with `{"tokens": [...]}`, the newest first. Those of the settings are not among them."""
        now = self._clock()
        return as_json({"tokens": [token_view(each, now) for each in await self._store.tokens.all()]})

    async def _add(self, request: web.Request) -> web.Response:
        """201 with the token, which nobody can show again.

        The body is `{"name": "warehouse", "role": "viewer", "expires_days": 365}`.
        Without `expires_days` it holds until it is withdrawn.
        """
        body = await read_body(request, NewTokenBody, "token", _NEW)
        with as_answers():
            kept, token = await self._desk.add_token(body.name, body.role, actor_of(request).name, body.expires_days)
        say_of_deed(request, f"token {kept.name}", f"role {kept.role}")
        return as_json(token_view(kept, self._clock()) | {"token": token}, HTTPStatus.CREATED)

    async def _withdraw(self, request: web.Request) -> web.Response:
        """204 once the token opens nothing any more."""
        with as_answers():
            await self._store.tokens.withdraw(id_in(request), self._clock())
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _audit(self, request: web.Request) -> web.Response:
        """200 with `{"audit": [...], "next": "123"}`, the newest first; `next` is the `cursor` of the next page."""
        asked = read_query(request, AuditQuestion)
        found = await self._store.deeds.page(asked.limit + 1, number_in(asked.cursor))
        shown = found[: asked.limit]
        more = str(shown[-1].id) if len(found) > asked.limit else None
        return as_json({"audit": [deed_view(each) for each in shown], "next": more})
