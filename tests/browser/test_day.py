"""A day at the console: a label followed live from its message to Qoo10, and a conflict worked to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from connector.domain.roles import Role
from connector.store.changes import Topic

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import CheckAccess, Console, LogIn, Watched

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
ZOOMED = {"viewport": {"width": 640, "height": 400}}
"""A desk's screen at 200 %."""


async def does_not_scroll_sideways(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_a_label_is_followed_live_from_its_message_to_qoo10(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)
    await page.evaluate("window.same = 'page'")
    await expect(page.locator("figcaption")).to_contain_text("今日 0件を入力")

    (order_no,) = console.order()
    await console.print_label(order_no)

    await expect(page.locator("figcaption")).to_contain_text("今日 1件を入力")
    await expect(page.locator("#gap .stat").first).to_contain_text("0 件")
    assert await page.evaluate("window.same") == "page"


async def test_a_held_number_appears_among_what_needs_a_person(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)
    await expect(page.locator("#needs")).to_contain_text("人の手が必要なものはありません")

    await console.open_conflict()

    await expect(page.locator("#needs")).to_contain_text("荷物を抜き取り")
    await expect(page.locator("#waiting")).to_have_text("1件が未処理")


async def test_a_conflict_is_worked_to_its_end(log_in: LogIn, console: Console) -> None:
    await console.open_conflict()
    page = await log_in(Role.OPERATOR)

    await page.get_by_role("link", name="キャンセル要請").click()
    await page.locator("#conflicts").get_by_role("link", name="開く").click()
    await expect(page.locator("#advice")).to_contain_text("QSMの左メニュー")
    await expect(page.locator("#picture svg")).to_be_visible()
    acts = page.locator("#acts details").first
    await acts.get_by_label("理由").fill("梱包台で止めた")
    await acts.get_by_label("荷物が発送されないよう止めました").check()
    await acts.get_by_role("button").click()

    await expect(page.get_by_role("status").filter(has_text="記録しました")).to_be_visible()
    await expect(page.locator("#picture table")).to_contain_text("梱包台で止めた")
    await expect(page.locator("#standing")).not_to_contain_text("対応中")
    await page.get_by_role("link", name="キャンセル要請").first.click()
    await expect(page.locator("#conflicts")).to_contain_text("対応中のキャンセル要請はありません")
    await page.get_by_role("link", name="終了").click()
    await expect(page.get_by_role("link", name="1", exact=True)).to_be_visible()


async def test_an_act_that_lacks_something_is_not_done_and_says_why(
    log_in: LogIn, console: Console, watched: Watched
) -> None:
    watched.allow("409")
    await console.open_conflict()
    page = await log_in(Role.OPERATOR)
    await page.goto("/conflicts/1")
    acts = page.locator("#acts details").first
    await acts.get_by_label("理由").fill("電話 090-1234-5678")
    await acts.get_by_label("荷物が発送されないよう止めました").check()
    await acts.get_by_role("button").click()

    await expect(page.get_by_role("alert")).to_contain_text("何も行われませんでした")
    assert (await console.app.store.cases([1]))[0].conflict.closed_at is None


async def test_whoever_may_only_look_sees_no_acts(log_in: LogIn, console: Console) -> None:
    await console.open_conflict()
    page = await log_in(Role.PACKER)
    await page.goto("/conflicts/1")

    await expect(page.locator("#acts")).to_contain_text("あなたの権限では閲覧だけできます")
    assert await page.locator("#acts form").count() == 0


async def test_the_dossier_is_printed_in_its_own_style(log_in: LogIn, console: Console) -> None:
    await console.open_conflict()
    page = await log_in(Role.VIEWER)
    await page.goto("/conflicts/1/print")

    assert await page.locator("header h1").evaluate("each => getComputedStyle(each).fontSize") == "22px"
    answer = await page.request.get("/conflicts/1/dossier.pdf")
    assert (answer.headers["content-type"], (await answer.body())[:5]) == ("application/pdf", b"%PDF-")


async def test_pages_change_their_language(log_in: LogIn) -> None:
    page = await log_in(Role.VIEWER)
    await page.locator("details.menu summary").click()
    await page.get_by_role("button", name="English").click()

    await expect(page.get_by_role("heading", name="Now")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_the_keyboard_leads_everywhere(log_in: LogIn, console: Console) -> None:
    await console.open_conflict()
    page = await log_in(Role.VIEWER)
    await page.keyboard.press("?")
    await expect(page.locator("dialog#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.wait_for_url("**/conflicts")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/conflicts/*")


async def test_a_row_stays_chosen_when_its_list_is_read_anew(log_in: LogIn, console: Console) -> None:
    await console.open_conflict()
    page = await log_in(Role.VIEWER)
    await page.goto("/conflicts")
    await page.locator("#live.on").wait_for(state="attached")
    await page.keyboard.press("j")
    row = page.locator("#conflicts [data-row] a").first
    await expect(row).to_be_focused()
    await row.evaluate("each => (each.old = true)")

    console.app.store.changes.tell([Topic.CONFLICTS])
    await expect(row).not_to_have_js_property("old", value=True)

    await expect(row).to_be_focused()


async def test_the_brightness_is_kept(log_in: LogIn) -> None:
    page = await log_in(Role.VIEWER)
    before = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.locator("[data-theme-switch]").click()
    after = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.reload()

    assert before != after
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == after


async def test_a_lost_connection_is_said_and_made_good(log_in: LogIn, console: Console, watched: Watched) -> None:
    watched.allow("ERR_FAILED")
    page = await log_in(Role.VIEWER)
    await page.route("**/stream", lambda route: route.abort())
    await page.reload()
    await expect(page.locator("#live")).to_contain_text("再接続中")
    await page.evaluate("window.same = 'page'")
    (order_no,) = console.order()
    await console.print_label(order_no)
    await console.entered(order_no)
    await page.unroute("**/stream")

    await expect(page.locator("#live")).to_contain_text("更新中")
    await expect(page.locator("figcaption")).to_contain_text("今日 1件を入力")
    assert await page.evaluate("window.same") == "page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_these_pages(
    log_in: LogIn, console: Console, accessible: CheckAccess, watched: Watched, scheme: str
) -> None:
    await console.open_conflict()
    page = await log_in(Role.OPERATOR, color_scheme=scheme)
    watched.allow("404")
    for path in ("/", "/conflicts", "/conflicts?which=closed", "/conflicts/1", "/nowhere"):
        await page.goto(path)
        await accessible(page)


@pytest.mark.parametrize("options", [PHONE, ZOOMED], ids=["phone", "zoomed"])
async def test_nothing_is_cut_off_on_a_small_screen(
    log_in: LogIn, console: Console, accessible: CheckAccess, options: dict[str, object]
) -> None:
    await console.open_conflict()
    page = await log_in(Role.OPERATOR, **options)
    for path in ("/", "/conflicts", "/conflicts/1"):
        await page.goto(path)
        assert await does_not_scroll_sideways(page), path
        await accessible(page)
