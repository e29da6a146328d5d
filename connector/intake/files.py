"""Takes one file of a carrier's program in: reads it, commits its rows in chunks, and says what became of them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from carriers.kinds import FiledKind, RowRefused
from carriers.model import Delivery, Ignored, Reading
from connector.intake.decoding import TextFile, inspect
from connector.intake.labels import new_delivery
from connector.intake.rows import Chunk, RefusedRow, read_chunks
from connector.store.deliveries import NewDelivery
from connector.store.store import Store
from connector.threads import in_thread

MOST_RANGES = 200
"""Ranges of rows that are remembered for one reason; a report with more helps nobody."""


@dataclass(frozen=True, slots=True)
class FiledSource:
    """A configured source that is filed."""

    name: str
    shop: str
    kind: FiledKind
    options: Mapping[str, str]


@dataclass(slots=True)
class RowRanges:
    """Rows that were refused for one reason: how many, and where, as first and last of each run."""

    count: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Adds a row; rows come in the order of the file."""
        self.count += 1
        if self.runs and self.runs[-1][1] == row - 1:
            self.runs[-1] = (self.runs[-1][0], row)
        elif len(self.runs) < MOST_RANGES:
            self.runs.append((row, row))


@dataclass(slots=True)
class FileSummary:
    """What became of a file's rows. ``known`` says that all of it had been taken before, so it was not read again."""

    accepted: int = 0
    duplicates: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    refused: dict[RowRefused, RowRanges] = field(default_factory=dict)
    known: bool = False

    @property
    def refused_rows(self) -> int:
        """How many rows were refused."""
        return sum(ranges.count for ranges in self.refused.values())

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.accepted + self.duplicates + self.ignored.total() + self.refused_rows

    def note_refused(self, rows: tuple[RefusedRow, ...]) -> None:
        """Adds refused rows."""
        for refused in rows:
            self.refused.setdefault(refused.why, RowRanges()).add(refused.row)


Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the size of the file."""


class FileIntake:
    """Takes the files of one source.

    The same file always gives the same chunks with the same keys, and every row has a key of its own. So a file may be
    read again from its start after a crash, come under another name, or hold rows of another file: a row is taken once.
    """

    def __init__(self, source: FiledSource, store: Store, clock: Callable[[], datetime]) -> None:
        self.source = source
        self._store = store
        self._clock = clock

    async def take(self, path: Path, progress: Progress | None = None) -> FileSummary:
        """Takes all rows that can be taken; each chunk is durable before the next is read.

        Raises:
            FileRefused: nothing was taken, since it is no file of this source.
            StoreUnavailable: some chunks may have been kept; take it again.
            OSError: it cannot be read.
        """
        summary = FileSummary()
        as_found = await in_thread(partial(_state, path))
        text = await in_thread(partial(inspect, path))
        key = self._key(text)
        if await self._store.knows_delivery(self.source.name, key):
            summary.known = True
            return summary
        # Not closed by hand when this is cancelled: a thread may be reading. The file closes with its last reference.
        chunks = read_chunks(path, text, self.source.kind, self.source.options)
        while (chunk := await in_thread(partial(_next, chunks))) is not None:
            receipt = await self._store.record_delivery(self._delivery(f"{key}:{chunk.number}", chunk))
            summary.accepted += receipt.accepted
            summary.duplicates += len(chunk.events) - receipt.accepted
            summary.ignored.update(chunk.ignored)
            summary.note_refused(chunk.refused)
            if progress is not None:
                progress(chunk.read_bytes, text.size)
        same_file = await in_thread(partial(_state, path)) == as_found  # otherwise the key is not that of what was read
        if same_file and not summary.ignored and not summary.refused:
            # Only a file with nothing left to take need not be read again: what is ignored or refused today may be
            # taken after a setting or this program has changed.
            await self._store.record_delivery(
                replace(self._delivery(key, Chunk(0, (), {}, (), 0)), outcome="file", detail=f"rows: {summary.rows}")
            )
        return summary

    def _key(self, text: TextFile) -> str:
        """The file's own key; another one when the settings that it is read by have changed."""
        read_by = json.dumps([self.source.kind.kind, sorted(self.source.options.items()), text.digest])
        return f"file:{hashlib.sha256(read_by.encode()).hexdigest()}"

    def _delivery(self, key: str, chunk: Chunk) -> NewDelivery:
        ignored = tuple(Ignored(reason) for reason, count in chunk.ignored.items() for _ in range(count))
        as_delivery = Delivery("FILE", "", {}, b"", self._clock())
        reading = Reading(delivery_key=key, events=chunk.events, ignored=ignored)
        return new_delivery(self.source.name, self.source.shop, as_delivery, reading)


def _state(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _next(chunks: Iterator[Chunk]) -> Chunk | None:
    return next(chunks, None)
