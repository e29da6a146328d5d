"""What a reader typed is read for what it is, and what is uncertain is said to be so."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.companies import CompanyService
from connector.domain.scan import Meaning, ScanRules, Text, Trouble, read_text

LABEL = "444413758703"
YAMATO = CompanyService("yamato", "takkyubin")
RULES = ScanRules((YAMATO,))
SEINO = ScanRules((YAMATO, CompanyService("seino")))
TWO = ScanRules((YAMATO,), readers={"!1": "left", "!12": "middle", "!2": "right"})

an_order = Text(Meaning.ORDER, "1062428737", "1062428737", ("1062428737",))
a_label = Text(Meaning.LABEL, LABEL, LABEL)


@pytest.mark.parametrize(
    "raw", [LABEL, f"A{LABEL}A", f"a{LABEL}b", f"D{LABEL}c", "４４４４１３７５８７０３", "444413758703\x1d"]
)
def test_a_label_is_read_however_its_barcode_was_sent(raw: str) -> None:
    assert read_text(raw, RULES) == a_label


@pytest.mark.parametrize(
    "raw", ["4444-1375-8703", "A4444-1375-8703B", "4444ー1375ー8703", "4444‐1375−8703", "4444-1375-8703 "]
)
def test_hyphens_of_any_kind_change_no_number(raw: str) -> None:
    found = read_text(raw, RULES)

    assert (found.meaning, found.number) == (Meaning.LABEL, LABEL)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1062428737", "1062428737"),
        ("300123456", "300123456"),
        ("１０６２４２８７３７", "1062428737"),
        ("A1062428737A", "1062428737"),
        ("Q-1062428737", "1062428737"),
        ("1062428737-1", "1062428737"),
        ("QO1062428737_12", "1062428737"),
    ],
)
def test_an_order_or_cart_is_read_with_what_tools_print_around_it(raw: str, number: str) -> None:
    found = read_text(raw, RULES)

    assert (found.meaning, found.orders) == (Meaning.ORDER, (number,))


def test_the_sources_own_pattern_says_what_an_order_is() -> None:
    rules = ScanRules((YAMATO,), re.compile(r"^ORD(?P<ref>[0-9]+)$"))

    assert read_text("ORD1062428737", rules).orders == ("1062428737",)
    assert read_text("ORD1062428737", rules).meaning is Meaning.ORDER
    assert read_text("1062428737", rules).meaning is Meaning.OTHER


def test_a_number_that_may_be_either_is_said_to_be_either() -> None:
    """Seino's numbers have ten digits, as order numbers have."""
    assert read_text("1062428737", SEINO).meaning is Meaning.EITHER
    own = ScanRules((YAMATO,), re.compile(r"(?P<ref>[0-9]{12})"))
    assert read_text(LABEL, own).meaning is Meaning.EITHER


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        ("", Trouble.EMPTY),
        (" \t ", Trouble.EMPTY),
        ("444413758702", Trouble.CHECK_DIGIT),
        ("A444413758702A", Trouble.CHECK_DIGIT),
        ("あ444413758703あ", Trouble.KANA),
        ("000000000000", Trouble.NO_NUMBER),
        ("https://example.test/?no=1062428737", Trouble.NO_NUMBER),
        ("4.44E+11", Trouble.NO_NUMBER),
        ("1" * 300, Trouble.NO_NUMBER),
        ("abcdefgh", Trouble.NO_NUMBER),
    ],
)
def test_what_cannot_be_read_says_why_and_repeats_nothing(raw: str, trouble: Trouble) -> None:
    assert read_text(raw, RULES) == Text(Meaning.UNREADABLE, trouble=trouble)


@pytest.mark.parametrize("raw", ["4901234567894", "RR123456785JP", "09012345678"])
def test_a_number_of_another_form_is_neither_order_nor_label(raw: str) -> None:
    """A product's barcode must not become anybody's label; but the store may know the number."""
    found = read_text(raw, RULES)

    assert (found.meaning, found.number) == (Meaning.OTHER, raw)


@pytest.mark.parametrize(
    ("raw", "lane"), [(f"!1{LABEL}", "left"), (f"!12A{LABEL}A", "middle"), (f"!2 {LABEL}", "right"), (LABEL, "")]
)
def test_a_readers_prefix_names_its_lane(raw: str, lane: str) -> None:
    found = read_text(raw, TWO)

    assert (found.meaning, found.lane, found.number) == (Meaning.LABEL, lane, LABEL)


def test_two_readers_at_the_same_moment_are_noticed() -> None:
    assert read_text("!14444!21062428737137", TWO) == Text(Meaning.UNREADABLE, lane="left", trouble=Trouble.TWO_READERS)


@pytest.mark.parametrize("raw", ["CMD-CANCEL", "cmd-cancel", "ＣＭＤ－ＣＡＮＣＥＬ", "CMDーCANCEL"])
def test_a_control_barcode_is_a_command(raw: str) -> None:
    assert read_text(raw, RULES) == Text(Meaning.COMMAND, "CANCEL")


def test_an_unfinished_command_is_no_number() -> None:
    assert read_text("CMD-", RULES).meaning is Meaning.UNREADABLE


TEXTS = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"\A(!1|!2)?[A-Da-d]?[0-9 -]{6,15}[A-Da-d]?\Z"),
    st.from_regex(r"\A[A-Z]{0,5}-?[0-9]{7,13}(-[0-9]{1,4})?\Z"),
)


@pytest.mark.parametrize("rules", [RULES, SEINO, TWO], ids=["yamato", "seino", "readers"])
@given(raw=TEXTS)
def test_reading_is_total_and_what_was_read_reads_the_same_again(rules: ScanRules, raw: str) -> None:
    """The page reports what it has read, and the program reads that anew."""
    found = read_text(raw, rules)
    if found.meaning is Meaning.COMMAND:
        return

    again = read_text(found.text, ScanRules(rules.offered, rules.pattern))
    if found.meaning is Meaning.UNREADABLE:
        assert (found.text, found.number, found.orders) == ("", "", ())
    else:
        assert (again.meaning, again.text, again.number) == (found.meaning, found.text, found.number)


@given(digits=st.integers(1, 10**11 - 1).map(lambda serial: f"{serial:011d}"))
def test_every_number_with_a_right_check_digit_is_a_label_and_with_a_wrong_one_is_not(digits: str) -> None:
    for last in range(10):
        found = read_text(f"A{digits}{last}B", RULES)
        right = int(digits) % 7 == last
        assert (found.meaning is Meaning.LABEL) is right
        assert (found.trouble is Trouble.CHECK_DIGIT) is not right
