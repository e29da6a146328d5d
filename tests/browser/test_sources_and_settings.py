"""The pages 連携 and 設定: what sources sent, secrets, payloads tried out; settings without a secret, the check."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bench.rehearsal import printed, sagawa_number, signed
from connector.domain.roles import Role
from connector.tokens import fingerprint

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import CheckAccess, Console, LogIn, Watched

SOURCE = "packing-table"
SECRET = "whsec_YnJvd3Nlci10ZXN0cy1vbmx5LW5vLXJlYWwtc2hvcA=="
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
TOKEN = "a-token-for-browser-tests-on-loopback"
PERSON = "山田花子"


async def send(console: Console, secret: str, serial: int = 1, body: bytes | None = None) -> int:
    """A delivery's status, signed with this secret."""
    body = body or printed("1234567890", sagawa_number(serial))
    headers = signed(body, f"msg_{serial}_{fingerprint(secret)}", secret)
    async with console.http.post(f"{console.url}/webhooks/{SOURCE}", data=body, headers=headers) as response:
        return response.status


async def test_a_source_is_heard_live(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)
    await page.get_by_role("link", name="連携", exact=True).click()
    row = page.locator("#sources tbody tr").filter(has_text=SOURCE)
    await expect(row).to_contain_text("まだ届いていません")

    await console.print_label(console.order()[0])

    await expect(row).to_contain_text("正常")
    await expect(row).to_contain_text("受付 1")


async def test_what_could_not_be_read_is_shown_with_its_shape_and_no_value(log_in: LogIn, console: Console) -> None:
    body = json.dumps({"type": "label.printed", "data": {"order_ref": 5, "name": PERSON}}).encode()
    assert await send(console, SECRET, body=body) == 422
    page = await log_in(Role.VIEWER)

    await page.goto(f"/sources/{SOURCE}")

    await page.get_by_text("形 (値は保存していません)").click()
    await expect(page.locator("pre")).to_contain_text('"name": "string"')
    assert PERSON not in await page.content()
    await expect(page.get_by_role("button", name="試す")).to_have_count(0)


async def test_a_secret_is_changed_without_a_gap(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.ADMIN)
    await page.goto(f"/sources/{SOURCE}")
    await page.get_by_role("button", name="シークレットを追加").click()
    made = (await page.locator("section[aria-labelledby=new-secret-title] .number").inner_text()).strip()
    assert await send(console, SECRET) == 202
    assert await send(console, made) == 202

    await page.goto(f"/sources/{SOURCE}")

    assert made not in await page.content()
    row = page.locator("li").filter(has_text=fingerprint(made))
    await expect(row).to_contain_text("最後の使用")
    await expect(row).not_to_contain_text("まだありません")
    await row.get_by_role("button", name="取り消す").click()
    await expect(page.locator(".notice")).to_have_text("シークレットを取り消しました。")
    assert await send(console, made, serial=2) == 401
    assert await send(console, SECRET, serial=2) == 202


async def test_a_page_that_answers_a_form_stays_live(log_in: LogIn, console: Console) -> None:
    """It stands at an address that only takes forms, so what is new is read elsewhere."""
    page = await log_in(Role.ADMIN)
    await page.goto(f"/sources/{SOURCE}")
    await page.get_by_role("button", name="シークレットを追加").click()
    secret = page.locator("section[aria-labelledby=new-secret-title]")
    await expect(secret).to_be_visible()

    await console.open_conflict()

    await expect(page.locator("#waiting")).to_have_text("1件が未処理")
    await expect(secret).to_be_visible()


async def test_a_secret_that_does_not_fit_is_refused_with_the_reason(log_in: LogIn, watched: Watched) -> None:
    watched.allow("409")
    page = await log_in(Role.ADMIN)
    await page.goto(f"/sources/{SOURCE}")
    await page.get_by_label("送信元が決めたシークレット").fill(SECRET)
    await page.get_by_role("button", name="シークレットを追加").click()

    await expect(page.get_by_role("alert")).to_contain_text("このシークレットはすでに有効です")


async def test_only_an_administrator_is_offered_secrets(log_in: LogIn) -> None:
    page = await log_in(Role.OPERATOR)

    await page.goto(f"/sources/{SOURCE}")

    await expect(page.get_by_role("heading", name="シークレット")).to_be_visible()
    await expect(page.get_by_role("button", name="シークレットを追加")).to_have_count(0)


async def test_a_payload_is_tried_out_and_nothing_is_kept(log_in: LogIn) -> None:
    body = printed("1234567890", sagawa_number(1))
    page = await log_in(Role.OPERATOR)
    await page.goto(f"/sources/{SOURCE}")
    await page.get_by_label("本文").fill(body.decode())
    await page.get_by_label("ヘッダー").fill("\n".join(f"{k}: {v}" for k, v in signed(body, "msg_1", SECRET).items()))

    await page.get_by_role("button", name="試す").click()

    tried = page.locator("#tried")
    await expect(tried).to_contain_text("読み取れます")
    await expect(tried).to_contain_text("署名: 正しい")
    await expect(tried).to_contain_text("1234567890")
    await expect(page.locator("#facts")).to_contain_text("まだ何も届いていません")


async def test_a_file_is_tried_out_too_and_what_is_wrong_is_said(log_in: LogIn) -> None:
    page = await log_in(Role.OPERATOR)
    await page.goto(f"/sources/{SOURCE}")
    await page.get_by_label("またはファイル").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b'{"type": "label.printed"}'}
    )

    await page.get_by_role("button", name="試す").click()

    await expect(page.locator("#tried").get_by_role("alert")).to_contain_text("受け付けられません")


async def test_settings_show_values_and_origins_and_no_secret(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.VIEWER)

    await page.goto("/settings")

    await expect(page.locator("#checks")).to_contain_text("qoo10-connector check")
    await expect(page.locator("#checks tbody tr").first).to_contain_text("注意")
    shop = page.get_by_role("heading", name="[shops.main]")
    await expect(shop).to_be_visible()
    content = await page.content()
    assert [secret for secret in (SECRET, TOKEN, *console.market.shop("main").keys) if secret in content] == []


async def test_a_missing_carrier_name_is_shown_with_the_line_to_write(log_in: LogIn, console: Console) -> None:
    (order_no,) = console.order()
    body = printed(order_no, sagawa_number(1), carrier="nobody-knows-it")
    assert await send(console, SECRET, body=body) == 202
    with console.app.store.changes.listening() as listener:
        while not await console.app.store.source_log.missing_names():
            await listener.take()
    page = await log_in(Role.VIEWER, permissions=["clipboard-read", "clipboard-write"])

    await page.goto("/settings")

    missing = page.locator("section[aria-labelledby=missing-title]")
    await expect(missing).to_contain_text("1件が待っています")
    await missing.get_by_role("button", name="コピー").click()
    await expect(missing.locator("button.copied")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await missing.locator("pre").inner_text()
    assert tomllib.loads(copied) == {"sources": {SOURCE: {"carriers": {"nobody-knows-it": "..."}}}}


@pytest.mark.parametrize("address", ["/sources", f"/sources/{SOURCE}", "/settings", "/settings/checks"])
async def test_everybody_can_use_it_on_a_desk_in_the_dark_in_english_and_on_a_phone(
    address: str, log_in: LogIn, console: Console, accessible: CheckAccess
) -> None:
    await send(console, SECRET, body=b'{"type": "label.printed"}')
    page = await log_in(Role.ADMIN, **PHONE)
    await page.goto(address)
    await loaded(page)
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.context.add_cookies([{"name": "language", "value": "en", "url": console.url}])
    await page.goto(address)
    await loaded(page)
    await accessible(page)
    assert await page.evaluate("document.documentElement.lang") == "en"


async def loaded(page: Page) -> None:
    """Waits for what is read after the page."""
    if "/settings" in page.url:
        await expect(page.locator("#checks table")).to_be_visible()
