"""When a session holds, when its browser gets a new token, and which old one still opens it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from connector.access.gate import Gate, actor_of
from connector.access.people import PeopleDesk
from connector.access.routes import Routes
from connector.access.sessions import ENDED, SessionRules, Sessions, Standing, hash_of, standing
from connector.domain.language import Language
from connector.domain.people import User
from connector.domain.roles import Permission, Role
from connector.http import one_error_shape
from connector.store.errors import StoreUnavailable
from connector.store.sessions import MOST_OF_A_USER, FoundSession
from connector.store.store import Store
from connector.store.users import NewPassword, UserChange
from tests.connector.access.conftest import AT, Clock

RULES = SessionRules(idle=timedelta(hours=12), lasts=timedelta(days=14))
HOLDS = Standing(holds=True)
USER = User(1, "sato", Role.PACKER, Language.JA, AT, AT)


def found(
    *,
    seen: timedelta = timedelta(0),
    rotated: timedelta | None = timedelta(0),
    age: timedelta = timedelta(0),
    is_previous: bool = False,
    previous_until: timedelta | None = None,
    confirmed: bool = True,
) -> FoundSession:
    """A session as it stands so long after each of these."""
    return FoundSession(
        id=1,
        user=USER,
        created_at=AT - age,
        seen_at=AT - seen,
        rotated_at=None if rotated is None else AT - rotated,
        expires_at=AT - age + RULES.lasts,
        is_previous=is_previous,
        previous_until=None if previous_until is None else AT + previous_until,
        confirmed=confirmed,
    )


SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        pytest.param(found(), HOLDS, id="it was just seen"),
        pytest.param(found(seen=MINUTE), replace(HOLDS, see=True), id="it was seen a minute ago"),
        pytest.param(found(seen=12 * HOUR), ENDED, id="it was not seen for long"),
        pytest.param(found(seen=12 * HOUR - SECOND), replace(HOLDS, see=True), id="it was nearly not seen for long"),
        pytest.param(found(age=RULES.lasts), ENDED, id="it is too old, however lately it was seen"),
        pytest.param(found(rotated=HOUR), replace(HOLDS, rotate=True), id="its token is an hour old"),
        pytest.param(found(rotated=HOUR - SECOND), HOLDS, id="its token is not quite an hour old"),
        pytest.param(found(rotated=None), replace(HOLDS, rotate=True), id="the user's role has changed"),
        pytest.param(found(confirmed=False), replace(HOLDS, confirm=True), id="the new token is shown at last"),
        pytest.param(found(is_previous=True, previous_until=SECOND), HOLDS, id="a request that was sent side by side"),
        pytest.param(found(is_previous=True, previous_until=timedelta(0)), ENDED, id="the old token, a minute later"),
        pytest.param(
            found(is_previous=True, confirmed=False), HOLDS, id="the old token, and the new one is on its way"
        ),
        pytest.param(
            found(is_previous=True, confirmed=False, rotated=MINUTE),
            replace(HOLDS, rotate=True),
            id="the old token, since the answer with the new one was lost",
        ),
    ],
)
def test_what_is_done_about_a_session(session: FoundSession, expected: Standing) -> None:
    assert standing(session, AT, RULES) == expected


@given(
    seen=st.timedeltas(timedelta(0), timedelta(days=30)),
    age=st.timedeltas(timedelta(0), timedelta(days=30)),
    is_previous=st.booleans(),
    confirmed=st.booleans(),
)
def test_nothing_keeps_a_session_beyond_its_end(
    *, seen: timedelta, age: timedelta, is_previous: bool, confirmed: bool
) -> None:
    of = found(seen=seen, age=age, is_previous=is_previous, confirmed=confirmed, previous_until=HOUR)

    if seen >= RULES.idle or age >= RULES.lasts:
        assert standing(of, AT, RULES) == ENDED


@dataclass
class Browser:
    """Keeps its cookie as browsers do, and asks an application with one address."""

    http: aiohttp.ClientSession
    url: str
    token: str
    last_cookie: str = ""

    async def ask(
        self, path: str = "/me", *, token: str = "", keeps: bool = True, https: bool = False
    ) -> tuple[int, str]:
        name = "__Host-session" if https else "session"
        headers = {"Cookie": f"{name}={token or self.token}", "Origin": self.url}
        if https:
            headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "console.example"}
        async with self.http.get(self.url + path, headers=headers) as response:
            self.last_cookie = response.headers.get("Set-Cookie", "")
            new = response.cookies.get(name)
            if new is not None and keeps:
                self.token = new.value
            return response.status, await response.text()


@pytest.fixture
async def browser(store: Store, clock: Clock, desk: PeopleDesk) -> AsyncIterator[Browser]:
    """A browser that sato has just logged in with."""
    sessions = Sessions(store.sessions, RULES, clock)
    app = web.Application(middlewares=[one_error_shape])
    routes = Routes(app)

    async def me(request: web.Request) -> web.Response:
        return web.Response(text=f"{actor_of(request).name} {actor_of(request).role}")

    async def renew(request: web.Request) -> web.Response:
        await sessions.renew(request)
        return web.Response()

    async def log_in(request: web.Request) -> web.Response:
        user = await store.users.by_name("sato")
        assert user is not None
        assert await sessions.begin(request, user)
        return web.Response()

    routes.get("/me", me, needs=Permission.LOOK)
    routes.get("/renew", renew, needs=Permission.LOOK)
    routes.get("/login", log_in, needs=None)
    app.on_response_prepare.append(sessions.carry)
    app.middlewares.append(Gate(routes, sessions.identify, [ip_network("127.0.0.1")]).middleware)
    await desk.add_user("sato", "correct horse battery", Role.PACKER, Language.JA)
    async with TestServer(app) as server, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        made = Browser(http, str(server.make_url("")), "none")
        await made.ask("/login")
        yield made


async def test_a_log_in_lasts_while_it_is_used_and_no_longer_than_14_days(browser: Browser, clock: Clock) -> None:
    seen = []
    for _ in range(30):
        clock.forward(hours=11.9)
        seen.append((await browser.ask())[0])

    assert seen == [200] * 28 + [401] * 2


async def test_who_was_not_seen_for_12_hours_logs_in_again(browser: Browser, clock: Clock) -> None:
    clock.forward(hours=12)

    assert (await browser.ask())[0] == 401


async def test_the_token_changes_every_hour_and_the_old_one_ends_a_minute_after(browser: Browser, clock: Clock) -> None:
    first = browser.token
    clock.forward(hours=1)
    assert await browser.ask() == (200, "sato packer")
    second = browser.token
    assert await browser.ask() == (200, "sato packer")

    clock.forward(seconds=59)
    side_by_side = await browser.ask(token=first)
    clock.forward(seconds=1)
    late = await browser.ask(token=first)

    assert first != second
    assert side_by_side[0] == 200
    assert browser.token == second
    assert late[0] == 401


async def test_whose_answer_was_lost_stays_logged_in(browser: Browser, clock: Clock) -> None:
    """The warehouse's network drops the answer with the new token; the browser goes on with the old one, for hours."""
    clock.forward(hours=1)
    first = browser.token
    assert (await browser.ask(keeps=False))[0] == 200
    clock.forward(hours=2)

    assert (await browser.ask())[0] == 200
    assert browser.token != first
    assert (await browser.ask())[0] == 200
    clock.forward(minutes=1)
    assert (await browser.ask(token=first))[0] == 401


async def test_requests_side_by_side_get_one_new_token(browser: Browser, clock: Clock) -> None:
    """Two would make one of them wrong."""
    clock.forward(hours=1)
    old = browser.token
    answers = await asyncio.gather(*(browser.ask(token=old) for _ in range(10)))
    new = browser.token

    assert {status for status, _ in answers} == {200}
    assert (await browser.ask(token=new))[0] == 200


async def test_a_new_role_holds_at_once_and_brings_a_new_token(browser: Browser, store: Store, clock: Clock) -> None:
    before = browser.token
    await store.users.change(UserChange(1, clock(), role=Role.OPERATOR))

    assert await browser.ask() == (200, "sato operator")
    assert browser.token != before


async def test_whoever_is_disabled_is_out_at_once_and_stays_out(browser: Browser, store: Store, clock: Clock) -> None:
    await store.users.change(UserChange(1, clock(), disabled=True))
    assert (await browser.ask())[0] == 401
    await store.users.change(UserChange(1, clock(), disabled=False))

    assert (await browser.ask())[0] == 401


async def test_a_renewed_session_is_not_opened_by_any_token_from_before(browser: Browser, clock: Clock) -> None:
    first = browser.token
    clock.forward(hours=1)
    await browser.ask()
    second = browser.token
    await browser.ask("/renew")

    assert [(await browser.ask(token=each, keeps=False))[0] == 200 for each in (first, second, browser.token)] == [
        False,
        False,
        True,
    ]


async def test_a_log_in_gives_a_new_token_and_ends_the_session_before(browser: Browser, store: Store) -> None:
    """A token that somebody planted in a browser never becomes a logged-in one."""
    planted = browser.token
    await browser.ask("/login")

    assert browser.token != planted
    assert (await browser.ask(token=planted, keeps=False))[0] == 401
    assert len(await store.sessions.all()) == 1


async def test_a_new_password_ends_all_other_sessions(browser: Browser, store: Store, clock: Clock) -> None:
    (session,) = await store.sessions.all()
    await store.users.set_password(NewPassword(1, "a hash", clock(), keeps=session.id))
    assert (await browser.ask())[0] == 200

    await store.users.set_password(NewPassword(1, "a hash", clock()))

    assert (await browser.ask())[0] == 401


async def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(browser: Browser) -> None:
    await browser.ask("/login")
    plain = browser.last_cookie
    await browser.ask("/login", https=True)
    secure = browser.last_cookie

    assert plain.partition("=")[0] == "session"
    assert {part.strip() for part in plain.split(";")[1:]} == {
        "HttpOnly",
        "Max-Age=1209600",
        "Path=/",
        "SameSite=Lax",
    }
    assert secure.partition("=")[0] == "__Host-session"
    assert {part.strip() for part in secure.split(";")[1:]} == {
        "HttpOnly",
        "Max-Age=1209600",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    }


async def test_behind_tls_a_cookie_that_came_without_it_opens_nothing(browser: Browser) -> None:
    """Whoever can write cookies over plain HTTP could else plant one."""
    headers = {"Cookie": f"session={browser.token}", "X-Forwarded-Proto": "https"}
    async with browser.http.get(f"{browser.url}/me", headers=headers) as response:
        assert response.status == 401


async def test_the_store_holds_no_token(browser: Browser, clock: Clock, tmp_path: Path) -> None:
    """Whoever reads the file, or a backup of it, can log in with nothing of it."""
    clock.forward(hours=1)
    await browser.ask()
    kept = (tmp_path / "connector.db").read_bytes() + (tmp_path / "connector.db-wal").read_bytes()

    assert browser.token.encode() not in kept
    assert hash_of(browser.token).encode() in kept


async def test_a_user_has_a_bounded_number_of_sessions(browser: Browser, store: Store, clock: Clock) -> None:
    for _ in range(MOST_OF_A_USER + 5):
        clock.forward(seconds=1)
        browser.token = "none"
        await browser.ask("/login")

    assert len(await store.sessions.all()) == MOST_OF_A_USER
    assert (await browser.ask())[0] == 200


async def test_sessions_that_ended_are_gone_with_the_next_log_in(browser: Browser, store: Store, clock: Clock) -> None:
    sessions = Sessions(store.sessions, RULES, clock)
    clock.forward(hours=12)
    assert await sessions.listed() == []
    assert len(await store.sessions.all()) == 1
    browser.token = "none"
    await browser.ask("/login")

    assert [each.created_at for each in await store.sessions.all()] == [clock()]


async def test_on_a_full_disk_everybody_stays_logged_in(
    browser: Browser, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is to mend it must see what is wrong; the token changes when there is room again."""
    clock.forward(hours=2)
    before = browser.token

    async def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store.sessions, "_submit", full)
        assert await browser.ask() == (200, "sato packer")
        assert browser.token == before
    await browser.ask()

    assert browser.token != before
