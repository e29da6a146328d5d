"""``qoo10-connector conflicts``: what is shown, proved, exported and done, beside a running daemon and without one."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli import main
from connector.domain.conflict import CANCEL_TOPIC, Clock, Fact, News, What
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.proof.anchors import append_anchor
from connector.store.entries import SettledEntry
from connector.store.store import Store
from tests.connector.conftest import daemon_of
from tests.connector.domain.conftest import made_entry

COMMAND = Path(sys.executable).with_name("qoo10-connector")
AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NUMBER = "444413758703"
TOKEN = "t" * 40


def conflict_of(order_no: str, kind: ConflictKind) -> SettledEntry:
    entry = made_entry(AT, order_no=order_no)
    asked = Fact(What.CANCEL_REQUESTED, "1", AT, AT, Clock.QOO10, "GetClaimInfo_V3", {"clock_skew_s": "+0.4"})
    news = (News(CANCEL_TOPIC, kind, (asked,)),)
    return SettledEntry(entry, EntryState.CONFLICT, Reason.IN_THE_GAP, AT, news=news)


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """Settings beside a store with two open conflicts. Nothing answers at its Qoo10."""

    async def fill() -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
        await store.settle_entries([conflict_of("1062428737", ConflictKind.IN_THE_GAP)])
        await store.settle_entries([conflict_of("1062428738", ConflictKind.CANCELLED_PARCEL_EXISTS)])
        await store.close()

    asyncio.run(fill())
    return write_config(tmp_path, port)


def write_config(folder: Path, port: int, more: str = "") -> Path:
    path = folder / "config.toml"
    path.write_text(
        f"""
        [server]
        port = {port}
        [store]
        url = "sqlite:///{folder}/connector.db"
        [shops.main]
        qapi_url = "http://127.0.0.1:9/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
        seller_auth_key = "none"
        {more}
        """,
        encoding="utf-8",
    )
    return path


def run(config: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    return runner.invoke(main, ["conflicts", *arguments, "--config", str(config)])


def act(config: Path, kind: str, *more: str) -> Result:
    return run(config, "act", "1", kind, "--who", "佐藤", "--why", "QSMで確認した", *more)


def test_the_list_puts_first_what_can_still_be_saved(config: Path) -> None:
    shown = run(config, "list")
    answered = json.loads(run(config, "list", "--json").stdout)

    assert shown.exit_code == 0
    assert shown.output.index("1062428738") < shown.output.index("1062428737")
    assert "Stop the parcel" in shown.output
    assert [each["id"] for each in answered["conflicts"]] == [2, 1]


def test_closed_conflicts_are_listed_when_asked_for(config: Path) -> None:
    act(config, "close", "--confirm", "dealt_with")

    assert "1062428737" not in run(config, "list").output
    assert "closed: closed_by_person" in run(config, "list", "--all").output


def test_closed_conflicts_are_listed_page_by_page(config: Path) -> None:
    for number in ("1", "2"):
        run(config, "act", number, "close", "--who", "佐藤", "--why", "QSMで確認した", "--confirm", "dealt_with")

    first = run(config, "list", "--all", "--limit", "1")
    answered = json.loads(run(config, "list", "--all", "--limit", "1", "--json").stdout)
    last = json.loads(run(config, "list", "--before", "2", "--json").stdout)

    assert "1062428738" in first.output
    assert first.output.endswith("There are older ones: --before 2 shows them.\n")
    assert ([each["id"] for each in answered["conflicts"]], answered["next"]) == ([2], 2)
    assert ([each["id"] for each in last["conflicts"]], last["next"]) == ([1], None)
    assert run(config, "list", "--before", "1").output == "No conflict.\n"


def test_one_conflict_is_shown_with_both_clocks_rule_and_advice(config: Path) -> None:
    shown = run(config, "show", "1")

    assert shown.exit_code == 0
    for said in ("1062428737", "cancel requested (キャンセル要請)", "2026/11/24 12:00:00", "+0.4 s", "GetClaimInfo_V3"):
        assert said in shown.output
    assert json.loads(run(config, "show", "1", "--json").stdout)["clock_skew_s"] == 0.4


@pytest.mark.parametrize("arguments", [("show", "9"), ("export", "1", "9", "--format", "csv", "--out", "-")])
def test_a_number_that_is_no_conflict_is_said(config: Path, arguments: tuple[str, ...]) -> None:
    result = run(config, *arguments)

    assert result.exit_code == 1
    assert "There is no conflict 9." in result.stderr


def test_a_store_that_is_not_there_is_said_and_not_made(tmp_path: Path, port: int) -> None:
    config = write_config(tmp_path, port)

    for arguments in (("list",), ("verify",), ("export", "--format", "csv", "--out", "-")):
        result = run(config, *arguments)
        assert (result.exit_code, "is not there yet" in result.stderr) == (1, True)
    assert act(config, "note").exit_code == 1
    assert not (tmp_path / "connector.db").exists()


def test_settings_that_cannot_be_used_are_exit_2(tmp_path: Path) -> None:
    assert run(tmp_path / "none.toml", "list").exit_code == 2


class TestVerify:
    def test_a_whole_log_is_0_and_says_its_end(self, config: Path) -> None:
        result = run(config, "verify")

        assert result.exit_code == 0
        assert "The conflict log is whole: 4 rows of 2 conflicts" in result.output
        assert "row 4, hash " in result.output

    def test_a_changed_row_is_1_and_named(self, config: Path) -> None:
        with closing(sqlite3.connect(config.with_name("connector.db"))) as connection, connection:
            connection.execute("UPDATE conflict_log SET body = '{}' WHERE seq = 2")

        result = run(config, "verify")

        assert result.exit_code == 1
        assert "row 2 was changed after it was written" in result.output

    def test_the_configured_anchors_are_used(self, config: Path, tmp_path: Path, port: int) -> None:
        """And while there are none yet, that is said."""
        anchors = tmp_path / "anchors.jsonl"
        write_config(tmp_path, port, f'[conflicts]\nanchor_file = "{anchors}"')
        before = run(config, "verify")
        append_anchor(anchors, 99, "0" * 64, AT)
        after = run(config, "verify")

        assert (before.exit_code, after.exit_code) == (0, 1)
        assert "No anchors yet" in before.stderr
        assert "row 99 is missing" in after.output

    def test_named_anchors_must_be_there_and_readable(self, config: Path, tmp_path: Path) -> None:
        broken = tmp_path / "broken"
        broken.write_text("nonsense\n")

        assert run(config, "verify", "--anchors", str(tmp_path / "none")).exit_code == 1
        assert "line 1 of the anchor file" in run(config, "verify", "--anchors", str(broken)).stderr


@pytest.mark.parametrize(
    ("form", "begins"),
    [("csv", b"\xef\xbb\xbfconflict,"), ("jsonl", b'{"id": 1'), ("html", b"<!DOCTYPE"), ("pdf", b"%PDF-")],
)
def test_an_export_is_written_in_every_form(config: Path, tmp_path: Path, form: str, begins: bytes) -> None:
    out = tmp_path / f"proof.{form}"

    result = run(config, "export", "--format", form, "--out", str(out))

    assert result.exit_code == 0
    assert out.read_bytes().startswith(begins)


def test_an_export_that_cannot_be_written_is_said(config: Path, tmp_path: Path) -> None:
    result = run(config, "export", "--format", "csv", "--out", str(tmp_path))

    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


class TestActs:
    def test_without_a_daemon_it_goes_into_the_store(self, config: Path) -> None:
        result = act(config, "note")

        assert result.exit_code == 0
        assert "The daemon does not run" in result.output
        assert "メモ: QSMで確認した" in run(config, "show", "1").output

    @pytest.mark.parametrize(
        ("kind", "said"), [("enter-now", "refused_in_qsm"), ("accept", "enter-now, leave-cancelled, void-label")]
    )
    def test_what_an_act_lacks_is_wrong_use(self, config: Path, kind: str, said: str) -> None:
        result = act(config, kind)

        assert result.exit_code == 2
        assert said in result.stderr

    def test_an_act_that_does_not_fit_is_refused(self, config: Path) -> None:
        result = act(config, "reopen")

        assert result.exit_code == 1
        assert "open already" in result.stderr

    def test_beside_the_daemon_it_goes_through_its_api(self, config: Path, port: int) -> None:
        """By its socket, which needs no token."""
        with daemon_of(config, port):
            done = act(config, "enter-now", "--confirm", "refused_in_qsm")
            refused = act(config, "reopen")
            shown = run(config, "show", "1")
            verified = run(config, "verify")

        assert (done.exit_code, refused.exit_code, verified.exit_code) == (0, 1, 0)
        assert "The daemon goes on with it at once" in done.output
        assert "open already" in refused.stderr
        assert "person 佐藤" in shown.output

    def test_where_the_socket_is_gone_a_token_of_the_settings_does(
        self, config: Path, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connector.daemon_api.STARTS_WITHIN_S", 0)
        with daemon_of(write_config(tmp_path, port, f'[api]\ntokens = ["{TOKEN}"]'), port):
            config.with_name("connector.db.sock").unlink()
            with_token = act(config, "note")
            without = act(write_config(tmp_path, port), "note")

        assert (with_token.exit_code, without.exit_code) == (0, 1)
        assert "[api] tokens" in without.stderr

    def test_a_token_never_reaches_the_terminal(self, config: Path, tmp_path: Path, port: int) -> None:
        with daemon_of(write_config(tmp_path, port, f'[api]\ntokens = ["{TOKEN}"]'), port):
            config.with_name("connector.db.sock").unlink()
            wrong = "w" * 40
            write_config(tmp_path, port, f'[api]\ntokens = ["{wrong}"]')
            result = act(config, "note")

        assert result.exit_code == 1
        assert "no valid token of the API" in result.stderr
        assert wrong not in result.output + result.stderr


def test_output_survives_a_terminal_that_knows_no_japanese(config: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "conflicts", "show", "1", "--config", str(config)], capture_output=True, env=environment, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
