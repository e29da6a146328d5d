"""``shipstation``: the signature, where a message may point, and what may honestly be concluded from a label."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

import carriers
from carriers.errors import BadSignature, UnknownKey, UnreadablePayload
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, Reading
from carriers.shipstation.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "shipstation" / "fixtures"
SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SECRET = "a-secret-in-the-address-1"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_numbers()


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


KEY_SET = json.dumps({"keys": [{"kty": "RSA", "kid": "k", "n": number(PUBLIC.n), "e": number(PUBLIC.e)}]}).encode()


def signed(sent_at: str, body: bytes = b"{}", options: Mapping[str, str] | None = None) -> Delivery:
    signature = base64.b64encode(KEY.sign(f"{sent_at}.".encode() + body, PKCS1v15(), SHA256())).decode()
    headers = {
        "x-shipengine-rsa-sha256-key-id": "k",
        "x-shipengine-rsa-sha256-signature": signature,
        "x-shipengine-timestamp": sent_at,
    }
    return Delivery("POST", "/webhooks/shipstation", headers, body, NOW, options or {}, KEY_SET)


def parse(message: object, timestamp: str = "2026-11-22T00:15:00Z") -> Reading:
    headers = {"x-shipengine-timestamp": timestamp}
    return SOURCE.parse(Delivery("POST", "/webhooks/shipstation", headers, json.dumps(message).encode(), NOW))


def pointer(**changes: object) -> dict[str, object]:
    url = "https://api.shipstation.com/v2/labels?batch_id=se-1"
    return {"resource_type": "LABEL_CREATED_V2", "resource_url": url} | changes


def listed(*labels: Mapping[str, Any], **page: Any) -> FetchAnswer:
    return FetchAnswer(200, {}, json.dumps({"labels": labels} | page).encode(), NOW)


def label(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "label_created.answer.json").read_bytes())["labels"][0]
    return content | changes


@pytest.fixture
def fetch() -> Fetch:
    (fetch,) = parse(pointer()).fetches
    return fetch


@pytest.mark.parametrize(
    ("file", "digest"),
    [
        ("label_created.json", "d3a5e098554df35f69702395a4a3887ab3246e6370c665c53f0c655a46160085"),
        ("label_created.answer.json", "12a600c4cca734d2bdb2e781ba0c6352e659357cd3d7a96d28c811257762acff"),
    ],
)
def test_the_recordings_are_kept_to_the_byte(file: str, digest: str) -> None:
    assert hashlib.sha256((FIXTURES / file).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    "sent_at",
    [
        *("2026-11-22T00:15:00Z", "2026-11-22T00:15:00.123Z", "2026-11-22T00:10:00Z", "2026-11-22T00:20:00+00:00"),
        *("2026-11-22T09:15:00+09:00", "2026-11-22T00:15:00", "2026-11-22T00:15:00.1234567Z"),
    ],
)
def test_a_message_of_the_last_five_minutes_is_taken(sent_at: str) -> None:
    SOURCE.authenticate(signed(sent_at), [])


@pytest.mark.parametrize(
    "sent_at", ["2026-11-22T00:09:59Z", "2026-11-22T00:20:01Z", "2026-11-22T09:15:00", "2025-01-01"]
)
def test_an_older_or_later_one_is_stale(sent_at: str) -> None:
    with pytest.raises(BadSignature, match="stale"):
        SOURCE.authenticate(signed(sent_at), [])


def test_a_day_can_be_allowed_where_repeats_are_not_signed_anew() -> None:
    SOURCE.authenticate(signed("2026-11-21T00:15:01Z", options={"signed_within": "1 day"}), [])
    with pytest.raises(BadSignature, match="stale"):
        SOURCE.authenticate(signed("2026-11-21T00:14:59Z", options={"signed_within": "1 day"}), [])


@pytest.mark.parametrize("sent_at", ["1795306500", "now", "2026-11-22T25:00:00Z", "９", "2026-W47-7T99", "-1", "1e9"])
def test_a_time_that_is_none_is_refused(sent_at: str) -> None:
    with pytest.raises(BadSignature, match="malformed_timestamp"):
        SOURCE.authenticate(signed(sent_at), [])


def test_time_and_body_are_both_signed() -> None:
    delivery = signed("2026-11-22T00:15:00Z")
    later = {**delivery.headers, "x-shipengine-timestamp": "2026-11-22T00:16:00Z"}
    for changed in (replace(delivery, body=b"[]"), replace(delivery, headers=later)):
        with pytest.raises(BadSignature, match="mismatch"):
            SOURCE.authenticate(changed, [])


def test_a_key_is_asked_for_only_by_what_could_be_genuine() -> None:
    """Else anyone could make us ask ShipStation for its keys."""
    unknown = replace(signed("2026-11-22T00:15:00Z"), key_set=b"")

    with pytest.raises(UnknownKey):
        SOURCE.authenticate(unknown, [])
    for name, value in (
        ("x-shipengine-timestamp", "2020-01-01T00:00:00Z"),
        ("x-shipengine-rsa-sha256-signature", "AA"),
    ):
        with pytest.raises(BadSignature) as refused:
            SOURCE.authenticate(replace(unknown, headers={**unknown.headers, name: value}), [])
        assert not isinstance(refused.value, UnknownKey)


def test_a_configured_secret_must_stand_in_the_address_besides() -> None:
    delivery = signed("2026-11-22T00:15:00Z")
    with_secret = replace(delivery, path=f"/webhooks/shipstation/{SECRET}")

    SOURCE.authenticate(with_secret, ["another-secret-of-24-characters", SECRET])
    for path in (delivery.path, f"{with_secret.path}x"):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(replace(delivery, path=path), [SECRET])
    with pytest.raises(BadSignature):
        SOURCE.authenticate(replace(with_secret, headers={}), [SECRET])


def test_every_signed_message_is_fetched_once() -> None:
    """The same list may come again with more in it, but a repeat of one message brings nothing new."""
    (first,), (repeat,), (later,) = (
        parse(pointer(), at).fetches for at in ("2026-11-22T00:15:00Z", "2026-11-22T00:15:00Z", "2026-11-22T00:15:01Z")
    )

    assert first.key == repeat.key
    assert first.key != later.key


@pytest.mark.parametrize(
    "changes",
    [
        {"resource_url": None},
        {"resource_url": 5},
        {"resource_url": "https://api.shipstation.com/v2/shipments?x=1"},
        {"resource_url": "https://example.net/v2/labels"},
        {"resource_type": "FULFILLMENT_SHIPPED_V2"},
        {"resource_type": None},
    ],
)
def test_a_message_that_does_not_fit_itself_is_unreadable(changes: dict[str, object]) -> None:
    with pytest.raises(UnreadablePayload, match=r"^resource_"):
        parse(pointer(**changes))


def test_the_types_case_does_not_matter() -> None:
    assert parse(pointer(resource_type="label_created_v2")).fetches


@pytest.mark.parametrize("status", ["AC", "IT", "DE", "AT", "SP"])
def test_a_parcel_with_the_carrier_is_scanned(status: str) -> None:
    tracked = {"tracking_number": "1Z1", "carrier_code": "ups", "status_code": status}
    (event,) = parse({"resource_type": "TRACK_EVENT_V2", "data": tracked}).events

    assert (event.kind, event.order_ref, event.occurred_at) == (EventKind.SCANNED, "", None)


@pytest.mark.parametrize("status", ["NY", "UN", "EX", "", None, "XX"])
def test_every_other_status_tells_nothing(status: str | None) -> None:
    tracked = {"tracking_number": "1Z1", "status_code": status}
    (ignored,) = parse({"resource_type": "TRACK_EVENT_V2", "data": tracked}).ignored

    assert ignored.reason == "status_tells_nothing"


@pytest.mark.parametrize("data", [None, {}, {"status_code": "IT"}, {"tracking_number": "", "status_code": "IT"}, []])
def test_tracking_without_a_number_is_unreadable(data: object) -> None:
    with pytest.raises(UnreadablePayload, match=r"^data"):
        parse({"resource_type": "TRACK_EVENT_V2", "data": data})


def test_all_labels_of_all_pages_ask_for_their_shipments(fetch: Fetch) -> None:
    labels = [label(label_id=f"se-{number}", shipment_id=f"se-9{number}") for number in range(25)]

    reading = SOURCE.read_answer(fetch, listed(*labels, page=1, pages=2))

    *shipments, page = reading.fetches
    assert [one.path for one in shipments] == [f"/v2/shipments/se-9{number}" for number in range(25)]
    assert (page.path, page.query) == ("/v2/labels", {"batch_id": "se-1", "page": "2"})
    assert not SOURCE.read_answer(page, listed(label(), page=2, pages=2)).fetches[1:]
    with pytest.raises(UnreadablePayload, match=r"^page: "):
        SOURCE.read_answer(page, listed(label(), page=1, pages=2))


def test_a_label_for_several_pieces_gives_each_number_once(fetch: Fetch) -> None:
    pieces = [{"tracking_number": one} for one in ("383144914556", "383144914557", None, "")]
    (wanted,) = SOURCE.read_answer(fetch, listed(label(packages=pieces))).fetches
    shipment = FetchAnswer(200, {}, json.dumps({"shipment_id": "se-394496923", "shipment_number": "7"}).encode(), NOW)

    events = SOURCE.read_answer(wanted, shipment).events

    assert [event.tracking_number for event in events] == ["383144914556", "383144914557"]
    assert len({event.key for event in events}) == 2


def test_a_voided_label_is_another_event_of_the_same_label(fetch: Fetch) -> None:
    voided = label(voided=True, voided_at="2026-08-13T00:00:00Z", status="voided")
    (live,), (dead,) = (SOURCE.read_answer(fetch, listed(one)).fetches for one in (label(), voided))

    assert (live.context["kind"], dead.context["kind"]) == ("printed", "voided")
    assert (live.key, dead.key) == ("se-184986954:printed", "se-184986954:voided")
    assert dead.context["occurred_at"] == "2026-08-13T00:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_return_label": True}, "return_label"),
        ({"status": "processing"}, "not_completed"),
        ({"status": "error"}, "not_completed"),
        ({"shipment_id": None}, "no_shipment"),
        ({"tracking_number": "", "packages": None}, "no_number"),
        ({"tracking_number": None, "packages": []}, "no_number"),
    ],
)
def test_a_label_that_is_none_of_ours_is_ignored_by_name(changes: dict[str, Any], reason: str, fetch: Fetch) -> None:
    reading = SOURCE.read_answer(fetch, listed(label(**changes)))

    assert [ignored.reason for ignored in reading.ignored] == [reason]
    assert not reading.fetches


@pytest.mark.parametrize("changes", [{"shipment_id": "../x"}, {"shipment_id": "se-1?x"}, {"label_id": "se/1"}])
def test_only_ids_get_into_paths_and_keys(changes: dict[str, Any], fetch: Fetch) -> None:
    with pytest.raises(UnreadablePayload, match=r"^labels: "):
        SOURCE.read_answer(fetch, listed(label(**changes)))


def test_an_empty_list_is_asked_for_again(fetch: Fetch) -> None:
    with pytest.raises(UnreadablePayload, match="may not be there yet"):
        SOURCE.read_answer(fetch, listed())


def test_another_shipment_and_one_without_a_number_are_no_answer(fetch: Fetch) -> None:
    (wanted,) = SOURCE.read_answer(fetch, listed(label())).fetches
    other = FetchAnswer(200, {}, b'{"shipment_id": "se-1", "shipment_number": "7"}', NOW)
    bare = FetchAnswer(200, {}, b'{"shipment_id": "se-394496923", "shipment_number": null}', NOW)

    with pytest.raises(UnreadablePayload, match=r"^shipment_id: "):
        SOURCE.read_answer(wanted, other)
    assert SOURCE.read_answer(wanted, bare).ignored[0].reason == "no_reference"


def test_the_recorded_shipments_name_the_order_of_the_recorded_labels(fetch: Fetch) -> None:
    """Both halves of the split shipment belong to LW-TEST2.

    The shipments: pmcgee-personal/shipstation-integration-toolkit (MIT, commit 2b1e0fae), webhooks/orders/, unchanged.
    """
    recorded = (FIXTURES / "label_created.answer.json").read_bytes()
    shipments = json.loads((SAMPLES / "new-order-created-v2-split-shipment-resource-url.json").read_bytes())[
        "shipments"
    ]
    by_id = {shipment["shipment_id"]: json.dumps(shipment).encode() for shipment in shipments}

    wanted = SOURCE.read_answer(fetch, FetchAnswer(200, {}, recorded, NOW)).fetches
    events = [
        event
        for one in wanted
        for event in SOURCE.read_answer(one, FetchAnswer(200, {}, by_id[one.path.rpartition("/")[2]], NOW)).events
    ]

    assert {(event.order_ref, event.tracking_number) for event in events} == {
        ("LW-TEST2", "383144914556"),
        ("LW-TEST2", "383144913218"),
    }


@pytest.mark.parametrize(
    ("event", "voided", "kind"),
    [
        ("FULFILLMENT_SHIPPED_V2", False, "printed"),
        ("FULFILLMENT_SHIPPED_V2", True, "voided"),
        ("FULFILLMENT_CANCELED_V2", False, "voided"),
        ("FULFILLMENT_CANCELED_V2", True, "voided"),
    ],
)
def test_a_fulfilment_lives_until_it_is_cancelled_or_voided(event: str, voided: bool, kind: str) -> None:  # noqa: FBT001 - a row of the table
    url = "https://api.shipstation.com/v2/fulfillments?fulfillment_id=se-1"
    (fetch,) = parse(pointer(resource_type=event, resource_url=url)).fetches
    page = json.loads((FIXTURES / "fulfillment_shipped.answer.json").read_bytes())
    page["fulfillments"][0]["voided"] = voided

    (told,) = SOURCE.read_answer(fetch, FetchAnswer(200, {}, json.dumps(page).encode(), NOW)).events

    assert told.kind == kind


@pytest.mark.parametrize(
    ("status", "word"), [(401, "api_key"), (403, "api_key"), (404, "another account"), (400, "400")]
)
def test_a_refusal_says_what_to_check(status: int, word: str, fetch: Fetch) -> None:
    with pytest.raises(UnreadablePayload, match=word):
        SOURCE.read_answer(fetch, FetchAnswer(status, {}, b"", NOW))


def test_the_key_goes_into_shipstations_own_header() -> None:
    assert SOURCE.fetch_headers("api_key", "K") == {"api-key": "K"}
