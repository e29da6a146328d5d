"""``/api/v1/sources``: what each source sent, what of it was in vain, its secrets, and trying a payload out."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.audit import say_of_deed
from connector.access.gate import actor_of
from connector.access.routes import Operation, Routes
from connector.api.cursor import cursor_of_delivery, delivery_place_of
from connector.api.requests import as_answer, as_json, id_in, read_body, read_query
from connector.api.source_shapes import (
    DeliveryList,
    DeliveryQuestion,
    NewSecretAnswer,
    SecretBody,
    SourceInFullAnswer,
    SourceList,
    TrialAnswer,
    TrialBody,
)
from connector.api.source_views import source_in_full, source_view, trial_view
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.listing.views import deliveries_view
from connector.sources.desk import NothingToTry, SourceDesk
from connector.sources.secret_desk import SecretDesk, SecretRefusal, SecretRefused
from connector.sources.trial import Trial
from connector.store.store import Store

STATUS = {
    SecretRefusal.NO_SECRETS: 409,
    SecretRefusal.NO_TOKEN_KEY: 409,
    SecretRefusal.UNUSABLE: 422,
    SecretRefusal.PUBLIC: 422,
    SecretRefusal.KNOWN: 409,
    SecretRefusal.NONE_SUCH: 404,
}

_LIST = Operation("sources", "All sources", SourceList)
_SHOW = Operation("sources", "One source with what it sent lately", SourceInFullAnswer)
_TRY = Operation("sources", "Try a payload out; nothing of it is kept", TrialAnswer, takes=TrialBody)
_ADD = Operation(
    "sources", "Add a secret that is valid beside the others", NewSecretAnswer, HTTPStatus.CREATED, takes=SecretBody
)
_WITHDRAW = Operation("sources", "Withdraw an added secret", SourceInFullAnswer, errors=(HTTPStatus.CONFLICT,))
_DELIVERIES = Operation(
    "sources",
    "Deliveries, the newest first",
    DeliveryList,
    asks=DeliveryQuestion,
    errors=(HTTPStatus.NOT_FOUND,),
)


class SourcesApi:
    """Shows sources, changes their secrets, tries payloads out."""

    def __init__(self, desk: SourceDesk, secrets: SecretDesk, store: Store, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._secrets = secrets
        self._store = store
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        of, administer = "/api/v1/sources/{name}", Permission.ADMINISTER
        routes.get("/api/v1/sources", self._list, needs=Permission.LOOK, operation=_LIST)
        routes.get(of, self._show, needs=Permission.LOOK, operation=_SHOW)
        # A payload may hold personal data.
        routes.post(f"{of}/trial", self._try, needs=Permission.ACT, operation=_TRY, holds_secret=True)
        routes.post(f"{of}/secrets", self._add, needs=administer, operation=_ADD, holds_secret=True)
        routes.delete(f"{of}/secrets/{{id}}", self._withdraw, needs=administer, operation=_WITHDRAW)
        routes.get("/api/v1/deliveries", self._deliveries, needs=Permission.LOOK, operation=_DELIVERIES)

    async def _list(self, _request: web.Request) -> web.Response:
        """200 with `{"sources": [...]}`: each with its last message, what came of the last 24 hours, and its state."""
        now = self._clock()
        return as_answer(SourceList(sources=[source_view(each, now) for each in await self._desk.all()]))

    async def _show(self, request: web.Request) -> web.Response:
        """200 with one source: its newest deliveries, what was in vain with shape and reason, refusals, secrets."""
        return await self._answer(self._name(request))

    async def _try(self, request: web.Request) -> web.Response:
        """200 with what would become of a payload if this source sent it now.

        The body is `{"payload": "...", "headers": {"webhook-id": "..."}}`, or `payload_base64` for a file that is not
        UTF-8. It is read by the same code as a real delivery; nothing of it is kept.
        """
        name = self._name(request)
        body = await read_body(request, TrialBody, "trial", '{"payload": "..."}')
        headers = None if body.headers is None else {each.lower(): value for each, value in body.headers.items()}
        return as_answer(trial_view(await trial_of(self._desk, name, _payload(body), headers)))

    async def _add(self, request: web.Request) -> web.Response:
        """201 with the secret, which is valid beside the others from now on, and is never told again.

        The body is `{"secret": "..."}` with the one that the sender shows, or `{}` for one that is made here.
        """
        name = self._name(request)
        body = await read_body(request, SecretBody, "secret", '{"secret": "..."}, or {}')
        with as_answers():
            added, secret = await self._secrets.add(name, body.secret, actor_of(request).name)
        say_of_deed(request, f"source {name}", f"secret {added.mark}")
        assert added.added is not None  # noqa: S101 - for mypy: what was added is in the store
        told = NewSecretAnswer(id=added.added.id, mark=added.mark, secret=secret)
        return as_answer(told, HTTPStatus.CREATED)

    async def _withdraw(self, request: web.Request) -> web.Response:
        """200 with the source as it is then: the secret proves nothing any more."""
        name = self._name(request)
        with as_answers():
            withdrawn = await self._secrets.withdraw(name, id_in(request), actor_of(request).name)
        say_of_deed(request, f"source {name}", f"secret {withdrawn.mark}")
        return await self._answer(name)

    async def _deliveries(self, request: web.Request) -> web.Response:
        """200 with `{"deliveries": [...], "more": false, "next": null}`, the newest first.

        Without `outcome` those that came to nothing: what could not be read, with its shape and the reason, and what
        could not be fetched. `source` and `limit` (50, at most 1000) narrow it; `cursor` takes the `next` of the page
        before. A page of another outcome may end before it is full: go on with `next`.
        """
        asked = read_query(request, DeliveryQuestion)
        if asked.source and asked.source not in self._desk.sources:
            known = ", ".join(sorted(self._desk.sources))
            raise ApiError(404, "no_source", "There is no source of this name.", f"The sources are: {known}.")
        try:
            after = delivery_place_of(asked.cursor) if asked.cursor else None
        except ValueError as error:
            raise ApiError(400, "bad_query", str(error), "Leave cursor out for the first page.") from None
        page = await self._store.source_log.listed(asked.outcome, asked.source, asked.limit, after)
        following = None if page.next is None else cursor_of_delivery(page.next)
        return as_json(deliveries_view(page) | {"next": following})

    def _name(self, request: web.Request) -> str:
        name = request.match_info["name"]
        if name not in self._desk.sources:
            raise ApiError(404, "no_source", "There is no source of this name.", "GET /api/v1/sources")
        return name

    async def _answer(self, name: str) -> web.Response:
        return as_answer(source_in_full(await self._desk.one(name), self._clock()))


@contextmanager
def as_answers() -> Iterator[None]:
    """Turns refusals about secrets into answers.

    Raises:
        ApiError: in place of what was refused.
    """
    try:
        yield
    except SecretRefused as refused:
        raise ApiError(STATUS[refused.refusal], str(refused.refusal), refused.said, refused.mend) from None


async def trial_of(desk: SourceDesk, name: str, payload: bytes, headers: Mapping[str, str] | None) -> Trial:
    """What a payload would become.

    Raises:
        ApiError: a person scans this source's labels.
    """
    try:
        return await desk.try_out(name, payload, headers)
    except NothingToTry:
        hint = "Its labels are scanned on the page /scan."
        raise ApiError(409, "nothing_to_try", "This source sends nothing that could be tried.", hint) from None


def _payload(body: TrialBody) -> bytes:
    """The payload's bytes.

    Raises:
        ApiError: there are none, or two, or it is no base64.
    """
    hint = 'Send JSON such as {"payload": "..."}, or {"payload_base64": "..."}.'
    if bool(body.payload) == bool(body.payload_base64):
        raise ApiError(422, "unreadable", "There must be payload or payload_base64, and not both.", hint)
    if body.payload:
        return body.payload.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body.payload_base64, validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(422, "unreadable", "payload_base64 is no base64.", hint) from None
