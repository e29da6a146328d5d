"""Stand-ins for the vendors that are polled: they page, limit, fail, and know which tokens are valid."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web

from carriers import POLLED
from carriers.kinds import PollSetup
from connector.intake.pollers import PolledSource, Poller
from connector.metrics import Metrics
from connector.store.store import Store
from connector.tokens import TokenBox

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KEY = "bWFkZS11cC1rZXktZm9yLXRlc3RzLTMyLWJ5dGVzISE="
OTHER_KEY = "YW5vdGhlci1tYWRlLXVwLWtleS1vZi0zMi1ieXRlcyE="
SETUPS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "shipandco": ({"token": "first-token"}, {"reread_days": "7"}),
    "openlogi": ({"token": "first-token"}, {"reference": "order_no"}),
    "logiless": (
        {"client_id": "made-up-id", "client_secret": "made-up-client-secret", "refresh_token": "refresh-token-0"},
        {"merchant_id": "123", "store": ""},
    ),
    "nextengine": (
        {"access_token": "access-token-0", "refresh_token": "refresh-token-0"},
        {"shop_id": "3", "number_separator": ""},
    ),
}


class Clock:
    """A clock that only moves when somebody pauses."""

    def __init__(self) -> None:
        self.now = START
        self.pauses: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Asked:
    """One request as the vendor saw it, and when."""

    at: datetime
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


Fault = Callable[[], web.Response]


@dataclass
class Vendor:
    """What all stand-ins share. ``faults`` answer instead of the vendor, each once; ``None`` lets a request pass."""

    clock: Clock
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode()))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(self.clock(), request.method, request.path, dict(request.query), headers, form)
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        return fault() if fault else self.answer(asked)

    def answer(self, asked: Asked) -> web.Response:
        raise NotImplementedError

    def add(self, number: int) -> None:
        raise NotImplementedError


def tracking_number(number: int) -> str:
    body = f"{44441370000 + number:011d}"
    return f"{body}{int(body) % 7}"


def order_no(number: int) -> str:
    return f"{1062400000 + number}"


class ShipAndCo(Vendor):
    def add(self, number: int) -> None:
        self.rows.append(
            {
                "id": f"API-{number:08d}",
                "state": "active",
                "created_at": self.clock().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "setup": {"ref_number": order_no(number)},
                "delivery": {
                    "carrier": "yamato",
                    "method": "yamato_regular",
                    "tracking_numbers": [tracking_number(number)],
                },
            }
        )

    def answer(self, asked: Asked) -> web.Response:
        if asked.headers.get("x-access-token") != "first-token":
            return web.json_response({"code": "UNAUTHORIZED"}, status=401)
        query = asked.query
        assert (query["scope"], query["state"]) == ("all", "any")
        found = [row for row in self.rows if row["created_at"] > query["created_after"]]
        size, page = int(query["limit"]), int(query["page"])
        return web.json_response(found[(page - 1) * size : page * size])


class OpenLogi(Vendor):
    def add(self, number: int) -> None:
        self.rows.append(
            {
                "id": f"TS001-S{number:06d}",
                "order_no": order_no(number),
                "status": "shipped",
                "shipped_at": self.clock().isoformat(),
                "delivery_service": "YAMATO-TAKKYUBIN",
                "tracking_codes": [tracking_number(number)],
            }
        )

    def answer(self, asked: Asked) -> web.Response:
        if asked.headers.get("authorization") != "Bearer first-token" or asked.headers["x-api-version"] != "1.5":
            return web.json_response({"error": "unauthorized"}, status=401)
        *_, year, month, day = asked.path.split("/")
        japan = timedelta(hours=9)
        found = [
            row
            for row in self.rows
            if (datetime.fromisoformat(row["shipped_at"]) + japan).strftime("%Y/%m/%d") == f"{year}/{month}/{day}"
        ]
        return web.json_response({"shipments": found})


class Logiless(Vendor):
    """Renewing makes the former tokens invalid."""

    generation = 0
    lives_s = 2_592_000

    def add(self, number: int) -> None:
        self.rows.append(
            {
                "id": number,
                "document_status": "WaitingForShipment",
                "delivery_status": "Working",
                "delivery_method": "yamato",
                "delivery_tracking_numbers": [tracking_number(number)],
                "updated_at": japan_time(self.clock()),
                "lines": [{"origin": {"code": order_no(number)}}],
            }
        )

    def answer(self, asked: Asked) -> web.Response:
        if asked.path == "/oauth2/token":
            if asked.query["refresh_token"] != f"refresh-token-{self.generation}":
                return web.json_response({"error": "invalid_grant"}, status=400)
            self.generation += 1
            return web.json_response(self.tokens() | {"expires_in": self.lives_s, "token_type": "bearer"})
        if asked.headers.get("authorization") != f"Bearer access-token-{self.generation}":
            return web.json_response({"error": "invalid_token"}, status=401)
        found = [row for row in self.rows if row["updated_at"] >= asked.query["updated_at_from"]]
        size, page = int(asked.query["limit"]), int(asked.query["page"])
        return web.json_response({"data": found[(page - 1) * size : page * size], "current_page": page})

    def tokens(self) -> dict[str, str]:
        names = ("access_token", "refresh_token")
        return {name: f"{name.replace('_', '-')}-{self.generation}" for name in names}


class NextEngine(Logiless):
    """Every answer, an error too, has new tokens and makes the former ones invalid."""

    def add(self, number: int) -> None:
        self.rows.append(slip(number, self.clock()))

    def answer(self, asked: Asked) -> web.Response:
        if {name: asked.form[name] for name in ("access_token", "refresh_token")} != self.tokens():
            return web.json_response({"result": "error", "code": "002002", "message": "made up"})
        self.generation += 1
        form = asked.form
        if "receive_order_include_to_order_id-in" in form:
            wanted = form["receive_order_include_to_order_id-in"].split(",")
            found = [row for row in self.rows if row["receive_order_include_to_order_id"] in wanted]
        else:
            since = form["receive_order_last_modified_date-gte"]
            found = [row for row in self.rows if row["receive_order_last_modified_date"] >= since]
        offset, size = int(form["offset"]), int(form["limit"])
        data = [{name: row[name] for name in form["fields"].split(",")} for row in found[offset : offset + size]]
        return web.json_response({"result": "success", "count": str(len(data)), "data": data, **self.tokens()})

    def error(self) -> web.Response:
        """An error that carries the only valid tokens."""
        self.generation += 1
        return web.json_response({"result": "error", "code": "003001", "message": "made up", **self.tokens()})


def japan_time(time: datetime) -> str:
    return (time + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")


def slip(number: int, changed_at: datetime, **changes: str) -> dict[str, Any]:
    """A 受注伝票, with a buyer that nobody asks for."""
    return {
        "receive_order_id": str(number),
        "receive_order_shop_cut_form_id": order_no(number),
        "receive_order_delivery_cut_form_id": tracking_number(number),
        "receive_order_delivery_id": "20",
        "receive_order_delivery_name": "ヤマト(発払い)B2v6",
        "receive_order_send_date": None,
        "receive_order_cancel_type_id": "0",
        "receive_order_deleted_flag": "0",
        "receive_order_include_to_order_id": None,
        "receive_order_last_modified_date": japan_time(changed_at),
        "receive_order_purchaser_name": "見本 太郎",
        **{f"receive_order_{name}": value for name, value in changes.items()},
    }


VENDORS: Mapping[str, type[Vendor]] = {
    "shipandco": ShipAndCo,
    "openlogi": OpenLogi,
    "logiless": Logiless,
    "nextengine": NextEngine,
}


@dataclass
class Bench:
    """One vendor, one store, and pollers between them."""

    kind: str
    vendor: Vendor
    clock: Clock
    store: Store
    session: aiohttp.ClientSession
    url: str
    database: Path
    metrics: Metrics = field(default_factory=Metrics)

    async def poller(self, *, key: str = KEY, store: Store | None = None, url: str = "", **credentials: str) -> Poller:
        """A poller as after a start of the program."""
        given, options = SETUPS[self.kind]
        setup = PollSetup({**given, **credentials}, options)
        kind = POLLED[self.kind]
        source = PolledSource("tool", "main", kind, setup, kind.every_s, url or self.url)
        poller = Poller(
            source,
            store or self.store,
            self.session,
            clock=self.clock,
            box=TokenBox(key),
            metrics=self.metrics,
            pause=self.clock.pause,
            spread=lambda: 1.0,
        )
        await poller.recall()
        return poller

    async def next_round(self, poller: Poller) -> None:
        """Lets the time pass that is to pass, then polls."""
        (row,) = await self.store.poll_rows()
        assert row.next_at is not None
        self.clock.now = max(self.clock.now, row.next_at)
        await poller.round()

    def told(self) -> list[tuple[str, str, str]]:
        """Every label event in the store: kind, order reference, tracking number."""
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute("SELECT kind, order_ref, tracking_number FROM label_event ORDER BY id")
            return [tuple(row) for row in rows]

    def on_disk(self) -> bytes:
        """Every byte of the database and of what lies beside it."""
        return b"".join(path.read_bytes() for path in sorted(self.database.parent.iterdir()) if path.is_file())


MakeBench = Callable[[str], Any]


@pytest.fixture
async def make_bench(tmp_path: Path, stand_in: Callable[..., Any]) -> AsyncIterator[MakeBench]:
    closing: list[Callable[[], Any]] = []

    async def make(kind: str) -> Bench:
        clock = Clock()
        vendor, url = await stand_in(kind, clock)
        session = aiohttp.ClientSession()
        closing.append(session.close)
        database = tmp_path / "connector.db"
        store = await Store.open(f"sqlite:///{database}")
        closing.append(store.close)
        return Bench(kind, vendor, clock, store, session, url, database)

    yield make
    for close in reversed(closing):
        await close()


@pytest.fixture
def setups() -> Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]:
    """Credentials and options of every kind, as its stand-in expects them."""
    return SETUPS


@pytest.fixture
async def stand_in() -> AsyncIterator[Callable[..., Any]]:
    """Starts the stand-in of a kind; gives it and its address."""
    runners: list[web.AppRunner] = []

    async def start(kind: str, clock: Any) -> tuple[Vendor, str]:
        vendor = VENDORS[kind](clock)
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", vendor.handle)
        runners.append(runner := web.AppRunner(app))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return vendor, f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def in_clear() -> Callable[[bytes], list[str]]:
    """Which tokens and secrets stand in these bytes as they are."""

    def find(content: bytes) -> list[str]:
        secrets = ["made-up-client-secret", "first-token", KEY]
        secrets += [f"{name}-token-{number}" for name in ("access", "refresh") for number in range(40)]
        return [secret for secret in secrets if secret.encode() in content or json.dumps(secret).encode() in content]

    return find
