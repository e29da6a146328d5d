"""The settings: type, default, range and meaning of each, from the classes that judge them."""

import json
import types
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from connector.settings import Settings
from connector.settings.base import Section
from connector.settings_input import ENV_PREFIX
from tools.reference.markdown import code, table

_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    SecretStr: "secret",
    Path: "path",
    date: "day",
}
_LIMITS = {Ge: "from {0.ge}", Gt: "over {0.gt}", Le: "to {0.le}", Lt: "under {0.lt}"}
_ABOUT = (
    "They stand in `config.toml`; the one at the root of the project has comments. Every setting can also come from "
    f"the environment, which wins: `{ENV_PREFIX}SECTION__KEY`, for tables with names `{ENV_PREFIX}SHOPS__MAIN__KEY` "
    "(a hyphen in a name becomes an underscore). A setting that is not listed here is refused, with the nearest name."
)


def sections() -> dict[str, type[BaseModel]]:
    """Every table of config.toml by its heading."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        tables = _tables(name, field.annotation)
        if not tables:
            raise TypeError(f"{name}: neither a table nor tables with names")
        found |= tables
    return found


def _tables(name: str, annotation: Any) -> dict[str, type[BaseModel]]:
    """The tables that a setting stands for, and those within them; none where it is a value."""
    if get_origin(annotation) is dict and _is_table(of := get_args(annotation)[1]):
        heading = f"{name}.<name>"
    elif get_origin(annotation) is tuple and _is_table(of := get_args(annotation)[0]):
        heading = f"[{name}]"
    elif _is_table(of := annotation):
        heading = name
    else:
        return {}
    found = {heading: of}
    for inner, field in of.model_fields.items():
        found |= _tables(f"{heading}.{inner}", field.annotation)
    return found


def _is_table(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def lines() -> list[str]:
    """The part about settings."""
    written = [
        "## Settings",
        "",
        _ABOUT,
    ]
    for heading, section in sections().items():
        about = " ".join((section.__doc__ or "").split()).replace("``", "`")
        rows = [_row(name, field) for name, field in section.model_fields.items()]
        head = ("setting", "type", "default", "range", "meaning")
        written += ["", f"### `[{heading}]`", "", about, "", *table(head, rows)]
    return written


def _row(name: str, field: FieldInfo) -> tuple[str, ...]:
    if not field.description:
        raise ValueError(f"{name}: say in a string below the setting what it means")
    return code(name), _type(field.annotation), _default(field), _range(field), field.description


def _type(annotation: Any) -> str:
    """The type in words that an operator knows."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _type(next(each for each in inner if each is not type(None)))
    if origin is tuple:
        return f"list of {_type(inner[0])}".replace("list of tables", "tables")
    if origin is dict:
        return f"table of {_type(inner[1])}".replace("table of tables", "tables with names")
    if origin is not None:  # Annotated
        return _type(inner[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "one of " + ", ".join(code(str(member.value)) for member in annotation)
    return "tables" if _is_table(annotation) else _PLAIN.get(annotation, "text")  # types of our own read text


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ("", (), {}) or isinstance(value, SecretStr):
        return ""
    return code(json.dumps(value, ensure_ascii=False, default=str))


def _range(field: FieldInfo) -> str:
    said = [_LIMITS[type(each)].format(each) for each in field.metadata if type(each) in _LIMITS]
    said += [f"at least {each.min_length}" for each in field.metadata if isinstance(each, MinLen)]
    said += [f"at most {each.max_length}" for each in field.metadata if isinstance(each, MaxLen)]
    patterns = [each.pattern for each in field.metadata if getattr(each, "pattern", None)]
    choices = [", ".join(map(code, pattern.strip("^$()").split("|"))) for pattern in patterns]
    return ", ".join([*said, *choices])
