"""Where a request really comes from: whose ``X-Forwarded-`` headers count, and which of many addresses."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from connector.access.login_limits import PER_ADDRESS
from connector.access.origin import Origin, origin_of
from connector.access.passwords import Passwords
from connector.app import running
from connector.settings import Settings, load_settings

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
PROXY, SECOND_PROXY, IPV6_PROXY = "10.0.0.1", "10.0.0.2", "fd00::1"
CLIENT, IPV6_CLIENT, FORGED = "203.0.113.7", "2001:db8::7", "198.51.100.66"
HOST = "console.example"
FOR, PROTO, ASKED = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"


def request_from(peer: str | None, headers: Iterable[tuple[str, str]]) -> web.Request:
    """As the connection of this address brought it."""
    request = make_mocked_request("GET", "/", CIMultiDict([("Host", "127.0.0.1:8080"), *headers]))
    return request.clone(remote=peer)  # type: ignore[arg-type]  # None is what a unix socket gives


@pytest.mark.parametrize("peer", [CLIENT, IPV6_CLIENT, "127.0.0.1", "11.0.0.1", "::ffff:203.0.113.7"])
def test_of_whoever_is_no_trusted_proxy_nothing_is_believed(peer: str) -> None:
    forged = [(FOR, FORGED), (PROTO, "https"), (ASKED, "evil.example")]

    assert origin_of(request_from(peer, forged), TRUSTED) == Origin(peer, "http", "127.0.0.1:8080")
    assert origin_of(request_from(peer, forged), ()) == Origin(peer, "http", "127.0.0.1:8080")


def test_a_unix_socket_has_no_address_and_is_no_proxy() -> None:
    forged = [(FOR, FORGED), (PROTO, "https"), (ASKED, "evil.example")]

    assert origin_of(request_from(None, forged), TRUSTED) == Origin("", "http", "127.0.0.1:8080")


@pytest.mark.parametrize("proxy", [PROXY, SECOND_PROXY, IPV6_PROXY])
def test_a_trusted_proxy_says_address_scheme_and_host(proxy: str) -> None:
    said = [(FOR, CLIENT), (PROTO, "https"), (ASKED, HOST)]

    assert origin_of(request_from(proxy, said), TRUSTED) == Origin(CLIENT, "https", HOST)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([], PROXY),
        ([""], PROXY),
        ([" , ,"], PROXY),
        ([CLIENT], CLIENT),
        ([f"  {CLIENT}  "], CLIENT),
        ([IPV6_CLIENT], IPV6_CLIENT),
        # Whoever is known by its own connection alone could have written what stands before it.
        ([f"{FORGED}, {CLIENT}"], CLIENT),
        ([f"{FORGED},{CLIENT},{SECOND_PROXY}"], CLIENT),
        ([f"{FORGED}, {IPV6_CLIENT}, {IPV6_PROXY}"], IPV6_CLIENT),
        ([f"{SECOND_PROXY}, {CLIENT}"], CLIENT),
        ([f"{FORGED}, {CLIENT}, "], CLIENT),
        # Several lines are one list.
        ([FORGED, CLIENT], CLIENT),
        ([FORGED, f"{CLIENT}, {SECOND_PROXY}"], CLIENT),
        ([FORGED, CLIENT, SECOND_PROXY], CLIENT),
        # A proxy that asks by itself.
        ([SECOND_PROXY], SECOND_PROXY),
        ([f"{IPV6_PROXY}, {SECOND_PROXY}"], IPV6_PROXY),
        # What is no address could be another word each time.
        (["unknown"], PROXY),
        (["_hidden, unknown"], PROXY),
        ([f"{FORGED}, unknown"], PROXY),
        ([f"{FORGED}, unknown, {SECOND_PROXY}"], SECOND_PROXY),
        ([f"{CLIENT}:51234"], PROXY),
        ([f"[{IPV6_CLIENT}]:51234"], PROXY),
        (["203.0.113.007"], PROXY),
        (["x" * 5000], PROXY),
        (["<script>"], PROXY),
        ([f"unknown, {CLIENT}"], CLIENT),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_counts(lines: list[str], address: str) -> None:
    request = request_from(PROXY, [(FOR, line) for line in lines])

    assert origin_of(request, TRUSTED) == Origin(address, "http", "127.0.0.1:8080")


@pytest.mark.parametrize(
    ("said", "scheme", "host"),
    [
        ([(PROTO, "HTTPS")], "https", "127.0.0.1:8080"),
        ([(PROTO, "http, https")], "https", "127.0.0.1:8080"),
        ([(PROTO, "https, http")], "http", "127.0.0.1:8080"),
        ([(PROTO, "https"), (PROTO, "http")], "http", "127.0.0.1:8080"),
        ([(PROTO, "")], "http", "127.0.0.1:8080"),
        ([(PROTO, "javascript")], "http", "127.0.0.1:8080"),
        ([(ASKED, f"evil.example, {HOST}")], "http", HOST),
        ([(ASKED, "evil.example"), (ASKED, HOST)], "http", HOST),
        ([(ASKED, "")], "http", "127.0.0.1:8080"),
    ],
)
def test_of_scheme_and_host_what_the_nearest_proxy_says_counts(
    said: list[tuple[str, str]], scheme: str, host: str
) -> None:
    assert origin_of(request_from(PROXY, said), TRUSTED) == Origin(PROXY, scheme, host)


def settings_with(folder: Path, trusted: str) -> Settings:
    """Of a program whose Qoo10 does not answer."""
    config = folder / "config.toml"
    config.write_text(
        f"""
        [server]
        port = 0
        trusted_proxies = [{trusted}]
        [store]
        url = "sqlite:///{folder}/connector.db"
        [shops.main]
        qapi_url = "http://127.0.0.1:9/"
        seller_auth_key = "x"
        """,
        encoding="utf-8",
    )
    return load_settings(config)


@pytest.fixture
def _quick_hashes(monkeypatch: pytest.MonkeyPatch, passwords: Passwords) -> None:
    """What is counted here are tries; how long a hash takes is no matter."""
    monkeypatch.setattr("connector.assembly.access.Passwords", lambda: passwords)


async def tried(url: str, forwarded: Iterable[str]) -> list[int]:
    """The answers to wrong passwords that say so of where they come from, each for another name."""
    statuses = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for number, chain in enumerate(forwarded):
            form = {"name": f"nobody {chain} {number}", "password": "wrong"}
            async with http.post(f"{url}/login", data=form, headers={"Origin": url, FOR: chain}) as answer:
                statuses.append(answer.status)
    return statuses


@pytest.mark.usefixtures("_quick_hashes")
async def test_a_forged_address_does_not_get_round_the_limit_of_log_ins(tmp_path: Path) -> None:
    """Whoever is no trusted proxy counts by its connection, whatever it says."""
    forged = [f"198.51.100.{number}" for number in range(PER_ADDRESS.free + 2)]
    async with running(settings_with(tmp_path, "")) as app:
        assert await tried(app.url, forged) == [401] * PER_ADDRESS.free + [429] * 2


@pytest.mark.usefixtures("_quick_hashes")
async def test_behind_a_trusted_proxy_each_client_has_a_limit_of_its_own(tmp_path: Path) -> None:
    """And what a client puts before its own address makes it nobody else."""
    chains = [f"198.51.100.{number}, {CLIENT}" for number in range(PER_ADDRESS.free + 2)]
    async with running(settings_with(tmp_path, '"127.0.0.1"')) as app:
        first = await tried(app.url, chains)
        second = await tried(app.url, [IPV6_CLIENT, f"{CLIENT}, {IPV6_CLIENT}"])

    assert first == [401] * PER_ADDRESS.free + [429] * 2
    assert second == [401, 401]
