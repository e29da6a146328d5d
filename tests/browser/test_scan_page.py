"""The scan page under a packer's hands: readers and keys, carriers, sound, small screens, languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Page, expect

from connector.domain.roles import Role
from tests.browser.scanning import label, opened, pairs_of, read, rows, shows, sounds

if TYPE_CHECKING:
    from tests.browser.conftest import CheckAccess, Console, LogIn, Watched


async def test_a_table_for_labels_alone_waits_for_no_order(log_in: LogIn, console: Console) -> None:
    page = await opened(await log_in(Role.PACKER), "table-3")
    (order,) = console.order()
    await console.print_label(order, 1)
    await console.entered(order)
    for text in (label(2), label(1)):
        await page.keyboard.insert_text(text)
        await page.keyboard.press("Enter")

    await shows(page, "go", order, label(1))
    await expect(page.locator("#scan-past tr").nth(1)).to_contain_text("確認")


async def test_a_reader_without_a_suffix_ends_a_scan_by_its_pause_and_a_hand_does_not(log_in: LogIn) -> None:
    page = await opened(await log_in(Role.PACKER), "table-3")
    await page.evaluate(
        """(text) => { const input = document.getElementById("scan-text");
          for (const letter of text) {
            input.value += letter;
            input.dispatchEvent(new InputEvent("input", { data: letter }));
          }
        }""",
        label(1),
    )
    await shows(page, "unknown", label(1))
    await page.keyboard.type(label(2), delay=60)
    await expect(page.locator("#scan-text")).to_have_value(label(2))
    await page.keyboard.press("Tab")

    await shows(page, "unknown", label(2))


async def test_no_pause_cuts_a_text_in_two_where_readers_send_a_suffix(table: Page, console: Console) -> None:
    """The first nine digits of an order look like a cart, and the first ten of a label like an order."""
    (order, number), *_ = pairs_of(console, 1)
    for text in (order, number):
        await table.keyboard.insert_text(text[:9])
        await table.keyboard.type(text[9:], delay=250)
        await table.keyboard.press("Enter")

    await shows(table, "go", order, number)
    assert await rows(console) == (2, 1)


async def test_letters_go_into_the_field_wherever_the_focus_is(table: Page, console: Console) -> None:
    (order,) = console.order()
    await table.locator("#scan-carrier").focus()
    await read(table, order)
    await shows(table, "next", order)
    await table.keyboard.press("ArrowUp")
    await expect(table.locator("#scan-text")).to_have_value(order)


async def test_the_carrier_is_chosen_by_a_barcode_and_remembered(table: Page, console: Console) -> None:
    carrier = table.locator("#scan-carrier")
    await expect(carrier).to_have_value("yamato.takkyubin")
    await read(table, "CMD-CARRIER-YAMATO.NEKOPOS")
    await expect(carrier).to_have_value("yamato.nekopos")
    (pair,) = pairs_of(console, 1)
    await read(table, *pair)
    await shows(table, "go", *pair)

    assert console.market.line(pair[0]).shipping.company == "ネコポス"
    await table.reload()
    await expect(carrier).to_have_value("yamato.nekopos")


async def test_a_viewer_may_not_scan(log_in: LogIn, watched: Watched) -> None:
    watched.allow("status of 403")
    page = await log_in(Role.VIEWER)
    answer = await page.goto("/scan")

    assert answer is not None
    assert answer.status == 403


async def test_every_answer_has_its_sound_and_a_muted_page_has_none(table: Page, console: Console) -> None:
    one, other = pairs_of(console, 2)
    await expect(table.locator("#scan-silent")).to_be_visible()
    await read(table, *one)
    await shows(table, "go", *one)

    await expect(table.locator("#scan-silent")).to_be_hidden()
    heard = await sounds(table)
    assert (heard[0], heard[-1]) == ("next", "go")
    await read(table, "CMD-MUTE", *other)
    await shows(table, "go", *other)
    assert await sounds(table) == heard


async def test_a_browser_that_lets_nothing_sound_is_told(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.PACKER)
    await page.add_init_script("AudioContext.prototype.resume = () => Promise.reject(new Error('not allowed'));")
    await page.add_init_script("Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });")
    await opened(page)
    (pair,) = pairs_of(console, 1)
    await read(page, *pair)
    await shows(page, "go", *pair)

    await expect(page.locator("#scan-silent")).to_be_visible()
    assert await sounds(page) == []


async def test_muting_is_remembered(table: Page) -> None:
    button = table.locator("#scan-mute")
    await read(table, "CMD-MUTE")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await table.reload()
    await expect(button).to_have_text("音を出す")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await expect(table.locator("#scan-text")).to_be_focused()


@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 390, "height": 844}, "has_touch": True}], ids=["desk", "phone"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(
    log_in: LogIn, console: Console, accessible: CheckAccess, options: dict[str, Any], scheme: str
) -> None:
    page = await opened(await log_in(Role.PACKER, color_scheme=scheme, **options))
    one, other = console.order()[0], console.order()[0]
    await console.print_label(other, 1)
    await console.entered(other)
    await page.locator("#scan-text").fill(one)
    await page.get_by_role("button", name="読む").click()
    await shows(page, "next", one)
    await accessible(page)
    await read(page, label(1))
    await shows(page, "stop")
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_page_speaks_english(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.PACKER)
    await page.context.add_cookies([{"name": "language", "value": "en", "url": console.url}])
    await opened(page)
    (pair,) = pairs_of(console, 1)
    await read(page, *pair)

    await shows(page, "go", "Entered", "The parcel may leave.")
