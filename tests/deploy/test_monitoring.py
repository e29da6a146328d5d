"""The dashboard and the rules under deploy/ ask for what the program tells, in expressions that are well formed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with pre-commit; its stubs are worth no dependency
from prometheus_client.parser import text_string_to_metric_families

from connector.domain.alarm_facts import AlarmKind
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.metrics import Metrics
from connector.store.depths import Depths
from tests.deploy.promql import NoPromql, read
from tools.reference.metrics import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((DEPLOY / "grafana" / "qoo10-connector.json").read_text(encoding="utf-8"))
OF_PROMETHEUS = {"up": {"job", "instance"}}
EVERYWHERE = {"job", "instance"}
"""The labels that Prometheus adds to every series."""
WORDS = {
    "state": {str(each) for each in EntryState},
    "kind": {str(each) for each in (*AlarmKind, *ConflictKind)},
}
"""What labels may hold that the rules and the dashboard compare with."""


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """All of them, by where they stand."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]


def told() -> dict[str, set[str]]:
    """Every series that the program tells, with its labels."""
    found = dict(OF_PROMETHEUS)
    for name, metric in metrics().items():
        (family,) = metric.describe()
        labels = set(metric._labelnames) | EVERYWHERE
        if family.type == "histogram":
            found |= {f"{name}_bucket": labels | {"le"}, f"{name}_count": labels, f"{name}_sum": labels}
        else:
            found[name] = labels
    for family in text_string_to_metric_families(Metrics().exposition(Depths(), datetime.now(UTC)).decode()):
        if family.name.startswith("process_"):
            found |= {sample.name: EVERYWHERE for sample in family.samples}
    return found


EXPRESSIONS = dict(expressions())
TOLD = told()


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_an_expression_asks_for_what_there_is(where: str) -> None:
    """Series and labels that the program tells; a metric that was renamed must not live on in a dashboard."""
    asked = read(EXPRESSIONS[where]).series

    assert asked, "asks for nothing"
    assert asked.keys() <= TOLD.keys()
    assert [(name, labels - TOLD[name]) for name, labels in asked.items() if labels - TOLD[name]] == []


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_an_expression_compares_with_words_that_there_are(where: str) -> None:
    """A state or a kind that was renamed would silently match nothing."""
    for label, words in re.findall(r'(\w+)(?:=~|!=|!~|=)"([^"$]*)"', EXPRESSIONS[where]):
        if label in WORDS:
            assert set(words.split("|")) <= WORDS[label]


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_a_counter_is_asked_for_its_growth(where: str) -> None:
    """Its value since the start says nothing."""
    for name in read(EXPRESSIONS[where]).series:
        if name.endswith(("_total", "_bucket", "_count")):
            assert re.search(rf"(rate|increase)\({name}(\{{[^}}]*\}})?\[", EXPRESSIONS[where]), name


def test_everything_that_is_told_is_shown() -> None:
    """The dashboard leaves out no metric of ours."""
    shown = {name for panel in panels() for target in panel["targets"] for name in read(target["expr"]).series}

    bare = {re.sub(r"_(bucket|count|sum)$", "", name) if name not in metrics() else name for name in shown}
    assert set(metrics()) - bare == set()


class TestRules:
    @pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
    def test_a_rule_says_what_happened_and_what_to_do(self, rule: dict[str, Any]) -> None:
        """In both languages; with a severity that somebody can route by."""
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"Qoo10Connector[A-Z]\w+", rule["alert"])
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert list(rule["annotations"]) == ["summary", "summary_ja", "runbook", "runbook_ja"]
        for name, said in rule["annotations"].items():
            assert said == said.strip()
            assert bool(re.search(r"[ぁ-んァ-ヶ一-龠]", said)) is name.endswith("_ja")
            assert said.endswith((".", "。"))

    @pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
    def test_a_rule_speaks_only_of_labels_that_its_expression_keeps(self, rule: dict[str, Any]) -> None:
        """An aggregation drops all others: the message would have a hole there."""
        used = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        kept = re.findall(r"(?:sum|max|min|avg|count) by \(([^)]*)\)", rule["expr"])
        if kept:
            there = {label.strip() for each in kept for label in each.split(",")}
        else:
            there = {label for name in read(rule["expr"]).series for label in TOLD[name]}

        assert used <= there

    def test_no_two_rules_have_one_name(self) -> None:
        assert len({rule["alert"] for rule in rules()}) == len(rules())


class TestDashboard:
    def test_it_has_what_an_import_needs(self) -> None:
        assert DASHBOARD["uid"] == "qoo10-connector"
        assert DASHBOARD["timezone"] == "Asia/Tokyo"
        assert DASHBOARD["schemaVersion"] >= 36
        assert "id" not in DASHBOARD, "an id is one Grafana's own"
        assert [each["name"] for each in DASHBOARD["templating"]["list"]] == ["datasource", "job", "shop"]

    def test_panels_name_their_source_and_do_not_overlap(self) -> None:
        """Whatever Prometheus is called there; one id each."""
        taken: set[tuple[int, int]] = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
            assert at["x"] + at["w"] <= 24
            assert not cells & taken, panel["title"]
            taken |= cells
        sources = {each["datasource"]["uid"] for panel in panels() for each in (panel, *panel["targets"])}

        assert sources == {"${datasource}"}
        assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
        assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels())

    def test_it_loads_nothing_from_elsewhere(self) -> None:
        assert re.findall(r"https?://", json.dumps(DASHBOARD)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum(",
        "sum by (shop) up",
        "up{",
        'up{job="a"',
        "up{job=a}",
        "up up",
        "up >",
        "> up",
        "rate(up[5])",
        "rate(up[5m)",
        "nosuch(up)",
        "rate(up[5m], 2)",
        "histogram_quantile(0.5)",
        "time(up)",
        "up & 1",
        '"text"',
    ],
)
def test_the_reader_takes_no_nonsense(text: str) -> None:
    with pytest.raises(NoPromql):
        read(text)


def test_the_reader_finds_series_with_their_labels() -> None:
    found = read('sum by (le) (rate(a_bucket{shop=~"x|y"}[5m])) / on (le) -b{kind!="c"} offset 1h > 0.5')

    assert found.series == {"a_bucket": {"shop", "le"}, "b": {"kind"}}
