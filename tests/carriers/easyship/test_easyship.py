"""``easyship``: what proves a message, and what its examples can honestly mean."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.easyship.adapter import EVENTS, SCANNED, SOURCE
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, EventKind, Reading

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
KEY = "webh_made-up-0123456789abcdef"
IN_ADDRESS = "made-up-address-0123456789"
ANY_TEXT = st.text(st.characters(exclude_categories=()))
LABEL = {
    "easyship_shipment_id": "ESJP00000001",
    "platform_order_number": "1062428737",
    "status": "success",
    "tracking_number": "EN027977320JP",
}


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(claims: object = None, *, key: str = KEY, header: bytes = b'{"alg":"HS256"}') -> str:
    text = claims if isinstance(claims, str) else json.dumps(claims or {"easyship_company_id": "made-up"})
    signed = f"{part(header)}.{part(text.encode())}"
    return f"{signed}.{part(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def delivery(signature: str = "", path: str = f"/webhooks/easyship/{IN_ADDRESS}") -> Delivery:
    return Delivery("POST", path, {"x-easyship-signature": signature} if signature else {}, b"{}", NOW)


def parse(event_type: str, member: str = "data", **subject: Any) -> Reading:
    body = json.dumps({"event_type": event_type, member: LABEL | subject}).encode()
    return SOURCE.parse(replace(delivery(), body=body))


def refused(one: Delivery, *secrets: str) -> str:
    with pytest.raises(BadSignature) as bad:
        SOURCE.authenticate(one, secrets)
    return bad.value.reason


def test_whatever_is_configured_must_fit() -> None:
    SOURCE.authenticate(delivery(), [IN_ADDRESS])
    SOURCE.authenticate(delivery(token(), "/webhooks/easyship"), [KEY])
    SOURCE.authenticate(delivery(token()), [IN_ADDRESS, KEY])

    assert refused(delivery(), IN_ADDRESS, KEY) == "missing_header"
    assert refused(delivery(token(), "/webhooks/easyship"), IN_ADDRESS, KEY) == "missing_path_secret"
    assert refused(delivery(token(key="webh_another")), IN_ADDRESS, KEY) == "mismatch"
    assert refused(delivery(token()), "short") == "no_secret"


def test_a_key_in_the_address_proves_nothing() -> None:
    """An address is written into logs; Easyship's key must not be taken from there."""
    assert refused(delivery(path=f"/webhooks/easyship/{KEY}"), KEY) == "missing_header"


@pytest.mark.parametrize("header", [b'{"alg":"none"}', b'{"alg":"RS256"}', b"", b"no json"])
def test_what_a_token_says_of_its_algorithm_does_not_matter(header: bytes) -> None:
    SOURCE.authenticate(delivery(token(header=header)), [KEY])

    unsigned = token(header=header).rpartition(".")[0]
    assert refused(delivery(f"{unsigned}."), KEY) == "mismatch"
    assert refused(delivery(unsigned), KEY) == "mismatch"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [({"exp": NOW.timestamp() - 301}, "stale"), ("[]", "malformed_signature"), ('{"a":', "malformed_signature")],
)
def test_a_token_that_is_over_or_holds_no_claims_is_refused(claims: object, reason: str) -> None:
    SOURCE.authenticate(delivery(token({"exp": NOW.timestamp() + 5})), [KEY])

    assert refused(delivery(token(claims)), KEY) == reason


@given(ANY_TEXT)
def test_any_token_is_only_ever_a_bad_signature(text: str) -> None:
    for hostile in (text or " ", f"{text}.{text}.{text}"):
        assert refused(delivery(hostile), KEY)


@pytest.mark.parametrize("secret", ["", "short", "webh_", "with/slash" * 5, "webh_\n"])
def test_a_secret_of_neither_sort_is_reported(secret: str) -> None:
    assert bool(SOURCE.check_secret(secret)) is (secret != "webh_")


@pytest.mark.parametrize("member", ["data", "label", "shipment", "tracking_status"])
def test_the_subject_is_found_under_every_name(member: str) -> None:
    (event,) = parse("shipment.label.created", member).events

    assert (event.kind, event.order_ref, event.tracking_number) == (EventKind.PRINTED, "1062428737", "EN027977320JP")


def test_a_message_without_a_subject_is_not_theirs() -> None:
    with pytest.raises(UnreadablePayload, match="data: is missing"):
        parse("shipment.label.created", "another")


@pytest.mark.parametrize("status", sorted(SCANNED))
def test_a_status_says_that_a_carrier_has_the_parcel(status: str) -> None:
    (event,) = parse("shipment.tracking.status.changed", status=status).events

    assert event.kind is EventKind.SCANNED


@pytest.mark.parametrize("status", ["Shipped", "Exception", "Lost by Courier", "", "delivered", None])
def test_every_other_status_tells_nothing(status: str | None) -> None:
    (ignored,) = parse("shipment.tracking.status.changed", status=status).ignored

    assert ignored.reason == "status_tells_nothing"


def test_a_later_message_with_the_first_scan_is_news() -> None:
    """The scan was known without its time; the message that brings it must not be taken for a repeat."""
    told = "In Transit to Customer"
    scans = [{"primary_status": told, "checkpoint_time": "2026-11-22T03:00:00Z"}]
    (without,) = parse("shipment.tracking.status.changed", status=told).events
    (dated,) = parse("shipment.tracking.checkpoints.created", status=told, checkpoints=scans).events

    assert without.key != dated.key
    assert (without.occurred_at, dated.occurred_at) == (None, datetime(2026, 11, 22, 3, tzinfo=UTC))


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_without_a_number_nothing_is_said(event_type: str) -> None:
    (ignored,) = parse(event_type, status="Delivered", tracking_number=None).ignored

    assert ignored.reason == "no_number"
