"""``/api/v1/conflicts/{id}/messages`` and ``qoo10-connector messages``: drafts for all, sending for whom it is on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from connector.app import RunningApp, running
from connector.cli import main
from connector.sandbox import Fault, FaultKind, Sandbox
from connector.settings import load_settings
from connector.store.store import Store
from tests.connector.api.conftest import TOKEN, open_conflict

SET = "CSCenter.SetInquiryMessage"
WHO = ("--who", "佐藤", "--why", "QSMで要請を拒否した")
BODY = {"template": "own", "who": "佐藤", "why": "QSMで要請を拒否した"}


@dataclass
class Place:
    """A sandbox with one order, settings beside it, and a store with a conflict on that order."""

    sandbox: Sandbox
    config: Path
    order_no: str

    async def command(self, *arguments: str) -> Result:
        """A command, as another process would run it."""
        runner = CliRunner(env={"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"})
        return await asyncio.to_thread(runner.invoke, main, ["messages", *arguments, "--config", str(self.config)])

    def answers(self) -> list[str]:
        return [text for inquiry in self.sandbox.market.shop("main").inquiries for text in inquiry.answers]

    def asks(self) -> None:
        self.sandbox.market.add_inquiry(self.order_no, "キャンセルしてください")

    def switch_off(self) -> None:
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace("answer_inquiries = true", ""), encoding="utf-8")


@pytest.fixture
async def place(tmp_path: Path, port: int) -> AsyncIterator[Place]:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "own.txt").write_text("注文${order_no}の件、申し訳ございません。", encoding="utf-8")
    async with Sandbox() as sandbox:
        (line,) = sandbox.market.add_cart()
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [server]
            port = {port}
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [api]
            tokens = ["{TOKEN}"]
            [messages]
            folder = "{folder}"
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            calls_per_second = 50
            answer_inquiries = true
            """,
            encoding="utf-8",
        )
        store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
        await open_conflict(store, line.order_no)
        await store.close()
        yield Place(sandbox, config, line.order_no)


async def ask(
    app: RunningApp, method: str, body: Any = None, *, number: str = "1", token: str = TOKEN
) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            f"{app.url}/api/v1/conflicts/{number}/messages",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as response,
    ):
        return response.status, await response.json()


async def test_the_api_drafts_and_sends(place: Place) -> None:
    place.asks()
    async with running(load_settings(place.config)) as app:
        drafted = await ask(app, "GET")
        sent = await ask(app, "POST", BODY)
        again = await ask(app, "POST", BODY)

    assert drafted[0] == 200
    drafts = {draft["template"]: draft for draft in drafted[1]["messages"]}
    assert drafts["own"] == {
        "template": "own",
        "text": f"注文{place.order_no}の件、申し訳ございません。",
        "problem": "",
    }
    assert "label was voided" in drafts["crossing-apology"]["problem"]  # there is no entry in this made-up store
    assert sent == (201, {"outcome": "sent", "inquiry": "MSG 700 701", "code": 0, "logged": True})
    assert again[0] == 409
    assert again[1]["error"]["code"] == "message_refused"
    assert place.answers() == [drafts["own"]["text"]]


async def test_the_api_says_what_went_wrong_in_the_one_shape(place: Place) -> None:
    faults = place.sandbox.market.faults
    async with running(load_settings(place.config)) as app:
        answers = [
            await ask(app, "POST", BODY, token="w" * 32),
            await ask(app, "POST", BODY, number="9"),
            await ask(app, "POST", {"template": "own"}),
            await ask(app, "POST", BODY),
        ]
        place.asks()
        for fault in (
            Fault(fault=FaultKind.CODE, method=SET, code=-10001),
            Fault(fault=FaultKind.THROTTLED, method=SET),
            Fault(fault=FaultKind.LOST_ANSWER, method=SET, applied=False),
        ):
            faults.add(fault)
            answers.append(await ask(app, "POST", BODY))
        answers.append(await ask(app, "POST", BODY))
        answers.append(await ask(app, "POST", BODY | {"confirm": "looked_in_qsm"}))

    assert [(status, body.get("error", {}).get("code", "")) for status, body in answers] == [
        (401, "bad_token"),
        (404, "no_conflict"),
        (422, "unreadable"),
        (409, "message_refused"),
        (409, "message_refused"),
        (503, "message_not_sent"),
        (502, "message_unclear"),
        (409, "message_refused"),
        (201, ""),
    ]
    assert "may have been sent" in answers[6][1]["error"]["message"]
    assert len(place.answers()) == 1


async def test_without_the_switch_nothing_is_sent(place: Place) -> None:
    place.asks()
    place.switch_off()
    async with running(load_settings(place.config)) as app:
        status, body = await ask(app, "POST", BODY)
        by_command = await place.command("send", "own", "--conflict", "1", *WHO)

    assert (status, body["error"]["code"]) == (409, "message_refused")
    assert (by_command.exit_code, place.answers()) == (1, [])
    assert "answer_inquiries = true" in by_command.stderr


class TestTheCommands:
    async def test_a_preview_is_the_text_and_nothing_else(self, place: Place) -> None:
        result = await place.command("preview", "own", "--conflict", "1")

        assert (result.exit_code, result.stdout) == (0, f"注文{place.order_no}の件、申し訳ございません。\n")
        assert list(place.sandbox.market.calls.since()) == []

    @pytest.mark.parametrize(
        ("template", "number", "said"),
        [
            ("own", "9", "There is no conflict 9."),
            ("owl", "1", "did you mean own?"),
            ("return-guide", "1", "does not fit conflict 1"),
        ],
    )
    async def test_a_preview_that_cannot_be_is_said(self, place: Place, template: str, number: str, said: str) -> None:
        result = await place.command("preview", template, "--conflict", number)

        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr

    async def test_the_list_shows_all_templates_and_names_a_broken_one(self, place: Place) -> None:
        whole = await place.command("list")
        (place.config.parent / "templates" / "other.txt").write_text("${x}", encoding="utf-8")
        broken = await place.command("list", "--json")

        assert whole.exit_code == 0
        assert all(name in whole.stdout for name in ("crossing-apology", "return-guide", "own", "built in"))
        assert broken.exit_code == 1
        problems = {each["template"]: each["problem"] for each in json.loads(broken.stdout)["templates"]}
        assert "unknown placeholder ${x}" in problems["other"]

    async def test_while_the_daemon_runs_it_sends(self, place: Place) -> None:
        place.asks()
        async with running(load_settings(place.config)):
            sent = await place.command("send", "own", "--conflict", "1", *WHO)
            refused = await place.command("send", "own", "--conflict", "1", *WHO)

        assert (sent.exit_code, refused.exit_code) == (0, 1), sent.stderr
        assert "Qoo10 took the message" in sent.stdout
        assert "Nothing was sent" in refused.stderr
        assert len(place.answers()) == 1

    async def test_while_it_does_not_the_command_sends_by_itself(self, place: Place) -> None:
        place.asks()
        place.sandbox.market.faults.add(Fault(fault=FaultKind.LOST_ANSWER, method=SET))

        unclear = await place.command("send", "own", "--conflict", "1", *WHO)
        none = await place.command("send", "own", "--conflict", "7", *WHO)

        assert (unclear.exit_code, none.exit_code) == (1, 1)
        assert "may have been sent" in unclear.stderr
        assert "no conflict 7" in none.stderr
        assert len(place.answers()) == 1

    async def test_open_inquiries_are_listed_without_their_words(self, place: Place) -> None:
        empty = await place.command("inquiries")
        as_json = await place.command("inquiries", "--json")

        assert empty.stdout == "No open inquiry about an order in work.\n"
        assert json.loads(as_json.stdout) == {"inquiries": []}

    async def test_a_folder_that_is_not_there_is_a_problem_of_the_settings(self, place: Place) -> None:
        text = place.config.read_text(encoding="utf-8")
        place.config.write_text(text.replace("templates", "nowhere"), encoding="utf-8")

        result = await place.command("list")

        assert result.exit_code == 2
        assert "there is no folder" in result.stderr
