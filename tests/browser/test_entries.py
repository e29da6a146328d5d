"""The pages of entries in a real browser: found by any number, followed live, held and let go by keyboard and mouse."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.async_api import expect

from connector.demo.packing import Label
from connector.domain.roles import Role
from connector.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from tests.browser.conftest import CheckAccess, Console, LogIn, Watched


async def unresolved(console: Console, reference: str, serial: int) -> str:
    """A label whose order nobody knows; gives its tracking number once it is in the list."""
    with console.app.store.changes.listening() as listener:
        number = await console.print_label(reference, serial)
        while not (await console.ask("GET", f"/api/v1/entries?number={number}"))["entries"]:
            await listener.take()
    return number


async def print_wrong(console: Console, order_no: str) -> None:
    """A label whose number fails its check digit."""
    label = Label("msg_wrong", order_no, "yamato", "takkyubin", "444413758702", datetime.now(UTC))
    assert (await console.table.report(label)).status == 202


async def test_a_label_is_followed_live_from_its_message_to_its_confirmation(console: Console, log_in: LogIn) -> None:
    """Without a reload: the row comes, and its state moves."""
    page = await log_in()
    await page.goto("/entries")
    await expect(page.get_by_text("ラベルの知らせはまだ届いていません")).to_be_visible()
    await page.locator("#live.on").wait_for()
    (order_no,) = console.order()

    await console.print_label(order_no)

    row = page.locator("#entries tr", has_text=order_no)
    await expect(row.get_by_text("完了")).to_be_visible(timeout=20_000)
    await expect(row).to_contain_text("ヤマト宅急便")


async def test_the_keyboard_alone_finds_and_opens_an_entry(console: Console, log_in: LogIn) -> None:
    """A barcode reader types a number and presses Enter, with the letters that Codabar labels begin and end with."""
    (order_no,) = console.order()
    number = await console.print_label(order_no)
    await console.entered(order_no)
    page = await log_in()
    await page.goto("/entries")

    await page.keyboard.press("/")
    await page.keyboard.type(f"A{number}A")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("number="))
    await expect(page.locator("#entries tbody tr")).to_have_count(1)
    await page.locator("body").click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_contain_text(order_no)
    await expect(page.locator("#history")).to_contain_text("ラベル")
    about = page.locator("#about")
    await expect(about).to_contain_text(f"{number[:4]}-{number[4:8]}-{number[8:]}")
    await expect(about.get_by_role("link", name="追跡ページ")).to_have_attribute("href", re.compile(number))


async def test_filters_work_without_javascript(console: Console, log_in: LogIn) -> None:
    (order_no,) = console.order()
    await console.print_label(order_no)
    await console.entered(order_no)
    page = await log_in()
    cookies = await page.context.cookies()
    assert page.context.browser is not None
    plain = await page.context.browser.new_context(base_url=console.url, java_script_enabled=False, locale="ja-JP")
    try:
        await plain.add_cookies(
            [{"name": each["name"], "value": each["value"], "url": console.url} for each in cookies]
        )
        without = await plain.new_page()
        await without.goto("/entries")
        await without.get_by_label("状態").select_option("held")
        await without.get_by_role("button", name="さがす").click()

        await expect(without).to_have_url(re.compile("state=held"))
        await expect(without.locator("#entries")).to_contain_text("該当するものはありません")
    finally:
        await plain.close()


async def test_a_label_without_an_order_is_assigned_to_one(console: Console, log_in: LogIn) -> None:
    number = await unresolved(console, "what", 7)
    (order_no,) = console.order()
    page = await log_in()
    await page.goto(f"/entries?number={number}")
    await page.get_by_role("link", name="what").click()

    acts = page.locator("#acts")
    await acts.get_by_label("番号", exact=True).fill(order_no)
    await acts.locator("details[open]").get_by_label("理由").fill("出荷リストのとおり")
    await acts.get_by_role("button", name="注文番号・カート番号を指定する").click()

    await console.entered(order_no)
    assert console.market.line(order_no).shipping.tracking_no == number
    await expect(page.locator("#history")).to_contain_text("担当者が注文を指定")


async def test_a_refused_release_is_held_and_let_go(console: Console, log_in: LogIn) -> None:
    """A number that is held for its check digit: a person holds it, lets it go, and releases it from the check."""
    (order_no,) = console.order()
    with console.app.store.changes.listening() as listener:
        await print_wrong(console, order_no)
        while not (found := (await console.ask("GET", "/api/v1/entries?state=held"))["entries"]):
            await listener.take()
    page = await log_in()
    await page.goto(f"/entries/{found[0]['id']}")
    acts = page.locator("#acts")

    await acts.get_by_text("入力を保留にする").first.click()
    hold = acts.locator("details", has=page.locator("input[value=hold]"))
    await hold.get_by_label("理由").fill("倉庫に確認中")
    await hold.get_by_role("button").click()
    await expect(page.locator("#advice")).to_contain_text("担当者が保留にしました")
    await acts.locator("details[open]").get_by_label("理由").fill("確認できた")
    await acts.get_by_role("button", name="保留を解除して入力する").click()
    await expect(page.locator("#advice")).to_contain_text("検査数字")
    release = acts.locator("details", has=page.locator("input[value=release]"))
    await release.get_by_label("ラベルの送り状番号").fill("4444-1375-8702")
    await release.get_by_label("理由").fill("伝票と同じ")
    await release.get_by_role("checkbox").check()
    await release.get_by_role("button").click()

    await console.entered(order_no)
    await expect(page.locator("#standing")).to_contain_text("完了", timeout=20_000)
    await expect(page.locator("#history")).to_contain_text("伝票と同じ")


async def test_a_viewer_sees_everything_and_can_do_nothing(console: Console, log_in: LogIn) -> None:
    await unresolved(console, "what", 7)
    page = await log_in(Role.VIEWER)
    await page.goto("/entries?state=unresolved")
    await page.get_by_role("link", name="what").click()

    await expect(page.locator("#acts")).to_contain_text("閲覧だけ")
    await expect(page.locator("#acts form")).to_have_count(0)


async def test_on_a_phone_and_in_english_it_fits_and_is_accessible(
    console: Console, log_in: LogIn, accessible: CheckAccess
) -> None:
    number = await unresolved(console, "what", 7)
    order_nos = console.order(lines=2)
    await console.print_label(console.market.line(order_nos[0]).pack_no, 3)
    await console.entered(order_nos[1])
    page = await log_in(viewport={"width": 375, "height": 740})

    for address in ("/entries", f"/entries?number={number}", "/entries/1", "/parcels/1"):
        await page.goto(address)
        await page.locator("#live.on").wait_for()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 375, address
        await accessible(page)
    await page.goto("/entries")
    await page.locator(".menu summary").click()
    await page.get_by_role("button", name="English").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Entries")
    await accessible(page)


async def test_what_a_form_cannot_say_is_refused(console: Console, log_in: LogIn, watched: Watched) -> None:
    """Questions that nobody can ask with the filters, and acts that no page offers."""
    watched.allow("40[09]|422")
    number = await unresolved(console, "what", 7)
    page = await log_in()
    for question in ("day=0001-01-01", "day=9999-12-31", "state=x", "reason=x", "cursor=x", "day=%F0%9F"):
        answer = await page.goto(f"/entries?{question}")
        assert answer is not None
        assert answer.status == 400, question
        await expect(page.get_by_role("alert")).to_be_visible()
    for address, act in (("/parcels/1", "hold"), ("/parcels/1", "x")):
        await page.goto(address)
        await page.locator("#acts input[name=act]").first.evaluate(f"field => field.value = '{act}'")
        await page.locator("#acts details[open]").get_by_label("番号", exact=True).fill("1062428737")
        await page.locator("#acts details[open]").get_by_label("理由").fill("x")
        await page.locator("#acts details[open]").get_by_role("button").click()
        await expect(page.locator("main")).to_contain_text("unknown_act")

    (label,) = (await console.ask("GET", f"/api/v1/entries?number={number}"))["entries"]
    assert label["state"] == "unresolved"


async def test_what_has_changed_since_it_was_shown_is_not_acted_on(
    console: Console, log_in: LogIn, watched: Watched
) -> None:
    """Two people with the same page: the second one is told, and sees how it stands now."""
    watched.allow("409")
    number = await unresolved(console, "what", 7)
    page = await log_in()
    await page.goto("/parcels/1")
    form = page.locator("#acts details", has=page.locator("input[value=assign]"))
    await form.get_by_label("番号", exact=True).fill("1062428737")
    await form.get_by_label("理由").fill("出荷リスト")
    assigned = {"order_no": "1062428799", "who": "鈴木", "why": "伝票"}
    await console.ask("POST", "/api/v1/parcels/1/assign", assigned)

    await form.get_by_role("button").click()

    await expect(page.get_by_role("alert")).to_contain_text("表示した後に状態が変わりました")
    (label,) = (await console.ask("GET", f"/api/v1/entries?number={number}"))["entries"]
    of = await console.ask("GET", f"/api/v1/parcels/{label['parcel_id']}")
    assert of["assigned_order_no"] == "1062428799"


async def test_a_refused_line_of_a_cart_is_tried_again_and_then_its_label_is_void(
    console: Console, log_in: LogIn
) -> None:
    order_nos = console.order(lines=3)
    cart = console.market.line(order_nos[0]).pack_no
    for fault in (FaultKind.BULK_ROW_CODE, FaultKind.CODE):
        method = "SetSendingInfo" if fault is FaultKind.CODE else None
        console.market.faults.add(Fault(fault=fault, method=method, order_no=order_nos[2], code=-10002, times=None))
    page = await log_in()
    await page.goto(f"/entries?number={cart}")
    number = await console.print_label(cart)

    await expect(page.locator("#entries").get_by_text("3件中2件入力済み")).to_have_count(3)
    await page.get_by_role("link", name=order_nos[2]).click()
    await expect(page.locator("#standing")).to_contain_text("拒否")
    console.market.faults.clear()
    retry = page.locator("#acts details", has=page.locator("input[value=retry]"))
    if not await retry.get_attribute("open"):
        await retry.locator("summary").click()
    await retry.get_by_label("理由").fill("原因を直した")
    await retry.get_by_role("button").click()
    await expect(page.locator("#standing")).to_contain_text("完了")
    await expect(page.locator("#history")).to_contain_text("原因を直した")
    await page.goto(f"/entries?number={cart}")
    await expect(page.locator("#entries").get_by_text("3件中3件入力済み")).to_have_count(3)

    await page.get_by_role("link", name=order_nos[0]).click()
    void = page.locator("#acts details", has=page.locator("input[value=void]"))
    await void.locator("summary").click()
    await void.get_by_label("理由").fill("二重に印刷した")
    await void.get_by_role("checkbox").check()
    await void.get_by_role("button").click()

    await expect(page.locator("#history")).to_contain_text("二重に印刷した")
    assert {console.market.line(each).shipping.tracking_no for each in order_nos} == {number}
