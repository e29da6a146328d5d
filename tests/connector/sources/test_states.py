"""One word for a source: the first that is true, whatever else is; and words for all that can be wrong with one."""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import carriers
import connector
from carriers import SOURCES
from carriers.kinds import FiledKind, PolledKind
from carriers.polling import UNREADABLE_ROW
from connector.sources import words
from connector.sources.desk import SourceState, state_of
from connector.sources.secret_desk import SecretRefusal
from connector.store.refusals import OUTCOMES


@pytest.mark.parametrize(("trouble", "refused", "heard", "in_vain"), list(product([0, 1], repeat=4)))
def test_the_first_that_is_true_is_said(trouble: int, refused: int, heard: int, in_vain: int) -> None:
    said = state_of(trouble=bool(trouble), refused=refused, heard=bool(heard), in_vain=in_vain)

    expected = (
        SourceState.TROUBLED
        if trouble
        else SourceState.REFUSED
        if refused
        else SourceState.NEVER_HEARD
        if not heard
        else SourceState.IN_VAIN
        if in_vain
        else SourceState.FINE
    )
    assert said is expected


def test_everything_has_words_in_both_languages() -> None:
    assert set(words.STATES) == set(SourceState)
    assert set(words.OUTCOMES) == set(OUTCOMES)
    assert set(words.REFUSALS) == set(SecretRefusal)
    every = [*words.STATES.values(), *words.REFUSALS.values()]
    assert all(said.ja and said.en and said.next_ja and said.next_en for said in every)


def test_trouble_has_words_for_every_way_in_that_the_program_goes_by_itself() -> None:
    goes = {kind.way for kind in SOURCES.values() if isinstance(kind, FiledKind | PolledKind)}

    assert set(words.TROUBLES) == goes


def test_every_reason_for_leaving_something_out_has_words() -> None:
    """And nothing is said of a reason that no adapter gives; an unreadable row is an error, not left out."""
    given = {word for call in calls(carriers, "Ignored", "ignored", "_ignored") for word in codes(call)}

    assert set(words.IGNORED) == given - {UNREADABLE_ROW}


def test_every_refusal_of_a_delivery_has_words() -> None:
    """But for a name that no source has: nobody's page could show it."""
    answered = {word for call in calls(connector, "ApiError", under="intake") for word in codes(call)}

    assert set(words.REFUSED) == answered - {"unknown_source"}


def calls(package: object, *names: str, under: str = "") -> Iterator[ast.Call]:
    """The calls of these functions in the code of a package."""
    root = Path(next(iter(package.__path__))) / under  # type: ignore[attr-defined] # of a package, which every caller gives
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield node


def codes(call: ast.Call) -> Iterator[str]:
    """The codes among what a call is given directly, or by a choice of two."""
    for argument in call.args:
        for each in (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,):
            word = each.value if isinstance(each, ast.Constant) else None
            if isinstance(word, str) and word.replace("_", "").isalpha() and word.islower():
                yield word
