"""The page 通知 in a browser: what stands, who takes care of it, and a target that takes nothing, live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from pydantic import SecretStr

from connector.alerts import sender
from connector.domain.roles import Role
from connector.settings import AlarmSettings, AlertSettings
from connector.settings.alerts import AlertTarget
from tests.connector.alerts.conftest import SECRET, Service, open_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Page

    from tests.browser.conftest import CheckAccess, Console, LogIn

SOURCE = "packing-table"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
REFUSED = "送信先が受け付けません"


@pytest.fixture
def service() -> Iterator[Service]:
    with open_service() as opened:
        yield opened


@pytest.fixture
def sections(service: Service, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """One target, and one refused delivery is an alarm at once. What does not arrive is tried again soon."""
    monkeypatch.setattr(sender, "retry_after", lambda _attempts: timedelta(seconds=1))
    targets = {"office": AlertTarget(url=SecretStr(service.json_url))}
    return {
        "alerts": AlertSettings(targets=targets, sender_refused_in_a_row=1),
        "alarms": AlarmSettings(every_s=5),
    }


async def refuse_one(console: Console) -> None:
    """A delivery whose signature is wrong: an alarm at the next look."""
    headers = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    async with console.http.post(f"{console.url}/webhooks/{SOURCE}", data=b"{}", headers=headers) as response:
        assert response.status == 401


async def alerts_page(log_in: LogIn, role: Role, **options: Any) -> Page:
    page = await log_in(role, **options)
    await page.goto("/alerts")
    await page.locator("#live.on").wait_for(state="attached")
    return page


async def loaded_at(page: Page) -> float:
    at: float = await page.evaluate("performance.timeOrigin")
    return at


async def test_what_does_not_arrive_is_shown_with_its_reason_until_it_has(
    log_in: LogIn, console: Console, service: Service
) -> None:
    """All of it without a reload."""
    service.status = 503
    page = await alerts_page(log_in, Role.VIEWER)
    before = await loaded_at(page)
    await expect(page.locator("#standing")).to_contain_text("知らせることはありません")
    undelivered = page.get_by_role("region", name="届いていない通知")
    await expect(undelivered).to_have_count(0)

    await refuse_one(console)

    await expect(page.locator("#standing li")).to_contain_text(f"連携元 {SOURCE} からの知らせを、署名の誤りで")
    await expect(page.locator("#standing li")).to_contain_text("通知先: office")
    row = undelivered.locator("tbody tr")
    for words in ("office", SOURCE, "新規", "送信待ち", REFUSED, "回目まで失敗", "次は"):
        await expect(row).to_contain_text(words)

    service.status = 200
    await expect(undelivered).to_have_count(0)
    await expect(page.get_by_role("region", name="送った通知").locator("tbody tr")).to_contain_text("送信済み")
    assert service.titles == [f"署名の誤りが続いています {SOURCE}"]
    assert await loaded_at(page) == before
    assert SECRET not in await page.content()


async def test_who_takes_care_of_an_alert_is_seen_by_all(log_in: LogIn, console: Console) -> None:
    """A viewer is offered nothing to press."""
    viewer, operator = await alerts_page(log_in, Role.VIEWER), await alerts_page(log_in, Role.OPERATOR)
    before = await loaded_at(viewer)
    await refuse_one(console)
    await expect(viewer.locator("#standing li")).to_contain_text("署名の誤り")
    await expect(viewer.locator("main").get_by_role("button")).to_have_count(0)

    await operator.get_by_role("button", name="対応します").click()

    for page in (viewer, operator):
        await expect(page.locator("#standing li")).to_contain_text("operator-1 が対応中")
    await expect(operator.get_by_role("button", name="対応します")).to_have_count(0)
    assert await loaded_at(viewer) == before


async def test_a_target_is_tried_out(log_in: LogIn, service: Service) -> None:
    page = await alerts_page(log_in, Role.ADMIN)
    button = page.get_by_role("button", name="office に試験を送る")

    await button.click()
    await expect(page.locator(".notice")).to_have_text("office: 試験を送信しました。")
    service.status = 503
    await button.click()

    await expect(page.locator(".notice")).to_have_text(f"office: {REFUSED}")
    assert service.titles == ["【試験】qoo10-connector からの試験送信"]


async def test_an_alert_leads_to_where_something_can_be_done_by_keyboard_alone(log_in: LogIn, console: Console) -> None:
    page = await alerts_page(log_in, Role.VIEWER)
    await refuse_one(console)
    await expect(page.locator("#standing li")).to_have_count(1)

    await page.keyboard.press("j")
    await page.keyboard.press("Enter")

    await page.wait_for_url(f"**/sources/{SOURCE}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(
    log_in: LogIn, console: Console, service: Service, accessible: CheckAccess, scheme: str
) -> None:
    """On a desk and on a phone, in both languages."""
    service.status = 503
    page = await alerts_page(log_in, Role.ADMIN, color_scheme=scheme, **PHONE)
    await refuse_one(console)
    await expect(page.get_by_role("region", name="届いていない通知")).to_contain_text(REFUSED)

    for language, title, reason in (
        ("ja", "届いていない通知", REFUSED),
        ("en", "Not delivered", "the target refuses"),
    ):
        await page.context.add_cookies([{"name": "language", "value": language, "url": console.url}])
        for width, height in ((390, 844), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto("/alerts")
            await expect(page.get_by_role("region", name=title).locator("tbody tr")).to_contain_text(reason)
            assert await page.evaluate("document.documentElement.lang") == language
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await accessible(page)
