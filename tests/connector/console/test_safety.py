"""What every answer says to the browser about itself, and how errors look in a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import aiohttp
import pytest

from connector.console.language import local_path
from connector.console.safety import HEADERS
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.domain.orders import ShippingStatus
from connector.sandbox import NewLine
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from tests.connector.console.conftest import Place


@pytest.mark.parametrize("path", ["/", "/login", "/conflicts", "/nowhere", "/api/v1/conflicts", "/healthz"])
async def test_every_answer_carries_the_headers(place: Place, path: str) -> None:
    async with place.session.get(place.url + path) as response:
        assert {name: response.headers[name] for name in HEADERS} == HEADERS


async def test_no_page_has_a_script_or_a_style_of_its_own(place: Place) -> None:
    """The content security policy would keep the browser from running it; nothing may rely on it."""
    for path in ("/", "/conflicts", "/login", "/nowhere"):
        async with place.session.get(place.url + path, headers={"Accept": "text/html"}) as response:
            assert response.content_type == "text/html"
            text = await response.text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path


async def test_every_file_of_a_page_comes_from_the_program_and_may_be_kept(place: Place) -> None:
    async with place.session.get(place.url + "/") as response:
        found = re.findall(r'(?:src|href)="(/static/[^"]+)"', await response.text())

    assert len(found) >= 5
    for path in found:
        async with place.session.get(place.url + path) as response:
            assert (response.status, "immutable" in response.headers["Cache-Control"]) == (200, True)


async def test_every_page_that_the_menu_names_is_there(place: Place) -> None:
    """But for the account: the token that asks here has none. Each says which zone its times are of."""
    async with place.session.get(place.url + "/") as response:
        header = (await response.text()).partition("</header>")[0]
    found = sorted(set(re.findall(r'<a [^>]*href="(/[^"]*)"', header)) - {"/account"})

    assert len(found) >= 8
    for path in found:
        async with place.session.get(place.url + path, headers={"Accept": "text/html"}) as response:
            assert response.status == 200, path
            footer = (await response.text()).partition("<footer")[2]
        assert f"qoo10-connector {version('qoo10-connector')}<" in footer
        assert "時刻はすべて日本時間 (JST, UTC+9)" in footer


@pytest.mark.parametrize("path", ["/static/000000000000/console.css", "/static/x/..%2f..%2fapp.py", "/static/a/b/c"])
async def test_no_other_file_is_served(place: Place, path: str) -> None:
    async with place.session.get(place.url + path) as response:
        assert response.status == 404


async def test_an_error_is_a_page_for_people_and_one_shape_for_programs(place: Place) -> None:
    async with place.session.get(place.url + "/conflicts/999") as page:
        text = await page.text()
    async with place.session.get(place.url + "/api/v1/conflicts/999") as answer:
        error = (await answer.json())["error"]

    assert (page.status, page.content_type) == (404, "text/html")
    assert "no_conflict" in text
    assert "「今」へ戻る" in text
    assert (answer.status, error["code"]) == (404, "no_conflict")


async def test_whoever_has_not_logged_in_is_led_to_the_log_in_and_back(place: Place) -> None:
    async with aiohttp.ClientSession() as nobody:
        async with nobody.get(place.url + "/conflicts?which=closed", allow_redirects=False) as page:
            pass
        async with nobody.get(place.url + "/", headers={"HX-Request": "true"}, allow_redirects=False) as part:
            pass

    assert (page.status, page.headers["Location"]) == (303, "/login?next=/conflicts%3Fwhich%3Dclosed")
    assert (part.status, part.headers["HX-Redirect"]) == (401, "/login?next=/")


async def test_the_language_is_the_readers_choice(place: Place) -> None:
    own = {"Origin": place.url}
    async with place.session.post(
        place.url + "/language",
        data={"language": "en", "next": "/conflicts"},
        headers=own,
        allow_redirects=False,
    ) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/conflicts")
        assert "HttpOnly" in answer.headers["Set-Cookie"]
    async with place.session.get(place.url + "/", headers={"Cookie": "language=en"}) as page:
        assert '<html lang="en">' in await page.text()
    async with place.session.get(place.url + "/", headers={"Cookie": "language=xx"}) as page:
        assert '<html lang="ja">' in await page.text()


async def test_another_sites_page_cannot_choose_the_language(place: Place) -> None:
    async with place.session.post(
        place.url + "/language", data={"language": "en"}, headers={"Origin": "http://elsewhere.example"}
    ) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/entries?q=1", "/entries?q=1"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/今", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_is_a_path_of_this_console(address: str, kept: str) -> None:
    assert local_path(address) == kept


async def test_a_store_that_cannot_be_read_is_said_on_a_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails() -> int:
        raise StoreUnavailable("the disk is gone")

    monkeypatch.setattr(place.app.store, "cases", fails)
    monkeypatch.setattr(place.app.store, "count_open_conflicts", fails)
    async with place.session.get(place.url + "/conflicts") as page:
        assert (page.status, page.content_type) == (503, "text/html")
        assert "store_unavailable" in await page.text()


async def test_a_defect_is_said_on_a_page_without_its_inside(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks() -> list[object]:
        raise RuntimeError("something inside")

    monkeypatch.setattr(place.app.store, "cases", breaks)
    async with place.session.get(place.url + "/conflicts") as page:
        text = await page.text()

    assert (page.status, page.content_type) == (500, "text/html")
    assert "プログラムの不具合です。" in text
    assert "something inside" not in text


async def conflict_of_a_label(place: Place, order_no: str) -> int:
    """The table prints the order's label; gives the number of the conflict that comes of it."""
    table = PackingTable(place.session, f"{place.url}/webhooks/table", "whsec_bWFkZSB1cCBmb3IgdGVzdHMgb25seQ==")
    label = Label("msg_1", order_no, "yamato", "takkyubin", tracking_number(1), datetime.now(UTC))
    with place.app.store.changes.listening() as listener:
        assert (await table.report(label)).status == 202
        while not (found := await place.app.store.cases()):
            await listener.take()
    return found[0].conflict.id


@pytest.mark.parametrize(("language", "said"), [("ja", "理由を書いてください"), ("en", "an act needs a reason")])
async def test_a_refused_act_says_why_in_the_readers_language(place: Place, language: str, said: str) -> None:
    (line,) = place.sandbox.market.add_cart(NewLine(status=ShippingStatus.PREPARING))
    place.sandbox.market.ask_cancel(line.order_no)
    number = await conflict_of_a_label(place, line.order_no)
    async with place.session.post(
        f"{place.url}/conflicts/{number}/acts",
        data={"act": "note", "why": " "},
        headers={"Cookie": f"language={language}"},
    ) as page:
        assert page.status == 409
        assert said in await page.text()
