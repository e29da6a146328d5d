"""What an address or a form names, before anything is looked for."""

import pytest

from connector.api.requests import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),  # it may be more than the store's numbers hold
        ("", None),
        ("-1", None),
        (" 1", None),
        ("1\n", None),
        ("９", None),
        ("²", None),
        ("1_0", None),
    ],
)
def test_only_plain_digits_name_a_row(text: str, number: int | None) -> None:
    assert number_in(text) == number
