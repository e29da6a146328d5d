"""``/alerts``: what people are told about, who takes care of it, and whether messages arrive."""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web

from connector.access.gate import actor_of
from connector.access.routes import Routes
from connector.alerts import words
from connector.alerts.desk import AlertDesk
from connector.api.requests import id_in
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain.alert_words import headline
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.now.needs import where_to_act
from connector.store.alerts import AlertBook

MOST_MESSAGES = 50


class AlertPages:
    """Shows alerts, keeps who takes care of them, tries targets out."""

    def __init__(self, pages: Pages, book: AlertBook, desk: AlertDesk, clock: Callable[[], datetime]) -> None:
        self._pages = pages
        self._book = book
        self._desk = desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/alerts", self._show, needs=Permission.LOOK)
        routes.post("/alerts/test", self._test, needs=Permission.ADMINISTER)
        routes.post("/alerts/{id}/acknowledge", self._acknowledge, needs=Permission.ACT)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "通知"."""
        return await self._page(request, {})

    async def _acknowledge(self, request: web.Request) -> web.Response:
        """303 back: somebody takes care of it, so it is not told again until it ends or gets worse."""
        number = id_in(request)
        if not number or await self._book.acknowledge(number, actor_of(request).name, self._clock()) is None:
            raise ApiError(404, "no_alert", "There is no alert of this id that stands.", "It may have ended meanwhile.")
        return see_other("/alerts")

    async def _test(self, request: web.Request) -> web.Response:
        """The page with what became of a test at each target; the form's `target` is empty for all of them."""
        target = (await read_form(request)).get("target", "")
        if target and target not in self._desk.targets:
            raise ApiError(404, "no_target", "There is no target of this name.", "Go back and load the page again.")
        return await self._page(request, await self._desk.try_out(target))

    async def _page(self, request: web.Request, tried: Mapping[str, str]) -> web.Response:
        standing = [alert for alert in await self._book.standing() if alert.gone_at is None]
        standing.sort(key=lambda alert: (alert.lead.saving, alert.first_at))
        return await self._pages.html(
            request,
            "alerts.html",
            alerts=[(alert, headline(alert.lead.kind), where_to_act(alert.lead)) for alert in standing],
            messages=await self._book.messages(MOST_MESSAGES),
            undelivered=await self._book.undelivered(MOST_MESSAGES),
            targets=self._desk.targets,
            tried=tried,
            words=words,
        )
