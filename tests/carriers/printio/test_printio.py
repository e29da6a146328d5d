"""``printio``: only what is documented, known by what it says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.model import Delivery, EventKind, Reading
from carriers.printio.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "printio" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def parse(**changes: Any) -> Reading:
    body = json.dumps(json.loads((FIXTURES / "shipped.json").read_bytes()) | changes).encode()
    return SOURCE.parse(Delivery("POST", "/", {}, body, NOW))


@pytest.mark.parametrize("status", [140, "140"])
def test_a_shipped_parcel_was_handed_over(status: object) -> None:
    (event,) = parse(status_id=status).events

    assert (event.kind, event.order_ref, event.occurred_at) == (EventKind.HANDED_OVER, "1062428737", None)


@pytest.mark.parametrize("status", [0, 14, 1400, 150])
def test_a_status_that_nobody_documented_tells_nothing(status: int) -> None:
    assert parse(status_id=status).ignored[0].reason == "status_tells_nothing"


def test_another_attempt_is_the_same_event() -> None:
    later = parse(timestamp=1795309999, updated_at="2026-11-22 10:00:00", scheduled_shipping_date="2026-11-23")

    assert later.events == parse().events


def test_another_number_is_another_event() -> None:
    assert parse(shipping_number="444413758714").events[0].key != parse().events[0].key
