"""What the routes about conflicts share: which conflict is meant, what the body says, how an answer is written."""

import json
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from connector.http import ApiError
from connector.store.cases import Case
from connector.store.store import Store

_BIGGEST_ID = 2**63 - 1

Body = TypeVar("Body", bound=BaseModel)


async def case_of(request: web.Request, store: Store) -> Case:
    """The conflict whose number stands in the address.

    Raises:
        ApiError: there is none.
    """
    text = request.match_info["id"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_BIGGEST_ID)) else 0
    found = await store.cases([number]) if number else []
    if not found:
        raise ApiError(404, "no_conflict", "There is no conflict of this number.", "GET /api/v1/conflicts?all=1")
    return found[0]


async def read_body(request: web.Request, shape: type[Body], what: str, example: str) -> Body:
    """The request's body, which has to be JSON of this shape; ``what`` and ``example`` are for whoever sent another.

    Raises:
        ApiError: it is something else.
    """
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise ApiError(
            422, "unreadable", f"The {what} cannot be read: {where}.", f"Send JSON such as {example}."
        ) from None


def as_json(body: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """An answer that nobody keeps, with Japanese as it is."""
    return web.json_response(
        body,
        status=status,
        headers={"Cache-Control": "no-store"},
        dumps=lambda value: json.dumps(value, ensure_ascii=False),
    )
