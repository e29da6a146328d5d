"""The page of one conflict in a real browser: it follows Qoo10, counts down, answers the buyer, copies and prints."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.async_api import expect

from connector.demo.packing import Label, tracking_number
from connector.domain.conflict import Clock, Fact, What
from connector.domain.entry import EntryState
from connector.domain.orders import JAPAN, ClaimStatus
from connector.domain.roles import Role

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from tests.browser.conftest import Console, LogIn, Watched


WITHIN_S = 20
PRESSABLE = "button, input, form, nav, header.top, footer, dialog, summary, .btn"

TOLD_BY_HAND = """
  window.EventSource = class {
    addEventListener(type, hear) {
      if (type === "change") window.tell = () => hear({ data: "conflicts" });
    }
    close() {}
  };
"""
"""The page hears what a test tells it, and nothing else."""


async def confirmed(console: Console) -> None:
    """Waits until Qoo10 has shown the number: a cancel request is one after the entry then."""
    async with asyncio.timeout(WITHIN_S):
        with console.app.store.changes.listening() as listener:
            while [row.entry.state for row in await console.app.store.entry_rows(1)] != [EntryState.CONFIRMED]:
                await listener.take()


async def conflict_page(log_in: LogIn, role: Role = Role.OPERATOR, **options: object) -> Page:
    page = await log_in(role, **options)
    await page.goto("/conflicts/1")
    await page.locator("#live.on").wait_for()
    await page.evaluate("window.same = 'page'")
    return page


async def act(console: Console, kind: str, **said: str) -> None:
    """Somebody else does something about it meanwhile."""
    answer = await console.ask(
        "POST", "/api/v1/conflicts/1/acts", {"act": kind, "who": "鈴木", "why": "確認した", **said}
    )
    assert answer["id"] == 1, answer


async def learn(console: Console, why: str, order_no: str) -> None:
    """A fact about it is kept, and nothing is done that would bring another one."""
    at = datetime.now(UTC)
    note = Fact(What.PERSON, why, at, at, Clock.OURS, "person 鈴木", {"act": "note", "why": why})
    await console.app.store.add_fact("main", order_no, note, at)


async def test_an_open_page_follows_qoo10_and_nothing_is_done_on_its_old_advice(
    log_in: LogIn, console: Console, watched: Watched
) -> None:
    """What was begun in a form stays, and is neither lost nor done when Qoo10 has cancelled meanwhile."""
    watched.allow("409")
    order_no = await console.open_conflict()
    page = await conflict_page(log_in)
    await expect(page.locator("#advice")).to_contain_text("荷物を抜き取り")
    await page.locator("#act-enter_now summary").click()
    form = page.locator("#act-enter_now")
    await form.get_by_label("理由").fill("QSMで拒否した")
    await form.get_by_role("checkbox").check()

    console.market.set_claim(order_no, ClaimStatus.CANCELLING)

    await expect(page.locator("#advice .lead")).to_contain_text("引き返しを依頼してください")
    await expect(page.locator("#advice .steps")).to_contain_text("引き返しを依頼します")
    await expect(page.locator("#standing h1")).to_contain_text("キャンセル処理中・完了")
    await expect(page.locator("#picture table")).to_contain_text("種別を変更")
    await expect(page.locator("#about")).to_contain_text("要判断")
    await expect(page.locator("#verdict")).to_contain_text("キャンセル")
    assert await page.evaluate("window.same") == "page"
    await expect(form.get_by_label("理由")).to_have_value("QSMで拒否した")
    await form.get_by_role("button").click()

    await expect(page.get_by_role("alert")).to_contain_text("表示した後に状態が変わりました")
    await expect(page.get_by_role("region", name="表示した後の記録")).to_contain_text("種別を変更")
    await expect(page.locator("#act-note").get_by_label("理由")).to_have_value("QSMで拒否した")
    await expect(page.locator("#act-enter_now")).to_have_count(0)
    assert console.market.line(order_no).shipping.tracking_no == ""


async def test_what_happens_while_the_page_reads_itself_is_read_too(log_in: LogIn, console: Console) -> None:
    """The answer that is on its way knows nothing of it yet, and nothing else would come to tell."""
    order_no = await console.open_conflict()
    page = await log_in(Role.VIEWER)
    await page.add_init_script(TOLD_BY_HAND)
    await page.goto("/conflicts/1")
    on_its_way, goes_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        on_its_way.set()
        await goes_on.wait()
        await route.fulfill(response=answer)

    await page.route("**/conflicts/1", hold)
    await learn(console, "一つ目のメモ", order_no)
    await page.evaluate("tell()")
    async with asyncio.timeout(WITHIN_S):
        await on_its_way.wait()
    await learn(console, "二つ目のメモ", order_no)
    await page.evaluate("tell()")
    goes_on.set()

    await expect(page.locator("#picture table")).to_contain_text("二つ目のメモ")


async def test_the_advice_goes_when_the_conflict_is_closed_and_comes_back_with_it(
    log_in: LogIn, console: Console
) -> None:
    await console.open_conflict()
    page = await conflict_page(log_in, Role.VIEWER)
    await expect(page.locator("#advice")).to_be_visible()

    await act(console, "close", confirm="dealt_with")
    await expect(page.locator("#advice")).to_be_hidden()
    await expect(page.locator("#standing")).not_to_contain_text("対応中")
    await act(console, "reopen")

    await expect(page.locator("#advice .steps")).to_be_visible()
    await expect(page.locator("#standing")).to_contain_text("対応中")
    assert await page.evaluate("window.same") == "page"


async def test_the_deadline_counts_down_to_its_end(log_in: LogIn, console: Console) -> None:
    """It is the end of the ship-by date, after which a cancel takes effect at once."""
    ship_by = datetime.now(JAPAN).date() + timedelta(days=2)
    await console.open_conflict(ship_by=ship_by)
    page = await log_in(Role.VIEWER)
    await page.clock.install(time=datetime.now(UTC))
    await page.goto("/conflicts/1")
    left = page.locator("#advice time[data-until]")
    written = await left.get_attribute("datetime")
    assert written is not None
    ends_at = datetime.fromisoformat(written)
    assert ends_at.astimezone(JAPAN).isoformat() == f"{ship_by + timedelta(days=1)}T00:00:00+09:00"

    await page.clock.pause_at(ends_at - timedelta(hours=1, minutes=1, seconds=30))
    await page.clock.run_for(1_000)
    await expect(left).to_have_text("1時間1分")
    assert "near" not in (await left.get_attribute("class") or "")
    await page.clock.run_for(3 * 60_000)
    await expect(left).to_have_text("58分29秒")
    assert "near" in (await left.get_attribute("class") or "")
    await page.clock.fast_forward(3_600_000)

    await expect(left).to_have_text("期限切れ")


async def test_the_buyer_is_answered_from_the_page(log_in: LogIn, console: Console, watched: Watched) -> None:
    """What is shown is what is sent, once; without an open inquiry nothing goes out and the page says what to do."""
    watched.allow("409")
    (order_no,) = console.order()
    minute_ago = datetime.now(UTC) - timedelta(minutes=1)  # Qoo10's times are whole seconds: it was before the request
    label = Label("msg_1", order_no, "yamato", "takkyubin", tracking_number(1), minute_ago)
    assert (await console.table.report(label)).status == 202
    await confirmed(console)
    console.market.set_claim(order_no, ClaimStatus.CANCEL_REQUESTED)
    await console.conflict_opened()
    page = await conflict_page(log_in)
    letter = page.locator("#messages details").first
    send = letter.get_by_role("button", name="送信")

    await letter.locator("summary").click()
    text = await letter.locator("pre").inner_text()
    await letter.get_by_label("理由").fill("QSMで拒否した")
    await send.click()
    await expect(page.get_by_role("alert")).to_contain_text("未回答のお問い合わせがありません")
    console.market.add_inquiry(order_no, "キャンセルしてください")
    await letter.locator("summary").click()
    await letter.get_by_label("理由").fill("QSMで拒否した")
    await send.click()

    await expect(page.get_by_role("status").filter(has_text="記録しました")).to_be_visible()
    (inquiry,) = console.market.shop("main").inquiries
    assert [each.split() for each in inquiry.answers] == [text.split()]
    await expect(page.locator("#picture table")).to_contain_text("購入者")


async def test_a_number_is_copied_by_a_button_that_names_it(log_in: LogIn, console: Console) -> None:
    order_no = await console.open_conflict()
    page = await conflict_page(log_in, Role.VIEWER)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=console.url)

    await page.get_by_role("button", name=f"{order_no}をコピー").click()

    await expect(page.locator("button.copied")).to_have_count(1)
    assert await page.evaluate("navigator.clipboard.readText()") == order_no


async def test_on_paper_there_is_what_is_to_be_read_and_nothing_to_press(log_in: LogIn, console: Console) -> None:
    """Dark on white, also for whoever works with a dark screen."""
    order_no = await console.open_conflict()
    page = await conflict_page(log_in, color_scheme="dark")

    await page.emulate_media(media="print")

    seen = f"[...document.querySelectorAll('{PRESSABLE}')].filter((each) => each.checkVisibility())"
    assert await page.evaluate(f"{seen}.map((each) => each.outerHTML)") == []
    for part in ("#standing h1", "#advice .lead", "#advice .steps", "#picture svg", "#picture table", "#about"):
        await expect(page.locator(part)).to_be_visible()
    await expect(page.locator("#about")).to_contain_text(order_no)
    colours = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    assert await page.evaluate(colours) == ["rgb(27, 33, 41)", "rgb(255, 255, 255)"]


async def test_the_printed_sheet_holds_the_dossier_alone(log_in: LogIn, console: Console) -> None:
    order_no = await console.open_conflict()
    page = await log_in(Role.VIEWER)
    await page.goto("/conflicts/1/print")
    await page.emulate_media(media="print")

    assert await page.locator("button, input, form, nav, a").count() == 0
    for words in (order_no, "経過", "判定と対応", "事実の一覧", "送り状ラベルを印刷", "最後の行のSHA-256"):
        await expect(page.get_by_text(words).first).to_be_visible()
