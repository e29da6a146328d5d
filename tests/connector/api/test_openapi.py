"""The OpenAPI document: whole, valid, and made from the addresses that are really served."""

from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from connector.access.routes import Operation, Route, Routes
from connector.api.openapi import HookMessage, document
from connector.api.shapes import Answer, Body, Question
from connector.domain.roles import Permission


class Thing(Answer):
    """A thing."""

    id: int


class ThingWanted(Body):
    """What a thing shall be."""

    name: str


class ThingsAsked(Question):
    """Which things."""

    limit: int = 50
    """How many."""


async def handler(_request: web.Request) -> web.Response:
    """200 with a thing."""
    return web.Response()


def made(*declared: Route) -> dict[str, Any]:
    found = document(declared, "1.0")
    OpenAPIV31SpecValidator(found).validate()
    return found


def get(path: str, operation: Operation | None, needs: Permission | None = Permission.LOOK) -> Route:
    return Route("GET", path, handler, needs, operation)


def test_an_address_says_what_it_asks_answers_and_needs() -> None:
    asked = Operation("things", "Things", Thing, asks=ThingsAsked)

    (path,) = made(get("/api/v1/things/{name}", asked))["paths"].items()

    assert path[0] == "/api/v1/things/{name}"
    said = path[1]["get"]
    assert said["operationId"] == "get_things_name"
    assert said["description"] == "200 with a thing.\n\nNeeds the permission `look`: viewer, packer, operator, admin."
    assert said["x-permission"] == "look"
    assert said["security"] == [{"token": []}, {"session": []}]
    assert [(each["name"], each["in"], each["required"]) for each in said["parameters"]] == [
        ("name", "path", True),
        ("limit", "query", False),
    ]
    assert said["parameters"][1] == {
        "name": "limit",
        "in": "query",
        "required": False,
        "description": "How many.",
        "schema": {"type": "integer", "default": 50},
    }
    assert list(said["responses"]) == ["200", "400", "401", "403", "404", "503"]
    assert said["responses"]["200"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
    }


def test_a_change_says_what_it_takes_and_how_a_repeat_is_harmless() -> None:
    wanted = Operation("things", "Make a thing", Thing, HTTPStatus.CREATED, takes=ThingWanted)

    found = made(Route("POST", "/api/v1/things", handler, Permission.ADMINISTER, wanted))

    said = found["paths"]["/api/v1/things"]["post"]
    assert said["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ThingWanted"}
    assert [each["name"] for each in said["parameters"]] == ["Idempotency-Key"]
    assert list(said["responses"]) == ["201", "400", "401", "403", "409", "413", "422", "503"]
    assert found["components"]["schemas"]["ThingWanted"]["additionalProperties"] is False


def test_an_answer_with_an_etag_says_so() -> None:
    said = made(get("/api/v1/things", Operation("things", "Things", Thing, etag=True)))["paths"]["/api/v1/things"][
        "get"
    ]

    assert [each["name"] for each in said["parameters"]] == ["If-None-Match"]
    assert "ETag" in said["responses"]["200"]["headers"]
    assert "304" in said["responses"]


def test_an_address_for_all_says_so() -> None:
    said = made(get("/api/v1/things", Operation("things", "Things", Thing), None))["paths"]["/api/v1/things"]["get"]

    assert said["security"] == []
    assert said["description"].endswith("Anybody may ask.")
    assert "401" not in said["responses"]


def test_questions_of_an_address_are_no_shape_of_their_own() -> None:
    found = made(get("/api/v1/things", Operation("things", "Things", Thing, asks=ThingsAsked)))

    assert sorted(found["components"]["schemas"]) == ["Error", "ErrorDetail", "Thing"]


def test_what_is_sent_stands_beside_what_is_served() -> None:
    found = document([], "1.0", [HookMessage("thing.made", "A thing was made", Thing)])

    OpenAPIV31SpecValidator(found).validate()
    sent = found["webhooks"]["thing.made"]["post"]
    assert sent["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Thing"}


def test_other_addresses_are_not_in_it() -> None:
    assert made(get("/healthz", None), get("/sources", None))["paths"] == {}


def test_an_address_that_says_nothing_of_itself_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="GET /api/v1/things has no Operation"):
        document([get("/api/v1/things", None)], "1.0")


def test_head_is_answered_and_not_described() -> None:
    routes = Routes(web.Application())
    routes.get("/api/v1/things", handler, needs=None, operation=Operation("things", "Things", Thing))

    assert list(document(routes, "1.0")["paths"]["/api/v1/things"]) == ["get"]
