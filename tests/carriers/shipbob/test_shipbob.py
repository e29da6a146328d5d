"""``shipbob``: the topic in a header, and what a topic and a status tell together."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import UnreadablePayload
from carriers.model import Delivery, EventKind, Reading
from carriers.shipbob.adapter import SOURCE, STATUSES, TOPICS, TRACKING_UPDATED

FIXTURES = Path(carriers.__file__).parent / "shipbob" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def delivery(topic: str, **changes: Any) -> Delivery:
    body = json.loads((FIXTURES / "label_printed.json").read_bytes()) | changes
    return Delivery("POST", "/", {"webhook-id": "msg_1", "x-webhook-topic": topic}, json.dumps(body).encode(), NOW)


def parse(topic: str, **changes: Any) -> Reading:
    return SOURCE.parse(delivery(topic, **changes))


@pytest.mark.parametrize("status", ["LabelCreated", "Delivered", "", None, "SomethingNew"])
@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_says_it_all(topic: str, status: str | None) -> None:
    (event,) = parse(topic, status=status).events

    assert event.kind is TOPICS[topic]


@pytest.mark.parametrize("status", ["LabelCreated", "InTransit", "OutForDelivery", "Delivered", "Exception", "", None])
def test_a_tracking_update_tells_what_its_status_says(status: str | None) -> None:
    reading = parse(TRACKING_UPDATED, status=status)

    assert [event.kind for event in reading.events] == ([STATUSES[status]] if status in STATUSES else [])


@pytest.mark.parametrize("header", ["webhook-id", "x-webhook-topic"])
def test_a_message_without_id_or_topic_is_not_theirs(header: str) -> None:
    one = delivery("order.shipped")
    headers = {name: value for name, value in one.headers.items() if name != header}

    with pytest.raises(UnreadablePayload, match=f"^{header}: is missing"):
        SOURCE.parse(replace(one, headers=headers))


def test_a_scan_needs_no_reference_but_a_label_does() -> None:
    assert parse("order.shipment.delivered", reference_id=None).events[0].kind is EventKind.SCANNED
    assert parse("order.shipped", reference_id=None).ignored[0].reason == "no_reference"


@pytest.mark.parametrize("tracking", [None, {}, {"tracking_id": None}, {"tracking_id": " "}])
def test_without_a_number_nothing_is_said(tracking: dict[str, Any] | None) -> None:
    assert {parse(topic, tracking=tracking).ignored[0].reason for topic in TOPICS} == {"no_number"}


@pytest.mark.parametrize("topic", ["return.created", "wro.created", "billing.charge.created", "order_shipped"])
def test_other_topics_are_ignored_by_name_whatever_their_body(topic: str) -> None:
    one = replace(delivery(topic), body=b'{"id": 1}')

    assert [(ignored.reason, ignored.detail) for ignored in SOURCE.parse(one).ignored] == [("unknown_type", topic)]
