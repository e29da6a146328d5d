"""No name, address, telephone or mail of anybody reaches the store's files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carriers.errors import UnreadablePayload
from carriers.model import Delivery
from carriers.standard.adapter import SOURCE
from connector.intake.labels import digest, new_delivery
from connector.intake.shape import shape_of
from connector.store.deliveries import NewDelivery
from connector.store.store import Store

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
CANARIES = ("山田", "Yamada", "090-1234", "09012345678", "taro@example.jp", "四谷一丁目")
PEOPLE = {
    "buyer": {"name": "山田 太郎", "kana": "Yamada Taro", "mail": "taro@example.jp"},
    "ship_to": {"phone": "090-1234-5678", "mobile": 9012345678, "address": "東京都新宿区四谷一丁目", "09012345678": 1},
    "山田 太郎": "Yamada",
    "taro@example.jp": ["090-1234-5678"],
}


def message(**data: object) -> bytes:
    return json.dumps({"type": "label.printed", "data": {**data, **PEOPLE}, **PEOPLE}, ensure_ascii=False).encode()


def taken(body: bytes) -> NewDelivery:
    """A message as the intake hands it over: read, or as the shape of what could not be read."""
    delivery = Delivery("POST", "/webhooks/packing-table", {"webhook-id": "msg_1"}, body, AT)
    try:
        return new_delivery("packing-table", "main", delivery, SOURCE.parse(delivery))
    except UnreadablePayload as unreadable:
        shape = shape_of(body)
        return NewDelivery(
            "packing-table", "main", digest(body), AT, outcome="unreadable", detail=unreadable.problem, shape=shape
        )


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (message(order_ref="1062428737", carrier="yamato", tracking_number="444413758703"), "accepted"),
        (message(order_ref="1062428737", carrier="yamato"), "unreadable"),
        (message(order_ref={"山田": "太郎"}, carrier="yamato", tracking_number="1"), "unreadable"),
        (message(order_ref="x" * 101 + "Yamada", carrier="yamato", tracking_number="1"), "unreadable"),
        ("山田 太郎, 090-1234-5678, taro@example.jp".encode(), "unreadable"),
        (b'{"Yamada": "09012345678"', "unreadable"),
        ("山田".encode("shift_jis"), "unreadable"),
    ],
)
async def test_none_is_in_the_files(tmp_path: Path, empty_database: bytes, body: bytes, outcome: str) -> None:
    (tmp_path / "connector.db").write_bytes(empty_database)
    store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    new = taken(body)
    assert new.outcome == outcome

    await store.record_delivery(new)

    files = contents(tmp_path)
    await store.close()
    files += contents(tmp_path)
    found = [
        canary for canary in CANARIES if canary.encode() in files or json.dumps(canary).strip('"').encode() in files
    ]
    assert found == []
    assert new.key.encode() in files
