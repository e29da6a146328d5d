"""What a look at a line adds to the conflict log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.conflict import What, news_of
from connector.domain.decision import GapPolicy, Label
from connector.domain.entry import EntryState, Sight, facts_of
from connector.domain.memory import LineMemory, remembered
from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, ShippingStatus
from tests.connector.domain.conftest import made_entry

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ENTRY = made_entry(NOW, due_at=NOW)


def seen_with(requested_at: datetime | None) -> LineMemory:
    claim = Claim("1062428737", ClaimStatus.CANCEL_REQUESTED, requested_at)
    line = OrderLine("1062428737", ShippingStatus.PREPARING, claim=claim)
    return remembered(None, "main", line, NOW, listed=False, claim_from="GetClaimInfo_V3")


def keys(memory: LineMemory) -> set[tuple[What, str]]:
    sight = Sight(line=None, memory=memory, label=Label.LIVE, printed_at=NOW - timedelta(hours=1))
    facts = facts_of(ENTRY, sight, GapPolicy.ENTER, timedelta(), NOW)
    return {(fact.what, fact.key) for news in news_of(ENTRY, sight, facts, NOW) for fact in news.facts}


@pytest.mark.parametrize("requested_at", [datetime(2026, 11, 24, 11, 59, tzinfo=JAPAN), None])
def test_a_request_is_the_same_fact_in_whatever_zone_its_time_is_told(requested_at: datetime | None) -> None:
    """Qoo10 tells Japan time, the store gives UTC back: the log must not count one request as two."""
    fresh = seen_with(requested_at)
    kept = replace(fresh, requested_at=requested_at and requested_at.astimezone(UTC))

    assert len(keys(fresh) | keys(kept)) == 1


def test_a_number_that_is_shown_is_in_the_log_from_the_look_that_saw_it() -> None:
    """A confirmed entry is not looked at again, so no later look would tell it; one that does tells nothing new."""
    line = OrderLine("1062428737", ShippingStatus.ON_DELIVERY, tracking_no=ENTRY.tracking_no)
    sight = Sight(line=line, memory=None, label=Label.LIVE, printed_at=NOW)
    accepted = replace(ENTRY, state=EntryState.ACCEPTED, accepted_at=NOW, written_at=NOW)
    confirmed = replace(accepted, state=EntryState.CONFIRMED, confirmed_at=NOW + timedelta(seconds=1))

    told = [
        fact
        for entry in (accepted, confirmed)
        for fact in news_of(entry, sight, facts_of(entry, sight, GapPolicy.ENTER, timedelta(), NOW), NOW)[0].facts
        if fact.what is What.NUMBER_SHOWN
    ]

    assert [fact.happened_at for fact in told] == [NOW, NOW + timedelta(seconds=1)]
    assert len({fact.key for fact in told}) == 1
