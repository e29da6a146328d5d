"""A packing table with a reader: what the tests of the scan page do and look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page, expect
from sqlalchemy import func, select

from connector.demo.packing import tracking_number
from connector.store.scan_schema import scan
from connector.store.schema import label_event

if TYPE_CHECKING:
    from tests.browser.conftest import Console

API = "**/api/v1/scans**"
SETTLES_MS = 20_000
LISTEN = """
  window.tones = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.tones.push(this.frequency.value);
    return start.apply(this, when);
  };
"""
SIGNALS = {880: "go", 1320: "go", 1050: "moving", 700: "next", 210: "stop", 440: "unknown"}
"""What the tones of the page mean."""


def label(serial: int) -> str:
    return tracking_number(serial).replace("-", "")


async def opened(page: Page, table: str = "table-1") -> Page:
    """The scan page, ready to scan at a table."""
    await page.add_init_script(f"localStorage.setItem('scan.source', '{table}');{LISTEN}")
    await page.goto("/scan")
    await page.locator("#scan[data-ready]").wait_for()
    return page


async def read(page: Page, *texts: str) -> None:
    """A reader types each text, and Enter: key by key, as quickly as readers do."""
    session = await page.context.new_cdp_session(page)
    for text in texts:
        keys: list[dict[str, Any]] = [{"key": letter, "text": letter, "code": ""} for letter in text]
        keys.append({"key": "Enter", "text": "\r", "code": "Enter", "windowsVirtualKeyCode": 13})
        await asyncio.gather(
            *(
                session.send("Input.dispatchKeyEvent", {"type": kind} | (key if kind == "keyDown" else _released(key)))
                for key in keys
                for kind in ("keyDown", "keyUp")
            )
        )
    await session.detach()


def _released(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "text"}


async def shows(page: Page, signal: str, *words: str, lane: str = "") -> None:
    """Waits until a lane's big answer is this."""
    box = page.locator(f"[data-lane='{lane}'][data-signal='{signal}']")
    await expect(box).to_be_visible(timeout=SETTLES_MS)
    for word in words:
        await expect(box).to_contain_text(word, timeout=SETTLES_MS)


async def sounds(page: Page) -> list[str]:
    """What the page has let sound, tone by tone."""
    return [SIGNALS[round(tone)] for tone in await page.evaluate("window.tones")]


async def rows(console: Console) -> tuple[int, int]:
    """How many scans are kept, and how many label events came of them."""
    async with console.app.store._reader() as connection:
        scans = (await connection.execute(select(func.count()).select_from(scan))).scalar_one()
        events = (await connection.execute(select(func.count()).select_from(label_event))).scalar_one()
    return scans, events


async def until(console: Console, holds: Callable[[], bool]) -> None:
    """Waits until something is so at Qoo10."""
    with console.app.store.changes.listening() as listener:
        while not holds():
            await asyncio.wait_for(listener.take(), SETTLES_MS / 1000)


async def all_entered(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    """Waits until each order has its own label's number."""
    await until(console, lambda: all(console.market.line(order).shipping.tracking_no for order, _ in pairs))
    assert [(order, console.market.line(order).shipping.tracking_no) for order, _ in pairs] == list(pairs)


def pairs_of(console: Console, count: int) -> list[tuple[str, str]]:
    return [(console.order()[0], label(serial)) for serial in range(1, count + 1)]


async def nothing_waits(page: Page) -> None:
    """Waits until every scan of the page is answered."""
    await expect(page.locator("#scan-banner")).to_be_hidden(timeout=SETTLES_MS)
    await expect(page.locator("#scan-past").get_by_text("送信中")).to_have_count(0, timeout=SETTLES_MS)
