"""``/static/...``: stylesheet and scripts. Named with a digest of what they hold, they may be kept for ever."""

import hashlib
from importlib.resources import files

from aiohttp import web

from connector import console
from connector.access.routes import Routes
from connector.http import ApiError

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The files below ``static``, read once: they are part of the program."""

    def __init__(self) -> None:
        folder = files(console) / "static"
        found = {each.name: each for each in (*folder.iterdir(), *(folder / "vendor").iterdir()) if each.is_file()}
        self._bodies = {name: file.read_bytes() for name, file in found.items()}
        self._digests = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in self._bodies.items()}

    def add_to(self, routes: Routes) -> None:
        """Adds the routes. Anybody may read them: the log-in page needs them."""
        routes.get("/static/{digest}/{name}", self._file, needs=None)

    def url(self, name: str) -> str:
        """The address of a file, as a page names it."""
        return f"/static/{self._digests[name]}/{name}"

    async def _file(self, request: web.Request) -> web.Response:
        """200 with a stylesheet or script of the console; the address changes whenever its content does."""
        name = request.match_info["name"]
        if self._digests.get(name) != request.match_info["digest"]:
            raise ApiError(404, "no_file", "There is no such file in this version.", "Load the page again.")
        suffix = name[name.rfind(".") :]
        return web.Response(
            body=self._bodies[name],
            content_type=_TYPES.get(suffix, "text/plain"),
            charset="utf-8",
            headers={"Cache-Control": _FOR_EVER},
        )
