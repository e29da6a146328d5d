"""The one connection that writes. What waits together commits together: one full sync for all of it."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from connector.store.errors import StoreUnavailable

Work = Callable[[AsyncConnection, Sequence[Any]], Awaitable[Sequence[Any]]]

MOST_TOGETHER = 500
"""Payloads in one commit: enough to make the sync cheap, few enough to keep the answer to the first one quick."""

_FAULTS_OF_A_PAYLOAD = (DataError, IntegrityError, ProgrammingError)
"""What a database says of what it was given; all else it says of itself."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Job:
    work: Work
    payload: Any
    done: asyncio.Future[Any]


class Writer:
    """Takes payloads with the work to be done on them, and commits them in groups.

    ``work(connection, payloads)`` gets every payload that waits for the same work at once and gives one result for
    each. When a group fails, each payload is tried alone, so that one bad payload harms no other. ``prove_kept`` is
    called after every commit and raises ``StoreUnavailable`` when what was committed will not be found again.
    ``committed`` is told afterwards which works were in it, and ``took`` how many seconds it took.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        prove_kept: Callable[[], None],
        committed: Callable[[Collection[Work]], None] = lambda _works: None,
        took: Callable[[float], None] = lambda _seconds: None,
        *,
        most_waiting: int = 10_000,
    ) -> None:
        self._committed = committed
        self._took = took
        self._engine = engine
        self._prove_kept = prove_kept
        self._most_waiting = most_waiting
        self._jobs: deque[_Job] = deque()
        self._filled = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many payloads wait for their commit."""
        return len(self._jobs)

    def start(self) -> None:
        """Starts taking work."""
        self._task = asyncio.create_task(self._run(), name="store-writer")

    async def close(self) -> None:
        """Commits what waits, then stops."""
        self._closing = True
        self._filled.set()
        if self._task is not None:
            await self._task

    async def submit(self, work: Work, payload: Any) -> Any:
        """The result of ``work`` on ``payload``, after the commit.

        Raises:
            StoreUnavailable: nothing was kept, or (only when the connection broke in the commit itself) perhaps it was;
                repeating is safe, since every write of this store is idempotent by its keys.
        """
        if self._closing or len(self._jobs) >= self._most_waiting:
            raise StoreUnavailable("too much is waiting to be written" if not self._closing else "the store is closing")
        job = _Job(work, payload, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._filled.set()
        return await job.done

    async def _run(self) -> None:
        connection: AsyncConnection | None = None
        try:
            while not (self._closing and not self._jobs):
                await self._filled.wait()
                self._filled.clear()
                while self._jobs:
                    jobs = [self._jobs.popleft() for _ in range(min(len(self._jobs), MOST_TOGETHER))]
                    connection = await self._work_off(connection, jobs)
        finally:
            if connection is not None:
                await connection.close()

    async def _work_off(self, connection: AsyncConnection | None, jobs: list[_Job]) -> AsyncConnection | None:
        """Commits the jobs, together or else one by one; gives back the connection while it is of use."""
        groups = [jobs] if len(jobs) == 1 else [jobs, *([job] for job in jobs)]
        for group in groups:
            if all(job.done.done() for job in group):
                continue
            try:
                if connection is None:
                    connection = await self._engine.connect()
                started_s = time.perf_counter()
                results = await _commit_together(connection, group)
                self._took(time.perf_counter() - started_s)
                self._prove_kept()
            except Exception as error:  # noqa: BLE001 - whatever it is goes to those who wait for it
                connection = await _discarded_if_broken(connection, error)
                if len(group) == 1:
                    self._fail(group[0], error)
                continue
            for job, result in zip(group, results, strict=True):
                if not job.done.done():
                    job.done.set_result(result)
            self._committed({job.work for job in group})
        return connection

    def _fail(self, job: _Job, error: Exception) -> None:
        translated: Exception = error
        if isinstance(error, DBAPIError | OSError) and not isinstance(error, _FAULTS_OF_A_PAYLOAD):
            translated = StoreUnavailable(str(error.orig) if isinstance(error, DBAPIError) else str(error))
        if isinstance(translated, StoreUnavailable):
            log.error("store_write_failed", error=str(translated))
        if not job.done.done():
            job.done.set_exception(translated)


async def _commit_together(connection: AsyncConnection, jobs: list[_Job]) -> list[Any]:
    """Gives the results of one transaction over all jobs in their order; neighbours of the same work go together."""
    results: list[Any] = []
    async with connection.begin():
        for work, neighbours in groupby(jobs, key=attrgetter("work")):
            same = list(neighbours)
            answers = await work(connection, [job.payload for job in same])
            results += [answer for _, answer in zip(same, answers, strict=True)]
    return results


async def _discarded_if_broken(connection: AsyncConnection | None, error: Exception) -> AsyncConnection | None:
    """The connection if it can go on; after a database error it is replaced, since its state is not known."""
    if connection is None or not isinstance(error, DBAPIError | OSError):
        return connection
    with contextlib.suppress(Exception):
        await connection.invalidate()
    with contextlib.suppress(Exception):
        await connection.close()
    return None
