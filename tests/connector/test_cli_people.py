"""``qoo10-connector users`` and ``tokens``: beside a daemon through its API, without one in the store."""

import asyncio
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from connector.access.local import user_name
from connector.access.passwords import Passwords
from connector.cli import main
from connector.daemon_api import ask
from connector.settings import load_settings
from tests.connector.conftest import audit, daemon_of

COMMAND = Path(sys.executable).with_name("qoo10-connector")
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("connector.cli_people.Passwords", lambda: Passwords(quick))
    monkeypatch.setattr("connector.cli_deeds.user_name", lambda _uid: "keeper-of-the-house")


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """Settings without a token. Nothing answers at its Qoo10."""
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        [server]
        port = {port}
        [store]
        url = "sqlite:///{tmp_path}/connector.db"
        [shops.main]
        qapi_url = "http://127.0.0.1:9/"
        seller_auth_key = "x"
        """,
        encoding="utf-8",
    )
    return path


@pytest.fixture
def daemon(config: Path, port: int) -> Iterator[None]:
    """The daemon of these settings."""
    with daemon_of(config, port):
        yield


def run(config: Path, *words: str, stdin: str | None = None) -> Result:
    runner = CliRunner(env={"COLUMNS": "200"})
    return runner.invoke(main, [*words, "--config", str(config)], input=stdin)


def add(config: Path, name: str, role: str = "admin", password: str = PASSWORD) -> Result:
    return run(config, "users", "add", name, "--role", role, "--password-stdin", stdin=f"{password}\n")


def users(config: Path) -> dict[str, Any]:
    found = json.loads(run(config, "users", "list", "--json").output)["users"]
    return {each["name"]: each for each in found}


class TestWithoutADaemon:
    def test_a_user_is_added_changed_and_listed(self, config: Path) -> None:
        added = add(config, "Sato"), add(config, "[red]田中", "packer")
        role = run(config, "users", "role", "[red]田中", "operator")
        listed = run(config, "users", "list")

        assert [each.exit_code for each in (*added, role)] == [0, 0, 0]
        assert re.search(r"\[red\]田中 +│ operator", listed.output)
        assert {name: each["role"] for name, each in users(config).items()} == {
            "Sato": "admin",
            "[red]田中": "operator",
        }

    def test_a_password_is_asked_for_twice_and_never_shown(self, config: Path) -> None:
        added = run(config, "users", "add", "sato", "--role", "admin", stdin=f"{PASSWORD}\n{PASSWORD}\n")
        changed = run(config, "users", "password", "SATO", stdin="another one 1\nanother one 1\n")

        assert (added.exit_code, changed.exit_code) == (0, 0)
        assert PASSWORD not in added.output
        assert "logged out everywhere" in changed.output

    @pytest.mark.parametrize(
        ("name", "password", "said"),
        [
            ("sato", "short", "too short"),
            ("warehouse-2", "Warehouse-2", "is the name"),
            ("a@example.com", PASSWORD, "This name cannot be used"),
            ("", PASSWORD, "This name cannot be used"),
        ],
    )
    def test_what_cannot_be_used_is_wrong_use(self, config: Path, name: str, password: str, said: str) -> None:
        done = add(config, name, password=password)

        assert done.exit_code == 2
        assert said in done.stderr
        assert not (config.parent / "connector.db").exists()

    def test_what_is_refused_says_why(self, config: Path) -> None:
        add(config, "sato")
        taken = add(config, "SATO")
        last = run(config, "users", "disable", "sato")
        nobody = run(config, "users", "role", "tanaka", "viewer")

        assert [each.exit_code for each in (taken, last, nobody)] == [1, 1, 1]
        assert "This name is taken" in taken.stderr
        assert "no other administrator" in last.stderr
        assert "There is no user 'tanaka'" in nobody.stderr

    def test_a_disabled_user_can_be_enabled_again(self, config: Path) -> None:
        add(config, "boss")
        add(config, "sato", "viewer")
        run(config, "users", "disable", "sato")
        disabled = users(config)["sato"]["disabled_at"]
        run(config, "users", "enable", "sato")

        assert disabled is not None
        assert users(config)["sato"]["disabled_at"] is None

    def test_a_token_is_printed_alone_and_once(self, config: Path) -> None:
        """So that a script can take it; what is listed later does not hold it."""
        made = run(config, "tokens", "add", "wms", "--role", "operator", "--expires-days", "30")
        listed = run(config, "tokens", "list")
        withdrawn = run(config, "tokens", "withdraw", "1")
        again = run(config, "tokens", "withdraw", "1")

        assert re.fullmatch(r"qct_[\w-]{43}\n", made.output)
        assert re.search(r"1 +│ wms +│ operator │ yes", listed.output)
        assert made.output.strip() not in listed.output
        assert (withdrawn.exit_code, again.exit_code) == (0, 1)
        assert json.loads(run(config, "tokens", "list", "--json").output)["tokens"][0]["holds"] is False

    def test_what_is_done_is_in_the_audit_under_the_name_of_whoever_works_there(self, config: Path) -> None:
        add(config, "boss")
        add(config, "BOSS")
        run(config, "users", "disable", "boss")
        run(config, "tokens", "add", "wms")

        rows = audit(config)
        assert [(row.who, row.via, row.action, row.subject, row.status) for row in rows] == [
            ("keeper-of-the-house", "command", "users add", "user boss", 200),
            ("keeper-of-the-house", "command", "users add", "user BOSS", 409),
            ("keeper-of-the-house", "command", "users disable", "id 1", 409),
            ("keeper-of-the-house", "command", "tokens add", "token wms", 200),
        ]
        assert PASSWORD not in str(rows)

    def test_lists_of_nothing_say_what_to_do(self, config: Path) -> None:
        run(config, "tokens", "withdraw", "1")

        assert "users add NAME --role admin" in run(config, "users", "list").output
        assert "tokens add NAME --role viewer" in run(config, "tokens", "list").output
        assert "Nobody is logged in" in run(config, "users", "sessions").output
        assert "no such session" in run(config, "users", "sessions", "--end", "1").stderr


class TestBesideADaemon:
    @pytest.mark.usefixtures("daemon")
    def test_everything_goes_through_its_api(self, config: Path, port: int) -> None:
        """Only lists are read from the store."""
        steps = [
            add(config, "boss"),
            add(config, "sato", "viewer"),
            run(config, "users", "role", "sato", "packer"),
            run(config, "users", "disable", "sato"),
            run(config, "users", "enable", "sato"),
            run(config, "users", "password", "sato", "--password-stdin", stdin="another one 1\n"),
            run(config, "tokens", "add", "wms"),
        ]
        refused = add(config, "BOSS")
        _log_in(port, "sato", "another one 1")
        listed = run(config, "users", "sessions", "sato")
        ended = run(config, "users", "sessions", "--end", "1")
        after = run(config, "users", "sessions")
        withdrawn = run(config, "tokens", "withdraw", "1")

        assert [each.exit_code for each in (*steps, listed, ended, after, withdrawn)] == [0] * 11, steps
        assert refused.exit_code == 1
        assert "This name is taken" in refused.stderr
        assert users(config)["sato"]["role"] == "packer"
        assert re.search(r"1 +│ sato +│ Firefox on Linux │ 127\.0\.0\.1", listed.output)
        assert "Nobody is logged in" in after.output

    @pytest.mark.usefixtures("daemon")
    def test_the_audit_names_who_ran_the_command(self, config: Path) -> None:
        add(config, "boss")

        (row,) = _audit_of_the_daemon(config)
        assert (row["who"], row["via"], row["action"]) == (user_name(os.geteuid()), "command", "POST /api/v1/users")

    @pytest.mark.usefixtures("daemon")
    def test_where_the_socket_is_gone_it_says_what_to_do(self, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("connector.daemon_api.STARTS_WITHIN_S", 0)
        config.with_name("connector.db.sock").unlink()

        done = add(config, "sato")

        assert done.exit_code == 1
        assert "connector.db.sock (No such file or directory)" in done.stderr
        assert "set [api] tokens" in done.stderr


def _audit_of_the_daemon(config: Path) -> list[dict[str, Any]]:
    async def read() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await ask(load_settings(config), "GET", "/api/v1/audit", None, 10))["audit"]
        return rows

    return asyncio.run(read())


def _log_in(port: int, name: str, password: str) -> None:
    form = f"name={name}&password={password.replace(' ', '+')}&next=/healthz".encode()
    headers = {"Origin": f"http://127.0.0.1:{port}", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/login", data=form, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
        assert response.status == 200
