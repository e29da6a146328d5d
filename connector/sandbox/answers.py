"""What a method says, and how it looks as JSON or XML."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as ET

from connector.sandbox.switches import ContentTypeHeader, CredentialEnvelope, Switches

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Absent:
    """Stands for a ``ResultObject`` that the method does not have."""


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method says. ``gateway`` asks for the second envelope, ``ErrorCode`` and ``ErrorMsg``.

    ``applied`` are the order lines that changed. ``rows_of`` names the rows' element in XML.
    """

    code: int = 0
    message: str = "SUCCESS"
    result: Any = ABSENT
    applied: tuple[str, ...] = ()
    gateway: bool = False
    rows_of: str = "string"


class Row(dict[str, Any]):
    """A row of a list that may be long. It remembers its JSON, so it must not change once it was shown."""

    @cached_property
    def json(self) -> str:
        """The row as JSON text."""
        return json.dumps(self, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer's body and content type."""

    body: bytes
    content_type: str


def key_trouble(code: int, switches: Switches) -> Outcome:
    """The outcome of a call whose key is no good, in the envelope that the switch names."""
    messages = {-10000: "Please check the Seller Authorization Key.", -90001: "存在しないAPIです。"}
    gateway = {
        CredentialEnvelope.BY_CODE: code <= -90000,  # noqa: PLR2004 - Qoo10's gateway codes are -9xxxx
        CredentialEnvelope.ERROR_CODE: True,
        CredentialEnvelope.RESULT_CODE: False,
    }[switches.credential_envelope]
    return Outcome(code, messages.get(code, "Seller authorization key is not valid."), gateway=gateway)


def render(outcome: Outcome, switches: Switches, *, as_json: bool) -> Rendered:
    """The body of an answer in the form that was asked for."""
    envelope = _envelope(outcome, switches)
    if as_json:
        body = _json(envelope).encode("utf-8", "replace")
        proper = "application/json; charset=utf-8"
    else:
        body = _xml(envelope, outcome.rows_of)
        proper = "text/xml; charset=utf-8"
    content_type = {
        ContentTypeHeader.AS_RENDERED: proper,
        ContentTypeHeader.TEXT_HTML: "text/html; charset=utf-8",
        ContentTypeHeader.OCTET_STREAM: "application/octet-stream",
    }[switches.content_type]
    return Rendered(body, content_type)


def _envelope(outcome: Outcome, switches: Switches) -> dict[str, Any]:
    code = str(outcome.code) if switches.result_code_as_text else outcome.code
    if outcome.gateway:
        return {"ErrorCode": code, "ErrorMsg": outcome.message}
    if isinstance(outcome.result, _Absent):
        return {"ResultCode": code, "ResultMsg": outcome.message}
    return {"ResultObject": outcome.result, "ResultCode": code, "ResultMsg": outcome.message}


def _json(envelope: Mapping[str, Any]) -> str:
    rows = envelope.get("ResultObject")
    if not isinstance(rows, list) or not all(isinstance(row, Row) for row in rows):
        return json.dumps(envelope, ensure_ascii=False)
    rest = json.dumps({name: value for name, value in envelope.items() if name != "ResultObject"}, ensure_ascii=False)
    return '{"ResultObject": [' + ", ".join(row.json for row in rows) + "], " + rest.removeprefix("{")


def _xml(envelope: Mapping[str, Any], rows_of: str) -> bytes:
    result = envelope.get("ResultObject", ABSENT)
    if isinstance(result, _Absent):
        root = ET.Element("StdResult")
    else:
        of = f"ListOf{rows_of}" if isinstance(result, list) else rows_of[0].upper() + rows_of[1:]
        root = ET.Element(f"StdCustomResultOf{of}")
    for name in ("ErrorCode", "ErrorMsg", "ResultCode", "ResultMsg", "ResultObject"):
        if name in envelope:
            _fill(ET.SubElement(root, name), envelope[name], rows_of)
    declaration = b'<?xml version="1.0" encoding="utf-8"?>\n'
    return declaration + ET.tostring(root, encoding="unicode").encode("utf-8", "replace")


def _fill(element: ET.Element, value: Any, rows_of: str) -> None:
    match value:
        case None:
            pass
        case list():
            for row in value:
                _fill(ET.SubElement(element, rows_of), row, rows_of)
        case dict():
            for name, inner in value.items():
                _fill(ET.SubElement(element, name), inner, rows_of)
        case float():
            element.text = f"{value:.4f}"
        case _:
            element.text = _NOT_IN_XML.sub("", str(value))
