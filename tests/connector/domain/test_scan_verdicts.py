"""What a packer is told: every combination has a verdict, a stop comes first, and nothing uncertain is green."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.decision import Label, Person
from connector.domain.entry import EntryState
from connector.domain.memory import LineMemory
from connector.domain.orders import ClaimStatus
from connector.domain.reasons import Reason
from connector.domain.scan_match import Fault
from connector.domain.scan_verdicts import (
    RULES,
    Facts,
    Request,
    ScanReason,
    Side,
    Signal,
    Stand,
    Verdict,
    decide,
    every_combination,
    is_fresh,
    known_until,
    request_of,
    stand_of,
)
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ALL = [(facts, decide(facts)) for facts in every_combination()]
FINE = Facts(
    Fault.NONE, Side.PARCEL, Request.NONE, Label.LIVE, Stand.ENTERED, conflict=False, other_label=False, fresh=True
)
ENTRY = made_entry(AT)
LINE = LineMemory("main", "1062428737", cancel_status=ClaimStatus.CANCEL_REQUESTED)


def test_every_combination_has_a_verdict_and_every_rule_decides_something() -> None:
    first = [next(rule for rule in RULES if rule.holds(facts)) for facts in every_combination()]

    assert [rule.why for rule in RULES if rule not in first] == []


def test_green_is_only_what_stands_with_nothing_against_it() -> None:
    assert [facts for facts, verdict in ALL if verdict.signal is Signal.GO] == [FINE]


@pytest.mark.parametrize(
    "against",
    [
        {"fault": Fault.MISMATCH},
        {"request": Request.OPEN},
        {"request": Request.UNDER_WAY},
        {"stand": Stand.STOPPED},
        {"conflict": True},
    ],
)
def test_what_speaks_against_a_parcel_is_a_stop_whatever_else_is_known(against: dict[str, Any]) -> None:
    wrong = [facts for facts, said in ALL if replace(facts, **against) == facts and said.signal is not Signal.STOP]

    assert wrong == []


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict(Signal.GO, ScanReason.ENTERED)),
        ({"label": Label.VOIDED}, Verdict(Signal.STOP, ScanReason.LABEL_VOIDED)),
        ({"other_label": True}, Verdict(Signal.STOP, ScanReason.ANOTHER_LABEL)),
        ({"fresh": False}, Verdict(Signal.UNKNOWN, ScanReason.STALE)),
        ({"stand": Stand.MOVING}, Verdict(Signal.MOVING, ScanReason.ON_ITS_WAY)),
        ({"stand": Stand.NOWHERE}, Verdict(Signal.MOVING, ScanReason.ON_ITS_WAY)),
        ({"stand": Stand.WAITS}, Verdict(Signal.MOVING, ScanReason.WAITS)),
        ({"stand": Stand.EYES}, Verdict(Signal.UNKNOWN, ScanReason.STANDING)),
        ({"fault": Fault.CARRIER}, Verdict(Signal.UNKNOWN, ScanReason.FAULTY)),
        ({"side": Side.ORDER, "fresh": False}, Verdict(Signal.NEXT, ScanReason.LABEL_NEXT)),
        ({"side": Side.LABEL, "fresh": False}, Verdict(Signal.NEXT, ScanReason.ORDER_NEXT)),
    ],
)
def test_one_fact_changes_the_verdict(change: dict[str, Any], verdict: Verdict) -> None:
    assert decide(replace(FINE, **change)) == verdict


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_that_is_new_is_looked_at_by_a_person(reason: Reason) -> None:
    """No reason of a number that is not at Qoo10 makes a parcel green."""
    assert stand_of([replace(ENTRY, state=EntryState.HELD, reason=reason)]) in (Stand.EYES, Stand.STOPPED, Stand.WAITS)
    assert stand_of([replace(ENTRY, reason=reason)]) is not Stand.ENTERED


def test_the_worst_line_of_a_cart_counts() -> None:
    done = replace(ENTRY, state=EntryState.CONFIRMED, reason=Reason.SHOWN)
    moving, held = ENTRY, replace(ENTRY, state=EntryState.HELD, reason=Reason.CHECK_DIGIT)
    stopped = replace(ENTRY, state=EntryState.CONFLICT, reason=Reason.CANCELLED)

    assert stand_of([done]) is Stand.ENTERED
    assert stand_of([done, moving]) is Stand.MOVING
    assert stand_of([done, held, moving]) is Stand.EYES
    assert stand_of([done, held, stopped]) is Stand.STOPPED
    assert stand_of([]) is Stand.NOWHERE


@pytest.mark.parametrize(
    ("line", "person", "request_is"),
    [
        (LINE, Person.NONE, Request.OPEN),
        (LINE, Person.NUMBER_CHECKED, Request.OPEN),
        (LINE, Person.ENTER, Request.NONE),
        (replace(LINE, ended_at=AT), Person.NONE, Request.NONE),
        (replace(LINE, cancel_status=ClaimStatus.CANCELLING), Person.ENTER, Request.UNDER_WAY),
        (replace(LINE, cancel_status=None), Person.NONE, Request.NONE),
    ],
)
def test_a_request_that_a_person_has_refused_speaks_against_nothing(
    line: LineMemory, person: Person, request_is: Request
) -> None:
    assert request_of([line], {line.order_no: person}) is request_is


def test_cancels_are_known_until_the_claims_were_read_or_every_line_was() -> None:
    minute = timedelta(minutes=1)
    looked = replace(ENTRY, confirmed_at=AT)

    assert known_until(None, [ENTRY]) is None
    assert known_until(AT, [ENTRY]) == AT
    assert known_until(AT - minute, [looked]) == AT
    assert known_until(AT - minute, [looked, ENTRY]) == AT - minute
    assert is_fresh(AT, AT + minute, minute)
    assert not is_fresh(AT, AT + 2 * minute, minute)
    assert not is_fresh(None, AT, minute)
