"""Work that may block, such as reading from a network share that hangs."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(work: Callable[[], _T]) -> _T:
    """What ``work`` gives, done in a daemon thread.

    Not in the loop's own pool: the end of the program waits for that one, and so for a share that never answers.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(give: Callable[[], None]) -> None:
        if not done.done():  # otherwise nobody waits any more
            give()

    def run() -> None:
        try:
            give = partial(done.set_result, work())
        except BaseException as raised:  # noqa: BLE001 - it goes to the one who waits
            give = partial(done.set_exception, raised)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, give)

    threading.Thread(target=run, daemon=True, name="blocking-work").start()
    return await done
