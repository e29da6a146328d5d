"""The shape of a body that could not be read: names and types, never a value, since a value may be personal data."""

import json
import re
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,40}")
_DEEPEST = 6
_MOST_NAMES = 200
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

    Names that do not look like a field's name (they may be somebody's) are shown as ``?``. After ``_MOST_NAMES`` names
    in all, the rest is left out.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return f"no JSON ({len(body)} bytes)"
    return _Shaper().shape(value, _DEEPEST)


class _Shaper:
    """Counts the names over the whole body: wide objects inside wide objects would be no shape any more."""

    def __init__(self) -> None:
        self._names_left = _MOST_NAMES

    def shape(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict) and depth:
            shown: dict[str, Any] = {}
            for name, item in value.items():
                if not self._names_left:
                    break
                self._names_left -= 1
                shown[name if _NAME.fullmatch(name) else "?"] = self.shape(item, depth - 1)
            return shown
        if isinstance(value, list) and depth:
            return [self.shape(item, depth - 1) for item in value[:1]]
        return _TYPES[type(value)]
