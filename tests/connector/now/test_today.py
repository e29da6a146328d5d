"""Today's gaps are read once, then only what is new; percentiles are of all of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.now.today import SLOTS, Slot, TodaysGaps
from connector.store.now import MOST_AT_ONCE, ClosedGap

MIDNIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""The day begins in Japan."""


@dataclass
class Kept:
    """The store, as far as it is asked."""

    gaps: list[ClosedGap] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    most: int = 20_000

    async def read(self, since: datetime) -> list[ClosedGap]:
        self.asked.append(since)
        return sorted((gap for gap in self.gaps if gap.accepted_at >= since), key=lambda gap: gap.accepted_at)[
            : self.most
        ]

    def take(self, minute: float, seconds: float) -> None:
        at = MIDNIGHT + timedelta(minutes=minute)
        self.gaps.append(ClosedGap(len(self.gaps), at - timedelta(seconds=seconds), at))


async def test_before_the_first_number_nothing_is_measured() -> None:
    found = await TodaysGaps(Kept().read).today(MIDNIGHT + timedelta(hours=9))

    assert (found.entered, found.p50_s, found.p95_s) == (0, None, None)
    assert found.slots == (Slot(),) * SLOTS


async def test_a_number_stands_in_its_quarter_of_an_hour_and_is_late_after_a_minute() -> None:
    kept = Kept()
    kept.take(9 * 60 + 14, 60)
    kept.take(9 * 60 + 15, 61)
    kept.take(9 * 60 + 20, 2)

    found = await TodaysGaps(kept.read).today(MIDNIGHT + timedelta(hours=10))

    assert (found.slots[36], found.slots[37]) == (Slot(1, 0), Slot(1, 1))
    assert (found.entered, found.p50_s, found.p95_s) == (3, 60, 61)


async def test_only_what_is_new_is_read_and_nothing_is_counted_twice() -> None:
    kept = Kept()
    kept.take(1, 1)
    kept.take(2, 2)
    gaps = TodaysGaps(kept.read)

    first = await gaps.today(MIDNIGHT + timedelta(minutes=3))
    kept.take(2, 3)  # of the same moment as the last one that was read
    second = await gaps.today(MIDNIGHT + timedelta(minutes=3))

    assert (first.entered, second.entered) == (2, 3)
    assert kept.asked == [MIDNIGHT, MIDNIGHT + timedelta(minutes=2)]


async def test_at_midnight_in_japan_a_new_day_begins() -> None:
    kept = Kept()
    kept.take(1, 1)
    gaps = TodaysGaps(kept.read)
    await gaps.today(MIDNIGHT + timedelta(hours=23))

    found = await gaps.today(MIDNIGHT + timedelta(hours=24))

    assert (found.entered, found.day_from) == (0, MIDNIGHT + timedelta(hours=24))


async def test_a_long_day_is_read_in_parts() -> None:
    kept = Kept(most=MOST_AT_ONCE)
    at = MIDNIGHT + timedelta(hours=1)
    kept.gaps = [ClosedGap(each, at, at + timedelta(milliseconds=each)) for each in range(MOST_AT_ONCE + 10)]

    found = await TodaysGaps(kept.read).today(MIDNIGHT + timedelta(hours=2))

    assert found.entered == MOST_AT_ONCE + 10
    assert len(kept.asked) == 2


@given(st.lists(st.tuples(st.integers(0, 1439), st.floats(0, 90_000)), min_size=1, max_size=60))
async def test_whatever_was_entered_is_in_the_picture_once(numbers: list[tuple[int, float]]) -> None:
    kept = Kept()
    for minute, seconds in numbers:
        kept.take(minute, seconds)

    found = await TodaysGaps(kept.read).today(MIDNIGHT + timedelta(hours=23, minutes=59, seconds=59))

    assert sum(slot.in_time + slot.late for slot in found.slots) == found.entered == len(numbers)
    assert found.p50_s is not None
    assert found.p95_s is not None
    assert found.p50_s <= found.p95_s
