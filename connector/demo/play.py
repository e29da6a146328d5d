"""One label's way from the printer to the service, with whatever the scenario lets happen on it."""

import asyncio

from connector.clock import utc_now
from connector.demo.packing import Answer, Label
from connector.demo.scenario import Order, Twist
from connector.demo.stage import Stage
from connector.sandbox import Market


async def play(stage: Stage, order: Order) -> list[Answer]:
    """Prints the order's label and reports it; gives the answer to each report."""
    twist = order.cart.twist
    for fault in order.faults():
        stage.market.faults.add(fault)
    if twist is Twist.CANCEL_BEFORE:
        stage.market.ask_cancel(order.lines[0].order_no)
    label = Label(
        message_id=f"msg_{order.number}",
        order_ref=order.reference,
        carrier=order.cart.carrier,
        service=order.cart.service,
        tracking_number=order.number,
        printed_at=utc_now(),
    )
    if twist is Twist.CANCEL_IN_GAP:
        await _until_another_second(stage.market)
        stage.market.ask_cancel(order.lines[0].order_no)
    reports = 2 if twist is Twist.SENT_TWICE else 1
    return [await stage.table.report(label) for _ in range(reports)]


async def _until_another_second(market: Market) -> None:
    """Qoo10 shows no fractions of a second: only in the next one does its clock prove that the request came after."""
    await asyncio.sleep(1 - market.moment().microsecond / 1_000_000)
