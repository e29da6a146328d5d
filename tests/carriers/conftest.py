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
from carriers.model import Delivery, FetchAnswer, LabelEvent, Reading

CARRIERS = Path(carriers.__file__).parent


@dataclass(frozen=True)
class Case:
    """One fixture: a body on disk, the request around it, and the reading that it must give.

    ``proving_headers`` are those that the sender is known by: all but the ``unsigned`` ones of the request file.
    """

    delivery: Delivery
    proving_headers: tuple[str, ...]
    secret: str
    expected: Mapping[str, Any]
    answer: FetchAnswer | None
    answer_expected: Mapping[str, Any]


LoadCase = Callable[[str, str], Case]
Tell = Callable[[Reading], dict[str, Any]]


def _load(kind: str, name: str) -> Case:
    base = CARRIERS / kind / "fixtures"
    request = json.loads((base / f"{name}.request.json").read_text(encoding="utf-8"))
    received_at = datetime.fromisoformat(request["received_at"])
    body = (base / f"{name}.json").read_bytes()
    answer = base / f"{name}.answer.json"
    path = f"/webhooks/{kind}/{request['secret']}" if PUSHED[kind].secret_in_path else f"/webhooks/{kind}"
    defaults = {option: next(iter(values), "") for option, values in PUSHED[kind].options.items()}
    options = defaults | request.get("options", {})
    return Case(
        delivery=Delivery("POST", path, request["headers"], body, received_at, options),
        proving_headers=tuple(request["headers"].keys() - {"content-type", *request.get("unsigned", ())}),
        secret=request["secret"],
        expected=json.loads((base / f"{name}.expected.json").read_text(encoding="utf-8")),
        answer=FetchAnswer(200, {}, answer.read_bytes(), received_at) if answer.exists() else None,
        answer_expected=json.loads((base / f"{name}.answer.expected.json").read_text()) if answer.exists() else {},
    )


@pytest.fixture
def load_case() -> LoadCase:
    return _load


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
