"""``shippsys``: believed only where the account fits and ``get_status`` says the same."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery, Fetch, FetchAnswer
from carriers.shippsys.adapter import HOST, SOURCE, STATUS_PATH

FIXTURES = Path(carriers.__file__).parent / "shippsys" / "fixtures"
NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SECRET = "made-up-address-0123456789"
OPTIONS = {"client_key": "made-up-client", "carrier": "sagawa", "confirm": "get_status"}
ROW = {"customer_number": "1062428737", "tracking_number": "444413758703"}


def delivery(result: object = 1, options: dict[str, str] | None = None, **data: Any) -> Delivery:
    message = json.loads((FIXTURES / "label_made.json").read_bytes())
    body = json.dumps({"result": result, "data": message["data"] | data}).encode()
    return Delivery("POST", f"/webhooks/shippsys/{SECRET}", {}, body, NOW, OPTIONS | (options or {}))


def ask() -> Fetch:
    (fetch,) = SOURCE.parse(delivery()).fetches
    return fetch


def answer(content: object, status: int = 200) -> FetchAnswer:
    return FetchAnswer(status, {}, json.dumps(content).encode(), NOW)


@pytest.mark.parametrize("client_key", ["made-up-clienT", "", "made-up-client-2", "é"])
def test_a_callback_of_another_account_proves_nothing(client_key: str) -> None:
    SOURCE.authenticate(delivery(), [SECRET])

    with pytest.raises(BadSignature, match="mismatch"):
        SOURCE.authenticate(delivery(options={"client_key": client_key}), [SECRET])


def test_without_an_account_in_the_settings_nothing_is_believed() -> None:
    bare = Delivery("POST", f"/webhooks/shippsys/{SECRET}", {}, delivery().body, NOW)

    with pytest.raises(BadSignature, match="mismatch"):
        SOURCE.authenticate(bare, [SECRET])
    assert SOURCE.needed_options == {"client_key", "carrier"}


def test_the_question_names_the_order_and_the_carrier() -> None:
    fetch = ask()

    assert (fetch.host, fetch.path) == (HOST, STATUS_PATH)
    assert fetch.query == {"client_key": "$client_key", "t": "sagawa"}
    assert SOURCE.fetch_body(fetch) == b'["1062428737"]'
    assert SOURCE.fetch_headers("token", "made-up") == {"authorization": "Bearer made-up"}


@pytest.mark.parametrize(
    "content",
    [
        [ROW],
        {"result": 1, "data": ROW},
        {"result": 1, "data": [{"customer_number": "1"}, ROW | {"tracking_number": "4444-1375-8703"}]},
        {"data": {"rows": [ROW | {"customer_number": 1062428737, "tracking_number": 444413758703}]}},
        ROW | {"error_message": None},
    ],
)
def test_a_number_is_taken_when_the_answer_names_it_for_this_order(content: object) -> None:
    (event,) = SOURCE.read_answer(ask(), answer(content)).events

    assert (event.carrier, event.order_ref, event.tracking_number) == ("sagawa", "1062428737", "444413758703")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        [ROW | {"tracking_number": "444413758714"}],
        [ROW | {"customer_number": "1062428738"}],
        [{"customer_number": ROW["customer_number"]}, {"tracking_number": ROW["tracking_number"]}],
        [ROW | {"tracking_number": None}],
        [[["1062428737", "444413758703"]]],
    ],
)
def test_nothing_is_taken_that_the_answer_does_not_say(content: object) -> None:
    with pytest.raises(UnreadablePayload, match="does not show this number"):
        SOURCE.read_answer(ask(), answer(content))


def test_a_number_that_cannot_be_read_is_never_confirmed() -> None:
    """Nothing is left of it once it is cleaned, and nothing equals nothing."""
    (fetch,) = SOURCE.parse(delivery(tracking_number="ーー")).fetches

    with pytest.raises(UnreadablePayload):
        SOURCE.read_answer(fetch, answer([ROW | {"tracking_number": ""}, ROW | {"tracking_number": "ーー"}]))


@pytest.mark.parametrize(("status", "word"), [(401, "credentials.token"), (403, "credentials.token"), (404, "404")])
def test_a_refusal_says_what_to_check(status: int, word: str) -> None:
    with pytest.raises(UnreadablePayload, match=word):
        SOURCE.read_answer(ask(), answer([ROW], status))


@pytest.mark.parametrize("result", [2, -1, "1", True, None, 1.0])
def test_a_result_that_nobody_documented_is_not_guessed(result: object) -> None:
    with pytest.raises(UnreadablePayload, match=r"^result: "):
        SOURCE.parse(delivery(result))


def test_a_repeat_asks_the_same_question() -> None:
    """There is no id; account, order and number make the key."""
    assert ask().key == SOURCE.parse(delivery(channel_id="8")).fetches[0].key
    assert ask().key != SOURCE.parse(delivery(tracking_number="444413758714")).fetches[0].key
    unconfirmed = SOURCE.parse(delivery(options={"confirm": "none"})).events
    assert unconfirmed[0].key == ask().key
