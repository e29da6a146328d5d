"""The forms of a call, the forms of an answer, and what comes when neither fits."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox import Market, NewLine
from connector.sandbox.exchange import Reply, exchange
from connector.sandbox.methods import METHODS
from connector.sandbox.transport import BASE_PATH, is_qapi_path, read_call

FORM = "application/x-www-form-urlencoded"
METHOD = "ShippingBasic.GetShippingInfo_v3"


def play(
    market: Market,
    http_method: str = "POST",
    tail: str = "",
    query: str = "",
    headers: dict[str, str] | None = None,
    body: str = "",
    content_type: str = FORM,
) -> Reply:
    call = read_call(http_method, BASE_PATH + tail, query, headers or {}, content_type, body.encode())
    return exchange(market, call)


@pytest.mark.parametrize(
    ("request_parts", "label"),
    [
        pytest.param(
            {"tail": f"/{METHOD}", "headers": {"GiosisCertificationKey": "{key}"}, "body": "returnType=json"},
            "post-path-header",
            id="documented",
        ),
        pytest.param(
            {"http_method": "GET", "query": f"v=1.0&returnType=json&method={METHOD}&key={{key}}"},
            "get-parameter-parameter",
            id="older GET",
        ),
        pytest.param(
            {"http_method": "GET", "tail": f"/{METHOD}", "query": "returnType=json&key={key}"},
            "get-path-parameter",
            id="path and key in the query",
        ),
        pytest.param(
            {"body": f"returnType=json&method={METHOD}&key={{key}}"}, "post-parameter-parameter", id="all in the body"
        ),
        pytest.param(
            {"tail": f"/{METHOD.upper()}", "query": "RETURNTYPE=JSON&KEY={key}"},
            "post-path-parameter",
            id="other cases",
        ),
    ],
)
def test_every_form_in_use_is_understood(market: Market, key: str, request_parts: dict[str, Any], label: str) -> None:
    """Five ways to say the same; the log says which one, and never the key."""
    parts: dict[str, Any] = {
        name: {header: text.format(key=key) for header, text in value.items()}
        if isinstance(value, dict)
        else value.format(key=key)
        for name, value in request_parts.items()
    }

    reply = play(market, **parts)

    assert reply.rendered.body == b'{"ResultObject": [], "ResultCode": 0, "ResultMsg": "SUCCESS"}'
    (record,) = market.calls.since()
    assert (record.transport, record.method, record.shop, record.code) == (label, METHOD, "main", 0)
    assert key not in repr(record)


@pytest.mark.parametrize(
    ("asked", "start"),
    [
        ("json", b"{"),
        ("application/json", b"{"),
        ("JSON", b"{"),
        ("xml", b"<?xml"),
        ("text/xml", b"<?xml"),
        (None, b"<?xml"),
        ("nonsense", b"<?xml"),
    ],
)
def test_return_types(market: Market, key: str, asked: str | None, start: bytes) -> None:
    """Four words are accepted; without one the answer is XML."""
    body = urlencode({"returnType": asked} if asked else {})

    reply = play(market, tail=f"/{METHOD}", headers={"GiosisCertificationKey": key}, body=body)

    assert reply.rendered.body.startswith(start)


def test_xml_holds_the_same_as_json(market: Market, key: str) -> None:
    """Rows under ResultObject, money with four decimals, characters that XML cannot hold left out."""
    market.add_cart(NewLine(item_title="a\x00<&>\ud800b", price=1200))

    reply = play(market, tail=f"/{METHOD}", headers={"GiosisCertificationKey": key})

    root = ElementTree.fromstring(reply.rendered.body)
    assert root.tag == "StdCustomResultOfListOfShippingInfo"
    assert root.findtext("ResultCode") == "0"
    assert root.findtext("ResultObject/ShippingInfo/OrderNo") == "1062400001"
    assert root.findtext("ResultObject/ShippingInfo/OrderPrice") == "1200.0000"
    assert root.findtext("ResultObject/ShippingInfo/ItemTitle") == "a<&>b"


def test_xml_of_plain_results_and_errors(market: Market, key: str) -> None:
    """A write, a key, and a gateway error."""
    shop = market.shops["main"]
    login = urlencode({"user_id": shop.user_id, "pwd": shop.password})

    new_key = play(
        market,
        tail="/CertificationAPI.CreateCertificationKey",
        headers={"GiosisCertificationKey": shop.api_key},
        body=login,
    )
    refused = play(
        market,
        tail="/ShippingBasic.SetSendingInfo",
        headers={"GiosisCertificationKey": key},
        body="OrderNo=x&ShippingCorp=&TrackingNo=",
    )
    gateway = play(market, tail=f"/{METHOD}", headers={"GiosisCertificationKey": "x"})

    assert ElementTree.fromstring(new_key.rendered.body).findtext("ResultObject") == "sandbox-key-main-2"
    assert ElementTree.fromstring(refused.rendered.body).findtext("ResultCode") == "-10001"
    assert ElementTree.fromstring(gateway.rendered.body).findtext("ErrorCode") == "-90001"


@pytest.mark.parametrize(
    ("tail", "text"),
    [
        ("/Nonsense.Call", b"Can't find service Name Nonsense"),
        ("/ShippingBasic.Nonsense", b"Can't find method Info Nonsense"),
        ("/Nonsense", b"Can't find service Name Nonsense"),
    ],
)
def test_routing_failures_are_plain_text_with_200(market: Market, key: str, tail: str, text: bytes) -> None:
    """Observed by two authors; the key does not matter before the method is found."""
    reply = play(market, tail=tail, headers={"GiosisCertificationKey": key}, body="returnType=json")

    assert (reply.status, reply.rendered.body) == (200, text)
    assert next(market.calls.since()).code is None


def test_no_method_at_all_is_a_gateway_error(market: Market, key: str) -> None:
    """The base address alone is no API."""
    reply = play(market, headers={"GiosisCertificationKey": key}, body="returnType=json")

    assert reply.rendered.body.startswith(b'{"ErrorCode": -90001')


def test_a_body_of_another_type_is_not_read(market: Market, key: str) -> None:
    """A JSON body brings no parameters: nobody has seen it work."""
    (line,) = market.add_cart()
    body = f'{{"OrderNo": "{line.order_no}", "ShippingCorp": "EMS", "TrackingNo": "1"}}'

    play(
        market,
        tail="/ShippingBasic.SetSendingInfo",
        headers={"GiosisCertificationKey": key},
        body=body,
        content_type="application/json",
    )

    assert line.applied_writes == []


def test_paths_of_the_api() -> None:
    """Any case, with or without a method; nothing beside it."""
    assert is_qapi_path(BASE_PATH)
    assert is_qapi_path(BASE_PATH.upper() + "/X.Y")
    assert not is_qapi_path(BASE_PATH + "x")
    assert not is_qapi_path("/")


@given(
    tail=st.sampled_from(["", *(f"/{name}" for name in METHODS)]) | st.text().map(lambda text: f"/{text}"),
    params=st.dictionaries(
        st.sampled_from(
            ["OrderNo", "ContrNo", "ShippingInfoJson", "SendPlanDtInfoJson", "EstShipDt", "search_Sdate", "method"]
        )
        | st.text(),
        st.text()
        | st.sampled_from(["1062400001", "[{}]", '[{"OrderNo": {"a": [1e999]}}]', '[{"OrderNo": "\\ud800"}]']),
    ),
    noise=st.binary(),
    as_json=st.booleans(),
)
def test_any_call_gets_an_answer(tail: str, params: dict[str, str], noise: bytes, as_json: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever comes in, something in UTF-8 goes out and nothing is raised."""
    market = Market(lambda: datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    market.add_cart()
    key = next(iter(market.shops["main"].keys))
    query = urlencode({**params, "returnType": "json" if as_json else "xml"}, errors="surrogatepass")

    call = read_call("POST", BASE_PATH + tail, query, {"GiosisCertificationKey": key}, FORM, noise)
    reply = exchange(market, call)

    assert reply.rendered.body.decode()
    assert len(market.calls) == 1
