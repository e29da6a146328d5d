"""Strict and total reading of JSON bodies: a validated model, or ``UnreadablePayload`` that names the field."""

import hashlib
import json
import re
import unicodedata
from datetime import datetime
from typing import Annotated, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from carriers.errors import UnreadablePayload
from carriers.model import Ignored, Reading

MAX_WORD_CHARS = 100
"""Longest word that is taken from a payload. Qoo10 takes 50 for a tracking number; OPENLOGI and Shippo give their users
100 for an order reference, the longest seen."""

_Model = TypeVar("_Model", bound=BaseModel)

_ISO_8601 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"  # date and time of day
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"  # offset; asked for separately, to say what is wrong
)
_PLAUSIBLE_YEARS = range(2000, 2100)
_PLAIN_PROBLEMS = {
    "missing": "is missing",
    "model_type": "must be an object",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
}
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{0,60}")
_NOT_IN_WORDS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _plain_word(value: object) -> object:
    """A JSON string, without surrounding white space and with nothing in it that no label can carry."""
    if not isinstance(value, str):
        raise PydanticCustomError("not_text", "must be text")
    word = value.strip()
    if len(word) > MAX_WORD_CHARS:
        raise PydanticCustomError("too_long", "is longer than {limit} characters", {"limit": MAX_WORD_CHARS})
    if any(unicodedata.category(character) in _NOT_IN_WORDS for character in word):
        raise PydanticCustomError("control_characters", "has control characters in it")
    return word


def _required_word(value: object) -> object:
    word = _plain_word(value)
    if not word:
        raise PydanticCustomError("empty", "is empty")
    return word


def _optional_word(value: object) -> object:
    return "" if value is None else _plain_word(value)


def _number_as_text(value: object) -> object:
    # bool is an int to Python, but true is no number; a float has already lost digits.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else value


def _optional_time(value: object) -> datetime | None:
    """ISO 8601 with an offset: without one, nobody knows whose clock it is."""
    if value is None:
        return None
    if not isinstance(value, str) or not (match := _ISO_8601.fullmatch(value)):
        raise PydanticCustomError("not_iso_8601", "must be a time in ISO 8601 such as 2026-11-22T09:15:00+09:00")
    if not match.group(3):
        raise PydanticCustomError("no_offset", "must say its offset from UTC, such as +09:00 or Z")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("no_such_time", "is no time that exists") from None
    if time.year not in _PLAUSIBLE_YEARS:
        raise PydanticCustomError("implausible_year", "is in an implausible year")
    return time


def _time_if_readable(value: object) -> datetime | None:
    try:
        return _optional_time(value)
    except PydanticCustomError:
        return None


Word = Annotated[str, BeforeValidator(_required_word)]
"""Text that must be there and not be empty."""

OptionalWord = Annotated[str, BeforeValidator(_optional_word)]
"""Text; empty where the source sends null or nothing (with ``= ""``)."""

NumberWord = Annotated[str, BeforeValidator(_required_word), BeforeValidator(_number_as_text)]
"""As ``Word``; a whole JSON number is taken as its digits."""

OptionalNumberWord = Annotated[str, BeforeValidator(_optional_word), BeforeValidator(_number_as_text)]
"""As ``OptionalWord``; a whole JSON number is taken as its digits."""

OptionalTime = Annotated[datetime | None, BeforeValidator(_optional_time)]
"""An aware time, or None where the source sends null or nothing (with ``= None``)."""

TimeIfReadable = Annotated[datetime | None, BeforeValidator(_time_if_readable)]
"""As ``OptionalTime``, but None also for a time in another form: for vendors' messages, which are worth more than their
times, and which a vendor stops sending when they are refused too often."""


def read_json(body: bytes) -> dict[str, object]:
    """The JSON object that is the whole of ``body``; strict as ``read_json_value``.

    Raises:
        UnreadablePayload: always, when ``body`` is anything else; never another exception.
    """
    value = read_json_value(body)
    if not isinstance(value, dict):
        raise UnreadablePayload("the body is not a JSON object")
    return value


def read_json_value(body: bytes) -> object:
    """The JSON value that is the whole of ``body``.

    A UTF-8 byte order mark is skipped, as RFC 8259 allows a reader to do. NaN and Infinity are not JSON. A name that
    occurs twice in one object is refused: two readers would see two different messages.

    Raises:
        UnreadablePayload: always, when ``body`` is anything else; never another exception.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadablePayload("the body is not UTF-8") from None
    try:
        value: object = json.loads(text, object_pairs_hook=_unique_names, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadablePayload("the body is nested too deeply") from None
    except ValueError:  # not JSON, or an integer of thousands of digits
        raise UnreadablePayload("the body is not JSON") from None
    return value


def read_model(model: type[_Model], value: object) -> _Model:
    """``value`` as a ``model``.

    Raises:
        UnreadablePayload: names the first field that does not fit and why, never its value.
    """
    try:
        return model.model_validate(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the body"
        problem = _PLAIN_PROBLEMS.get(first["type"], first["msg"])
    raise UnreadablePayload(f"{field}: {problem}")


def ignore(reason: str, word: str = "", *, delivery_key: str = "") -> Reading:
    """A message that is theirs, but nothing for us.

    ``word`` is the source's own word for why; it is left out where it may be more than a code.
    """
    detail = word if _PLAIN_CODE.fullmatch(word) else ""
    return Reading(delivery_key=delivery_key, ignored=(Ignored(reason, detail),))


def derived_key(*parts: str) -> str:
    """An event key for sources that give none: what was said makes it, and cannot be read from it."""
    return "sha256:" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnreadablePayload("the body has the same name twice in one object")
    return members


def _refuse_constant(_constant: str) -> NoReturn:
    raise UnreadablePayload("the body has NaN or Infinity in it, which are not JSON")
