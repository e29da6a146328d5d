"""How order lines, claims and inquiries look in answers: one function for each method's rows.

The field names follow public transcriptions of the guide, personal fields included; the people are synthetic.
"""

from datetime import date, datetime
from typing import Any

from connector.domain.orders import ShippingStatus
from connector.sandbox.answers import Row
from connector.sandbox.dates import render
from connector.sandbox.model import Market
from connector.sandbox.people import person
from connector.sandbox.records import Inquiry, Line, MarketClaim, Shipping
from connector.sandbox.switches import DateForm, StatusTexts

_TEXTS = {
    StatusTexts.CURRENT: ("Awaiting shipping", "On request", "Seller confirm", "On delivery", "Delivered"),
    StatusTexts.OLDER: ("On Waiting", "On request", "Seller confirm", "Delivery", "Delivere"),
    StatusTexts.JAPANESE: ("配送待ち", "配送要請", "配送準備", "配送中", "配送完了"),
}


def status_text(status: ShippingStatus, texts: StatusTexts) -> str:
    """A status as answers show it, e.g. ``On delivery(4)``."""
    if texts is StatusTexts.NUMBER:
        return str(status.value)
    return f"{_TEXTS[texts][status - 1]}({status.value})"


class Rows:
    """Rows under one market's switches as of one moment."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._switches = market.switches
        self._moment = market.moment()

    def shipping(self, line: Line) -> Row:
        """A row of GetShippingInfo_v3; the same object as long as nothing in it changes."""
        switches, shown, related = self._switches, line.shown(self._moment), self._related(line)
        look = (shown, related, line.paid_at, switches.status_texts, switches.date_form, switches.order_no_as_text)
        if line.listed is None or line.listed[0] != look:
            line.listed = (look, Row(self._shipping(line, shown, related)))
        return line.listed[1]

    def _shipping(self, line: Line, shown: Shipping, related: str) -> dict[str, Any]:
        new = line.new
        buyer, receiver, sender = (person(line.order_no, role) for role in ("buyer", "receiver", "sender"))
        return {
            "ShippingStatus": status_text(shown.status, self._switches.status_texts),
            "SellerID": self._market.shops[line.shop].user_id,
            "PackNo": self._number(line.pack_no),
            "OrderDate": self._date(line.ordered_at),
            "PaymentDate": self._date(line.paid_at),
            "EstimatedShippingDate": self._date(shown.ship_by),
            "ShippingDate": self._date(shown.shipped_at),
            "DeliveredDate": self._date(shown.delivered_at),
            "Buyer": buyer.name,
            "BuyerKana": buyer.kana,
            "BuyerTel": buyer.tel,
            "BuyerMobile": buyer.mobile,
            "BuyerEmail": buyer.email,
            "OrderNo": self._number(line.order_no),
            "ItemNo": f"9{line.order_no[-8:]}",
            "SellerItemCode": new.seller_item_code,
            "ItemTitle": new.item_title,
            "Option": "",
            "OptionCode": "",
            "OrderPrice": float(new.price),
            "OrderQty": new.quantity,
            "Discount": 0.0,
            "Total": float(new.price * new.quantity),
            "Receiver": receiver.name,
            "ReceiverKana": receiver.kana,
            "ZipCode": receiver.zip_code,
            "ShippingAddress": receiver.address,
            "Address1": receiver.address1,
            "Address2": receiver.address2,
            "ReceiverTel": receiver.tel,
            "ReceiverMobile": receiver.mobile,
            "DesiredDeliveryDate": "",
            "SenderName": sender.name,
            "SenderTel": sender.tel,
            "SenderNation": "JP",
            "SenderZipCode": sender.zip_code,
            "SenderAddress": sender.address,
            "ShippingWay": "",
            "ShippingMessage": f"{receiver.name} の置き場所へ",
            "PaymentMethod": "",
            "SellerDiscount": 0.0,
            "Currency": "JPY",
            "ShippingRate": 0.0,
            "RelatedOrder": related,
            "ShippingRateType": "Free",
            "DeliveryCompany": shown.company,
            "VoucherCode": "",
            "PackingNo": self._packing_no(line, shown.status),
            "SellerDeliveryNo": self._delivery_no(line, shown.status),
            "Gift": "",
            "CartDiscountSeller": 0.0,
            "CartDiscountQoo10": 0.0,
            "SettlePrice": float(new.price * new.quantity),
            "BranchName": "",
            "TrackingNo": shown.tracking_no,
            "Material": "",
            "AvailableSendType": str(new.send_type),
            "AvailableShippingDate": "",
        }

    def line_with_claim(self, line: Line) -> dict[str, Any]:
        """A row of GetShippingAndClaimInfoByOrderNo_V2: both axes side by side, names in mixed case.

        The guide lists no ship-by date here, so there is none.
        """
        shown, claim, new = line.shown(self._moment), line.claim_on_line(self._moment), line.new
        buyer, receiver, sender = (person(line.order_no, role) for role in ("buyer", "receiver", "sender"))
        return {
            "shippingStatus": status_text(shown.status, self._switches.status_texts),
            "sellerID": self._market.shops[line.shop].user_id,
            "packNo": self._number(line.pack_no),
            "orderDate": self._date(line.ordered_at),
            "PaymentDate": self._date(line.paid_at),
            "DeliveredDate": self._date(shown.delivered_at),
            "buyer": buyer.name,
            "buyer_gata": buyer.kana,
            "buyerTel": buyer.tel,
            "buyerMobile": buyer.mobile,
            "buyerEmail": buyer.email,
            "OrderType": "",
            "orderNo": self._number(line.order_no),
            "itemCode": f"9{line.order_no[-8:]}",
            "sellerItemCode": new.seller_item_code,
            "itemTitle": new.item_title,
            "option": "",
            "optionCode": "",
            "orderPrice": float(new.price),
            "orderQty": new.quantity,
            "discount": 0.0,
            "total": float(new.price * new.quantity),
            "receiver": receiver.name,
            "receiver_gata": receiver.kana,
            "shippingCountry": "JP",
            "zipCode": receiver.zip_code,
            "shippingAddr": receiver.address,
            "receiverTel": receiver.tel,
            "receiverMobile": receiver.mobile,
            "hopeDate": "",
            "senderName": sender.name,
            "senderTel": sender.tel,
            "senderNation": "JP",
            "senderZipCode": sender.zip_code,
            "senderAddr": sender.address,
            "ShippingWay": "",
            "ShippingMsg": f"{receiver.name} の置き場所へ",
            "PackingNo": self._packing_no(line, shown.status),
            "SellerDeliveryNo": self._delivery_no(line, shown.status),
            "paymentNation": "JP",
            "currency": "JPY",
            "shippingDate": self._date(shown.shipped_at),
            "deliveryCompany": shown.company,
            "trackingNo": shown.tracking_no,
            **self._claim_fields(claim),
        }

    def claim(self, line: Line, claim: MarketClaim) -> dict[str, Any]:
        """A row of GetClaimInfo_V3."""
        shown, new = line.shown(self._moment), line.new
        buyer, receiver = person(line.order_no, "buyer"), person(line.order_no, "receiver")
        as_text = self._switches.claim_order_no_as_text
        return {
            **self._claim_fields(claim),
            "orderDate": self._date(line.ordered_at),
            "PaymentDate": self._date(line.paid_at),
            "shippingDate": self._date(shown.shipped_at),
            "DeliveredDate": self._date(shown.delivered_at),
            "orderNo": line.order_no if as_text else self._number(line.order_no),
            "packNo": line.pack_no if as_text else self._number(line.pack_no),
            "itemCode": f"9{line.order_no[-8:]}",
            "sellerItemCode": new.seller_item_code,
            "itemTitle": new.item_title,
            "orderQty": new.quantity,
            "paymentNation": "JP",
            "currency": "JPY",
            "paymentAmount": float(new.price * new.quantity),
            "deliveryCompany": shown.company,
            "trackingNo": shown.tracking_no,
            "pickupAddress": receiver.address,
            "zipCode": receiver.zip_code,
            "receiver": receiver.name,
            "receiverTel": receiver.tel,
            "receiverMobile": receiver.mobile,
            "buyer": buyer.name,
            "buyerTel": buyer.tel,
            "buyerMobile": buyer.mobile,
        }

    def inquiry(self, inquiry: Inquiry) -> dict[str, Any]:
        """A row of CSCenter.GetInquiryMessage."""
        return {
            "INQ_TYPE": inquiry.inq_type,
            "SEQ_NO": inquiry.seq_no,
            "QUESTION_NO": inquiry.question_no,
            "INQ_DT": render(inquiry.asked_at, DateForm.DIGITS),
            "CUST_NM": person(inquiry.order_no, "buyer").name,
            "CATE_NM": "",
            "CATE_CD": "",
            "TITLE": inquiry.title,
            "CONTENTS": inquiry.contents,
            "GD_NO": "",
            "GD_NM": "",
            "CONTR_NO": self._number(inquiry.order_no),
            "CLAIM_YN": "Y" if self._market.lines[inquiry.order_no].claim else "N",
            "STATUS": inquiry.status,
        }

    def _claim_fields(self, claim: MarketClaim | None) -> dict[str, Any]:
        return {
            "claimStatus": str(claim.status.value) if claim else "",
            "reason": claim.reason if claim else "",
            "requestDate": self._date(claim.requested_at) if claim else "",
            "cancelRefundDate": self._date(claim.completed_at) if claim else "",
            "deliveryCompanyReturn": "",
            "trackingNoReturn": "",
        }

    def _related(self, line: Line) -> str:
        siblings = self._market.cart(line)
        if not self._switches.related_order_lists_cancelled:
            siblings = [other for other in siblings if not other.gone]
        return ", ".join(other.order_no for other in siblings)

    def _packing_no(self, line: Line, status: ShippingStatus) -> str:
        return f"JPP{line.pack_no[-8:].zfill(8)}" if status >= ShippingStatus.PREPARING else ""

    def _delivery_no(self, line: Line, status: ShippingStatus) -> str:
        return f"{line.ordered_at:%y%m%d}-{line.order_no[-4:].zfill(4)}" if status >= ShippingStatus.PREPARING else ""

    def _number(self, text: str) -> int | str:
        return text if self._switches.order_no_as_text else int(text)

    def _date(self, moment: datetime | date | None) -> str:
        return render(moment, self._switches.date_form)
