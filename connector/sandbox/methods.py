"""The QAPI methods that the sandbox plays: parameters in, an outcome with Qoo10's own codes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import writes
from connector.sandbox.answers import Outcome, key_trouble
from connector.sandbox.bulk import Ask, set_seller_check_bulk, set_sending_info_bulk
from connector.sandbox.dates import LONGEST_PERIOD, BadPeriodError, LongPeriodError, period
from connector.sandbox.records import OPEN_CANCELS, Line, MarketClaim
from connector.sandbox.rows import Rows
from connector.sandbox.switches import CancelledByOrder, MissingParameter
from connector.sandbox.writes import Verdict

LONGEST_ANSWER = 4000
_UP_TO_PREPARING = (ShippingStatus.AWAITING_PAYMENT, ShippingStatus.REQUESTED, ShippingStatus.PREPARING)
_STATUSES = {"": _UP_TO_PREPARING, "0": _UP_TO_PREPARING, **{str(one.value): (one,) for one in ShippingStatus}}
_CLAIMS = {str(status.value): status for status in ClaimStatus}


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its name as the guide spells it, the parameters it must have, what it does."""

    name: str
    play: Callable[[Ask], Outcome]
    required: tuple[str, ...] = ()
    needs_api_key: bool = False


def missing(method: Method, params: Mapping[str, str], how: MissingParameter) -> Outcome | None:
    """The answer to a call without a required parameter; None where nothing is missing, or nobody minds."""
    if how is MissingParameter.AS_EMPTY or all(name.lower() in params for name in method.required):
        return None
    if how is MissingParameter.SERVER_STUMBLE:
        return Outcome(-999, "Object reference not set to an instance of an object")
    return Outcome(-90001, "The API does not exist", gateway=True)


def _of(order_no: str, verdict: Verdict) -> Outcome:
    return Outcome(verdict.code, verdict.message, applied=(order_no,) if verdict.changed else ())


def set_sending_info(ask: Ask) -> Outcome:
    """ShippingBasic.SetSendingInfo."""
    order_no = ask.get("OrderNo")
    by = "ShippingBasic.SetSendingInfo"
    verdict = writes.send_number(ask.market, ask.shop, order_no, ask.get("ShippingCorp"), ask.get("TrackingNo"), by)
    return _of(order_no, verdict)


def set_seller_check(ask: Ask) -> Outcome:
    """ShippingBasic.SetSellerCheckYN_V2."""
    order_no = ask.get("OrderNo")
    verdict = writes.take_order(
        ask.market, ask.shop, order_no, ask.get("EstShipDt"), ask.get("DelayType"), ask.get("DelayMemo")
    )
    return _of(order_no, verdict)


def set_cancel_process(ask: Ask) -> Outcome:
    """Claim.SetCancelProcess."""
    order_no = ask.get("ContrNo")
    return _of(order_no, writes.cancel_line(ask.market, ask.shop, order_no, ask.get("CancelReason")))


def get_shipping_info(ask: Ask) -> Outcome:
    """ShippingBasic.GetShippingInfo_v3. The dates' codes are those of the claims call (unverified here)."""
    market, now = ask.market, ask.market.moment()
    statuses = _STATUSES.get(ask.get("ShippingStatus").strip())
    condition = ask.get("SearchCondition").strip() or "1"
    if statuses is None or condition not in {"1", "2", "3", "4"}:
        return Outcome(-10001, "argument error")
    try:
        start, end = _listed_period(ask, now)
    except BadPeriodError:
        return Outcome(-10002, "Search Date Error")
    except LongPeriodError:
        return Outcome(-10003, "Searching period exceeds to 90 days.")
    rows = Rows(market)
    found = []
    for line in ask.shop.lines(statuses, now):
        if not market.switches.pending_request_listed and line.claim is not None and line.claim.status in OPEN_CANCELS:
            continue
        shown = line.shown(now)
        moment = {
            "1": line.ordered_at,
            "2": line.paid_at,
            "3": shown.shipped_at,
            "4": shown.delivered_at,
        }[condition]
        if moment is not None and start <= moment <= end:
            found.append(rows.shipping(line))
    return ask.found(found, "ShippingInfo")


def _listed_period(ask: Ask, now: datetime) -> tuple[datetime, datetime]:
    """The guide asks for no dates here; without both, the last 90 days (unverified)."""
    if not ask.get("SearchStartDate").strip() and not ask.get("SearchEndDate").strip():
        return now - LONGEST_PERIOD, now
    return _period(ask, "SearchStartDate", "SearchEndDate")


def _period(ask: Ask, start: str, end: str) -> tuple[datetime, datetime]:
    return period(ask.get(start).strip(), ask.get(end).strip(), ask.market.switches.short_end_date)


def get_line_with_claim(ask: Ask) -> Outcome:
    """ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2. Numbers of nobody or of others find nothing (unverified)."""
    order_no = ask.get("OrderNo")
    if not writes.well_formed(order_no):
        return Outcome(-10001, "OrderNo format error")
    line = writes.own_line(ask.market, ask.shop, order_no)
    hidden = line is not None and line.gone and ask.market.switches.cancelled_line_by_order is CancelledByOrder.GONE
    rows = [] if line is None or hidden else [Rows(ask.market).line_with_claim(line)]
    return ask.found(rows, "ShippingClaimInfo_V2")


def get_claims(ask: Ask) -> Outcome:
    """ShippingBasic.GetClaimInfo_V3. Without ``ClaimStat`` every claim is found (unverified)."""
    asked, condition = ask.get("ClaimStat").strip(), ask.get("search_condition").strip() or "2"
    if (asked and asked not in _CLAIMS) or condition not in {"1", "2", "3"}:
        return Outcome(-10001, "argument error")
    try:
        start, end = _period(ask, "search_Sdate", "search_Edate")
    except BadPeriodError:
        return Outcome(-10002, "Search Date Error")
    except LongPeriodError:
        return Outcome(-10003, "Searching period exceeds to 90 days.")
    now, rows = ask.market.moment(), Rows(ask.market)
    found = []
    for line in ask.shop.claimed.values():
        claim = line.claim_listed(now)
        if claim is None or (asked and claim.status is not _CLAIMS[asked]):
            continue
        moment = _claim_moment(line, claim, condition)
        if moment is not None and start <= moment <= end:
            found.append(rows.claim(line, claim))
    return ask.found(found, "ClaimInfo", "ClaimInfo" if ask.market.switches.claims_wrapped else "")


def _claim_moment(line: Line, claim: MarketClaim, condition: str) -> datetime | None:
    return {"1": line.ordered_at, "2": claim.requested_at, "3": claim.completed_at}[condition]


def get_inquiries(ask: Ask) -> Outcome:
    """CSCenter.GetInquiryMessage."""
    status = ask.get("proc_status").strip().upper()
    try:
        start, end = _period(ask, "search_start_dt", "search_end_dt")
    except ValueError:
        return Outcome(-10001, "Argument error")
    if status not in {"", "S1", "S2", "S3"}:
        return Outcome(-10001, "Argument error")
    rows = Rows(ask.market)
    found = [
        rows.inquiry(inquiry)
        for inquiry in ask.shop.inquiries
        if start <= inquiry.asked_at <= end and status in {"", inquiry.status}
    ]
    return ask.found(found, "InquiryInfo")


def set_inquiry(ask: Ask) -> Outcome:
    """CSCenter.SetInquiryMessage."""
    kind, contents = ask.get("inq_type").strip().upper(), ask.get("contents")
    if kind not in {"MSG", "HELP", "ITEM"} or not 0 < len(contents) <= LONGEST_ANSWER:
        return Outcome(-10001, "Argument error")
    asked = (kind, ask.get("question_no").strip(), ask.get("seq_no").strip())
    for inquiry in ask.shop.inquiries:
        if asked == (inquiry.inq_type, str(inquiry.question_no), str(inquiry.seq_no)):
            inquiry.status = "S3"
            inquiry.answers.append(contents)
            return Outcome(result={"SEQ_NO": inquiry.seq_no}, rows_of="InquiryProcInfo")
    return Outcome(-10002, "Fail")


def create_key(ask: Ask) -> Outcome:
    """CertificationAPI.CreateCertificationKey. The code for a wrong login is unverified."""
    if (ask.get("user_id"), ask.get("pwd")) != (ask.shop.user_id, ask.shop.password):
        return key_trouble(-10000, ask.market.switches)
    if ask.market.switches.new_key_kills_old:
        ask.shop.keys.clear()
    return Outcome(message="成功", result=ask.shop.issue_key(ask.market.now()))


def get_delivery_groups(ask: Ask) -> Outcome:
    """ItemsLookup.GetSellerDeliveryGroupInfo."""
    rows = [
        {
            "ShippingNo": number,
            "ShippingFee": 0.0,
            "ShippingType": "X",
            "FreeCondition": 0.0,
            "Region": "N",
            "Oversea": "N",
            "transcName": name,
        }
        for number, name in enumerate(ask.shop.delivery_names, start=1)
    ]
    return ask.found(rows, "DeliveryGroupInfo")


METHODS = {
    method.name.lower(): method
    for method in (
        Method("ShippingBasic.SetSendingInfo", set_sending_info, ("OrderNo", "ShippingCorp", "TrackingNo")),
        Method("ShippingBasic.SetSendingInfoBulk", set_sending_info_bulk, ("ShippingInfoJson",)),
        Method("ShippingBasic.GetShippingInfo_v3", get_shipping_info),
        Method("ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2", get_line_with_claim, ("OrderNo",)),
        Method("ShippingBasic.GetClaimInfo_V3", get_claims, ("search_Sdate", "search_Edate")),
        Method("ShippingBasic.SetSellerCheckYN_V2", set_seller_check, ("OrderNo",)),
        Method("ShippingBasic.SetSellerCheckYNBulk", set_seller_check_bulk, ("SendPlanDtInfoJson",)),
        Method("Claim.SetCancelProcess", set_cancel_process, ("ContrNo",)),
        Method("CSCenter.GetInquiryMessage", get_inquiries, ("search_start_dt", "search_end_dt")),
        Method("CSCenter.SetInquiryMessage", set_inquiry, ("inq_type", "question_no", "seq_no")),
        Method("CertificationAPI.CreateCertificationKey", create_key, ("user_id", "pwd"), needs_api_key=True),
        Method("ItemsLookup.GetSellerDeliveryGroupInfo", get_delivery_groups),
    )
}
"""By lower-case name: method names are case-insensitive (observed)."""

SERVICES = {name.partition(".")[0] for name in METHODS}
