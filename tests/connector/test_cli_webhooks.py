"""``qoo10-connector webhooks``: what is shown, and what is done beside a daemon and without one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.app import running
from connector.cli import main
from connector.clock import utc_now
from connector.domain.hooks import judged
from connector.settings import load_settings
from connector.store.hook_deliveries import Made, NewHook, SettledHook
from connector.store.hook_targets import WantedTarget
from connector.store.store import Store
from tests.connector.hooks.conftest import SECRET, Warehouse, open_warehouse

TOKEN = "t" * 40


def configured(folder: Path, url: str, port: int = 8080) -> Path:
    config = folder / "config.toml"
    config.write_text(
        f"""
        [server]
        port = {port}
        [store]
        url = "sqlite:///{folder}/connector.db"
        [api]
        tokens = ["{TOKEN}"]
        [shops.main]
        qapi_url = "http://127.0.0.1:9/x"
        seller_auth_key = "unused"
        [webhooks.wms]
        url = "{url}"
        secrets = ["{SECRET}"]
        """
    )
    return config


async def run(config: Path, *arguments: str) -> Result:
    """The command in a thread, since it has a loop of its own."""
    return await asyncio.to_thread(
        CliRunner(env={"COLUMNS": "160"}).invoke, main, ["webhooks", *arguments, "--config", str(config)]
    )


async def with_a_message(folder: Path, status: int) -> str:
    """A store whose target answered so to one message; gives its id."""
    store = await Store.open(f"sqlite:///{folder}/connector.db")
    await store.hooks.begin([WantedTarget("wms", "")], utc_now())
    body = '{"type": "entry.held"}'
    await store.hooks.make(Made((NewHook("wms", "1", "entry.held", "main 1", body, utc_now()),)))
    (due,) = await store.hooks.due("wms", utc_now(), 1)
    await store.hooks.settle(SettledHook(due, judged(status), utc_now()))
    await store.close()
    return due.id


async def test_targets_are_listed(tmp_path: Path) -> None:
    """Their host, and never the rest of their address."""
    config = configured(tmp_path, "https://wms.example.jp/hooks/hidden")
    await with_a_message(tmp_path, 410)

    as_table, as_json = await run(config, "list"), await run(config, "list", "--json")

    assert as_table.exit_code == as_json.exit_code == 0
    (shown,) = json.loads(as_json.stdout)["webhooks"]
    assert (shown["host"], shown["on"], shown["failures"]) == ("https://wms.example.jp", False, 1)
    assert "off since" in as_table.stdout
    assert "hidden" not in as_table.stdout + as_json.stdout


async def test_deliveries_are_listed_with_why_they_failed(tmp_path: Path) -> None:
    config = configured(tmp_path, "https://wms.example.jp/")
    message_id = await with_a_message(tmp_path, 418)

    as_table, as_json = await run(config, "deliveries", "wms"), await run(config, "deliveries", "wms", "--json")

    (shown,) = json.loads(as_json.stdout)["deliveries"]
    assert (shown["id"], shown["trouble"], shown["status"]) == (message_id, "status", 418)
    assert (as_table.exit_code, as_json.exit_code) == (0, 0)
    assert "entry.held" in as_table.stdout


@pytest.mark.parametrize("beside_a_daemon", [True, False])
async def test_a_test_and_what_was_given_up_are_sent(tmp_path: Path, port: int, *, beside_a_daemon: bool) -> None:
    """Through the daemon while it runs; else by the command itself, and the messages by the next start."""
    async with open_warehouse() as warehouse:
        config = configured(tmp_path, warehouse.url, port)
        warehouse.answer(410)
        refused, taken, again = await in_turn(config, warehouse, beside_a_daemon=beside_a_daemon)

    assert (refused.exit_code, taken.exit_code, again.exit_code) == (1, 0, 0)
    assert "Not taken: gone, status 410." in refused.stderr
    assert taken.stdout == "Taken, status 200.\n"
    assert again.stdout == "0 will be delivered again.\n"


async def in_turn(config: Path, warehouse: Warehouse, *, beside_a_daemon: bool) -> list[Result]:
    async def all_three() -> list[Result]:
        refused = await run(config, "test", "wms")
        warehouse.answer(200)
        return [refused, await run(config, "test", "wms"), await run(config, "redeliver", "wms")]

    settings = load_settings(config)
    async with running(settings):
        if beside_a_daemon:
            return await all_three()
    return await all_three()


async def test_a_target_that_is_off_has_nothing_delivered(tmp_path: Path) -> None:
    config = configured(tmp_path, "https://wms.example.jp/")
    await with_a_message(tmp_path, 410)

    result = await run(config, "redeliver", "wms")

    assert result.exit_code == 1
    assert "The target is off: it wants no more messages." in result.stderr


@pytest.mark.parametrize("arguments", [("deliveries", "other"), ("test", "other"), ("redeliver", "other")])
async def test_a_target_that_there_is_none_of(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = await run(configured(tmp_path, "https://wms.example.jp/"), *arguments)

    assert result.exit_code == 2
    assert "There is no target 'other' in the settings; there are: wms." in " ".join(result.stderr.split())


@pytest.mark.parametrize("arguments", [("test", "wms"), ("redeliver", "wms"), ("list",)])
def test_without_a_store_nothing_is_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """One made by a command could belong to a user that the daemon is not."""
    config = configured(tmp_path, "https://wms.example.jp/")

    result = CliRunner().invoke(main, ["webhooks", *arguments, "--config", str(config)])

    assert result.exit_code == 1
    assert list(tmp_path.glob("connector.db*")) == []
