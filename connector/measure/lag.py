"""The lag of the program's loop: how long whatever is ready has to wait for its turn."""

import asyncio
from collections.abc import Awaitable, Callable

EVERY_S = 0.5


async def watch_lag(note: Callable[[float], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Notes the lag in seconds twice a second, until it is cancelled."""
    now = asyncio.get_running_loop().time
    while True:
        asked_at = now()
        await sleep(EVERY_S)
        note(max(now() - asked_at - EVERY_S, 0))
