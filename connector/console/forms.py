"""What a form says, and where its answer leads. Browsers send forms well; whoever sends something else is told so."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from aiohttp import web

from connector.http import ApiError

_KIND = "application/x-www-form-urlencoded"
_MOST_FIELDS = 200


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of the form that was sent, the first of each name.

    Only the form that pages send: aiohttp would also read those in parts, and its errors repeat what broken ones hold.

    Raises:
        ApiError: it is no form.
    """
    no_form = ApiError(400, "no_form", "This is no form that can be read.", "Send it as UTF-8.")
    if request.content_type != _KIND:
        raise no_form
    try:
        sent = (await request.read()).decode()
        fields = parse_qsl(sent, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise no_form from None
    return dict(reversed(fields))


def see_other(address: str) -> web.Response:
    """To a page that is read, so that loading it again repeats nothing."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
