"""The judge shares nothing with the judged."""

import ast
from pathlib import Path

import pytest

import connector.sandbox

FILES = sorted(Path(connector.sandbox.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_sandbox_uses_only_the_words_of_the_domain(file: Path) -> None:
    """Of the connector it imports itself and connector.domain.orders; of the carriers nothing."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    ours = {name for name in names if name.partition(".")[0] in {"connector", "carriers"}}

    assert {name for name in ours if not name.startswith("connector.sandbox")} <= {"connector.domain.orders"}
