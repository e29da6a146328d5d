"""``aftership``: scans, known by the number alone."""

import base64
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.aftership.adapter import SCANNED, SOURCE
from carriers.companies import find
from carriers.errors import BadSignature
from carriers.model import Delivery, EventKind, Reading

FIXTURES = Path(carriers.__file__).parent / "aftership" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def parse(**changes: Any) -> Reading:
    message = json.loads((FIXTURES / "in_transit.json").read_bytes())
    message["msg"] |= changes
    return SOURCE.parse(Delivery("POST", "/", {}, json.dumps(message).encode(), NOW))


@pytest.mark.parametrize("tag", sorted(SCANNED))
def test_a_scan_never_names_an_order(tag: str) -> None:
    """With a reference it would announce a parcel: that is for whoever printed the label."""
    (event,) = parse(tag=tag, order_number="1062428737").events

    assert (event.kind, event.order_ref) == (EventKind.SCANNED, "")


@pytest.mark.parametrize("tag", ["Pending", "InfoReceived", "Exception", "Expired", "", None, "intransit"])
def test_every_other_tag_tells_nothing(tag: str | None) -> None:
    assert [ignored.reason for ignored in parse(tag=tag).ignored] == ["status_tells_nothing"]


def test_a_label_that_was_only_announced_is_no_scan() -> None:
    """Its checkpoint is the earliest of all, and does not count."""
    announced = {"tag": "InfoReceived", "checkpoint_time": "2026-11-20T00:00:00Z"}
    picked_up = {"tag": "InTransit", "checkpoint_time": "2026-11-21T00:00:00Z"}
    (event,) = parse(tag="Delivered", checkpoints=[announced, picked_up]).events

    assert event.occurred_at == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("checkpoints", [None, [], [{}], [{"tag": "InTransit", "checkpoint_time": "yesterday"}]])
def test_a_scan_without_a_readable_time_is_still_a_scan(checkpoints: object) -> None:
    assert parse(checkpoints=checkpoints).events[0].occurred_at is None


def test_its_slugs_are_known() -> None:
    assert find("aftership", "taqbin-jp", "") == find("standard", "yamato", "")
    assert find("aftership", "taqbin-hk", "") is None


@pytest.mark.parametrize("secret", ["sécret", "a secret"])
def test_a_secret_is_taken_as_it_is(secret: str) -> None:
    signature = base64.b64encode(hmac.digest(secret.encode(), b"{}", "sha256")).decode()
    delivery = Delivery("POST", "/", {"aftership-hmac-sha256": signature}, b"{}", NOW)

    SOURCE.authenticate(delivery, ["", secret])
    for others in ([secret + " "], [""], []):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(delivery, others)
