"""A parcel is what its events add up to, in whatever order and however often they come."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.model import EventKind, LabelEvent
from connector.domain.decision import Label
from connector.domain.parcel import EARLIEST, LATEST, EnterOn, Parcel, ParcelKey, ParcelState, Times, merged, times_of

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

MOMENTS = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
TIMES = st.builds(Times, **{field.name: MOMENTS for field in fields(Times)})


def event(kind: EventKind, occurred_at: datetime | None = None) -> LabelEvent:
    return LabelEvent(f"{kind}-{occurred_at}", kind, "1062428737", "yamato", "", "444413758703", occurred_at)


def parcel(times: Times) -> Parcel:
    key = ParcelKey("main", "1062428737", "444413758703")
    return Parcel(1, key, "packing-table", "yamato", "", times, ParcelState.RESOLVED)


def heard(*told: tuple[EventKind, datetime | None, datetime]) -> Times:
    """The times after (kind, when it happened, when we heard)."""
    return reduce(merged, (times_of(event(kind, occurred_at), at) for kind, occurred_at, at in told), Times())


def test_every_time_is_an_earliest_or_a_latest_one() -> None:
    assert sorted((*EARLIEST, *LATEST)) == sorted(field.name for field in fields(Times))


class TestMerged:
    @given(TIMES, TIMES)
    def test_the_order_of_two_does_not_matter(self, one: Times, other: Times) -> None:
        assert merged(one, other) == merged(other, one)

    @given(TIMES, TIMES, TIMES)
    def test_nor_how_they_are_grouped(self, one: Times, two: Times, three: Times) -> None:
        assert merged(merged(one, two), three) == merged(one, merged(two, three))

    @given(TIMES, TIMES)
    def test_a_repetition_changes_nothing(self, one: Times, other: Times) -> None:
        assert merged(merged(one, other), other) == merged(one, other)
        assert merged(one, one) == one == merged(one, Times())


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_without_a_time_happened_when_it_came(kind: EventKind) -> None:
    assert times_of(event(kind), AT) == times_of(event(kind, AT), AT)


def test_a_later_stage_is_heard_as_all_the_stages_before() -> None:
    """A parcel that was scanned was printed, packed and handed over, even if nobody said so."""
    scanned = parcel(heard((EventKind.SCANNED, AT - MINUTE, AT)))

    assert [scanned.ready_at(stage, timedelta()) for stage in EnterOn] == [AT, AT, AT, AT]
    assert scanned.times.printed_at is None


@pytest.mark.parametrize(
    ("kind", "ready"),
    [
        (EventKind.PRINTED, {EnterOn.PRINTED}),
        (EventKind.PACKED, {EnterOn.PRINTED, EnterOn.PACKED}),
        (EventKind.HANDED_OVER, {EnterOn.PRINTED, EnterOn.PACKED, EnterOn.HANDED_OVER}),
        (EventKind.SCANNED, set(EnterOn)),
        (EventKind.VOIDED, set()),
    ],
)
def test_a_number_is_entered_at_the_configured_moment(kind: EventKind, ready: set[EnterOn]) -> None:
    """The hold counts on our clock, from when we heard of the moment."""
    told = parcel(heard((kind, AT - MINUTE, AT)))

    assert {stage for stage in EnterOn if told.ready_at(stage, MINUTE) == AT + MINUTE} == ready
    assert {stage for stage in EnterOn if told.ready_at(stage, MINUTE) is None} == set(EnterOn) - ready


PRINTED = (EventKind.PRINTED, AT, AT + MINUTE)
VOIDED = (EventKind.VOIDED, AT + 2 * MINUTE, AT + 3 * MINUTE)
REPRINTED = (EventKind.PRINTED, AT + 4 * MINUTE, AT + 5 * MINUTE)
VOIDED_AGAIN = (EventKind.VOIDED, AT + 6 * MINUTE, AT + 7 * MINUTE)


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ((PRINTED,), Label.LIVE),
        ((PRINTED, VOIDED), Label.VOIDED),
        ((VOIDED,), Label.VOIDED),
        ((PRINTED, VOIDED, REPRINTED), Label.LIVE),
        ((PRINTED, VOIDED, REPRINTED, VOIDED_AGAIN), Label.VOIDED),
        ((PRINTED, PRINTED, VOIDED, VOIDED), Label.VOIDED),
    ],
)
def test_the_last_word_about_a_label_counts_in_whatever_order_it_is_heard(
    told: tuple[tuple[EventKind, datetime, datetime], ...], label: Label
) -> None:
    assert {parcel(heard(*order)).label for order in permutations(told)} == {label}


def test_a_label_voided_and_printed_in_the_same_second_is_void() -> None:
    """Holding back can be mended, a dead number on an order cannot."""
    assert parcel(heard((EventKind.PRINTED, AT, AT), (EventKind.VOIDED, AT, AT))).label is Label.VOIDED


def test_clocks_of_different_zones_compare() -> None:
    japan = timezone(timedelta(hours=9))
    told = heard((EventKind.VOIDED, AT, AT), (EventKind.PRINTED, (AT + MINUTE).astimezone(japan), AT))

    assert parcel(told).label is Label.LIVE


@given(st.permutations([PRINTED, VOIDED, REPRINTED, (EventKind.HANDED_OVER, AT, AT), (EventKind.SCANNED, AT, AT)]))
def test_the_same_events_give_the_same_parcel(order: list[tuple[EventKind, datetime, datetime]]) -> None:
    assert heard(*order) == heard(*sorted(order))
