"""A real browser before the real program: what the browser tests share.

One browser for the whole run, with one empty profile; each test has a context of its own, and a test fails when its
pages ask anybody but their own program for anything, or when they write an error to the browser's console.
"""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    async_playwright,
    expect,
)
from pydantic import SecretStr

from connector.app import RunningApp, running
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.demo.stage import DemoSettings
from connector.domain.orders import ShippingStatus
from connector.domain.roles import Role
from connector.sandbox import Market, NewLine, Sandbox, Switches
from connector.settings import ApiSettings, ServerSettings, ShopSettings, SourceSettings, StoreSettings, WebhookSettings
from tests.browser.scanning import opened
from tools.chromium import FLAGS, chromium

SHOP, SOURCE = "main", "packing-table"
SECRET = "whsec_YnJvd3Nlci10ZXN0cy1vbmx5LW5vLXJlYWwtc2hvcA=="
TABLES = {
    "table-1": SourceSettings(
        kind="scan", shop=SHOP, options={"carrier": "yamato.takkyubin", "more_carriers": "sagawa yamato.nekopos"}
    ),
    "table-2": SourceSettings(
        kind="scan", shop=SHOP, options={"carrier": "yamato.takkyubin"}, readers={"!1": "left", "!2": "right"}
    ),
    "table-3": SourceSettings(
        kind="scan", shop=SHOP, options={"carrier": "yamato.takkyubin", "expects": "label", "pause_ms": "80"}
    ),
}
"""Packing tables with a barcode reader."""
TOKEN_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
TOKEN = "a-token-for-browser-tests-on-loopback"
LOADS_WITHIN_MS = 20_000.0
expect.set_options(timeout=LOADS_WITHIN_MS)  # a busy machine is no failure
ENTERED_WITHIN_S = 20.0
BAD_IMPACTS = frozenset({"serious", "critical"})


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """The browser lives as long as the run, so its tests share one event loop."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass  # without slots: Playwright hangs its own attributes onto whatever has a handler
class Watched:
    """What the pages of one context did that no page may do. ``allow`` names what a test provokes on purpose."""

    origins: set[str]
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Errors that match this regular expression are part of the test."""
        self.allowed.append(pattern)

    def left(self) -> list[str]:
        """The faults that nobody allowed."""
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.allowed)]

    def watch(self, context: BrowserContext) -> None:
        """Looks at everything that the context's pages do from now on."""
        context.on("request", self._note_request)
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)

    def _note_request(self, request: Request) -> None:
        inside = request.url.startswith(("data:", "blob:", "about:"))
        if not inside and not any(request.url.startswith(f"{origin}/") for origin in self.origins):
            self.faults.append(f"asked for {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        # The browser, not a page, asks for an icon where what it shows is no page of ours but JSON.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _note_error(self, error: WebError) -> None:
        self.faults.append(f"error: {error.error}")


@dataclass(frozen=True, slots=True)
class Console:
    """The running program before a made-up Qoo10, as a warehouse has it."""

    app: RunningApp
    market: Market
    table: PackingTable
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """Where the console is."""
        return self.app.url

    def order(self, lines: int = 1) -> list[str]:
        """A buyer orders one cart of so many lines; gives their order numbers."""
        cart = self.market.add_cart(*(NewLine() for _ in range(lines)), shop=SHOP)
        return [line.order_no for line in cart]

    async def print_label(self, order_ref: str, serial: int = 1) -> str:
        """The packing table prints a label and reports it; gives the tracking number without its hyphens."""
        number = tracking_number(serial)
        message_id = f"msg_{order_ref}_{serial}"
        label = Label(message_id, order_ref, "yamato", "takkyubin", number, datetime.now(UTC))
        answer = await self.table.report(label)
        assert answer.status == 202
        return number.replace("-", "")

    async def open_conflict(self, ship_by: date | None = None) -> str:
        """A buyer asks to cancel, then the label is printed: conflict 1. Gives the order's number once it is known."""
        (line,) = self.market.add_cart(NewLine(status=ShippingStatus.PREPARING, ship_by=ship_by))
        self.market.ask_cancel(line.order_no)
        await self.print_label(line.order_no, serial=71)
        await self.conflict_opened()
        return line.order_no

    async def conflict_opened(self) -> None:
        """Waits for the first conflict."""
        with self.app.store.changes.listening() as listener:
            while not await self.app.store.cases():
                await asyncio.wait_for(listener.take(), ENTERED_WITHIN_S)

    async def entered(self, order_no: str) -> None:
        """Waits until Qoo10 has a number for the line."""
        with self.app.store.changes.listening() as listener:
            while not self.market.line(order_no).shipping.tracking_no:
                await asyncio.wait_for(listener.take(), ENTERED_WITHIN_S)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers to an administrator."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.http.request(method, self.url + path, json=body, headers=headers) as response:
            return await response.json()


OpenPage = Callable[..., Awaitable[Page]]
CheckAccess = Callable[[Page], Awaitable[None]]
LogIn = Callable[..., Awaitable[Page]]
PASSWORD = "made-up-for-browser-tests"


def _chromium() -> str:
    try:
        return chromium()
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser of the run."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=FLAGS, chromium_sandbox=False)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
def webhooks() -> Mapping[str, WebhookSettings]:
    """Targets of outgoing webhooks; a module that needs some has a fixture of its own."""
    return {}


@pytest.fixture
def sections() -> dict[str, Any]:
    """More of a console's settings; a module that needs some has a fixture of its own."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def console(
    tmp_path: Path, webhooks: Mapping[str, WebhookSettings], sections: dict[str, Any]
) -> AsyncIterator[Console]:
    """A program of the test's own, with an empty store."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(shops=(SHOP,), switches=Switches()))
        settings = DemoSettings(
            server=ServerSettings(port=0),
            store=StoreSettings(url=f"sqlite:///{tmp_path}/connector.db", token_key=SecretStr(TOKEN_KEY)),
            api=ApiSettings(tokens=(SecretStr(TOKEN),)),
            shops={
                SHOP: ShopSettings(
                    qapi_url=sandbox.base_url,
                    seller_auth_key=SecretStr(sandbox.key),
                    calls_per_second=50,
                    orders_every_s=5,
                    claims_every_s=5,
                    answer_inquiries=True,
                )
            },
            sources={SOURCE: SourceSettings(kind="standard", shop=SHOP, secrets=(SecretStr(SECRET),)), **TABLES},
            webhooks=dict(webhooks),
            **sections,
        )
        app = await stack.enter_async_context(running(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        table = PackingTable(http, f"{app.webhook_url}/webhooks/{SOURCE}", SECRET)
        yield Console(app, sandbox.market, table, http)


@pytest.fixture
def watched(console: Console) -> Iterator[Watched]:
    """What this test's pages do; the test fails at its end for what they may not do."""
    watched = Watched({console.url})
    yield watched
    assert watched.left() == []


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, console: Console, watched: Watched) -> AsyncIterator[OpenPage]:
    """Makes pages, each with cookies and a size of its own; takes the options of Playwright's ``new_context``."""
    async with AsyncExitStack() as stack:

        async def open_page(**options: Any) -> Page:
            wanted = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "viewport": {"width": 1280, "height": 800}}
            context = await browser.new_context(base_url=console.url, **(wanted | options))
            stack.push_async_callback(context.close)
            context.set_default_timeout(LOADS_WITHIN_MS)
            watched.watch(context)
            return await context.new_page()

        yield open_page


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: OpenPage) -> Page:
    """A page on a desk's screen, with nobody logged in."""
    return await open_page()


@pytest_asyncio.fixture(loop_scope="session")
async def log_in(open_page: OpenPage, console: Console) -> LogIn:
    """Makes a user of a role, and a page on which they have just logged in; takes the options of ``open_page``."""

    async def log_in(role: Role = Role.OPERATOR, **options: Any) -> Page:
        name = f"{role}-{len(await console.app.store.users.all())}"
        added = {"name": name, "password": PASSWORD, "role": role, "language": "ja"}
        assert (await console.ask("POST", "/api/v1/users", added))["name"] == name
        page = await open_page(**options)
        await page.goto("/login")
        await page.get_by_label("名前").fill(name)
        await page.get_by_label("パスワード").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("#live.on").wait_for(state="attached")
        return page

    return log_in


@pytest_asyncio.fixture(loop_scope="session")
async def table(log_in: LogIn) -> Page:
    """The scan page at a packing table, before a packer."""
    return await opened(await log_in(Role.PACKER))


@pytest.fixture
def accessible() -> CheckAccess:
    """Fails for what axe calls serious or critical on a page as it is now; says where and how to mend it."""

    async def check(page: Page) -> None:
        found = await Axe().run(page)
        bad = [each for each in found.response["violations"] if each["impact"] in BAD_IMPACTS]
        assert [
            f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
            for each in bad
            for node in each["nodes"]
        ] == []

    return check
