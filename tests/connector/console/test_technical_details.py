"""What a vendor or this program says in its own words stands apart from the sentences of a page, in every language."""

import re

import aiohttp
import pytest

from tests.connector.console.conftest import Place

_DETAIL = re.compile(r'<span class="detail">.*?</span>', re.DOTALL)


async def page_of(place: Place, path: str, form: aiohttp.FormData | None = None, language: str = "ja") -> str:
    method, headers = "GET" if form is None else "POST", {"Cookie": f"language={language}"}
    async with place.session.request(method, place.url + path, data=form, headers=headers) as response:
        assert response.status == 200
        return await response.text()


def trial(payload: str, headers: str = "") -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("payload", payload, content_type="text/plain")
    form.add_field("headers", headers, content_type="text/plain")
    return form


def apart(page: str) -> tuple[str, list[str]]:
    """The page without its technical details, and these."""
    return _DETAIL.sub("", page), _DETAIL.findall(page)


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "この連携元の知らせとして読み取れません。"), ("en", "it cannot be read as what this source sends")],
)
async def test_why_a_payload_cannot_be_read(place: Place, language: str, said: str) -> None:
    page, details = apart(await page_of(place, "/sources/table/trial", trial("{}"), language))

    assert said in page
    assert any("webhook-id: is missing" in each for each in details)
    assert "webhook-id: is missing" not in page


async def test_what_is_wrong_with_a_signature(place: Place) -> None:
    page, details = apart(await page_of(place, "/sources/table/trial", trial("{}", "webhook-id: msg_1")))

    assert "届いても401で断ります。" in page
    assert any("missing_header" in each for each in details)
    assert "401 (" not in page


async def test_why_a_delivery_was_refused(place: Place) -> None:
    async with place.session.post(place.url + "/webhooks/table", data=b"{}") as response:
        assert response.status == 401
    page, details = apart(await page_of(place, "/sources/table"))

    assert "この連携元からのものだと証明できません" in page
    assert "does not prove" not in page
    assert any("does not prove" in each for each in details)
