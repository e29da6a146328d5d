"""``easypost``: the official event, and what may honestly be concluded from a shipment."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.easypost.adapter import SOURCE
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, Reading

FIXTURES = Path(carriers.__file__).parent / "easypost" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
OFFICIAL_SIGNATURE = "38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_bytes())


def parse(event: dict[str, Any]) -> Reading:
    return SOURCE.parse(Delivery("POST", "/webhooks/easypost", {}, json.dumps(event).encode(), NOW))


def changed(name: str, **result: Any) -> dict[str, Any]:
    event: dict[str, Any] = fixture(name)
    return event | {"result": event["result"] | result}


def answer(status: int = 200, **shipment: Any) -> FetchAnswer:
    return FetchAnswer(status, {}, json.dumps(fixture("label_printed.answer.json") | shipment).encode(), NOW)


@pytest.fixture
def fetch() -> Fetch:
    (fetch,) = parse(fixture("label_printed.json")).fetches
    return fetch


def test_the_official_event_is_kept_to_the_byte() -> None:
    body = (FIXTURES / "official_event.json").read_bytes()

    assert hashlib.sha256(body).hexdigest() == "c312298bbffb5cf2fc1dd9d310b59e687179d65deca3a630671a0a83dbb531b1"
    assert not body.endswith(b"\n")


@pytest.mark.parametrize("secret", ["sécret", "se\u0301cret"])
def test_the_official_signature_verifies_however_the_accent_is_typed(secret: str) -> None:
    body = (FIXTURES / "official_event.json").read_bytes()
    headers = {"x-hmac-signature": f"hmac-sha256-hex={OFFICIAL_SIGNATURE}"}
    delivery = Delivery("POST", "/", headers, body, NOW)

    SOURCE.authenticate(delivery, [secret])
    for value in (
        OFFICIAL_SIGNATURE,
        f"hmac-sha256-base64={OFFICIAL_SIGNATURE}",
        f"hmac-sha256-hex= {OFFICIAL_SIGNATURE}",
    ):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(replace(delivery, headers={"x-hmac-signature": value}), [secret])


@pytest.mark.parametrize("secret", ["", "\n", "a\x00", "\ud800"])
def test_a_secret_that_nobody_can_type_is_reported(secret: str) -> None:
    assert SOURCE.check_secret(secret)


def test_the_api_key_is_a_user_name_without_a_password() -> None:
    assert SOURCE.fetch_headers("api_key", "EZTK") == {"authorization": "Basic RVpUSzo="}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *(("unknown", "printed"), ("pre_transit", "printed"), ("in_transit", "scanned")),
        *(("out_for_delivery", "scanned"), ("available_for_pickup", "scanned"), ("delivered", "scanned")),
    ],
)
@pytest.mark.parametrize("description", ["tracker.created", "tracker.updated"])
def test_a_status_tells_its_kind(description: str, status: str, kind: str) -> None:
    (fetch,) = parse(changed("label_printed.json", status=status) | {"description": description}).fetches

    assert fetch.context["kind"] == kind


@pytest.mark.parametrize("status", ["return_to_sender", "failure", "cancelled", "error", "", None, "something_new"])
def test_every_other_status_is_ignored_by_name(status: str | None) -> None:
    (ignored,) = parse(changed("label_printed.json", status=status)).ignored

    assert (ignored.reason, ignored.detail) == ("status_tells_nothing", status or "")


@pytest.mark.parametrize(
    "shipment_id", ["shp_1/../x", "shp_", "../shp_1", "shp_1?x", "shp_１", "trk_1", "shp_" + "a" * 65]
)
def test_only_a_shipment_id_gets_into_a_path(shipment_id: str) -> None:
    with pytest.raises(UnreadablePayload, match=r"result\.shipment_id"):
        parse(changed("label_printed.json", shipment_id=shipment_id))


@pytest.mark.parametrize("event_id", ["evt 1", "evt\u200b", "évt", "a" * 101, ""])
def test_only_an_event_id_becomes_a_key(event_id: str) -> None:
    with pytest.raises(UnreadablePayload, match=r"^id: "):
        parse(fixture("label_printed.json") | {"id": event_id})


def test_a_mode_that_nobody_knows_is_not_taken_for_production() -> None:
    with pytest.raises(UnreadablePayload, match=r"^mode: "):
        parse(fixture("label_printed.json") | {"mode": "staging"})


@pytest.mark.parametrize("time", [None, "2026-11-22T08:30:00", "yesterday", 5])
def test_a_scan_without_a_readable_time_is_still_a_scan(time: object) -> None:
    event = changed("parcel_scanned.json", tracking_details=[{"status": "in_transit", "datetime": time}])
    (fetch,) = parse(event).fetches

    assert (fetch.context["kind"], fetch.context["occurred_at"]) == ("scanned", "")
    assert parse(changed("parcel_scanned.json", tracking_details=None)).fetches[0].context["occurred_at"] == ""


@pytest.mark.parametrize("status", ["submitted", "refunded"])
def test_a_label_that_was_refunded_meanwhile_is_voided(status: str, fetch: Fetch) -> None:
    (event,) = SOURCE.read_answer(fetch, answer(refund_status=status)).events

    assert (event.kind, event.occurred_at) == (EventKind.VOIDED, None)


@pytest.mark.parametrize("status", ["rejected", "not_applicable", None])
def test_a_refund_that_was_not_given_leaves_the_label_alive(status: str | None, fetch: Fetch) -> None:
    (event,) = SOURCE.read_answer(fetch, answer(refund_status=status)).events

    assert event.kind is EventKind.PRINTED


def test_a_parcel_on_its_way_is_scanned_whatever_was_asked_back() -> None:
    (fetch,) = parse(fixture("parcel_scanned.json")).fetches
    (event,) = SOURCE.read_answer(fetch, answer(refund_status="submitted")).events

    assert event.kind is EventKind.SCANNED


@pytest.mark.parametrize("reference", [None, "", "  "])
def test_a_shipment_without_a_reference_is_no_order_of_ours(reference: str | None, fetch: Fetch) -> None:
    assert SOURCE.read_answer(fetch, answer(reference=reference)).ignored[0].reason == "no_reference"


@pytest.mark.parametrize(
    ("shipment", "problem"),
    [
        ({"id": "shp_another"}, "id: is another shipment's"),
        ({"id": None}, "id: must be text"),
        ({"tracking_code": "1Z1"}, "tracking_code: is not the one that the event told"),
        ({"reference": "x" * 101}, "reference: is longer than 100 characters"),
        ({"reference": 5}, "reference: must be text"),
        ({"is_return": "no"}, "is_return: must be true or false"),
    ],
)
def test_another_answer_is_unreadable(shipment: dict[str, Any], problem: str, fetch: Fetch) -> None:
    with pytest.raises(UnreadablePayload) as refused:
        SOURCE.read_answer(fetch, answer(**shipment))
    assert refused.value.problem == problem


def test_a_return_is_not_the_buyers_parcel(fetch: Fetch) -> None:
    assert SOURCE.read_answer(fetch, answer(is_return=True)).ignored[0].reason == "return_label"


@pytest.mark.parametrize(
    ("status", "word"), [(401, "api_key"), (403, "api_key"), (404, "another account"), (410, "410")]
)
def test_a_refusal_says_what_to_check(status: int, word: str, fetch: Fetch) -> None:
    with pytest.raises(UnreadablePayload, match=word):
        SOURCE.read_answer(fetch, answer(status))


def test_what_the_shipment_leaves_out_is_empty(fetch: Fetch) -> None:
    (event,) = SOURCE.read_answer(fetch, answer(selected_rate=None, tracking_code=None)).events

    assert (event.carrier, event.service, event.tracking_number) == ("JPPost", "", "EG725089303JP")


def test_a_tracker_without_a_carrier_takes_the_rates(fetch: Fetch) -> None:
    (event,) = SOURCE.read_answer(replace(fetch, context={**fetch.context, "carrier": ""}), answer()).events

    assert event.carrier == "JPPost"
