"""Carriers' files on disk, a store, and a folder that is looked into on a clock that only the test moves."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from carriers import FILED
from connector.intake.files import FiledSource, FileIntake
from connector.intake.folders import SETTLED_AFTER_S
from connector.intake.watching import FolderSettings, WatchedFolder
from connector.metrics import Metrics
from connector.store import schema
from connector.store.deliveries import NewDelivery, Receipt
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
PERSON = ("見本 太郎", "東京都千代田区見本町1-2-3", "03-0000-0000")

Row = list[str]
B2Row = Callable[..., Row]
Filed = Callable[..., bytes]


def yamato(index: int) -> str:
    """A number that passes its check digit."""
    stem = 44441000000 + index
    return f"{stem}{stem % 7}"


def b2_row(index: int = 0, *, ref: str | None = None, number: str | None = None, slip: str = "0") -> Row:
    """A row as B2クラウド writes it, with a person in it who does not exist."""
    row = [""] * 73
    row[0] = str(1062000000 + index) if ref is None else ref
    row[1], row[3], row[4] = slip, yamato(index) if number is None else number, "2026/11/22"
    row[15], row[11], row[8] = PERSON
    return row


def filed_as(rows: Sequence[Row], encoding: str = "cp932") -> bytes:
    """Rows as a file: quoted, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def row() -> B2Row:
    return b2_row


@pytest.fixture
def filed() -> Filed:
    return filed_as


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/store/connector.db")
    try:
        yield opened
    finally:
        await opened.close()


@dataclass
class FailingStore:
    """A store that takes so many deliveries, then none, as when the disk is full or the program is killed."""

    store: Store
    takes: int

    async def knows_delivery(self, source: str, key: str) -> bool:
        return await self.store.knows_delivery(source, key)

    async def record_delivery(self, new: NewDelivery) -> Receipt:
        if not self.takes:
            raise StoreUnavailable("the disk is full")
        self.takes -= 1
        return await self.store.record_delivery(new)


@dataclass
class Bench:
    """A folder, a store, and what came of the folder's files."""

    folder: Path
    store: Store
    monotonic_s: float = 0
    now: datetime = NOW
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.watched = self.watch()

    def intake(
        self, kind: str = "b2cloud", store: Store | None = None, options: dict[str, str] | None = None
    ) -> FileIntake:
        defaults = {name: next(iter(values), "") for name, values in FILED[kind].options.items()}
        source = FiledSource("b2", "main", FILED[kind], defaults | (options or {}))
        return FileIntake(source, store or self.store, lambda: NOW)

    def watch(self, kind: str = "b2cloud", store: Store | None = None, *, network_share: bool = False) -> WatchedFolder:
        """A watcher as after a start of the program."""
        settings = FolderSettings(self.folder, ("*.csv", "*.txt"), network_share=network_share)
        intake = self.intake(kind, store)
        self.watched = WatchedFolder(settings, intake, lambda: self.now, self.metrics, lambda: self.monotonic_s)
        return self.watched

    def failing(self, takes: int) -> Store:
        return FailingStore(self.store, takes)  # type: ignore[return-value]  # the two verbs that the intake uses

    def drop(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    async def look(self, after_s: float = 0) -> None:
        """One look into the folder, so long after the last one."""
        self.monotonic_s += after_s
        await self.watched.turn()

    async def settle(self) -> None:
        """Two looks, the second when everything has stood still for long enough."""
        await self.look()
        await self.look(SETTLED_AFTER_S)

    def lies(self, where: str = "") -> list[str]:
        folder = self.folder / where
        return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the running watcher and its threads bring about."""
        async with asyncio.timeout(30):
            while not holds():  # noqa: ASYNC110 - nobody signals it
                await asyncio.sleep(0.01)

    async def numbers(self) -> list[str]:
        """The tracking number of every label event, in the order in which they were kept."""
        async with self.store._reader() as connection:
            query = select(schema.label_event.c.tracking_number).order_by(schema.label_event.c.id)
            return list((await connection.execute(query)).scalars())

    async def count(self, table: str) -> int:
        async with self.store._reader() as connection:
            return (await connection.execute(select(func.count()).select_from(getattr(schema, table)))).scalar_one()


@pytest.fixture
def bench(tmp_path: Path, store: Store) -> Bench:
    folder = tmp_path / "in"
    folder.mkdir()
    return Bench(folder, store)
