"""The OpenAPI 3.1 document, made from the addresses as they are declared: it cannot name another one, or less."""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from connector.access.routes import Operation, Route
from connector.api.shapes import Answer
from connector.domain.roles import GRANTS

PREFIX = "/api/v1/"
_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_BIGGEST_ID = 2**63 - 1

_ABOUT = """\
Everything that the console does, for programs. How to begin, with examples: docs/api.md.

- A program shows a token: `Authorization: Bearer <token>`. The console's own pages show their session's cookie; what
  they ask for must then come from the console's own address.
- Every error has one shape, `{"error": {"code", "message", "hint"}}`: `code` is for programs and stays, the words are
  for people and may change.
- Long lists come in pages: `limit` is how many, and `next` of an answer is the `cursor` of the next page, or null.
- `Idempotency-Key` on a POST makes a repeat harmless: the first answer is given again.
- Times carry their offset and are Japan's (+09:00) unless a field says otherwise; lengths are named with their unit.
"""


class ErrorDetail(Answer):
    """What went wrong."""

    code: str
    """For programs: it stays the same while words are mended."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do about it, for people."""


class Error(Answer):
    """The one shape of all errors."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class HookMessage:
    """A message that this program sends by itself: its name, when that is, and what stands in its body."""

    name: str
    summary: str
    body: type[BaseModel]


_STATUS_WORDS = {
    HTTPStatus.BAD_REQUEST: "The question in the address cannot be read.",
    HTTPStatus.UNAUTHORIZED: "No token and no log-in, or one that is not valid (any more).",
    HTTPStatus.FORBIDDEN: "The role does not allow it, or another site's page asked.",
    HTTPStatus.NOT_FOUND: "There is nothing of this name or number.",
    HTTPStatus.CONFLICT: "Its state does not allow this; nothing was done.",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since the answer that `If-Match` names; nothing was done.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body cannot be read, or says too little; nothing was done.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many at once; `Retry-After` says when to try again.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This program has a defect, or its data was changed from outside.",
    HTTPStatus.BAD_GATEWAY: "Qoo10 did not say whether it took it.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing can be kept right now; `Retry-After` says when to try again.",
}
_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "id": {"type": "integer", "minimum": 1, "maximum": _BIGGEST_ID},
}
"""The parts of addresses that are no plain names."""
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A name of your own for this request, at most 200 letters; a repeat with it gets the first answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


def _etag_parameter(name: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": meaning, "schema": {"type": "string"}}


_IF_NONE_MATCH = _etag_parameter("If-None-Match", "The `ETag` of the answer that you have: 304 when it still holds.")
_IF_MATCH = _etag_parameter("If-Match", "The `ETag` of the answer that you decided upon: 412 when it has changed.")


def document(routes: Iterable[Route], version: str, messages: Iterable[HookMessage] = ()) -> dict[str, Any]:
    """The document for all addresses under ``/api/v1``, and for the messages that this program sends.

    Raises:
        LookupError: one of them has no ``Operation``.
    """
    declared = [route for route in routes if route.path.startswith(PREFIX) and route.method != hdrs.METH_HEAD]
    sent = list(messages)
    names, schemas = _schemas([_operation(route) for route in declared], sent)
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(declared, key=lambda route: (route.path, route.method)):
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route, names, schemas)
    # What stood for the questions of an address is spelled out there.
    asked = {names[shape, "validation"] for route in declared if (shape := _operation(route).asks) is not None}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "qoo10-connector",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({_operation(route).tag for route in declared})],
        "paths": paths,
        "webhooks": {each.name: {"post": _message(each, names)} for each in sent},
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in asked},
            "responses": {_response_name(status): _refusal(status, names) for status in _STATUS_WORDS},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the API."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "session",
                    "description": "A browser's log-in; behind TLS the cookie's name is `__Host-session`.",
                },
            },
        },
    }


def _operation(route: Route) -> Operation:
    if route.operation is None:
        raise LookupError(f"{route.method} {route.path} has no Operation")
    return route.operation


_Names = Mapping[tuple[type[BaseModel], JsonSchemaMode], str]


def _schemas(operations: list[Operation], sent: list[HookMessage]) -> tuple[_Names, dict[str, Any]]:
    """The name of every shape in the document, and all shapes by their names."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Error, "serialization"): None}
    for operation in operations:
        if operation.answers is not None:
            wanted[operation.answers, "serialization"] = None
        wanted |= {(shape, "validation"): None for shape in (operation.takes, operation.asks) if shape is not None}
    wanted |= {(each.body, "serialization"): None for each in sent}
    refs, definitions = models_json_schema(list(wanted), ref_template=_REF)
    names = {key: refs[key]["$ref"].rpartition("/")[2] for key in wanted}
    return names, dict(sorted(definitions["$defs"].items()))


def _described(route: Route, names: _Names, schemas: Mapping[str, Any]) -> dict[str, Any]:
    operation = _operation(route)
    in_path = _PARAMETER.findall(route.path)
    refusals = set(operation.errors) | {HTTPStatus.SERVICE_UNAVAILABLE}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PARAMETERS.get(name, {"type": "string"})}
        for name in in_path
    ]
    if in_path:
        refusals.add(HTTPStatus.NOT_FOUND)
    if route.needs is not None:
        refusals |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if operation.asks is not None:
        parameters += _questions(schemas[names[operation.asks, "validation"]])
    refusals.add(HTTPStatus.BAD_REQUEST)
    if operation.etag:
        parameters.append(_IF_NONE_MATCH if route.method == hdrs.METH_GET else _IF_MATCH)
    described: dict[str, Any] = {
        "operationId": _operation_id(route),
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _said(route),
        "parameters": parameters,
        "responses": _answered(route, operation, names, refusals),
        "security": [] if route.needs is None else [{"token": []}, {"session": []}],
    }
    if route.needs is not None:
        described["x-permission"] = str(route.needs)
    if route.method == hdrs.METH_POST:
        parameters.append(_IDEMPOTENCY_KEY)
    if operation.takes is not None:
        shape = {"$ref": _REF.format(model=names[operation.takes, "validation"])}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": shape}}}
    return described


def _answered(
    route: Route, operation: Operation, names: _Names, refusals: set[HTTPStatus]
) -> dict[str, dict[str, Any]]:
    done: dict[str, Any] = {"description": operation.summary}
    if operation.answers is not None:
        shape = {"$ref": _REF.format(model=names[operation.answers, "serialization"])}
        done["content"] = {operation.media: {"schema": shape}}
    elif operation.status is not HTTPStatus.NO_CONTENT:
        done["content"] = {operation.media: {}}
    answers: dict[str, dict[str, Any]] = {str(int(operation.status)): done}
    if operation.takes is not None or route.method in (hdrs.METH_POST, hdrs.METH_PUT):
        refusals |= {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.CONFLICT}
    if operation.etag and route.method == hdrs.METH_GET:
        done["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "Names this state of it."}}
        answers["304"] = {"description": "What `If-None-Match` names still holds.", "headers": done["headers"]}
    elif operation.etag:
        refusals.add(HTTPStatus.PRECONDITION_FAILED)
    answers |= {str(int(status)): {"$ref": f"#/components/responses/{_response_name(status)}"} for status in refusals}
    return dict(sorted(answers.items()))


def _said(route: Route) -> str:
    """What the handler's docstring says, and who may ask."""
    said = inspect.getdoc(route.handler) or ""
    if route.needs is None:
        return f"{said}\n\nAnybody may ask.".strip()
    roles = ", ".join(role for role, granted in GRANTS.items() if route.needs in granted)
    return f"{said}\n\nNeeds the permission `{route.needs}`: {roles}.".strip()


def _questions(shape: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions in the address, from the shape of all of them."""
    needed = shape.get("required", [])
    found = []
    for name, schema in shape.get("properties", {}).items():
        asked = {key: value for key, value in schema.items() if key not in ("title", "description")}
        parameter = {"name": name, "in": "query", "required": name in needed, "schema": asked}
        if words := schema.get("description"):
            parameter["description"] = words
        found.append(parameter)
    return found


def _message(sent: HookMessage, names: _Names) -> dict[str, Any]:
    shape = {"$ref": _REF.format(model=names[sent.body, "serialization"])}
    return {
        "operationId": f"send_{sent.name.replace('.', '_')}",
        "summary": sent.summary,
        "description": "Signed as Standard Webhooks describes; docs/webhooks.md says how to verify it.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape}}},
        "responses": {"2XX": {"description": "Taken; anything else is sent again later."}},
    }


def _refusal(status: HTTPStatus, names: _Names) -> dict[str, Any]:
    shape = {"$ref": _REF.format(model=names[Error, "serialization"])}
    refused: dict[str, Any] = {
        "description": _STATUS_WORDS[status],
        "content": {"application/json": {"schema": shape}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        refused["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
    return refused


def _response_name(status: HTTPStatus) -> str:
    return status.phrase.replace(" ", "")


def _operation_id(route: Route) -> str:
    """``get_conflicts_id_messages``: made from the address, so that it stays while code moves."""
    words = re.findall(r"\w+", route.path.removeprefix(PREFIX))
    return "_".join([route.method.lower(), *words]).replace("-", "_")
