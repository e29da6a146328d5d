"""When a fact is an alarm, and what the alarm says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.advice import end_of_day
from connector.domain.alarm_facts import (
    Alarm,
    AlarmKind,
    AlarmMaterial,
    EntryAtHand,
    OpenConflict,
    SourceFacts,
    Thresholds,
    Unresolved,
    Watched,
)
from connector.domain.alarms import alarms, near_from
from connector.domain.calendar import Calendar, Closed, is_business_day, start_of
from connector.domain.decision import ConflictKind, Person
from connector.domain.entry import EntryState
from connector.domain.memory import LineMemory
from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus, ship_by_end
from connector.domain.parcel import EnterOn, Parcel, ParcelKey, ParcelState, Times
from connector.domain.reasons import WORDINGS, Reason
from tests.connector.domain.conftest import made_entry

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Japan."""
SHIP_BY = datetime(2026, 11, 25, tzinfo=JAPAN)
LINE = LineMemory("main", "1", listed=True, status=ShippingStatus.PREPARING, ship_by_at=SHIP_BY)
ENTRY = made_entry(NOON, order_no="1", reason=Reason.UNAVAILABLE)
PARCEL = Parcel(
    1,
    ParcelKey("main", "1", "444413758703"),
    "table",
    "yamato",
    "",
    Times(printed_at=NOON, heard_printed_at=NOON),
    ParcelState.RESOLVED,
)
AT_HAND = EntryAtHand(ENTRY, PARCEL, LINE, NOON)
CONFLICT = OpenConflict(7, "main", "1", "444413758703", ConflictKind.IN_THE_GAP, NOON, None, EntryState.HELD, None)
CONFIRMED = replace(
    AT_HAND, entry=replace(ENTRY, state=EntryState.CONFIRMED, reason=Reason.SHOWN, confirmed_at=NOON, accepted_at=NOON)
)
DEFAULT = Watched()
FOLLOWED = Watched(sources={"table": SourceFacts("main"), "tracker": SourceFacts("main", tracks_only=True)})


def kinds(found: list[Alarm]) -> list[AlarmKind]:
    return [each.kind for each in found]


def at(hours: float = 0, minutes: float = 0) -> datetime:
    return NOON + timedelta(hours=hours, minutes=minutes)


class TestShipBy:
    """The ship-by date is 2026-11-25; its end is the midnight after, 36 hours after noon of the day before."""

    @pytest.mark.parametrize(
        ("hours", "kind"),
        [
            (27.9, None),
            (28, AlarmKind.SHIP_BY_NEAR),
            (35.9, AlarmKind.SHIP_BY_NEAR),
            (36, AlarmKind.SHIP_BY_PAST),
            (200, AlarmKind.SHIP_BY_PAST),
        ],
    )
    def test_it_is_near_eight_hours_before_its_end_and_then_past(self, hours: float, kind: AlarmKind | None) -> None:
        found = alarms(AlarmMaterial(lines=(LINE,)), DEFAULT, at(hours))

        assert kinds(found) == ([kind] if kind else [])

    def test_without_a_label_it_says_to_ship_until_the_end_of_the_day(self) -> None:
        (found,) = alarms(AlarmMaterial(lines=(LINE,)), DEFAULT, at(30))

        assert found.until == ship_by_end(SHIP_BY)
        assert found.happened.en == "The ship-by date is near, and no label was heard of."
        assert found.happened.ja == "発送予定日が迫っていますが、ラベルの知らせがありません。"
        assert found.do.en.endswith("Once it is past, the buyer can cancel at once, and nobody can refuse.")

    def test_with_a_label_it_says_why_the_number_is_not_there(self) -> None:
        held = replace(ENTRY, state=EntryState.HELD, reason=Reason.NAME_UNKNOWN)
        (found,) = alarms(AlarmMaterial(lines=(LINE,), numbers=(held,)), DEFAULT, at(40))

        assert (found.kind, found.until, found.tracking_no) == (AlarmKind.SHIP_BY_PAST, None, "444413758703")
        assert WORDINGS[Reason.NAME_UNKNOWN].en in found.happened.en
        assert found.do.ja.startswith(WORDINGS[Reason.NAME_UNKNOWN].next_ja)

    @pytest.mark.parametrize("state", [EntryState.ACCEPTED, EntryState.CONFIRMED])
    def test_a_number_that_qoo10_took_ends_it(self, state: EntryState) -> None:
        material = AlarmMaterial(lines=(LINE,), numbers=(replace(ENTRY, state=state),))

        assert alarms(material, DEFAULT, at(40)) == []

    def test_a_voided_label_is_no_label(self) -> None:
        dropped = replace(ENTRY, state=EntryState.DROPPED, reason=Reason.VOIDED)
        (found,) = alarms(AlarmMaterial(lines=(LINE,), numbers=(dropped,)), DEFAULT, at(40))

        assert "no label" in found.happened.en

    @pytest.mark.parametrize("status", [ClaimStatus.CANCELLING, ClaimStatus.CANCELLED])
    def test_a_cancelled_line_has_no_date_to_keep(self, status: ClaimStatus) -> None:
        assert alarms(AlarmMaterial(lines=(replace(LINE, cancel_status=status),)), DEFAULT, at(40)) == []

    def test_a_date_behind_closed_days_is_near_before_them(self) -> None:
        """The date is a Sunday, and the seller is closed from Thursday on: Wednesday's end counts."""
        sunday = datetime(2026, 11, 29, tzinfo=JAPAN)
        closed = Calendar(closed_days=(Closed(date(2026, 11, 26), date(2026, 11, 27)),))

        near = near_from(closed, ship_by_end(sunday), timedelta(hours=8))

        assert near == datetime(2026, 11, 25, 16, 0, tzinfo=JAPAN)

    @given(
        st.dates(date(2026, 1, 1), date(2030, 1, 1)),
        st.integers(0, 240),
        st.lists(st.dates(date(2026, 1, 1), date(2030, 1, 1)), max_size=4),
    )
    def test_near_is_never_after_the_end_and_leaves_a_business_day(
        self, day: date, hours: int, closed: list[date]
    ) -> None:
        calendar = Calendar(closed_days=tuple(Closed(each, each) for each in closed))
        end = ship_by_end(start_of(day))

        near = near_from(calendar, end, timedelta(hours=hours))

        assert near <= end - timedelta(hours=hours)
        assert is_business_day(calendar, (near + timedelta(hours=hours) - timedelta(seconds=1)).date())


class TestNotEntered:
    @pytest.mark.parametrize("state", [EntryState.WAITING, EntryState.ENTERING, EntryState.UNCLEAR])
    def test_a_label_that_is_on_its_way_for_too_long(self, state: EntryState) -> None:
        material = AlarmMaterial(in_work=(replace(AT_HAND, entry=replace(ENTRY, state=state)),))

        assert alarms(material, DEFAULT, at(minutes=9.9)) == []
        (found,) = alarms(material, DEFAULT, at(minutes=10))
        assert (found.kind, found.since) == (AlarmKind.NOT_ENTERED, NOON)

    def test_the_time_runs_from_the_sources_moment(self) -> None:
        """A number that waits for its moment is where it should be."""
        watched = Watched(sources={"table": SourceFacts("main", EnterOn.PRINTED, timedelta(hours=2))})
        waiting = replace(AT_HAND, entry=replace(ENTRY, reason=Reason.BEFORE_ITS_MOMENT))

        assert alarms(AlarmMaterial(in_work=(waiting,)), watched, at(5)) == []
        assert alarms(AlarmMaterial(in_work=(AT_HAND,)), watched, at(2)) == []
        assert kinds(alarms(AlarmMaterial(in_work=(AT_HAND,)), watched, at(2, 10))) == [AlarmKind.NOT_ENTERED]

    def test_a_voided_label_is_none(self) -> None:
        voided = replace(AT_HAND, parcel=replace(PARCEL, times=replace(PARCEL.times, voided_at=at(1))))

        assert alarms(AlarmMaterial(in_work=(voided,)), DEFAULT, at(9)) == []

    def test_labels_without_an_order_are_one_alarm_for_their_source(self) -> None:
        labels = tuple(Unresolved("main", source, at(minutes=m)) for source in ("a", "b") for m in (0, 1, 99))
        found = alarms(AlarmMaterial(unresolved=labels), DEFAULT, at(minutes=20))

        assert [(each.source, each.since) for each in found] == [("a", NOON), ("b", NOON)]
        assert found[0].happened.en == "The orders of 2 labels of the source a are not known."


class TestNotLookedAt:
    def test_a_hold_is_one_after_its_time(self) -> None:
        held = replace(AT_HAND, entry=replace(ENTRY, state=EntryState.HELD, reason=Reason.CHECK_DIGIT))
        material = AlarmMaterial(in_work=(held,))

        assert alarms(material, DEFAULT, at(minutes=29)) == []
        (found,) = alarms(material, DEFAULT, at(minutes=30))
        assert (found.kind, found.do.en) == (AlarmKind.NOT_LOOKED_AT, WORDINGS[Reason.CHECK_DIGIT].next_en)

    def test_a_refusal_ends_when_somebody_shipped_the_line_by_hand(self) -> None:
        refused = replace(AT_HAND, entry=replace(ENTRY, state=EntryState.REFUSED, reason=Reason.REFUSED))
        by_hand = replace(refused, line=replace(LINE, status=ShippingStatus.ON_DELIVERY))

        assert kinds(alarms(AlarmMaterial(in_work=(refused,)), DEFAULT, at(1))) == [AlarmKind.NOT_LOOKED_AT]
        assert alarms(AlarmMaterial(in_work=(by_hand,)), DEFAULT, at(1)) == []

    def test_a_shipped_line_without_a_number_stays_one(self) -> None:
        entry = replace(ENTRY, state=EntryState.HELD, reason=Reason.SHIPPED_WITHOUT_NUMBER)
        held = replace(AT_HAND, entry=entry, line=replace(LINE, status=ShippingStatus.ON_DELIVERY))

        assert kinds(alarms(AlarmMaterial(in_work=(held,)), DEFAULT, at(1))) == [AlarmKind.NOT_LOOKED_AT]

    def test_a_hold_in_a_conflict_is_the_conflicts_alarm(self) -> None:
        held = replace(AT_HAND, entry=replace(ENTRY, state=EntryState.HELD, reason=Reason.IN_THE_GAP))
        (found,) = alarms(AlarmMaterial(in_work=(held,), conflicts=(CONFLICT,)), DEFAULT, at(1))

        assert (found.conflict_id, found.until) == (7, end_of_day(at(1)))

    @pytest.mark.parametrize(
        ("looked_at", "expected"),
        [(None, [AlarmKind.NOT_LOOKED_AT]), (at(minutes=5), []), (at(minutes=-5), [AlarmKind.NOT_LOOKED_AT])],
        ids=["nobody", "a person acted", "acted before it changed its kind"],
    )
    def test_a_conflict_is_one_until_a_person_acts(self, looked_at: datetime | None, expected: list[AlarmKind]) -> None:
        found = alarms(AlarmMaterial(conflicts=(replace(CONFLICT, looked_at=looked_at),)), DEFAULT, at(1))

        assert kinds(found) == expected

    @pytest.mark.parametrize(
        ("looked_at", "expected"),
        [(at(minutes=5), []), (NOON, []), (at(minutes=-5), [AlarmKind.NOT_LOOKED_AT])],
        ids=["since", "at once", "before it came to this"],
    )
    def test_a_hold_that_a_person_has_looked_at_is_silent(self, looked_at: datetime, expected: list[AlarmKind]) -> None:
        held = replace(AT_HAND, entry=replace(ENTRY, state=EntryState.HELD), looked_at=looked_at)

        assert kinds(alarms(AlarmMaterial(in_work=(held,)), DEFAULT, at(1))) == expected

    def test_what_a_person_holds_they_have_looked_at(self) -> None:
        entry = replace(ENTRY, state=EntryState.HELD, reason=Reason.HELD_BY_PERSON, person=Person.HOLD)

        assert alarms(AlarmMaterial(in_work=(replace(AT_HAND, entry=entry),)), DEFAULT, at(100)) == []

    @pytest.mark.parametrize("kind", ConflictKind)
    def test_every_kind_of_conflict_has_its_words(self, kind: ConflictKind) -> None:
        (found,) = alarms(AlarmMaterial(conflicts=(replace(CONFLICT, kind=kind),)), DEFAULT, at(1))

        assert all((found.happened.ja, found.happened.en, found.do.ja, found.do.en))

    def test_another_number_is_one_at_once_and_whatever_was_done(self) -> None:
        conflict = replace(CONFLICT, kind=ConflictKind.ANOTHER_NUMBER, looked_at=NOON)

        assert kinds(alarms(AlarmMaterial(conflicts=(conflict,)), DEFAULT, NOON)) == [AlarmKind.ANOTHER_NUMBER]


class TestNoScan:
    """Confirmed on Tuesday, 2026-11-24; Friday is three business days later."""

    @pytest.mark.parametrize(("days", "expected"), [(2, []), (3, [AlarmKind.NO_SCAN]), (6, [AlarmKind.NO_SCAN])])
    def test_it_counts_business_days(self, days: int, expected: list[AlarmKind]) -> None:
        material = AlarmMaterial(unscanned=(CONFIRMED,), told_scans=frozenset({"table"}))

        assert kinds(alarms(material, DEFAULT, at(24 * days))) == expected

    @pytest.mark.parametrize(
        ("told", "expected"),
        [(set(), []), ({"other"}, []), ({"table"}, [AlarmKind.NO_SCAN]), ({"tracker"}, [AlarmKind.NO_SCAN])],
        ids=["nobody", "another source", "its own source", "a source that follows parcels"],
    )
    def test_only_where_a_scan_would_have_been_told(self, told: set[str], expected: list[AlarmKind]) -> None:
        material = AlarmMaterial(unscanned=(CONFIRMED,), told_scans=frozenset(told))

        assert kinds(alarms(material, FOLLOWED, at(24 * 6))) == expected

    def test_a_delivered_line_needs_none(self) -> None:
        arrived = replace(CONFIRMED, line=replace(LINE, status=ShippingStatus.DELIVERED))
        material = AlarmMaterial(unscanned=(arrived,), told_scans=frozenset({"table"}))

        assert alarms(material, DEFAULT, at(24 * 6)) == []


def test_the_thresholds_are_the_settings() -> None:
    watched = Watched(Thresholds(not_entered=timedelta(minutes=1), not_looked_at=timedelta(minutes=2)))
    held = replace(AT_HAND, entry=replace(ENTRY, id=2, order_no="2", state=EntryState.HELD))
    material = AlarmMaterial(in_work=(AT_HAND, held))

    assert kinds(alarms(material, watched, at(minutes=1))) == [AlarmKind.NOT_ENTERED]
    assert kinds(alarms(material, watched, at(minutes=2))) == [AlarmKind.NOT_LOOKED_AT, AlarmKind.NOT_ENTERED]


@given(st.permutations(range(6)), st.integers(0, 400))
def test_the_order_of_the_rows_does_not_matter(order: list[int], hours: int) -> None:
    lines = [replace(LINE, order_no=str(number), ship_by_at=SHIP_BY + timedelta(days=number)) for number in range(6)]
    shuffled = tuple(lines[number] for number in order)

    assert alarms(AlarmMaterial(lines=shuffled), DEFAULT, at(hours)) == alarms(
        AlarmMaterial(lines=tuple(lines)), DEFAULT, at(hours)
    )
