"""``demo`` without an end: a small packing line at work, and what the service makes of it."""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from connector.demo.play import play
from connector.demo.scenario import SCENARIO, Order, Twist, buy
from connector.demo.show import entry_table, gap_ms, gaps, outcome
from connector.demo.stage import USER, Stage, rehearsal_qoo10, service
from connector.domain.entry import EntryState
from connector.sandbox import Market

LABEL_EVERY_S = 1.0
LOOK_EVERY_S = 0.25
WAITING_ORDERS = 12
"""So many carts wait to be packed: more than are packed between two looks of the service at its open orders."""
TROUBLE = 0.3
"""The share of the scenario's troubles that happens again later."""
NEWEST = 11
"""Rows in view: with what stands above and below them they fill 24 lines."""
MEASURED = 500
"""Entries that the gap is worked out from."""
IN_WORK = frozenset({EntryState.WAITING, EntryState.ENTERING, EntryState.ACCEPTED})


async def run_live(console: Console, port: int, stop: asyncio.Event) -> None:
    """Packs until ``stop`` is set.

    Raises:
        OSError: the port is taken.
    """
    async with rehearsal_qoo10() as sandbox:
        orders = _buyers(sandbox.market)
        waiting = deque(itertools.islice(orders, WAITING_ORDERS))
        async with service(sandbox, port) as stage, asyncio.TaskGroup() as tasks:
            for line in _addresses(sandbox.admin_url, stage):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            running = [
                tasks.create_task(_pack(stage, orders, waiting)),
                tasks.create_task(_show(console, stage) if console.is_terminal else _tell(console, stage)),
            ]
            await stop.wait()
            for task in running:
                task.cancel()


def _addresses(admin_url: str, stage: Stage) -> list[str]:
    return [
        "A packing line at work, before a made-up Qoo10 on this machine. Ctrl-C ends it.",
        "",
        f"  the console    {stage.url}   user {USER}, password {stage.password}",
        f"                 {stage.url}/readyz    whether it can do its work",
        f"                 {stage.url}/metrics   what it measures",
        f"  Qoo10's side   {admin_url}/orders",
        "",
    ]


def _buyers(market: Market) -> Iterator[Order]:
    """Buyers without end: first the scenario's, then others like them, most of whom cause no trouble."""
    dice = random.Random(0)  # noqa: S311 - it deals a show, not secrets; the seed repeats it
    drawn = (dice.choice(SCENARIO) for _ in itertools.count())
    calmed = (cart if dice.random() < TROUBLE else replace(cart, twist=Twist.NONE) for cart in drawn)
    for serial, cart in enumerate(itertools.chain(SCENARIO, calmed)):
        yield buy(market, cart, serial)


async def _pack(stage: Stage, orders: Iterator[Order], waiting: deque[Order]) -> None:
    while True:
        waiting.append(next(orders))
        # A late order is packed before the service has had a look at it.
        late = waiting[-1].cart.twist is Twist.LATE_ORDER
        await play(stage, waiting.pop() if late else waiting.popleft())
        await asyncio.sleep(LABEL_EVERY_S)


async def _show(console: Console, stage: Stage) -> None:
    """Keeps the newest entries on the screen."""
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(await _view(stage), refresh=True)
            await asyncio.sleep(LOOK_EVERY_S)


async def _view(stage: Stage) -> Group:
    entries = await stage.store.entry_rows(MEASURED)
    conflicts = await stage.store.conflict_rows(MEASURED)
    still_open = sum(conflict.closed_at is None for conflict in conflicts)
    summary = f"conflicts: {len(conflicts)}, waiting for a person: {still_open}"
    return Group(entry_table(entries[:NEWEST], conflicts), Text("; ".join(filter(None, (gaps(entries), summary)))))


async def _tell(console: Console, stage: Stage) -> None:
    """For logs and pipes: a line for each entry that came to rest, or changed after that."""
    told: dict[int, str] = {}
    while True:
        conflicts = {conflict.order_no: conflict for conflict in await stage.store.conflict_rows(MEASURED)}
        for row in reversed(await stage.store.entry_rows(MEASURED)):
            entry = row.entry
            became = outcome(entry, conflicts.get(entry.order_no), lost=False).plain
            if entry.state not in IN_WORK and told.get(entry.id) != became:
                told[entry.id] = became
                gap = "" if gap_ms(entry) is None else f" after {gap_ms(entry)} ms"
                console.print(f"{entry.order_no}  {entry.tracking_no}  {became}{gap}", highlight=False, soft_wrap=True)
        await asyncio.sleep(LOOK_EVERY_S)
