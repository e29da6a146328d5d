"""``shopify``: ids in headers, several numbers, and what a fulfilment's status tells."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import UnreadablePayload
from carriers.model import Delivery, Reading
from carriers.shopify.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "shopify" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
CREATED = {"x-shopify-topic": "fulfillments/create"}


def fulfillment(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "created.json").read_bytes())
    return content | changes


def parse(content: object, headers: dict[str, str] | None = None, **options: str) -> Reading:
    body = json.dumps(content).encode()
    return SOURCE.parse(Delivery("POST", "/webhooks/shopify", headers or CREATED, body, NOW, options))


@pytest.mark.parametrize(
    ("ids", "key"),
    [
        ({"x-shopify-event-id": "e-1", "x-shopify-webhook-id": "w-1"}, "e-1"),
        ({"x-shopify-webhook-id": "w-1"}, "w-1"),
        ({"x-shopify-event-id": "", "x-shopify-webhook-id": "w-1"}, "w-1"),
        ({"x-shopify-event-id": "é", "x-shopify-webhook-id": "x" * 101}, ""),
        ({}, ""),
    ],
)
def test_the_events_id_is_the_deliverys_key(ids: dict[str, str], key: str) -> None:
    assert parse(fulfillment(), CREATED | ids).delivery_key == key


def test_what_was_told_once_is_known_under_whatever_id_it_comes() -> None:
    """The id stands in a header, which nobody signs."""
    one, other = (parse(fulfillment(), CREATED | {"x-shopify-event-id": each}) for each in ("e-1", "e-2"))

    assert one.events == other.events


@pytest.mark.parametrize(
    ("number", "numbers", "told"),
    [
        ("444413758703", ["444413758703", "444413758714"], ["444413758703", "444413758714"]),
        ("444413758703", None, ["444413758703"]),
        (None, ["444413758703", "444413758703", ""], ["444413758703"]),
        ("444413758714", ["444413758703"], ["444413758703", "444413758714"]),
    ],
)
def test_every_number_is_an_event(number: object, numbers: object, told: list[str]) -> None:
    events = parse(fulfillment(tracking_number=number, tracking_numbers=numbers)).events

    assert [event.tracking_number for event in events] == told
    assert len({event.key for event in events}) == len(told)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("pending", "printed"), ("open", "printed"), ("success", "printed"), ("cancelled", "voided")],
)
@pytest.mark.parametrize("topic", ["fulfillments/create", "fulfillments/update"])
def test_a_status_tells_its_kind(topic: str, status: str, kind: str) -> None:
    (event,) = parse(fulfillment(status=status), {"x-shopify-topic": topic}).events

    assert event.kind == kind


@pytest.mark.parametrize("status", ["error", "failure", "", None, "something_new"])
def test_every_other_status_is_ignored_by_name(status: str | None) -> None:
    (ignored,) = parse(fulfillment(status=status)).ignored

    assert (ignored.reason, ignored.detail) == ("status_tells_nothing", status or "")


@pytest.mark.parametrize(
    "status", ["in_transit", "out_for_delivery", "attempted_delivery", "ready_for_pickup", "delivered"]
)
def test_a_parcel_with_the_carrier_is_scanned_besides(status: str) -> None:
    assert [event.kind for event in parse(fulfillment(shipment_status=status)).events] == ["printed", "scanned"]
    cancelled = parse(fulfillment(shipment_status=status, status="cancelled"))
    assert [event.kind for event in cancelled.events] == ["voided"]


@pytest.mark.parametrize("status", [None, "label_printed", "label_purchased", "confirmed", "failure"])
def test_a_parcel_without_a_scan_is_not_scanned(status: str | None) -> None:
    assert [event.kind for event in parse(fulfillment(shipment_status=status)).events] == ["printed"]


@pytest.mark.parametrize("mark", ["true", "True"])
def test_a_test_delivery_is_no_label(mark: str) -> None:
    assert parse(fulfillment(), CREATED | {"x-shopify-test": mark}).ignored[0].reason == "test_mode"
    assert parse(fulfillment(), CREATED | {"x-shopify-test": "false"}).events


def test_the_option_chooses_the_reference() -> None:
    assert parse(fulfillment()).events[0].order_ref == "#1062428737.1"
    assert parse(fulfillment(), reference="order_id").events[0].order_ref == "450789469"
    assert parse(fulfillment(name=None)).ignored[0].reason == "no_reference"


def test_the_wrapped_form_says_the_same() -> None:
    assert parse({"fulfillment": fulfillment()}) == parse(fulfillment())


@pytest.mark.parametrize("headers", [{"x": "y"}, {"x-shopify-topic": ""}])
def test_without_a_topic_nobody_knows_what_it_is(headers: dict[str, str]) -> None:
    with pytest.raises(UnreadablePayload, match="x-shopify-topic"):
        parse(fulfillment(), headers)
