"""Anchors: hashes of the log's newest row, written where whoever changes the database does not reach.

The chain alone proves that no row was changed; that its end was not cut off, or all of it written anew, only a hash
proves that was kept elsewhere. One is appended to the anchor file (where one is set), and always written to the log.
"""

import asyncio
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from connector.domain.chain import Break
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

EVERY_S = 60.0
"""How often the log's end is looked at: an anchor a minute at most, and only when the log grew."""
MODE = 0o640
_HASH = re.compile(r"[0-9a-f]{64}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Anchors:
    """What an anchor file says: hashes by ``seq``, lines that cannot be read, and anchors that contradict others."""

    hashes: dict[int, str]
    unreadable: tuple[int, ...] = ()
    contradictions: tuple[Break, ...] = ()


def read_anchors(text: str) -> Anchors:
    """The anchors of a file. A last line that was cut short by a crash is no finding; any other such line is one."""
    hashes: dict[int, str] = {}
    unreadable: list[int] = []
    contradictions: list[Break] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        anchor = _anchor(line)
        if anchor is None:
            if number < len(lines):
                unreadable.append(number)
            continue
        seq, digest = anchor
        if hashes.setdefault(seq, digest) != digest:
            contradictions.append(Break(seq, f"has two anchors, and they differ (line {number})"))
    return Anchors(hashes, tuple(unreadable), tuple(contradictions))


def _anchor(line: str) -> tuple[int, str] | None:
    try:
        read = json.loads(line)
        seq, digest = read["seq"], read["hash"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if type(seq) is not int or seq < 1 or not isinstance(digest, str) or not _HASH.fullmatch(digest):
        return None
    return seq, digest


def append_anchor(path: Path, seq: int, digest: str, at: datetime) -> None:
    """Adds a line and returns when it is on the disk.

    Raises:
        OSError: it could not be written.
    """
    line = json.dumps({"seq": seq, "hash": digest, "at": at.isoformat()}) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = "\n" + line  # the line before was cut short
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class AnchorKeeper:
    """Takes an anchor of the log's end, at most once a minute, whenever the log has grown."""

    def __init__(self, store: Store, path: Path | None, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._path = path
        self._clock = clock
        self._last: int | None = None

    async def run(self) -> None:
        """Works until it is cancelled."""
        await self.compare()
        while True:
            await self.take()
            await asyncio.sleep(EVERY_S)

    async def compare(self) -> None:
        """At the start: says so loudly when the log is not the one that the last anchor was taken of."""
        if self._path is None:
            return
        try:
            text = await asyncio.to_thread(_read, self._path)
            anchors = read_anchors(text)
            if not anchors.hashes:
                return
            seq = max(anchors.hashes)
            if await self._store.log_hash(seq) == anchors.hashes[seq]:
                self._last = seq
                return
        except (OSError, ValueError, StoreUnavailable) as error:
            log.error("anchors_unreadable", path=str(self._path), error=str(error))
            return
        log.error(
            "conflict_log_changed",
            seq=seq,
            path=str(self._path),
            what_to_do="run qoo10-connector conflicts verify: rows were changed or cut off since the last anchor",
        )

    async def take(self) -> None:
        """Takes an anchor if the log has grown since the last one; a failure is logged, and tried again."""
        try:
            end = await self._store.log_end()
            if end is None or end[0] == self._last:
                return
            seq, digest = end
            at = self._clock()
            log.info("conflict_log_anchor", seq=seq, hash=digest)
            if self._path is not None:
                await asyncio.to_thread(append_anchor, self._path, seq, digest, at)
            self._last = seq
        except (OSError, StoreUnavailable) as error:
            log.error("anchor_not_written", path=str(self._path), error=str(error))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
