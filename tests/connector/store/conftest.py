"""A store of every backend, and what goes into one. The contract tests speak to ``Store`` and to nothing below it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from carriers.model import Delivery, EventKind, Fetch, LabelEvent, Reading
from connector.domain.entry import Entry
from connector.domain.memory import LineMemory
from connector.domain.orders import ShippingStatus
from connector.domain.parcel import Parcel, ParcelState
from connector.domain.reasons import Reason
from connector.intake.labels import new_delivery
from connector.store.deliveries import NewDelivery
from connector.store.entries import NewEntry
from connector.store.parcels import SettledParcel
from connector.store.store import Store

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
NUMBER = "444413758703"


@dataclass(frozen=True)
class Make:
    """Makes deliveries, memories and entries. ``at`` counts minutes from a fixed moment."""

    source: str = "packing-table"
    shop: str = "main"

    def at(self, minutes: float = 0) -> datetime:
        return AT + timedelta(minutes=minutes)

    def event(
        self,
        key: str = "msg_1",
        *,
        reference: str = "1062428737",
        number: str = NUMBER,
        kind: EventKind = EventKind.PRINTED,
        minutes: float | None = 0,
        carrier: str = "yamato",
        service: str = "",
    ) -> LabelEvent:
        occurred_at = None if minutes is None else self.at(minutes)
        return LabelEvent(key, kind, reference, carrier, service, number, occurred_at)

    def delivery(self, *events: LabelEvent, key: str = "", minutes: float = 0) -> NewDelivery:
        """A delivery that came so many minutes after the moment."""
        request = Delivery("POST", f"/webhooks/{self.source}", {}, b"", self.at(minutes))
        return new_delivery(self.source, self.shop, request, Reading(key or events[0].key, events))

    def fetching(self, key: str = "evt_1", minutes: float = 0) -> NewDelivery:
        fetch = Fetch(key, "api.easypost.com", f"/v2/shipments/{key}", "api_key", {"q": "1"}, {"kind": "printed"})
        request = Delivery("POST", f"/webhooks/{self.source}", {}, b"", self.at(minutes))
        return new_delivery(self.source, self.shop, request, Reading(key, fetches=(fetch,)))

    def line(self, order_no: str = "1062428737", pack_no: str = "300123456", *, listed: bool = True) -> LineMemory:
        return LineMemory(self.shop, order_no, pack_no, (order_no,), listed=listed, status=ShippingStatus.REQUESTED)

    def entries(self, parcel: Parcel, *order_nos: str, minutes: float = 0) -> SettledParcel:
        """The parcel resolved to these lines."""
        new = tuple(
            NewEntry(
                shop=self.shop,
                order_no=order_no,
                pack_no="300123456",
                parcel_id=parcel.id,
                source=parcel.source,
                tracking_no=parcel.key.tracking_number,
                overdue_from=None,
                heard_at=self.at(minutes),
                at=self.at(minutes),
            )
            for order_no in order_nos
        )
        return SettledParcel(parcel, ParcelState.RESOLVED, Reason.OPEN, self.at(minutes), entries=new)

    async def entered(self, store: Store, *order_nos: str, number: str = NUMBER, key: str = "msg_1") -> list[Entry]:
        """Waiting entries of one new parcel for these lines."""
        await store.record_delivery(self.delivery(self.event(key, number=number, reference=order_nos[0])))
        (parcel,) = await store.due_parcels(self.shop, self.at())
        await store.settle_parcels([self.entries(parcel, *order_nos)])
        entries = await store.entries_of_numbers(self.shop, [number])
        return [entry for entry in entries if entry.order_no in order_nos]


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture(params=["sqlite"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, empty_database: bytes) -> str:
    """An address of an empty store of each backend."""
    assert request.param == "sqlite"
    (tmp_path / "connector.db").write_bytes(empty_database)
    return f"sqlite:///{tmp_path}/connector.db"


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(store_url)
    yield opened
    await opened.close()


@pytest.fixture
def plans(store: Store, store_url: str) -> Any:
    """The plan of every statement since: {statement: its steps}."""
    seen: dict[str, Any] = {}

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: object
    ) -> None:
        seen[statement] = parameters[0] if many else parameters

    for engine in (store._reading, store._writing):
        event.listen(engine.sync_engine, "before_cursor_execute", note)

    def explained() -> dict[str, list[str]]:
        with sqlite3.connect(Path(store_url.removeprefix("sqlite:///"))) as connection:
            found = {
                statement: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                for statement, parameters in seen.items()
                if not statement.startswith("BEGIN")
            }
        connection.close()
        return found

    return explained
