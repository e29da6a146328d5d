"""What needs a person: one line for each thing, what can still be saved first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.decision import ConflictKind, Person
from connector.domain.entry import EntryState
from connector.domain.language import Said
from connector.domain.reasons import WORDINGS, Reason
from connector.now.needs import needs
from connector.store.cases import Case
from connector.store.conflicts import ConflictRow
from connector.store.listing import Listed

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CONFLICT = ConflictRow(
    id=7,
    shop="main",
    order_no="1",
    topic="cancel",
    kind=ConflictKind.PRINTED_AFTER_REQUEST,
    tracking_no="444413758703",
    opened_at=NOON,
    closed_at=None,
    outcome="",
    last_verdict="",
)
HELD = Listed(
    entry_id=3,
    parcel_id=2,
    shop="main",
    source="table",
    order_no="2",
    order_ref="2",
    pack_no="",
    carrier="yamato",
    service="",
    shipping_corp="",
    tracking_no="444413758714",
    state=EntryState.HELD,
    reason=Reason.CHECK_DIGIT,
    detail="",
    heard_at=NOON - timedelta(hours=1),
    due_at=None,
    overdue_from=NOON + timedelta(days=1),
    accepted_at=None,
    person=Person.NONE,
)
LATE = Alarm(AlarmKind.SHIP_BY_PAST, "main", "3", "", NOON, None, Said("過ぎた", "past"), Said("発送する", "ship it"))


def test_goods_and_money_come_before_an_order_and_an_order_before_clarity() -> None:
    found = needs([Case(CONFLICT)], [HELD], [LATE], NOON)

    assert [(need.saving, need.order_no, need.href) for need in found] == [
        (Saving.GOODS_AND_MONEY, "1", "/conflicts/7"),
        (Saving.ORDER, "3", "/entries?q=3"),
        (Saving.CLARITY, "2", "/entries/3"),
    ]


def test_a_held_number_past_its_ship_by_date_is_about_the_order() -> None:
    (found,) = needs([], [replace(HELD, overdue_from=NOON)], [], NOON)

    assert found.saving is Saving.ORDER


def test_it_says_what_happened_and_what_to_do() -> None:
    (found,) = needs([], [HELD], [], NOON)

    said = WORDINGS[Reason.CHECK_DIGIT]
    assert (found.happened, found.do) == (Said(said.ja, said.en), Said(said.next_ja, said.next_en))


def test_a_label_without_an_order_leads_to_the_label() -> None:
    lost = replace(HELD, entry_id=None, order_no="", order_ref="Q-9", reason=Reason.REFERENCE_AMBIGUOUS)

    (found,) = needs([], [lost], [], NOON)

    assert (found.order_no, found.href) == ("Q-9", "/parcels/2")


def test_what_a_conflict_tells_of_is_not_told_again() -> None:
    same_line = replace(HELD, order_no="1")
    alarm = replace(LATE, order_no="1")

    found = needs([Case(CONFLICT)], [same_line], [alarm], NOON)

    assert [need.href for need in found] == ["/conflicts/7"]


def test_a_closed_conflict_needs_nobody() -> None:
    assert needs([Case(replace(CONFLICT, closed_at=NOON))], [], [], NOON) == []


def test_among_equals_the_nearest_deadline_comes_first() -> None:
    later = replace(HELD, entry_id=4, order_no="4", overdue_from=NOON + timedelta(days=2))

    found = needs([], [later, HELD], [], NOON)

    assert [need.order_no for need in found] == ["2", "4"]


@given(st.lists(st.sampled_from(AlarmKind), max_size=8))
def test_every_alarm_is_shown_whatever_its_kind(kinds: list[AlarmKind]) -> None:
    alarms = [replace(LATE, kind=kind, order_no=str(number)) for number, kind in enumerate(kinds)]

    found = needs([], [], alarms, NOON)

    assert sorted(need.order_no for need in found) == sorted(alarm.order_no for alarm in alarms)
