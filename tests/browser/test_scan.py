"""The packing table in a real browser: nothing that was scanned is lost, and nobody misses a stop."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect
from sqlalchemy import func, select

from connector.demo.packing import tracking_number
from connector.domain.orders import ClaimStatus
from connector.domain.roles import Role
from connector.store.scan_schema import scan
from connector.store.schema import label_event

if TYPE_CHECKING:
    from tests.browser.conftest import CheckAccess, Console, LogIn, Watched

API = "**/api/v1/scans**"
SETTLES_MS = 20_000
LISTEN = """
  window.sounds = [];
  window.took = [];
  document.addEventListener("submit", () => (window.submitted = performance.now()), true);
  document.addEventListener("scan:sound", (event) => {
    window.sounds.push(event.detail.signal);
    if (window.submitted) window.took.push(performance.now() - window.submitted);
    window.submitted = 0;
  });
"""


def label(serial: int) -> str:
    return tracking_number(serial).replace("-", "")


async def opened(page: Page, table: str = "table-1") -> Page:
    """The scan page, ready to scan at a table."""
    await page.add_init_script(f"localStorage.setItem('scan.source', '{table}');{LISTEN}")
    await page.goto("/scan")
    await page.locator("#scan[data-ready]").wait_for()
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def table(log_in: LogIn) -> Page:
    return await opened(await log_in(Role.PACKER))


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
    heard: list[str] = await page.evaluate("window.sounds")
    return heard


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


async def test_an_order_and_its_label_are_entered(table: Page, console: Console) -> None:
    (order,) = console.order()
    await read(table, order)
    await shows(table, "next", "次は送り状", order)
    await read(table, f"A{label(1)}B")

    await shows(table, "go", "入力済み", order, label(1), "発送できます")
    assert console.market.line(order).shipping.tracking_no == label(1)
    assert (await sounds(table))[-1] == "go"


async def test_a_label_and_its_order_are_entered(table: Page, console: Console) -> None:
    (order,) = console.order()
    await read(table, tracking_number(1))
    await shows(table, "next", "次は注文")
    await read(table, f"Q-{order}")

    await shows(table, "go", order, label(1))


async def test_a_hundred_scans_at_ten_a_second_lose_none(table: Page, console: Console) -> None:
    """A pace, not a wait: each begins a tenth of a second after the one before. The page itself answers far sooner."""
    pairs = pairs_of(console, 50)
    began = time.monotonic()
    for place, text in enumerate(text for pair in pairs for text in pair):
        await asyncio.sleep(max(0.0, began + place / 10 - time.monotonic()))
        await read(table, text)

    await all_entered(console, pairs)
    await shows(table, "go", pairs[-1][0])
    assert await rows(console) == (100, 50)
    assert statistics.median(await table.evaluate("window.took")) < 30
    assert "unknown" not in await sounds(table)


async def test_scans_without_a_network_are_sent_once_it_is_back(
    table: Page, console: Console, watched: Watched
) -> None:
    watched.allow("ERR_INTERNET_DISCONNECTED|ERR_NETWORK|htmx:")
    pairs = pairs_of(console, 9)
    for pair in pairs[:3]:
        await read(table, *pair)
    await nothing_waits(table)
    await table.context.set_offline(True)
    for pair in pairs[3:6]:
        await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("6 件が送信待ちです")
    assert await table.locator("#scan-banner").get_attribute("data-waiting") == "6"
    await table.context.set_offline(False)
    for pair in pairs[6:]:
        await read(table, *pair)

    await all_entered(console, pairs)
    await nothing_waits(table)
    assert await rows(console) == (18, 9)


async def test_a_lost_answer_makes_no_second_scan(table: Page, console: Console, watched: Watched) -> None:
    """The program has kept it; the page has not heard so, and sends it again with its id."""
    watched.allow("ERR_FAILED")
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()
        await route.abort()

    await table.route(API, lose, times=2)
    (pair,) = pairs_of(console, 1)
    await read(table, *pair)

    await shows(table, "go", *pair)
    assert lost == 2
    assert await rows(console) == (2, 1)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_program_that_does_not_answer_gets_the_scans_later(
    table: Page, console: Console, watched: Watched, status: int
) -> None:
    watched.allow(f"status of {status}")
    (pair,) = pairs_of(console, 1)
    await table.route(API, lambda route: route.fulfill(status=status), times=3)
    await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("送信待ち")

    await shows(table, "go", *pair)
    await nothing_waits(table)


async def test_a_reload_loses_neither_scans_nor_half_a_pair(table: Page, console: Console, watched: Watched) -> None:
    watched.allow("ERR_FAILED|ERR_ABORTED")
    pairs = pairs_of(console, 6)
    await table.route(API, lambda route: route.abort())
    for pair in pairs[:5]:
        await read(table, *pair)
    await read(table, pairs[5][0])
    await table.reload()
    await table.locator("#scan[data-ready]").wait_for()
    await expect(table.locator(".lane")).to_contain_text(f"次は送り状 ({pairs[5][0]})")
    await table.unroute(API)
    await read(table, pairs[5][1])

    await all_entered(console, pairs)
    await nothing_waits(table)
    assert await rows(console) == (12, 6)


async def test_what_a_closed_page_has_not_sent_another_page_sends(
    table: Page, console: Console, watched: Watched
) -> None:
    watched.allow("ERR_FAILED|ERR_ABORTED")
    pairs = pairs_of(console, 3)
    await table.route(API, lambda route: route.abort())
    for pair in pairs:
        await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("6 件")
    await table.evaluate(
        """Object.keys(localStorage).filter((key) => key.startsWith("scan.alive."))
          .forEach((key) => localStorage.removeItem(key))"""
    )
    other = await opened(await table.context.new_page())
    await table.close()

    await all_entered(console, pairs)
    await nothing_waits(other)
    assert await rows(console) == (6, 3)


async def test_two_readers_on_one_page_do_not_mix_their_pairs(log_in: LogIn, console: Console) -> None:
    page = await opened(await log_in(Role.PACKER), "table-2")
    pairs = pairs_of(console, 8)
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        await read(page, f"!1{left[0]}", f"!2 A{right[1]}A", f"!2{right[0]}", f"!1{left[1]}")

    await all_entered(console, pairs)
    await shows(page, "go", pairs[-2][0], lane="left")
    await shows(page, "go", pairs[-1][0], lane="right")
    await read(page, "!1444!2106242873741375")
    await shows(page, "unknown", "2台のリーダーの読み取りが重なりました", lane="left")


async def test_two_pages_at_once_do_not_mix_their_pairs(table: Page, console: Console) -> None:
    other = await opened(await table.context.new_page())
    pairs = pairs_of(console, 6)
    for mine, theirs in zip(pairs[::2], pairs[1::2], strict=True):
        for page, text in ((table, mine[0]), (other, theirs[0]), (other, theirs[1]), (table, mine[1])):
            await page.bring_to_front()
            await read(page, text)

    await all_entered(console, pairs)
    for page in (table, other):
        await page.bring_to_front()
        await nothing_waits(page)
    assert await rows(console) == (12, 6)


async def test_a_cancelled_order_is_red_at_once(table: Page, console: Console) -> None:
    (order,) = console.order()
    console.market.set_claim(order, ClaimStatus.CANCELLING)
    await console.print_label(order, 1)
    await until_claims_are_read(console)
    await read(table, label(1))

    await shows(table, "stop", "止める", "発送しないでください")
    box = table.locator(".lane")
    assert await box.evaluate("(lane) => getComputedStyle(lane).backgroundColor") == "rgb(165, 29, 21)"
    assert (await sounds(table))[-1] == "stop"
    await expect(table.locator("#scan-alarm")).to_contain_text(label(1))


async def until_claims_are_read(console: Console) -> None:
    """Waits until a cancel that stands is known."""
    with console.app.store.changes.listening() as listener:
        while not await console.app.store.cases():
            await asyncio.wait_for(listener.take(), SETTLES_MS / 1000)


@pytest.mark.parametrize("confirm", ["Space", "CMD-OK", "button"])
async def test_a_late_stop_of_an_earlier_parcel_is_loud_until_somebody_confirms_it(
    table: Page, console: Console, confirm: str
) -> None:
    """The next scan is there already; it is not disturbed."""
    first, second = pairs_of(console, 2)
    await read(table, *first)
    await shows(table, "go", first[0])
    await read(table, second[0])
    console.market.set_claim(first[0], ClaimStatus.CANCEL_REQUESTED)

    stops = table.locator("#scan-stops")
    await expect(stops).to_be_visible(timeout=SETTLES_MS)
    await expect(stops.locator("li")).to_have_count(1)
    await expect(stops).to_contain_text(first[1])
    assert "stop" in await sounds(table)
    await read(table, second[1])
    await shows(table, "go", second[0])
    await table.reload()
    await expect(stops).to_contain_text(first[1])
    await table.locator("#scan[data-ready]").wait_for()
    if confirm == "button":
        await stops.get_by_role("button").click()
    elif confirm == "Space":
        await table.keyboard.press("Space")
    else:
        await read(table, confirm)
    await expect(stops).to_be_hidden()
    assert await table.locator("#scan-text").input_value() == ""
    await table.reload()
    await table.locator("#scan[data-ready]").wait_for()
    await expect(stops).to_be_hidden()


async def test_a_label_of_another_order_is_red(table: Page, console: Console) -> None:
    one, other = console.order()[0], console.order()[0]
    await console.print_label(other, 1)
    await console.entered(other)
    await read(table, one, label(1))

    await shows(table, "stop", "別の注文のラベルです", one, f"このラベルの注文: {other}")
    assert console.market.line(one).shipping.tracking_no == ""


async def test_a_label_that_another_program_has_told_of_needs_no_order(table: Page, console: Console) -> None:
    (order,) = console.order()
    await console.print_label(order, 1)
    await console.entered(order)
    await read(table, label(1))

    await shows(table, "go", order, label(1))
    await read(table, label(2))
    await shows(table, "next", "次は注文")


async def test_two_orders_in_a_row_are_said_and_pair_with_nothing(table: Page, console: Console) -> None:
    (one, number), (other, _) = pairs_of(console, 2)
    await read(table, one, other)
    await shows(table, "unknown", "前の注文の送り状がまだです")
    await read(table, number)
    await shows(table, "unknown", "どの注文の送り状かわかりません")
    await read(table, one, number)

    await shows(table, "go", one, number)
    assert console.market.line(other).shipping.tracking_no == ""


async def test_escape_gives_up_half_a_pair(table: Page, console: Console) -> None:
    (one, number), (other, _) = pairs_of(console, 2)
    await read(table, one)
    await table.keyboard.press("Escape")
    await shows(table, "next", "取り消しました")
    await read(table, other, number)

    await all_entered(console, [(other, number)])
    assert console.market.line(one).shipping.tracking_no == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (label(1)[:-1] + "9", "検査数字が合いません"),
        ("あいう", "日本語入力がオンです"),
        ("https://example.test/x", "番号として読み取れません"),
        ("CMD-WHAT", "知らない操作バーコードです"),
    ],
)
async def test_what_cannot_be_read_is_said_and_never_sent(table: Page, console: Console, text: str, said: str) -> None:
    await table.keyboard.insert_text(text)
    await table.keyboard.press("Enter")

    await shows(table, "unknown", said)
    assert await rows(console) == (0, 0)


async def test_a_products_barcode_is_no_label(table: Page, console: Console) -> None:
    (order, number), *_ = pairs_of(console, 1)
    await read(table, order, "4901234567894")
    await shows(table, "unknown", "注文番号でも送り状番号でもありません")
    await read(table, number)

    await shows(table, "go", order, number)


async def test_a_table_for_labels_alone_waits_for_no_order(log_in: LogIn, console: Console) -> None:
    page = await opened(await log_in(Role.PACKER), "table-3")
    (order,) = console.order()
    await console.print_label(order, 1)
    await console.entered(order)
    for text in (label(2), label(1)):
        await page.keyboard.insert_text(text)
        await page.keyboard.press("Enter")

    await shows(page, "go", order, label(1))
    await expect(page.locator("#scan-past tr").nth(1)).to_contain_text("確認")


async def test_a_reader_without_a_suffix_ends_a_scan_by_its_pause_and_a_hand_does_not(log_in: LogIn) -> None:
    page = await opened(await log_in(Role.PACKER), "table-3")
    await page.evaluate(
        """(text) => { const input = document.getElementById("scan-text");
          for (const letter of text) {
            input.value += letter;
            input.dispatchEvent(new InputEvent("input", { data: letter }));
          }
        }""",
        label(1),
    )
    await shows(page, "unknown", label(1))
    await page.keyboard.type(label(2), delay=60)
    await expect(page.locator("#scan-text")).to_have_value(label(2))
    await page.keyboard.press("Tab")

    await shows(page, "unknown", label(2))


async def test_no_pause_cuts_a_text_in_two_where_readers_send_a_suffix(table: Page, console: Console) -> None:
    """The first nine digits of an order look like a cart, and the first ten of a label like an order."""
    (order, number), *_ = pairs_of(console, 1)
    for text in (order, number):
        await table.keyboard.insert_text(text[:9])
        await table.keyboard.type(text[9:], delay=250)
        await table.keyboard.press("Enter")

    await shows(table, "go", order, number)
    assert await rows(console) == (2, 1)


async def test_letters_go_into_the_field_wherever_the_focus_is(table: Page, console: Console) -> None:
    (order,) = console.order()
    await table.locator("#scan-carrier").focus()
    await read(table, order)
    await shows(table, "next", order)
    await table.keyboard.press("ArrowUp")
    await expect(table.locator("#scan-text")).to_have_value(order)


async def test_the_carrier_is_chosen_by_a_barcode_and_remembered(table: Page, console: Console) -> None:
    carrier = table.locator("#scan-carrier")
    await expect(carrier).to_have_value("yamato.takkyubin")
    await read(table, "CMD-CARRIER-YAMATO.NEKOPOS")
    await expect(carrier).to_have_value("yamato.nekopos")
    (pair,) = pairs_of(console, 1)
    await read(table, *pair)
    await shows(table, "go", *pair)

    assert console.market.line(pair[0]).shipping.company == "ネコポス"
    await table.reload()
    await expect(carrier).to_have_value("yamato.nekopos")


async def test_the_end_of_the_session_loses_no_scan(table: Page, console: Console, watched: Watched) -> None:
    watched.allow("status of 401|htmx:")
    (pair,) = pairs_of(console, 1)
    cookies = await table.context.cookies()
    await table.context.clear_cookies()
    await read(table, *pair)
    await expect(table.locator("#scan-banner")).to_contain_text("ログインの期限が切れました")
    async with table.expect_response(lambda answer: answer.status == 401 and answer.url.endswith("/scan")):
        # The menu's part of the page asks for itself anew, and is led to the log-in.
        await table.evaluate("document.body.dispatchEvent(new CustomEvent('live:conflicts'))")
    await table.context.add_cookies([_as_given(each) for each in cookies])

    await shows(table, "go", *pair)
    await nothing_waits(table)


def _as_given(cookie: Any) -> Any:
    return {name: cookie[name] for name in ("name", "value", "domain", "path", "httpOnly", "secure", "sameSite")}


async def test_a_viewer_may_not_scan(log_in: LogIn, watched: Watched) -> None:
    watched.allow("status of 403")
    page = await log_in(Role.VIEWER)
    answer = await page.goto("/scan")

    assert answer is not None
    assert answer.status == 403


async def test_muting_is_remembered(table: Page) -> None:
    button = table.locator("#scan-mute")
    await read(table, "CMD-MUTE")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await table.reload()
    await expect(button).to_have_text("音を出す")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await expect(table.locator("#scan-text")).to_be_focused()


@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 390, "height": 844}, "has_touch": True}], ids=["desk", "phone"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(
    log_in: LogIn, console: Console, accessible: CheckAccess, options: dict[str, Any], scheme: str
) -> None:
    page = await opened(await log_in(Role.PACKER, color_scheme=scheme, **options))
    one, other = console.order()[0], console.order()[0]
    await console.print_label(other, 1)
    await console.entered(other)
    await page.locator("#scan-text").fill(one)
    await page.get_by_role("button", name="読む").click()
    await shows(page, "next", one)
    await accessible(page)
    await read(page, label(1))
    await shows(page, "stop")
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_page_speaks_english(log_in: LogIn, console: Console) -> None:
    page = await log_in(Role.PACKER)
    await page.context.add_cookies([{"name": "language", "value": "en", "url": console.url}])
    await opened(page)
    (pair,) = pairs_of(console, 1)
    await read(page, *pair)

    await shows(page, "go", "Entered", "The parcel may leave.")
