"""The load generator: a process of its own, so that it does not measure itself. ``python -m bench.load``.

Reads a plan as JSON from standard input and writes a result as JSON to standard output.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

import aiohttp

from bench.rehearsal import printed, sagawa_number, signed

_AT_ONCE = 64
"""Connections, as a proxy in front of the service would hold them open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One signed label for each order, to ``url``: so many each second, or all at once when ``per_second`` is 0."""

    url: str
    order_nos: list[str]
    per_second: float
    first_serial: int = 0


@dataclass(slots=True)
class Result:
    """What came back. A message's time runs from when it was due to be sent, so that a queue is not hidden.

    ``answered_at`` is on the machine's clock (unix seconds), in the order of the plan; 0 for a message without a 202.
    """

    answer_s: list[float] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    took_s: float = 0.0


async def send(plan: Plan) -> Result:
    """Sends the plan's messages and waits for every answer."""
    result = Result(answered_at=[0.0] * len(plan.order_nos))
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:
        started = time.perf_counter()

        async def one(position: int, order_no: str) -> None:
            due = started + (position / plan.per_second if plan.per_second else 0.0)
            await asyncio.sleep(due - time.perf_counter())
            serial = plan.first_serial + position
            body = printed(order_no, sagawa_number(serial))
            try:
                async with session.post(plan.url, data=body, headers=signed(body, f"msg_{serial}")) as response:
                    await response.read()
                    status = str(response.status)
            except aiohttp.ClientError as error:
                status = type(error).__name__
            result.answer_s.append(time.perf_counter() - due)
            result.statuses[status] = result.statuses.get(status, 0) + 1
            if status == "202":
                result.answered_at[position] = time.time()

        await asyncio.gather(*(one(position, order_no) for position, order_no in enumerate(plan.order_nos)))
        result.took_s = time.perf_counter() - started
    return result


async def send_apart(plan: Plan) -> Result:
    """``send`` in a process of its own.

    Raises:
        RuntimeError: that process failed; its words are on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return Result(**json.loads(output))


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(send(Plan(**json.load(sys.stdin)))))))
