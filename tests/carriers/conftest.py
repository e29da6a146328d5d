"""What the tests of the sources share: how a fixture on disk becomes a delivery."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers import PUSHED
from carriers.model import Delivery, Fetch, FetchAnswer, LabelEvent, Reading

CARRIERS = Path(carriers.__file__).parent


@dataclass(frozen=True)
class Case:
    """One fixture: a body on disk, the request around it, and the reading that it must give.

    ``answer`` is what its one fetch brings, and ``second_answer`` what the first fetch of that answer brings.
    ``proving_headers`` are those that the sender is known by: all but the ``unsigned`` ones of the request file.
    """

    delivery: Delivery
    proving_headers: tuple[str, ...]
    secret: str
    expected: Mapping[str, Any]
    answer: FetchAnswer | None
    answer_expected: Mapping[str, Any]
    second_answer: FetchAnswer | None
    second_expected: Mapping[str, Any]


@dataclass(frozen=True)
class Leg:
    """One fetch on the way of a fixture, the answer to it, and the reading that this must give."""

    fetch: Fetch
    answer: FetchAnswer
    expected: Mapping[str, Any]


LoadLegs = Callable[[str, str], list[Leg]]
LoadCase = Callable[[str, str], Case]
Tell = Callable[[Reading], dict[str, Any]]


def _load(kind: str, name: str) -> Case:
    base = CARRIERS / kind / "fixtures"
    request = json.loads((base / f"{name}.request.json").read_text(encoding="utf-8"))
    received_at = datetime.fromisoformat(request["received_at"])
    path = f"/webhooks/{kind}/{request['secret']}" if PUSHED[kind].secret_in_path else f"/webhooks/{kind}"
    defaults = {option: next(iter(values), "") for option, values in PUSHED[kind].options.items()}

    def expected(ending: str) -> Mapping[str, Any]:
        file = base / f"{name}.{ending}"
        content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return content

    def answer(ending: str) -> FetchAnswer | None:
        file = base / f"{name}.{ending}"
        return FetchAnswer(200, {}, file.read_bytes(), received_at) if file.exists() else None

    return Case(
        delivery=Delivery(
            method="POST",
            path=path,
            headers=request["headers"],
            body=(base / f"{name}.json").read_bytes(),
            received_at=received_at,
            options=defaults | request.get("options", {}),
            key_set=json.dumps(request["key_set"]).encode() if "key_set" in request else b"",
        ),
        proving_headers=tuple(request["headers"].keys() - {"content-type", *request.get("unsigned", ())}),
        secret=request["secret"],
        expected=expected("expected.json"),
        answer=answer("answer.json"),
        answer_expected=expected("answer.expected.json"),
        second_answer=answer("answer2.json"),
        second_expected=expected("answer2.expected.json"),
    )


def _legs(kind: str, name: str) -> list[Leg]:
    case, source = _load(kind, name), PUSHED[kind]
    if case.answer is None:
        return []
    (fetch,) = source.parse(case.delivery).fetches
    legs = [Leg(fetch, case.answer, case.answer_expected)]
    if case.second_answer is not None:
        fetch = source.read_answer(fetch, case.answer).fetches[0]
        legs.append(Leg(fetch, case.second_answer, case.second_expected))
    return legs


@pytest.fixture
def load_case() -> LoadCase:
    return _load


@pytest.fixture
def load_legs() -> LoadLegs:
    return _legs


@pytest.fixture
def tell() -> Tell:
    """Writes a reading as the ``expected.json`` files do: empty parts are left out."""

    def event(one: LabelEvent) -> dict[str, Any]:
        occurred_at = one.occurred_at.isoformat() if one.occurred_at else None
        names = ("key", "kind", "order_ref", "carrier", "service", "tracking_number")
        return {name: getattr(one, name) for name in names} | {"occurred_at": occurred_at}

    def write(reading: Reading) -> dict[str, Any]:
        parts: dict[str, Any] = {
            "delivery_key": reading.delivery_key,
            "events": [event(one) for one in reading.events],
            "ignored": [{"reason": one.reason, "detail": one.detail} for one in reading.ignored],
            "fetches": [
                {name: getattr(one, name) for name in ("key", "host", "path", "credential", "query", "context")}
                for one in reading.fetches
            ],
        }
        return {name: part for name, part in parts.items() if part}

    return write
