"""Tokens at rest: only who has the key can read them."""

import base64
import subprocess

import pytest

from connector.tokens import HOW_TO_MAKE_A_KEY, TokenBox, TokensUnreadable, check_key

KEY = "bWFkZS11cC1rZXktZm9yLXRlc3RzLTMyLWJ5dGVzISE="
OTHER = "YW5vdGhlci1tYWRlLXVwLWtleS1vZi0zMi1ieXRlcyE="


def test_what_was_sealed_comes_back_and_shows_nothing() -> None:
    sealed = TokenBox(KEY).seal({"access_token": "made-up", "note": "日本語"})

    assert "made-up" not in sealed
    assert base64.urlsafe_b64decode(sealed).find(b"made-up") == -1
    assert TokenBox(KEY).open(sealed) == {"access_token": "made-up", "note": "日本語"}


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA==", "あ"])
def test_what_was_never_sealed_is_unreadable(sealed: str) -> None:
    with pytest.raises(TokensUnreadable):
        TokenBox(KEY).open(sealed)


def test_another_key_and_a_changed_letter_are_unreadable() -> None:
    sealed = TokenBox(KEY).seal({"access_token": "made-up"})
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]

    for box, text in ((TokenBox(OTHER), sealed), (TokenBox(KEY), changed)):
        with pytest.raises(TokensUnreadable):
            box.open(text)


def test_a_key_that_is_made_as_told_is_good() -> None:
    made = subprocess.run(HOW_TO_MAKE_A_KEY, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 - ours

    assert check_key(made.stdout.strip()) is None


@pytest.mark.parametrize("key", ["short", "é" * 44, "A" * 43, "A" * 44 + "=", base64.b64encode(b"x" * 31).decode()])
def test_a_bad_key_is_explained_and_not_repeated(key: str) -> None:
    problem = check_key(key)

    assert problem is not None
    assert "make one with" in problem
    assert key not in problem
