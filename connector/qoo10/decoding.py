"""From the bytes of an answer to plain values, whichever of its forms Qoo10 chose. Nothing here knows any method."""

import codecs
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

CONTRADICTION: Final = object()
"""Stands for the value of a field that one object holds twice, with different values."""

_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_PADDING: Final = "\ufeff\0 \t\r\n"
_LONGEST_EXACT: Final = 2**53
_ROUTING_FAILURES: Final = ("can't find service name", "can't find method info")


class UnreadableError(Exception):
    """The body is not an answer of QAPI. The text says what it is instead, without repeating it."""


class RoutingError(Exception):
    """Qoo10 found nothing behind the method's name, and says so in plain text with HTTP 200 (observed by clients)."""


def decode_body(body: bytes) -> dict[str, object]:
    """Decode an answer's envelope. Field names come in lower case, numbers as text, null as None.

    JSON or XML is told by the first character: which one comes does not always follow what was asked for.

    Raises:
        RoutingError: Qoo10 does not know the method.
        UnreadableError: Anything else that is no envelope: empty, HTML, plain text, broken, too deep.
    """
    text = _text(body).strip(_PADDING)
    if not text:
        raise UnreadableError("the answer is empty")
    try:
        decoded = _xml(text) if text.startswith("<") else _json(text)
    except RecursionError:
        raise UnreadableError("the answer is nested too deeply") from None
    if not isinstance(decoded, dict):
        raise UnreadableError("the answer is neither an object nor an XML document of fields")
    spelling = spelling_of(tuple(decoded))
    return {name: value_of(decoded, names) for name, names in spelling.items()}


@lru_cache(maxsize=256)
def spelling_of(names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """How an object spells its fields: the names as they came, by their lower-case forms.

    The rows of a list are spelt alike, so this is worked out once for all of them.
    """
    spelling: dict[str, tuple[str, ...]] = {}
    for name in names:
        lower = name.lower()
        spelling[lower] = (*spelling.get(lower, ()), name)
    return spelling


def value_of(fields: Mapping[str, object], names: Sequence[str]) -> object:
    """The value of a field, whatever its spelling; ``CONTRADICTION`` where two spellings hold different values."""
    value = fields[names[0]]
    return value if all(_same(fields[other], value) for other in names[1:]) else CONTRADICTION


def _same(one: object, other: object) -> bool:
    """Whether two plain values are alike; objects and lists are not compared, however deep they go."""
    return one is other or (isinstance(one, str) and one == other)


def _text(body: bytes) -> str:
    """UTF-8 is what is documented; the older Japanese encoding is what else a Japanese gateway may speak."""
    encodings = ["utf-16"] if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("the answer is not text")


def _json(text: str) -> object:
    try:
        decoded: object = json.loads(
            text,
            strict=False,
            parse_int=str,
            parse_float=_number,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except ValueError:
        decoded = text
    if not isinstance(decoded, str):
        return decoded
    said = decoded.strip(_PADDING).replace("’", "'").lower()
    if said.startswith(_ROUTING_FAILURES):
        raise RoutingError
    raise UnreadableError("the answer is plain text or broken JSON")


def _number(text: str) -> str:
    """``1062428737.0`` is the order number 1062428737 after somebody's spreadsheet."""
    value = float(text)
    return str(int(value)) if value.is_integer() and abs(value) < _LONGEST_EXACT else text


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    for name, value in pairs:  # the last of a doubled name won
        if not _same(fields[name], value):
            fields[name] = CONTRADICTION
    return fields


def _xml(text: str) -> object:
    if text[:200].lower().startswith(("<!doctype html", "<html")):
        raise UnreadableError("the answer is an HTML page")
    try:
        root = ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise UnreadableError("the answer is broken XML or an HTML page") from None
    decoded = _element(root)
    if isinstance(decoded, dict):
        decoded.setdefault("resultobject", None)  # XML writes null by leaving the element out
    return decoded


def _element(element: Element) -> object:
    """Turn an element into what JSON would have held.

    An element whose children all have children is a list of rows (``<ResultObject><ClaimInfo>…</ClaimInfo>…``).
    """
    if len(element) == 0:
        return None if element.get(_NIL) in {"true", "1"} else (element.text or "").strip()
    if all(len(child) for child in element):
        return [_element(child) for child in element]
    return _object([(child.tag.rpartition("}")[2].lower(), _element(child)) for child in element])
