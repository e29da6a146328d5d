"""``/api/v1/alerts``: what people are told about, who takes care of it, and whether messages arrive."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.alerts.desk import AlertDesk
from connector.alerts.views import alert_view, alerts_view, message_view
from connector.api.act_refusals import act_on
from connector.api.alert_shapes import (
    AlertAcknowledgement,
    AlertInShort,
    AlertList,
    AlertQuestion,
    AlertTrial,
    AlertTrialOutcome,
)
from connector.api.requests import as_json, id_in, number_in, read_body, read_query, who_asks
from connector.domain.acts import check_who
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.store.alerts import AlertBook

MOST_UNDELIVERED = 100

_LIST = Operation("alerts", "What stands, and which messages arrived", AlertList, asks=AlertQuestion)
_ACKNOWLEDGE = Operation(
    "alerts", "Take care of an alert", AlertInShort, HTTPStatus.CREATED, takes=AlertAcknowledgement
)
_TEST = Operation("alerts", "Send a test to targets", AlertTrialOutcome, HTTPStatus.CREATED, takes=AlertTrial)


class AlertsApi:
    """Shows alerts, keeps who takes care of them, tries targets out."""

    def __init__(self, book: AlertBook, desk: AlertDesk, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._desk = desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/api/v1/alerts", self._list, needs=Permission.LOOK, operation=_LIST)
        routes.post("/api/v1/alerts/test", self._test, needs=Permission.ADMINISTER, operation=_TEST)
        routes.post("/api/v1/alerts/{id}/acknowledge", self._acknowledge, needs=Permission.ACT, operation=_ACKNOWLEDGE)

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"alerts": [...], "targets": [...], "messages": [...], "next": null, "undelivered": [...]}`.

        Alerts stand, or their end is still to be told; those where most can be saved come first. `messages` are the
        newest, `limit` (50, at most 200) of them, and older ones with `next` as `cursor`; `undelivered` are those of
        them all that wait, or were given up after a day.
        """
        asked = read_query(request, AlertQuestion)
        messages = await self._book.messages(asked.limit + 1, number_in(asked.cursor))
        shown = messages[: asked.limit]
        undelivered = await self._book.undelivered(MOST_UNDELIVERED)
        return as_json(
            {
                "alerts": alerts_view(await self._book.standing()),
                "targets": self._desk.targets,
                "messages": [message_view(each) for each in shown],
                "next": str(shown[-1].id) if len(messages) > asked.limit else None,
                "undelivered": [message_view(each) for each in undelivered],
            }
        )

    async def _acknowledge(self, request: web.Request) -> web.Response:
        """201 with the alert: somebody takes care of it, so it is not told again until it ends or gets worse.

        The body is `{"who": "sato"}`; whoever is logged in may leave `who` out. The first one who says so is kept.
        """
        body = await read_body(request, AlertAcknowledgement, "acknowledgement", '{"who": "sato"}')
        who = who_asks(request, body.who)
        with act_on("alert"):
            check_who(who)
        number = id_in(request)
        found = await self._book.acknowledge(number, who, self._clock()) if number else None
        if found is None:
            raise ApiError(404, "no_alert", "There is no alert of this id that stands.", "GET /api/v1/alerts")
        return as_json(alert_view(found), HTTPStatus.CREATED)

    async def _test(self, request: web.Request) -> web.Response:
        """201 with `{"outcomes": {"office": "sent"}}`: a test went out, and what became of it at each target.

        The body is `{"target": "office"}`, or `{}` for all targets. A test is sent once, and not kept.
        """
        body = await read_body(request, AlertTrial, "test", '{"target": "office"}')
        if body.target and body.target not in self._desk.targets:
            known = ", ".join(self._desk.targets) or "none"
            raise ApiError(404, "no_target", "There is no target of this name.", f"The targets are: {known}.")
        return as_json({"outcomes": await self._desk.try_out(body.target)}, HTTPStatus.CREATED)
