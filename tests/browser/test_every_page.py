"""What holds for every page: at 200 %, on a narrow phone, in both languages, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from connector.domain.roles import Role
from tools.screens import SHOTS

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import CheckAccess, Console, LogIn

SHEET = "/conflicts/{conflict}/print"
"""Paper: as wide as paper is, in the languages of whoever reads it."""
PAGES = sorted({shot.path for shot in SHOTS} - {"/login", SHEET})
ZOOMED = {"viewport": {"width": 640, "height": 400}}
"""A desk's screen at 200 %."""
NARROW = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


async def filled(console: Console) -> dict[str, str]:
    """An entry that is done, a conflict, and a label without an order; gives their numbers."""
    done, asked = console.order()[0], console.order()[0]
    console.market.ask_cancel(asked)
    await console.print_label(done, 1)
    await console.entered(done)
    await console.print_label(asked, 2)
    await console.print_label("nobody's", 3)
    with console.app.store.changes.listening() as listener:
        while not (cases := await console.app.store.cases()) or not (lost := await unresolved(console)):
            await listener.take()
    (entry,) = (await console.ask("GET", f"/api/v1/entries?number={done}&state=all"))["entries"]
    return {"conflict": str(cases[0].conflict.id), "entry": str(entry["id"]), "label": str(lost[0]["parcel_id"])}


async def unresolved(console: Console) -> list[dict[str, int]]:
    found: list[dict[str, int]] = (await console.ask("GET", "/api/v1/entries?state=unresolved"))["entries"]
    return found


async def opened(page: Page, path: str) -> None:
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 200, path


@pytest.mark.parametrize("options", [ZOOMED, NARROW], ids=["zoomed", "narrow"])
async def test_no_page_scrolls_sideways(log_in: LogIn, console: Console, options: dict[str, object]) -> None:
    numbers = await filled(console)
    page = await log_in(Role.ADMIN, **options)
    wide = []
    for path in PAGES:
        await opened(page, path.format(**numbers))
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)

    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_every_page(
    log_in: LogIn, console: Console, accessible: CheckAccess, scheme: str
) -> None:
    numbers = await filled(console)
    page = await log_in(Role.ADMIN, color_scheme=scheme)
    for path in PAGES:
        await opened(page, path.format(**numbers))
        await accessible(page)


async def test_every_page_has_a_title_in_each_language_and_one_heading(log_in: LogIn, console: Console) -> None:
    numbers = await filled(console)
    page = await log_in(Role.ADMIN)
    titles: dict[str, list[str]] = {}
    for language in ("ja", "en"):
        await page.context.add_cookies([{"name": "language", "value": language, "url": console.url}])
        for path in PAGES:
            await opened(page, path.format(**numbers))
            await expect(page.locator("h1")).to_have_count(1)
            await expect(page.locator("html")).to_have_attribute("lang", language)
            titles.setdefault(path, []).append(await page.title())

    named_after_what_they_show = {"/sources/packing-table", "/entries/{entry}", "/parcels/{label}"}
    assert {path for path, (ja, en) in titles.items() if ja == en} == named_after_what_they_show
