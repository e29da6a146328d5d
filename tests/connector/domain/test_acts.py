"""What a person may write: a name and a reason, without anything of a buyer."""

import pytest

from connector.domain.acts import ActIncomplete, check_words

TELEPHONES = [
    f"購入者 {number} に電話"
    for separator in "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc\uff70\u2500.・･/_ \u3000"
    for number in (f"090{separator}1234{separator}5678", f"03{separator}1234{separator}5678")
] + [
    "０９０１２３４５６７８",
    "０９０−１２３４−５６７８",
    "0９０ー1234ー5678",
    "09\u200b0-1234-\u200d5678",
    "+81 90 1234 5678",
    "+81(0)90-1234-5678",
    "＋８１−９０−１２３４−５６７８",
    "〒",
    "150ー0001",
    "taro＠example．com",
]


@pytest.mark.parametrize("why", TELEPHONES)
def test_what_looks_like_a_buyers_is_refused_however_it_was_typed(why: str) -> None:
    with pytest.raises(ActIncomplete, match="telephone number"):
        check_words("sato", why)


@pytest.mark.parametrize(
    "why",
    [
        "注文1062428737、伝票4444-1375-8703を止めた",
        "2026/09/30 10:15 に集荷済み",
        "2026-09-30 10 15 00 に集荷済み",
        "ラベル012345678901を破棄",
        "1行目\r\n2行目\tと続き",
        "カートー10624287 — 確認済み",
        "👨\u200d👩\u200d👧",
    ],
)
def test_numbers_of_orders_and_labels_dates_and_lines_are_taken(why: str) -> None:
    check_words("sato", why)


@pytest.mark.parametrize("letter", ["\x00", "\x1b[31m", "\x7f", "\x9b31m", "\u202e", "\u2066", "\ud800"])
def test_what_nobody_can_see_is_refused(letter: str) -> None:
    """A terminal obeys some of it, and a reason may come to stand in a terminal."""
    with pytest.raises(ActIncomplete, match="nobody can see"):
        check_words("sato", f"a{letter}b")
