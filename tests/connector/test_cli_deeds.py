"""The audit's rows of commands that work in the store by themselves, while no daemon runs."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from connector.cli import main
from connector.cli_deeds import written_down
from connector.clock import utc_now
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from tests.connector.api.conftest import open_conflict
from tests.connector.conftest import audit
from tests.connector.hooks.conftest import entries_for

if TYPE_CHECKING:
    pass

AS = "keeper-of-the-house"
WHO = ("--who", "佐藤", "--why", "QSMで確認した")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _whoever_works_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.cli_deeds.user_name", lambda _uid: AS)


@pytest.fixture
def config(tmp_path: Path, empty_database: bytes) -> Path:
    """Settings beside a store with two entries, and a conflict about the first. Nobody answers anywhere."""
    (tmp_path / "connector.db").write_bytes(empty_database)

    async def fill() -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
        first, _ = await entries_for(store, 2, utc_now())
        await open_conflict(store, first.order_no)
        await store.close()

    asyncio.run(fill())
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        store.url = "sqlite:///{tmp_path}/connector.db"
        shops.main.qapi_url = "http://127.0.0.1:9/"
        shops.main.seller_auth_key = "x"
        sources.b2.kind = "b2cloud"
        sources.b2.shop = "main"
        webhooks.wms.url = "http://127.0.0.1:9/hooks"
        webhooks.wms.secrets = ["{SECRET}"]
        """,
        encoding="utf-8",
    )
    return path


def run(config: Path, *words: str) -> int:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, [*words, "--config", str(config)]).exit_code


def test_each_act_of_a_command_has_its_row_whether_it_was_done_or_refused(config: Path) -> None:
    """As the daemon writes one: who (the user of the machine), by a command, what, on what, and what came of it."""
    exits = [
        run(config, "entries", "hold", "1000000001", *WHO),
        run(config, "entries", "hold", "1000000001", *WHO),
        run(config, "entries", "void", "1000000001", *WHO, "--confirm", "label_destroyed"),
        run(config, "conflicts", "act", "1", "note", *WHO),
        run(config, "conflicts", "act", "1", "reopen", *WHO),
        run(config, "messages", "send", "crossing-apology", "--conflict", "1", *WHO),
        run(config, "webhooks", "test", "wms"),
        run(config, "webhooks", "redeliver", "wms"),
    ]

    assert [(row.action, row.subject, row.detail, row.status) for row in audit(config)] == [
        ("entries hold", "entry 2", "", 200),
        ("entries hold", "entry 2", "", 409),
        ("entries void", "entry 2", "", 200),
        ("conflicts act", "conflict 1", "note", 200),
        ("conflicts act", "conflict 1", "reopen", 409),
        ("messages send", "conflict 1", "", 409),
        ("webhooks test", "webhook wms", "", 200),
        ("webhooks redeliver", "webhook wms", "", 200),
    ]
    assert {(row.who, row.via) for row in audit(config)} == {(AS, "command")}
    assert exits == [0, 1, 0, 0, 1, 1, 1, 0]


def test_a_file_that_is_imported_has_its_row(config: Path, tmp_path: Path) -> None:
    """Not its name, which may be anything."""
    (tmp_path / "a.csv").write_text("no such columns\n", encoding="utf-8")

    assert run(config, "import", str(tmp_path / "a.csv"), "--source", "b2") == 1
    assert [(row.action, row.subject, row.detail, row.status) for row in audit(config)] == [
        ("import", "source b2", "", 409)
    ]


def test_what_only_reads_has_none(config: Path) -> None:
    for words in (("entries", "list"), ("conflicts", "list"), ("webhooks", "list"), ("messages", "list")):
        run(config, *words)

    assert audit(config) == []


class TestTheRow:
    async def test_it_is_there_before_the_deed_and_has_no_outcome_yet(self, store: Store) -> None:
        async with written_down(store, "entries hold", "entry 1"):
            (during,) = await store.deeds.page(10)
        (after,) = await store.deeds.page(10)

        assert (during.action, during.status, after.status) == ("entries hold", None, HTTPStatus.OK)

    async def test_of_a_command_that_is_broken_off_the_outcome_stays_unknown(self, store: Store) -> None:
        with pytest.raises(KeyboardInterrupt):
            async with written_down(store, "messages send", "conflict 1"):
                raise KeyboardInterrupt
        (row,) = await store.deeds.page(10)

        assert row.status is None

    async def test_what_the_store_could_not_keep_was_no_refusal(self, store: Store) -> None:
        with pytest.raises(StoreUnavailable):
            async with written_down(store, "entries hold", "entry 1"):
                raise StoreUnavailable("full")
        (row,) = await store.deeds.page(10)

        assert row.status == HTTPStatus.SERVICE_UNAVAILABLE

    async def test_what_cannot_be_written_down_is_not_done(self, store: Store) -> None:
        done = []
        await store.close()
        with pytest.raises(StoreUnavailable):
            async with written_down(store, "entries hold", "entry 1"):
                done.append("the deed")

        assert done == []
