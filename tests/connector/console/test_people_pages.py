"""Log-in, account, users and audit as a browser without JavaScript sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import pytest
from argon2 import PasswordHasher

from connector.access.passwords import Passwords
from connector.domain.roles import Role

if TYPE_CHECKING:
    from tests.connector.console.conftest import Place

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("connector.assembly.access.Passwords", lambda: Passwords(quick))


@dataclass
class Browser:
    """Keeps cookies, sends forms, follows nothing by itself."""

    http: aiohttp.ClientSession
    url: str

    async def get(self, path: str) -> tuple[int, str]:
        """The status and the page; for a redirect where it leads to."""
        async with self.http.get(self.url + path, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or await response.text()

    async def send(self, path: str, origin: str | None = None, **form: str) -> tuple[int, str]:
        headers = {"Origin": self.url if origin is None else origin}
        async with self.http.post(self.url + path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Location") or await response.text()

    async def log_in(self, name: str, password: str = PASSWORD, to: str = "/") -> tuple[int, str]:
        return await self.send("/login", name=name, password=password, next=to)


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Browser]:
    """A browser that has never been here."""
    jar = aiohttp.CookieJar(unsafe=True)  # it keeps cookies of addresses without a name
    headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as http:
        yield Browser(http, place.url)


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    await add(place, "boss", Role.ADMIN)
    await add(place, "sato", Role.PACKER)
    async with opened(place) as browser:
        yield browser


async def add(place: Place, name: str, role: Role) -> None:
    body = {"name": name, "password": PASSWORD, "role": role}
    async with place.session.post(f"{place.url}/api/v1/users", json=body) as response:
        assert response.status == 201


async def audit(place: Place) -> list[tuple[str, str, str, int | None]]:
    """Who, action, subject and status, the newest first, without what the fixtures did."""
    rows = await place.app.store.deeds.page(100)
    return [(each.who, each.action, each.subject, each.status) for each in rows if each.via != "settings"]


async def test_whoever_is_not_logged_in_is_led_to_the_log_in_and_back(browser: Browser) -> None:
    assert await browser.get("/conflicts?which=closed") == (303, "/login?next=/conflicts%3Fwhich%3Dclosed")

    status, page = await browser.get("/login?next=/conflicts%3Fwhich%3Dclosed")
    assert status == 200
    assert 'name="next" value="/conflicts?which=closed"' in page
    assert await browser.log_in("sato", to="/conflicts?which=closed") == (303, "/conflicts?which=closed")
    assert (await browser.get("/conflicts?which=closed"))[0] == 200
    assert await browser.get("/login?next=/account") == (303, "/account")


async def test_a_log_in_leads_to_no_other_site(browser: Browser) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""):
        assert await browser.log_in("sato", to=elsewhere) == (303, "/")
        assert await browser.get(f"/login?next={elsewhere}") == (303, "/")


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser: Browser, place: Place) -> None:
    """And a name that nobody has is not written down: it may be a password in the wrong field."""
    wrong_password = await browser.log_in("sato", "wrong password")
    wrong_name = await browser.log_in("my secret password", "x")

    assert wrong_password[0] == wrong_name[0] == 401
    assert wrong_password[1] == wrong_name[1]
    assert "名前またはパスワードが違います" in wrong_password[1]
    assert await audit(place) == [
        ("", "POST /login", "unknown name", 401),
        ("", "POST /login", "user sato", 401),
    ]


async def test_after_five_wrong_passwords_one_waits(browser: Browser) -> None:
    for _ in range(5):
        await browser.log_in("sato", "wrong password")
    form = {"name": "sato", "password": PASSWORD}
    async with browser.http.post(
        f"{browser.url}/login", data=form, headers={"Origin": browser.url}, allow_redirects=False
    ) as response:
        status, retry_after, page = response.status, response.headers["Retry-After"], await response.text()

    assert status == 429
    assert 1 <= int(retry_after) <= 5
    assert f"{retry_after}秒後にもう一度" in page
    assert (await browser.get("/account"))[0] == 303


async def test_another_sites_page_logs_nobody_in(browser: Browser) -> None:
    """Else somebody could be made to work under another's name."""
    for origin in ("https://evil.example", "null", ""):
        assert (await browser.send("/login", origin=origin, name="sato", password=PASSWORD))[0] == 403


async def test_no_page_of_a_log_in_repeats_what_was_typed(browser: Browser) -> None:
    _, page = await browser.log_in('"><script>alert(1)</script>', "wrong password")

    assert "alert(1)" not in page
    assert "wrong password" not in page


async def test_a_log_out_ends_the_session_and_not_only_the_cookie(browser: Browser, place: Place) -> None:
    await browser.log_in("sato")
    stolen = {each.key: each.value for each in browser.http.cookie_jar}

    assert await browser.send("/logout") == (303, "/login")
    assert await browser.get("/account") == (303, "/login?next=/account")
    async with (
        aiohttp.ClientSession(cookies=stolen, cookie_jar=aiohttp.CookieJar(unsafe=True)) as thief,
        thief.get(f"{place.url}/account", allow_redirects=False) as response,
    ):
        assert response.status == 303
    assert await place.app.store.sessions.all() == []


async def test_the_language_of_a_user_comes_with_the_log_in(browser: Browser) -> None:
    await browser.log_in("sato")
    assert 'lang="ja"' in (await browser.get("/account"))[1]
    assert await browser.send("/account/language", language="en") == (303, "/account?done=language")
    assert "The language is changed." in (await browser.get("/account?done=language"))[1]

    await browser.send("/logout")
    await browser.send("/language", language="ja", next="/login")
    await browser.log_in("sato")

    assert '<html lang="en">' in (await browser.get("/account"))[1]


async def test_ones_password_is_changed_on_the_account_page(browser: Browser, place: Place) -> None:
    async with opened(place) as elsewhere:
        await elsewhere.log_in("sato")
        await browser.log_in("sato")
        typed_wrong = await browser.send("/account/password", old=PASSWORD, new="another one 1", again="another one 2")
        old_wrong = await browser.send("/account/password", old="x", new="another one 1", again="another one 1")
        changed = await browser.send("/account/password", old=PASSWORD, new="another one 1", again="another one 1")

        assert (typed_wrong[0], old_wrong[0]) == (422, 422)
        assert "新しいパスワードの2つの入力が違います" in typed_wrong[1]
        assert "いまのパスワードが違います" in old_wrong[1]
        assert changed == (303, "/account?done=password")
        assert (await browser.get("/account?done=password"))[0] == 200
        assert await elsewhere.get("/account") == (303, "/login?next=/account")
    assert (await browser.log_in("sato", "another one 1"))[0] == 303


async def test_ones_other_browsers_are_shown_and_logged_out(browser: Browser, place: Place) -> None:
    async with opened(place) as elsewhere:
        await elsewhere.log_in("sato")
        await browser.log_in("sato")
        (_, page), sessions = await browser.get("/account"), await place.app.store.sessions.all()
        other = min(each.id for each in sessions)

        assert page.count("Firefox on Linux") >= 2
        assert "この画面" in page
        assert await browser.send(f"/account/sessions/{other}/end") == (303, "/account?done=session")
        assert (await elsewhere.get("/account"))[0] == 303
    assert (await browser.send("/account/sessions/99/end"))[0] == 404


async def test_only_administrators_see_users(browser: Browser) -> None:
    await browser.log_in("sato")

    assert (await browser.get("/users"))[0] == 403
    assert (await browser.get("/users/audit"))[0] == 403
    assert "/users" not in (await browser.get("/account"))[1]


async def test_an_administrator_works_with_users_from_first_to_last(browser: Browser, place: Place) -> None:
    await browser.log_in("boss")
    added = await browser.send("/users", name="田中", password=PASSWORD, role="viewer")
    refused = await browser.send("/users", name="田中", password=PASSWORD, role="viewer")
    (tanaka,) = [each for each in await place.app.store.users.all() if each.name == "田中"]
    role = await browser.send(f"/users/{tanaka.id}", role="operator")
    password = await browser.send(f"/users/{tanaka.id}/password", password="another one 1")
    disabled = await browser.send(f"/users/{tanaka.id}", disabled="yes")
    last = await browser.send("/users/1", role="viewer")
    enabled = await browser.send(f"/users/{tanaka.id}", disabled="no")
    _, page = await browser.get("/users")

    assert added == (303, "/users?done=added")
    assert refused[0] == 409
    assert "この名前はすでに使われています" in refused[1]
    assert [role, password, disabled, enabled] == [
        (303, "/users?done=changed"),
        (303, "/users?done=password"),
        (303, "/users?done=changed"),
        (303, "/users?done=changed"),
    ]
    assert last[0] == 409
    assert "管理者がほかにいません" in last[1]
    assert "田中" in page
    assert await audit(place) == [
        ("boss", "POST /users/{id}", "user 田中", 303),
        ("boss", "POST /users/{id}", "id 1", 409),
        ("boss", "POST /users/{id}", "user 田中", 303),
        ("boss", "POST /users/{id}/password", "user 田中", 303),
        ("boss", "POST /users/{id}", "user 田中", 303),
        ("boss", "POST /users", "", 409),
        ("boss", "POST /users", "user 田中", 303),
        ("boss", "POST /login", "user boss", 303),
    ]


async def test_a_token_is_made_shown_once_and_withdrawn(browser: Browser, place: Place) -> None:
    await browser.log_in("boss")
    status, page = await browser.send("/users/tokens", name="wms", role="viewer", expires="30")
    (kept,) = await place.app.store.tokens.all()
    _, later = await browser.get("/users")
    withdrawn = await browser.send(f"/users/tokens/{kept.id}/withdraw")
    again = await browser.send(f"/users/tokens/{kept.id}/withdraw")

    assert status == 200
    assert page.count("qct_") >= 1
    assert "qct_" not in later
    assert kept.created_by == "boss"
    assert (withdrawn, again[0]) == ((303, "/users?done=withdrawn"), 409)


async def test_a_form_that_no_page_sends_is_refused(browser: Browser) -> None:
    await browser.log_in("boss")

    assert (await browser.send("/users", name="x", password=PASSWORD, role="boss"))[0] == 422
    assert (await browser.send("/users/tokens", name="x", role="viewer", expires="soon"))[0] == 422
    assert (await browser.send("/users/2", role="x"))[0] == 422
    assert (await browser.send("/account/language", language="fr"))[0] == 422


SPOKEN = b"correct-horse-secret"
GARBAGE = [
    (b"name=\xff\xfe", "application/x-www-form-urlencoded"),
    (b"name=x", "application/x-www-form-urlencoded; charset=nonsense"),
    (b"garbage", "multipart/form-data; boundary=x"),
    (b"garbage", "multipart/form-data"),
    (
        b"--x\r\nContent-Disposition: form-data; name=name\r\n" + SPOKEN + b"\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    (b"name=" + SPOKEN + b"%FF", "application/x-www-form-urlencoded"),
    (b"name=%ED%A0%80", "application/x-www-form-urlencoded"),
    (b"name=+2AA-", "application/x-www-form-urlencoded; charset=utf-7"),
    (b"name=x&" * 1000, "application/x-www-form-urlencoded"),
    (b"", "application/x-www-form-urlencoded"),
    (b"{}", "application/json"),
]


async def test_garbage_is_a_wrong_log_in_or_no_form_and_no_defect(
    browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    for body, content_type in GARBAGE:
        headers = {"Origin": browser.url, "Content-Type": content_type}
        async with browser.http.post(f"{browser.url}/login", data=body, headers=headers) as response:
            assert response.status in (400, 401), content_type
    said = capsys.readouterr()
    assert SPOKEN.decode() not in said.out + said.err, "what was sent may be a password"


BROKEN_TRIALS = [
    b"--x\r\nContent-Disposition: form-data; name=payload\r\n" + SPOKEN + b"\r\n--x--\r\n",
    b"--x\r\n" + b"A: b\r\n" * 1000 + b"\r\na\r\n--x--\r\n",
]


@pytest.mark.parametrize("body", BROKEN_TRIALS)
async def test_a_trial_that_is_no_form_is_said_so(
    browser: Browser, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.log_in("boss")
    headers = {"Origin": browser.url, "Content-Type": "multipart/form-data; boundary=x"}
    async with browser.http.post(f"{browser.url}/sources/table/trial", data=body, headers=headers) as response:
        assert response.status == 400
    said = capsys.readouterr()
    assert SPOKEN.decode() not in said.out + said.err


async def test_the_audit_page_shows_what_was_done(browser: Browser) -> None:
    await browser.log_in("boss")
    await browser.send("/users/2", role="operator")
    status, page = await browser.get("/users/audit")

    assert status == 200
    assert "POST /users/{id}" in page
    assert "user sato" in page
    assert (await browser.get("/users/audit?before=1"))[0] == 200
    assert (await browser.get("/users/audit?before=nonsense"))[0] == 200


async def test_without_any_user_the_log_in_says_how_to_make_one(place: Place) -> None:
    async with opened(place) as browser:
        assert "qoo10-connector users add 名前 --role admin" in (await browser.get("/login"))[1]
