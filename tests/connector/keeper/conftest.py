"""One shop's keeper against the sandbox, both on a clock that only the test moves."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from carriers.model import EventKind, LabelEvent
from connector.domain.entry import Entry, EntryState
from connector.domain.parcel import ParcelKey, times_of
from connector.domain.reasons import Reason
from connector.keeper.claims import ClaimsWatch
from connector.keeper.entries import EntryDesk
from connector.keeper.keeper import Keeper, OrdersWatch
from connector.keeper.lines import Lines
from connector.keeper.parcels import ParcelDesk
from connector.metrics import Metrics
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import CredentialError, LaterError
from connector.qoo10.keys import ConfiguredKey, IssuedKey, KeyHolder, Login
from connector.qoo10.limits import CallLimiter
from connector.qoo10.transport import CallRecord, Timeouts, Transport
from connector.sandbox import Effect, Fault, FaultKind, Market, Sandbox
from connector.sandbox.records import NewLine
from connector.settings import ShopSettings, SourceSettings
from connector.store import schema
from connector.store.deliveries import NewDelivery, NewLabel
from connector.store.store import Store

SHOP = "main"
SOURCE = "packing-table"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SETTLED = (EntryState.CONFIRMED, EntryState.DROPPED, EntryState.HELD, EntryState.CONFLICT, EntryState.REFUSED)
WRITES = ("ShippingBasic.SetSendingInfo", "ShippingBasic.SetSendingInfoBulk")


class Clock:
    """A clock that stands still until it is moved. It starts on 2026-11-24, 12:00 in Japan."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        self._agenda: list[tuple[datetime, Callable[[], None]]] = []

    def __call__(self) -> datetime:
        return self.time

    def at(self, when: datetime, happens: Callable[[], None]) -> None:
        """Let something happen while the clock moves past this moment, whoever moves it."""
        self._agenda.append((when, happens))
        self._agenda.sort(key=lambda planned: planned[0])

    def move_to(self, when: datetime) -> None:
        """Move on to this moment; never back."""
        while self._agenda and self._agenda[0][0] <= when:
            self.time, happens = self._agenda.pop(0)
            happens()
        self.time = max(self.time, when)

    def forward(self, **by: float) -> None:
        self.move_to(self.time + timedelta(**by))

    async def pause(self, seconds: float) -> None:
        """Stand in for every sleep."""
        self.forward(seconds=seconds)
        await asyncio.sleep(0)


def number(index: int) -> str:
    """A Yamato number that passes its check digit."""
    stem = 44441375000 + index
    return f"{stem}{stem % 7}"


@dataclass
class Rig:
    """A keeper, its store and its market. ``enter`` is the whole way of a label; ``work`` turns until all is done."""

    clock: Clock
    sandbox: Sandbox
    store: Store
    session: aiohttp.ClientSession
    shop_settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=lambda: {SOURCE: {}})
    records: list[CallRecord] = field(default_factory=list)
    keys: KeyHolder | None = None
    calls_per_second: int = 1000
    timeout_s: float = 20
    _labels: int = 0
    _failed: bool = False

    def __post_init__(self) -> None:
        self.start()

    @property
    def market(self) -> Market:
        return self.sandbox.market

    def start(self) -> None:
        """Build the keeper, as a start of the program does: what was in memory only is gone."""
        shop = ShopSettings(qapi_url=self.sandbox.base_url, seller_auth_key=SecretStr("unused"), **self.shop_settings)
        sources = {
            name: SourceSettings(kind="standard", shop=SHOP, secrets=(SecretStr(SECRET),), **given)
            for name, given in self.sources.items()
        }
        self.transport = Transport(
            session=self.session,
            base_url=self.sandbox.base_url,
            limiter=CallLimiter(self.calls_per_second, lambda: self.clock().timestamp(), self.clock.pause),
            on_call=self.records.append,
            timeouts=Timeouts(connect_s=20, total_s=self.timeout_s),
            sleep=self.clock.pause,
        )
        client = QapiClient(self.transport, self.keys or ConfiguredKey(lambda: self.sandbox.key_of(SHOP)))
        self.metrics = Metrics()
        self.lines = Lines(SHOP, self.store, client, self.clock)
        self.desk = EntryDesk(
            SHOP,
            shop,
            sources,
            store=self.store,
            client=client,
            lines=self.lines,
            clock=self.clock,
            metrics=self.metrics,
        )
        self.keeper = Keeper(
            SHOP,
            store=self.store,
            client=client,
            lines=self.lines,
            parcels=ParcelDesk(SHOP, self.store, self.lines, sources),
            entries=self.desk,
            clock=self.clock,
            metrics=self.metrics,
        )
        self.orders_watch = OrdersWatch(SHOP, self.keeper, self.lines, 300)
        self.claims_watch = ClaimsWatch(
            SHOP,
            self.keeper,
            store=self.store,
            client=client,
            lines=self.lines,
            clock=self.clock,
            every_s=30,
            calls_per_second=self.calls_per_second,
        )

    def configure(self, shop: dict[str, Any] | None = None, **sources: dict[str, Any]) -> None:
        """Start again with these settings; a source that is not named keeps its own."""
        self.shop_settings = shop or self.shop_settings
        self.sources = {**self.sources, **{name.replace("_", "-"): given for name, given in sources.items()}}
        self.start()

    def with_login(self) -> None:
        """Use a key that is issued from the shop's login."""
        login = self.market.shop(SHOP)
        self.keys = IssuedKey(
            Login(login.api_key, login.user_id, login.password),
            self.transport,
            self.clock,
            clock=lambda: self.clock().timestamp(),
        )
        self.start()

    async def hear(
        self,
        order_ref: str,
        tracking_no: str = "",
        *,
        kind: EventKind = EventKind.PRINTED,
        carrier: str = "yamato",
        service: str = "takkyubin",
        at: datetime | None = None,
        source: str = SOURCE,
    ) -> str:
        """A label message is committed; gives its tracking number."""
        self._labels += 1
        tracking_no = tracking_no or number(self._labels)
        event = LabelEvent(
            key=f"msg_{self._labels}",
            kind=kind,
            order_ref=order_ref,
            carrier=carrier,
            service=service,
            tracking_number=tracking_no,
            occurred_at=at,
        )
        now = self.clock()
        label = NewLabel(event, ParcelKey(SHOP, order_ref, tracking_no), times_of(event, now))
        await self.store.record_delivery(NewDelivery(source, SHOP, event.key, now, (label,)))
        return tracking_no

    async def turn(self) -> bool:
        """One turn as the running keeper takes it, with the longest pause after a failure. Whether there was work."""
        try:
            busy = await self.keeper.turn()
        except (CredentialError, LaterError):
            self._failed = True
            self.clock.forward(seconds=5)
            return True
        if self._failed:
            self._failed = False
            self.keeper._failures = 1
            await self.keeper._recovered()
        return busy

    async def work(self, *, within: timedelta = timedelta(hours=1)) -> None:
        """Turn, and move the clock to whatever is due next, until nothing is in work or the time is over."""
        end = self.clock() + within
        for _ in range(400):
            if await self.turn():
                if await self._all_settled():
                    return
                self.clock.forward(milliseconds=10)
                continue
            due_at = await self.store.next_due_at(SHOP)
            if due_at is None or due_at > end:
                return
            self.clock.move_to(due_at)
        pytest.fail("the keeper never comes to rest")

    async def wait(self, **by: float) -> None:
        """Let this much time pass, with every turn that falls due in it."""
        end = self.clock() + timedelta(**by)
        for _ in range(2000):
            if await self.turn():
                self.clock.forward(milliseconds=1)
                continue
            due_at = await self.store.next_due_at(SHOP)
            if due_at is None or due_at > end:
                self.clock.move_to(end)
                return
            self.clock.move_to(due_at)
        pytest.fail("the keeper never comes to rest")

    async def run(self, meanwhile: Callable[[], None] | None = None, **by: float) -> None:
        """The keeper's own loop for this much time: its waits move the clock instead of sleeping.

        ``meanwhile`` happens when half of the time is over.
        """
        start = self.clock()
        end = start + timedelta(**by)
        events = [meanwhile] if meanwhile else []
        keeper = self.keeper

        async def wait(pause: timedelta, *, wakeable: bool) -> None:
            await asyncio.sleep(0)
            if wakeable and self.store.wake(SHOP).is_set():
                return
            self.clock.move_to(self.clock() + min(pause, max(end - self.clock(), timedelta())))
            if events and self.clock() >= start + timedelta(**by) / 2:
                events.pop()()
            if self.clock() >= end:
                keeper._closing.set()

        keeper._wait = wait  # type: ignore[method-assign]
        keeper._closing.clear()
        await keeper.run()

    async def enter(self, order_ref: str, tracking_no: str = "", **label: Any) -> Entry:
        """Hear of a label, work until it is settled, give its one entry."""
        heard = await self.hear(order_ref, tracking_no, **label)
        await self.work()
        (entry,) = [entry for entry in await self.entries() if entry.tracking_no == heard]
        return entry

    async def entries(self) -> list[Entry]:
        return sorted((row.entry for row in await self.store.entry_rows(2000)), key=lambda entry: entry.id)

    async def ends(self) -> list[tuple[str, EntryState, Reason]]:
        """Every entry's order number, state and reason."""
        return [(entry.order_no, entry.state, entry.reason) for entry in await self.entries()]

    async def rows(self, table: str) -> list[Any]:
        """The rows of a table, as they are."""
        chosen = getattr(schema, table)
        async with self.store._reader() as connection:
            return list(await connection.execute(select(chosen).order_by(*chosen.primary_key.columns)))

    async def conflicts(self) -> list[tuple[str, str, str]]:
        """Order number, kind and outcome (empty while it is open) of every conflict."""
        return [(row.order_no, row.kind, row.outcome) for row in await self.rows("conflict")]

    async def _all_settled(self) -> bool:
        states = {row.state for row in await self.rows("entry")}
        return states <= set(SETTLED) and all(row.due_at is None for row in await self.rows("parcel"))

    def cart(self, *lines: NewLine, **given: Any) -> list[str]:
        """A cart of these lines (one plain line when none is named); gives their order numbers."""
        return [line.order_no for line in self.market.add_cart(*lines, **given)]

    def stands(self, order_no: str) -> str:
        """The number that really stands on the line."""
        return self.market.line(order_no).shipping.tracking_no

    def ours(self, order_no: str) -> list[str]:
        """The numbers of the successful writes that the product made on the line."""
        return [write.tracking_no for write in self.market.line(order_no).applied_writes if write.by in WRITES]

    def fault(self, kind: FaultKind, **how: Any) -> None:
        if kind is FaultKind.HANG:
            self.timeout_s = 1  # the only wait here that is real
            self.start()
        self.market.faults.add(Fault(fault=kind, **how))

    def writes(self) -> list[str]:
        """The order numbers of every write that went out, in their order; a bulk call counts as its JSON."""
        return [
            call.params.get("OrderNo") or call.params["ShippingInfoJson"]
            for call in self.market.calls.since()
            if call.method in WRITES
        ]

    def calls(self) -> Counter[str]:
        return Counter(call.method.partition(".")[2] for call in self.market.calls.since())

    def assert_safe(self) -> None:
        """What must hold whatever happened: one successful write a line, nothing overwritten, nothing cancelled.

        The same number may be written again where the first answer was lost: Qoo10 does nothing then.
        """
        for line in self.market.lines.values():
            made = [
                write for write in line.applied_writes if write.by in WRITES and write.effect is not Effect.REPEATED
            ]
            assert len(made) <= 1, (line.order_no, made)
            assert all(write.effect is not Effect.OVERWRITTEN for write in made)
        assert self.market.seller_cancels == []
        assert self.market.calls.to("Claim.SetCancelProcess") == []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was opened once: copying it is quicker than migrating it anew for every test."""
    path = tmp_path_factory.mktemp("store") / "connector.db"

    async def make() -> None:
        async with opened(f"sqlite:///{path}"):
            pass

    asyncio.run(make())
    return path


@pytest.fixture
def latency() -> Callable[[float], Awaitable[object]]:
    """How the sandbox waits, given seconds."""
    return asyncio.sleep


@pytest.fixture
async def rig(
    tmp_path: Path, empty_store: Path, clock: Clock, latency: Callable[[float], Awaitable[object]]
) -> AsyncIterator[Rig]:
    """The rig. What must hold whatever happens is checked at the end of every test."""
    path = Path(shutil.copy(empty_store, tmp_path))
    async with (
        Sandbox(now=clock, sleep=latency) as sandbox,
        aiohttp.ClientSession() as session,
        opened(f"sqlite:///{path}") as store,
    ):
        running = Rig(clock, sandbox, store, session)
        yield running
        running.assert_safe()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url)
    try:
        yield store
    finally:
        await store.close()
