"""From what a seller's tool prints as order reference to the numbers that it may mean."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.references import candidates


@pytest.mark.parametrize(
    ("reference", "numbers"),
    [
        ("1062428737", ("1062428737",)),
        (" 1062428737 ", ("1062428737",)),
        ("１０６２４２８７３７", ("1062428737",)),
        ("Q-1062428737", ("1062428737",)),
        ("Q1062428737", ("1062428737",)),
        ("qoo10:1062428737", ("1062428737",)),
        ("1062428737-1", ("1062428737",)),
        ("1062428737_02", ("1062428737",)),
        ("注文1062428737号", ("1062428737",)),
        ("#1062428737", ("1062428737",)),
        ("300123456/1062428737", ("300123456", "1062428737")),
        ("1062428737 1062428738", ("1062428737", "1062428738")),
        ("1062428737,1062428737", ("1062428737",)),
        ("12", ()),
        ("0", ()),
        ("901234567890123", ("901234567890123",)),
        ("20261122-15", ("20261122",)),
        ("A-12", ()),
        ("1062428737123-1", ()),
        ("", ()),
        ("   ", ()),
        ("no number", ()),
        ("٤٤٤٤١٣٧٥٨", ()),
        ("1.062428737E9", ()),
    ],
)
def test_without_a_pattern(reference: str, numbers: tuple[str, ...]) -> None:
    """A reference of digits is the number, if it is long enough; otherwise runs of 7 to 12 digits are, nothing else."""
    assert candidates(reference, None) == numbers


@pytest.mark.parametrize(
    ("pattern", "reference", "numbers"),
    [
        (r"^Q-(?P<ref>[0-9]+)", "Q-1062428737", ("1062428737",)),
        (r"^Q-(?P<ref>[0-9]+)", "Ｑ－１０６２４２８７３７", ("1062428737",)),
        (r"^Q-(?P<ref>[0-9]+)", "R-1062428737", ()),
        (r"(?P<ref>[0-9]{9})/", "300123456/1062428737", ("300123456",)),
        (r"Q-(?P<ref>[0-9]*)", "Q-", ()),
        (r"Q(-(?P<ref>[0-9]+))?", "Q", ()),
        (r"(?P<ref> +)", "a   b", ()),
        (r"(?P<ref>.+)", " 12-34 ", ("12-34",)),
    ],
)
def test_the_sources_own_pattern_alone_decides(pattern: str, reference: str, numbers: tuple[str, ...]) -> None:
    assert candidates(reference, re.compile(pattern)) == numbers


@given(st.text(max_size=200))
def test_any_text_gives_numbers_or_none(reference: str) -> None:
    """Digits only, each once, the same for the folded text."""
    found = candidates(reference, None)

    assert all(number.isascii() and number.isdigit() for number in found)
    assert len(set(found)) == len(found)


@given(st.text(max_size=60), st.from_regex(r"[0-9]{10}", fullmatch=True), st.text(max_size=60))
def test_an_order_number_is_found_between_anything_that_is_no_digit(before: str, number: str, after: str) -> None:
    def plain(text: str) -> str:
        return "".join(letter for letter in text if letter.isalpha() and letter.isascii())

    assert candidates(f"{plain(before)}{number}{plain(after)}", None) == (number,)
