"""The browser tests' own ground: they see what a page asks for and what goes wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import CheckAccess, Console, OpenPage, Watched


async def test_a_page_shows_what_the_program_answers(page: Page, console: Console) -> None:
    answer = await page.goto("/healthz")

    assert answer is not None
    assert answer.status == 200
    assert page.url == f"{console.url}/healthz"


async def test_a_request_to_somebody_else_is_seen_and_comes_to_nothing(page: Page, watched: Watched) -> None:
    watched.allow("https://elsewhere.test/")
    await page.goto("/healthz")
    with pytest.raises(Exception, match="NAME_NOT_RESOLVED"):
        await page.goto("https://elsewhere.test/")

    assert watched.faults == ["asked for https://elsewhere.test/"]


async def test_an_error_in_a_page_is_seen(page: Page, watched: Watched) -> None:
    watched.allow("made on purpose")
    await page.goto("/healthz")
    async with page.expect_event("pageerror"):
        await page.evaluate("setTimeout(() => { throw new Error('made on purpose') })")
    async with page.expect_console_message():
        await page.evaluate("console.error('also made on purpose')")

    assert [fault.partition(":")[0] for fault in watched.faults] == ["error", "console"]


async def test_a_page_that_some_cannot_use_is_refused(page: Page, accessible: CheckAccess) -> None:
    await page.set_content("<html lang=ja><title>x</title><main><h1>x</h1><input></main>")

    with pytest.raises(AssertionError, match="label"):
        await accessible(page)


async def test_pages_know_nothing_of_each_other(open_page: OpenPage, console: Console) -> None:
    first, second = await open_page(), await open_page()
    await first.context.add_cookies([{"name": "a", "value": "b", "url": console.url}])

    assert await second.context.cookies() == []


async def test_a_printed_label_is_entered_at_the_made_up_qoo10(console: Console) -> None:
    (order_no,) = console.order()
    number = await console.print_label(order_no)
    await console.entered(order_no)

    assert console.market.line(order_no).shipping.tracking_no == number
