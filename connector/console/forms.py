"""What a form says, and where its answer leads. Browsers send forms well; whoever sends something else is told so."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from connector.http import ApiError


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of the form that was sent, the first of each name; files are left out.

    Raises:
        ApiError: it is no form.
    """
    try:
        fields = await request.post()
    except (ValueError, LookupError):  # letters that its encoding does not have, or an encoding that there is not
        raise ApiError(400, "no_form", "This is no form that can be read.", "Send it as UTF-8.") from None
    return {name: value for name, value in reversed(list(fields.items())) if isinstance(value, str)}


def see_other(address: str) -> web.Response:
    """To a page that is read, so that loading it again repeats nothing."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
