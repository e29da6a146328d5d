"""The background tasks of the running program."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

log = structlog.get_logger()


class Tasks:
    """Background tasks. One that ends by itself has failed, and that is said loudly."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        """Runs it until the program ends."""
        task = asyncio.create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(partial(_report, name))
        return task

    def failed(self) -> list[str]:
        """The tasks that ended although nothing asked them to."""
        return sorted(name for name, task in self._tasks.items() if task.done() and not task.cancelled())

    async def wait(self, names: list[str], timeout_s: float) -> None:
        """Waits for these tasks to end by themselves, but not for long."""
        await asyncio.wait([self._tasks[name] for name in names], timeout=timeout_s)

    async def cancel_all(self) -> None:
        """Ends all of them."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _report(name: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("task_failed", task=name, exc_info=error)


@asynccontextmanager
async def background_tasks() -> AsyncIterator[Tasks]:
    """Tasks that end with the block."""
    tasks = Tasks()
    try:
        yield tasks
    finally:
        await tasks.cancel_all()
