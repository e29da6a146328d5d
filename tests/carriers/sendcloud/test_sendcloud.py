"""``sendcloud``: the official vector, numbers that come later, and both forms of dates."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, Reading
from carriers.sendcloud.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "sendcloud" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
OFFICIAL_SIGNATURE = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"


def message(**parcel: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "ready_to_send.json").read_bytes())
    return content | {"parcel": content["parcel"] | parcel}


def parse(content: dict[str, Any], **options: str) -> Reading:
    return SOURCE.parse(Delivery("POST", "/webhooks/sendcloud", {}, json.dumps(content).encode(), NOW, options))


def test_the_official_signature_verifies_over_the_bytes_as_they_came() -> None:
    body = (FIXTURES / "official_vector.json").read_bytes()
    assert hashlib.sha256(body).hexdigest() == "9724c1e20e6e3e4d7f57ed25f9d4efb006e508590d528c90da597f6a775c13e5"

    for signature in (OFFICIAL_SIGNATURE, OFFICIAL_SIGNATURE.upper()):
        headers = {"sendcloud-signature": signature}
        SOURCE.authenticate(Delivery("POST", "/", headers, body, NOW), ["another", "secretkey"])
        with pytest.raises(BadSignature, match="mismatch"):
            SOURCE.authenticate(Delivery("POST", "/", headers, b'{"key":"value"}', NOW), ["secretkey"])


@pytest.mark.parametrize("empty", [None, False, "", "  "])
def test_a_number_may_come_later(empty: object) -> None:
    (ignored,) = parse(message(tracking_number=empty)).ignored

    assert ignored.reason == "number_comes_later"
    assert parse(message()).events


@pytest.mark.parametrize("empty", [None, False, ""])
def test_false_is_empty_everywhere(empty: object) -> None:
    without = message(order_number=empty, external_reference=empty)
    assert parse(without).ignored[0].reason == "no_reference"
    (event,) = parse(message(carrier={"code": empty}, shipment={"name": empty})).events
    assert (event.carrier, event.service) == ("", "")


@pytest.mark.parametrize("nothing", [None, False])
def test_whole_parts_may_be_false(nothing: object) -> None:
    (event,) = parse(message(carrier=nothing, shipment=nothing)).events

    assert (event.carrier, event.service) == ("", "")
    assert parse(message(status=nothing)).ignored[0].reason == "status_tells_nothing"


@pytest.mark.parametrize("wrong", [True, 5.5, [], {}])
def test_true_and_other_things_are_not_empty(wrong: object) -> None:
    with pytest.raises(UnreadablePayload, match=r"^parcel\.tracking_number: "):
        parse(message(tracking_number=wrong))


@pytest.mark.parametrize("date", ["22-11-2026 09:14:40", "2026-11-22T09:14:50", None, False, "soon", 5])
def test_a_parcels_dates_are_no_claim_in_either_form(date: object) -> None:
    """They have no zone; the envelope's time has."""
    (event,) = parse(message(date_created=date, date_updated=date, date_announced=date)).events

    assert event.occurred_at == datetime(2026, 11, 22, 0, 14, 50, 123000, UTC)


@pytest.mark.parametrize("timestamp", [123, -1, 10**30, None, True, "1795306490123", 1795306490.5])
def test_a_time_that_is_none_is_left_out(timestamp: object) -> None:
    reading = parse(message() | {"timestamp": timestamp})

    assert reading.events[0].occurred_at is None
    assert reading.delivery_key == ""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *(("Ready to send", "printed"), ("READY TO SEND", "printed"), ("Announced", "printed")),
        *(("Announced: not collected", "printed"), ("Parcel en route", "scanned"), ("Delivered", "scanned")),
        *(("Cancelled", "voided"), ("Cancelled upstream", "voided")),
    ],
)
@pytest.mark.parametrize("number", [0, 1, 1000, None])
def test_the_words_decide_not_the_number(words: str, kind: str, number: int | None) -> None:
    (event,) = parse(message(status={"id": number, "message": words})).events

    assert event.kind == kind


@pytest.mark.parametrize("words", ["Cancellation requested", "Announcement failed", "Unknown status", "", None])
def test_every_other_status_is_ignored_by_name(words: str | None) -> None:
    (ignored,) = parse(message(status={"message": words})).ignored

    assert (ignored.reason, ignored.detail) == ("status_tells_nothing", words or "")


def test_a_status_in_unknown_words_is_not_repeated() -> None:
    assert parse(message(status={"message": "für Frau Muster, Tel. 0301234"})).ignored[0].detail == ""


def test_the_option_chooses_the_reference() -> None:
    (event,) = parse(message(external_reference=1062428738), reference="external_reference").events

    assert event.order_ref == "1062428738"


def test_repeats_have_the_same_keys_and_later_messages_others() -> None:
    first, repeat, later = (
        parse(message() | {"timestamp": ms}) for ms in (1795306490123, 1795306490123, 1795306490124)
    )

    assert first == repeat
    assert first.delivery_key != later.delivery_key
    assert first.events[0].key != later.events[0].key
