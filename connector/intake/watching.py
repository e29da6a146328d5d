"""Takes what carriers' programs put into a folder: at once where the file system tells of it, otherwise by looking."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from watchfiles import awatch

from connector.intake.decoding import FileRefused
from connector.intake.files import FileIntake, FileSummary
from connector.intake.folders import (
    DONE,
    REFUSED,
    SETTLED_AFTER_S,
    SETTLED_ON_SHARE_AFTER_S,
    Found,
    Settling,
    look_into,
    put_away,
    unchanged,
)
from connector.intake.reports import needs_report, report_of, report_of_refusal
from connector.intake.writers import is_being_written
from connector.metrics import Metrics
from connector.store.errors import StoreUnavailable
from connector.threads import in_thread

LOOK_WHILE_WAITING_S = 0.5
LOOK_WATCHED_S = 30.0
"""A watched folder is looked into this often all the same: a file system may lose a message."""
LOOK_UNWATCHED_S = 5.0
ANSWERS_WITHIN_S = 60.0
"""A folder that shows no sign of life for so long hangs, as a share does whose machine is gone."""
AGAIN_AFTER_S = 60.0
"""How long a file is left alone that could not be read or moved, unless it changes."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A folder, which files in it count, and how it is looked into.

    ``every_s`` is the pause between two looks into a share.
    """

    path: Path
    patterns: Sequence[str]
    network_share: bool = False
    every_s: float = LOOK_UNWATCHED_S


@dataclass(frozen=True, slots=True)
class _Left:
    """A file that is left alone for a while, and why."""

    until: float
    problem: str


class WatchedFolder:
    """Takes the files of one folder, one after the other."""

    def __init__(
        self,
        folder: FolderSettings,
        intake: FileIntake,
        clock: Callable[[], datetime],
        metrics: Metrics,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trouble = ""
        self._troubled_since: datetime | None = None
        self._sign_at: float | None = None
        self._signed_at = clock()
        self._folder = folder
        self._intake = intake
        self._clock = clock
        self._metrics = metrics
        self._monotonic = monotonic
        self._settling = Settling(SETTLED_ON_SHARE_AFTER_S if folder.network_share else SETTLED_AFTER_S)
        self._left: dict[Found, _Left] = {}
        self._is_waiting = False
        self._changed = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._watched: tuple[int, int] | None = None

    @property
    def trouble(self) -> str:
        """What keeps files from being taken; empty if nothing does."""
        return f"the folder {self._folder.path} does not answer" if self._is_silent() else self._trouble

    @property
    def troubled_since(self) -> datetime | None:
        """Since when; a folder that does not answer is in trouble since its last sign of life."""
        return self._signed_at if self._is_silent() else self._troubled_since

    @property
    def due_since(self) -> datetime | None:
        """Its last sign of life while something is done; None while it rests."""
        return None if self._sign_at is None else self._signed_at

    def _is_silent(self) -> bool:
        return self._sign_at is not None and self._monotonic() - self._sign_at > ANSWERS_WITHIN_S

    async def run(self) -> None:
        """Works until it is cancelled."""
        try:
            while True:
                self._changed.clear()
                self._note_sign()
                if not self._folder.network_share:
                    await self._keep_watching()
                await self.turn()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s()):
                        await self._changed.wait()
        finally:
            await self._stop_watching()

    async def turn(self) -> None:
        """Looks into the folder once, and takes what is complete."""
        problem = ""
        self._note_sign()
        try:
            found = await in_thread(partial(look_into, self._folder.path, self._folder.patterns, self._note_sign))
            now = self._monotonic()
            self._left = {each: left for each, left in self._left.items() if each in found and left.until > now}
            self._is_waiting = len(found) > len(self._left)
            for each in self._settling.settled(found, now):
                self._note_sign()
                if each not in self._left:
                    await self._take(each)
        except OSError as error:
            self._settling.settled((), self._monotonic())  # a folder that comes back is looked at afresh
            problem = f"the folder {self._folder.path} cannot be read: {error.strerror}"
        except StoreUnavailable as error:
            self._is_waiting = False  # for the store, which is not asked at once again
            problem = f"files wait, since the store cannot take them: {error}"
        finally:
            self._sign_at = None
        self._tell(problem)

    async def _take(self, found: Found) -> None:
        if await in_thread(partial(is_being_written, found.path)):
            return
        where, report = DONE, ""
        try:
            summary = await self._intake.take(found.path, self._note_progress)
            if needs_report(summary):
                report = report_of(self._intake.source.name, summary, self._clock())
            where = REFUSED if summary.refused else DONE
            self._note(found, summary)
        except FileRefused as refused:
            self._metrics.file(self._intake.source.name, "refused")
            where, report = REFUSED, report_of_refusal(self._intake.source.name, refused, self._clock())
            log.warning("file_refused", source=self._intake.source.name, file=found.path.name, problem=refused.problem)
        except StoreUnavailable:
            raise
        except UnicodeError:
            return  # it was changed after its encoding was told, and will be looked at again
        except OSError as error:
            self._leave(found, f"the file {found.path.name} cannot be read: {error.strerror}")
            return
        except Exception:
            log.exception("file_failed", source=self._intake.source.name, file=found.path.name)
            self._leave(found, f"the file {found.path.name} meets a defect of this program; see the log")
            return
        try:
            # What was appended while we read is read with the next look.
            if await in_thread(partial(unchanged, found)):
                await in_thread(partial(put_away, found.path, where, report))
        except OSError as error:
            self._leave(found, f"the file {found.path.name} was read, but cannot be moved to {where}: {error.strerror}")

    def _note_sign(self) -> None:
        """Something moves; also from the thread that looks into the folder."""
        self._sign_at, self._signed_at = self._monotonic(), self._clock()

    def _note_progress(self, _read: int, _size: int) -> None:
        self._note_sign()

    def _leave(self, found: Found, problem: str) -> None:
        self._left[found] = _Left(self._monotonic() + AGAIN_AFTER_S, problem)

    def _tell(self, problem: str) -> None:
        """Says what is wrong when it begins or changes, and when it is over."""
        trouble = "; ".join([*filter(None, [problem]), *(left.problem for left in self._left.values())])
        self._troubled_since = (self._troubled_since or self._clock()) if trouble else None
        if trouble and trouble != self._trouble:
            log.error("folder_trouble", source=self._intake.source.name, problem=trouble)
        elif self._trouble and not trouble:
            log.info("folder_fine", source=self._intake.source.name, folder=str(self._folder.path))
        self._trouble = trouble
        self._metrics.folder_trouble(self._intake.source.name, trouble=bool(trouble))

    def _note(self, found: Found, summary: FileSummary) -> None:
        self._metrics.file(self._intake.source.name, "refused_rows" if summary.refused else "taken")
        log.info(
            "file_taken",
            source=self._intake.source.name,
            file=found.path.name,
            accepted=summary.accepted,
            duplicates=summary.duplicates,
            ignored=dict(summary.ignored) or None,
            refused=summary.refused_rows or None,
            known_before=summary.known or None,
        )

    def _pause_s(self) -> float:
        if self._is_waiting:
            return LOOK_WHILE_WAITING_S
        if self._folder.network_share:
            return self._folder.every_s
        return LOOK_WATCHED_S if self._watch is not None and not self._watch.done() else LOOK_UNWATCHED_S

    async def _keep_watching(self) -> None:
        """Watches the folder that is there now: one that was removed and made again is another folder."""
        try:
            stat = await in_thread(self._folder.path.stat)
        except OSError:
            await self._stop_watching()
            return
        if self._watched != (stat.st_dev, stat.st_ino):
            await self._stop_watching()
            self._watched = (stat.st_dev, stat.st_ino)
            self._watch = asyncio.create_task(self._listen(), name=f"watch {self._folder.path}")

    async def _listen(self) -> None:
        try:
            async for _changes in awatch(self._folder.path, watch_filter=None, recursive=False, debounce=200):
                self._changed.set()
        except (OSError, RuntimeError) as error:
            # Too many watches, or a file system that cannot tell: looking is enough, only slower.
            log.warning("folder_not_watched", source=self._intake.source.name, error=str(error))

    async def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        self._watch, self._watched = None, None
