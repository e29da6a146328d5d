"""``shippo``: both proofs, and what a transaction's status tells."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, EventKind, Reading
from carriers.shippo.adapter import SOURCE

FIXTURES = Path(carriers.__file__).parent / "shippo" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
SECRET = "Shippo's secret, of 24 characters or more"
IN_ADDRESS = "a-secret-in-the-address-1"


def signed(unix_s: int = NOW_S, body: bytes = b"{}", form: str = "t={},v1={}") -> Delivery:
    signature = hmac.digest(SECRET.encode(), f"{unix_s}.".encode() + body, "sha256").hex()
    headers = {"shippo-auth-signature": form.format(unix_s, signature)}
    return Delivery("POST", "/webhooks/shippo", headers, body, NOW, {"proof": "hmac"})


def event(**data: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "label_bought.json").read_bytes())
    return content | {"data": content["data"] | data}


def parse(message: dict[str, Any]) -> Reading:
    return SOURCE.parse(Delivery("POST", "/webhooks/shippo", {}, json.dumps(message).encode(), NOW))


@pytest.mark.parametrize("unix_s", [NOW_S, NOW_S - 300, NOW_S + 300])
def test_a_signature_of_the_last_five_minutes_is_taken(unix_s: int) -> None:
    SOURCE.authenticate(signed(unix_s), ["another", SECRET])
    SOURCE.authenticate(signed(unix_s, form="t={}, v1={}"), [SECRET])


@pytest.mark.parametrize("unix_s", [NOW_S - 301, NOW_S + 301, 0])
def test_another_time_is_stale(unix_s: int) -> None:
    with pytest.raises(BadSignature, match="stale"):
        SOURCE.authenticate(signed(unix_s), [SECRET])


@pytest.mark.parametrize(
    "form", ["v1={1},t={0}", "t={0}", "t={0},v1=", "t=,v1={1}", "t={0},v1={1},v1={1}", "{1}", "t={0},v0={1}"]
)
def test_a_header_of_another_form_is_malformed(form: str) -> None:
    with pytest.raises(BadSignature, match="malformed_signature"):
        SOURCE.authenticate(signed(form=form), [SECRET])


def test_time_and_body_are_both_signed() -> None:
    good = signed(body=b'{"event": "x"}')
    header = good.headers["shippo-auth-signature"].replace(str(NOW_S), str(NOW_S + 1))
    for changed in (replace(good, body=b"{}"), replace(good, headers={"shippo-auth-signature": header})):
        with pytest.raises(BadSignature, match="mismatch"):
            SOURCE.authenticate(changed, [SECRET])


def test_the_option_decides_which_proof_counts() -> None:
    """A signature does not help where the address must have the secret, nor the other way round."""
    in_address = replace(signed(), path=f"/webhooks/shippo/{IN_ADDRESS}", headers={}, options={"proof": "address"})

    SOURCE.authenticate(in_address, [IN_ADDRESS])
    for other in (
        replace(in_address, options={"proof": "hmac"}),
        replace(in_address, options={}),
        replace(signed(), options={"proof": "address"}),
        replace(in_address, path="/webhooks/shippo/another-secret-of-24-characters"),
    ):
        with pytest.raises(BadSignature):
            SOURCE.authenticate(other, [IN_ADDRESS, SECRET])


def test_a_secret_that_could_be_guessed_does_not_count_in_an_address() -> None:
    weak = replace(signed(), path="/webhooks/shippo/short", headers={}, options={"proof": "address"})

    with pytest.raises(BadSignature, match="no_secret"):
        SOURCE.authenticate(weak, ["short"])


@pytest.mark.parametrize(
    ("status", "kind"), [("SUCCESS", "printed"), ("REFUNDED", "voided"), ("REFUNDPENDING", "voided")]
)
@pytest.mark.parametrize("word", ["transaction_created", "transaction_updated"])
def test_a_status_tells_its_kind(word: str, status: str, kind: str) -> None:
    (told,) = parse(event(status=status) | {"event": word}).events

    assert told.kind == kind


@pytest.mark.parametrize("status", ["WAITING", "QUEUED", "ERROR", "REFUNDREJECTED", "success", "", None, "NEW"])
def test_every_other_status_is_ignored_by_name(status: str | None) -> None:
    (ignored,) = parse(event(status=status)).ignored

    assert (ignored.reason, ignored.detail) == ("status_tells_nothing", status or "")


def test_a_void_is_later_than_the_label_however_they_arrive() -> None:
    """An update of a label that is already void says the time at which it was bought, not the one of the update."""
    (bought,) = parse(event(object_updated="2026-11-25T00:00:00Z")).events
    (void,) = parse(event(status="REFUNDED", object_updated="2026-11-23T00:00:00Z")).events

    assert bought.kind is EventKind.PRINTED
    assert bought.occurred_at
    assert void.occurred_at
    assert bought.occurred_at < void.occurred_at


@pytest.mark.parametrize(("test", "ignored"), [(True, True), (False, False), (None, False)])
def test_a_test_is_no_label(test: bool | None, ignored: bool) -> None:  # noqa: FBT001 - rows of the table
    assert bool(parse(event() | {"test": test}).ignored) is ignored


@pytest.mark.parametrize(
    ("data", "reason"),
    [({"metadata": ""}, "no_reference"), ({"metadata": None}, "no_reference"), ({"tracking_number": ""}, "no_number")],
)
def test_a_label_without_its_words_is_ignored_by_name(data: dict[str, Any], reason: str) -> None:
    assert parse(event(**data)).ignored[0].reason == reason


@pytest.mark.parametrize(
    ("rate", "carrier", "service"),
    [
        ({"provider": "USPS", "servicelevel_token": "usps_priority"}, "USPS", "usps_priority"),
        ({"provider": "USPS", "servicelevel": {"token": "usps_priority"}}, "USPS", "usps_priority"),
        ({"provider": "USPS"}, "USPS", ""),
        ("adcfdddf8ec64b84ad22772bce3ea37a", "", ""),
        (None, "", ""),
    ],
)
def test_the_rate_names_the_company_or_it_is_not_known(rate: object, carrier: str, service: str) -> None:
    (told,) = parse(event(rate=rate)).events

    assert (told.carrier, told.service) == (carrier, service)


@pytest.mark.parametrize("rate", [5, True, []])
def test_another_rate_is_unreadable(rate: object) -> None:
    with pytest.raises(UnreadablePayload, match=r"^data\.rate"):
        parse(event(rate=rate))
