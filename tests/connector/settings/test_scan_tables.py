"""Packing tables in the settings: readers with their prefixes, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.assembly.sources import scanned
from connector.settings import load_settings

Problems = Callable[[str], list[str]]
SHOP = '[shops.main]\nseller_auth_key = "made-up"\n'
TABLE = '[sources.table-1]\nkind = "scan"\nshop = "main"\noptions = { carrier = "yamato.takkyubin" }\n'


def test_a_table_is_put_together(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'{SHOP}{TABLE}readers = {{ "!1" = "left" }}\n', encoding="utf-8")

    (table,) = scanned(load_settings(path)).values()

    assert (table.name, table.shop, list(table.carriers)) == ("table-1", "main", ["yamato.takkyubin"])
    assert (dict(table.readers), table.labels_only, table.pause.total_seconds()) == ({"!1": "left"}, False, 0)
    assert table.fresh_within.total_seconds() == 180


@pytest.mark.parametrize(("claims_every_s", "fresh_s"), [(1, 180), (30, 180), (60, 240)])
def test_what_is_fresh_follows_how_often_claims_are_read(tmp_path: Path, claims_every_s: int, fresh_s: int) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"{SHOP}claims_every_s = {claims_every_s}\n{TABLE}", encoding="utf-8")

    (table,) = scanned(load_settings(path)).values()

    assert table.fresh_within.total_seconds() == fresh_s


@pytest.mark.parametrize("prefix", ["1", "A", "a1", "-1", "", "!!!!!!", "あ", "! "])
def test_a_prefix_that_could_be_part_of_a_number_is_refused(problems: Problems, prefix: str) -> None:
    (problem,) = problems(f'{SHOP}{TABLE}readers = {{ "{prefix}" = "left" }}')

    assert problem.startswith(f"sources.table-1.readers.{prefix}")
    assert "beginning with a sign other than a hyphen" in problem


def test_a_lane_has_a_short_name(problems: Problems) -> None:
    (problem,) = problems(f'{SHOP}{TABLE}readers = {{ "!1" = "左" }}')

    assert problem == "sources.table-1.readers.!1: must be a short name of a-z, 0-9, - and _, such as left"


def test_readers_are_for_tables_only(problems: Problems) -> None:
    table = TABLE.replace('"scan"', '"b2cloud"').replace('options = { carrier = "yamato.takkyubin" }\n', "")

    assert problems(f'{SHOP}{table}readers = {{ "!1" = "left" }}') == [
        "sources.table-1: readers: a source of the kind 'b2cloud' is not scanned; remove it"
    ]


def test_a_table_needs_its_usual_company(problems: Problems) -> None:
    table = TABLE.replace('options = { carrier = "yamato.takkyubin" }\n', "")

    assert problems(SHOP + table) == ["sources.table-1: needs options.carrier"]
