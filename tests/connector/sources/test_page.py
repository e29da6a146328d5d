"""docs/sources.md says what the code says, of every kind."""

from pathlib import Path

import pytest

import connector
from carriers import SOURCES
from connector.sources.facts import all_kinds
from connector.sources.page import render

ROOT = Path(connector.__file__).parent.parent


def test_the_page_is_the_one_that_the_code_gives() -> None:
    written = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")

    assert written == render(), "docs/sources.md is out of date: run `make docs`"


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_every_kind_has_its_row_and_its_section(kind: str) -> None:
    page, source = render(), SOURCES[kind]

    assert f"| [{kind}](#{kind}) | {source.way} |" in page
    assert f"\n## {kind}\n" in page
    assert source.spec in page
    assert all(sentence in page for sentence in source.unverified)
    assert (ROOT / "carriers" / kind / "README.md").is_file()


def test_what_is_not_recorded_is_never_called_so() -> None:
    rows = {facts.kind: facts for facts in all_kinds()}

    assert {kind for kind, facts in rows.items() if facts.proof} == {
        kind for kind, source in SOURCES.items() if source.proved_by
    }
    assert all(facts.authentication.ja and facts.authentication.en for facts in rows.values())
    for line in render().splitlines():
        if line.startswith("| ["):
            kind = line[3 : line.index("]")]
            assert line.endswith("| recorded |" if SOURCES[kind].proved_by else "| documented |")


def test_no_line_of_the_page_breaks_the_table() -> None:
    rows = [line for line in render().splitlines() if line.startswith("|")]

    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
