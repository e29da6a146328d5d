import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import connector
from connector.domain.inquiries import InquiryStatus, InquiryType
from connector.domain.orders import JAPAN, ClaimStatus, SendingRow, ShippingStatus
from connector.qoo10 import protocol
from connector.qoo10.protocol import Call, DelayType, OrderSearch

ROW = SendingRow("1062428737", "ヤマト宅急便", "444413758703")
START = datetime(2026, 11, 22, 9, 15, tzinfo=JAPAN)
END = START + timedelta(days=90)


@pytest.mark.parametrize(
    ("call", "method", "params", "writes"),
    [
        pytest.param(
            protocol.set_sending_info(ROW),
            "ShippingBasic.SetSendingInfo",
            {"OrderNo": "1062428737", "ShippingCorp": "ヤマト宅急便", "TrackingNo": "444413758703"},
            True,
            id="one number",
        ),
        pytest.param(
            protocol.get_shipping_info_v3(None, START, END),
            "ShippingBasic.GetShippingInfo_v3",
            {
                "ShippingStatus": "0",
                "SearchStartDate": "20261122091500",
                "SearchEndDate": "20270220091500",
                "SearchCondition": "1",
            },
            False,
            id="lines 1 to 3",
        ),
        pytest.param(
            protocol.get_shipping_info_v3(ShippingStatus.ON_DELIVERY, START, START, OrderSearch.SHIPPED),
            "ShippingBasic.GetShippingInfo_v3",
            {
                "ShippingStatus": "4",
                "SearchStartDate": "20261122091500",
                "SearchEndDate": "20261122091500",
                "SearchCondition": "3",
            },
            False,
            id="lines of one status",
        ),
        pytest.param(
            protocol.get_shipping_and_claim_info("1062428737"),
            "ShippingBasic.GetShippingAndClaimInfoByOrderNo_V2",
            {"OrderNo": "1062428737"},
            False,
            id="one line",
        ),
        pytest.param(
            protocol.get_claim_info_v3(ClaimStatus.CANCEL_REQUESTED, START, END),
            "ShippingBasic.GetClaimInfo_V3",
            {
                "ClaimStat": "1",
                "search_Sdate": "20261122091500",
                "search_Edate": "20270220091500",
                "search_condition": "2",
            },
            False,
            id="claims",
        ),
        pytest.param(
            protocol.set_seller_check_yn_v2("1062428737", date(2026, 11, 25), DelayType.OTHER, "棚卸し"),
            "ShippingBasic.SetSellerCheckYN_V2",
            {"OrderNo": "1062428737", "EstShipDt": "20261125", "DelayType": "4", "DelayMemo": "棚卸し"},
            True,
            id="ship-by date",
        ),
        pytest.param(
            protocol.get_seller_delivery_group_info(),
            "ItemsLookup.GetSellerDeliveryGroupInfo",
            {},
            False,
            id="delivery groups",
        ),
        pytest.param(
            protocol.get_inquiry_message(START, END, InquiryStatus.UNANSWERED),
            "CSCenter.GetInquiryMessage",
            {"search_start_dt": "20261122091500", "search_end_dt": "20270220091500", "proc_status": "S1"},
            False,
            id="inquiries",
        ),
        pytest.param(
            protocol.set_inquiry_message(InquiryType.MESSAGE, "700", "701", "ありがとうございます"),
            "CSCenter.SetInquiryMessage",
            {"inq_type": "MSG", "question_no": "700", "seq_no": "701", "contents": "ありがとうございます"},
            True,
            id="answer",
        ),
        pytest.param(
            protocol.create_certification_key("shop", "secret"),
            "CertificationAPI.CreateCertificationKey",
            {"user_id": "shop", "pwd": "secret"},
            False,
            id="key",
        ),
    ],
)
def test_a_call_says_exactly_what_the_guide_names(
    call: Call,
    method: str,
    params: dict[str, str],
    writes: bool,  # noqa: FBT001  # a column of the table
) -> None:
    assert call == Call(method, params, writes)


def test_a_bulk_call_carries_its_rows_as_json() -> None:
    call = protocol.set_sending_info_bulk([ROW, SendingRow("1062428738", "佐川急便", "1")])

    assert json.loads(call.params["ShippingInfoJson"]) == [
        {"OrderNo": "1062428737", "ShippingCorp": "ヤマト宅急便", "TrackingNo": "444413758703"},
        {"OrderNo": "1062428738", "ShippingCorp": "佐川急便", "TrackingNo": "1"},
    ]
    assert call.writes


def test_a_bulk_call_takes_500_rows() -> None:
    call = protocol.set_sending_info_bulk([SendingRow(str(number), "EMS", "1") for number in range(1, 501)])

    assert len(json.loads(call.params["ShippingInfoJson"])) == 500


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: protocol.set_sending_info_bulk([]), id="no rows"),
        pytest.param(
            lambda: protocol.set_sending_info_bulk([SendingRow(str(n), "EMS", "1") for n in range(501)]), id="501 rows"
        ),
        pytest.param(lambda: protocol.set_sending_info_bulk([ROW, ROW]), id="a doubled order number"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("", "EMS", "1")), id="no order number"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("12a", "EMS", "1")), id="no digits"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("１２", "EMS", "1")), id="full-width digits"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", " ", "1")), id="no company"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", "E" * 201, "1")), id="a long company"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", "EMS", "")), id="no number"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", "EMS", "1" * 51)), id="a long number"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", "EMS", "1\n2")), id="a line break"),
        pytest.param(lambda: protocol.set_sending_info(SendingRow("1", "E\ud800", "1")), id="a lone surrogate"),
        pytest.param(lambda: protocol.get_shipping_and_claim_info("1,2"), id="two order numbers"),
        pytest.param(lambda: protocol.get_shipping_info_v3(None, END, START), id="a period turned round"),
        pytest.param(
            lambda: protocol.get_shipping_info_v3(None, START, END + timedelta(seconds=1)), id="more than 90 days"
        ),
        pytest.param(
            lambda: protocol.get_claim_info_v3(ClaimStatus.CANCELLED, START.replace(tzinfo=None), END), id="naive"
        ),
        pytest.param(lambda: protocol.set_seller_check_yn_v2("1", date(2026, 1, 1), memo="x" * 1001), id="a long memo"),
        pytest.param(lambda: protocol.set_inquiry_message(InquiryType.HELP, "1", "1", " "), id="an empty answer"),
        pytest.param(lambda: protocol.set_inquiry_message(InquiryType.HELP, "1", "1", "x" * 4001), id="a long answer"),
        pytest.param(lambda: protocol.set_inquiry_message(InquiryType.HELP, "1", "1", "\ud83d"), id="half a character"),
    ],
)
def test_what_qoo10_could_not_take_is_never_built(build: Callable[[], Call]) -> None:
    with pytest.raises(ValueError, match=r"."):
        build()


def test_a_call_never_shows_its_parameters() -> None:
    assert "secret" not in repr(protocol.create_certification_key("shop", "secret"))


def test_no_code_outside_the_sandbox_names_the_call_that_cancels() -> None:
    """The product never cancels and never accepts a cancel (promise 4)."""
    package = Path(connector.__path__[0])
    sources = [path for path in package.rglob("*.py") if "sandbox" not in path.relative_to(package).parts]

    assert sources
    assert [path.name for path in sources if "setcancelprocess" in path.read_text(encoding="utf-8").lower()] == []
