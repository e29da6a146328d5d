"""SQLite as the store: how it is opened, and the lock that keeps a second process out."""

import asyncio
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from connector.store.errors import StoreInUse, StoreUnavailable

READERS = 4
LEAST_ROOM = 1024 * 1024
"""Bytes. With less, deliveries fail one after the other while a short row, as a probe writes it, still finds room."""


def database_path(url: str) -> Path:
    """The file behind ``sqlite:///relative`` or ``sqlite:////absolute``, by whatever links it is reached."""
    return Path(url.removeprefix("sqlite:///")).resolve()


class FileLock:
    """Held by the one process that works on the database, for as long as it lives; the kernel frees it on any death."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes the lock.

        Raises:
            StoreInUse: another process holds it; the message names its process id.
            StoreUnavailable: the folder cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise StoreInUse(
                f"{self._path.with_suffix('')} is in use by process {holder or 'unknown'}: stop that one first, or "
                "give this one a store of its own (store.url)"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Gives the lock back. The file stays: removing it would let two processes lock two different files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def require_openable(database: Path) -> None:
    """Opens the file once and lets go, before the driver does, whose thread outlives a failure to open.

    Raises:
        StoreUnavailable: it cannot be opened, and why.
    """
    try:
        # For its owner alone, from the first byte on; the files beside it follow.
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        sqlite3.connect(database).close()
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"{database} cannot be used: {error}") from error


class OpenedFile:
    """The database file as it was opened: what is committed to one that was removed or replaced is lost."""

    def __init__(self, database: Path) -> None:
        self._path = database
        self._log = database.with_name(database.name + "-wal")
        self._identity = self._seen()

    def require_in_place(self) -> None:
        """Looks whether the name still leads to the file, and whether its write-ahead log is there.

        Raises:
            StoreUnavailable: they do not; only a new start opens what lies there now.
        """
        if self._seen() != self._identity or not self._log.exists():
            raise StoreUnavailable(
                f"{self._path} was removed or replaced while this program runs: put it back, or restart the program"
            )

    def require_room(self) -> None:
        """Looks whether the disk has room for deliveries.

        Raises:
            StoreUnavailable: it is full, or as good as full, or its folder is gone.
        """
        try:
            disk = os.statvfs(self._path.parent)
        except OSError as error:
            raise StoreUnavailable(f"the disk of {self._path.parent} cannot be looked at: {error.strerror}") from error
        if disk.f_bavail * disk.f_frsize < LEAST_ROOM:
            raise StoreUnavailable(f"the disk of {self._path.parent} is full")

    def _seen(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino


CLOSED_WITHIN_S = 5.0
"""How long a stop waits for a reader that was let go of: as long as its longest question may take."""


def writing_engine(database: Path) -> AsyncEngine:
    """The engine behind the single writing and checkpointing connection: WAL, full sync on every commit."""
    engine = create_async_engine(_url(database), poolclass=StaticPool)
    _give_up_at_once(engine)
    _on_connect(engine, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def reading_engine(database: Path) -> AsyncEngine:
    """The engine for readers, who neither write nor checkpoint.

    SQLite 3.7.0 to 3.51.2 can corrupt a database when two connections checkpoint (sqlite.org, WAL-reset bug).
    """
    engine = create_async_engine(_url(database), pool_size=READERS, max_overflow=0)
    _give_up_at_once(engine)
    _on_connect(engine, "PRAGMA wal_autocheckpoint=0", "PRAGMA query_only=ON")
    _begin_with(engine, "BEGIN")
    return engine


def _url(database: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(database))


_given_up: dict[asyncio.Future[Any], Any] = {}
"""Connections that were let go of, by what tells that they are closed."""


async def given_up_are_closed() -> None:
    """Waits for connections that were let go of in this loop: a loop that ends before their threads do is missed."""
    loop = asyncio.get_running_loop()
    waiting = [closed for closed in _given_up if closed.get_loop() is loop]
    if waiting:
        await asyncio.wait(waiting, timeout=CLOSED_WITHIN_S)


def _give_up_at_once(engine: AsyncEngine) -> None:
    """Lets go of a connection whose task was cancelled without waiting for it.

    SQLAlchemy waits for such a connection's close, and when it is cancelled again it stops the connection's thread
    beneath that wait, which then never ends, and with it no stop of the program. The thread closes it by itself.
    """

    def stop(connection: Any) -> None:
        given_up = connection.driver_connection
        if (closed := given_up.stop()) is not None:
            _given_up[closed] = given_up  # kept until it is closed
            closed.add_done_callback(_given_up.pop)

    engine.sync_engine.dialect.do_terminate = stop  # type: ignore[method-assign, assignment]  # there is no event for it


def _on_connect(engine: AsyncEngine, *pragmas: str) -> None:
    def apply(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        cursor = connection.cursor()
        for pragma in ("PRAGMA busy_timeout=5000", *pragmas):
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "connect", apply)


def _begin_with(engine: AsyncEngine, statement: str) -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine.sync_engine, "begin", begin)


OLDEST = (3, 35, 0)
"""The first version with RETURNING, which every write here relies on."""


def require_version() -> None:
    """Refuses a SQLite library that is too old.

    Raises:
        StoreUnavailable: with the version that is needed.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise StoreUnavailable(f"SQLite {sqlite3.sqlite_version} is too old: {needed} or later is needed")


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return sqlite3.sqlite_version
