"""What the writing calls do to one order line: the codes in the order in which they are checked.

The codes are those of Qoo10's guide for each method. Where the guide is silent the docstring or a switch says so.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox.dates import parse_date
from connector.sandbox.model import Market
from connector.sandbox.records import AppliedWrite, Effect, Line, Shop
from connector.sandbox.switches import Acceptance, DeadWrite, OtherNumber, PendingWrite, UnknownOrder

KNOWN_COMPANIES = frozenset(
    {
        "ゆうパック",
        "Qxpress",
        "ヤマト宅急便",
        "佐川急便",
        "ゆうパケット",
        "ネコポス",
        "クリックポスト",
        "クロネコDM便",
        "福山通運",
        "西濃運輸",
        "佐川急便(海外)",
        "ネコポス(海外)",
        "ゆうパケット(海外)",
        "ヤマト宅急便 (海外)",
        "佐川グローバル",
        "EMS",
        "OCS",
        "Fedex",
        "UPS",
        "DHL",
        "Chinapost registered airmail",
        "BANRI Express",
        "YDH Express",
        "SDM Express",
        "Sagawa",
        "その他",
    }
)
"""Names seen at Qoo10 by public clients; the real list is not public."""

QSM = "QSM"
MOST_BULK_ROWS = 500
LONGEST_COMPANY = 200
LONGEST_TRACKING_NO = 50
LONGEST_MEMO = 1000
CANCEL_REASONS = {"": "在庫なし", "1": "注文変更", "2": "配送不可地域", "3": "配送遅延"}
DELAY_TYPES = frozenset({"", "1", "2", "3", "4"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The code for one order line, its words, whether the line was changed, and the company as recorded."""

    code: int
    message: str
    changed: bool = False
    company: str = ""


def own_line(market: Market, shop: Shop, order_no: str) -> Line | None:
    """This shop's line of this number; None for nobody's and for another shop's."""
    line = market.lines.get(order_no)
    return line if line is not None and line.shop == shop.name else None


def well_formed(order_no: str) -> bool:
    """Exactly one number: digits only, no commas (observed: a list of numbers is a format error)."""
    return re.fullmatch("[0-9]{1,18}", order_no) is not None


def send_number(market: Market, shop: Shop, order_no: str, company: str, tracking_no: str, by: str) -> Verdict:
    """Confirm the dispatch of one line, as SetSendingInfo and each row of SetSendingInfoBulk do."""
    verdict = _send_number(market, shop, order_no, company, tracking_no, by)
    line = own_line(market, shop, order_no)
    if line is not None and verdict.code != 0:
        line.refused_writes += 1
    return verdict


def _send_number(  # noqa: PLR0911 - one return for each documented code, in the order of the checks
    market: Market, shop: Shop, order_no: str, company: str, tracking_no: str, by: str
) -> Verdict:
    switches = market.switches
    failed = Verdict(switches.update_failed_code, "update failed")
    if not well_formed(order_no):
        return Verdict(-10001, "OrderNo format error")
    if not company.strip():
        return Verdict(-10002, "ShippingCorp is empty")
    if not tracking_no or (not tracking_no.strip() and switches.blank_tracking_no is Acceptance.REFUSED):
        return Verdict(-10003, "TrackingNo is empty")
    line = own_line(market, shop, order_no)
    if line is None:
        unknown = order_no not in market.lines and switches.unknown_order is UnknownOrder.UPDATE_FAILED
        return failed if unknown else Verdict(-10004, "not an order of this seller")
    # What happens to too long values is not documented; only the lengths are.
    if len(company) > LONGEST_COMPANY or len(tracking_no) > LONGEST_TRACKING_NO:
        return failed
    if company not in KNOWN_COMPANIES and switches.unknown_company is Acceptance.REFUSED:
        return failed
    effect = _effect(market, line, tracking_no)
    if effect is None:
        return failed
    line.applied_writes.append(AppliedWrite(market.moment(), by, company, tracking_no, effect))
    if effect is Effect.IGNORED or effect is Effect.REPEATED:
        return Verdict(0, "SUCCESS", company=line.shipping.company)
    _record(market, line, company, tracking_no, late_s=switches.visible_late_s)
    return Verdict(0, "SUCCESS", changed=True, company=company)


def _effect(market: Market, line: Line, tracking_no: str) -> Effect | None:
    """What a number does to this line; None where it is refused."""
    switches = market.switches
    if market.cancelled(line):
        return Effect.IGNORED if switches.write_after_cancel is DeadWrite.SILENT else None
    if line.shipping.status >= ShippingStatus.ON_DELIVERY and line.shipping.tracking_no:
        if line.shipping.tracking_no == tracking_no:
            return Effect.REPEATED if switches.write_same_number is Acceptance.ACCEPTED else None
        return {
            OtherNumber.OVERWRITTEN: Effect.OVERWRITTEN,
            OtherNumber.IGNORED: Effect.IGNORED,
            OtherNumber.REFUSED: None,
        }[switches.write_other_number]
    if line.shipping.status is ShippingStatus.AWAITING_PAYMENT and switches.write_unpaid is Acceptance.REFUSED:
        return None
    if requested(line) and switches.write_while_cancel_requested is PendingWrite.REFUSED:
        return None
    return Effect.RECORDED


def requested(line: Line) -> bool:
    """Whether a cancel request is open."""
    return line.claim is not None and line.claim.status is ClaimStatus.CANCEL_REQUESTED


def _record(market: Market, line: Line, company: str, tracking_no: str, *, late_s: float) -> None:
    shipping = line.shipping
    market.set_shipping(
        line,
        replace(
            shipping,
            status=max(shipping.status, ShippingStatus.ON_DELIVERY),
            shipped_at=shipping.shipped_at or market.now(),
            company=company,
            tracking_no=tracking_no,
        ),
        late_s=late_s,
    )
    if requested(line) and market.switches.write_while_cancel_requested is PendingWrite.CLOSES:
        market.end_request(line, "closed_by_write", late_s=late_s)


def enter_by_hand(market: Market, order_no: str, company: str, tracking_no: str) -> None:
    """A person writes a number in QSM. QSM lets a person replace a number (unverified), so nothing is refused here."""
    line = market.line(order_no)
    line.applied_writes.append(AppliedWrite(market.moment(), QSM, company, tracking_no, Effect.RECORDED))
    _record(market, line, company, tracking_no, late_s=0)


def take_order(  # noqa: PLR0911 - one return for each documented code, in the order of the checks
    market: Market, shop: Shop, order_no: str, ship_by: str, delay_type: str, memo: str
) -> Verdict:
    """Give one line its ship-by date, as SetSellerCheckYN_V2 and each row of its bulk form do; 2 becomes 3.

    The order of the checks, and -10001 for a wrong ``DelayType`` or a too long memo, are unverified.
    """
    switches = market.switches
    if not well_formed(order_no):
        return Verdict(-10001, "OrderNo format error")
    line = own_line(market, shop, order_no)
    if line is None or delay_type not in DELAY_TYPES or len(memo) > LONGEST_MEMO:
        return Verdict(-10001, "Not exists seller info")
    if not line.gone and line.shipping.status is ShippingStatus.PREPARING:
        return Verdict(-10012, "already taken")
    if line.gone or line.shipping.status is not ShippingStatus.REQUESTED:
        return Verdict(-10013, "not in status 2")
    day = parse_date(ship_by)
    if day is None:
        return Verdict(-10016, "EstShipDt is null")
    today = market.now().date()
    if day < today or (day == today and switches.ship_by_today is Acceptance.REFUSED):
        return Verdict(-10018, "EstShipDt must be later than today")
    if day > today + timedelta(days=switches.ship_by_at_most_days):
        return Verdict(-10017, "EstShipDt is beyond the last allowed date")
    shipping = replace(line.shipping, status=ShippingStatus.PREPARING, ship_by=day)
    market.set_shipping(line, shipping, late_s=switches.visible_late_s)
    return Verdict(0, "SUCCESS", changed=True)


def cancel_line(market: Market, shop: Shop, order_no: str, reason: str) -> Verdict:
    """Cancel one line for the seller, as Claim.SetCancelProcess does. The market remembers every one."""
    if not well_formed(order_no):
        return Verdict(-10001, "order number is wrong")
    if order_no not in market.lines:
        return Verdict(-10002, "no such order")
    line = own_line(market, shop, order_no)
    if line is None:
        return Verdict(-10003, "wrong seller")
    if market.cancelled(line) or line.shipping.status >= ShippingStatus.ON_DELIVERY or reason not in CANCEL_REASONS:
        return Verdict(-10004, "wrong order status")
    market.cancel_by_seller(line, CANCEL_REASONS[reason])
    return Verdict(0, "SUCCESS", changed=True)
