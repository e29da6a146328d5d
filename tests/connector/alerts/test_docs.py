"""What docs/alerts.md says is held to the code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from connector.alerts.post import Post
from connector.domain.alarm_facts import AlarmKind
from connector.domain.patience import PATIENCE

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
ABOUT_ORDERS = (ROOT / "docs/measuring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("url", re.findall(r"^\| [^|]+ \| `(\w+://[^`]+)` \|$", PAGE, flags=re.MULTILINE))
def test_apprise_can_use_the_addresses_of_the_page(url: str) -> None:
    assert Post("example", url).is_usable()


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_of_alarm_is_described(kind: AlarmKind) -> None:
    assert f"| `{kind}` |" in PAGE + ABOUT_ORDERS


@pytest.mark.parametrize(("kind", "patience"), [each for each in PATIENCE.items() if each[1]])
def test_the_page_says_how_long_a_part_is_waited_for(kind: AlarmKind, patience: timedelta) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]

    assert set(re.findall(r"(\d+) minutes", row)) == {str(patience // timedelta(minutes=1))}
