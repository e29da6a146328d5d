"""Every open conflict has steps to its end, and acts that record it."""

from itertools import product

import pytest

from connector.domain.acts import NEEDS, ActKind
from connector.domain.conflict_steps import fitting_acts, steps
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState

ENTRIES: list[EntryState | None] = [None, *EntryState]


@pytest.mark.parametrize(("kind", "entry"), list(product(ConflictKind, ENTRIES)))
def test_every_conflict_has_steps_and_a_way_to_close_it(kind: ConflictKind, entry: EntryState | None) -> None:
    told = steps(kind, entry)
    acts = fitting_acts(kind, entry, closed=False)

    assert told
    assert all(step.ja and step.en for step in told)
    assert ActKind.CLOSE in acts or ActKind.LEAVE_CANCELLED in acts
    assert len(set(acts)) == len(acts)
    assert acts[0] in NEEDS  # the obvious one is confirmed by what was done
    assert acts[-1] is ActKind.NOTE


def test_nobody_is_told_to_enter_a_number_that_stands() -> None:
    for entry in (EntryState.ACCEPTED, EntryState.CONFIRMED):
        assert ActKind.ENTER_NOW not in fitting_acts(ConflictKind.IN_THE_GAP, entry, closed=False)


def test_a_cancelled_order_is_never_entered() -> None:
    for entry in ENTRIES:
        assert ActKind.ENTER_NOW not in fitting_acts(ConflictKind.CANCELLED_PARCEL_EXISTS, entry, closed=False)


def test_a_closed_conflict_can_be_opened_again() -> None:
    assert fitting_acts(ConflictKind.DEAD_NUMBER, None, closed=True) == (ActKind.REOPEN, ActKind.NOTE)
