"""Which acts are possible: a table over everything that an entry can be, with the reason where one is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from connector.domain.acts import ActIncomplete
from connector.domain.decision import Label, Person
from connector.domain.entry import EntryState
from connector.domain.entry_acts import (
    ENTRY_ASKS,
    LABEL_DESTROYED,
    NUMBER_CHECKED,
    OF_ENTRIES,
    OF_LABELS,
    EntryAct,
    EntryActKind,
    LabelAct,
    Standing,
    checked_entry_act,
    checked_label_act,
    confirmation,
    label_refusal,
    next_act,
    refusal,
)
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason

AT = datetime(2026, 11, 22, tzinfo=UTC)
EVERY = [
    Standing(state, reason, person, label, in_conflict)
    for state, reason, person, label, in_conflict in product(
        EntryState, (Reason.OPEN, Reason.CHECK_DIGIT, Reason.HELD_BY_PERSON), Person, Label, (False, True)
    )
]
STANDING = Standing(EntryState.HELD, Reason.UNPAID, Person.NONE, Label.LIVE)


def possible(of: Standing) -> list[EntryActKind]:
    return [kind for kind in OF_ENTRIES if refusal(kind, of) is None]


def test_every_act_is_of_entries_or_of_labels_and_has_its_words() -> None:
    assert {*OF_ENTRIES, *OF_LABELS} == set(EntryActKind) == set(ENTRY_ASKS)
    assert all(ask.ja and ask.en for ask in ENTRY_ASKS.values())


def test_every_refusal_says_why_in_both_languages() -> None:
    found = [refusal(kind, of) for kind, of in product(OF_ENTRIES, EVERY)]

    said = [each for each in found if each is not None]
    assert said
    assert all(any("\u3040" <= letter <= "\u30ff" for letter in each.ja) and each.en for each in said)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (STANDING, ["retry", "looked_at", "hold", "void"]),
        (replace(STANDING, reason=Reason.CHECK_DIGIT), ["release", "retry", "looked_at", "hold", "void"]),
        (replace(STANDING, reason=Reason.HELD_BY_PERSON, person=Person.HOLD), ["release", "void"]),
        (replace(STANDING, in_conflict=True), ["retry", "hold", "void"]),
        (replace(STANDING, state=EntryState.REFUSED, reason=Reason.REFUSED), ["retry", "looked_at", "void"]),
        (replace(STANDING, state=EntryState.CONFLICT, reason=Reason.CANCELLED), ["retry", "void"]),
        (replace(STANDING, state=EntryState.WAITING, reason=Reason.NEW), ["hold", "void"]),
        (replace(STANDING, state=EntryState.ENTERING, reason=Reason.OPEN), ["void"]),
        (replace(STANDING, state=EntryState.UNCLEAR, reason=Reason.ANSWER_LOST), ["void"]),
        (replace(STANDING, state=EntryState.ACCEPTED, reason=Reason.ACCEPTED), ["void"]),
        (replace(STANDING, state=EntryState.CONFIRMED, reason=Reason.SHOWN), ["void"]),
        (replace(STANDING, state=EntryState.DROPPED, reason=Reason.VOIDED, label=Label.VOIDED), []),
    ],
    ids=lambda value: f"{value.state} {value.reason}" if isinstance(value, Standing) else "",
)
def test_what_can_be_done(of: Standing, expected: list[str]) -> None:
    assert possible(of) == expected


def test_a_number_that_may_stand_at_qoo10_is_never_held() -> None:
    """Whoever reads that it is held must be able to rely on it."""
    sent = (EntryState.ENTERING, EntryState.ACCEPTED, EntryState.UNCLEAR, EntryState.CONFIRMED)

    assert not [of for of in EVERY if of.state in sent and refusal(EntryActKind.HOLD, of) is None]


def test_whatever_a_person_holds_can_be_let_go() -> None:
    assert all(refusal(EntryActKind.RELEASE, of) is None for of in EVERY if of.person is Person.HOLD)


def test_the_next_step_is_one_that_is_possible() -> None:
    """None where it goes by itself, or the conflict has its own page."""
    for of in EVERY:
        suggested = next_act(of)
        assert suggested is None or refusal(suggested, of) is None
        if of.in_conflict or of.state in (EntryState.WAITING, EntryState.CONFIRMED, EntryState.DROPPED):
            assert suggested is None


def test_only_the_check_digit_and_a_void_need_a_confirmation() -> None:
    held = replace(STANDING, person=Person.HOLD)
    asked = {(kind, confirmation(kind, of)) for kind, of in product(OF_ENTRIES, (STANDING, held))}

    assert asked == {
        ("release", ""),
        ("release", NUMBER_CHECKED),
        ("retry", ""),
        ("looked_at", ""),
        ("hold", ""),
        ("void", LABEL_DESTROYED),
    }


@pytest.mark.parametrize("kind", EntryActKind)
def test_an_act_on_the_wrong_thing_is_none(kind: EntryActKind) -> None:
    """A hold of a label without an order must not become an assignment."""
    if kind not in OF_ENTRIES:
        with pytest.raises(ActIncomplete, match="no act on an entry"):
            checked_entry_act(EntryAct(kind, 1, "sato", "x", AT))
    if kind not in OF_LABELS:
        with pytest.raises(ActIncomplete, match="no act on a label"):
            checked_label_act(LabelAct(kind, 1, "sato", "x", AT, order_no="1062428737"))


def test_an_entry_has_its_order() -> None:
    with pytest.raises(ValueError, match="only labels without one"):
        refusal(EntryActKind.ASSIGN, STANDING)


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("state", ParcelState)
def test_a_label_can_be_acted_on_while_it_counts_and_has_no_order(state: ParcelState, label: Label) -> None:
    can = state is ParcelState.UNRESOLVED and label is Label.LIVE

    assert (label_refusal(state, label) is None) == can


def test_a_void_that_nobody_confirmed_is_none() -> None:
    void = EntryAct(EntryActKind.VOID, 1, "sato", "printed twice", AT)
    of_label = LabelAct(EntryActKind.VOID, 1, "sato", "printed twice", AT)

    with pytest.raises(ActIncomplete, match=LABEL_DESTROYED):
        checked_entry_act(void)
    with pytest.raises(ActIncomplete, match=LABEL_DESTROYED):
        checked_label_act(of_label)
    assert checked_entry_act(replace(void, confirmed=LABEL_DESTROYED)).confirmed
    assert checked_label_act(replace(of_label, confirmed=LABEL_DESTROYED)).confirmed
