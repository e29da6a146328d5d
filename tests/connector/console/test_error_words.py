"""Error pages, and what the check finds, speak the reader's language."""

from __future__ import annotations

import ast
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

import connector
from connector.console.error_words import JAPANESE
from connector.http import of_the_framework

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.connector.console.conftest import Place

ROOT = Path(next(iter(connector.__path__)))
ENGLISH = {"Cookie": "language=en"}


def codes_in(tree: ast.AST) -> Iterator[str]:
    """The codes of all errors but 401, which leads to the log-in."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="ApiError"), args=[ast.Constant(value=HTTPStatus.UNAUTHORIZED), *_]):
                pass
            case ast.Call(func=ast.Name(id="ApiError"), args=[_, ast.Constant(value=str(code)), *_]):
                yield code
            case ast.Call(func=ast.Name(id="ApiError")):
                pytest.fail(f"a code that is no word in the source: {ast.unparse(node)}")
            case _:
                pass


def codes_of_what_is_imported(tree: ast.Module) -> Iterator[str]:
    """The codes of the functions that a page takes from the API."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("connector.api."):
            taken = {alias.name for alias in node.names}
            for function in tree_of(ROOT.parent / f"{(node.module or '').replace('.', '/')}.py").body:
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name in taken:
                    yield from codes_in(function)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def codes_of_the_framework() -> set[str]:
    met = (type("Met", (web.HTTPError,), {"status_code": status.value}) for status in HTTPStatus if 400 <= status < 500)
    return {of_the_framework(error()).code for error in met}


def test_every_error_that_a_page_can_answer_with_is_said_in_japanese() -> None:
    """And nothing is said of an error that there is not."""
    pages = [tree_of(path) for path in (ROOT / "console").glob("*.py")]
    codes = {code for page in pages for code in (*codes_in(page), *codes_of_what_is_imported(page))}
    codes |= {*codes_in(tree_of(ROOT / "access" / "gate.py")), *codes_of_the_framework()}

    assert len(codes) > 20
    assert set(JAPANESE) == codes


@pytest.mark.parametrize(
    ("path", "ja", "en"),
    [
        ("/conflicts/999", "この番号の件はありません。", "There is no conflict of this number."),
        ("/nowhere", "このアドレスには何もありません。", "There is nothing at this address."),
        ("/sources/nobody", "「連携」のページで確認してください。", "The page Sources lists them."),
    ],
)
async def test_an_error_page_speaks_the_readers_language_alone(place: Place, path: str, ja: str, en: str) -> None:
    pages = []
    for language in ({}, ENGLISH):
        async with place.session.get(place.url + path, headers={"Accept": "text/html"} | language) as answer:
            pages.append(await answer.text())

    assert [(ja in page, en in page) for page in pages] == [(True, False), (False, True)]


async def test_the_check_speaks_the_readers_language(place: Place) -> None:
    pages = []
    for language in ({}, ENGLISH):
        async with place.session.get(place.url + "/settings/checks", headers=language) as answer:
            pages.append(await answer.text())

    said = ("ショップ main", "試用中です。", "shop main", "and it is not Qoo10")
    assert [[each in page for each in said] for page in pages] == [
        [True, True, False, False],
        [False, False, True, True],
    ]
