"""``/api/v1/webhooks``: the targets of outgoing webhooks, how they do, and what was sent to them. Secrets never."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from pydantic import Field

from connector.access.routes import Operation, Routes
from connector.api.requests import as_json, number_in, read_body, read_query
from connector.api.shapes import Answer, Body, Question, RowCursor
from connector.domain.hooks import Trouble
from connector.domain.roles import Permission
from connector.hooks.desk import HookDesk
from connector.hooks.views import DeliveryView, TargetView, delivery_view, target_view
from connector.http import ApiError
from connector.settings import WebhookSettings
from connector.store.hook_deliveries import TargetIsOff
from connector.store.hooks import HookBook

LONGEST_PAGE = 200


class Targets(Answer):
    """All targets of outgoing webhooks, by name."""

    webhooks: list[TargetView]


class DeliveryQuestion(Question):
    """A page of messages."""

    limit: int = Field(default=50, ge=1, le=LONGEST_PAGE)
    """How many."""
    cursor: RowCursor = ""
    """The `next` of the page before."""


class Deliveries(Answer):
    """Messages to one target, the newest first."""

    deliveries: list[DeliveryView]
    next: str | None
    """The cursor of the next page, null on the last one."""


class WebhookTried(Answer):
    """What came of a test."""

    id: str
    """The header webhook-id of the test."""
    delivered: bool
    """Whether the target took it."""
    status: int | None
    """What the target answered; null where there was no answer."""
    trouble: Trouble
    """Why it was not taken."""


class RedeliverWanted(Body):
    """Which messages are delivered again."""

    ids: list[str] = Field(default=[], max_length=LONGEST_PAGE)
    """Those with these ids; without any all that were given up."""


class Redelivered(Answer):
    """What is delivered again."""

    due: int
    """How many messages."""


_LIST = Operation("webhooks", "The targets of outgoing webhooks", Targets)
_DELIVERIES = Operation("webhooks", "Messages to a target", Deliveries, asks=DeliveryQuestion)
_TEST = Operation("webhooks", "Try a target", WebhookTried, HTTPStatus.CREATED)
_REDELIVER = Operation("webhooks", "Deliver messages again", Redelivered, HTTPStatus.CREATED, takes=RedeliverWanted)


class WebhooksApi:
    """Shows the targets of outgoing webhooks, tries them, and has messages delivered again."""

    def __init__(self, targets: Mapping[str, WebhookSettings], book: HookBook, desk: HookDesk) -> None:
        self._targets = targets
        self._book = book
        self._desk = desk

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/api/v1/webhooks", self._list, needs=Permission.LOOK, operation=_LIST)
        routes.get("/api/v1/webhooks/{name}/deliveries", self._deliveries, needs=Permission.LOOK, operation=_DELIVERIES)
        routes.post("/api/v1/webhooks/{name}/test", self._test, needs=Permission.ADMINISTER, operation=_TEST)
        routes.post(
            "/api/v1/webhooks/{name}/redeliver", self._redeliver, needs=Permission.ADMINISTER, operation=_REDELIVER
        )

    async def _list(self, _request: web.Request) -> web.Response:
        """200 with `{"webhooks": [...]}`: each target with its host, what it is told, and how it does."""
        kept = {each.name: each for each in await self._book.targets()}
        found = [target_view(name, each, kept.get(name)) for name, each in sorted(self._targets.items())]
        return as_json(Targets(webhooks=found).model_dump(mode="json"))

    async def _deliveries(self, request: web.Request) -> web.Response:
        """200 with `{"deliveries": [...], "next": ...}`: messages to one target, the newest first.

        `?limit=` is up to 200; `?cursor=` takes the `next` of the page before.
        """
        name, asked = self._name_of(request), read_query(request, DeliveryQuestion)
        found = await self._book.deliveries(name, asked.limit + 1, number_in(asked.cursor))
        shown = found[: asked.limit]
        page = Deliveries(
            deliveries=[delivery_view(each) for each in shown],
            next=str(shown[-1].seq) if len(found) > asked.limit else None,
        )
        return as_json(page.model_dump(mode="json"))

    async def _test(self, request: web.Request) -> web.Response:
        """201 with `{"id": "msg_...", "delivered": true, "status": 200, "trouble": ""}`: a test was sent, once.

        Also when the target did not take it: `trouble` says why. One that is taken switches on a target that was off,
        and has all that waits sent at once.
        """
        name = self._name_of(request)
        message_id, tried = await self._desk.test(name)
        answer = WebhookTried(id=message_id, delivered=tried.taken, status=tried.status, trouble=tried.trouble)
        return as_json(answer.model_dump(mode="json"), HTTPStatus.CREATED)

    async def _redeliver(self, request: web.Request) -> web.Response:
        """201 with `{"due": 2}`: so many messages are delivered again, under the ids that they have.

        The body is `{"ids": ["msg_..."]}`, or `{}` for all that were given up.
        """
        name = self._name_of(request)
        wanted = await read_body(request, RedeliverWanted, "wish", '{"ids": ["msg_..."]}')
        try:
            due = await self._desk.redeliver(name, wanted.ids)
        except TargetIsOff:
            message = "The target is switched off: it answered that it wants no more messages."
            raise ApiError(
                409, "target_off", message, "Try it first: a test that it takes switches it on again."
            ) from None
        return as_json(Redelivered(due=due).model_dump(mode="json"), HTTPStatus.CREATED)

    def _name_of(self, request: web.Request) -> str:
        """The target in the address.

        Raises:
            ApiError: there is none.
        """
        name = request.match_info["name"]
        if name not in self._targets:
            raise ApiError(404, "no_webhook", "There is no target of this name.", "GET /api/v1/webhooks")
        return name
