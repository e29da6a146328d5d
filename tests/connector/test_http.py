"""What every HTTP answer has in common: here, how serving ends."""

import asyncio
import contextlib
import socket

import pytest
from aiohttp import web

from connector.assembly.web import ANSWER_WITHIN_S, listen, runner_of

AT_ONCE_S = ANSWER_WITHIN_S / 2


@pytest.mark.parametrize("turns", range(6))
async def test_a_connection_that_is_made_while_serving_stops_is_ended_at_once(turns: int) -> None:
    """In whatever turn of the event loop the stop finds it: not accepted, accepted, made or idle."""
    runner = runner_of(web.Application())
    await listen(runner, "127.0.0.1", 0)
    with socket.create_connection(runner.addresses[0][:2], AT_ONCE_S) as sender:
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(AT_ONCE_S):
            await runner.cleanup()

        with contextlib.suppress(ConnectionResetError):  # its end as well: nobody had accepted it
            assert await asyncio.to_thread(sender.recv, 1) == b""
