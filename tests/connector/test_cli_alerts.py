"""``alerts list`` and ``alerts test``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from connector.cli import main
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Alert, Letter, Occasion, Plan, Told
from connector.domain.alert_words import Voice, text_of
from connector.domain.language import Said
from connector.store.alerts import Decided, MessageState, SettledMessage
from connector.store.store import Store

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ALARM = Alarm(
    AlarmKind.NOT_ENTERED,
    "main",
    "1062428737",
    "444413758703",
    NOON,
    NOON + timedelta(hours=3),
    Said("番号が入っていません。", "The number is not there."),
    Said("確認してください。", "Look at it."),
)
Invoke = Callable[..., tuple[int, str]]


@pytest.fixture
def taken() -> Iterator[tuple[str, list[str]]]:
    """An address that takes what it is sent, and the titles of that."""
    titles: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            titles.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/secret-path", titles
    server.shutdown()
    server.server_close()


@pytest.fixture
def invoke(tmp_path: Path, taken: tuple[str, list[str]]) -> Invoke:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/connector.db"\n[shops.main]\nseller_auth_key = "made-up"\n'
        f'[alerts.targets.office]\nurl = "{taken[0]}"\n[alerts.targets.dead]\nurl = "json://127.0.0.1:1/secret-path"\n',
        encoding="utf-8",
    )
    runner = CliRunner(env={"COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"})

    def run(*arguments: str) -> tuple[int, str]:
        done = runner.invoke(main, ["alerts", *arguments, "--config", str(config)])
        return done.exit_code, done.output

    return run


async def fill(folder: Path) -> None:
    store = await Store.open(f"sqlite:///{folder}/connector.db")
    alert = Alert(ALARM.subject, NOON, (ALARM,))
    letter = Letter("1", "office", Occasion.NEW, (alert,), NOON)
    told = replace(alert, told={"office": Told(0, (), "1")})
    await store.alerts.record(Decided(Plan((told,), (letter,)), [text_of(letter, Voice())], NOON))
    await store.alerts.settle(SettledMessage(1, MessageState.GIVEN_UP, NOON, NOON, "timeout"))
    await store.close()


def test_a_test_goes_to_the_target_that_is_named(invoke: Invoke, taken: tuple[str, list[str]]) -> None:
    assert invoke("test", "office") == (0, "office: sent\n")
    assert taken[1] == ["【試験】qoo10-connector からの試験送信"]


def test_a_test_of_all_says_which_failed_and_no_address(invoke: Invoke) -> None:
    code, said = invoke("test")

    assert code == 1
    assert said.startswith("office: sent\ndead: failed (the service refused it, or cannot be reached")
    assert "secret-path" not in said


def test_an_unknown_target_is_wrong_use(invoke: Invoke) -> None:
    code, said = invoke("test", "ofice")

    assert (code, said) == (2, "There is no such target; the targets are: office, dead.\n")


def test_the_list_shows_what_stands_and_what_did_not_arrive(invoke: Invoke, tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))

    code, said = invoke("list")
    assert code == 1
    assert "1062428737" in said
    assert "番号が未入力 注文1062428737" in said
    assert "given up" in said

    code, said = invoke("list", "--json")
    found = json.loads(said)
    assert [each["order_no"] for each in found["alerts"]] == ["1062428737"]
    assert [(each["state"], each["error"]) for each in found["undelivered"]] == [("given_up", "timeout")]


def test_an_empty_list_is_0(invoke: Invoke, tmp_path: Path) -> None:
    async def make() -> None:
        await (await Store.open(f"sqlite:///{tmp_path}/connector.db")).close()

    asyncio.run(make())

    assert invoke("list") == (0, "Nothing stands.\n")
