"""docs/access.md says what the code does."""

import re
from pathlib import Path

from connector.access.login_limits import PER_ADDRESS, PER_NAME
from connector.domain.people import LONGEST_PASSWORD, SHORTEST_PASSWORD
from connector.domain.roles import GRANTS, Permission, Role
from connector.settings import ConsoleSettings

PAGE = (Path(__file__).parents[3] / "docs" / "access.md").read_text(encoding="utf-8")


def test_the_table_of_roles_is_that_of_the_code() -> None:
    head = re.search(r"^\| role \| (.*?) \| for \|$", PAGE, flags=re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \(.*?\) \| (.*) \|[^|]*\|$", PAGE, flags=re.MULTILINE)
    assert head is not None

    permissions = re.findall(r"`(\w+)`", head[1])
    table = {
        role: {name for name, cell in zip(permissions, cells.split("|"), strict=True) if cell.strip() == "yes"}
        for role, cells in rows
    }

    assert permissions == list(Permission)
    assert table == {role: set(GRANTS[role]) for role in Role}


def test_its_numbers_are_those_of_the_code() -> None:
    settings = ConsoleSettings()

    assert f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters" in PAGE
    assert f"after {settings.session_idle_hours:.0f} hours without being seen" in PAGE
    assert f"after {settings.session_days:.0f} days in any case" in PAGE
    assert (PER_NAME.free, PER_ADDRESS.free) == (5, 20)
    assert (PER_NAME.first_wait_s, PER_NAME.longest_wait_s, PER_ADDRESS.longest_wait_s) == (4, 300, 900)
