"""The store behind one interface. Its words are the domain's; what runs underneath is nobody's business."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Self

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from connector.domain.acts import Act, checked
from connector.domain.conflict import Fact
from connector.domain.entry import Entry
from connector.domain.inquiries import KeptInquiry
from connector.domain.memory import LineMemory
from connector.domain.messages import BuyerMessage
from connector.domain.parcel import Parcel
from connector.store import (
    acts,
    again,
    alerts,
    api_tokens,
    conflicts,
    deliveries,
    entries,
    entry_acts,
    fetches,
    history,
    hook_deliveries,
    inquiries,
    messages,
    orders,
    parcels,
    polls,
    scans,
    sessions,
    shops,
    users,
)
from connector.store.alerts import AlertBook
from connector.store.api_tokens import TokenBook
from connector.store.changes import Changes, Topic
from connector.store.deeds import DeedBook
from connector.store.deliveries import NewDelivery, Receipt
from connector.store.depths import DepthBook
from connector.store.entries import Requeue, SettledEntry, Writing
from connector.store.entry_acts import EntryActs
from connector.store.entry_in_full import EntryFiles
from connector.store.errors import StoreUnavailable
from connector.store.fetches import DueFetch, SettledFetch
from connector.store.history import Step
from connector.store.hooks import HookBook
from connector.store.inquiries import InquiryLook
from connector.store.keeping import KeepingBook
from connector.store.kept_answers import AnswerBook
from connector.store.migrate import upgrade
from connector.store.now import NowBook
from connector.store.parcels import SettledParcel
from connector.store.polls import PollRow, SettledPoll
from connector.store.read_by_people import ReadByPeople
from connector.store.scans import ScanBook
from connector.store.search import EntrySearch
from connector.store.sessions import SessionBook
from connector.store.shops import ShopRow
from connector.store.source_log import SourceLog
from connector.store.source_secrets import SecretBook
from connector.store.sqlite import (
    FileLock,
    OpenedFile,
    database_path,
    given_up_are_closed,
    reading_engine,
    require_openable,
    require_version,
    writing_engine,
)
from connector.store.traces import TraceBook
from connector.store.users import UserBook
from connector.store.writer import Work, Writer

FETCHES = "*fetches*"
"""The wake of whoever makes fetches; no shop can have this name."""

MOST_AT_ONCE = 500
"""How much the keeper takes in hand at once: as many rows as one bulk call may carry."""

TOPICS: Mapping[Work, frozenset[Topic]] = {
    deliveries.record_deliveries: frozenset({Topic.LABELS}),
    fetches.settle_fetches: frozenset({Topic.LABELS}),
    polls.settle_polls: frozenset({Topic.LABELS}),
    scans.record_scans: frozenset({Topic.LABELS}),
    parcels.settle_parcels: frozenset({Topic.LABELS, Topic.ENTRIES}),
    orders.remember_lines: frozenset({Topic.ENTRIES, Topic.CONFLICTS}),
    entries.begin_writing: frozenset({Topic.ENTRIES}),
    entries.settle_entries: frozenset({Topic.ENTRIES, Topic.CONFLICTS}),
    entry_acts.act_on_entries: frozenset({Topic.LABELS, Topic.ENTRIES}),
    entry_acts.act_on_labels: frozenset({Topic.LABELS, Topic.ENTRIES}),
    acts.act_on: frozenset({Topic.ENTRIES, Topic.CONFLICTS}),
    conflicts.add_facts: frozenset({Topic.CONFLICTS}),
    messages.begin_messages: frozenset({Topic.CONFLICTS}),
    messages.settle_messages: frozenset({Topic.CONFLICTS}),
    alerts.record_alerts: frozenset({Topic.ALERTS}),
    alerts.acknowledge_alerts: frozenset({Topic.ALERTS}),
    alerts.settle_alert_messages: frozenset({Topic.ALERTS}),
    users.add_users: frozenset({Topic.PEOPLE}),
    users.add_first_users: frozenset({Topic.PEOPLE}),
    users.change_users: frozenset({Topic.PEOPLE}),
    users.set_passwords: frozenset({Topic.PEOPLE}),
    sessions.begin_sessions: frozenset({Topic.PEOPLE}),
    sessions.end_sessions: frozenset({Topic.PEOPLE}),
    api_tokens.add_tokens: frozenset({Topic.PEOPLE}),
    api_tokens.withdraw_tokens: frozenset({Topic.PEOPLE}),
    hook_deliveries.make_hooks: frozenset({Topic.WEBHOOKS}),
    hook_deliveries.settle_hooks: frozenset({Topic.WEBHOOKS}),
    hook_deliveries.record_tests: frozenset({Topic.WEBHOOKS}),
    hook_deliveries.redeliver_hooks: frozenset({Topic.WEBHOOKS}),
}
"""What each work is about; one that is not named here changes nothing that a page shows."""


class Store(ReadByPeople):
    """Opened once by the process that owns it. Every write is durable when its call returns."""

    def __init__(
        self,
        lock: FileLock,
        opened: OpenedFile,
        writing: AsyncEngine,
        reading: AsyncEngine,
        took: Callable[[float], None],
    ) -> None:
        super().__init__(reading)
        self._lock = lock
        self._opened = opened
        self._writing = writing
        self.changes = Changes()
        self._writer = Writer(writing, opened.require_in_place, self._tell, took)
        self._wakes: dict[str, asyncio.Event] = {}
        self.scans = ScanBook(self._writer.submit, self._reader, self.wake)
        self.entry_acts = EntryActs(self._writer.submit, self._reader, self.wake)
        self.entry_files = EntryFiles(self._writer.submit, self._reader)
        self.search = EntrySearch(self._writer.submit, self._reader)
        self.now = NowBook(self._writer.submit, self._reader)
        self.alerts = AlertBook(self._writer.submit, self._reader)
        self.users = UserBook(self._writer.submit, self._reader)
        self.sessions = SessionBook(self._writer.submit, self._reader)
        self.tokens = TokenBook(self._writer.submit, self._reader)
        self.source_secrets = SecretBook(self._writer.submit, self._reader)
        self.source_log = SourceLog(self._writer.submit, self._reader)
        self.deeds = DeedBook(self._writer.submit, self._reader)
        self.answers = AnswerBook(self._writer.submit, self._reader)
        self.keeping = KeepingBook(self._writer.submit, self._reader)
        self.hooks = HookBook(self._writer.submit, self._reader)
        self.traces = TraceBook(self._writer.submit, self._reader)
        self.depths = DepthBook(self._writer.submit, self._reader, lambda: self._writer.waiting)

    @classmethod
    async def open(cls, url: str, took: Callable[[float], None] = lambda _seconds: None) -> Self:
        """Takes the lock, opens the database, brings its schema up to date. ``took`` is told how long commits take.

        Raises:
            StoreInUse: another process works on it.
            StoreUnavailable: it cannot be opened, or was written by a newer version.
        """
        require_version()
        path = database_path(url)
        lock = FileLock(path)
        lock.acquire()
        writing = writing_engine(path)
        try:
            require_openable(path)
            async with writing.begin() as connection:
                await connection.run_sync(upgrade)
        except BaseException as error:
            await writing.dispose()
            await given_up_are_closed()
            lock.release()
            if isinstance(error, DBAPIError):
                raise StoreUnavailable(f"{path} cannot be used: {error.orig}") from error
            raise
        store = cls(lock, OpenedFile(path), writing, reading_engine(path), took)
        store._writer.start()
        return store

    async def close(self) -> None:
        """Commits what waits and lets go. Readers go first: the last connection to close checkpoints."""
        await self._writer.close()
        await self._reading.dispose()
        await given_up_are_closed()
        await self._writing.dispose()
        self._lock.release()

    # What wakes a keeper, and pages

    def _tell(self, works: Collection[Work]) -> None:
        self.changes.tell({topic for work in works for topic in TOPICS.get(work, ())})

    def wake(self, shop: str) -> asyncio.Event:
        """Set whenever something new was committed for the shop; whoever waits on it clears it."""
        return self._wakes.setdefault(shop, asyncio.Event())

    # What the intake keeps

    async def record_delivery(self, new: NewDelivery) -> Receipt:
        """Keeps a delivery with all that it says; returns after the full sync.

        Raises:
            StoreUnavailable: nothing was kept.
        """
        receipt: Receipt = await self._writer.submit(deliveries.record_deliveries, new)
        # Also for a repeat: the first commit may have reported an error although it was kept.
        if new.labels or new.fetches:
            self.wake(new.shop).set()
            if new.fetches:
                self.wake(FETCHES).set()
        return receipt

    async def knows_delivery(self, source: str, key: str) -> bool:
        """Whether a delivery with this key was kept before."""
        async with self._reader() as connection:
            return await deliveries.knows(connection, source, key)

    async def due_fetches(self, now: datetime) -> list[DueFetch]:
        """Fetches to make now."""
        async with self._reader() as connection:
            return await fetches.due_fetches(connection, now, MOST_AT_ONCE)

    async def next_fetch_at(self) -> datetime | None:
        """When the next fetch is due."""
        async with self._reader() as connection:
            return await fetches.next_due_at(connection)

    async def settle_fetch(self, settled: SettledFetch) -> None:
        """Keeps what came of a fetch, and in the same commit the label events that it brought."""
        await self._writer.submit(fetches.settle_fetches, settled)
        if settled.found is not None and settled.found.labels:
            self.wake(settled.found.shop).set()
        if settled.found is not None and settled.found.fetches:
            self.wake(FETCHES).set()

    async def requeue_fetches(self, at: datetime) -> None:
        """Makes fetches due once more that were given up."""
        await self._writer.submit(again.requeue_fetches, at)

    async def poll_rows(self) -> list[PollRow]:
        """Where every polled source stands."""
        async with self._reader() as connection:
            return await polls.poll_rows(connection)

    async def settle_poll(self, settled: SettledPoll) -> Receipt | None:
        """Keeps where a polled source stands, and in the same commit what its answer brought."""
        receipt: Receipt | None = await self._writer.submit(polls.settle_polls, settled)
        if receipt is not None and receipt.accepted and settled.found is not None:
            self.wake(settled.found.shop).set()
        return receipt

    # What a keeper does with parcels

    async def due_parcels(self, shop: str, now: datetime) -> list[Parcel]:
        """Parcels that something new is known of."""
        async with self._reader() as connection:
            return await parcels.due_parcels(connection, shop, now, MOST_AT_ONCE)

    async def parcels_by_id(self, ids: Sequence[int]) -> dict[int, Parcel]:
        """Parcels by their ids, each with all that was heard about its number under whatever reference."""
        async with self._reader() as connection:
            return await parcels.parcels_by_id(connection, ids)

    async def settle_parcels(self, settled: Sequence[SettledParcel]) -> None:
        """Keeps what was found out about parcels, and their new entries."""
        if settled:
            await self._writer.submit(parcels.settle_parcels, settled)

    # What a keeper does with entries

    async def due_entries(self, shop: str, now: datetime) -> list[Entry]:
        """Entries to look at now, those past their ship-by date first."""
        async with self._reader() as connection:
            return await entries.due_entries(connection, shop, now, MOST_AT_ONCE)

    async def next_due_at(self, shop: str) -> datetime | None:
        """When the next parcel or entry of the shop is due."""
        async with self._reader() as connection:
            return await entries.next_due_at(connection, shop)

    async def entries_of_numbers(self, shop: str, numbers: Sequence[str]) -> list[Entry]:
        """All entries of a shop with these tracking numbers."""
        async with self._reader() as connection:
            return await entries.entries_of_numbers(connection, shop, numbers)

    async def sibling_numbers(self, shop: str, of: Sequence[Entry]) -> dict[int, frozenset[str]]:
        """For each entry the numbers of other entries that we wrote, or may have written, to the same line."""
        async with self._reader() as connection:
            rows = await entries.written_numbers(connection, shop, [entry.order_no for entry in of])
        by_line: dict[str, list[tuple[int, str]]] = {}
        for row in rows:
            by_line.setdefault(row.order_no, []).append((row.id, row.tracking_no))
        return {
            entry.id: frozenset(number for other, number in by_line.get(entry.order_no, ()) if other != entry.id)
            for entry in of
        }

    async def begin_writing(self, writings: Sequence[Writing]) -> frozenset[int]:
        """Says which numbers the next call carries, before it goes out; gives the ids of those that still may."""
        begun: frozenset[int] = await self._writer.submit(entries.begin_writing, writings)
        return begun

    async def settle_entries(self, settled: Sequence[SettledEntry]) -> None:
        """Keeps what became of entries."""
        if settled:
            await self._writer.submit(entries.settle_entries, settled)

    async def recover_entries(self, shop: str, at: datetime) -> int:
        """After a start: numbers that were being written are unclear now. Gives how many there were."""
        count: int = await self._writer.submit(entries.recover_entries, (shop, at))
        return count

    async def requeue(self, wanted: Requeue) -> None:
        """Looks again at entries and parcels that stand still for reasons which may have gone away."""
        await self._writer.submit(entries.requeue, wanted)

    async def requeue_unread(self, wanted: Requeue) -> None:
        """Looks again at labels without an order that nothing wakes: other settings may read their references."""
        await self._writer.submit(again.requeue_unread_parcels, wanted)

    async def add_step(self, step: Step) -> None:
        """Adds a row to the history."""
        await self._writer.submit(history.record_steps, step)

    async def entries_with_step(self, entry_ids: Sequence[int], whats: Sequence[str]) -> set[int]:
        """Which of these entries have one of these steps in their history."""
        async with self._reader() as connection:
            return await history.entries_with_step(connection, entry_ids, whats)

    # What a keeper remembers

    async def known_lines(self, shop: str, numbers: Sequence[str]) -> list[LineMemory]:
        """The lines whose order number or cart number is one of these."""
        async with self._reader() as connection:
            return await orders.known_lines(connection, shop, numbers)

    async def remember_lines(self, shop: str, memories: Sequence[LineMemory], at: datetime) -> None:
        """Keeps lines as they were seen; parcels that wait for one of them become due."""
        if memories:
            await self._writer.submit(orders.remember_lines, (shop, memories, at))
            self.wake(shop).set()

    async def open_lines(self, shop: str) -> list[LineMemory]:
        """The lines that waited for their number when last seen."""
        async with self._reader() as connection:
            return await orders.open_lines(connection, shop)

    async def open_requests(self, shop: str) -> list[LineMemory]:
        """The lines whose cancel request was open when last seen."""
        async with self._reader() as connection:
            return await orders.open_requests(connection, shop)

    async def wake_lines(self, shop: str, order_nos: Sequence[str], at: datetime) -> set[str]:
        """Makes the entries of order lines due now; gives the lines that have any."""
        woken: set[str] = await self._writer.submit(entries.wake_lines, (shop, order_nos, at)) if order_nos else set()
        if woken:
            self.wake(shop).set()
        return woken

    async def add_fact(self, shop: str, order_no: str, fact: Fact, at: datetime) -> None:
        """Adds a fact to the newest conflict of its line, if it has one."""
        await self._writer.submit(conflicts.add_facts, (shop, order_no, fact, at))

    async def record_inquiries(self, look: InquiryLook) -> list[KeptInquiry]:
        """Keeps the open inquiries about lines with an entry; gives those that are new. Nothing is woken by them."""
        new: list[KeptInquiry] = await self._writer.submit(inquiries.record_inquiries, look)
        return new

    async def record_claims_read(self, shop: str, at: datetime) -> None:
        """Keeps until when the shop's claims were read."""
        await self._writer.submit(shops.record_claims_read, (shop, at))

    async def record_key(self, shop: str, fingerprint: str, at: datetime) -> None:
        """Keeps since when a key (known by its fingerprint only) is in use."""
        await self._writer.submit(shops.record_keys, (shop, fingerprint, at))

    async def record_stop(self, shop: str, reason: str, at: datetime | None) -> None:
        """Keeps that the shop is stopped and why; an empty reason means that it works again."""
        await self._writer.submit(shops.record_stops, (shop, reason, at))

    async def shop(self, name: str) -> ShopRow | None:
        """What is kept about a shop."""
        async with self._reader() as connection:
            return await shops.shop_by_name(connection, name)

    # For people

    async def lines_in_conflict(self, shop: str, order_nos: Sequence[str]) -> set[str]:
        """Which of these lines have an open conflict."""
        async with self._reader() as connection:
            return await conflicts.lines_in_conflict(connection, shop, order_nos)

    async def act_on(self, act: Act) -> None:
        """Keeps what a person did about a conflict; the line's entries are looked at again at once.

        Raises:
            ActIncomplete: it lacks something.
            ActRefused: it does not fit.
        """
        shop: str = await self._writer.submit(acts.act_on, checked(act))
        self.wake(shop).set()

    async def begin_message(self, message: BuyerMessage) -> BuyerMessage:
        """Keeps that a person sends a message, before it goes out.

        Raises:
            ActIncomplete: it lacks something.
            ActRefused: it may have gone out before.
        """
        begun: BuyerMessage = await self._writer.submit(messages.begin_messages, message)
        return begun

    async def settle_message(self, conflict_id: int, delivered: Fact) -> None:
        """Keeps what became of a message."""
        await self._writer.submit(messages.settle_messages, (conflict_id, delivered))

    async def prove_writable(self, at: datetime) -> None:
        """Writes and syncs a row, and looks whether there is room for more.

        Raises:
            StoreUnavailable: with the reason, when that fails.
        """
        self._opened.require_room()
        await self._writer.submit(shops.touch, at)
