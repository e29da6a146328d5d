"""From an answer's rows to our words. Whatever is not named here, personal data first of all, is left behind."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from connector.domain.inquiries import Inquiry, InquiryStatus
from connector.domain.orders import Claim, ClaimStatus, OrderLine, ShippingStatus
from connector.qoo10.answers import Answer, Row, unreadable
from connector.qoo10.dates import read_time
from connector.qoo10.protocol import is_order_no

_IN_BRACKETS: Final = re.compile(r"[(（]\s*(\d{1,3})\s*[)）]", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,3}", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_NO_CLAIM: Final = frozenset({"", "0"})
_CANCELS: Final = frozenset(
    {
        ClaimStatus.CANCEL_REQUESTED,
        ClaimStatus.CANCELLING,
        ClaimStatus.CANCELLED,
        ClaimStatus.UNPAID_ORDER_CANCELLED,
    }
)
_SHIPPING: Final = {int(status): status for status in ShippingStatus}
_CLAIMS: Final = {int(status): status for status in ClaimStatus}
_INQUIRIES: Final = {status.value: status for status in InquiryStatus}
_LONGEST_KEY: Final = 500

CANCEL_WORDS: Final = ("キャンセル", "取消", "取り消", "取りけし", "とりけし", "解約", "注文をやめ", "cancel")
"""A text that holds one of these may speak of cancelling: a weak sign for a person, never a cancel request."""


def order_lines(answer: Answer) -> tuple[OrderLine, ...]:
    """The order lines of a list, in the order in which they came.

    Raises:
        QapiError: A row has no order number or a claim that cannot be read: nothing is dropped in silence.
    """
    return tuple(_line(row) for row in answer.rows())


def line_with_claim(answer: Answer, order_no: str) -> OrderLine | None:
    """The one line that was asked for, with its most telling claim; None when Qoo10 shows no line at all.

    Several rows differ in their claims: cancels come before others, later requests before earlier ones.

    Raises:
        QapiError: All rows are of other orders, or the line's rows contradict each other.
    """
    rows = answer.rows()
    lines = [line for line in (_line(row) for row in rows) if line.order_no == order_no]
    if not lines:
        if rows:
            raise unreadable(answer.call, "the answer is about another order")
        return None
    if len({(line.status, line.tracking_no) for line in lines}) > 1:
        raise unreadable(answer.call, "several rows of one order contradict each other")
    return lines[0].with_claim(_most_telling(line.claim for line in lines))


def claims(answer: Answer) -> tuple[Claim, ...]:
    """The claims of a list. A row without a status has the one that was asked for.

    Raises:
        QapiError: A row has no order number, or a status that cannot be read.
    """
    asked_for = answer.call.params.get("ClaimStat", "")
    found = []
    for row in answer.rows():
        text = row.text("claimstatus") or asked_for
        found.append(_claim(row, _order_no(row), text))
    return tuple(found)


def delivery_names(answer: Answer) -> tuple[str, ...]:
    """The names of the shop's delivery companies, each once, in the order in which they came."""
    names = (row.text("transcname") for row in answer.rows())
    return tuple(dict.fromkeys(name for name in names if name))


def is_key(text: str) -> bool:
    """Whether the text can be a key: something that a header can carry, without white space."""
    return 0 < len(text) <= _LONGEST_KEY and text.isascii() and text.isprintable() and " " not in text


def new_key(answer: Answer) -> str:
    """The seller authorization key that was issued.

    Raises:
        QapiError: There is none (an empty answer has been seen by one client), or it cannot be a key.
    """
    key = answer.result.strip() if isinstance(answer.result, str) else ""
    if not is_key(key):
        raise unreadable(answer.call, "the answer holds no key")
    return key


def inquiries(answer: Answer) -> tuple[Inquiry, ...]:
    """The buyers' inquiries of a list.

    Raises:
        QapiError: A row lacks the numbers that an answer to it would need.
    """
    return tuple(_inquiry(row) for row in answer.rows())


def _inquiry(row: Row) -> Inquiry:
    question_no, seq_no, order_no = row.text("question_no"), row.text("seq_no"), row.text("contr_no")
    if not question_no or not seq_no:
        raise unreadable(row.call, "an inquiry has no QUESTION_NO or SEQ_NO")
    words = unicodedata.normalize("NFKC", row.text("title") + "\n" + row.text("contents")).casefold()
    return Inquiry(
        inq_type=row.text("inq_type"),
        question_no=question_no,
        seq_no=seq_no,
        order_no=order_no if is_order_no(order_no) and int(order_no) else "",
        asked_at=read_time(row.text("inq_dt")),
        status=_INQUIRIES.get(row.text("status").upper()),
        speaks_of_cancelling=any(word in words for word in CANCEL_WORDS),
    )


def _line(row: Row) -> OrderLine:
    order_no = _order_no(row)
    related = tuple(dict.fromkeys(_DIGITS.findall(row.text("relatedorder"))))
    claim_text = row.text("claimstatus")
    status = _status_number(row.text("shippingstatus"))
    return OrderLine(
        order_no=order_no,
        status=None if status is None else _SHIPPING.get(status),
        pack_no=row.text("packno"),
        related_order_nos=related if not related or order_no in related else (order_no, *related),
        ordered_at=read_time(row.text("orderdate")),
        ship_by_at=read_time(row.text("estimatedshippingdate", "estshippingdate")),
        shipped_at=read_time(row.text("shippingdate")),
        delivery_company=row.text("deliverycompany"),
        tracking_no=row.text("trackingno"),
        seller_item_code=row.text("selleritemcode"),
        claim=None if claim_text in _NO_CLAIM else _claim(row, order_no, claim_text),
    )


def _claim(row: Row, order_no: str, text: str) -> Claim:
    number = _status_number(text)
    status = None if number is None else _CLAIMS.get(number)
    if status is None:
        raise unreadable(row.call, f"claimStatus is {'no number' if number is None else f'the unknown {number}'}")
    return Claim(order_no, status, read_time(row.text("requestdate")), row.text("packno"))


def _order_no(row: Row) -> str:
    order_no = row.text("orderno")
    if not is_order_no(order_no):
        raise unreadable(row.call, "a row has no readable order number")
    return order_no


def _status_number(text: str) -> int | None:
    """The number in brackets; the words before it are misspelt and differ from place to place (observed)."""
    bracketed = _IN_BRACKETS.findall(text)
    if bracketed:
        return int(bracketed[-1])
    return int(text) if _NUMBER.fullmatch(text) else None


def _most_telling(found: Iterable[Claim | None]) -> Claim | None:
    def weight(claim: Claim) -> tuple[bool, datetime]:
        return claim.status in _CANCELS, claim.requested_at or datetime.min.replace(tzinfo=UTC)

    return max((claim for claim in found if claim is not None), key=weight, default=None)
