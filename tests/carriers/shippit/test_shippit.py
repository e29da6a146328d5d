"""``shippit``: one body in two wrappers, and which of its numbers is taken."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.model import Delivery, Reading
from carriers.shippit.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "shippit" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def parse(options: dict[str, str] | None = None, **changes: Any) -> Reading:
    body = json.dumps(json.loads((FIXTURES / "ready_for_pickup.json").read_bytes()) | changes).encode()
    return SOURCE.parse(Delivery("POST", "/", {}, body, NOW, options or {"number": "tracking_number"}))


@pytest.mark.parametrize(
    "state", ["order_placed", "despatch_in_progress", "in_transit", "delivered", "cancelled", "READY_FOR_PICKUP"]
)
def test_a_state_that_nobody_documented_tells_nothing(state: str) -> None:
    (ignored,) = parse(current_state=state).ignored

    assert (ignored.reason, ignored.detail) == ("status_tells_nothing", state)


@pytest.mark.parametrize(
    ("history", "at"),
    [
        (None, None),
        ([], None),
        ([{"status": "ready_for_pickup", "time": "2026-11-22T00:14:45"}], None),
        ([{"status": "order_placed", "time": "2026-11-22T00:14:45Z"}], None),
        (
            [
                {"status": "ready_for_pickup", "time": "2026-11-22T02:00:00Z"},
                {"status": "ready_for_pickup", "time": "2026-11-22T10:00:00+09:00"},
            ],
            datetime(2026, 11, 22, 1, tzinfo=UTC),
        ),
    ],
)
def test_the_time_is_when_the_state_was_reached_first(history: object, at: datetime | None) -> None:
    assert parse(status_history=history).events[0].occurred_at == at


def test_the_same_label_has_the_same_key_in_whatever_wrapper() -> None:
    wrapped = (FIXTURES / "ready_for_pickup_wrapped.json").read_bytes()

    assert SOURCE.parse(Delivery("POST", "/", {}, wrapped, NOW, {})).events[0].key == parse().events[0].key


def test_another_number_is_another_label() -> None:
    keys = {parse(tracking_number=number).events[0].key for number in ("444413758703", "444413758714")}

    assert len(keys) == 2


def test_a_missing_courier_number_is_not_replaced_by_the_other() -> None:
    reading = parse({"number": "courier_job_id"}, courier_job_id=None)

    assert reading.ignored[0].reason == "no_number"
