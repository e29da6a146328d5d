"""Faults that can be aimed: the next n calls of a method, or of one order, go wrong in a named way."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class FaultKind(StrEnum):
    """What goes wrong. ``docs/sandbox.md`` has the list for people."""

    HTTP_ERROR = "http_error"
    THROTTLED = "throttled"
    HANG = "hang"
    RESET = "reset"
    LOST_ANSWER = "lost_answer"
    CUT_BODY = "cut_body"
    PLAIN_TEXT = "plain_text"
    EMPTY_BODY = "empty_body"
    BOM = "bom"
    XML = "xml"
    HTML = "html"
    GARBAGE = "garbage"
    CODE = "code"
    GATEWAY_CODE = "gateway_code"
    BULK_MISSING_ROW = "bulk_missing_row"
    BULK_DOUBLED_ROW = "bulk_doubled_row"
    BULK_ROW_CODE = "bulk_row_code"
    BULK_ENVELOPE = "bulk_envelope"
    BUYER_CANCELS = "buyer_cancels"


MEANINGS = {
    FaultKind.HTTP_ERROR: "answers `http_status` with an HTML page",
    FaultKind.THROTTLED: "answers as if the call were over the limit (switch `throttled_as`)",
    FaultKind.HANG: "says nothing for `seconds`, then answers; when not applied, closes the connection instead",
    FaultKind.RESET: "resets the TCP connection without an answer",
    FaultKind.LOST_ANSWER: "closes the connection in good order without an answer",
    FaultKind.CUT_BODY: "sends half of the body, then closes the connection",
    FaultKind.PLAIN_TEXT: "answers 200 with a sentence instead of JSON",
    FaultKind.EMPTY_BODY: "answers 200 with an empty body",
    FaultKind.BOM: "puts a byte order mark before the answer",
    FaultKind.XML: "answers in XML whatever was asked for",
    FaultKind.HTML: "answers 200 with an HTML error page",
    FaultKind.GARBAGE: "answers 200 with bytes that are neither text nor JSON",
    FaultKind.CODE: "answers with ResultCode `code` instead of the true one",
    FaultKind.GATEWAY_CODE: "answers with ErrorCode `code`",
    FaultKind.BULK_MISSING_ROW: "leaves one row out of a bulk answer",
    FaultKind.BULK_DOUBLED_ROW: "repeats one row of a bulk answer",
    FaultKind.BULK_ROW_CODE: "answers one row of a bulk call with `code`",
    FaultKind.BULK_ENVELOPE: "answers a bulk call with ResultCode `code` and no rows",
    FaultKind.BUYER_CANCELS: "the buyer presses cancel after the caller's last look, just before the call takes effect",
}

APPLIED_BY_DEFAULT = {
    FaultKind.HTTP_ERROR: False,
    FaultKind.THROTTLED: False,
    FaultKind.HANG: True,
    FaultKind.RESET: False,
    FaultKind.LOST_ANSWER: True,
    FaultKind.CUT_BODY: True,
    FaultKind.PLAIN_TEXT: False,
    FaultKind.EMPTY_BODY: True,
    FaultKind.BOM: True,
    FaultKind.XML: True,
    FaultKind.HTML: True,
    FaultKind.GARBAGE: True,
    FaultKind.CODE: False,
    FaultKind.GATEWAY_CODE: False,
    FaultKind.BULK_MISSING_ROW: True,
    FaultKind.BULK_DOUBLED_ROW: True,
    FaultKind.BULK_ROW_CODE: False,
    FaultKind.BULK_ENVELOPE: True,
    FaultKind.BUYER_CANCELS: True,
}

CODE_BY_DEFAULT = {
    FaultKind.CODE: -10100,
    FaultKind.GATEWAY_CODE: -90001,
    FaultKind.BULK_ROW_CODE: -10103,
    FaultKind.BULK_ENVELOPE: -10100,
}

BULK_FAULTS = frozenset(
    {
        FaultKind.BULK_MISSING_ROW,
        FaultKind.BULK_DOUBLED_ROW,
        FaultKind.BULK_ROW_CODE,
        FaultKind.BULK_ENVELOPE,
    }
)
BULK_METHODS = frozenset({"shippingbasic.setsendinginfobulk", "shippingbasic.setsellercheckynbulk"})


class Fault(BaseModel):
    """One aimed fault. ``times`` is how many matching calls it meets; None is every one until it is deleted.

    ``applied`` says whether the call (for the row faults: the row) takes effect all the same; None is the kind's
    default; so is a ``code`` of None. ``skip`` lets that many matching calls pass first.
    """

    model_config = ConfigDict(extra="forbid")

    fault: FaultKind
    method: str | None = None
    order_no: str | None = None
    times: int | None = Field(1, ge=1)
    skip: int = Field(0, ge=0)
    applied: bool | None = None
    code: int | None = None
    http_status: int = Field(503, ge=300, le=599)
    seconds: float = Field(30, ge=0, le=3600)

    @property
    def answer_code(self) -> int:
        """The code that the answer, or the struck row, carries."""
        return CODE_BY_DEFAULT.get(self.fault, 0) if self.code is None else self.code

    @property
    def takes_effect(self) -> bool:
        """Whether the call, or the row, takes effect."""
        return APPLIED_BY_DEFAULT[self.fault] if self.applied is None else self.applied

    def matches(self, method: str, order_nos: frozenset[str]) -> bool:
        """Whether a call of ``method`` (any case) about these order lines is aimed at."""
        if self.fault in BULK_FAULTS and method.lower() not in BULK_METHODS:
            return False
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return self.order_no is None or self.order_no in order_nos


class Faults:
    """The faults that still wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Aim one more fault; the earliest that matches a call is the one it meets."""
        self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Forget every fault."""
        self._waiting.clear()

    def waiting(self) -> tuple[Fault, ...]:
        """The faults as they stand, with what is left of ``times`` and ``skip``."""
        return tuple(fault.model_copy() for fault in self._waiting)

    def take(self, method: str, order_nos: Iterable[str]) -> Fault | None:
        """The fault that this call meets, if any. Counts ``skip`` and ``times`` down.

        The buyer's cancel is not a fault of the call itself, see ``take_buyer_cancel``.
        """
        return self._take(method, frozenset(order_nos), buyer=False)

    def take_buyer_cancel(self, method: str, order_nos: Iterable[str]) -> Fault | None:
        """The buyer's cancel that crosses this call, if any. A call can meet one beside another fault."""
        return self._take(method, frozenset(order_nos), buyer=True)

    def _take(self, method: str, order_nos: frozenset[str], *, buyer: bool) -> Fault | None:
        for fault in self._waiting:
            if (fault.fault is FaultKind.BUYER_CANCELS) is not buyer or not fault.matches(method, order_nos):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            met = fault.model_copy()
            if fault.times == 0:
                self._waiting.remove(fault)
            return met
        return None
