"""The shape of a body that could not be read: names and types, never a value, since a value may be personal data."""

import json
import re
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,40}")
_DEEPEST = 6
_MOST_NAMES = 60
_TYPES = {
    dict: "object",
    list: "list",
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def shape_of(body: bytes) -> Any:
    """The shape of a body, small enough to keep: ``{"data": {"order_ref": "string"}}``.

    Names that do not look like a field's name (they may be somebody's) are shown as ``?``.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return f"no JSON ({len(body)} bytes)"
    return _shape(value, _DEEPEST)


def _shape(value: Any, depth: int) -> Any:
    if isinstance(value, dict) and depth:
        shown = list(value.items())[:_MOST_NAMES]
        return {name if _NAME.fullmatch(name) else "?": _shape(item, depth - 1) for name, item in shown}
    if isinstance(value, list) and depth:
        return [_shape(item, depth - 1) for item in value[:1]]
    return _TYPES[type(value)]
