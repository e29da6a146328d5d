"""SQLite as the store: durable, alone on its file, and alive again after its disk failed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from connector.store import writer as writer_module
from connector.store.deliveries import Receipt
from connector.store.errors import StoreInUse, StoreUnavailable
from connector.store.sqlite import database_path
from connector.store.store import Store
from connector.store.writer import Writer

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

FULL = 2
"""What SQLite answers for ``synchronous=FULL``."""


@pytest.fixture
async def sqlite(tmp_path: Path, empty_database: bytes) -> Any:
    """A store of SQLite, with its file."""
    (tmp_path / "connector.db").write_bytes(empty_database)
    opened = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    yield opened
    await opened.close()


async def pragma(store: Store, name: str, *, writing: bool) -> Any:
    engine = store._writing if writing else store._reading
    async with engine.connect() as connection:
        return (await connection.execute(text(f"PRAGMA {name}"))).scalar()


async def driver(store: Store) -> Any:
    """The driver's own connection behind the one that writes."""
    async with store._writing.connect() as connection:
        return (await connection.get_raw_connection()).driver_connection


def limit_pages(store: Store, pages: int) -> Any:
    """A full disk, as far as SQLite is concerned: every new connection may have so many pages."""

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    event.listen(store._writing.sync_engine, "connect", limit)
    return lambda: event.remove(store._writing.sync_engine, "connect", limit)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


OPEN_IT = """
import asyncio, sys
from connector.store.errors import StoreInUse
from connector.store.store import Store
for url in sys.argv[1:]:
    try:
        asyncio.run(Store.open(url))
    except StoreInUse as error:
        print(error)
"""


def second_process(*urls: str) -> list[str]:
    """What another process says that opens these stores."""
    command = [sys.executable, "-c", OPEN_IT, *urls]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603 - our own


class TestDurability:
    """Asked of the live connections, not of the code that sets them up."""

    async def test_every_commit_is_fully_synced(self, sqlite: Store, make: Make) -> None:
        await sqlite.record_delivery(make.delivery(make.event()))

        assert await pragma(sqlite, "journal_mode", writing=True) == "wal"
        assert await pragma(sqlite, "synchronous", writing=True) == FULL

    async def test_also_after_the_connection_was_replaced(self, sqlite: Store, make: Make) -> None:
        await (await driver(sqlite)).close()
        with pytest.raises(StoreUnavailable):
            await sqlite.record_delivery(make.delivery(make.event()))

        assert (await sqlite.record_delivery(make.delivery(make.event()))).accepted == 1
        assert await pragma(sqlite, "synchronous", writing=True) == FULL

    async def test_readers_neither_write_nor_checkpoint(self, sqlite: Store) -> None:
        """Two that checkpoint can corrupt the file before SQLite 3.51.3."""
        assert await pragma(sqlite, "query_only", writing=False) == 1
        assert await pragma(sqlite, "wal_autocheckpoint", writing=False) == 0
        async with sqlite._reading.connect() as connection:
            with pytest.raises(Exception, match="attempt to write a readonly database"):
                await connection.execute(text("DELETE FROM entry"))

    async def test_what_was_acknowledged_is_in_the_files_at_once(
        self, sqlite: Store, make: Make, tmp_path: Path
    ) -> None:
        """A copy of the files, taken without closing anything, is what a crash would leave."""
        await sqlite.record_delivery(make.delivery(make.event()))
        (tmp_path / "crash").mkdir()
        for suffix in ("", "-wal"):
            data = (tmp_path / f"connector.db{suffix}").read_bytes()
            (tmp_path / "crash" / f"connector.db{suffix}").write_bytes(data)

        after = await Store.open(f"sqlite:///{tmp_path}/crash/connector.db")
        parcels = await after.due_parcels("main", make.at())
        await after.close()

        assert len(parcels) == 1

    async def test_after_closing_one_file_is_all(self, tmp_path: Path, make: Make) -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/x/connector.db")
        await store.record_delivery(make.delivery(make.event()))
        await store.close()

        assert names(tmp_path / "x") == ["connector.db", "connector.db.lock"]


class TestFailures:
    """Nothing is acknowledged that is not kept, and work goes on by itself."""

    async def test_a_full_disk_takes_nothing_until_there_is_room(self, sqlite: Store, make: Make) -> None:
        deliveries = [make.delivery(make.event(f"m{n}", reference=str(1062400000 + n))) for n in range(120)]
        make_room = limit_pages(sqlite, await pragma(sqlite, "page_count", writing=True))
        await (await driver(sqlite)).close()
        results = await asyncio.gather(*map(sqlite.record_delivery, deliveries), return_exceptions=True)
        kept = [result for result in results if isinstance(result, Receipt)]
        assert {str(error) for error in results if not isinstance(error, Receipt)} >= {"database or disk is full"}
        assert all(isinstance(error, Receipt | StoreUnavailable) for error in results)
        assert len(await sqlite.due_parcels("main", make.at())) == len(kept)

        make_room()
        await (await driver(sqlite)).close()
        with pytest.raises(StoreUnavailable):
            await sqlite.prove_writable(make.at())
        again = await asyncio.gather(*map(sqlite.record_delivery, deliveries))

        assert sum(receipt.accepted for receipt in again) == len(deliveries) - len(kept)

    async def test_a_store_without_room_for_deliveries_is_not_called_writable(
        self, sqlite: Store, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A single short row may still find room where no delivery does."""
        monkeypatch.setattr("connector.store.sqlite.LEAST_ROOM", 1 << 60)

        with pytest.raises(StoreUnavailable, match="is full"):
            await sqlite.prove_writable(make.at())

    async def test_a_store_whose_folder_is_gone_is_not_called_writable(self, make: Make, tmp_path: Path) -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/store/connector.db")
        taken_away = (tmp_path / "store").rename(tmp_path / "elsewhere")

        with pytest.raises(StoreUnavailable, match="No such file or directory"):
            await store.prove_writable(make.at())
        taken_away.rename(tmp_path / "store")
        await store.close()

    @pytest.mark.parametrize("name", ["connector.db", "connector.db-wal"])
    async def test_what_is_written_to_a_file_that_was_taken_away_is_not_acknowledged(
        self, sqlite: Store, make: Make, tmp_path: Path, name: str
    ) -> None:
        """The open connection would go on writing to it, and a restart would find nothing of that."""
        await sqlite.prove_writable(make.at())
        taken_away = (tmp_path / name).rename(tmp_path / "elsewhere")

        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            await sqlite.record_delivery(make.delivery(make.event("m1")))
        taken_away.rename(tmp_path / name)

        await sqlite.prove_writable(make.at())

    async def test_a_file_put_in_the_place_of_the_open_one_is_not_taken_for_it(
        self, sqlite: Store, make: Make, tmp_path: Path, empty_database: bytes
    ) -> None:
        """A backup that was copied back while the program ran."""
        (tmp_path / "backup.db").write_bytes(empty_database)
        (tmp_path / "backup.db").replace(tmp_path / "connector.db")

        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            await sqlite.record_delivery(make.delivery(make.event("m1")))

    async def test_a_connection_that_breaks_within_a_group_costs_nothing(
        self, sqlite: Store, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The group is rolled back, and each of it is written by itself over a new connection."""
        broken = await driver(sqlite)
        whole = writer_module._commit_together

        async def break_once(connection: Any, jobs: Any) -> Any:
            monkeypatch.setattr(writer_module, "_commit_together", whole)
            async with connection.begin():
                await jobs[0].work(connection, [jobs[0].payload])
                await broken.close()
                await connection.execute(text("SELECT 1"))

        monkeypatch.setattr(writer_module, "_commit_together", break_once)

        receipts = await asyncio.gather(
            *(sqlite.record_delivery(make.delivery(make.event(f"m{n}", reference=f"106242800{n}"))) for n in range(5))
        )

        assert [receipt.accepted for receipt in receipts] == [1] * 5
        assert len(await sqlite.due_parcels("main", make.at())) == 5

    @pytest.mark.parametrize(
        "error", [sqlite3.DatabaseError("database disk image is malformed"), sqlite3.OperationalError("disk I/O error")]
    )
    async def test_whatever_the_disk_says_it_is_unavailable(self, sqlite: Store, make: Make, error: Exception) -> None:
        def fail(*_: object) -> None:
            raise error

        event.listen(sqlite._writing.sync_engine, "before_cursor_execute", fail)
        try:
            with pytest.raises(StoreUnavailable, match=str(error)):
                await sqlite.recover_entries("main", make.at())
        finally:
            event.remove(sqlite._writing.sync_engine, "before_cursor_execute", fail)

        assert await sqlite.recover_entries("main", make.at()) == 0

    async def test_a_closed_store_takes_nothing(self, tmp_path: Path, make: Make) -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
        waiting = [asyncio.ensure_future(store.record_delivery(make.delivery(make.event(f"m{n}")))) for n in range(3)]
        await asyncio.sleep(0)
        await store.close()

        assert [(await each).accepted for each in waiting] == [1, 1, 1]
        with pytest.raises(StoreUnavailable, match="closing"):
            await store.record_delivery(make.delivery(make.event("late")))

    async def test_too_much_that_waits_is_refused_at_once(self, sqlite: Store) -> None:
        writer = Writer(sqlite._writing, nothing_is_wrong, most_waiting=2)
        waiting = [asyncio.ensure_future(writer.submit(echo, n)) for n in range(2)]
        await asyncio.sleep(0)

        with pytest.raises(StoreUnavailable, match="too much is waiting"):
            await writer.submit(echo, 3)
        writer.start()

        assert await asyncio.gather(*waiting) == [0, 1]
        await writer.close()

    async def test_work_is_done_in_the_order_in_which_it_came(self, sqlite: Store) -> None:
        """Neighbours of the same kind go together; nothing overtakes."""
        writer, seen = Writer(sqlite._writing, nothing_is_wrong), []

        async def first(_connection: object, payloads: Any) -> list[str]:
            seen.append(("first", list(payloads)))
            return [f"first {payload}" for payload in payloads]

        async def second(_connection: object, payloads: Any) -> list[str]:
            seen.append(("second", list(payloads)))
            return [f"second {payload}" for payload in payloads]

        waiting = [
            asyncio.ensure_future(writer.submit(work, n)) for n, work in enumerate((first, first, second, first))
        ]
        await asyncio.sleep(0)
        writer.start()

        assert await asyncio.gather(*waiting) == ["first 0", "first 1", "second 2", "first 3"]
        assert seen == [("first", [0, 1]), ("second", [2]), ("first", [3])]
        await writer.close()

    async def test_work_that_gives_too_few_results_is_kept_for_nobody(self, sqlite: Store) -> None:
        async def forgetful(_connection: object, _payloads: Any) -> list[int]:
            return []

        with pytest.raises(ValueError, match="zip"):
            await sqlite._writer.submit(forgetful, 1)


class TestOpening:
    @pytest.mark.usefixtures("sqlite")
    async def test_a_second_process_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "link.db").symlink_to(tmp_path / "connector.db")

        said = second_process(f"sqlite:///{tmp_path}/connector.db", f"sqlite:///{tmp_path}/link.db")

        assert [f"connector.db is in use by process {os.getpid()}: stop that one first" in each for each in said] == [
            True,
            True,
        ]

    @pytest.mark.usefixtures("sqlite")
    async def test_a_second_store_in_this_process_too(self, tmp_path: Path) -> None:
        with pytest.raises(StoreInUse):
            await Store.open(f"sqlite:///{tmp_path}/connector.db")

    async def test_whoever_died_holds_nothing(self, tmp_path: Path) -> None:
        """The kernel frees the lock; the file that names a dead process is no lock."""
        (tmp_path / "connector.db.lock").write_text("1")

        await (await Store.open(f"sqlite:///{tmp_path}/connector.db")).close()

    async def test_a_failed_start_leaves_no_lock(self, tmp_path: Path) -> None:
        (tmp_path / "connector.db").write_bytes(b"this is no database, but some other file of somebody" * 200)

        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"connector\.db cannot be used: file is not a database"):
                await Store.open(f"sqlite:///{tmp_path}/connector.db")

    @pytest.mark.parametrize("name", ["taken/connector.db", "folder"])
    async def test_a_place_that_cannot_be_used_is_said(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "taken").write_text("a file where the folder should be")
        (tmp_path / "folder").mkdir()

        with pytest.raises(StoreUnavailable, match="cannot be"):
            await Store.open(f"sqlite:///{tmp_path}/{name}")

    async def test_an_odd_name_is_still_a_file(self, tmp_path: Path, make: Make) -> None:
        """What is locked, what is opened and what a person sees are the same file."""
        store = await Store.open(f"sqlite:///{tmp_path}/a b?c#d%20é.db")
        await store.record_delivery(make.delivery(make.event()))
        await store.close()

        assert names(tmp_path) == ["a b?c#d%20é.db", "a b?c#d%20é.db.lock"]

    def test_addresses(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

        assert database_path("sqlite:///var/connector.db") == tmp_path.resolve() / "var" / "connector.db"
        assert database_path("sqlite:////srv/connector.db") == Path("/srv/connector.db")
        assert database_path("sqlite:///:memory:") == tmp_path.resolve() / ":memory:"


def nothing_is_wrong() -> None:
    """What a writer asks after a commit."""


async def echo(_connection: object, payloads: Any) -> list[Any]:
    return list(payloads)


async def test_a_reader_that_is_cancelled_twice_leaves_nothing_behind(store: Store) -> None:
    """It left a task that never ended, and the program with it could not end either."""
    slow = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT max(i) FROM n")
    begun = asyncio.Event()

    async def read() -> None:
        async with store._reader() as connection:
            begun.set()
            await connection.execute(slow)

    for _ in range(3):
        begun.clear()
        reading = asyncio.create_task(read())
        await begun.wait()
        for _ in range(3):  # it asks for the slow answer, is cancelled, and once more while it lets go
            await asyncio.sleep(0)
            reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    left = asyncio.all_tasks() - {asyncio.current_task()} - {store._writer._task}
    _, pending = await asyncio.wait(left, timeout=20) if left else (set(), set())
    assert pending == set()
    assert await store.count_open_conflicts() == 0
