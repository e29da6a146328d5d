"""docs/conflicts.md names what there is: commands, acts with what they ask for, formats, errors, settings."""

from pathlib import Path

import typer

from connector.cli_conflicts import Format, conflicts
from connector.domain.acts import NEEDS
from connector.settings import ApiSettings, ConflictSettings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "conflicts.md").read_text(encoding="utf-8")
ACCESS = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
CONFIG = (ROOT / "config.toml").read_text(encoding="utf-8")


def test_every_command_and_format_is_there() -> None:
    for name in typer.main.get_group(conflicts).commands:
        assert f"conflicts {name}" in PAGE
    for form in Format:
        assert f"`{form}`" in PAGE


def test_every_act_is_there_with_its_confirmation() -> None:
    for kind, needed in NEEDS.items():
        (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind.replace('_', '-')}` |")]
        assert f"`{needed}`" in line


def test_every_setting_is_there_and_in_the_shipped_file() -> None:
    assert all(name in PAGE and name in CONFIG for name in ConflictSettings.model_fields)
    assert "`[api] tokens`" in ACCESS
    assert all(name in CONFIG for name in ApiSettings.model_fields)
