"""``seventeentrack``: scans, known by the number alone, and a signature that is no HMAC."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.companies import find
from carriers.errors import BadSignature
from carriers.model import Delivery, EventKind, Reading
from carriers.seventeentrack.adapter import SCANNED, SOURCE

FIXTURES = Path(carriers.__file__).parent / "seventeentrack" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


def parse(status: str | None = "InTransit", time: object = "2026-11-22T08:30:00Z", **changes: Any) -> Reading:
    message = json.loads((FIXTURES / "in_transit.json").read_bytes())
    message["data"]["track_info"] |= {"latest_status": {"status": status}, "latest_event": {"time_utc": time}}
    message["data"] |= changes
    return SOURCE.parse(Delivery("POST", "/", {}, json.dumps(message).encode(), NOW))


@pytest.mark.parametrize("status", sorted(SCANNED))
def test_a_scan_never_names_an_order(status: str) -> None:
    """``tag`` is the seller's remark; with a reference the scan would announce a parcel."""
    (event,) = parse(status, tag="1062428737").events

    assert (event.kind, event.order_ref) == (EventKind.SCANNED, "")


@pytest.mark.parametrize("status", ["NotFound", "InfoReceived", "Exception", "Expired", "", None])
def test_every_other_status_tells_nothing(status: str | None) -> None:
    assert [ignored.reason for ignored in parse(status).ignored] == ["status_tells_nothing"]


def test_a_repeat_has_the_same_key_and_an_older_scan_another() -> None:
    """Of several scans the earliest counts, so none of them may be taken for a repeat of another."""
    assert parse().events[0].key == parse(param="again").events[0].key
    assert len({parse(time=time).events[0].key for time in (None, "2026-11-22T08:30:00Z", "2026-11-22T08:00:00Z")}) == 3


@pytest.mark.parametrize("event", [None, {}, {"time_utc": None}, {"time_utc": "2026-11-22 08:30"}])
def test_a_scan_without_a_readable_time_is_still_a_scan(event: object) -> None:
    info = {"latest_status": {"status": "InTransit"}, "latest_event": event}

    assert parse(track_info=info).events[0].occurred_at is None


def test_its_numbers_for_companies_are_known() -> None:
    assert find("seventeentrack", parse(carrier=100062).events[0].carrier, "") == find("standard", "yamato", "")


def test_the_signature_is_of_body_slash_and_key() -> None:
    sign = hashlib.sha256(b'{"a": "\xc3\xa9"}/made-up').hexdigest()
    delivery = Delivery("POST", "/", {"sign": sign.upper()}, '{"a": "é"}'.encode(), NOW)

    SOURCE.authenticate(delivery, ["", "made-up"])
    for secrets in (["made-up "], ["up"], [""], []):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(delivery, secrets)


def test_nobody_without_a_key_can_sign() -> None:
    """An empty key would make a signature that anyone can compute."""
    delivery = Delivery("POST", "/", {"sign": hashlib.sha256(b"{}/").hexdigest()}, b"{}", NOW)

    with pytest.raises(BadSignature, match="no_secret"):
        SOURCE.authenticate(delivery, [""])
