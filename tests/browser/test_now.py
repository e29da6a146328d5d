"""The page 今: how long numbers have not been entered, how Qoo10 does, what sources say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.async_api import expect

from connector.demo.packing import Label, tracking_number
from connector.domain.roles import Role
from connector.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from tests.browser.conftest import Console, LogIn


async def print_with_a_wrong_number(console: Console) -> None:
    """A label whose number fails its check digit: a person has to look at it, so its gap stays open."""
    (order_no,) = console.order()
    number = tracking_number(9, wrong=True)
    await console.table.report(Label("msg_wrong", order_no, "yamato", "takkyubin", number, datetime.now(UTC)))


async def test_a_gap_is_counted_while_it_is_open_and_measured_once_it_is_closed(
    log_in: LogIn, console: Console
) -> None:
    page = await log_in(Role.VIEWER)
    await page.evaluate("window.same = 'page'")
    stats, facts = page.locator("#gap .stat .value"), page.locator("#gap dl.facts")
    await expect(stats).to_have_text([re.compile(r"0\s*件"), "—", "—"])
    assert await page.locator("#gap svg rect.bar").count() == 0

    await console.print_label(console.order()[0])
    measured = re.compile(r"^[0-9.]+秒$")
    await expect(stats).to_have_text([re.compile(r"0\s*件"), measured, measured])
    await expect(page.locator("#gap svg rect.bar")).to_have_count(1)

    await print_with_a_wrong_number(console)
    await expect(stats.first).to_have_text(re.compile(r"1\s*件"))
    await expect(facts).to_contain_text(re.compile(r"最も古いもの\s*[0-9.]+秒前"))
    await expect(facts).to_contain_text(re.compile(r"経過時間\s*1分未満 1"))
    await facts.get_by_role("link").click()

    await expect(page.locator("main tbody tr")).to_have_count(1)
    await expect(page.locator("main tbody")).to_contain_text("検査数字が合いません")


async def test_how_qoo10_does_is_shown(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)
    await console.print_label(console.order()[0])
    qoo10 = page.locator("#qoo10")

    await expect(qoo10.locator("h3")).to_contain_text("正常")
    await expect(qoo10).to_contain_text(re.compile(r"この1時間\s*[1-9][0-9]*回、失敗0回、平均[0-9.]+秒"))
    await expect(qoo10).to_contain_text(re.compile(r"上限\s*毎秒50回"))
    await expect(qoo10).not_to_contain_text("抑制中")
    await expect(qoo10).to_contain_text(re.compile(r"認証キー\s*[0-9]{4}-[0-9]{2}-[0-9]{2}から使用\(発行日は未設定\)"))


async def test_a_pause_that_qoo10_asks_for_is_shown(log_in: LogIn, console: Console) -> None:
    console.market.faults.add(Fault(fault=FaultKind.THROTTLED))
    await console.print_label(console.order()[0])
    page = await log_in(Role.VIEWER)

    await expect(page.locator("#qoo10")).to_contain_text("抑制中")


async def test_a_key_that_qoo10_refuses_is_shown(log_in: LogIn, console: Console) -> None:
    console.market.shop("main").end_keys(expired=True)
    await console.print_label(console.order()[0])
    page = await log_in(Role.VIEWER)

    await expect(page.locator("#qoo10 h3")).to_contain_text("停止中")
    await expect(page.locator("#qoo10")).to_contain_text("Qoo10が販売者認証キーを受け付けません。")


async def test_a_source_is_silent_until_it_is_heard(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)
    row = page.locator("#sources tr").filter(has_text="packing-table")
    await expect(row).to_contain_text("まだなし")
    await expect(row).to_contain_text("待機")

    await console.print_label(console.order()[0])

    await expect(row).to_contain_text(re.compile(r"[0-9.]+秒前"))
    await expect(row).to_contain_text("受信中")
