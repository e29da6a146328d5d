"""The commands that measure and warn, on a store that has something to say."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.cli import main
from connector.domain.conflict import News
from connector.domain.decision import ConflictKind
from connector.domain.memory import LineMemory
from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus
from connector.domain.report_facts import Month
from connector.store.conflicts import log_news
from connector.store.store import Store

NOW = datetime.now(UTC)
"""The commands read the real clock: what the store holds is made up around it."""
MONTH = Month.of(NOW - timedelta(days=32))
MIDDLE = MONTH.start + timedelta(days=10, hours=12)
Invoke = Callable[..., tuple[int, str]]


def line(order_no: str, **more: Any) -> LineMemory:
    return LineMemory("main", order_no, listed=True, ordered_at=MIDDLE, status=ShippingStatus.ON_DELIVERY, **more)


LINES = (
    *(line(f"10624{number:05}") for number in range(18)),
    line("1062411111", cancel_status=ClaimStatus.CANCELLED, requested_at=MIDDLE + timedelta(hours=8)),
    line("1062422222", cancel_status=ClaimStatus.CANCELLED, requested_at=MIDDLE + timedelta(hours=9)),
    LineMemory(
        "main",
        "1062433333",
        listed=True,
        ordered_at=MIDDLE,
        status=ShippingStatus.PREPARING,
        ship_by_at=(NOW - timedelta(days=2)).astimezone(JAPAN),
    ),
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/connector.db"\n'
        '[shops.main]\nseller_auth_key = "made-up"\n[shops.other]\nseller_auth_key = "made-up"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def invoke(config: Path) -> Invoke:
    runner = CliRunner(env={"COLUMNS": "140", "NO_COLOR": "1", "TERM": "dumb"})

    def run(*arguments: str) -> tuple[int, str]:
        done = runner.invoke(main, [*arguments, "--config", str(config)])
        return done.exit_code, done.output

    return run


@pytest.fixture
def filled(config: Path) -> None:
    async def fill() -> None:
        store = await Store.open(f"sqlite:///{config.parent}/connector.db")
        await store.remember_lines("main", LINES, NOW)
        news = News("cancel", ConflictKind.IN_THE_GAP, (), None)
        async with store._writing.begin() as connection:
            await log_news(connection, "main", "1062400001", "444413758703", news, NOW - timedelta(hours=1))
            await log_news(connection, "main", "1062400002", "444413758714", news, MIDDLE)
        await store.close()

    asyncio.run(fill())


@pytest.mark.usefixtures("filled")
def test_alarms_say_what_happened_and_what_to_do(invoke: Invoke) -> None:
    code, said = invoke("alarms")

    assert code == 1
    for words in ("ship by past", "1062433333", "ラベルの知らせがありません", "no label was heard of", "conflict 1"):
        assert words in said


@pytest.mark.usefixtures("filled")
def test_alarms_as_json_have_both_languages_and_japans_time(invoke: Invoke) -> None:
    code, said = invoke("alarms", "--json")
    found = json.loads(said)

    assert code == 1
    assert found["counts"] == {"ship_by_past": 1, "not_looked_at": 2}
    (alarm,) = [each for each in found["alarms"] if each["kind"] == "ship_by_past"]
    assert (alarm["shop"], alarm["order_no"], alarm["until"]) == ("main", "1062433333", None)
    assert alarm["since"].endswith("T00:00:00+09:00")
    assert all(alarm[name] for name in ("happened_ja", "happened_en", "do_ja", "do_en"))


@pytest.mark.usefixtures("filled")
def test_both_commands_read_beside_a_running_daemon(config: Path, invoke: Invoke) -> None:
    """The daemon holds the lock; the commands do not ask for it."""

    async def beside() -> list[int]:
        store = await Store.open(f"sqlite:///{config.parent}/connector.db")
        try:
            return [
                (await asyncio.to_thread(invoke, *command))[0]
                for command in (("alarms",), ("report", "--month", str(MONTH)))
            ]
        finally:
            await store.close()

    assert asyncio.run(beside()) == [1, 0]


@pytest.mark.usefixtures("filled")
def test_a_report_names_the_orders_that_count_and_what_is_not_known(invoke: Invoke) -> None:
    code, said = invoke("report", "--month", str(MONTH), "--shop", "main")

    assert code == 0
    for words in (
        "9.5 % (2 of 21 known orders",
        "the line is at 7 %",
        "1062411111",
        "1062422222",
        "in the gap",
        "Not all orders are known",
        "could be read on an official page",
        "this program began after the month did",
    ):
        assert words in " ".join(said.split()), words


@pytest.mark.usefixtures("filled")
def test_a_report_as_json_is_whole(invoke: Invoke) -> None:
    code, said = invoke("report", "--month", str(MONTH), "--json")
    found = json.loads(said)

    assert code == 0
    assert found["month"] == str(MONTH)
    main_rate, other_rate = found["cancel_rates"]
    assert (main_rate["known_orders"], main_rate["above_line"], main_rate["orders_fully_known"]) == (21, True, False)
    assert main_rate["counting"] == {"counts": 2, "excluded": 0, "pending": 0, "order_date_unknown": 0}
    assert (other_rate["known_orders"], other_rate["percent"]) == (0, None)
    assert found["conflicts"] == [{"shop": "main", "kind": "in_the_gap", "outcome": "open", "count": 1}]


def test_wrong_use_is_said(invoke: Invoke) -> None:
    assert invoke("report", "--month", "november") == (2, "'november' is no month; write it as 2026-11\n")
    assert invoke("report", "--month", "2026-11", "--shop", "mian") == (
        2,
        "There is no shop 'mian'; the shops are: main, other.\n",
    )


def test_without_a_store_there_is_nothing_to_read(invoke: Invoke) -> None:
    for command in (("alarms",), ("report", "--month", "2026-11")):
        code, said = invoke(*command)
        assert (code, "is not there yet" in said) == (1, True)


def test_an_empty_store_has_no_alarm(config: Path, invoke: Invoke) -> None:
    async def make() -> None:
        await (await Store.open(f"sqlite:///{config.parent}/connector.db")).close()

    asyncio.run(make())

    assert invoke("alarms") == (0, "No alarm.\n")
    code, said = invoke("report", "--month", "2026-11")
    assert (code, "No order of this month is known." in said) == (0, True)
