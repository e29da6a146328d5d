import json
from collections.abc import Callable
from datetime import datetime

import pytest

from connector.domain.inquiries import Inquiry, InquiryStatus
from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, ShippingStatus
from connector.qoo10 import protocol, readers
from connector.qoo10.answers import Answer
from connector.qoo10.errors import LaterError
from connector.qoo10.protocol import OrderSearch

Read = Callable[..., Answer]

MORNING = datetime(2026, 11, 22, 9, 15, tzinfo=JAPAN)
LIST = protocol.get_shipping_info_v3(None, MORNING, MORNING, OrderSearch.ORDERED)
LINE = protocol.get_shipping_and_claim_info("1062428737")
CLAIMS = protocol.get_claim_info_v3(ClaimStatus.CANCEL_REQUESTED, MORNING, MORNING)
GROUPS = protocol.get_seller_delivery_group_info()
INQUIRIES = protocol.get_inquiry_message(MORNING, MORNING, InquiryStatus.UNANSWERED)
KEY = protocol.create_certification_key("shop", "secret")
PERSON = {"Receiver": "Hanako Synthetic", "ReceiverTel": "+81-3-0000-0000", "ShippingAddress": "1-1 Nowhere"}


def ok(*rows: object) -> dict[str, object]:
    return {"ResultCode": 0, "ResultMsg": "SUCCESS", "ResultObject": list(rows)}


def test_a_listed_line_is_read_whole_and_without_the_person(read: Read) -> None:
    row = PERSON | {
        "ShippingStatus": "Seller confirm(3)",
        "PackNo": 123456789,
        "OrderNo": 1062428737,
        "RelatedOrder": "1062428737, 1062428738",
        "OrderDate": "2026-11-22 09:15:00",
        "EstimatedShippingDate": "2026-11-22",
        "ShippingDate": "",
        "SellerItemCode": " SKU-1 ",
        "DeliveryCompany": None,
        "TrackingNo": 444413758703,
    }

    lines = readers.order_lines(read(LIST, ok(row)))

    assert lines == (
        OrderLine(
            order_no="1062428737",
            status=ShippingStatus.PREPARING,
            pack_no="123456789",
            related_order_nos=("1062428737", "1062428738"),
            ordered_at=MORNING,
            ship_by_at=MORNING.replace(hour=0, minute=0),
            tracking_no="444413758703",
            seller_item_code="SKU-1",
        ),
    )
    assert "Synthetic" not in repr(lines)


def test_a_line_of_the_older_spelling_is_read_too(read: Read) -> None:
    row = {"orderNo": "1", "shippingStatus": "On delivery(4)", "EstShippingDate": "20261122091500", "trackingNo": "9"}

    (line,) = readers.order_lines(read(LIST, ok(row)))

    assert (line.status, line.ship_by_at, line.tracking_no) == (ShippingStatus.ON_DELIVERY, MORNING, "9")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *(("配送要請(2)", 2), ("On request （2）", 2), ("4", 4), (4, 4), (" 5 ", 5), ("(1)(3)", 3)),
        *(("配送要請（２）", None), ("Cancelled(9)", None), ("Cancelled", None), ("On request(2", None)),
        *(("", None), (None, None), (True, None)),
    ],
)
def test_only_the_number_in_brackets_counts(read: Read, text: object, status: int | None) -> None:
    (line,) = readers.order_lines(read(LIST, ok({"OrderNo": 1, "ShippingStatus": text})))

    assert line.status == status


def test_every_status_text_seen_has_its_number(read: Read, sample: Callable[[str], bytes]) -> None:
    seen = json.loads(sample("observed-shipping-status-texts.json"))
    texts = seen["current"] + seen["older_or_misspelt"]

    lines = readers.order_lines(read(LIST, ok(*({"OrderNo": 1, "ShippingStatus": text} for text in texts))))

    assert [line.status for line in lines] == [1, 2, 3, 4, 5, 1, 4, 5]


def test_a_line_belongs_to_its_own_cart_even_when_the_list_forgets_it(read: Read) -> None:
    (line,) = readers.order_lines(read(LIST, ok({"OrderNo": 3, "RelatedOrder": "4,5, 4"})))

    assert line.related_order_nos == ("3", "4", "5")


@pytest.mark.parametrize("order_no", [None, "", "abc", "NaN", {}, -1, 1.5, 10**30])
def test_a_list_with_a_row_without_an_order_number_is_unreadable(read: Read, order_no: object) -> None:
    answer = read(LIST, ok({"OrderNo": 1}, {"OrderNo": order_no, "x": 1}))

    with pytest.raises(LaterError):
        readers.order_lines(answer)


@pytest.mark.parametrize(
    "status", [{}, {"claimStatus": ""}, {"claimStatus": "0"}, {"claimStatus": 0}, {"claimStatus": None}]
)
def test_no_claim_has_several_forms(read: Read, status: dict[str, object]) -> None:
    line = readers.line_with_claim(read(LINE, ok({"orderNo": 1062428737} | status)), "1062428737")

    assert line is not None
    assert line.claim is None


@pytest.mark.parametrize("status", ["1", 1, "キャンセル要請(1)", " 1 ", 1.0])
@pytest.mark.parametrize("asked", ["2026-11-22 09:15:00", "20261122091500", 20261122091500])
def test_a_cancel_request_is_read_with_its_time(read: Read, status: object, asked: object) -> None:
    row = {"orderNo": 1062428737, "packNo": 7, "claimStatus": status, "requestDate": asked}

    line = readers.line_with_claim(read(LINE, ok(row)), "1062428737")

    assert line is not None
    assert line.claim == Claim("1062428737", ClaimStatus.CANCEL_REQUESTED, MORNING, "7")


@pytest.mark.parametrize("status", ["7", "cancel requested", "99", "NaN", True, "-1", [1]])
@pytest.mark.parametrize("reader", [readers.order_lines, readers.claims, lambda a: readers.line_with_claim(a, "1")])
def test_a_claim_that_is_not_understood_never_looks_like_no_claim(
    read: Read, status: object, reader: Callable[[Answer], object]
) -> None:
    with pytest.raises(LaterError, match=r"(?i)claimstatus"):
        reader(read(LINE, ok({"orderNo": "1", "claimStatus": status})))


def test_no_row_means_no_such_line(read: Read) -> None:
    assert readers.line_with_claim(read(LINE, ok()), "1062428737") is None


def test_rows_of_other_orders_are_not_taken(read: Read) -> None:
    answer = read(LINE, ok({"orderNo": 2, "trackingNo": "x"}, {"orderNo": 1, "trackingNo": "y"}))

    line = readers.line_with_claim(answer, "1")

    assert line == OrderLine("1", None, tracking_no="y")


def test_an_answer_about_another_order_is_not_taken_for_none(read: Read) -> None:
    with pytest.raises(LaterError, match="another order"):
        readers.line_with_claim(read(LINE, ok({"orderNo": 2})), "1")


def test_a_cancel_claim_comes_before_others_and_a_later_one_before_an_earlier_one(read: Read) -> None:
    def row(status: int, day: str) -> dict[str, object]:
        return {"orderNo": 1, "claimStatus": status, "requestDate": day}

    rows = [row(0, ""), row(4, "2026-11-24"), row(1, "2026-11-22"), row(3, "2026-11-23"), row(2, "")]

    for turn in range(len(rows)):
        line = readers.line_with_claim(read(LINE, ok(*rows[turn:], *rows[:turn])), "1")
        assert line is not None
        assert line.claim == Claim("1", ClaimStatus.CANCELLED, datetime(2026, 11, 23, tzinfo=JAPAN))


@pytest.mark.parametrize("other", [{"trackingNo": "2"}, {"shippingStatus": "On delivery(4)"}])
def test_rows_of_one_order_that_contradict_each_other_are_unreadable(read: Read, other: dict[str, str]) -> None:
    row = {"orderNo": 1, "shippingStatus": "On request(2)", "trackingNo": ""}

    with pytest.raises(LaterError, match="contradict"):
        readers.line_with_claim(read(LINE, ok(row, row | other)), "1")


def test_a_published_claim_row_is_read(read: Read, sample: Callable[[str], bytes]) -> None:
    row = json.loads(sample("synthetic-sellerpilot-claim-row-return-request.json"))
    expected = (Claim("901234567890", ClaimStatus.RETURN_REQUESTED, datetime(2026, 9, 8, 10, tzinfo=JAPAN)),)

    assert readers.claims(read(CLAIMS, ok(row))) == expected
    assert readers.claims(read(CLAIMS, {"ResultCode": 0, "ResultObject": {"ClaimInfo": [row]}})) == expected


def test_a_claim_without_a_status_has_the_one_that_was_asked_for(read: Read) -> None:
    (claim,) = readers.claims(read(CLAIMS, ok({"orderNo": 1, "requestDate": "soon"})))

    assert claim == Claim("1", ClaimStatus.CANCEL_REQUESTED, None)


def test_delivery_names_come_once_each_and_in_their_order(read: Read) -> None:
    rows = [{"ShippingNo": 1, "transcName": name} for name in ("佐川急便", "", "ゆうパック", " 佐川急便 ", None)]

    assert readers.delivery_names(read(GROUPS, ok(*rows))) == ("佐川急便", "ゆうパック")


def test_a_new_key_is_read_from_json_and_xml(read: Read) -> None:
    assert readers.new_key(read(KEY, {"ResultCode": 0, "ResultObject": " S5bn_g_1_p7o= "})) == "S5bn_g_1_p7o="
    assert readers.new_key(read(KEY, "<R><ResultCode>0</ResultCode><ResultObject>S5</ResultObject></R>")) == "S5"


@pytest.mark.parametrize("key", [None, "", " ", ["k"], {"k": "v"}, "a b", "a\r\nX: y", "鍵", "k" * 501])
def test_what_cannot_be_a_key_is_none(read: Read, key: object) -> None:
    with pytest.raises(LaterError, match="no key"):
        readers.new_key(read(KEY, {"ResultCode": 0, "ResultObject": key}))


def test_an_inquiry_keeps_neither_the_buyer_nor_the_words(read: Read) -> None:
    row = {
        "INQ_TYPE": "MSG",
        "QUESTION_NO": 700,
        "SEQ_NO": "701",
        "INQ_DT": "20261122091500",
        "CUST_NM": "Hanako Synthetic",
        "TITLE": "注文について",
        "CONTENTS": "ｷｬﾝｾﾙできますか Hanako",
        "CONTR_NO": 1062428737,
        "STATUS": "S1",
    }

    found = readers.inquiries(read(INQUIRIES, ok(row)))

    assert found == (Inquiry("MSG", "700", "701", "1062428737", MORNING, InquiryStatus.UNANSWERED, True),)
    assert "Hanako" not in repr(found)


def test_a_published_inquiry_row_is_read(read: Read, sample: Callable[[str], bytes]) -> None:
    row = json.loads(sample("synthetic-sellerpilot-inquiry-row.json"))

    (found,) = readers.inquiries(read(INQUIRIES, ok(row | {"CONTR_NO": 0})))

    asked_at = MORNING.replace(month=9, day=8, hour=10, minute=0)
    assert found == Inquiry("MSG", "700", "701", "", asked_at, InquiryStatus.DONE, False)


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("キャンセルしたい", True),
        ("注文を取り消してください", True),
        ("Please CANCEL", True),
        ("いつ届きますか", False),
        ("", False),
    ],
)
def test_words_of_cancelling_are_noticed(read: Read, text: str, speaks: bool) -> None:  # noqa: FBT001  # a column of the table
    (found,) = readers.inquiries(read(INQUIRIES, ok({"SEQ_NO": 1, "QUESTION_NO": 2, "STATUS": "S9", "TITLE": text})))

    assert (found.speaks_of_cancelling, found.status) == (speaks, None)


def test_an_inquiry_that_cannot_be_answered_is_unreadable(read: Read) -> None:
    with pytest.raises(LaterError, match="QUESTION_NO"):
        readers.inquiries(read(INQUIRIES, ok({"SEQ_NO": 1})))
