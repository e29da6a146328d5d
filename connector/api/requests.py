"""What the routes of the API share: which row is meant, what the body says, who asks, how an answer is written."""

import hashlib
import json
from http import HTTPStatus
from typing import TypeVar

from aiohttp import ETag, web
from pydantic import BaseModel, ValidationError

from connector.access.gate import actor_of
from connector.domain.roles import Via
from connector.http import ApiError
from connector.store.cases import Case
from connector.store.store import Store

_BIGGEST_ID = 2**63 - 1

Body = TypeVar("Body", bound=BaseModel)
Asked = TypeVar("Asked", bound=BaseModel)


async def case_of(request: web.Request, store: Store) -> Case:
    """The conflict whose number stands in the address.

    Raises:
        ApiError: there is none.
    """
    number = id_in(request)
    found = await store.cases([number]) if number else []
    if not found:
        raise ApiError(404, "no_conflict", "There is no conflict of this number.", "GET /api/v1/conflicts?all=1")
    return found[0]


def id_in(request: web.Request) -> int:
    """The number that stands in the address; 0, which nothing has, for whatever else stands there."""
    return number_in(request.match_info["id"]) or 0


def number_in(text: str) -> int | None:
    """The number of a row as an address or a form names it; None for whatever else stands there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_BIGGEST_ID)) else None


async def read_body(request: web.Request, shape: type[Body], what: str, example: str) -> Body:
    """The request's body, which has to be JSON of this shape; ``what`` and ``example`` are for whoever sent another.

    Raises:
        ApiError: it is something else.
    """
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError as error:
        raise ApiError(
            422, "unreadable", f"The {what} cannot be read: {_said(error)}.", f"Send JSON such as {example}."
        ) from None


def _said(error: ValidationError) -> str:
    """What is wrong and where, without repeating what was sent: it may be anything."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}"
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    )


def read_query(request: web.Request, shape: type[Asked]) -> Asked:
    """The question in the address, which has to have this shape; each of its words at most once.

    Raises:
        ApiError: it is something else.
    """
    words = request.query
    known = ", ".join(shape.model_fields) or "none"
    if len(words) != len(set(words)):
        raise ApiError(400, "bad_query", "A question stands in the address twice.", "Ask each question once.")
    try:
        return shape.model_validate(dict(words))
    except ValidationError as error:
        raise ApiError(
            400, "bad_query", f"The question cannot be read: {_said(error)}.", f"The questions are: {known}."
        ) from None


def who_asks(request: web.Request, said: str) -> str:
    """The person behind a change: the user who logged in, or whom a program names, or whoever asks, by that name.

    The settings' tokens have no name of their own: without ``said`` nobody is named, which acts of persons refuse.
    """
    actor = actor_of(request)
    if actor.via is Via.SESSION:
        return actor.name
    return said.strip() or ("" if actor.via is Via.SETTINGS else actor.name)


def as_json(body: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """An answer that nobody keeps, with Japanese as it is."""
    return web.json_response(
        body,
        status=status,
        headers={"Cache-Control": "no-store"},
        dumps=lambda value: json.dumps(value, ensure_ascii=False),
    )


def as_answer(answer: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """An answer that nobody keeps, from its shape."""
    return web.Response(
        text=answer.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def with_etag(
    request: web.Request, body: bytes, content_type: str = "application/json", *, tag: str = ""
) -> web.Response:
    """An answer that is named, by what it says or by ``tag``; 304 where whoever asks has it already."""
    tag = tag or hashlib.sha256(body).hexdigest()[:32]
    asked = request.if_none_match or ()
    if any(each.value in (tag, "*") for each in asked):
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = web.Response(body=body, content_type=content_type)
    response.etag = ETag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
