"""``/``: what is going on now, and what needs a person first."""

from aiohttp import web

from connector.access.routes import Routes
from connector.console.day_picture import day_picture
from connector.console.pages import Pages
from connector.domain.roles import Permission
from connector.now.desk import NowDesk
from connector.now.words import FAILURES
from connector.sources.words import TROUBLES


class NowPage:
    """The page that lies open all day."""

    def __init__(self, pages: Pages, desk: NowDesk) -> None:
        self._pages = pages
        self._desk = desk

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.get("/", self._show, needs=Permission.LOOK)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "今"."""
        moment = await self._desk.look()
        return await self._pages.html(
            request,
            "now.html",
            moment=moment,
            picture=day_picture(moment.today, moment.at),
            troubles=TROUBLES,
            failures=FAILURES,
        )
