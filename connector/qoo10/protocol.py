"""The calls that this product makes, as data. Nothing is sent here.

Parameters and limits: Qoo10's guide, as transcribed publicly in June 2026. No call that cancels an order is among them.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Final

from connector.domain.inquiries import InquiryStatus, InquiryType
from connector.domain.orders import ClaimStatus, SendingRow, ShippingStatus
from connector.qoo10.dates import MAX_WINDOW, qapi_time

SET_SENDING_INFO: Final = "ShippingBasic.SetSendingInfo"
SET_SENDING_INFO_BULK: Final = "ShippingBasic.SetSendingInfoBulk"
GET_SHIPPING_INFO: Final = "ShippingBasic.GetShippingInfo_v3"
GET_SHIPPING_AND_CLAIM: Final = "ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2"
GET_CLAIM_INFO: Final = "ShippingBasic.GetClaimInfo_V3"
SET_SELLER_CHECK: Final = "ShippingBasic.SetSellerCheckYN_V2"
GET_DELIVERY_GROUPS: Final = "ItemsLookup.GetSellerDeliveryGroupInfo"
GET_INQUIRY_MESSAGE: Final = "CSCenter.GetInquiryMessage"
SET_INQUIRY_MESSAGE: Final = "CSCenter.SetInquiryMessage"
CREATE_KEY: Final = "CertificationAPI.CreateCertificationKey"

MAX_BULK_ROWS: Final = 500
MAX_COMPANY: Final = 200
MAX_TRACKING_NO: Final = 50
MAX_MEMO: Final = 1000
MAX_REPLY: Final = 4000
MAX_ORDER_NO: Final = 20
"""Ours: the guide says 9 digits, 10 and 12 have been seen."""


class OrderSearch(IntEnum):
    """Which date a search of orders goes by (``SearchCondition``)."""

    ORDERED = 1
    PAID = 2
    SHIPPED = 3
    DELIVERED = 4


class ClaimSearch(IntEnum):
    """Which date a search of claims goes by (``search_condition``)."""

    ORDERED = 1
    REQUESTED = 2
    COMPLETED = 3


class DelayType(IntEnum):
    """Why an order ships when it ships."""

    PREPARING_STOCK = 1
    MADE_TO_ORDER = 2
    BUYERS_WISH = 3
    OTHER = 4


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``params`` can hold a password, so it never shows. ``writes``: repeating it could do harm."""

    method: str
    params: Mapping[str, str] = field(repr=False)
    writes: bool

    def __post_init__(self) -> None:
        """Refuse what cannot be sent, before anybody has to wonder whether it was."""
        for name, value in self.params.items():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError(f"{name} holds half a character") from None


def is_order_no(text: str) -> bool:
    """Whether the text can be an order number: ASCII digits, at most ``MAX_ORDER_NO``."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_ORDER_NO


def _problem_with_text(name: str, text: str, longest: int) -> str | None:
    if not text.strip():
        return f"{name} is empty"
    if len(text) > longest:
        return f"{name} is longer than {longest} characters"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return f"{name} holds a control character"
    return None


def problem_with(row: SendingRow) -> str | None:
    """Say in one sentence why Qoo10 could not take this row, without its values; None when it can be sent."""
    if not is_order_no(row.order_no):
        return "the order number is not a number"
    return _problem_with_text("the delivery company's name", row.shipping_corp, MAX_COMPANY) or _problem_with_text(
        "the tracking number", row.tracking_no, MAX_TRACKING_NO
    )


def _sending(row: SendingRow) -> dict[str, str]:
    problem = problem_with(row)
    if problem is not None:
        raise ValueError(problem)
    return {"OrderNo": row.order_no, "ShippingCorp": row.shipping_corp, "TrackingNo": row.tracking_no}


def _order_no(order_no: str) -> str:
    if not is_order_no(order_no):
        raise ValueError("the order number is not a number")
    return order_no


def _period(start: datetime, end: datetime) -> tuple[str, str]:
    first, last = qapi_time(start), qapi_time(end)
    if end < start:
        raise ValueError("the period ends before it starts")
    if end - start > MAX_WINDOW:
        raise ValueError(f"a search covers at most {MAX_WINDOW.days} days; split it with windows()")
    return first, last


def set_sending_info(row: SendingRow) -> Call:
    """Put one tracking number on one order line, which moves the line to 配送中.

    Raises:
        ValueError: ``problem_with(row)`` has something to say.
    """
    return Call(SET_SENDING_INFO, _sending(row), writes=True)


def set_sending_info_bulk(rows: Sequence[SendingRow]) -> Call:
    """Put tracking numbers on 1 to 500 order lines; each has an outcome of its own.

    Raises:
        ValueError: No rows, more than 500, an order number twice, or a row that ``problem_with`` objects to.
    """
    if not 1 <= len(rows) <= MAX_BULK_ROWS:
        raise ValueError(f"a bulk call takes 1 to {MAX_BULK_ROWS} rows, not {len(rows)}")
    if len({row.order_no for row in rows}) != len(rows):
        raise ValueError("a bulk call names an order number twice")
    listed = json.dumps([_sending(row) for row in rows], ensure_ascii=False)
    return Call(SET_SENDING_INFO_BULK, {"ShippingInfoJson": listed}, writes=True)


def get_shipping_info_v3(
    status: ShippingStatus | None, start: datetime, end: datetime, condition: OrderSearch = OrderSearch.ORDERED
) -> Call:
    """Ask for order lines of one status (None: states 1 to 3) and a period. Cancelled lines are never among them.

    Raises:
        ValueError: The period is naive, turned round or longer than 90 days.
    """
    first, last = _period(start, end)
    params = {
        "ShippingStatus": str(int(status or 0)),
        "SearchStartDate": first,
        "SearchEndDate": last,
        "SearchCondition": str(int(condition)),
    }
    return Call(GET_SHIPPING_INFO, params, writes=False)


def get_shipping_and_claim_info(order_no: str) -> Call:
    """Ask for one order line with the claim beside it.

    Raises:
        ValueError: The order number is not a number.
    """
    return Call(GET_SHIPPING_AND_CLAIM, {"OrderNo": _order_no(order_no)}, writes=False)


def get_claim_info_v3(
    status: ClaimStatus, start: datetime, end: datetime, condition: ClaimSearch = ClaimSearch.REQUESTED
) -> Call:
    """Ask for the claims of one status and a period.

    Raises:
        ValueError: The period is naive, turned round or longer than 90 days.
    """
    first, last = _period(start, end)
    params = {
        "ClaimStat": str(int(status)),
        "search_Sdate": first,
        "search_Edate": last,
        "search_condition": str(int(condition)),
    }
    return Call(GET_CLAIM_INFO, params, writes=False)


def set_seller_check_yn_v2(order_no: str, ship_by: date, delay_type: DelayType | None = None, memo: str = "") -> Call:
    """Take one order line and set its ship-by date, which moves it from 配送要請 to 配送準備.

    Exactly one order number: several joined by commas are refused (observed by clients). Whether Qoo10 takes an empty
    ``DelayType`` is unverified.

    Raises:
        ValueError: The order number is not a number, or the memo is longer than 1000 characters.
    """
    if len(memo) > MAX_MEMO:
        raise ValueError(f"the memo is longer than {MAX_MEMO} characters")
    params = {
        "OrderNo": _order_no(order_no),
        "EstShipDt": ship_by.strftime("%Y%m%d"),
        "DelayType": "" if delay_type is None else str(int(delay_type)),
        "DelayMemo": memo,
    }
    return Call(SET_SELLER_CHECK, params, writes=True)


def get_seller_delivery_group_info() -> Call:
    """Ask for the shop's shipping-fee groups, which name its delivery companies. Parameters are unknown: none go."""
    return Call(GET_DELIVERY_GROUPS, {}, writes=False)


def get_inquiry_message(start: datetime, end: datetime, status: InquiryStatus) -> Call:
    """Ask for the buyers' inquiries of one status and a period.

    Raises:
        ValueError: The period is naive, turned round or longer than 90 days (ours; the guide names no limit).
    """
    first, last = _period(start, end)
    params = {"search_start_dt": first, "search_end_dt": last, "proc_status": status.value}
    return Call(GET_INQUIRY_MESSAGE, params, writes=False)


def set_inquiry_message(inq_type: InquiryType, question_no: str, seq_no: str, contents: str) -> Call:
    """Answer an inquiry. There is no call that starts a conversation.

    Raises:
        ValueError: The answer is empty or longer than 4000 characters.
    """
    if not contents.strip() or len(contents) > MAX_REPLY:
        raise ValueError(f"an answer has 1 to {MAX_REPLY} characters")
    params = {"inq_type": inq_type.value, "question_no": question_no, "seq_no": seq_no, "contents": contents}
    return Call(SET_INQUIRY_MESSAGE, params, writes=True)


def create_certification_key(user_id: str, password: str) -> Call:
    """Issue a seller authorization key. Issuing another one does no harm to us, so it counts as reading."""
    return Call(CREATE_KEY, {"user_id": user_id, "pwd": password}, writes=False)
