"""What is counted in a month, and what is only said to be unknown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.decision import ConflictKind
from connector.domain.memory import LineMemory
from connector.domain.orders import JAPAN, ClaimStatus, ShippingStatus
from connector.domain.report import cancel_rate, figures, late_lines, nearest_rank, report
from connector.domain.report_facts import (
    CancelRule,
    ConflictSeen,
    Counting,
    Figures,
    Month,
    MonthMaterial,
    Unknown,
    Written,
)

NOVEMBER = Month(2026, 11)
ORDERED = datetime(2026, 11, 10, 12, 0, tzinfo=JAPAN)
AFTER = datetime(2026, 12, 5, tzinfo=JAPAN)
LINE = LineMemory("main", "1", listed=True, status=ShippingStatus.ON_DELIVERY, ordered_at=ORDERED)
RULE = CancelRule()


def cancelled(order_no: str, *, hours: float = 7, status: ClaimStatus = ClaimStatus.CANCELLED) -> LineMemory:
    return replace(LINE, order_no=order_no, cancel_status=status, requested_at=ORDERED + timedelta(hours=hours))


def plain(count: int) -> tuple[LineMemory, ...]:
    return tuple(replace(LINE, order_no=f"9{number}") for number in range(count))


class TestMonth:
    @pytest.mark.parametrize(
        "text", ["2026-13", "2026-1", "26-11", "2026-11-01", "", "1999-01", "２０２６-11", "2026-11\n"]
    )
    def test_only_a_month_is_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no month; write it as 2026-11"):
            Month.read(text)

    def test_it_begins_and_ends_in_japan(self) -> None:
        december = Month.read("2026-12")

        assert december.start == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
        assert december.end == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
        assert Month.of(december.start) == december
        assert Month.of(december.start - timedelta(seconds=1)) == NOVEMBER
        assert not december.holds(december.end)
        assert str(december) == "2026-12"


class TestGaps:
    def test_the_whole_month_comes_before_its_days(self) -> None:
        """Of the source's own time of printing only what it told."""
        at = ORDERED
        written = (
            Written("main", at - timedelta(seconds=5), at, at + timedelta(seconds=2)),
            Written("main", None, at + timedelta(days=1), at + timedelta(days=1, seconds=4)),
            Written("other", None, at, at + timedelta(seconds=9)),
        )
        found = report(MonthMaterial(written=written), NOVEMBER, ("main",), RULE, AFTER).gaps

        assert [(each.day, each.heard) for each in found] == [
            (None, Figures(2, 2, 4, 4)),
            (date(2026, 11, 10), Figures(1, 2, 2, 2)),
            (date(2026, 11, 11), Figures(1, 4, 4, 4)),
        ]
        assert found[0].printed == Figures(1, 7, 7, 7)
        assert found[2].printed is None

    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
    def test_figures_are_times_that_were_taken(self, seconds: list[float]) -> None:
        found = figures(seconds)

        assert found is not None
        assert found.p50_s <= found.p95_s <= found.max_s == max(seconds)
        assert {found.p50_s, found.p95_s} <= set(seconds)
        assert sum(each <= found.p50_s for each in seconds) >= len(seconds) / 2
        assert sum(each <= found.p95_s for each in seconds) >= len(seconds) * 0.95

    def test_percentiles_are_values_that_were_measured(self) -> None:
        assert [nearest_rank([1, 2, 3, 4], percent) for percent in (0, 50, 51, 95, 100)] == [1, 2, 3, 4, 4]

    def test_nothing_has_no_figures(self) -> None:
        assert figures([]) is None


class TestCancelRate:
    @pytest.mark.parametrize(
        ("line", "counting"),
        [
            (cancelled("1", hours=6.001), Counting.COUNTS),
            (cancelled("1", hours=6), Counting.EXCLUDED),
            (cancelled("1", hours=0), Counting.EXCLUDED),
            (cancelled("1", status=ClaimStatus.CANCELLING), Counting.COUNTS),
            (cancelled("1", status=ClaimStatus.CANCEL_REQUESTED), Counting.PENDING),
            (replace(cancelled("1"), requested_at=None), Counting.COUNTS),
            (replace(cancelled("1"), requested_at=None, learned_at=ORDERED + timedelta(hours=1)), Counting.EXCLUDED),
            (replace(cancelled("1"), ordered_at=None), Counting.ORDER_DATE_UNKNOWN),
        ],
    )
    def test_a_cancel_counts_six_hours_after_its_order(self, line: LineMemory, counting: Counting) -> None:
        (found,) = cancel_rate(MonthMaterial(lines=(line,)), NOVEMBER, "main", RULE, AFTER).cancels

        assert found.counting is counting

    @pytest.mark.parametrize(
        "line",
        [
            LINE,
            replace(cancelled("1"), ended_at=AFTER),
            replace(cancelled("1"), ordered_at=ORDERED - timedelta(days=20)),
            replace(cancelled("1"), ordered_at=None, requested_at=ORDERED - timedelta(days=20)),
            cancelled("1", status=ClaimStatus.UNPAID_ORDER_CANCELLED),
            replace(cancelled("1"), shop="other"),
        ],
        ids=["none", "ended", "another month's order", "another month's cancel", "never paid", "another shop's"],
    )
    def test_what_is_no_cancel_of_the_month(self, line: LineMemory) -> None:
        assert cancel_rate(MonthMaterial(lines=(line,)), NOVEMBER, "main", RULE, AFTER).cancels == ()

    def test_the_rate_is_over_the_orders_that_we_saw(self) -> None:
        lines = (*plain(18), cancelled("1"), cancelled("2", hours=1))
        found = cancel_rate(MonthMaterial(lines=lines), NOVEMBER, "main", RULE, AFTER)

        assert (found.orders, found.count(Counting.COUNTS), found.percent) == (20, 1, 5)
        assert not found.above
        assert cancel_rate(MonthMaterial(lines=lines), NOVEMBER, "main", CancelRule(line_percent=4.9), AFTER).above

    def test_what_may_still_count_is_a_second_figure(self) -> None:
        """A request that is open, and a cancel of which nobody knows when its order came."""
        lines = (
            *plain(18),
            cancelled("1"),
            cancelled("2", status=ClaimStatus.CANCEL_REQUESTED),
            replace(cancelled("3"), ordered_at=None),
        )
        found = cancel_rate(MonthMaterial(lines=lines), NOVEMBER, "main", RULE, AFTER)

        assert (found.orders, found.percent) == (20, 5)
        assert found.at_most_percent == pytest.approx(100 * 3 / 21)

    def test_without_orders_there_is_no_rate(self) -> None:
        found = cancel_rate(MonthMaterial(), NOVEMBER, "main", RULE, AFTER)

        assert (found.orders, found.percent, found.at_most_percent, found.above) == (0, None, None, False)

    @pytest.mark.parametrize(
        ("known_from", "now", "unknown"),
        [
            (NOVEMBER.start, AFTER, (Unknown.BETWEEN_LOOKS,)),
            (ORDERED, AFTER, (Unknown.BETWEEN_LOOKS, Unknown.BEGAN_LATER)),
            (None, AFTER, (Unknown.BETWEEN_LOOKS, Unknown.BEGAN_LATER)),
            (NOVEMBER.start, ORDERED, (Unknown.BETWEEN_LOOKS, Unknown.NOT_OVER)),
        ],
    )
    def test_the_denominator_is_never_claimed_to_be_whole(
        self, known_from: datetime | None, now: datetime, unknown: tuple[Unknown, ...]
    ) -> None:
        material = MonthMaterial(known_from={"main": known_from} if known_from else {})

        assert cancel_rate(material, NOVEMBER, "main", RULE, now).unknown == unknown

    @given(
        st.lists(
            st.builds(
                LineMemory,
                shop=st.just("main"),
                order_no=st.uuids().map(str),
                status=st.sampled_from([None, *ShippingStatus]),
                ordered_at=st.none() | st.integers(-40, 40).map(lambda days: ORDERED + timedelta(days=days)),
                cancel_status=st.sampled_from([None, *ClaimStatus]),
                requested_at=st.none() | st.integers(-40, 40).map(lambda days: ORDERED + timedelta(days=days)),
                ended_at=st.none() | st.just(AFTER),
            ),
            max_size=30,
        )
    )
    def test_rates_are_between_nothing_and_all(self, lines: list[LineMemory]) -> None:
        found = cancel_rate(MonthMaterial(lines=tuple(lines)), NOVEMBER, "main", RULE, AFTER)

        assert found.count(Counting.COUNTS) <= found.orders
        if found.percent is not None:
            assert found.at_most_percent is not None
            assert 0 <= found.percent <= found.at_most_percent + 1e-9 <= 100 + 1e-6


class TestLateLines:
    SHIP_BY = datetime(2026, 11, 12, tzinfo=JAPAN)
    END = datetime(2026, 11, 13, tzinfo=JAPAN)
    WAITS = replace(LINE, status=ShippingStatus.PREPARING, ship_by_at=SHIP_BY)

    @pytest.mark.parametrize(
        ("line", "accepted_at", "late"),
        [
            (WAITS, None, True),
            (WAITS, END - timedelta(seconds=1), False),
            (WAITS, END, True),
            (replace(WAITS, status=ShippingStatus.ON_DELIVERY), None, False),
            (replace(WAITS, status=ShippingStatus.ON_DELIVERY), END, True),
            (replace(WAITS, cancel_status=ClaimStatus.CANCELLED), None, False),
            (replace(WAITS, ship_by_at=None), None, False),
            (replace(WAITS, ship_by_at=AFTER), None, False),
        ],
        ids=["waits", "in time", "too late", "by hand", "shipped late", "cancelled", "no date", "not passed"],
    )
    def test_a_line_is_late_when_its_day_ended_before_its_number_was_accepted(
        self, line: LineMemory, accepted_at: datetime | None, *, late: bool
    ) -> None:
        accepted = {("main", "1"): accepted_at} if accepted_at else {}
        found = late_lines(MonthMaterial(lines=(line,), accepted_at=accepted), NOVEMBER, ("main",), AFTER)

        assert [(each.order_no, each.accepted_at) for each in found] == ([("1", accepted_at)] if late else [])

    def test_a_day_that_still_runs_is_not_past(self) -> None:
        material = MonthMaterial(lines=(self.WAITS,))

        assert late_lines(material, NOVEMBER, ("main",), self.END - timedelta(seconds=1)) == []
        assert len(late_lines(material, NOVEMBER, ("main",), self.END)) == 1


def test_conflicts_are_counted_by_shop_kind_and_outcome() -> None:
    gap, dead = ConflictKind.IN_THE_GAP, ConflictKind.DEAD_NUMBER
    seen = (
        ConflictSeen("main", gap, ""),
        ConflictSeen("main", gap, "request_ended"),
        ConflictSeen("main", gap, "request_ended"),
        ConflictSeen("main", dead, ""),
        ConflictSeen("other", dead, ""),
    )
    found = report(MonthMaterial(conflicts=seen), NOVEMBER, ("main",), RULE, AFTER).conflicts

    assert found == {("main", gap, "open"): 1, ("main", gap, "request_ended"): 2, ("main", dead, "open"): 1}
