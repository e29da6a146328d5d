"""docs/decisions-table.md tells the whole table; test_docs.py proves that it is the page which the code writes."""

import re

from connector.domain.decision import RULES, TABLE
from tools.decisions import render

ROWS = [line.strip("| ").split(" | ") for line in render().splitlines() if re.match(r"\| [0-9]+ \|", line)]


def test_every_rule_stands_there_in_its_order() -> None:
    told = [(row[0], row[2], row[3], row[5]) for row in ROWS]

    assert told == [
        (str(number), f"**{rule.verdict.action}**", f"`{rule.verdict.reason}`", rule.why)
        for number, rule in enumerate(RULES, start=1)
    ]


def test_the_rules_decide_every_case_between_them() -> None:
    assert sum(int(row[-1]) for row in ROWS) == len(TABLE)
    assert all(int(row[-1]) > 0 for row in ROWS)


def test_every_source_is_a_section_that_can_be_read_or_a_choice_of_this_program() -> None:
    assert all("](qoo10.md#" in row[-2] or row[-2].startswith(("design", "promise")) for row in ROWS)
