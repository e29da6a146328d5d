"""What an answer of Qoo10 means: one pure function of its status, its headers and its bytes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from connector.qoo10.codes import meaning_of
from connector.qoo10.dates import retry_after_s
from connector.qoo10.decoding import (
    CONTRADICTION,
    RoutingError,
    UnreadableError,
    decode_body,
    spelling_of,
    value_of,
)
from connector.qoo10.errors import LaterError, QapiError, RefusedError, UnclearError, printable
from connector.qoo10.protocol import Call

_DEEPEST_WRAPPING: Final = 6
_CODE: Final = re.compile(r"\s*([+-]?\d{1,9})(?:\.0+)?\s*", re.ASCII)


def transient(call: Call, detail: str, code: int | None = None) -> QapiError:
    """The error for an answer that says nothing: a read is tried again, after a write the order is read first."""
    if call.writes:
        return UnclearError(call.method, detail, code)
    return LaterError(call.method, detail, code, blip=True)


def unreadable(call: Call, detail: str) -> QapiError:
    """The error for an answer that came whole, but cannot be understood. Asking again at once would not help."""
    error = UnclearError if call.writes else LaterError
    return error(call.method, detail)


@dataclass(frozen=True, slots=True)
class Row:
    """One object of an answer. It can hold personal data: it never shows and lives no longer than its translation."""

    call: Call
    fields: Mapping[str, object] = field(repr=False)
    spelling: Mapping[str, tuple[str, ...]] = field(repr=False)

    def text(self, *names: str) -> str:
        """The first of these fields that is not empty, stripped; empty where none is. Names in lower case.

        Raises:
            QapiError: A field holds an object or a list, or stands twice in the row with different values.
        """
        for name in names:
            spelt = self.spelling.get(name)
            value = value_of(self.fields, spelt) if spelt is not None else None
            if value is None:
                continue
            if value is CONTRADICTION:
                raise unreadable(self.call, f"a row holds {name} twice, with different values")
            if isinstance(value, bool):
                return str(value).lower()
            if not isinstance(value, str):
                raise unreadable(self.call, f"{name} is not a plain value")
            text = printable(value).strip()
            if text:
                return text
        return ""

    def code(self, name: str) -> int | None:
        """A result code; None where the field is missing or no number. Raises as ``text`` does."""
        return read_code(self.text(name))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose envelope said success. ``result`` can hold personal data or a new key, so it never shows."""

    call: Call
    result: object = field(repr=False)
    has_result: bool
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def rows(self) -> tuple[Row, ...]:
        """The objects of ``ResultObject``, whether it is a list, one object, or a list wrapped in an object.

        Raises:
            QapiError: There is no ``ResultObject``, or it is something else: what it leaves out cannot be known.
        """
        if not self.has_result:
            raise unreadable(self.call, "the answer has no ResultObject")
        return tuple(self._rows(self.result, _DEEPEST_WRAPPING))

    def _rows(self, result: object, levels: int) -> Iterator[Row]:
        if result is None or result == "":
            return
        if not levels:
            raise unreadable(self.call, "ResultObject is nested too deeply")
        if isinstance(result, list):
            for item in result:
                if not isinstance(item, dict | list):
                    raise unreadable(self.call, "the list in ResultObject holds something that is no row")
                yield from self._rows(item, levels - 1)
            return
        if not isinstance(result, dict):
            raise unreadable(self.call, "ResultObject is neither a list nor an object")
        if all(isinstance(value, dict | list) for value in result.values()):
            yield from self._rows(list(result.values()), levels - 1)
        else:
            yield Row(self.call, result, spelling_of(tuple(result)))

    @property
    def size(self) -> int:
        """How many rows there are; none where they cannot be read."""
        if isinstance(self.result, list) and self.result and not isinstance(self.result[0], list):
            return len(self.result)
        try:
            return len(self.rows())
        except QapiError:
            return 0

    def said(self, text: str) -> str:
        """A foreign text without the secrets that went out with the call."""
        return _without(text, self.secrets)


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def read_answer(
    call: Call, status: int, headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str] = ()
) -> Answer:
    """Read an answer to this call. Header names may have any case; ``secrets`` never appear in what is raised.

    Success is HTTP 200 with ``ResultCode`` 0, and nothing else is (Qoo10's guide). Qoo10 answers its own errors with
    200 (observed by clients), so another status comes from something in front of it.

    Raises:
        QapiError: Everything else, as the class that says what to do next; nothing else is ever raised.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise LaterError(
            call.method,
            f"HTTP {status}",
            retry_after_s=retry_after_s(lowered),
            throttled=status == HTTPStatus.TOO_MANY_REQUESTS,
        )
    spoken_by_qoo10 = status == HTTPStatus.OK
    if not spoken_by_qoo10 and not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise transient(call, f"HTTP {status}")
    try:
        envelope = decode_body(body)
    except RoutingError:
        raise RefusedError(call.method, "Qoo10 does not know this method; check qapi_url") from None
    except UnreadableError as error:
        raise transient(call, str(error) if spoken_by_qoo10 else f"HTTP {status}") from None
    answer = Answer(call, envelope.get("resultobject"), "resultobject" in envelope, tuple(secrets))
    _check_code(answer, envelope)
    if not spoken_by_qoo10:
        raise transient(call, f"HTTP {status} around an answer that says success")
    return answer


def _check_code(answer: Answer, envelope: Mapping[str, object]) -> None:
    call = answer.call
    code = read_code(envelope.get("errorcode"))
    message = envelope.get("errormsg")
    if code is None and envelope.get("errorcode"):
        raise transient(call, "the answer has an unreadable ErrorCode")
    if not code:
        code = read_code(envelope.get("resultcode"))
        message = envelope.get("resultmsg")
    if code is None:
        raise transient(call, "the answer has no readable ResultCode")
    if code == 0:
        return
    error, says = meaning_of(call, code)
    detail = f"{says} ({answer.said(message)})" if isinstance(message, str) and message else says
    if call.writes and isinstance(answer.result, list | dict) and answer.result:
        raise UnclearError(call.method, f"an error around rows that may have been applied: {detail}", code)
    raise error(call.method, detail, code)


def read_code(value: object) -> int | None:
    """A result code, which comes as a number or as text; None where it is neither."""
    found = _CODE.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else None
