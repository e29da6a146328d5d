"""``POST /language``: the reader's choice, kept in the browser; it needs no log-in and no JavaScript."""

from collections.abc import Mapping

from aiohttp import web

from connector.access.gate import require_own_page, seen_origin
from connector.access.routes import Routes
from connector.console.forms import read_form, see_other
from connector.console.pages import LANGUAGE_COOKIE
from connector.domain.language import Language
from connector.http import ApiError

_A_YEAR_S = 365 * 24 * 3600


class LanguageChoice:
    """Keeps the language that a reader wants."""

    def add_to(self, routes: Routes) -> None:
        """Adds the route. Anybody may choose: the log-in page is read before the log-in."""
        routes.post("/language", self._choose, needs=None)

    async def _choose(self, request: web.Request) -> web.Response:
        """303 back to where the reader was.

        The form's `language` is `ja` or `en`, its `next` a path of this console.
        """
        require_own_page(request)
        form = await read_form(request)
        language = chosen_language(form)
        response = see_other(local_path(form.get("next", "")))
        keep_language(request, response, language)
        return response


def chosen_language(form: Mapping[str, str]) -> Language:
    """The language that a form names.

    Raises:
        ApiError: there is none.
    """
    try:
        return Language(form.get("language", ""))
    except ValueError:
        hint = "The languages are ja and en."
        raise ApiError(422, "unknown_language", "There is no such language.", hint) from None


def keep_language(request: web.Request, response: web.StreamResponse, language: Language) -> None:
    """Tells the browser to keep the language."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=_A_YEAR_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=seen_origin(request).scheme == "https",
    )


def local_path(address: str) -> str:
    """The address where it is a path of this console; ``/`` for whatever would lead elsewhere."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and address.isascii() else "/"
