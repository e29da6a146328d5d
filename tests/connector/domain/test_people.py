"""Names and passwords of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.people import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    WORDINGS,
    PeopleRefused,
    Refusal,
    check_password,
    name_key,
    normal_password,
    usable_name,
)


def test_every_refusal_is_said_in_both_languages() -> None:
    assert set(WORDINGS) == set(Refusal)
    assert all(said.ja and said.en and said.next_ja and said.next_en for said in WORDINGS.values())


@pytest.mark.parametrize("name", ["sato", "佐藤", "佐藤 花子", "packer-2", "O'Neil", "x" * 60])
def test_a_plain_name_can_be_used(name: str) -> None:
    assert usable_name(f" {name} ") == name


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 61, "two\nlines", "a\x00", "sato@example.com", "090-1234-5678", "\ud800"]
)
def test_a_name_that_is_none_or_an_address_cannot(name: str) -> None:
    with pytest.raises(PeopleRefused) as raised:
        usable_name(name)

    assert raised.value.refusal is Refusal.NAME_UNUSABLE


@given(st.text(max_size=80))
def test_a_name_that_can_be_used_stays_as_it_is_kept(name: str) -> None:
    try:
        kept = usable_name(name)
    except PeopleRefused:
        return

    assert usable_name(kept) == kept
    assert name_key(kept) == name_key(name)


@given(st.text(max_size=40))
def test_names_are_compared_alike_however_often(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(st.text(max_size=LONGEST_PASSWORD + 5))
def test_a_password_is_refused_for_its_length_or_for_being_the_name(password: str) -> None:
    length = len(normal_password(password))

    refused = refusal_of(password)

    assert (refused is Refusal.PASSWORD_SHORT) == (length < SHORTEST_PASSWORD)
    assert (refused is Refusal.PASSWORD_LONG) == (length > LONGEST_PASSWORD)


def refusal_of(password: str) -> Refusal | None:
    try:
        check_password(password, "sato")
    except PeopleRefused as refused:
        return refused.refusal
    return None


def test_a_password_that_is_the_name_in_other_letters_is_refused() -> None:
    with pytest.raises(PeopleRefused) as raised:
        check_password("Ｗarehouse-02", "warehouse-02")

    assert raised.value.refusal is Refusal.PASSWORD_IS_NAME
