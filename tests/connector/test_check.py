"""``check`` says of everything that it looked at whether it is right, and how to mend it; and it changes nothing."""

import errno
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from connector import cli
from connector.check import shop_words, words
from connector.check.facts import DiskFacts, KeyFacts, KeySource, PortFacts, ShopFacts, StoreFacts, StoreState
from connector.check.findings import (
    Finding,
    Level,
    on_port,
    on_secrets,
    on_settings,
    on_shop,
    on_sqlite,
    on_store,
    on_targets,
    on_users,
    worst,
)
from connector.check.gather import examine, try_ports
from connector.check.show import as_json, as_table, in_short
from connector.check.words import NOTHING
from connector.clock import utc_now
from connector.domain.language import Said
from connector.qoo10.errors import CredentialError, LaterError, QapiError, RefusedError
from connector.sandbox import Sandbox
from connector.settings import ServerSettings, Settings, load_settings
from connector.store.store import Store
from connector.tokens import fingerprint

NOW = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DATABASE = Path("/var/lib/qoo10-connector/connector.db")
ROOM = DiskFacts(DATABASE.parent, 10 * 1024**3, writable=True)
OPENED = StoreFacts(DATABASE, StoreState.OPENED)
KEY_ENDS = Finding(
    Level.WARN,
    Said("main のキー", "key of main"),
    Said("期限が切れます", "it ends"),
    Said("発行し直してください。", "Issue a new one."),
)
IN_USE = StoreFacts(DATABASE, StoreState.IN_USE, "it is in use by process 7")


def shop(**changes: Any) -> ShopFacts:
    standard: dict[str, Any] = {
        "name": "main",
        "address": "api.qoo10.jp",
        "rehearsal": False,
        "key": KeyFacts(KeySource.CONFIGURED, issued_on=TODAY),
        "took_ms": 120,
        "clock_ahead_s": 0.4,
    }
    return ShopFacts(**standard | changes)


@pytest.mark.parametrize(
    ("days_ago", "level", "said"),
    [
        (0, Level.OK, "it ends in 365 days"),
        (334, Level.OK, "it ends in 31 days"),
        (335, Level.WARN, "it ends in 30 days"),
        (358, Level.WARN, "it ends this week, in 7 days"),
        (363, Level.WARN, "it ends this week, in 2 days"),
        (364, Level.BAD, "it ends tomorrow"),
        (365, Level.BAD, "its year is over"),
        (900, Level.BAD, "its year is over"),
        (-1, Level.WARN, "in the future"),
    ],
)
def test_a_key_warns_30_7_and_1_days_before_its_year_is_over(days_ago: int, level: Level, said: str) -> None:
    key = KeyFacts(KeySource.CONFIGURED, issued_on=TODAY - timedelta(days=days_ago))

    finding = on_shop(shop(key=key), NOW)[1]

    assert (finding.level, said in finding.message.en) == (level, True), finding
    assert bool(finding.mend.en) is (level is not Level.OK)


@pytest.mark.parametrize(
    ("key", "level", "said"),
    [
        (KeyFacts(KeySource.ISSUED), Level.OK, "issued again when it runs out"),
        (KeyFacts(KeySource.CONFIGURED), Level.WARN, "its age is not known"),
        (KeyFacts(KeySource.CONFIGURED, None, NOW - timedelta(days=10)), Level.OK, "at most 355 days"),
        (KeyFacts(KeySource.CONFIGURED, None, NOW - timedelta(days=340)), Level.WARN, "at most 25 days"),
        (KeyFacts(KeySource.CONFIGURED, None, NOW - timedelta(days=366)), Level.BAD, "its year is over"),
    ],
)
def test_without_a_date_the_first_use_bounds_the_age(key: KeyFacts, level: Level, said: str) -> None:
    """A key is at least as old as its first use here."""
    finding = on_shop(shop(key=key), NOW)[1]

    assert (finding.level, said in finding.message.en) == (level, True), finding


@pytest.mark.parametrize(
    ("ahead_s", "level", "said"),
    [
        (0.9, Level.OK, "agrees"),
        (-4.9, Level.OK, "agrees"),
        (7, Level.WARN, "7 s ahead of"),
        (-59, Level.WARN, "59 s behind"),
        (61, Level.BAD, "61 s ahead of"),
        (None, Level.WARN, "no date"),
    ],
)
def test_the_clock_is_compared_with_qoo10s(ahead_s: float | None, level: Level, said: str) -> None:
    finding = on_shop(shop(clock_ahead_s=ahead_s), NOW)[-1]

    assert (finding.about.en, finding.level, said in finding.message.en) == ("clock", level, True), finding


@pytest.mark.parametrize(
    ("changes", "level", "said", "mend"),
    [
        ({}, Level.OK, "accepts the key (120 ms)", ""),
        ({"rehearsal": True}, Level.WARN, "rehearses", "qapi_url"),
        ({"asked": False}, Level.OK, "not asked", ""),
        ({"error": CredentialError("M", "no", -90004)}, Level.BAD, "the key is not accepted", "seller_auth_key"),
        ({"error": LaterError("M", "no connection")}, Level.BAD, "does not answer", "firewall"),
        ({"error": LaterError("M", "no connection"), "rehearsal": True}, Level.BAD, "does not answer", "sandbox"),
        ({"error": RefusedError("M", "odd", -1)}, Level.BAD, "not answered as expected", "report it"),
    ],
)
def test_a_shops_answer_is_judged_with_its_mend(changes: dict[str, Any], level: Level, said: str, mend: str) -> None:
    finding = on_shop(shop(**changes), NOW)[0]

    assert (finding.level, said in finding.message.en, mend in finding.mend.en) == (level, True, True), finding


def test_a_daemon_that_stands_still_is_bad() -> None:
    found = on_shop(shop(stopped_for="code -90004"), NOW)

    assert found[-1].level is Level.BAD
    assert "code -90004" in found[-1].message.en


@pytest.mark.parametrize(
    ("port", "store", "level", "said"),
    [
        (PortFacts("127.0.0.1", 8080), OPENED, Level.OK, "is free"),
        (PortFacts("127.0.0.1", 8080, taken=True), IN_USE, Level.OK, "while the daemon runs"),
        (PortFacts("127.0.0.1", 8080, taken=True), OPENED, Level.BAD, "not by this daemon"),
        (PortFacts("127.0.0.1", 8080), IN_USE, Level.WARN, "does not listen on"),
        (PortFacts("127.0.0.1", 80, problem="Permission denied"), OPENED, Level.BAD, "Permission denied"),
        (PortFacts("0.0.0.0", 8080), OPENED, Level.WARN, "from other machines"),  # noqa: S104 - it is warned of
        (PortFacts("::1", 8080), OPENED, Level.OK, "is free"),
        (PortFacts("localhost", 8080), OPENED, Level.OK, "is free"),
        (PortFacts("127.0.0.1", 0), OPENED, Level.OK, "any port that is free"),
        (PortFacts("127.0.0.1", 0), IN_USE, Level.OK, "any port that is free"),
        (PortFacts("labels.example.com", 8080), OPENED, Level.WARN, "from other machines"),
    ],
)
def test_the_address_is_judged_beside_the_store(port: PortFacts, store: StoreFacts, level: Level, said: str) -> None:
    """A port in use is right while the daemon runs, and wrong while it does not."""
    finding = on_port(port, store)

    assert (finding.level, said in finding.message.en) == (level, True), finding


def test_both_ports_are_tried(unused_tcp_port_factory: Callable[[], int]) -> None:
    """The finding about each names the setting to change."""
    port, other = unused_tcp_port_factory(), unused_tcp_port_factory()
    server = ServerSettings(port=port, webhook_port=other)
    with socket.create_server(("127.0.0.1", other)):
        tried = try_ports(server)

    problem = os.strerror(errno.EADDRINUSE)
    taken = PortFacts("127.0.0.1", other, taken=True, problem=problem, setting="server.webhook_port")
    assert tried == [PortFacts("127.0.0.1", port), taken]
    assert on_port(taken, OPENED).mend.en == "Stop what listens there, or set server.webhook_port to another one."
    assert try_ports(ServerSettings(port=port)) == [PortFacts("127.0.0.1", port)]


@pytest.mark.parametrize(
    ("store", "disk", "levels"),
    [
        (OPENED, ROOM, [Level.OK, Level.OK]),
        (IN_USE, ROOM, [Level.OK, Level.OK]),
        (StoreFacts(DATABASE, StoreState.MISSING), ROOM, [Level.OK, Level.OK]),
        (
            StoreFacts(DATABASE, StoreState.MISSING),
            DiskFacts(ROOM.folder, 10**12, writable=False),
            [Level.BAD, Level.OK],
        ),
        (StoreFacts(DATABASE, StoreState.FAILED, "no database"), ROOM, [Level.BAD, Level.OK]),
        (OPENED, DiskFacts(ROOM.folder, 500 * 1024**2, writable=True), [Level.OK, Level.WARN]),
        (OPENED, DiskFacts(ROOM.folder, 50 * 1024**2, writable=True), [Level.OK, Level.BAD]),
        (
            StoreFacts(DATABASE, StoreState.OPENED, "", {"held": 2, "waiting": 9, "conflict": 1}),
            ROOM,
            [Level.OK, Level.WARN, Level.OK],
        ),
        (StoreFacts(DATABASE, StoreState.OPENED, "", {"waiting": 9}), ROOM, [Level.OK, Level.OK]),
    ],
)
def test_the_store_and_its_room_are_judged(store: StoreFacts, disk: DiskFacts, levels: list[Level]) -> None:
    assert [finding.level for finding in on_store(store, disk)] == levels


@pytest.mark.parametrize(
    ("version", "level", "said"),
    [
        ("3.34.1", Level.BAD, "too old"),
        ("3.35.0", Level.OK, "WAL-reset bug"),
        ("3.51.2", Level.OK, "WAL-reset bug"),
        ("3.51.3", Level.OK, "3.51.3"),
    ],
)
def test_sqlite_versions_are_told_apart(version: str, level: Level, said: str) -> None:
    finding = on_sqlite(version)

    assert (finding.level, said in finding.message.en) == (level, True)


def test_the_worst_finding_counts() -> None:
    ok, warn, bad = (Finding(level, NOTHING, NOTHING) for level in Level)

    assert [worst([]), worst([ok, warn]), worst([bad, ok, warn])] == [Level.OK, Level.WARN, Level.BAD]


def test_every_finding_is_shown_with_its_mend_in_narrow_terminals_too() -> None:
    """Nothing is cut off, and nothing of it is read as markup."""
    console = Console(width=40, record=True, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    finding = Finding(
        Level.BAD, Said("", "ヤマト"), Said("", "[red]cannot[/red] be read"), Said("", "Add [sources.x].")
    )
    console.print(as_table([finding]))
    with console.file:
        shown = " ".join(console.export_text().split())

    assert "[red]cannot[/red]" in shown
    assert "[sources.x]." in shown
    assert in_short([Finding(Level.BAD, NOTHING, NOTHING)]).startswith("1 to mend now")


def test_json_holds_every_finding_in_english() -> None:
    assert json.loads(as_json([KEY_ENDS])) == {
        "worst": "warn",
        "findings": [
            {"level": "warn", "about": "key of main", "message": "it ends", "mend": "Issue a new one."},
        ],
    }


@pytest.mark.parametrize(
    "found",
    [
        on_settings(Settings.model_validate({"shops": {"main": {"seller_auth_key": "a-key"}}})),
        on_secrets([DATABASE]),
        on_targets({"office": True, "bad": False}),
        [on_port(PortFacts("127.0.0.1", 80, problem="Permission denied"), OPENED)],
        [on_port(PortFacts("127.0.0.1", 80, taken=True), OPENED), on_port(PortFacts("0.0.0.0", 80), OPENED)],  # noqa: S104 - it is warned of
        on_store(StoreFacts(DATABASE, StoreState.OPENED, "", {"held": 2, "conflict": 1}), ROOM),
        on_store(StoreFacts(DATABASE, StoreState.FAILED, "no database"), DiskFacts(ROOM.folder, 0, writable=True)),
        [*on_users(0, ""), *on_users(0, "sato"), *on_users(3, "")],
        [on_sqlite("3.34.1"), on_sqlite("3.51.2")],
        on_shop(shop(stopped_for="code -90004", error=CredentialError("M", "no", -90004), clock_ahead_s=61), NOW),
        on_shop(shop(key=KeyFacts(KeySource.CONFIGURED, first_used_at=NOW)), NOW),
        on_shop(shop(key=KeyFacts(KeySource.CONFIGURED), clock_ahead_s=None), NOW),
    ],
)
def test_every_finding_is_said_in_both_languages(found: list[Finding]) -> None:
    """Nothing is left to be filled in either; a path, a command and a name of SQLite are the same in both."""
    for each in found:
        for said in (each.about, each.message, each.mend):
            assert bool(said.ja) is bool(said.en)
            assert "{" not in said.ja + said.en
        assert re.search("[ぁ-んァ-ヶ一-龠]", each.message.ja)


@pytest.mark.parametrize(
    "said", [said for words_of in (words, shop_words) for said in vars(words_of).values() if isinstance(said, Said)]
)
def test_both_languages_name_the_same_facts(said: Said) -> None:
    """What one of them leaves out is only what it says in other words."""
    ja, en = (set(re.findall(r"{(\w+)}", text)) for text in (said.ja, said.en))

    assert {name.partition("_")[0] for name in ja ^ en} <= {"shops", "sources", "state", "problem"}


def test_a_finding_in_japanese_reads_as_a_sentence() -> None:
    (store, entries, _) = on_store(StoreFacts(DATABASE, StoreState.OPENED, "", {"held": 2, "conflict": 1}), ROOM)
    key = on_shop(shop(), NOW)[1]

    assert store.message.ja == "/var/lib/qoo10-connector/connector.db を開いて書き込めます"
    assert entries.message.ja == "人の確認を待っているものがあります: 保留 2件、要判断 1件"
    assert (key.about.ja, key.message.ja) == ("main のキー", "2026-11-22 に発行。期限はあと365日です")


CONFIG = """
[server]
port = 0
[store]
url = "sqlite:///{folder}/connector.db"
[shops.main]
qapi_url = "{qapi_url}"
{key}
[sources.packing-table]
kind = "standard"
shop = "main"
secrets = ["whsec_c2VjcmV0c2VjcmV0c2VjcmV0"]
"""
KEY = 'seller_auth_key = "sandbox-key-main-1"'
LOGIN = 'api_key = "sandbox-api-main"\nuser_id = "main-seller"\npassword = "sandbox-pwd-main"'

Write = Callable[..., Settings]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def write(sandbox: Sandbox, config: Path, tmp_path: Path) -> Write:
    def write(key: str = KEY) -> Settings:
        config.write_text(CONFIG.format(folder=tmp_path, qapi_url=sandbox.base_url, key=key), encoding="utf-8")
        return load_settings(config)

    return write


def about(findings: list[Finding], word: str) -> Finding:
    (finding,) = (each for each in findings if each.about.en == word)
    return finding


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_first_look_asks_one_question_and_leaves_nothing(
    sandbox: Sandbox, write: Write, config: Path, tmp_path: Path
) -> None:
    """The store is not made: it would belong to whoever ran the check."""
    findings = await examine(write(), config)

    assert worst(findings) is Level.WARN
    assert "not there yet" in about(findings, "store").message.en
    assert "rehearses" in about(findings, "shop main").message.en
    assert about(findings, "clock").level is Level.OK
    assert files_in(tmp_path) == [config]
    assert [call.method for call in sandbox.market.calls.since()] == ["ShippingBasic.GetShippingInfo_v3"]


async def test_a_store_that_is_there_is_opened_and_its_key_is_known_again(
    write: Write, config: Path, tmp_path: Path
) -> None:
    """The age of the very key that is configured counts, not that of one before it."""
    store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    await store.record_key("main", fingerprint("sandbox-key-main-1"), utc_now() - timedelta(days=340))
    await store.close()

    known = await examine(write(), config)
    replaced = await examine(write('seller_auth_key = "another-key"'), config)

    assert "can be opened and written" in about(known, "store").message.en
    assert "at most 25 days" in about(known, "key of main").message.en
    assert about(replaced, "key of main").level is Level.OK
    assert "does not matter" in about(replaced, "key of main").message.en
    assert about(replaced, "shop main").level is Level.BAD


async def test_beside_a_running_daemon_nothing_is_opened_or_issued(
    sandbox: Sandbox, write: Write, config: Path, tmp_path: Path
) -> None:
    """Issuing a key might end the one that the daemon uses."""
    settings = write(LOGIN)
    store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    try:
        await store.record_stop("main", "code -90004: expired", utc_now())

        findings = await examine(settings, config)
    finally:
        await store.close()

    assert f"in use by process {os.getpid()}, so it was only read" in about(findings, "store").message.en
    assert [each.message.en for each in findings if each.about.en == "shop main"][1] == (
        "the daemon stands still: code -90004: expired"
    )
    assert len(sandbox.market.calls) == 0


async def test_a_login_is_tried_while_no_daemon_runs(sandbox: Sandbox, write: Write, config: Path) -> None:
    findings = await examine(write(LOGIN), config)

    assert "issued from the login" in about(findings, "key of main").message.en
    assert len(sandbox.market.shop("main").keys) == 2


async def test_the_addresses_of_targets_are_looked_at_and_nothing_is_sent(
    write: Write, config: Path, tmp_path: Path
) -> None:
    """What stands in a file that everybody can read is a finding as well; the addresses are in none."""
    (tmp_path / "url").write_text("slack://secret-nonsense", encoding="utf-8")
    (tmp_path / "url").chmod(0o644)
    office, bad = 'url = "json://127.0.0.1:1/x"', f'url_file = "{tmp_path}/url"'
    settings = write(f"{KEY}\n[alerts.targets.office]\n{office}\n[alerts.targets.bad]\n{bad}")

    findings = await examine(settings, config)

    assert about(findings, "target office").level is Level.OK
    assert about(findings, "target bad").level is Level.BAD
    assert f"{tmp_path}/url can be read" in about(findings, "secrets").message.en
    assert "secret-nonsense" not in str(findings)


async def test_a_file_that_is_no_database_is_a_finding(write: Write, config: Path, tmp_path: Path) -> None:
    settings = write()
    (tmp_path / "connector.db").write_text("this is no database, but it is long enough to look at " * 40)

    finding = about(await examine(settings, config), "store")

    assert finding.level is Level.BAD
    assert "cannot be used" in finding.message.en


async def test_key_files_that_all_can_read_are_a_finding(write: Write, config: Path, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("sandbox-key-main-1", encoding="utf-8")
    settings = write(f'seller_auth_key_file = "{secret}"')

    secret.chmod(0o644)
    open_to_all = await examine(settings, config)
    secret.chmod(0o640)
    closed = await examine(settings, config)

    assert about(open_to_all, "secrets").mend.en == f"chmod o-r {secret}"
    assert [each for each in closed if each.about.en == "secrets"] == []


async def ok(_settings: Settings, _config: Path) -> list[Finding]:
    return [KEY_ENDS]


async def bad(_settings: Settings, _config: Path) -> list[Finding]:
    return [Finding(Level.BAD, Said("", "store"), Said("", "cannot be opened"), Said("", "Mend it."))]


@pytest.mark.parametrize(("examined", "code", "mend"), [(ok, 0, "Issue a new one."), (bad, 1, "Mend it.")])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_exit_codes_tell_whether_anything_is_bad(
    monkeypatch: pytest.MonkeyPatch, write: Write, config: Path, examined: Any, code: int, mend: str, form: list[str]
) -> None:
    monkeypatch.setattr("connector.check.gather.examine", examined)
    write()

    result = CliRunner().invoke(cli.main, ["check", "--config", str(config), *form])

    assert result.exit_code == code
    assert mend in result.stdout


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_configuration_that_cannot_be_used_is_2(tmp_path: Path, form: list[str]) -> None:
    result = CliRunner().invoke(cli.main, ["check", "--config", str(tmp_path / "nowhere.toml"), *form])

    assert result.exit_code == 2
    assert "there is no such file" in result.stderr
    if form:
        assert json.loads(result.stdout)["worst"] == "bad"


def test_no_error_of_qoo10s_is_left_without_words() -> None:
    """Every class of error has its finding, new ones included."""
    for kind in (CredentialError, LaterError, RefusedError, QapiError):
        assert on_shop(shop(error=kind("M", "x")), NOW)[0].level is Level.BAD
