"""The packing table in a real browser: what a packer is told of each scan, and nobody misses a stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect

from connector.demo.packing import tracking_number
from connector.domain.orders import ClaimStatus
from tests.browser.scanning import SETTLES_MS, all_entered, label, pairs_of, read, rows, shows, sounds

if TYPE_CHECKING:
    from tests.browser.conftest import Console


async def test_an_order_and_its_label_are_entered(table: Page, console: Console) -> None:
    (order,) = console.order()
    await read(table, order)
    await shows(table, "next", "次は送り状", order)
    await read(table, f"A{label(1)}B")

    await shows(table, "go", "入力済み", order, label(1), "発送できます")
    assert console.market.line(order).shipping.tracking_no == label(1)
    assert (await sounds(table))[-1] == "go"


async def test_a_label_and_its_order_are_entered(table: Page, console: Console) -> None:
    (order,) = console.order()
    await read(table, tracking_number(1))
    await shows(table, "next", "次は注文")
    await read(table, f"Q-{order}")

    await shows(table, "go", order, label(1))


async def test_a_cancelled_order_is_red_at_once(table: Page, console: Console) -> None:
    (order,) = console.order()
    console.market.set_claim(order, ClaimStatus.CANCELLING)
    await console.print_label(order, 1)
    await until_claims_are_read(console)
    await read(table, label(1))

    await shows(table, "stop", "止める", "発送しないでください")
    box = table.locator(".lane")
    assert await box.evaluate("(lane) => getComputedStyle(lane).backgroundColor") == "rgb(165, 29, 21)"
    assert (await sounds(table))[-1] == "stop"
    await expect(table.locator("#scan-alarm")).to_contain_text(label(1))


async def until_claims_are_read(console: Console) -> None:
    """Waits until a cancel that stands is known."""
    with console.app.store.changes.listening() as listener:
        while not await console.app.store.cases():
            await asyncio.wait_for(listener.take(), SETTLES_MS / 1000)


@pytest.mark.parametrize("confirm", ["Space", "CMD-OK", "button"])
async def test_a_late_stop_of_an_earlier_parcel_is_loud_until_somebody_confirms_it(
    table: Page, console: Console, confirm: str
) -> None:
    """The next scan is there already; it is not disturbed."""
    first, second = pairs_of(console, 2)
    await read(table, *first)
    await shows(table, "go", first[0])
    await read(table, second[0])
    console.market.set_claim(first[0], ClaimStatus.CANCEL_REQUESTED)

    stops = table.locator("#scan-stops")
    await expect(stops).to_be_visible(timeout=SETTLES_MS)
    await expect(stops.locator("li")).to_have_count(1)
    await expect(stops).to_contain_text(first[1])
    assert "stop" in await sounds(table)
    await read(table, second[1])
    await shows(table, "go", second[0])
    await table.reload()
    await expect(stops).to_contain_text(first[1])
    await table.locator("#scan[data-ready]").wait_for()
    if confirm == "button":
        await stops.get_by_role("button").click()
    elif confirm == "Space":
        await table.keyboard.press("Space")
    else:
        await read(table, confirm)
    await expect(stops).to_be_hidden()
    assert await table.locator("#scan-text").input_value() == ""
    await table.reload()
    await table.locator("#scan[data-ready]").wait_for()
    await expect(stops).to_be_hidden()


async def test_a_label_of_another_order_is_red(table: Page, console: Console) -> None:
    one, other = console.order()[0], console.order()[0]
    await console.print_label(other, 1)
    await console.entered(other)
    await read(table, one, label(1))

    await shows(table, "stop", "別の注文のラベルです", one, f"このラベルの注文: {other}")
    assert console.market.line(one).shipping.tracking_no == ""


async def test_a_label_that_another_program_has_told_of_needs_no_order(table: Page, console: Console) -> None:
    (order,) = console.order()
    await console.print_label(order, 1)
    await console.entered(order)
    await read(table, label(1))

    await shows(table, "go", order, label(1))
    await read(table, label(2))
    await shows(table, "next", "次は注文")


async def test_two_orders_in_a_row_are_said_and_pair_with_nothing(table: Page, console: Console) -> None:
    (one, number), (other, _) = pairs_of(console, 2)
    await read(table, one, other)
    await shows(table, "unknown", "前の注文の送り状がまだです")
    await read(table, number)
    await shows(table, "unknown", "どの注文の送り状かわかりません")
    await read(table, one, number)

    await shows(table, "go", one, number)
    assert console.market.line(other).shipping.tracking_no == ""


async def test_escape_gives_up_half_a_pair(table: Page, console: Console) -> None:
    (one, number), (other, _) = pairs_of(console, 2)
    await read(table, one)
    await table.keyboard.press("Escape")
    await shows(table, "next", "取り消しました")
    await read(table, other, number)

    await all_entered(console, [(other, number)])
    assert console.market.line(one).shipping.tracking_no == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (label(1)[:-1] + "9", "検査数字が合いません"),
        ("あいう", "日本語入力がオンです"),
        ("https://example.test/x", "番号として読み取れません"),
        ("CMD-WHAT", "知らない操作バーコードです"),
    ],
)
async def test_what_cannot_be_read_is_said_and_never_sent(table: Page, console: Console, text: str, said: str) -> None:
    await table.keyboard.insert_text(text)
    await table.keyboard.press("Enter")

    await shows(table, "unknown", said)
    assert await rows(console) == (0, 0)


async def test_a_products_barcode_is_no_label(table: Page, console: Console) -> None:
    (order, number), *_ = pairs_of(console, 1)
    await read(table, order, "4901234567894")
    await shows(table, "unknown", "注文番号でも送り状番号でもありません")
    await read(table, number)

    await shows(table, "go", order, number)
