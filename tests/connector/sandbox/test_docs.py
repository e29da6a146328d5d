"""docs/sandbox.md says what the code does: every switch, fault, method and address, with its default."""

import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Fault, FaultKind, Market, NewLine, Switches
from connector.sandbox.admin import ACTIONS, ADMIN_PATH
from connector.sandbox.faults import APPLIED_BY_DEFAULT, MEANINGS
from connector.sandbox.methods import METHODS
from connector.sandbox.server import create_app

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in PAGE.splitlines()
    if (cells := [cell.strip() for cell in line.strip("|").split("|")])
}


def text_of(value: Any) -> str:
    match value:
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)


@pytest.mark.parametrize("name", Switches.model_fields)
def test_every_switch_stands_with_default_values_and_meaning(name: str) -> None:
    """One row a switch, word for word as in the code."""
    field = Switches.model_fields[name]
    kinds = field.annotation
    values = "number"
    if kinds is bool:
        values = "`true`, `false`"
    elif isinstance(kinds, type) and issubclass(kinds, Enum):
        values = ", ".join(f"`{kind.value}`" for kind in kinds)

    assert ROWS[name] == [f"`{text_of(field.default)}`", values, field.description]


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_stands_with_its_effect(kind: FaultKind) -> None:
    """One row a fault, word for word as in the code."""
    assert ROWS[kind.value] == ["yes" if APPLIED_BY_DEFAULT[kind] else "no", MEANINGS[kind]]


def test_every_field_and_method_is_named() -> None:
    """Fields of faults and lines, and the methods played."""
    names = [*Fault.model_fields, *NewLine.model_fields, *(method.name for method in METHODS.values())]

    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_address_is_named(market: Market) -> None:
    """The admin API on the page is the one that is served, in both directions."""
    served = {
        (route.method, route.resource.canonical)
        for route in create_app(market).router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith(ADMIN_PATH)
        and route.method not in {"*", "HEAD"}
    }
    generic = ("POST", f"{ADMIN_PATH}/orders/{{order_no}}/{{action}}")
    actions = {("POST", f"{ADMIN_PATH}/orders/{{order_no}}/{action}") for action in ACTIONS}

    named = set(re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (\S+)` \|", PAGE, re.MULTILINE))

    assert named == (served - {generic}) | actions


def test_switches_and_faults_named_in_prose_exist() -> None:
    """The last table sends nobody to something that is not there."""
    names = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", PAGE))
    known = {
        *Switches.model_fields,
        *FaultKind,
        *Fault.model_fields,
        *NewLine.model_fields,
        *(kind.value for field in Switches.model_fields.values() for kind in _kinds(field.annotation)),
    }
    others = {
        "qapi_url",
        "seller_auth_key",
        "transc_nm",
        "applied_writes",
        "refused_writes",
        "ended_requests",
        "stay_cancelling",
        "by_method",
        "by_code",
        "seller_cancels",
        "inq_type",
    }

    assert names - known - others == set()


def _kinds(annotation: Any) -> list[Any]:
    return list(annotation) if isinstance(annotation, type) and issubclass(annotation, Enum) else []
