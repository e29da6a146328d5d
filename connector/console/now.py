"""``/``: what is going on now, and what needs a person first."""

from aiohttp import web

from connector.access.routes import Routes
from connector.console.pages import Pages
from connector.domain.roles import Permission


class NowPage:
    """The page that lies open all day."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.get("/", self._show, needs=Permission.LOOK)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "今"."""
        return await self._pages.html(request, "now.html")
