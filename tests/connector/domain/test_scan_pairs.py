"""Nothing is paired by guess, whatever is scanned in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.scan import Meaning
from connector.domain.scan_pairs import INPUTS, PAIRS, Half, Input, Keep, Lane, Output, Played, play

A, B, C = "1062428737", "1062428738", "1062428739"
L, M = "444413758703", "444413758714"
ORDERS, LABELS, EITHER = (A, B, C), (L, M), ("1234567890",)


def kind_of(text: str) -> Input:
    return Input.ORDER if text in ORDERS else Input.LABEL if text in LABELS else Input.EITHER


def scanned(*texts: str, lane: Lane | None = None) -> Played:
    played = Played(lane or Lane(), Output.NOTHING)
    for text in texts:
        played = play(played.lane, kind_of(text), text)
    return played


def test_every_state_has_a_move_for_everything_that_can_happen() -> None:
    assert {half: set(row) for half, row in PAIRS.items()} == {half: set(Input) for half in Half}
    assert set(INPUTS) == set(Meaning) - {Meaning.COMMAND, Meaning.UNREADABLE}


@pytest.mark.parametrize("first", [(A, L), (L, A)])
def test_order_and_label_are_a_pair_in_either_order(first: tuple[str, str]) -> None:
    assert scanned(*first) == Played(Lane(), Output.PAIR, first)


@pytest.mark.parametrize("text", [A, L])
def test_the_same_text_twice_is_harmless(text: str) -> None:
    assert scanned(text, text) == Played(scanned(text).lane, Output.REPEAT)


def test_a_second_order_says_that_the_first_has_no_label() -> None:
    assert scanned(A, B) == Played(Lane(Half.TWO_ORDERS, (A, B)), Output.LABEL_MISSING, (B,))


@pytest.mark.parametrize("label", [L, M, EITHER[0]])
def test_a_label_after_two_orders_is_nobodys_but_may_be_a_stop(label: str) -> None:
    assert scanned(A, B, label) == Played(Lane(Half.TWO_ORDERS, (A, B)), Output.WHICH_ORDER, (label,))


@pytest.mark.parametrize("again", [A, B])
def test_scanning_one_of_two_orders_again_settles_which_is_meant(again: str) -> None:
    assert scanned(A, B, again, L) == Played(Lane(), Output.PAIR, (again, L))


def test_a_third_order_settles_nothing() -> None:
    assert scanned(A, B, C) == Played(Lane(Half.TWO_ORDERS, (B, C)), Output.LABEL_MISSING, (C,))


@pytest.mark.parametrize("what", [Input.CANCEL, Input.TIMEOUT])
@pytest.mark.parametrize("texts", [(A,), (L,), EITHER, (A, B), (L, M)])
def test_a_half_pair_is_given_up_by_a_person_or_by_time(texts: tuple[str, ...], what: Input) -> None:
    assert play(scanned(*texts).lane, what) == Played(Lane(), Output.GIVEN_UP)


def test_a_label_that_is_known_needs_no_order() -> None:
    assert play(scanned(L).lane, Input.KNOWN, L) == Played(Lane(), Output.NOTHING)
    assert play(scanned(L, M).lane, Input.KNOWN, L) == Played(Lane(Half.LABEL, (M,)), Output.NOTHING)
    assert play(scanned(L).lane, Input.KNOWN, M) == Played(Lane(Half.LABEL, (L,)), Output.NOTHING)


def test_a_products_barcode_between_order_and_label_changes_nothing() -> None:
    between = play(scanned(A).lane, Input.OTHER, "4901234567894")

    assert between == Played(Lane(Half.ORDER, (A,)), Output.ALONE, ("4901234567894",))
    assert scanned(L, lane=between.lane) == Played(Lane(), Output.PAIR, (A, L))


THINGS = st.lists(
    st.one_of(
        st.sampled_from([*ORDERS, *LABELS, *EITHER]).map(lambda text: (kind_of(text), text)),
        st.sampled_from([(Input.OTHER, "4901234567894"), (Input.CANCEL, ""), (Input.TIMEOUT, "")]),
        st.sampled_from(LABELS).map(lambda text: (Input.KNOWN, text)),
    ),
    max_size=40,
)


@given(THINGS)
def test_nobodys_text_stands_between_the_halves_of_a_pair(things: list[tuple[Input, str]]) -> None:
    """What does is no order and no label, or a label that the program knows. Every scan is reported, or a repeat."""
    lane, scans, known = Lane(), list[str](), {"4901234567894"}
    for what, text in things:
        played = play(lane, what, text)
        if what in INPUTS.values():
            assert text in played.reported or played.output is Output.REPEAT
            known.discard(text)
            scans.append(text)
        elif what is Input.KNOWN and text in lane.texts:
            known.add(text)
        known.add("4901234567894")
        if played.output is Output.PAIR:
            first, second = played.reported
            assert {kind_of(first), kind_of(second)} not in ({Input.ORDER}, {Input.LABEL})
            assert second == text
            place = len(scans) - 1 - scans[-2::-1].index(first) - 1
            assert set(scans[place + 1 : -1]) <= known
        lane = played.lane
        assert len(lane.texts) == {Half.NOTHING: 0, Half.TWO_ORDERS: 2, Half.TWO_LABELS: 2}.get(lane.half, 1)


def test_only_what_moves_a_lane_changes_what_it_waits_with() -> None:
    """A move that reports nothing keeps what it had, or nothing."""
    for row in PAIRS.values():
        for move in row.values():
            if move.output in (Output.REPEAT, Output.NOTHING):
                assert move.keep in (Keep.SAME, Keep.NONE, Keep.OTHERS)
