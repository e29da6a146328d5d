"""The forms in which public clients call QAPI, read into one call.

All of these are in use: the method in the path or as ``method``, the key in a header or as ``key``, by POST or GET.
Names of parameters are read without regard to case (unverified; ASP.NET does so).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from connector.sandbox.bulk import bulk_rows

BASE_PATH = "/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
KEY_HEADER = "GiosisCertificationKey"
_FORM = "application/x-www-form-urlencoded"
_JSON_TYPES = frozenset({"json", "application/json"})
_SECRETS = frozenset({"key", "pwd"})
_BULK_PARAMETERS = ("shippinginfojson", "sendplandtinfojson")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in. ``params`` has lower-case names; ``logged`` is without keys and passwords.

    ``order_nos`` are the order numbers that the parameters name, in their order. ``as_json`` is false when nothing was
    said: then the answer is XML.
    """

    method: str
    key: str
    params: Mapping[str, str]
    logged: Mapping[str, str]
    order_nos: tuple[str, ...]
    as_json: bool
    transport: str


def is_qapi_path(path: str) -> bool:
    """Whether the path is the API's base, with or without a method behind it (any case)."""
    return path.lower() == BASE_PATH.lower() or path.lower().startswith(f"{BASE_PATH.lower()}/")


def read_call(
    http_method: str, path: str, raw_query: str, headers: Mapping[str, str], content_type: str, body: bytes
) -> Call:
    """Read one call. Any bytes give a call; what it lacks shows in the answer.

    ``headers`` looks names up without regard to case, as aiohttp's does.
    """
    pairs = _pairs(raw_query)
    if http_method == "POST" and content_type.lower() == _FORM:
        pairs += _pairs(body.decode("utf-8", "replace"))
    params: dict[str, str] = {}
    logged: dict[str, str] = {}
    for name, value in pairs:
        if name.lower() not in params:
            params[name.lower()] = value
            logged[name] = "***" if name.lower() in _SECRETS else value
    logged = {name: value for name, value in logged.items() if name.lower() != "key"}
    in_path = path[len(BASE_PATH) + 1 :]
    header_key = headers.get(KEY_HEADER, "")
    return Call(
        method=in_path or params.get("method", ""),
        key=header_key or params.get("key", ""),
        params=params,
        logged=logged,
        order_nos=_order_nos(params),
        as_json=params.get("returntype", "").strip().lower() in _JSON_TYPES,
        transport="-".join(
            (http_method.lower(), "path" if in_path else "parameter", "header" if header_key else "parameter")
        ),
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="replace")


def _order_nos(params: Mapping[str, str]) -> tuple[str, ...]:
    single = params.get("orderno") or params.get("contrno")
    if single:
        return (single,)
    text = next((params[name] for name in _BULK_PARAMETERS if name in params), "[]")
    return tuple(row.get("orderno", "") for row in bulk_rows(text) or ())


def routing_failure(method: str, services: Collection[str]) -> str:
    """The plain text for a method that is not there (observed): which of its two halves is unknown."""
    service, _, name = re.sub(r"[^\x21-\x7e]", "?", method).partition(".")
    if service.lower() not in services:
        return f"Can't find service Name {service}"
    return f"Can't find method Info {name}"
