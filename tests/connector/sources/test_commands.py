"""``sources list``, ``sources test`` and ``carriers``, as a person meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import carriers
from carriers import FILED, POLLED, PUSHED, SOURCES
from carriers.companies import COMPANIES, default_name, find
from connector.cli import main
from connector.sources.companies import company_rows

CARRIERS = Path(carriers.__file__).parent
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CONFIG = f"""
[shops.main]
qapi_url = "http://127.0.0.1:8010/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
seller_auth_key = "sandbox-key-main-1"
[sources.table]
kind = "standard"
shop = "main"
secrets = ["{SECRET}"]
reference_pattern = "^Q-(?P<ref>[0-9]+)$"
[sources.table.carriers]
yamato = "ヤマト宅急便"
[sources.shipco]
kind = "shipandco"
shop = "main"
[sources.shipco.credentials]
token = "made-up-token"
[sources.shipco.carriers]
"sagawa.sagawa_regular" = "佐川の便"
"""


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def tried(runner: CliRunner, *arguments: object) -> tuple[int, dict[str, Any]]:
    result = runner.invoke(main, ["sources", "test", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_every_command_explains_itself(runner: CliRunner) -> None:
    group = typer.main.get_group(main).commands["sources"]
    for name in ("list", "test"):
        helped = runner.invoke(main, ["sources", name, "--help"])
        assert helped.exit_code == 0
        assert "Exit codes" in helped.output
        assert all(getattr(option, "help", None) for option in group.commands[name].params)  # type: ignore[attr-defined]


def test_the_list_names_every_kind_and_what_proves_it(runner: CliRunner) -> None:
    shown = runner.invoke(main, ["sources", "list"])
    listed = json.loads(runner.invoke(main, ["sources", "list", "--json"]).stdout)

    assert shown.exit_code == 0
    assert {row["kind"] for row in listed} == set(SOURCES)
    for row in listed:
        (line,) = [line for line in shown.stdout.splitlines() if line.split()[:1] == [row["kind"]]]
        assert row["way"] in line
        assert ("recorded" if row["proof"] else "documented") in line


@pytest.mark.parametrize("kind", sorted(PUSHED))
def test_every_pushed_kind_can_be_tried_with_a_recorded_body(kind: str, runner: CliRunner, tmp_path: Path) -> None:
    """By the name of the kind, without any settings; what it says is what the fixture expects."""
    base = CARRIERS / kind / "fixtures"
    for request in sorted(base.glob("*.request.json")):
        name = request.name.removesuffix(".request.json")
        expected = json.loads((base / f"{name}.expected.json").read_text(encoding="utf-8"))
        headers = tmp_path / "headers.json"
        told = json.loads(request.read_text(encoding="utf-8"))
        headers.write_text(json.dumps(told["headers"]), encoding="utf-8")
        if told.get("options"):
            continue  # without settings there are none
        _, trial = tried(runner, kind, base / f"{name}.json", "--headers", headers, "--config", tmp_path / "none.toml")

        assert len(trial["events"]) == len(expected.get("events", []))
        assert len(trial["fetches"]) == len(expected.get("fetches", []))
        assert bool(trial["errors"]) == ("unreadable" in expected)


@pytest.mark.parametrize("kind", sorted(POLLED))
def test_every_polled_kind_can_be_tried_with_a_page(kind: str, runner: CliRunner, tmp_path: Path) -> None:
    for about in sorted((CARRIERS / kind / "fixtures").glob("*.about.json")):
        name = about.name.removesuffix(".about.json")
        expected = json.loads((about.parent / f"{name}.expected.json").read_text(encoding="utf-8"))
        if json.loads(about.read_text(encoding="utf-8")).get("options"):
            continue

        code, trial = tried(runner, kind, about.parent / f"{name}.json", "--config", tmp_path / "none.toml")

        unreadable = [one for one in expected.get("ignored", []) if one["reason"] == "unreadable_row"]
        assert [event["order_ref"] for event in trial["events"]] == [
            event["order_ref"] for event in expected.get("events", [])
        ]
        assert len(trial["errors"]) == len(unreadable)
        assert code == (1 if unreadable else 0)


@pytest.mark.parametrize("kind", sorted(FILED))
def test_every_filed_kind_can_be_tried_with_a_file(kind: str, runner: CliRunner, tmp_path: Path) -> None:
    for about in sorted((CARRIERS / kind / "fixtures").glob("*.about.json")):
        name = about.name.removesuffix(".about.json")
        told = json.loads(about.read_text(encoding="utf-8"))
        if told.get("options"):
            continue
        expected = json.loads((about.parent / f"{name}.expected.json").read_text(encoding="utf-8"))["rows"]

        code, trial = tried(runner, kind, about.parent / f"{name}.csv", "--config", tmp_path / "none.toml")

        refused = [row for row in expected if "refused" in row]
        assert len(trial["events"]) == len([row for row in expected if "event" in row])
        assert len(trial["errors"]) == len(refused)
        assert code == (1 if refused else 0)
        assert not refused or trial["errors"][0].startswith("row ")


def test_a_configured_source_is_read_as_it_is_configured(runner: CliRunner, config: Path, tmp_path: Path) -> None:
    """Its reference pattern, its names of carriers."""
    page = tmp_path / "page.json"
    shipment = {"id": "API-1", "state": "active", "setup": {"ref_number": "1062428737"}}
    delivery = {"carrier": "sagawa", "method": "sagawa_regular", "tracking_numbers": ["５１４６-9988-8883"]}
    page.write_text(json.dumps([{**shipment, "delivery": delivery}]), encoding="utf-8")

    code, trial = tried(runner, "shipco", page, "--config", config)

    assert code == 0
    (event,) = trial["events"]
    assert event["numbers"] == ["1062428737"]
    assert event["tracking_number"] == "514699888883"
    assert event["name"] == "佐川の便"
    assert event["held"] == ""


def test_signature_headers_may_be_json_or_lines(runner: CliRunner, config: Path, tmp_path: Path) -> None:
    base = CARRIERS / "standard" / "fixtures"
    told = json.loads((base / "official_vector.request.json").read_text(encoding="utf-8"))
    lines = tmp_path / "headers.txt"
    lines.write_text(
        "POST /x HTTP/1.1\n" + "".join(f"{name.title()}: {value}\n" for name, value in told["headers"].items())
    )
    config.write_text(CONFIG.replace(SECRET, told["secret"]), encoding="utf-8")
    at = told["received_at"][:19]
    arguments = ["table", base / "official_vector.json", "--headers", lines, "--config", config]

    _, right = tried(runner, *arguments, "--at", at)
    code, stale = tried(runner, *arguments)

    assert right["signature"] == "proven"
    assert "stale" in stale["signature"]
    assert code == 1


def test_a_reference_without_a_number_and_a_carrier_without_a_name_are_said(
    runner: CliRunner, config: Path, tmp_path: Path
) -> None:
    body = tmp_path / "body.json"
    data = {"order_ref": "A-7", "carrier": "sagawa", "tracking_number": "444413758703"}
    body.write_text(json.dumps({"type": "label.printed", "timestamp": "2026-11-22T09:15:00+09:00", "data": data}))
    headers = tmp_path / "headers.json"
    headers.write_text(json.dumps({"webhook-id": "msg_1"}), encoding="utf-8")

    result = runner.invoke(main, ["sources", "test", "table", str(body), "--headers", str(headers), "-c", str(config)])

    assert result.exit_code == 1
    assert "signature: wrong" in result.stdout
    assert "-> nothing" in result.stdout
    assert "reference_pattern" in result.stdout


def test_nothing_is_written(runner: CliRunner, config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    runner.invoke(
        main, ["sources", "test", "shipco", str(CARRIERS / "shipandco/fixtures/list.json"), "-c", str(config)]
    )

    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sources", "test", "tabel", "x"], "there is no source 'tabel'; did you mean 'table'?"),
        (["sources", "test", "table", "no-such-file"], "cannot be read"),
        (["carriers", "--kind", "shipandko"], "did you mean 'shipandco'?"),
    ],
)
def test_wrong_use_is_said_with_its_mend(arguments: list[str], said: str, runner: CliRunner, config: Path) -> None:
    result = runner.invoke(main, [*arguments, *(["-c", str(config)] if arguments[0] == "sources" else [])])

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_broken_configuration_is_said(runner: CliRunner, config: Path) -> None:
    config.write_text(CONFIG.replace("[shops.main]", "[shops.main]\nnonsense = 1"), encoding="utf-8")

    result = runner.invoke(main, ["sources", "test", "table", str(config), "-c", str(config)])

    assert result.exit_code == 2
    assert "nonsense" in result.stderr


def test_every_company_and_service_has_a_name_or_the_line_to_write(runner: CliRunner) -> None:
    shown = runner.invoke(main, ["carriers"])
    rows = company_rows("")

    assert shown.exit_code == 0
    assert {row.company_id for row in rows} == set(COMPANIES)
    for row in rows:
        assert row.name == (default_name(row.company_id, row.service_id) or "")
        if row.setting:
            assert row.setting in shown.stdout
            (found,) = {find("standard", *row.setting.split('"')[1].partition(".")[::2])}
            assert found is not None
            assert (found.company_id, found.service_id) == (row.company_id, row.service_id)


def test_the_codes_of_a_kind_are_shown_with_what_they_mean(runner: CliRunner) -> None:
    listed = json.loads(runner.invoke(main, ["carriers", "--kind", "logiless", "--json"]).stdout)

    by_code = {code: (row["company_id"], row["service_id"]) for row in listed for code in row["codes"]}
    assert by_code["yamato_nekoposu"] == ("yamato", "nekopos")
    assert all(find("logiless", code, "") is not None for code in by_code)
    assert "yamato_nekoposu" in runner.invoke(main, ["carriers", "--kind", "logiless"]).stdout
