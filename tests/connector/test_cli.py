"""The commands as a person meets them: help, exit codes, and what is said."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from connector.cli import main

COMMAND = Path(sys.executable).with_name("qoo10-connector")


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@contextmanager
def sandbox_process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The real command as a process of its own."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "sandbox", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_every_command_explains_itself_and_its_exit_codes(runner: CliRunner) -> None:
    """The list shows each command with a sentence; a command's own help says what its exit codes mean."""
    group = typer.main.get_group(main)
    listed = runner.invoke(main, ["--help"])

    assert listed.exit_code == 0
    for name, command in group.commands.items():
        helped = runner.invoke(main, [name, "--help"])
        assert name in listed.output
        assert helped.exit_code == 0
        assert "Exit codes" in helped.output, name
        assert all(getattr(option, "help", None) for option in command.params), name


def test_an_unknown_command_is_wrong_use(runner: CliRunner) -> None:
    assert runner.invoke(main, ["serv"]).exit_code == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_says_what_it_is_and_ends_with_0(number: signal.Signals) -> None:
    """What it prints is what one needs: its address, its key, and calls that work as they stand."""
    with sandbox_process("--orders", "2") as process:
        assert process.stdout is not None
        said = ""
        while "/_sandbox/orders/" not in said:
            said += process.stdout.readline()
        (shown,) = re.findall(r"curl (http://127\.0\.0\.1:[0-9]+/_sandbox/orders/[0-9]+)", said)
        with urllib.request.urlopen(shown, timeout=5) as answer:  # noqa: S310 - loopback
            status = answer.status
        process.send_signal(number)
        code = process.wait(timeout=10)

    assert status == 200
    assert code == 0
    assert "sandbox-key-main-1" in said
    assert "1062400001 to 1062400002" in said
    assert re.search(r"qapi_url +http://127\.0\.0\.1:[0-9]+/GMKT\.INC\.Front\.QAPIService/ebayjapan\.qapi\n", said)


def test_a_taken_port_is_a_finding_with_its_mend(runner: CliRunner, taken_port: int) -> None:
    result = runner.invoke(main, ["sandbox", "--port", str(taken_port)])

    assert result.exit_code == 1
    assert f"127.0.0.1 port {taken_port}" in result.stderr
    assert "--port" in result.stderr


def test_the_rehearsal_proves_itself_in_80_columns_without_a_terminal() -> None:
    """The whole command as a process: it ends with 0, and what it prints can be read in a log."""
    environment = {**os.environ, "COLUMNS": "80", "QOO10_CONNECTOR__SHOPS__MAIN__QAPI_URL": "https://example.invalid"}
    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "demo", "--once"], capture_output=True, text=True, timeout=60, env=environment, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    rows = [line.rstrip() for line in done.stdout.splitlines() if re.match(r" 10624000\d\d ", line)]
    assert len(rows) == 23
    assert all(cell_len(row) <= 80 for row in rows)
    assert sum(row.endswith("refused") for row in rows) == 1
    assert sum("answer was lost" in row for row in rows) >= 1
    assert "1062400013  in the gap" in done.stdout
    assert re.search(r"gap p50 \d+ ms, p95 \d+ ms", done.stdout)


def test_a_rehearsal_without_proof_is_a_finding(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    async def without_proof(_console: Console, _port: int) -> bool:
        return False

    monkeypatch.setattr("connector.demo.once.run_once", without_proof)

    assert runner.invoke(main, ["demo", "--once"]).exit_code == 1


def test_a_rehearsal_on_a_taken_port_says_so(runner: CliRunner, taken_port: int) -> None:
    result = runner.invoke(main, ["demo", "--once", "--port", str(taken_port)])

    assert result.exit_code == 1
    assert f"127.0.0.1 port {taken_port}" in result.stderr


def test_the_sandbox_refuses_to_be_seen_from_outside(runner: CliRunner) -> None:
    result = runner.invoke(main, ["sandbox", "--host", "0.0.0.0", "--port", "0"])  # noqa: S104 - it is refused

    assert result.exit_code == 2
    assert "loopback only" in result.stderr
