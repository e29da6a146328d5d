"""A label is never given to an order by guess, and a label of another order is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.companies import CompanyService
from connector.domain.scan import ScanRules, Text, read_text
from connector.domain.scan_match import Admitted, Asked, Fault, KnownLabel, Meant, Same, admit, meant, same_order

YAMATO = CompanyService("yamato", "takkyubin")
RULES = ScanRules((YAMATO, CompanyService("seino")))


def text(raw: str) -> Text:
    return read_text(raw, RULES)


LABEL, OTHER_LABEL = text("444413758703"), text("444413758714")
ORDER, OTHER_ORDER = text("Q-1062428737"), text("300123456")
EITHER, ALSO_EITHER = text("1062428737"), text("1062428738")
PRODUCT = text("4901234567894")
TEXTS = (LABEL, OTHER_LABEL, ORDER, OTHER_ORDER, EITHER, ALSO_EITHER, PRODUCT)


@pytest.mark.parametrize("texts", [(ORDER, LABEL), (LABEL, ORDER)])
def test_the_form_says_which_is_which(texts: tuple[Text, Text]) -> None:
    assert meant(texts, (), ()) == Meant(ORDER, LABEL)


def test_the_other_half_says_what_an_open_text_is() -> None:
    assert meant((EITHER, LABEL), (), ()) == Meant(EITHER, LABEL)
    assert meant((ORDER, EITHER), (), ()) == Meant(ORDER, EITHER)


def test_the_store_says_what_an_open_text_is() -> None:
    assert meant((EITHER,), ["1062428737"], ()) == Meant(order=EITHER)
    assert meant((EITHER,), (), ["1062428737"]) == Meant(label=EITHER)
    assert meant((EITHER, ALSO_EITHER), ["1062428738"], ()) == Meant(ALSO_EITHER, EITHER)
    assert meant((PRODUCT,), (), ["4901234567894"]) == Meant(label=PRODUCT)


@pytest.mark.parametrize(
    ("texts", "known_orders", "known_numbers", "fault"),
    [
        ((EITHER,), (), (), Fault.AMBIGUOUS),
        ((EITHER,), ("1062428737",), ("1062428737",), Fault.AMBIGUOUS),
        ((EITHER, ALSO_EITHER), (), (), Fault.AMBIGUOUS),
        ((PRODUCT,), (), (), Fault.NOT_OURS),
        ((ORDER, PRODUCT), (), (), Fault.NOT_OURS),
        ((ORDER, OTHER_ORDER), (), (), Fault.TWO_ORDERS),
        ((LABEL, OTHER_LABEL), (), (), Fault.TWO_LABELS),
    ],
)
def test_what_stays_open_is_a_fault(
    texts: tuple[Text, ...], known_orders: tuple[str, ...], known_numbers: tuple[str, ...], fault: Fault
) -> None:
    assert meant(texts, known_orders, known_numbers) == Meant(fault=fault)


@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2),
    st.sets(st.sampled_from(["1062428737", "1062428738", "300123456"])),
    st.sets(st.sampled_from(["1062428737", "444413758703", "444413758714", "4901234567894"])),
)
def test_the_order_of_scans_does_not_matter(texts: list[Text], orders: set[str], numbers: set[str]) -> None:
    assert meant(texts, orders, numbers) == meant(texts[::-1], orders, numbers)


PAIR = Meant(ORDER, LABEL)
ASKED = Asked(frozenset(ORDER.orders))
ASKED_LINE = Asked(frozenset(ORDER.orders), frozenset({"1062428737"}))


def known(
    order_ref: str, *lines: str, carts: tuple[str, ...] | None = (), references: tuple[str, ...] = ()
) -> KnownLabel:
    return KnownLabel(
        order_ref, "b2", frozenset(references), frozenset(lines), None if carts is None else frozenset(carts)
    )


def test_a_label_that_nobody_knows_counts_for_its_order() -> None:
    assert admit(PAIR, (), ASKED, YAMATO) == Admitted("Q-1062428737")


@pytest.mark.parametrize(
    "of",
    [
        known("300123456", "1062428737", "1062428738"),
        known("X1062428737", references=("1062428737",)),
        known("x", "1062428799", carts=("1062428737",)),
    ],
)
def test_a_label_that_is_known_for_this_order_stays_under_its_own_reference(of: KnownLabel) -> None:
    """Another spelling of the same reference makes no second parcel."""
    assert admit(PAIR, (of,), ASKED, YAMATO) == Admitted(of.order_ref)


def test_a_cart_means_each_of_its_lines() -> None:
    cart = Asked(frozenset({"300123456"}), frozenset({"1062428737", "1062428739"}))

    assert same_order(known("1062428739", "1062428739", carts=None), cart) is Same.YES


@pytest.mark.parametrize(
    ("of", "asked"),
    [
        (known("x", "1062428799", carts=("300999999",)), ASKED),
        (known("x", "1062428799", carts=None), ASKED_LINE),
        (known("x", "1062428738", carts=("300123456",)), ASKED_LINE),
    ],
)
def test_a_label_of_another_order_is_a_mismatch(of: KnownLabel, asked: Asked) -> None:
    """Also that of another line of the same cart."""
    assert admit(PAIR, (of,), asked, YAMATO) == Admitted(fault=Fault.MISMATCH)


@pytest.mark.parametrize(
    ("of", "asked"), [(known("300999999"), ASKED_LINE), (known("x", "1062428799", carts=None), ASKED)]
)
def test_a_label_whose_order_is_not_known_is_not_given_to_another(of: KnownLabel, asked: Asked) -> None:
    assert admit(PAIR, (of,), asked, YAMATO) == Admitted(fault=Fault.ELSEWHERE)


def test_a_label_of_several_orders_fits_each_of_them() -> None:
    """One parcel for two orders of a buyer."""
    both = (known("x", "1062428799"), known("y", "1062428737"))

    assert admit(PAIR, both, ASKED_LINE, YAMATO) == Admitted("y")


def test_a_label_by_itself_counts_for_the_parcel_that_is_known() -> None:
    alone = Meant(label=LABEL)

    assert admit(alone, (known("300999999"), known("x", "1062428799")), ASKED, YAMATO) == Admitted("x")
    assert admit(alone, (known("300999999"),), ASKED, YAMATO) == Admitted("300999999")
    assert admit(alone, (), ASKED, YAMATO) == Admitted()


def test_a_new_label_has_the_form_of_the_chosen_company() -> None:
    assert admit(PAIR, (), ASKED, CompanyService("qxpress")) == Admitted("Q-1062428737")
    assert admit(Meant(ORDER, text("RR123456785JP")), (), ASKED, YAMATO) == Admitted(fault=Fault.CARRIER)


def test_a_faulty_scan_tells_nothing() -> None:
    assert admit(Meant(fault=Fault.AMBIGUOUS), (known("x", "1"),), ASKED, YAMATO) == Admitted(fault=Fault.AMBIGUOUS)
    assert admit(Meant(order=ORDER), (), ASKED, YAMATO) == Admitted()
