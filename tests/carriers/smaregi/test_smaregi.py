"""``smaregi``: nothing can be entered from it, and it says so."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import carriers
from carriers.errors import BadSignature
from carriers.model import Delivery
from carriers.smaregi.adapter import SOURCE

BODY = json.loads((Path(carriers.__file__).parent / "smaregi" / "fixtures" / "shipped.json").read_bytes())
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SECRET = "made-up-address-0123456789"


def delivery(contract: str, header: str = "order-shipment:orders", **changes: object) -> Delivery:
    body = json.dumps(BODY | changes).encode()
    headers = {"smaregi-event": header}
    return Delivery("POST", f"/webhooks/smaregi/{SECRET}", headers, body, NOW, {"contract_id": contract})


def test_a_message_about_another_contract_is_refused_where_ours_is_known() -> None:
    for contract in ("", "skxxxxxx"):
        SOURCE.authenticate(delivery(contract), [SECRET])
    for contract in ("skxxxxxy", "SKXXXXXX", "é"):
        with pytest.raises(BadSignature, match="mismatch"):
            SOURCE.authenticate(delivery(contract), [SECRET])


@pytest.mark.parametrize("action", ["shipped", "canceled"])
def test_a_message_names_no_number(action: str) -> None:
    reading = SOURCE.parse(delivery("", action=action))

    assert (reading.events, reading.fetches) == ((), ())
    assert [(ignored.reason, ignored.detail) for ignored in reading.ignored] == [("number_not_in_message", action)]


@pytest.mark.parametrize(("header", "action"), [("", "shipped"), ("pos:transactions", "shipped"), (None, "edited")])
def test_every_other_message_is_ignored_by_name(header: str | None, action: str) -> None:
    reading = SOURCE.parse(delivery("", header="order-shipment:orders" if header is None else header, action=action))

    assert reading.ignored[0].reason == "unknown_type"


def test_it_promises_nothing() -> None:
    assert SOURCE.tells == frozenset()
    assert SOURCE.unverified
