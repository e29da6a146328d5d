"""Nothing that was scanned is lost or mixed up, whatever happens to the network, the page or the session."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Page, Route, expect

from connector.domain.roles import Role
from connector.store.changes import Topic
from tests.browser.scanning import API, all_entered, nothing_waits, opened, pairs_of, read, rows, shows, sounds

if TYPE_CHECKING:
    from tests.browser.conftest import Console, LogIn, Watched


async def test_a_hundred_scans_at_ten_a_second_lose_none(table: Page, console: Console) -> None:
    """A pace, not a wait: each begins a tenth of a second after the one before."""
    pairs = pairs_of(console, 50)
    began = time.monotonic()
    for place, text in enumerate(text for pair in pairs for text in pair):
        await asyncio.sleep(max(0.0, began + place / 10 - time.monotonic()))
        await read(table, text)

    await all_entered(console, pairs)
    await shows(table, "go", pairs[-1][0])
    assert await rows(console) == (100, 50)
    assert "unknown" not in await sounds(table)


async def test_scans_without_a_network_are_sent_once_it_is_back(
    table: Page, console: Console, watched: Watched
) -> None:
    watched.allow("ERR_INTERNET_DISCONNECTED|ERR_NETWORK|htmx:")
    pairs = pairs_of(console, 9)
    for pair in pairs[:3]:
        await read(table, *pair)
    await nothing_waits(table)
    await table.context.set_offline(True)
    for pair in pairs[3:6]:
        await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("6 件が送信待ちです")
    assert await table.locator("#scan-banner").get_attribute("data-waiting") == "6"
    await table.context.set_offline(False)
    for pair in pairs[6:]:
        await read(table, *pair)

    await all_entered(console, pairs)
    await nothing_waits(table)
    assert await rows(console) == (18, 9)


async def test_a_lost_answer_makes_no_second_scan(table: Page, console: Console, watched: Watched) -> None:
    """The program has kept it; the page has not heard so, and sends it again with its id."""
    watched.allow("ERR_FAILED")
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()
        await route.abort()

    await table.route(API, lose, times=2)
    (pair,) = pairs_of(console, 1)
    await read(table, *pair)

    await shows(table, "go", *pair)
    assert lost == 2
    assert await rows(console) == (2, 1)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_program_that_does_not_answer_gets_the_scans_later(
    table: Page, console: Console, watched: Watched, status: int
) -> None:
    watched.allow(f"status of {status}")
    (pair,) = pairs_of(console, 1)
    await table.route(API, lambda route: route.fulfill(status=status), times=3)
    await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("送信待ち")

    await shows(table, "go", *pair)
    await nothing_waits(table)


async def test_a_reload_loses_neither_scans_nor_half_a_pair(table: Page, console: Console, watched: Watched) -> None:
    watched.allow("ERR_FAILED|ERR_ABORTED")
    pairs = pairs_of(console, 6)
    await table.route(API, lambda route: route.abort())
    for pair in pairs[:5]:
        await read(table, *pair)
    await read(table, pairs[5][0])
    await table.reload()
    await table.locator("#scan[data-ready]").wait_for()
    await expect(table.locator(".lane")).to_contain_text(f"次は送り状 ({pairs[5][0]})")
    await table.unroute(API)
    await read(table, pairs[5][1])

    await all_entered(console, pairs)
    await nothing_waits(table)
    assert await rows(console) == (12, 6)


async def test_what_a_closed_page_has_not_sent_another_page_sends(
    table: Page, console: Console, watched: Watched
) -> None:
    watched.allow("ERR_FAILED|ERR_ABORTED")
    pairs = pairs_of(console, 3)
    await table.route(API, lambda route: route.abort())
    for pair in pairs:
        await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("6 件")
    await table.evaluate(
        """Object.keys(localStorage).filter((key) => key.startsWith("scan.alive."))
          .forEach((key) => localStorage.removeItem(key))"""
    )
    other = await opened(await table.context.new_page())
    await table.close()

    await all_entered(console, pairs)
    await nothing_waits(other)
    assert await rows(console) == (6, 3)


async def test_two_readers_on_one_page_do_not_mix_their_pairs(log_in: LogIn, console: Console) -> None:
    page = await opened(await log_in(Role.PACKER), "table-2")
    pairs = pairs_of(console, 8)
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        await read(page, f"!1{left[0]}", f"!2 A{right[1]}A", f"!2{right[0]}", f"!1{left[1]}")

    await all_entered(console, pairs)
    await shows(page, "go", pairs[-2][0], lane="left")
    await shows(page, "go", pairs[-1][0], lane="right")
    await read(page, "!1444!2106242873741375")
    await shows(page, "unknown", "2台のリーダーの読み取りが重なりました", lane="left")


async def test_two_pages_at_once_do_not_mix_their_pairs(table: Page, console: Console) -> None:
    other = await opened(await table.context.new_page())
    pairs = pairs_of(console, 6)
    for mine, theirs in zip(pairs[::2], pairs[1::2], strict=True):
        for page, text in ((table, mine[0]), (other, theirs[0]), (other, theirs[1]), (table, mine[1])):
            await page.bring_to_front()
            await read(page, text)

    await all_entered(console, pairs)
    for page in (table, other):
        await page.bring_to_front()
        await nothing_waits(page)
    assert await rows(console) == (12, 6)


async def test_the_end_of_the_session_loses_no_scan(table: Page, console: Console, watched: Watched) -> None:
    watched.allow("status of 401|htmx:")
    (pair,) = pairs_of(console, 1)
    cookies = await table.context.cookies()
    await table.context.clear_cookies()
    await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("ログインの期限が切れました")
    async with table.expect_response(lambda answer: answer.status == 401 and answer.url.endswith("/scan")):
        # The menu's part of the page asks for itself anew, and is led to the log-in.
        console.app.store.changes.tell([Topic.CONFLICTS])
    await table.context.add_cookies([_as_given(each) for each in cookies])

    await shows(table, "go", *pair)
    await nothing_waits(table)


def _as_given(cookie: Any) -> Any:
    return {name: cookie[name] for name in ("name", "value", "domain", "path", "httpOnly", "secure", "sameSite")}
