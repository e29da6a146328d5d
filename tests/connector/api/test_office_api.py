"""``/api/v1/now``, ``settings``, ``checks`` and ``report``: what an office looks at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.connector.api.conftest import SECRET, SOURCE, TOKEN, serving

if TYPE_CHECKING:
    from tests.connector.api.conftest import Service


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setenv("QOO10_CONNECTOR__LOG__LEVEL", "warning")
    async with serving(tmp_path) as service:
        yield service


async def test_settings_are_told_with_their_origin_and_no_secret(office: Service) -> None:
    status, answer = await office.ask("GET", "/api/v1/settings")

    assert (status, answer["file"]) == (200, str(office.folder / "config.toml"))
    told = {each["name"]: (each["value"], each["origin"], each["secret"]) for each in answer["settings"]}
    assert told["server.port"] == ("0", "file", False)
    assert told["server.host"] == ("127.0.0.1", "default", False)
    assert told["log.level"] == ("warning", "environment", False)
    assert told["shops.main.seller_auth_key"] == ("set", "file", True)
    assert told[f"sources.{SOURCE}.secrets"] == ("1 set", "file", True)
    assert told["api.tokens"] == ("1 set", "file", True)
    assert told["store.token_key"] == ("", "default", True)
    assert [each["name"] for each in answer["settings"] if not each["words"]] == []
    text = json.dumps(answer)
    assert [secret for secret in (SECRET, TOKEN, office.sandbox.key) if secret in text] == []


async def test_settings_that_did_not_change_are_not_sent_again(office: Service) -> None:
    url, headers = f"{office.app.url}/api/v1/settings", {"Authorization": f"Bearer {TOKEN}"}
    async with office.session.get(url, headers=headers) as first:
        tag = first.headers["ETag"]
    async with office.session.get(url, headers=headers | {"If-None-Match": tag}) as again:
        assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)


async def test_a_carrier_without_a_name_is_told_with_the_line_to_write(office: Service) -> None:
    (line,) = office.sandbox.market.add_cart()
    await office.print_label(line.order_no, carrier="nobody-knows-it")

    missing = [{"setting": f'[sources.{SOURCE}.carriers]\n"nobody-knows-it" = "..."', "entries": 1}]
    with office.app.store.changes.listening() as listener:
        async with asyncio.timeout(20):
            while (await office.ask("GET", "/api/v1/settings"))[1]["missing_names"] != missing:
                await listener.take()


async def test_the_check_finds_what_the_command_finds_and_is_not_repeated_at_once(office: Service) -> None:
    status, answer = await office.ask("GET", "/api/v1/checks")

    assert status == 200
    assert answer["worst"] == "warn"
    about = {each["about"]: each for each in answer["findings"]}
    assert about["shop main"]["level"] == "warn"
    assert "shops.main.qapi_url" in about["shop main"]["mend"]
    assert about["store"]["level"] == "ok"
    assert (await office.ask("GET", "/api/v1/checks"))[1] == answer


async def test_a_month_is_reported_as_the_command_does(office: Service) -> None:
    status, answer = await office.ask("GET", "/api/v1/report?month=2026-11&shop=main")

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
    office: Service, question: str, status: int, code: str
) -> None:
    answered, answer = await office.ask("GET", f"/api/v1/report{question}")

    assert (answered, answer["error"]["code"]) == (status, code)


async def test_the_moment_is_told(office: Service) -> None:
    status, answer = await office.ask("GET", "/api/v1/now")

    assert status == 200
    assert answer["gaps"] == {
        "total": 0,
        "by_age": [0, 0, 0, 0],
        "standing": 0,
        "unresolved": 0,
        "waiting_on_purpose": 0,
        "oldest_at": None,
    }
    assert [(each["name"], each["last_at"], each["way"]) for each in answer["sources"]] == [(SOURCE, None, "pushed")]
    assert [each["name"] for each in answer["shops"]] == ["main"]
    assert len(answer["today"]["slots"]) == 96
