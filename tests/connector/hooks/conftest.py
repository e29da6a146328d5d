"""A warehouse's system that takes messages, as well as the test wants it to, and a store to tell it of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from carriers.model import Delivery, EventKind, LabelEvent, Reading
from carriers.signatures import verify_standard_webhook
from connector.domain.entry import Entry, EntryState
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.intake.labels import new_delivery
from connector.store.entries import NewEntry, SettledEntry
from connector.store.parcels import SettledParcel
from connector.store.store import Store

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Behave = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = AT

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Warehouse:
    """Takes messages. ``behave`` decides how it answers; ``taken`` are the bodies that it said yes to, in order."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    behave: Behave | None = None
    url: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        verify_standard_webhook(headers, body, self.now(), [SECRET])
        message = json.loads(body)
        async with self.news:
            self.asked.append(headers["webhook-id"])
            self.news.notify_all()
        response: web.StreamResponse = web.Response(status=204)
        if self.behave is not None:
            response = await self.behave(request, message)
        if response.status < 300:
            self.taken.append(message)
        async with self.news:
            self.news.notify_all()
        return response

    async def until(self, holds: Callable[[], object]) -> None:
        """Waits for something that a message brings about."""
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(holds)

    def answer(self, status: int, **headers: str) -> None:
        """From now on answers so."""

        async def so(_request: web.Request, _message: dict[str, Any]) -> web.Response:
            return web.Response(status=status, headers=headers)

        self.behave = so


@asynccontextmanager
async def open_warehouse(port: int = 0) -> AsyncIterator[Warehouse]:
    """A warehouse that listens."""
    warehouse = Warehouse()
    app = web.Application()
    app.router.add_post("/hooks", warehouse.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    warehouse.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    try:
        yield warehouse
    finally:
        await runner.cleanup()


@pytest.fixture
async def warehouse() -> AsyncIterator[Warehouse]:
    async with open_warehouse() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def entries_for(store: Store, count: int, at: datetime, first: int = 0) -> list[Entry]:
    """Waiting entries of one new parcel each, for lines with the numbers 1000000000 and on."""
    numbers = [f"{4444137587 + first + index}" for index in range(count)]
    events = tuple(
        LabelEvent(number, EventKind.PRINTED, f"{1000000000 + first + index}", "yamato", "", number, at)
        for index, number in enumerate(numbers)
    )
    request = Delivery("POST", "/webhooks/table", {}, b"", at)
    await store.record_delivery(new_delivery("table", "main", request, Reading(f"d{first}", events)))
    settled = []
    for parcel in await store.due_parcels("main", at):
        new = NewEntry(
            shop="main",
            order_no=parcel.key.order_ref,
            pack_no="300123456",
            parcel_id=parcel.id,
            source="table",
            tracking_no=parcel.key.tracking_number,
            overdue_from=None,
            heard_at=at,
            at=at,
        )
        settled.append(SettledParcel(parcel, ParcelState.RESOLVED, Reason.OPEN, at, entries=(new,)))
    await store.settle_parcels(settled)
    return await store.entries_of_numbers("main", numbers)


def confirmed(entry: Entry, at: datetime) -> SettledEntry:
    """Qoo10 shows its number."""
    return SettledEntry(entry, EntryState.CONFIRMED, Reason.SHOWN, at, accepted_at=at, confirmed_at=at)
