"""Buyers' inquiries as far as they matter here: a weak sign beside an order line, never a cancel request. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class InquiryType(StrEnum):
    """The three letter boxes of the seller's inquiry centre."""

    MESSAGE = "MSG"
    HELP = "HELP"
    ITEM = "ITEM"


class InquiryStatus(StrEnum):
    """How far an inquiry has come."""

    UNANSWERED = "S1"
    IN_WORK = "S2"
    DONE = "S3"


OPEN_INQUIRIES = (InquiryStatus.UNANSWERED, InquiryStatus.IN_WORK)
"""In this order: an inquiry that somebody takes up between two questions is seen by the second."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A buyer's inquiry without the buyer and without its words. ``order_no`` is empty where it is about no order.

    ``inq_type`` is as Qoo10 wrote it; ``asked_at`` is on Qoo10's clock; ``status`` is None where it is no known one.
    """

    inq_type: str
    question_no: str
    seq_no: str
    order_no: str
    asked_at: datetime | None
    status: InquiryStatus | None
    speaks_of_cancelling: bool

    @property
    def key(self) -> str:
        """What tells it from every other inquiry of its shop."""
        return f"{self.inq_type} {self.question_no} {self.seq_no}"


@dataclass(frozen=True, slots=True)
class KeptInquiry:
    """An inquiry about an order line in work, as the store keeps it, and when we first saw it.

    Its status is None once Qoo10 no longer lists it as open: answered, done, or too old for the list.
    """

    shop: str
    inquiry: Inquiry
    learned_at: datetime

    @property
    def open(self) -> bool:
        """Whether the buyer still waits for an answer, as far as we know."""
        return self.inquiry.status in OPEN_INQUIRIES
