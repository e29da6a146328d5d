"""What every page says to the browser about itself, and how an error looks in a browser."""

from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from connector.access.routes import Handler
from connector.console.error_words import JAPANESE
from connector.console.forms import see_other
from connector.console.pages import Pages
from connector.http import ApiError, of_the_framework
from connector.store.errors import StoreUnavailable

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with a form, and it could not be told from another site's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/static/")

log = structlog.get_logger()


def is_page(request: web.Request) -> bool:
    """Whether a person's browser asks: for one of the pages, or for an address that there is not but as a page."""
    if request.path.startswith(_FOR_PROGRAMS):
        return False
    return request.match_info.http_exception is None or "text/html" in request.headers.get(hdrs.ACCEPT, "")


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """For ``on_response_prepare``: every answer carries them, errors and files too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def errors_as_pages(pages: Pages) -> Middleware:
    """Shows errors as pages; leads whoever has not logged in to the log-in, and back afterwards."""

    @web.middleware
    async def show(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_page(request):
            return await handler(request)
        try:
            return await handler(request)
        except ApiError as error:
            shown = error
        except StoreUnavailable as error:
            log.error("store_unavailable", page=request.match_info.route.name, error=str(error))
            message, hint = "The store cannot be used right now.", "qoo10-connector check says what to mend."
            shown = ApiError(503, "store_unavailable", message, hint)
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            shown = of_the_framework(error)
        except Exception:
            log.exception("request_failed", page=request.path)
            hint = "It is in the log; trying again is safe."
            shown = ApiError(500, "internal_error", "This program has a defect.", hint)
        if shown.status == HTTPStatus.UNAUTHORIZED:
            return _to_login(request)
        status = HTTPStatus(shown.status)
        in_japanese = JAPANESE.get(shown.code, ())
        response = await pages.html(request, "error.html", status, error=shown, in_japanese=in_japanese)
        response.headers.update({name: value for name, value in shown.headers.items() if name != "WWW-Authenticate"})
        return response

    return show


def _to_login(request: web.Request) -> web.Response:
    """A form that was sent after the session's end leads to the log-in too: what it asked for was not done."""
    back = request.path_qs if request.method == hdrs.METH_GET else "/"
    address = f"/login?next={quote(back, safe='/')}"
    if "HX-Request" in request.headers:
        return web.Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return see_other(address)
