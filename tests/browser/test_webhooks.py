"""The page 送信Webhook in a browser: a target that fails, what was given up sent again, live, on every screen."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect
from pydantic import SecretStr

from connector.clock import utc_now
from connector.domain.hooks import HookEvent, judged
from connector.domain.roles import Role
from connector.settings import WebhookSettings
from connector.store.hook_deliveries import HookDelivery, SettledHook
from tests.connector.hooks.conftest import SECRET, Warehouse, open_warehouse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.browser.conftest import CheckAccess, Console, LogIn

PAGE = "/settings/webhooks"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest_asyncio.fixture(loop_scope="session")
async def warehouse() -> AsyncIterator[Warehouse]:
    async with open_warehouse() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def webhooks(warehouse: Warehouse) -> Mapping[str, WebhookSettings]:
    """The targets of this module's console; nothing happens here that the second one wants to hear."""
    target = WebhookSettings(url=SecretStr(warehouse.url), secrets=(SecretStr(SECRET),))
    return {"wms": target, "sorter": target.model_copy(update={"events": (HookEvent.CLOSED,)})}


async def tried(console: Console) -> HookDelivery:
    """The newest message, once a try of it is kept."""
    with console.app.store.changes.listening() as listener:
        while True:
            found = await console.app.store.hooks.deliveries("wms", 1)
            if found and found[0].attempts:
                return found[0]
            await asyncio.wait_for(listener.take(), 20)


async def give_up(console: Console, warehouse: Warehouse) -> HookDelivery:
    """A number that was entered while the target refused everything, after the last of its tries."""
    warehouse.answer(503)
    (order_no,) = console.order()
    await console.print_label(order_no)
    failed = await tried(console)
    await console.app.store.hooks.settle(SettledHook(failed, judged(503), utc_now()))
    return failed


async def test_a_target_that_begins_to_fail_is_seen_live(log_in: LogIn, console: Console, warehouse: Warehouse) -> None:
    page = await log_in(Role.VIEWER)
    await page.get_by_role("link", name="設定", exact=True).click()
    await page.get_by_role("link", name="送信Webhook").click()
    await page.get_by_role("link", name="wms", exact=True).click()
    target = page.get_by_role("region", name="wms")
    await expect(target).to_contain_text("まだ何も送っていません")
    await page.locator("#live.on").wait_for(state="attached")

    warehouse.answer(503)
    (order_no,) = console.order()
    await console.print_label(order_no)

    await expect(target).to_contain_text("届いていません")
    await expect(target).to_contain_text("相手がエラーを返しました HTTP 503")
    row = page.locator("#messages tbody tr")
    await expect(row).to_contain_text(order_no)
    await expect(row).to_contain_text("次の送信")
    await expect(page.locator("main").get_by_role("button")).to_have_count(0)


async def test_what_was_given_up_is_sent_again_and_seen_delivered_without_a_reload(
    log_in: LogIn, console: Console, warehouse: Warehouse
) -> None:
    """The target answers only once the page shows that the message waits."""
    await give_up(console, warehouse)
    page = await log_in(Role.ADMIN)
    await page.goto(f"{PAGE}?target=wms")
    row = page.locator("#messages tbody tr")
    await expect(row).to_contain_text("断念")
    go = asyncio.Event()

    async def answer_late(_request: web.Request, _message: dict[str, Any]) -> web.Response:
        await go.wait()
        return web.Response(status=204)

    warehouse.behave = answer_late
    await row.get_by_role("button", name="送り直す").click()

    await expect(page.get_by_role("status").filter(has_text="1件を送り直します")).to_be_visible()
    await expect(row).to_contain_text("送信待ち")
    await page.locator("#live.on").wait_for(state="attached")
    loaded_at = await page.evaluate("performance.timeOrigin")
    go.set()
    await expect(row).to_contain_text("送信済み")
    await expect(page.get_by_role("region", name="wms")).to_contain_text("正常")
    assert await page.evaluate("performance.timeOrigin") == loaded_at
    assert [each["type"] for each in warehouse.taken] == ["entry.entered"]


async def test_a_test_that_arrives_has_what_waits_sent_too(
    log_in: LogIn, console: Console, warehouse: Warehouse
) -> None:
    """The next try would be in minutes; whoever has mended the target need not wait for it."""
    warehouse.answer(503)
    page = await log_in(Role.ADMIN)
    await console.print_label(console.order()[0])
    failed = await tried(console)
    await console.app.store.hooks.settle(
        SettledHook(failed, judged(503), utc_now(), due_at=utc_now() + timedelta(hours=5))
    )
    await page.goto(PAGE)
    warehouse.answer(204)

    await page.get_by_role("region", name="wms").get_by_role("button", name="試験を送る").click()

    await expect(page.get_by_role("status").filter(has_text="wms が試験を受け取りました (HTTP 204)")).to_be_visible()
    await expect(page.locator("#messages tbody tr").filter(has_text="番号を入力済み")).to_contain_text("送信済み")


async def test_the_keyboard_moves_through_the_messages(log_in: LogIn, console: Console, warehouse: Warehouse) -> None:
    """Also past a test, which leads nowhere; Enter opens what a message is about."""
    await give_up(console, warehouse)
    await console.ask("POST", "/api/v1/webhooks/wms/test")
    page = await log_in(Role.VIEWER)
    await page.goto(PAGE)
    await expect(page.locator("#messages tbody tr")).to_have_count(2)

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(re.compile(r"/entries/\d+$"))


async def test_everybody_can_use_it_on_a_phone_on_a_desk_in_the_dark_and_in_english(
    log_in: LogIn, console: Console, warehouse: Warehouse, accessible: CheckAccess
) -> None:
    await give_up(console, warehouse)
    page = await log_in(Role.ADMIN, **PHONE)
    for address in (PAGE, f"{PAGE}?target=wms&state=failed"):
        await page.goto(address)
        await expect(page.locator("#messages tbody tr")).to_have_count(1)
        await accessible(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await accessible(page)
    await page.emulate_media(color_scheme="dark")
    await page.context.add_cookies([{"name": "language", "value": "en", "url": console.url}])
    await page.goto(PAGE)
    await accessible(page)
    await expect(page.get_by_role("heading", name="Outgoing webhooks")).to_be_visible()
    await expect(page.locator("#targets")).to_contain_text("The target answered with an error HTTP 503")
    await expect(page.get_by_role("button", name="Deliver the 1 given up again")).to_be_visible()
