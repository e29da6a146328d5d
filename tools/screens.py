"""docs/images/console-*.png: every page of the console, taken from a rehearsal on this machine.

``python -m tools.screens`` takes them anew, ``python -m tools.screens now alerts`` only those of these names. They show
a real run: its gaps are those of the machine that took them.
"""

import asyncio
import base64
import secrets
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiohttp import web
from playwright.async_api import Browser, StorageState, async_playwright
from pydantic import SecretStr

from connector import log
from connector.clock import utc_now
from connector.demo.packing import Label, tracking_number
from connector.demo.play import play
from connector.demo.scenario import SCENARIO, Twist, buy
from connector.demo.stage import USER, Stage, rehearsal_qoo10, service
from connector.domain.entry import EntryState
from connector.domain.hooks import HookEvent
from connector.domain.language import Language
from connector.settings import WebhookSettings
from connector.store.listing import Wanted
from tools.chromium import FLAGS, chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CARTS = 30
"""So many carts are packed before the pictures are taken: twice the scenario, with all of its troubles."""
DESK, PHONE = (1280, 860), (390, 844)
_ON_ITS_WAY = frozenset({EntryState.WAITING, EntryState.ENTERING, EntryState.ACCEPTED, EntryState.UNCLEAR})
_WITHIN_MS = 20_000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, and the page as it is seen, after so many texts have been scanned.

    ``path`` may name ``{conflict}``, ``{entry}`` and ``{label}``; ``scans`` may name the numbers of the first two, as
    ``_names`` gives them. ``after`` is what happens first, and shows on later pages too.
    """

    name: str
    path: str
    language: Language = Language.JA
    scheme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = DESK
    whole: bool = False
    scans: tuple[str, ...] = ()
    after: Literal["", "a label for nobody", "the sorter is lost"] = ""


_GOES = ("{entry_order_no}", "{entry_tracking_no}")
_STOPS = ("{conflict_order_no}", "{conflict_tracking_no}")
SHOTS = (
    Shot("login", "/login"),
    Shot("now", "/"),
    Shot("now-dark", "/", scheme="dark"),
    Shot("now-en", "/", language=Language.EN),
    Shot("now-phone", "/", size=PHONE),
    Shot("entries", "/entries"),
    Shot("entries-phone", "/entries", size=PHONE),
    Shot("entry", "/entries/{entry}", whole=True),
    Shot("conflicts", "/conflicts"),
    Shot("conflict", "/conflicts/{conflict}", whole=True),
    Shot("conflict-phone", "/conflicts/{conflict}", size=PHONE),
    Shot("scan", "/scan", scans=(*_GOES, *_STOPS)),
    Shot("scan-phone", "/scan", size=PHONE, scans=_GOES),
    Shot("sources", "/sources"),
    Shot("source", "/sources/packing-table", whole=True),
    Shot("alerts", "/alerts"),
    Shot("settings", "/settings"),
    Shot("users", "/users"),
    Shot("account", "/account"),
    Shot("audit", "/users/audit"),
    Shot("checks", "/settings/checks"),
    Shot("print", "/conflicts/{conflict}/print", whole=True),
    Shot("label", "/parcels/{label}", after="a label for nobody"),
    Shot("webhooks", "/settings/webhooks", after="the sorter is lost"),
)
"""Every page, and those that people see all day in the ways that they see them."""


async def main(*wanted: str) -> None:
    """Packs, waits until everything has come to rest, and takes the pictures."""
    log.configure("error", "auto")
    IMAGES.mkdir(exist_ok=True)
    async with (
        rehearsal_qoo10() as sandbox,
        _warehouse() as warehouse,
        service(sandbox, 0, warehouse.targets) as stage,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS, chromium_sandbox=False)
        await _pack(stage)
        names = await _names(stage)
        logged_in = await _log_in(browser, stage)
        for shot in SHOTS:
            if wanted and shot.name not in wanted:
                continue
            match shot.after:
                case "a label for nobody":
                    names["label"] = await _print_for_nobody(stage)
                case "the sorter is lost":
                    await _lose_sorter(stage, warehouse)
                case "":
                    pass
            await _take(browser, stage, shot, names, None if shot.path == "/login" else logged_in)
            print(f"docs/images/console-{shot.name}.png is new")
        await browser.close()


@dataclass(slots=True)
class _Warehouse:
    """Two of its systems are told what happens; the sorter is ``lost`` after a while."""

    url: str
    lost: bool = False

    @property
    def targets(self) -> dict[str, WebhookSettings]:
        """Both of them, as in the settings."""
        secret = SecretStr(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")
        conflicts = (HookEvent.OPENED, HookEvent.CHANGED, HookEvent.CLOSED)
        return {
            "sorter": WebhookSettings(url=SecretStr(f"{self.url}/sorter"), secrets=(secret,), events=conflicts),
            "wms": WebhookSettings(url=SecretStr(f"{self.url}/wms"), secrets=(secret,)),
        }

    async def take(self, request: web.Request) -> web.Response:
        """A message."""
        return web.Response(status=503 if self.lost and request.path == "/sorter" else 204)


@asynccontextmanager
async def _warehouse() -> AsyncIterator[_Warehouse]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    warehouse = _Warehouse("")
    app.router.add_post("/{system}", warehouse.take)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    warehouse.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield warehouse
    finally:
        await runner.cleanup()


async def _print_for_nobody(stage: Stage) -> str:
    """Nobody has an order of this reference; gives the number of the label."""
    label = Label("msg_nobody", "A-100", "yamato", "takkyubin", tracking_number(CARTS * 100), utc_now())
    with stage.store.changes.listening() as listener:
        await stage.table.report(label)
        while not (found := await stage.store.listed_entries(Wanted(state="unresolved", limit=1), utc_now())):
            await asyncio.wait_for(listener.take(), 60)
    return str(found[0].parcel_id)


async def _lose_sorter(stage: Stage, warehouse: _Warehouse) -> None:
    """The sorter fails, and a parcel has to be stopped."""
    warehouse.lost = True
    late = next(cart for cart in SCENARIO if cart.twist is Twist.CANCEL_BEFORE)
    with stage.store.changes.listening() as listener:
        await play(stage, buy(stage.market, late, CARTS))
        while not any(target.failures for target in await stage.store.hooks.targets()):
            await asyncio.wait_for(listener.take(), 60)


async def _names(stage: Stage) -> dict[str, str]:
    """An open conflict, and an entry that is done."""
    conflict = (await stage.store.cases())[0].conflict
    entry = next(row.entry for row in await stage.store.entry_rows(50) if row.entry.state is EntryState.CONFIRMED)
    return {
        "conflict": str(conflict.id),
        "conflict_order_no": conflict.order_no,
        "conflict_tracking_no": conflict.tracking_no,
        "entry": str(entry.id),
        "entry_order_no": entry.order_no,
        "entry_tracking_no": entry.tracking_no,
    }


async def _pack(stage: Stage) -> None:
    waiting = deque(buy(stage.market, cart, serial) for serial, cart in enumerate(SCENARIO * (CARTS // len(SCENARIO))))
    while waiting:
        await play(stage, waiting.popleft())
    with stage.store.changes.listening() as listener:
        while await _is_unsettled(stage):
            await asyncio.wait_for(listener.take(), 60)


async def _is_unsettled(stage: Stage) -> bool:
    """Whether a number is on its way, or the scenario's cancel requests are still to be met."""
    rows = await stage.store.entry_rows(500)
    return len(rows) < CARTS or any(row.entry.state in _ON_ITS_WAY for row in rows) or not await stage.store.cases()


async def _take(
    browser: Browser, stage: Stage, shot: Shot, names: dict[str, str], logged_in: StorageState | None
) -> None:
    width, height = shot.size
    context = await browser.new_context(
        storage_state=logged_in,
        base_url=stage.url,
        viewport={"width": width, "height": height},
        color_scheme=shot.scheme,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        reduced_motion="reduce",
    )
    await context.add_cookies([{"name": "language", "value": shot.language, "url": stage.url}])
    page = await context.new_page()
    answer = await page.goto(shot.path.format(**names))
    if answer is None or not answer.ok:
        raise RuntimeError(f"{shot.path} cannot be shown: {answer and answer.status}")
    if logged_in is not None and not shot.path.endswith("/print"):
        await page.locator("#live.on").wait_for(timeout=_WITHIN_MS)
    for place, text in enumerate(shot.scans, start=1):
        await page.keyboard.type(text.format(**names))
        await page.keyboard.press("Enter")
        if place % 2 == 0:  # a pair: its answer comes from the program
            newest = page.locator("#scan-past tr").first
            await newest.locator(".good, .stop").first.wait_for(timeout=_WITHIN_MS)
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=IMAGES / f"console-{shot.name}.png", full_page=shot.whole)
    await context.close()


async def _log_in(browser: Browser, stage: Stage) -> StorageState:
    """What a browser keeps after the log-in."""
    context = await browser.new_context(base_url=stage.url)
    page = await context.new_page()
    await page.goto("/login")
    await page.locator("[name=name]").fill(USER)
    await page.locator("[name=password]").fill(stage.password)
    await page.locator("[name=password]").press("Enter")
    await page.locator("#live").wait_for(timeout=_WITHIN_MS)
    state = await context.storage_state()
    await context.close()
    return state


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
