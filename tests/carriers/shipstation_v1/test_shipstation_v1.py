"""``shipstation_v1``: where a message may point, and what its lists say."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer
from carriers.shipstation_v1.adapter import SOURCE

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SECRET = "a-secret-in-the-address-1"


def delivery(url: object, kind: object = "SHIP_NOTIFY") -> Delivery:
    body = json.dumps({"resource_url": url, "resource_type": kind}).encode()
    return Delivery("POST", f"/webhooks/shipstation_v1/{SECRET}", {}, body, NOW)


def fetch(url: str = "https://ssapi.shipstation.com/shipments?batchId=1") -> Fetch:
    (fetch,) = SOURCE.parse(delivery(url)).fetches
    return fetch


def answer(**content: Any) -> FetchAnswer:
    return FetchAnswer(200, {}, json.dumps(content).encode(), NOW)


def shipment(**changes: Any) -> dict[str, Any]:
    return {
        "shipmentId": 1,
        "orderNumber": "1062428737",
        "trackingNumber": "1Z4X53V50324421234",
        "carrierCode": "ups",
        "serviceCode": "ups_ground",
        "createDate": "2020-06-19T07:21:51.7730000",
        "voided": False,
    } | changes


@pytest.mark.parametrize("number", ["", "0", "6", "11", "99"])
@pytest.mark.parametrize("path", ["/shipments", "/fulfillments"])
def test_shipstations_own_machines_may_be_asked(number: str, path: str) -> None:
    wanted = fetch(f"https://ssapi{number}.shipstation.com{path}?batchId=1")

    assert wanted.host in SOURCE.hosts
    assert (wanted.host, wanted.path) == (f"ssapi{number}.shipstation.com", path)


@pytest.mark.parametrize(
    "url",
    [
        *("https://ssapi100.shipstation.com/shipments", "https://ssapix.shipstation.com/shipments"),
        *("https://ssapi6-shipstation.com/shipments", "https://ssapi06.shipstation.com/shipments"),
        *("https://evil.ssapi6.shipstation.com/shipments", "https://ssapi6.shipstation.com.example.net/shipments"),
        *("https://shipstation.com/shipments", "https://api.shipstation.com/shipments"),
        *("http://ssapi.shipstation.com/shipments", "https://ssapi.shipstation.com/orders"),
        *("https://ssapi.shipstation.com:8443/shipments", "https://a:b@ssapi.shipstation.com/shipments"),
        *(None, 5, "", [], {}),
    ],
)
def test_nothing_else_may_be_asked(url: object) -> None:
    with pytest.raises(UnreadablePayload, match=r"^resource_url: "):
        SOURCE.parse(delivery(url))


@pytest.mark.parametrize("kind", ["ORDER_NOTIFY", "ITEM_ORDER_NOTIFY", "FULFILLMENT_REJECTED", "SOMETHING_NEW"])
def test_a_message_about_something_else_is_ignored_wherever_it_points(kind: str) -> None:
    reading = SOURCE.parse(delivery("https://example.net/", kind))

    assert [(one.reason, one.detail) for one in reading.ignored] == [("unknown_type", kind)]
    assert not reading.fetches


def test_every_delivery_is_fetched_since_nothing_tells_a_repeat_from_more() -> None:
    first = delivery("https://ssapi.shipstation.com/shipments?batchId=1")
    later = replace(first, received_at=NOW + timedelta(milliseconds=1))
    keys = [SOURCE.parse(one).fetches[0].key for one in (first, first, later)]

    assert keys[0] == keys[1] != keys[2]


def test_the_labels_themselves_know_their_repeats() -> None:
    readings = [SOURCE.read_answer(fetch(), answer(shipments=[shipment()], page=1, pages=1)) for _ in range(2)]

    assert readings[0].events == readings[1].events
    assert readings[0].events[0].key == "shipment:1:printed:1Z4X53V50324421234"


def test_a_time_without_a_zone_is_no_time() -> None:
    """Seven fraction digits and nobody's clock: neither is it an error, nor a claim."""
    for created in ("2020-06-19T07:21:51.7730000", "never", None, 5):
        (event,) = SOURCE.read_answer(fetch(), answer(shipments=[shipment(createDate=created)])).events
        assert event.occurred_at is None


@pytest.mark.parametrize(("voided", "kind"), [(True, EventKind.VOIDED), (False, EventKind.PRINTED), (None, "printed")])
def test_voided_is_a_void(voided: bool | None, kind: EventKind) -> None:  # noqa: FBT001 - a row of the table
    (event,) = SOURCE.read_answer(fetch(), answer(shipments=[shipment(voided=voided)])).events

    assert event.kind is EventKind(kind)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isReturnLabel": True}, "return_label"),
        ({"trackingNumber": ""}, "no_number"),
        ({"trackingNumber": None}, "no_number"),
        ({"orderNumber": ""}, "no_reference"),
    ],
)
def test_a_shipment_that_is_none_of_ours_is_ignored_by_name(changes: dict[str, Any], reason: str) -> None:
    reading = SOURCE.read_answer(fetch(), answer(shipments=[shipment(**changes), shipment()]))

    assert [one.reason for one in reading.ignored] == [reason]
    assert len(reading.events) == 1


def test_a_fulfilment_that_is_being_taken_back_is_not_entered() -> None:
    wanted = fetch("https://ssapi.shipstation.com/fulfillments")
    one = {"fulfillmentId": 2, "orderNumber": "7", "trackingNumber": "1Z1", "carrierCode": None, "voidRequested": True}

    assert SOURCE.read_answer(wanted, answer(fulfillments=[one])).ignored[0].reason == "void_requested"
    (event,) = SOURCE.read_answer(wanted, answer(fulfillments=[one | {"voided": True}])).events
    assert (event.kind, event.carrier, event.key) == (EventKind.VOIDED, "", "fulfillment:2:voided:1Z1")


def test_all_pages_are_asked_for() -> None:
    reading = SOURCE.read_answer(fetch(), answer(shipments=[shipment()], page=1, pages=3))

    (page,) = reading.fetches
    assert (page.host, page.path, page.query) == ("ssapi.shipstation.com", "/shipments", {"batchId": "1", "page": "2"})
    assert len(reading.events) == 1


@pytest.mark.parametrize("content", [{}, {"shipments": []}, {"shipments": None}, {"fulfillments": [{}]}])
def test_another_list_or_an_empty_one_is_asked_for_again(content: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePayload, match=r"^shipments: "):
        SOURCE.read_answer(fetch(), answer(**content))


@pytest.mark.parametrize(
    ("status", "word"), [(401, "key_and_secret"), (403, "key_and_secret"), (404, "another account")]
)
def test_a_refusal_says_what_to_check(status: int, word: str) -> None:
    with pytest.raises(UnreadablePayload, match=word):
        SOURCE.read_answer(fetch(), FetchAnswer(status, {}, b"", NOW))


def test_key_and_secret_are_basic_authentication() -> None:
    headers = SOURCE.fetch_headers("key_and_secret", "key:secret")

    assert headers == {"authorization": "Basic " + base64.b64encode(b"key:secret").decode()}


def test_only_the_secret_in_the_address_proves_anything() -> None:
    good = delivery("https://ssapi.shipstation.com/shipments")

    SOURCE.authenticate(good, [SECRET])
    for path in ("/webhooks/shipstation_v1", "/webhooks/shipstation_v1/", f"/webhooks/shipstation_v1/{SECRET}x"):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(replace(good, path=path), [SECRET])
    assert SOURCE.check_secret("short")
