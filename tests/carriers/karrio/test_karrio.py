"""``karrio``: the secret in its header, and what an event's name tells."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import BadSignature, UnreadablePayload
from carriers.karrio.adapter import SOURCE
from carriers.model import Delivery, Reading

FIXTURES = Path(carriers.__file__).parent / "karrio" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def message(event: str = "shipment_purchased", **data: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "label_bought.json").read_bytes())
    return {"event": event, "data": content["data"] | data}


def parse(content: dict[str, Any], **options: str) -> Reading:
    return SOURCE.parse(Delivery("POST", "/webhooks/karrio", {}, json.dumps(content).encode(), NOW, options))


def test_the_header_is_the_secret() -> None:
    delivery = Delivery("POST", "/webhooks/karrio", {"x-event-id": "sécret"}, b"{}", NOW)

    SOURCE.authenticate(delivery, ["old", "sécret"])
    for secrets in (["old"], ["se\u0301cret"], ["sécret "], [""], []):
        with pytest.raises(BadSignature) as refused:
            SOURCE.authenticate(delivery, secrets)
        assert "sécret" not in str(refused.value)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *(("shipment_purchased", "printed"), ("shipment_cancelled", "voided")),
        *(("shipment_fulfilled", "scanned"), ("shipment_out_for_delivery", "scanned")),
    ],
)
def test_an_event_tells_its_kind(word: str, kind: str) -> None:
    (event,) = parse(message(word)).events

    assert (event.kind, event.occurred_at) == (kind, None)


@pytest.mark.parametrize(
    "word", ["shipment_needs_attention", "shipment_delivery_failed", "tracker_created", "order_created", "all", "x.y"]
)
def test_every_other_event_is_ignored_by_name_whatever_is_in_it(word: str) -> None:
    (ignored,) = parse({"event": word, "data": None}).ignored

    assert (ignored.reason, ignored.detail) == ("unknown_type", word)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"test_mode": True}, "test_mode"),
        ({"is_return": True}, "return_label"),
        ({"tracking_number": None}, "no_number"),
        ({"reference": None}, "no_reference"),
        ({"reference": ""}, "no_reference"),
    ],
)
def test_a_shipment_that_is_none_of_ours_is_ignored_by_name(data: dict[str, Any], reason: str) -> None:
    assert parse(message(**data)).ignored[0].reason == reason


def test_the_option_chooses_the_reference() -> None:
    assert parse(message(), reference="order_id").events[0].order_ref == "ord-77"
    assert parse(message(order_id=""), reference="order_id").ignored[0].reason == "no_reference"


@pytest.mark.parametrize("content", [{}, {"event": None}, {"event": "shipment_purchased"}, message(id=None)])
def test_a_body_that_is_not_karrios_is_unreadable(content: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePayload, match=r"^(event|data)"):
        parse(content)
