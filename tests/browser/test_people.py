"""Log-in, account, users and audit in a real browser."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from connector.domain.roles import Role

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from tests.browser.conftest import CheckAccess, Console, LogIn, OpenPage, Watched

PASSWORD = "made-up-for-browser-tests"
PAGES = ("/login", "/account", "/users", "/users/audit")
PHONE = {"width": 375, "height": 700}


async def too_wide(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    wide: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


async def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    await page.get_by_label("名前", exact=True).fill(name)
    await page.get_by_label("パスワード", exact=True).fill(password)
    await page.keyboard.press("Enter")


async def test_the_log_in_leads_back_to_where_one_wanted_to_go(page: Page, console: Console, watched: Watched) -> None:
    watched.allow("status of 401")
    await console.ask("POST", "/api/v1/users", {"name": "佐藤", "password": PASSWORD, "role": "viewer"})
    await page.goto("/conflicts?which=closed")
    await expect(page).to_have_url(re.compile("/login"))
    await expect(page.get_by_label("名前", exact=True)).to_be_focused()

    await sign_in(page, "佐藤", "a wrong password")
    await expect(page.get_by_role("alert")).to_contain_text("名前またはパスワードが違います")
    await sign_in(page, "佐藤")

    await expect(page).to_have_url(f"{console.url}/conflicts?which=closed")
    cookies = {each["name"]: each for each in await page.context.cookies()}
    assert (cookies["session"]["httpOnly"], cookies["session"]["sameSite"]) == (True, "Lax")


async def test_whoever_logs_out_is_out_on_every_page(log_in: LogIn, watched: Watched) -> None:
    watched.allow("status of 401")
    page = await log_in(Role.VIEWER)
    await page.locator("details.menu summary").click()
    await page.get_by_role("button", name="ログアウト", exact=True).click()
    await expect(page).to_have_url(re.compile("/login$"))

    await page.goto("/account")

    await expect(page).to_have_url(re.compile("/login"))


async def test_an_administrator_adds_a_user_who_logs_in(log_in: LogIn, open_page: OpenPage, console: Console) -> None:
    admin = await log_in(Role.ADMIN)
    await admin.goto("/users")
    form = admin.locator("form[action='/users']")
    await form.get_by_label("名前").fill("田中")
    await form.get_by_label("最初のパスワード").fill(PASSWORD)
    await form.get_by_label("権限").select_option("packer")
    await form.get_by_role("button", name="追加").click()
    await expect(admin.get_by_role("status").filter(has_text="追加しました")).to_be_visible()

    page = await open_page()
    await page.goto("/login")
    await sign_in(page, "田中")

    await expect(page.locator(".who")).to_have_text("田中")
    assert {each.name: each.role for each in await console.app.store.users.all()}["田中"] is Role.PACKER


async def test_a_user_who_is_disabled_is_out_at_once(log_in: LogIn, watched: Watched) -> None:
    watched.allow("status of 401")
    admin, packer = await log_in(Role.ADMIN), await log_in(Role.PACKER)
    await admin.goto("/users")
    await admin.get_by_role("button", name=re.compile("無効にする.*packer")).click()
    await expect(admin.get_by_role("row", name=re.compile("packer-1"))).to_contain_text("無効")

    await expect(packer).to_have_url(re.compile("/login"))


async def test_a_token_is_shown_once_and_opens_the_api(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.ADMIN)
    await page.goto("/users")
    await page.get_by_label("どのプログラムのものか").fill("wms")
    await page.get_by_role("button", name="作る").click()
    token = await page.locator(".number", has_text="qct_").inner_text()
    headers = {"Authorization": f"Bearer {token}"}
    async with console.http.get(f"{console.url}/api/v1/me", headers=headers) as response:
        me = await response.json()

    await page.goto("/users")
    await page.get_by_text("取り消す wms", exact=True).click()
    await page.get_by_role("button", name="完全に取り消す").click()

    assert (me["name"], me["role"], me["via"]) == ("wms", "viewer", "token")
    await expect(page.get_by_role("row", name="wms")).to_contain_text("取り消し済み")
    await expect(page.locator("body")).not_to_contain_text("qct_")
    async with console.http.get(f"{console.url}/api/v1/me", headers=headers) as response:
        assert response.status == 401


async def test_a_password_is_changed_and_the_other_browser_is_out(
    log_in: LogIn, open_page: OpenPage, watched: Watched
) -> None:
    watched.allow("status of 401")
    page = await log_in(Role.OPERATOR)
    elsewhere = await open_page()
    await elsewhere.goto("/login")
    await sign_in(elsewhere, "operator-0")
    await elsewhere.locator("#live.on").wait_for(state="attached")
    await page.goto("/account")
    await page.get_by_label("いまのパスワード").fill(PASSWORD)
    await page.get_by_label("新しいパスワード").fill("another one, longer")
    await page.get_by_label("もう一度").fill("another one, longer")
    await page.get_by_role("button", name="変更する").click()
    await expect(page.get_by_role("status").filter(has_text="パスワードを変更しました")).to_be_visible()

    await expect(elsewhere).to_have_url(re.compile("/login"))


async def test_whoever_changes_their_password_stays_in_although_the_page_hears_of_it_first(
    log_in: LogIn, console: Console
) -> None:
    """The session that the page still has is no more, and its new one is on its way with the answer."""
    page = await log_in(Role.OPERATOR)
    await page.goto("/account")
    await page.locator("#live.on").wait_for(state="attached")
    heard = asyncio.Event()
    await page.expose_function("hear", heard.set)
    await page.evaluate("document.body.addEventListener('live:people', () => window.hear())")

    async def answer_late(route: Route) -> None:
        asked = route.request
        async with console.http.post(
            asked.url, data=asked.post_data, headers=await asked.all_headers(), allow_redirects=False
        ) as answer:
            assert answer.status == 303
            await asyncio.wait_for(heard.wait(), 20)
            await route.fulfill(status=answer.status, headers=dict(answer.headers))

    await page.route("**/account/password", answer_late)
    await page.get_by_label("いまのパスワード").fill(PASSWORD)
    await page.get_by_label("新しいパスワード").fill("another one, longer")
    await page.get_by_label("もう一度").fill("another one, longer")
    await page.get_by_role("button", name="変更する").click()

    await expect(page.get_by_role("status").filter(has_text="パスワードを変更しました")).to_be_visible()


async def test_all_of_it_works_without_javascript(open_page: OpenPage, console: Console) -> None:
    await console.ask("POST", "/api/v1/users", {"name": "boss", "password": PASSWORD, "role": "admin"})
    page = await open_page(java_script_enabled=False)
    await page.goto("/users")
    await page.get_by_label("名前", exact=True).fill("boss")
    await page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="ログイン").click()
    await expect(page.get_by_role("heading", name="ユーザーとトークン")).to_be_visible()
    await page.get_by_role("link", name="操作の記録").click()
    await expect(page.get_by_role("row", name="POST /login")).to_be_visible()
    await page.goto("/account")
    await page.get_by_label("言語", exact=True).select_option("en")
    await page.get_by_role("button", name="保存").click()

    await expect(page.get_by_role("status").filter(has_text="The language is changed.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_its_pages(
    log_in: LogIn, open_page: OpenPage, accessible: CheckAccess, console: Console, scheme: str
) -> None:
    """With a screen reader, by keyboard, on a phone, in both languages."""
    for name in ("wms", "もう一つの長い名前のプログラム"):
        await console.ask("POST", "/api/v1/tokens", {"name": name, "role": "viewer"})
    admin = await log_in(Role.ADMIN, color_scheme=scheme)
    stranger = await open_page(color_scheme=scheme)
    for language in ("ja", "en"):
        for page in (admin, stranger):
            await page.context.add_cookies([{"name": "language", "value": language, "url": console.url}])
        for path in PAGES:
            page = stranger if path == "/login" else admin
            await page.set_viewport_size({"width": 1280, "height": 800})
            await page.goto(path)
            await accessible(page)
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a size, spelt out above
            assert await too_wide(page) <= 0, path
