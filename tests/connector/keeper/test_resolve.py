"""From the numbers in a reference to the order lines that they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.memory import LineMemory
from connector.domain.reasons import Reason
from connector.domain.references import ReferenceKind
from connector.keeper.resolve import Resolution, resolve

A, B, C, LONE = "1062428731", "1062428732", "1062428733", "1062428739"
CART, OTHER_CART = "300123456", "300123499"


def line(order_no: str, pack_no: str = CART, *related: str, listed: bool = True) -> LineMemory:
    return LineMemory("main", order_no, pack_no, related, listed=listed)


KNOWN = [line(A, CART, A, B), line(B, CART, A, B), line(LONE, OTHER_CART, LONE)]


@pytest.mark.parametrize(
    ("numbers", "kind", "order_nos"),
    [
        ([A], ReferenceKind.AUTO, (A,)),
        ([A], ReferenceKind.ORDER_NO, (A,)),
        ([CART], ReferenceKind.AUTO, (A, B)),
        ([CART], ReferenceKind.PACK_NO, (A, B)),
        ([CART, A], ReferenceKind.AUTO, (A,)),
        ([A, CART], ReferenceKind.AUTO, (A,)),
        ([LONE, "1234567890"], ReferenceKind.AUTO, (LONE,)),
        ([OTHER_CART, LONE], ReferenceKind.AUTO, (LONE,)),
    ],
)
def test_a_reference_means_an_order_or_all_lines_of_a_cart(
    numbers: list[str], kind: ReferenceKind, order_nos: tuple[str, ...]
) -> None:
    assert resolve(numbers, kind, KNOWN) == Resolution(order_nos)


@pytest.mark.parametrize(
    ("numbers", "kind", "reason"),
    [
        ([], ReferenceKind.AUTO, Reason.REFERENCE_UNREADABLE),
        (["1234567890"], ReferenceKind.AUTO, Reason.ORDER_UNKNOWN),
        ([A], ReferenceKind.PACK_NO, Reason.ORDER_UNKNOWN),
        ([CART], ReferenceKind.ORDER_NO, Reason.ORDER_UNKNOWN),
        ([A, LONE], ReferenceKind.AUTO, Reason.REFERENCE_AMBIGUOUS),
        ([A, B], ReferenceKind.ORDER_NO, Reason.REFERENCE_AMBIGUOUS),
        ([CART, OTHER_CART], ReferenceKind.PACK_NO, Reason.REFERENCE_AMBIGUOUS),
        ([CART, LONE], ReferenceKind.AUTO, Reason.REFERENCE_AMBIGUOUS),
    ],
)
def test_otherwise_it_says_why_not(numbers: list[str], kind: ReferenceKind, reason: Reason) -> None:
    assert resolve(numbers, kind, KNOWN) == Resolution(reason=reason)


def test_a_number_that_is_an_order_and_another_cart_is_ambiguous() -> None:
    known = [line("106242873"), line(LONE, "106242873")]

    assert resolve(["106242873"], ReferenceKind.AUTO, known).reason is Reason.REFERENCE_AMBIGUOUS
    assert resolve(["106242873"], ReferenceKind.ORDER_NO, known).order_nos == ("106242873",)
    assert resolve(["106242873"], ReferenceKind.PACK_NO, known).order_nos == (LONE,)


def test_a_cart_whose_number_is_that_of_its_only_order_is_that_order() -> None:
    assert resolve([A], ReferenceKind.AUTO, [line(A, A, A)]).order_nos == (A,)


def test_a_cart_known_from_a_single_line_is_not_known() -> None:
    """Its other lines would stay without their number."""
    read_singly = line(A, listed=False)

    assert resolve([CART], ReferenceKind.AUTO, [read_singly]).reason is Reason.ORDER_UNKNOWN
    assert resolve([CART], ReferenceKind.AUTO, [read_singly, line(B)]).order_nos == (A, B)


def test_a_cart_means_also_the_lines_that_left_the_list() -> None:
    """A cancelled sibling needs a verdict of its own."""
    assert resolve([CART], ReferenceKind.AUTO, [line(A, CART, A, B, C)]).order_nos == (A, B, C)


def test_a_cart_with_a_cancelled_sibling_is_still_one_cart_beside_its_order() -> None:
    assert resolve([CART, B], ReferenceKind.AUTO, [line(A, CART, A, B), line(B, CART, listed=False)]).order_nos == (B,)


@given(
    st.lists(st.sampled_from([A, B, C, LONE, CART, OTHER_CART, "1234567890"]), max_size=4),
    st.sampled_from(ReferenceKind),
    st.permutations(KNOWN),
)
def test_it_names_known_lines_or_a_reason_in_any_order(
    numbers: list[str], kind: ReferenceKind, known: list[LineMemory]
) -> None:
    found = resolve(numbers, kind, known)

    assert bool(found.order_nos) == (found.reason is Reason.OPEN)
    assert set(found.order_nos) <= {A, B, LONE}
    assert found == resolve(numbers[::-1], kind, KNOWN)
