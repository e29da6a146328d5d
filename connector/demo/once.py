"""``demo --once``: the fixed scenario from start to proof."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console

from connector.demo.packing import Answer
from connector.demo.play import play
from connector.demo.scenario import SCENARIO, Order, Twist, buy
from connector.demo.show import conflict_line, entry_table, gaps, label_line
from connector.demo.stage import SHOP, Stage, rehearsal_qoo10, service
from connector.demo.verify import CLAIMED, Claim, Expectation, Outcome, differences
from connector.domain.reasons import Reason
from connector.sandbox import Market
from connector.sandbox.people import CANARIES
from connector.store.overview import EntryRow

PAUSE_S = 0.5
"""Between two labels."""
LOOK_EVERY_S = 0.05
PATIENCE_S = 20.0
"""How long is waited for the last entry; the proof then says what is missing."""
MOST_ROWS = 1000


async def run_once(console: Console, port: int) -> bool:
    """Plays the scenario; whether Qoo10's side shows what the service claims.

    Raises:
        OSError: the port is taken.
    """
    async with rehearsal_qoo10() as sandbox:
        early = {
            serial: buy(sandbox.market, cart, serial)
            for serial, cart in enumerate(SCENARIO)
            if cart.twist is not Twist.LATE_ORDER
        }
        async with service(sandbox, port) as stage:
            console.print(f"A made-up Qoo10 listens on {sandbox.origin},", highlight=False)
            console.print(f"the service on             {stage.url}.", highlight=False)
            await _orders_known(stage, list(early.values()))
            console.print("\nThe packing table prints labels and reports each of them:\n")
            orders = []
            found = []
            for serial, cart in enumerate(SCENARIO):
                order = early.get(serial) or buy(stage.market, cart, serial)
                answers = await play(stage, order)
                console.print(label_line(order, answers), highlight=False, soft_wrap=True)
                orders.append(order)
                found += _answers(order, answers)
                await asyncio.sleep(PAUSE_S)
            expected = [each for order in orders for each in order.expected()]
            entries = await _settled(stage, len(expected))
            found += await _prove(stage, orders, expected, entries)
            await _report(console, stage, entries)
            return _verdict(console, stage.market, expected, found)


async def _orders_known(stage: Stage, orders: Sequence[Order]) -> None:
    """Waits for the service's first look at Qoo10, as it has long happened on a working day."""
    order_nos = [line.order_no for order in orders for line in order.lines]

    async def known() -> bool:
        return len(await stage.store.known_lines(SHOP, order_nos)) == len(order_nos)

    await _until(known)


async def _settled(stage: Stage, count: int) -> list[EntryRow]:
    """All entries, in the order of their lines, once none is in work any more or the time is over."""

    async def settled() -> bool:
        entries = await stage.store.entry_rows(MOST_ROWS)
        return len(entries) >= count and all(row.entry.state in CLAIMED for row in entries)

    await _until(settled)
    return sorted(await stage.store.entry_rows(MOST_ROWS), key=lambda row: row.entry.order_no)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds, or when the patience is at its end."""
    deadline = time.monotonic() + PATIENCE_S
    while not await holds():
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(LOOK_EVERY_S)


def _answers(order: Order, answers: Sequence[Answer]) -> list[str]:
    """What is wrong with the answers to a label's reports: the first is taken, a repetition is known."""
    said = [(answer.status, answer.accepted, answer.duplicates) for answer in answers]
    wanted = [(202, 1, 0), (202, 0, 1)][: len(said)]
    return [] if said == wanted else [f"{order.reference}: the reports were answered with {said}"]


async def _prove(
    stage: Stage, orders: Sequence[Order], expected: Sequence[Expectation], entries: Sequence[EntryRow]
) -> list[str]:
    faults = [fault.fault.value for order in orders for fault in order.faults()]
    claims = [Claim(row.entry.order_no, row.entry.tracking_no, row.entry.state, row.entry.reason) for row in entries]
    conflicts = [(conflict.order_no, conflict.kind) for conflict in await stage.store.conflict_rows(MOST_ROWS)]
    found = differences(expected, claims, conflicts, stage.market, faults)
    kept = b"".join(path.read_bytes() for path in stage.store_folder.iterdir() if path.is_file())
    return found + [f"the store holds personal data ({word})" for word in CANARIES if word.encode() in kept]


async def _report(console: Console, stage: Stage, entries: Sequence[EntryRow]) -> None:
    conflicts = await stage.store.conflict_rows(MOST_ROWS)
    lost = {
        row.entry.id
        for row in entries
        for step in await stage.store.steps_of(row.parcel.id, [row.entry.id])
        if step.entry_id == row.entry.id and step.reason == Reason.ANSWER_LOST
    }
    console.print()
    console.print(entry_table(entries, conflicts, frozenset(lost)), highlight=False)
    console.print("The conflict log:")
    for conflict in reversed(conflicts):
        console.print(conflict_line(conflict), highlight=False, soft_wrap=True)
    console.print()
    states = Counter(CLAIMED.get(row.entry.state, row.entry.state).value for row in entries)
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    carts = len({row.entry.pack_no for row in entries})
    console.print(
        f"{len(entries)} order lines in {carts} carts: {counted}; {gaps(entries)}.", highlight=False, soft_wrap=True
    )


def _verdict(console: Console, market: Market, expected: Sequence[Expectation], found: Sequence[str]) -> bool:
    for sentence in found:
        console.print(f"  {sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
    if found:
        console.print("Qoo10's side does not show what the service claims, see above.", style="red")
        return False
    standing = sum(bool(line.shipping.tracking_no) for line in market.lines.values())
    others = sum(each.outcome is not Outcome.ENTERED for each in expected)
    console.print(
        f"Checked at Qoo10: {standing} numbers stand, each written once; the other {others} lines have none.",
        style="green",
        highlight=False,
        soft_wrap=True,
    )
    return True
