"""Which message fits which conflict, and which may go out after what went out before."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.domain.acts import ActRefused
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.memory import LineMemory
from connector.domain.messages import (
    APOLOGY,
    FITS,
    LOOKED_IN_QSM,
    RETURN_GUIDE,
    Attempt,
    BuyerMessage,
    MessageOutcome,
    checked_message,
    misfit,
)
from connector.domain.reasons import Reason
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ENTRY = made_entry(AT, shipping_corp="ヤマト宅急便", state=EntryState.HELD, reason=Reason.IN_THE_GAP)
LINE = LineMemory("main", "1062428737")
MESSAGE = BuyerMessage(1, APOLOGY, "MSG 700 701", "0" * 64, " 佐藤 ", "QSMで拒否した", AT)


@pytest.mark.parametrize("template", sorted(FITS))
@pytest.mark.parametrize("kind", ConflictKind)
def test_that_a_parcel_was_dispatched_first_is_said_only_where_it_was(template: str, kind: ConflictKind) -> None:
    """What the log does not prove is not told to a buyer."""
    dispatched_first = kind in (ConflictKind.IN_THE_GAP, ConflictKind.REQUESTED_AFTER_ENTRY)

    assert (misfit(template, kind, ENTRY, LINE) == "") is dispatched_first
    assert misfit("the-sellers-own", kind, ENTRY, LINE) == ""


@pytest.mark.parametrize("state", EntryState)
def test_that_a_parcel_is_on_its_way_is_said_only_where_it_is(state: EntryState) -> None:
    said = misfit(APOLOGY, ConflictKind.IN_THE_GAP, replace(ENTRY, state=state), None)

    assert (said == "") is (state not in (EntryState.DROPPED, EntryState.CONFLICT))


def test_that_an_order_cannot_be_cancelled_is_not_said_of_a_cancelled_one() -> None:
    cancelled = replace(LINE, under_way_at=AT)

    assert "is cancelled" in misfit(APOLOGY, ConflictKind.IN_THE_GAP, ENTRY, cancelled)
    assert misfit(APOLOGY, ConflictKind.IN_THE_GAP, ENTRY, replace(cancelled, ended_at=AT)) == ""
    assert misfit(APOLOGY, ConflictKind.IN_THE_GAP, None, None) != ""


def test_a_name_is_kept_without_its_blanks() -> None:
    assert checked_message(MESSAGE, []).who == "佐藤"


@pytest.mark.parametrize(
    ("earlier", "may"),
    [
        pytest.param(Attempt(APOLOGY, "MSG 700 701", MessageOutcome.SENT), False, id="the same was sent"),
        pytest.param(Attempt(RETURN_GUIDE, "MSG 700 701", MessageOutcome.SENT), True, id="another was sent"),
        pytest.param(Attempt(RETURN_GUIDE, "MSG 700 701", MessageOutcome.UNCLEAR), False, id="another is unclear"),
        pytest.param(Attempt(RETURN_GUIDE, "MSG 700 701", ""), False, id="nobody knows what became of another"),
        pytest.param(Attempt(APOLOGY, "MSG 700 701", MessageOutcome.REFUSED), True, id="the same was refused"),
        pytest.param(Attempt(APOLOGY, "MSG 700 701", MessageOutcome.NOT_SENT), True, id="the same was not sent"),
        pytest.param(Attempt(APOLOGY, "HELP 700 701", MessageOutcome.UNCLEAR), True, id="of another inquiry"),
    ],
)
def test_what_may_have_gone_out_goes_out_again_only_after_a_look(earlier: Attempt, *, may: bool) -> None:
    refused = False
    try:
        checked_message(MESSAGE, [earlier])
    except ActRefused:
        refused = True

    assert refused is not may
    assert checked_message(replace(MESSAGE, confirmed=LOOKED_IN_QSM), [earlier]).template == APOLOGY
