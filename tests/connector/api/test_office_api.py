"""``/api/v1/now``, ``settings``, ``checks`` and ``report``: what an office looks at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bench.rehearsal import printed, sagawa_number, signed
from connector.app import running
from connector.sandbox import NewLine, Sandbox
from connector.settings import load_settings

TOKEN = "t" * 32
SECRET = "whsec_c291cmNlcy1pbi10ZXN0cy1vbmx5LTE="


class Office:
    """An office before the running program."""

    def __init__(self, url: str, session: aiohttp.ClientSession, sandbox: Sandbox, config: Path) -> None:
        self.url = url
        self.session = session
        self.sandbox = sandbox
        self.config = config

    async def ask(self, path: str) -> tuple[int, Any]:
        """Status and answer."""
        async with self.session.get(self.url + path) as response:
            return response.status, await response.json()


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setenv("QOO10_CONNECTOR__LOG__LEVEL", "warning")
    async with (
        Sandbox() as sandbox,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session,
    ):
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [server]
            port = 0
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [api]
            tokens = ["{TOKEN}"]
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            [sources.table]
            kind = "standard"
            shop = "main"
            secrets = ["{SECRET}"]
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Office(app.url, session, sandbox, config)


async def test_settings_are_told_with_their_origin_and_no_secret(office: Office) -> None:
    status, answer = await office.ask("/api/v1/settings")

    assert (status, answer["file"]) == (200, str(office.config))
    told = {each["name"]: (each["value"], each["origin"], each["secret"]) for each in answer["settings"]}
    assert told["server.port"] == ("0", "file", False)
    assert told["server.host"] == ("127.0.0.1", "default", False)
    assert told["log.level"] == ("warning", "environment", False)
    assert told["shops.main.seller_auth_key"] == ("set", "file", True)
    assert told["sources.table.secrets"] == ("1 set", "file", True)
    assert told["api.tokens"] == ("1 set", "file", True)
    assert told["store.token_key"] == ("", "default", True)
    assert [each["name"] for each in answer["settings"] if not each["words"]] == []
    text = json.dumps(answer)
    assert [secret for secret in (SECRET, TOKEN, office.sandbox.key) if secret in text] == []


async def test_settings_that_did_not_change_are_not_sent_again(office: Office) -> None:
    async with office.session.get(f"{office.url}/api/v1/settings") as first:
        tag = first.headers["ETag"]
    async with office.session.get(f"{office.url}/api/v1/settings", headers={"If-None-Match": tag}) as again:
        assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)


async def test_a_carrier_without_a_name_is_told_with_the_line_to_write(office: Office) -> None:
    order_no = office.sandbox.market.add_cart(NewLine())[0].order_no
    body = printed(order_no, sagawa_number(1), carrier="nobody-knows-it")
    async with office.session.post(
        f"{office.url}/webhooks/table", data=body, headers=signed(body, "msg_1", SECRET)
    ) as response:
        assert response.status == 202
    line = '[sources.table.carriers]\n"nobody-knows-it" = "..."'
    while (await office.ask("/api/v1/settings"))[1]["missing_names"] != [{"setting": line, "entries": 1}]:
        await office.ask("/healthz")


async def test_the_check_finds_what_the_command_finds_and_is_not_repeated_at_once(office: Office) -> None:
    status, answer = await office.ask("/api/v1/checks")

    assert status == 200
    assert answer["worst"] == "warn"
    about = {each["about"]: each for each in answer["findings"]}
    assert about["shop main"]["level"] == "warn"
    assert "shops.main.qapi_url" in about["shop main"]["mend"]
    assert about["store"]["level"] == "ok"
    assert (await office.ask("/api/v1/checks"))[1] == answer


async def test_a_month_is_reported_as_the_command_does(office: Office) -> None:
    status, answer = await office.ask("/api/v1/report?month=2026-11&shop=main")

    assert (status, answer["month"], answer["gaps"], answer["past_ship_by"]) == (200, "2026-11", [], [])
    assert [each["shop"] for each in answer["cancel_rates"]] == ["main"]


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("", 400, "bad_query"),
        ("?month=2026-13", 400, "bad_query"),
        ("?month=2026-11&month=2026-12", 400, "bad_query"),
        ("?month=2026-11&year=2026", 400, "bad_query"),
        ("?month=2026-11&shop=nobody", 404, "no_shop"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(
    office: Office, question: str, status: int, code: str
) -> None:
    answered, answer = await office.ask(f"/api/v1/report{question}")

    assert (answered, answer["error"]["code"]) == (status, code)


async def test_the_moment_is_told(office: Office) -> None:
    status, answer = await office.ask("/api/v1/now")

    assert status == 200
    assert answer["gaps"] == {
        "total": 0,
        "by_age": [0, 0, 0, 0],
        "standing": 0,
        "unresolved": 0,
        "waiting_on_purpose": 0,
        "oldest_at": None,
    }
    assert [(each["name"], each["last_at"], each["way"]) for each in answer["sources"]] == [("table", None, "pushed")]
    assert [each["name"] for each in answer["shops"]] == ["main"]
    assert len(answer["today"]["slots"]) == 96
