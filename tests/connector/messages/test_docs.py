"""docs/messages.md names every placeholder and every built-in message, and no others."""

import re
from pathlib import Path

from connector.domain.messages import FITS, LOOKED_IN_QSM, MessageOutcome
from connector.messages.templates import LONGEST, PLACEHOLDERS

PAGE = (Path(__file__).parents[3] / "docs" / "messages.md").read_text(encoding="utf-8")


def first_cells(pattern: str) -> set[str]:
    """What stands in the first cell of a table's row."""
    return set(re.findall(rf"(?m)^\| `{pattern}` \|", PAGE))


def test_the_page_has_every_placeholder() -> None:
    assert first_cells(r"\${([a-z_]+)}") == set(PLACEHOLDERS)


def test_the_page_has_every_message_and_outcome() -> None:
    assert first_cells(r"([a-z_-]+)") == {*FITS, *MessageOutcome}


def test_the_page_has_the_confirmation_and_the_limit() -> None:
    assert f"--confirm {LOOKED_IN_QSM}" in PAGE
    assert f"at most {LONGEST} characters" in PAGE
