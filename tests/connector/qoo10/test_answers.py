import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.domain.orders import SendingRow
from connector.qoo10 import protocol, readers
from connector.qoo10.answers import Answer, read_answer
from connector.qoo10.codes import BY_METHOD, COMMON, SENDING
from connector.qoo10.errors import CredentialError, LaterError, QapiError, RefusedError, UnclearError
from connector.qoo10.outcomes import bulk_outcomes
from connector.qoo10.protocol import Call

Read = Callable[..., Answer]

ROW = SendingRow("1062428737", "ヤマト宅急便", "444413758703")
WRITE = protocol.set_sending_info(ROW)
BULK = protocol.set_sending_info_bulk([ROW])
READ = protocol.get_shipping_and_claim_info("1062428737")
KEY = protocol.create_certification_key("shop", "secret")
LISTED = {"ResultCode": 0, "ResultMsg": "SUCCESS", "ResultObject": [{"orderNo": 1062428737}]}
XML = (
    "<?xml version='1.0' encoding='utf-8'?><StdCustomResultOfListOfShippingInfo xmlns='http://example.org/'>"
    "<ResultCode>0</ResultCode><ResultMsg>SUCCESS</ResultMsg>"
    "<ResultObject><ShippingInfo><OrderNo>1062428737</OrderNo><PackNo>7</PackNo></ShippingInfo></ResultObject>"
    "</StdCustomResultOfListOfShippingInfo>"
)

XSI = "http://www.w3.org/2001/XMLSchema-instance"


@pytest.mark.parametrize("code", [0, "0", " 0 ", 0.0, "-0"])
def test_code_0_is_success_as_a_number_and_as_text(read: Read, code: object) -> None:
    assert read(WRITE, {"ResultCode": code}).call is WRITE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(LISTED).encode("utf-8-sig"), id="BOM"),
        pytest.param(b" \r\n" + json.dumps(LISTED).encode() + b"\n", id="white space"),
        pytest.param(json.dumps(LISTED).encode("utf-16"), id="UTF-16"),
        pytest.param(json.dumps(LISTED | {"ResultMsg": "成功"}, ensure_ascii=False).encode("cp932"), id="cp932"),
        pytest.param(json.dumps(LISTED).replace("ResultObject", "resultOBJECT").encode(), id="case"),
        pytest.param(json.dumps(LISTED).replace("1062428737", '"1062428737"').encode(), id="number as text"),
        pytest.param(json.dumps(LISTED).replace("1062428737", "1062428737.0").encode(), id="number as a float"),
        pytest.param(
            json.dumps(LISTED).replace("SUCCESS", "O\nK").encode().replace(b"\\n", b"\n"), id="raw line break"
        ),
        pytest.param(json.dumps(LISTED | {"ResultObject": {"orderNo": "1062428737"}}).encode(), id="one object"),
        pytest.param(
            json.dumps(LISTED | {"ResultObject": {"Info": LISTED["ResultObject"]}}).encode(), id="wrapped list"
        ),
        pytest.param(
            json.dumps(LISTED | {"ResultObject": {"Info": {"ORDERNO": "1062428737"}}}).encode(), id="wrapped row"
        ),
        pytest.param(json.dumps(LISTED | {"ErrorCode": 0, "ErrorMsg": None}).encode(), id="empty second envelope"),
        pytest.param(XML.encode(), id="XML"),
        pytest.param(XML.replace("utf-8", "Shift_JIS").encode("utf-8-sig"), id="XML that lies about itself"),
    ],
)
def test_one_row_is_read_whatever_form_the_answer_has(read: Read, body: bytes) -> None:
    assert [line.order_no for line in readers.order_lines(read(READ, body))] == ["1062428737"]


@pytest.mark.parametrize(
    "body",
    [
        {"ResultCode": 0, "ResultObject": None},
        {"ResultCode": 0, "ResultObject": []},
        {"ResultCode": 0, "ResultObject": {}},
        {"ResultCode": 0, "ResultObject": {"ClaimInfo": []}},
        "<R><ResultCode>0</ResultCode><ResultObject/></R>",
        "<R><ResultCode>0</ResultCode><ResultMsg/></R>",
        f"<R xmlns:i='{XSI}'><ResultCode>0</ResultCode><ResultObject i:nil='true'/></R>",
    ],
)
def test_nothing_found_has_several_forms(read: Read, body: object) -> None:
    assert read(READ, body).rows() == ()


@pytest.mark.parametrize(
    "result",
    [
        "text",
        7,
        True,
        [1],
        [None],
        [[[[[[[[]]]]]]]],
        {"TotalCount": 3, "ClaimInfo": []},
        {"ClaimInfo": None},
        {"orderNo": "1", "options": []},
        [{"orderNo": "1", "ORDERNO": "2"}],
        [{"orderNo": {}, "x": 1}],
        [{"orderNo": None}],
        [{"orderNo": "１０"}],
        [{}, {"orderNo": "1"}],
    ],
)
def test_rows_that_cannot_be_understood_are_never_taken_for_none(read: Read, result: object) -> None:
    answer = read(READ, {"ResultCode": 0, "ResultObject": result})

    try:
        lines = readers.order_lines(answer)
    except LaterError:
        return
    assert [line.order_no for line in lines] == ["1"]


def test_a_read_answered_without_resultobject_is_unreadable(read: Read) -> None:
    """Null and an empty list mean "nothing found"; a missing member is how a write is answered."""
    with pytest.raises(LaterError, match="no ResultObject"):
        read(READ, {"ResultCode": 0, "ResultMsg": "SUCCESS"}).rows()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\0", "empty"),
        (b"\x80\x81\x20", "not text"),
        (b"\xff\xfe\xd8", "not text"),
        (b"Service Unavailable", "plain text"),
        (b'{"ResultCode": 0', "broken JSON"),
        (b'{"ResultCode": 0} trailing', "broken JSON"),
        (b'"a string"', "plain text"),
        (b"[]", "neither"),
        (b"null", "neither"),
        (b"NaN", "plain text"),
        (b"{}", "ResultCode"),
        (b'{"ResultCode": null}', "ResultCode"),
        (b'{"ResultCode": true}', "ResultCode"),
        (b'{"ResultCode": NaN}', "ResultCode"),
        (b'{"ResultCode": "SUCCESS"}', "ResultCode"),
        (b'{"ResultCode": 0.5}', "ResultCode"),
        (b'{"ResultCode": [0]}', "ResultCode"),
        (b'{"ResultCode": ' + b"1" * 5000 + b"}", "ResultCode"),
        (b'{"ResultCode": 0, "resultcode": -10001}', "ResultCode"),
        (b'{"ErrorCode": 0}', "ResultCode"),
        (b'{"ErrorCode": "E1", "ResultCode": 0}', "ErrorCode"),
        (b"<!DOCTYPE html><html><body>523 Error</body></html>", "HTML"),
        (b"<html><ResultCode>0</ResultCode></html>", "HTML"),
        (b"<p>Just a moment...", "HTML"),
        (b"<ResultCode>0</ResultCode>", "neither"),
        (b'<!DOCTYPE R [<!ENTITY a "0">]><R><ResultCode>&a;</ResultCode><ResultMsg/></R>', "XML"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "deep"),
    ],
)
def test_a_body_that_is_no_answer_is_later_for_a_read_and_unclear_for_a_write(
    read: Read, body: bytes, says: str
) -> None:
    with pytest.raises(LaterError, match=says) as later:
        read(READ, body)
    with pytest.raises(UnclearError, match=says):
        read(WRITE, body)

    assert later.value.blip


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_routing_failure_is_refused(read: Read, sample: Callable[[str], bytes], call: Call, quoted: bool) -> None:  # noqa: FBT001  # a column of the table
    for text in json.loads(sample("observed-routing-errors-plain-text.json"))["bodies"]:
        with pytest.raises(RefusedError, match="qapi_url"):
            read(call, json.dumps(text) if quoted else text)


@pytest.mark.parametrize("call", [READ, WRITE, BULK, KEY])
@pytest.mark.parametrize("code", sorted(COMMON))
@pytest.mark.parametrize("envelope", ["Result", "Error"])
def test_every_common_code_stops_the_shop(read: Read, call: Call, code: int, envelope: str) -> None:
    with pytest.raises(CredentialError) as raised:
        read(call, {f"{envelope}Code": str(code), f"{envelope}Msg": "Invalid Access"})

    assert raised.value.code == code
    assert raised.value.expired == (code in {-90004, -90005})
    assert raised.value.may_reissue == (code in {-90004, -90005, -10000})
    assert str(raised.value).startswith(f"{call.method}: code {code}: ")


@pytest.mark.parametrize(("method", "code"), [(method, code) for method, codes in BY_METHOD.items() for code in codes])
def test_every_documented_code_of_a_method_has_its_class(read: Read, method: str, code: int) -> None:
    meaning = BY_METHOD[method][code]

    with pytest.raises(meaning.error, match=meaning.says) as raised:
        read(Call(method, {}, writes=method.split(".")[1].startswith("Set")), {"ResultCode": code})

    assert raised.value.code == code


def test_no_code_of_a_write_is_later_in_the_table() -> None:
    """``LaterError`` promises that nothing was applied; no code of Qoo10 says that about a write."""
    assert {meaning.error for meaning in SENDING.values()} == {RefusedError, UnclearError}


@pytest.mark.parametrize("code", [-999, -1, 1, -10103, -99999])
def test_an_unknown_code_is_later_for_a_read_and_unclear_for_a_write(read: Read, code: int) -> None:
    with pytest.raises(LaterError) as later:
        read(READ, {"ResultCode": code})
    with pytest.raises(UnclearError) as unclear:
        read(WRITE, {"ResultCode": code})

    assert (later.value.code, unclear.value.code) == (code, code)
    assert not later.value.blip


def test_a_login_that_gets_no_key_for_an_unknown_reason_stops_the_shop(read: Read) -> None:
    with pytest.raises(CredentialError, match="no key was issued"):
        read(KEY, {"ResultCode": -20001})


def test_an_error_around_rows_of_a_bulk_call_is_unclear(read: Read) -> None:
    """An envelope can fail after its rows were applied."""
    with pytest.raises(UnclearError):
        read(BULK, {"ResultCode": -10001, "ResultObject": [{"contr_no": 1062428737, "result_cd": 0}]})


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 403, 404, 408, 500, 502, 504, 522, 999])
@pytest.mark.parametrize("body", [b"", b'{"ResultCode": 0, "ResultObject": []}', b"<html></html>"])
def test_another_status_than_200_is_no_success_and_no_refusal(status: int, body: bytes) -> None:
    with pytest.raises(LaterError, match=f"HTTP {status}"):
        read_answer(READ, status, {}, body)
    with pytest.raises(UnclearError, match=f"HTTP {status}"):
        read_answer(WRITE, status, {}, body)


def test_a_4xx_around_an_envelope_means_what_the_envelope_says() -> None:
    with pytest.raises(CredentialError):
        read_answer(WRITE, 401, {}, b'{"ErrorCode": -90004}')


@pytest.mark.parametrize(("status", "throttled"), [(429, True), (503, False)])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_throttled_call_is_later_and_keeps_the_pause(call: Call, status: int, throttled: bool) -> None:  # noqa: FBT001  # a column of the table
    with pytest.raises(LaterError) as raised:
        read_answer(call, status, {"Retry-After": "7"}, b'{"ResultCode": 0}')

    assert (raised.value.retry_after_s, raised.value.throttled, raised.value.blip) == (7.0, throttled, False)


def test_a_message_is_bounded_and_clean_and_holds_no_secret() -> None:
    body = json.dumps({"ResultCode": -10001, "ResultMsg": "S3cretKey\r\n\ud800" + "x" * 1000})

    with pytest.raises(RefusedError) as raised:
        read_answer(WRITE, 200, {}, body.encode(), secrets=("S3cret", "S3cretKey"))

    assert "S3cret" not in repr(raised.value)
    assert "Key" not in str(raised.value)
    assert len(raised.value.detail) <= 200
    assert raised.value.detail.isprintable()


def test_an_answer_never_shows_what_it_holds(read: Read) -> None:
    answer = read(KEY, {"ResultCode": 0, "ResultObject": "NEWKEY"})

    assert "NEWKEY" not in repr(answer)
    assert "Taro" not in repr(read(READ, {"ResultCode": 0, "ResultObject": [{"Receiver": "Taro"}]}).rows())


def test_the_samples_are_read(read: Read, sample: Callable[[str], bytes]) -> None:
    with pytest.raises(CredentialError, match="存在しないAPIです"):
        read(READ, sample("observed-gateway-error-90001.json"))
    check = protocol.set_seller_check_yn_v2("1", date(2026, 1, 1))
    with pytest.raises(RefusedError, match="OrderNo format error"):
        read(check, sample("observed-order-no-format-error.json"))
    lines = readers.order_lines(read(READ, sample("synthetic-orkas-get-shipping-info-v3.json")))
    outcomes = bulk_outcomes(read(BULK, sample("synthetic-orkas-set-sending-info-bulk-partial.json")), [ROW])

    assert [(line.order_no, line.status) for line in lines] == [("1062428737", None)]
    assert [outcome.state for outcome in outcomes.values()] == ["done"]


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["0", "4", "1062428737"])
)
NAMES = st.sampled_from(
    [
        *("ResultCode", "ErrorCode", "ResultMsg", "ResultObject", "orderNo", "OrderNo", "claimStatus", "contr_no"),
        *("result_cd", "transcName", "SEQ_NO", "QUESTION_NO", "shippingStatus", "requestDate", "RelatedOrder"),
    ]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=6)
)
ENVELOPES = st.dictionaries(NAMES, VALUES).map(lambda envelope: {"ResultCode": 0} | envelope)
CALLS = st.sampled_from([WRITE, BULK, READ, KEY, protocol.get_seller_delivery_group_info()])


def _read_everything(call: Call, status: int, body: bytes) -> None:
    """Read bytes through every typed reader; only ``QapiError`` may come out, and of the class the call allows."""
    readings: tuple[Callable[[Answer], object], ...] = (
        readers.order_lines,
        lambda answer: readers.line_with_claim(answer, "1062428737"),
        readers.claims,
        readers.delivery_names,
        readers.new_key,
        readers.inquiries,
        lambda answer: bulk_outcomes(answer, [ROW])[ROW.order_no].state,
        lambda answer: answer.size,
    )
    allowed = {CredentialError, RefusedError, UnclearError if call.writes else LaterError}
    try:
        answer = read_answer(call, status, {}, body)
    except QapiError as error:
        throttled = {LaterError} if status in {429, 503} else set()
        assert type(error) in allowed | throttled  # noqa: PT017  # which errors may come is the property
        return
    for reading in readings:
        try:
            reading(answer)
        except QapiError as error:
            assert type(error) in allowed  # noqa: PT017  # which errors may come is the property


@given(CALLS, st.integers(100, 599) | st.just(200), st.binary())
def test_reading_arbitrary_bytes_raises_only_our_errors(call: Call, status: int, body: bytes) -> None:
    _read_everything(call, status, body)


@given(CALLS, VALUES | ENVELOPES)
@example(BULK, {"ResultCode": 0, "ResultObject": [{"contr_no": [1], "result_cd": 0}]})
def test_reading_arbitrary_json_raises_only_our_errors(call: Call, value: object) -> None:
    _read_everything(call, 200, json.dumps(value).encode("utf-8", "surrogatepass"))


@given(CALLS, st.text("<>/ResultCode0&;![]-'\"= xml?", max_size=80).map(lambda inner: f"<R>{inner}</R>"))
def test_reading_arbitrary_markup_raises_only_our_errors(call: Call, text: str) -> None:
    _read_everything(call, 200, text.encode())
