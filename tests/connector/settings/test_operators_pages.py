"""What the operator's pages under ``carriers/`` tell people to write is what the settings take."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import carriers
from carriers import SOURCES
from connector.settings import SourceSettings

PAGES = {kind: (Path(carriers.__file__).parent / kind / "README.md").read_text(encoding="utf-8") for kind in SOURCES}
SHOP = '[shops.main]\nseller_auth_key = "made-up"\n'
Problems = Callable[[str], list[str]]
SHIPPSYS = """
[sources.labels]
kind = "shippsys"
shop = "main"
secrets = ["made-up-address-0123456789"]
credentials = { token = "made-up" }
"""


def tables(page: str) -> list[dict[str, Any]]:
    """Every source in the examples of a page."""
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    written = [tomllib.loads(re.sub(r"(?m)^ {0,3}(?=\S)", "", block)) for block in blocks]
    return [source for content in written for source in content.get("sources", {}).values()]


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_an_example_can_be_taken_as_it_stands(kind: str) -> None:
    examples = [source for source in tables(PAGES[kind]) if source.get("kind") == kind]
    assert examples, f"carriers/{kind}/README.md shows no source of this kind"
    for source in examples:
        assert source.keys() <= SourceSettings.model_fields.keys()
        options, credentials = source.get("options", {}), source.get("credentials", {})
        assert options.keys() <= SOURCES[kind].options.keys()
        for name, value in options.items():
            assert not SOURCES[kind].options[name] or value in SOURCES[kind].options[name]
        assert SOURCES[kind].needed_options <= options.keys()
        assert {name.removesuffix("_file") for name in credentials} <= SOURCES[kind].credentials
        assert SOURCES[kind].credentials <= {name.removesuffix("_file") for name in credentials}


def test_an_option_without_an_honest_default_must_be_set(problems: Problems) -> None:
    assert problems(SHOP + SHIPPSYS) == ["sources.labels: needs options.carrier"]
    assert problems(SHOP + SHIPPSYS + 'options = { carrier = "yamato" }') == [
        "sources.labels: needs options.client_key"
    ]
    assert problems(SHOP + SHIPPSYS + 'options = { carrier = "dhl", client_key = "made-up" }') == [
        "sources.labels: options.carrier: must be one of sagawa, yamato"
    ]
