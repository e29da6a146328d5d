"""Long loops that let others have their turn: an acknowledgement must not wait for five hundred decisions."""

import asyncio

_EVERY = 20
"""Steps between two breaths: about a millisecond of work."""


async def breathe(position: int) -> None:
    """Lets the rest of the program go on, every so many positions of a loop."""
    if position % _EVERY == _EVERY - 1:
        await asyncio.sleep(0)
