"""The page 送信Webhook: targets, what they were sent, what an administrator does about it, as a browser sees it."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from connector.access.sessions import hash_of
from connector.app import RunningApp, running
from connector.clock import utc_now
from connector.console.look import day_and_time
from connector.console.webhooks import HERE, HOW_TO_CONFIGURE, PAGE
from connector.demo.stage import DemoSettings
from connector.domain.hooks import (
    HookEvent,
    HookState,
    Tried,
    judged,
)
from connector.domain.roles import Role
from connector.hooks.bodies import ConflictData, EntryData, GapData
from connector.sandbox import Sandbox
from connector.settings import (
    ApiSettings,
    ServerSettings,
    ShopSettings,
    StoreSettings,
    WebhookSettings,
    load_settings,
)
from connector.store.api_tokens import NewToken
from connector.store.hook_deliveries import HookDelivery, Made, NewHook, SettledHook
from tests.connector.hooks.conftest import SECRET, Warehouse, open_warehouse

TOKEN = "t" * 40
WAREHOUSE_PATH = "/hooks"
AT = utc_now() - timedelta(hours=1)
"""The running program reads the real clock."""


@dataclass
class Office:
    """The running program, its warehouse, and an administrator's browser that keeps its language."""

    app: RunningApp
    http: aiohttp.ClientSession
    warehouse: Warehouse
    token: str = TOKEN

    async def page(self, path: str = HERE, status: int = 200, language: str = "ja") -> str:
        """The page at an address, its text in the reader's language."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/html", "Cookie": f"language={language}"}
        async with self.http.get(self.app.url + path, headers=headers) as response:
            assert response.status == status
            return html.unescape(await response.text())

    async def send(self, path: str, **form: str) -> tuple[int, str]:
        """The status of a form's answer, and where it leads to, or the page."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/html"}
        async with self.http.post(self.app.url + path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or html.unescape(await response.text())

    async def made(self, target: str, *hooks: tuple[str, HookEvent, str]) -> list[HookDelivery]:
        """Messages to a target, each with its key, event and body, the oldest first."""
        new = tuple(NewHook(target, key, event, f"main {key}", body, AT) for key, event, body in hooks)
        await self.app.store.hooks.make(Made(new))
        return (await self.app.store.hooks.deliveries(target, len(new)))[::-1]

    async def given_up(self, target: str, *hooks: tuple[str, HookEvent, str]) -> list[HookDelivery]:
        """Messages that a target answered with 503 until they were given up."""
        found = await self.made(target, *hooks)
        for each in found:
            await self.app.store.hooks.settle(SettledHook(each, judged(503), AT))
        return found


@asynccontextmanager
async def opened(folder: Path, *names: str) -> AsyncIterator[Office]:
    """The program with targets of these names, all at one warehouse; nothing is sent but by hand."""
    async with Sandbox(shops=("main",)) as sandbox, open_warehouse() as warehouse, aiohttp.ClientSession() as http:
        target = WebhookSettings(url=SecretStr(warehouse.url), secrets=(SecretStr(SECRET),))
        settings = DemoSettings(
            server=ServerSettings(port=0),
            store=StoreSettings(url=f"sqlite:///{folder}/connector.db"),
            api=ApiSettings(tokens=(SecretStr(TOKEN),)),
            shops={"main": ShopSettings(qapi_url=sandbox.base_url, seller_auth_key=SecretStr(sandbox.key))},
            webhooks=dict.fromkeys(names, target),
        )
        async with running(settings) as app:
            yield Office(app, http, warehouse)


@pytest.fixture(autouse=True)
def _nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits stays: what is sent, and when, is the sender's tests' concern."""

    async def idle(_sender: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("connector.assembly.webhooks.HookSender.run", idle)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path, "erp", "wms") as office:
        yield office


def rows(page: str) -> list[str]:
    """The rows of the messages, as text."""
    return [_text(row) for row in re.findall(r"<tr data-row.*?</tr>", page, flags=re.DOTALL)]


def panel(page: str, name: str) -> str:
    """A target's part of the page, as text."""
    (found,) = re.findall(rf'<section class="panel" aria-labelledby="target-{name}">(.*?)</section>', page, re.DOTALL)
    return _text(found)


def main_of(page: str) -> str:
    """The page without what all pages share."""
    return page.partition("<main")[2].partition("</main>")[0]


def _text(part: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)).strip()


def opened_body(order_no: str = "1062428737") -> str:
    return json.dumps({"data": {"order_no": order_no, "pack_no": "300123456", "conflict": 17}})


def entered_body(order_no: str = "1062428737") -> str:
    return json.dumps({"data": {"order_no": order_no, "pack_no": "", "entry": 5}})


def test_bodies_name_what_they_are_about_as_the_page_reads_it() -> None:
    """Those above are short for what is really sent."""
    assert set(json.loads(opened_body())["data"]) <= set(ConflictData.model_fields)
    assert set(json.loads(entered_body())["data"]) <= set(EntryData.model_fields) & set(GapData.model_fields)


async def test_without_a_target_the_page_says_which_lines_make_one(tmp_path: Path) -> None:
    """The lines that stand there are a configuration that is read, once the secret is where they say."""
    async with opened(tmp_path) as office:
        page = await office.page()
        assert (await office.page(f"{HERE}?target=wms", status=404)).count("この名前の送り先はありません") == 1

    assert "送り先がまだありません" in page
    assert HOW_TO_CONFIGURE in page
    (tmp_path / "secret").write_text(SECRET)
    lines = HOW_TO_CONFIGURE.replace("/etc/qoo10-connector/wms-secret", str(tmp_path / "secret"))
    (tmp_path / "config.toml").write_text(f'[shops.main]\nseller_auth_key = "k"\n{lines}')
    (target,) = load_settings(tmp_path / "config.toml").webhooks.values()
    assert (target.host, [each.get_secret_value() for each in target.secrets]) == ("https://wms.example.jp", [SECRET])


async def test_a_target_is_shown_without_its_path_and_secret(office: Office) -> None:
    page = await office.page()

    assert "まだ何も送っていません" in panel(page, "wms")
    assert office.warehouse.url.removesuffix(WAREHOUSE_PATH) + "/…" in panel(page, "wms")
    assert (office.warehouse.url in page, SECRET in page) == (False, False)
    assert "知らせる内容 すべて" in panel(page, "wms")


async def test_a_failing_target_says_why_and_when_it_goes_on(office: Office) -> None:
    """Why the last try came to nothing, how many wait and since when, when the next try is."""
    one, _ = await office.made("wms", ("1", HookEvent.OPENED, opened_body()), ("2", HookEvent.OPENED, opened_body()))
    next_at = utc_now() + timedelta(hours=1)
    await office.app.store.hooks.settle(SettledHook(one, judged(503), AT, due_at=next_at))

    shown = panel(await office.page(), "wms")

    assert "届いていません 相手がエラーを返しました HTTP 503" in shown
    assert "相手側のログを確認してください" in shown
    assert f"最後の失敗 {day_and_time(AT)}" in shown
    assert "送信待ち 2件" in shown
    assert f"次の送信 {day_and_time(next_at)}" in shown
    assert "断念 0件" in shown
    assert "まだ何も送っていません" in panel(await office.page(), "erp")


async def test_what_a_message_tells_and_about_what(office: Office) -> None:
    """Each leads to what it is about; a test is about nothing."""
    await office.given_up(
        "wms", ("1", HookEvent.ENTERED, entered_body("1000000001")), ("2", HookEvent.OPENED, opened_body("1000000002"))
    )
    office.warehouse.answer(418)
    await office.send(f"{HERE}/wms/test")

    page = await office.page()

    test, conflict, entry = rows(page)
    assert "試験 webhook.test — 失敗 相手がエラーを返しました HTTP 418 " in test
    assert "送り直す" not in test
    assert (
        "行き違いが発生 conflict.opened 1000000002 カート 300123456 断念 相手がエラーを返しました HTTP 503" in conflict
    )
    assert "番号を入力済み entry.entered 1000000001 断念" in entry
    assert re.findall(r'<a class="number" [^>]*href="([^"]*)"', page) == ["/conflicts/17", "/entries/5"]


async def test_one_message_is_delivered_again(office: Office) -> None:
    """Back to where it was asked, with how many; the audit says it with the target's name."""
    one, two = await office.given_up(
        "wms", ("1", HookEvent.OPENED, opened_body()), ("2", HookEvent.OPENED, opened_body())
    )

    answer = await office.send(f"{HERE}/wms/redeliver?target=wms&state=failed", id=one.id)

    assert answer == (303, f"{HERE}?target=wms&state=failed&due=1")
    page = await office.page(answer[1])
    assert "1件を送り直します" in page
    assert len(rows(page)) == 1
    found = {each.seq: each.state for each in await office.app.store.hooks.deliveries("wms", 9)}
    assert found == {one.seq: HookState.DUE, two.seq: HookState.FAILED}
    (deed,) = await office.app.store.deeds.page(1)
    assert (deed.action, deed.subject, deed.detail) == (
        f"POST {HERE}/{{name}}/redeliver",
        "webhook wms",
        "1 again",
    )


async def test_all_that_were_given_up_are_delivered_again(office: Office) -> None:
    """Of this target, and none that was delivered."""
    hooks = [(str(number), HookEvent.OPENED, opened_body()) for number in range(3)]
    await office.given_up("wms", *hooks)
    await office.given_up("erp", *hooks)
    assert "断念した3件を送り直す" in panel(await office.page(), "wms")

    assert await office.send(f"{HERE}/wms/redeliver") == (303, f"{HERE}?due=3")
    assert await office.send(f"{HERE}/wms/redeliver") == (303, f"{HERE}?due=0")

    page = await office.page(f"{HERE}?due=0")
    assert "送り直すものはありません" in page
    assert "断念 0件" in panel(page, "wms")
    assert "断念 3件" in panel(page, "erp")


async def test_what_was_given_up_is_found_apart(office: Office) -> None:
    one, two = await office.given_up(
        "wms", ("1", HookEvent.OPENED, opened_body("1")), ("2", HookEvent.OPENED, opened_body("2"))
    )
    await office.app.store.hooks.settle(SettledHook(two, Tried(status=204), AT))

    page = await office.page(f"{HERE}?target=wms&state=failed")

    assert [row for row in rows(page) if "断念" not in row] == []
    assert f'id="again-{one.id}"' in page
    assert len(rows(page)) == 1
    assert "断念した知らせはありません" in await office.page(f"{HERE}?target=erp&state=failed")


async def test_a_target_that_is_off_has_nothing_delivered_again(office: Office) -> None:
    """The page says so, and what to do: a test that it takes switches it on."""
    (one,) = await office.made("wms", ("1", HookEvent.OPENED, opened_body()))
    await office.app.store.hooks.settle(SettledHook(one, judged(410), AT))

    page = await office.page()
    assert "停止中" in panel(page, "wms")
    assert "送り直す" not in "".join(rows(page)) + panel(page, "wms")
    status, refused = await office.send(f"{HERE}/wms/redeliver", id=one.id)
    assert (status, "送り先が停止中のため、送り直せません。先に試験を送ってください" in refused) == (409, True)

    status, tried = await office.send(f"{HERE}/wms/test")

    assert (status, "wms が試験を受け取りました (HTTP 204)" in tried) == (200, True)
    assert "正常" in panel(tried, "wms")
    assert await office.send(f"{HERE}/wms/redeliver", id=one.id) == (303, f"{HERE}?due=1")


async def test_a_test_that_is_not_taken_says_why(office: Office) -> None:
    office.warehouse.answer(302, Location="https://elsewhere.example")

    status, page = await office.send(f"{HERE}/wms/test?target=wms")

    assert status == 200
    assert "wms への試験は届きませんでした。相手が別のアドレスへ転送しました (HTTP 302)。" in page
    assert "転送先には送りません" in panel(page, "wms")
    assert "届いていません" in panel(page, "wms")
    assert 'aria-labelledby="target-erp"' not in page
    assert "elsewhere.example" not in page


async def test_older_messages_are_on_the_next_page(office: Office) -> None:
    """By the place of the last one, so that new ones move nothing; the target stays chosen."""
    hooks = [(str(number), HookEvent.OPENED, opened_body(str(number))) for number in range(PAGE + 1)]
    made = await office.given_up("wms", *hooks)
    await office.given_up("erp", hooks[0])

    first = await office.page(f"{HERE}?target=wms")
    (older,) = re.findall(r'rel="next" href="([^"]*)"', first)
    await office.given_up("wms", ("new", HookEvent.OPENED, opened_body()))
    second = await office.page(older)

    assert len(rows(first)) == PAGE
    assert older == f"{HERE}?target=wms&before={made[1].seq}"
    assert re.findall(r'<tr data-row[^>]* id="([^"]*)"', second) == [made[0].id]
    assert f'href="{HERE}?target=wms"' in second
    assert 'rel="next"' not in second


async def test_messages_of_a_target_that_is_configured_no_more_are_only_shown(tmp_path: Path) -> None:
    async with opened(tmp_path, "erp", "wms") as before:
        await before.made("wms", ("1", HookEvent.OPENED, opened_body()))
    async with opened(tmp_path, "erp") as office:
        page = await office.page()
        status, _ = await office.send(f"{HERE}/wms/redeliver")

    (row,) = rows(page)
    assert ("送り先が停止中のため、送っていません" in row, "送り直す" in row, status) == (True, False, 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", f"{HERE}?target=other"), ("post", f"{HERE}/other/test"), ("post", f"{HERE}/other/redeliver")],
)
async def test_a_target_that_is_not_there_is_said_to_be_none(office: Office, method: str, path: str) -> None:
    if method == "get":
        page = await office.page(path, status=404)
    else:
        status, page = await office.send(path)
        assert status == 404
    assert "この名前の送り先はありません" in page


@pytest.mark.parametrize(
    "query", ["before=x", "before=", "before=-1", "before=²", "state=due", "due=x", "due=99999999"]
)
async def test_an_address_that_says_nonsense_shows_the_page(office: Office, query: str) -> None:
    await office.given_up("wms", ("1", HookEvent.OPENED, opened_body()))

    assert len(rows(await office.page(f"{HERE}?{query}"))) == 1


async def test_who_may_only_look_is_offered_nothing(office: Office) -> None:
    await office.given_up("wms", ("1", HookEvent.OPENED, opened_body()))
    await office.app.store.tokens.add(NewToken("screen", hash_of("v" * 40), Role.OPERATOR, "admin", AT, None))
    office.token = "v" * 40

    page = await office.page()

    assert ("断念 1件" in panel(page, "wms"), "<button" in main_of(page)) == (True, False)
    assert (await office.send(f"{HERE}/wms/test"))[0] == 403
    assert (await office.send(f"{HERE}/wms/redeliver"))[0] == 403


async def test_in_english(office: Office) -> None:
    await office.given_up("wms", ("1", HookEvent.GAP, entered_body()))

    page = await office.page(language="en")

    assert "Not arriving The target answered with an error HTTP 503" in panel(page, "wms")
    assert "number not entered gap.too_long 1062428737 given up" in rows(page)[0]
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", _text(main_of(page)))


async def test_settings_and_alerts_lead_there(office: Office) -> None:
    for path in ("/settings", "/alerts"):
        assert f'href="{HERE}"' in await office.page(path)
