"""From what Qoo10 showed and what we remember to the facts of the table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.decision import Action, Cancel, Facts, GapPolicy, Label, Making, Person, Shipping, Shown, Written
from connector.domain.decision import decide as verdict_on
from connector.domain.entry import Entry, EntryState, Sight, cancel_axis, facts_of, same_number
from connector.domain.memory import LineMemory, remembered
from connector.domain.orders import JAPAN, Claim, ClaimStatus, OrderLine, ShippingStatus, ship_by_end
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
NO = "1062428737"
OURS = "444413758703"
OTHER = "444413758714"


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def entry(state: EntryState = EntryState.WAITING, **more: object) -> Entry:
    return made_entry(AT, pack_no="300123456", state=state, due_at=AT, **more)


def claim(status: ClaimStatus = ClaimStatus.CANCEL_REQUESTED, minutes: float | None = 1) -> Claim:
    return Claim(NO, status, None if minutes is None else at(minutes))


def line(
    status: ShippingStatus | None = ShippingStatus.REQUESTED, number: str = "", of: Claim | None = None
) -> OrderLine:
    return OrderLine(NO, status, tracking_no=number, claim=of)


def memory(status: ClaimStatus | None = None, **more: datetime | None) -> LineMemory:
    return replace(LineMemory("main", NO, cancel_status=status), **more)  # type: ignore[arg-type]


def facts(
    of: Entry, shown: OrderLine | None, *, siblings: tuple[str, ...] = (), now: float = 0, s: float = 60
) -> Facts:
    sight = Sight(shown, None, Label.LIVE, AT, frozenset(siblings))
    return facts_of(of, sight, GapPolicy.HOLD, timedelta(seconds=s), at(now))


class TestCancelAxis:
    @pytest.mark.parametrize(
        ("minutes", "accepted", "axis"),
        [
            (-1, None, Cancel.BEFORE_LABEL),
            (0, None, Cancel.BEFORE_LABEL),
            (0.02, None, Cancel.IN_GAP),
            (4, 5, Cancel.IN_GAP),
            (5, 5, Cancel.IN_GAP),
            (6, 5, Cancel.AFTER_ENTRY),
            (-1, 5, Cancel.BEFORE_LABEL),
            (None, None, Cancel.IN_GAP),
        ],
    )
    def test_when_the_request_came(self, minutes: float | None, accepted: float | None, axis: Cancel) -> None:
        """Relative to the label, printed at 0, and to the entry. In doubt, the parcel is held back."""
        accepted_at = None if accepted is None else at(accepted)

        assert cancel_axis(line(of=claim(minutes=minutes)), None, AT, accepted_at) is axis

    @pytest.mark.parametrize(
        ("requested", "learned", "axis"),
        [(-5, 9, Cancel.BEFORE_LABEL), (None, -1, Cancel.BEFORE_LABEL), (None, 9, Cancel.IN_GAP)],
    )
    def test_where_qoo10_leaves_the_time_out_memory_knows(
        self, requested: float | None, learned: float, axis: Cancel
    ) -> None:
        known = memory(
            ClaimStatus.CANCEL_REQUESTED,
            requested_at=None if requested is None else at(requested),
            learned_at=at(learned),
        )

        assert cancel_axis(line(of=claim(minutes=None)), known, AT, None) is axis

    @pytest.mark.parametrize(
        "status", [ClaimStatus.CANCELLING, ClaimStatus.CANCELLED, ClaimStatus.UNPAID_ORDER_CANCELLED]
    )
    def test_a_cancel_that_is_carried_out_is_under_way(self, status: ClaimStatus) -> None:
        assert cancel_axis(line(of=claim(status)), None, AT, at(-9)) is Cancel.UNDER_WAY
        assert cancel_axis(None, memory(status), AT, None) is Cancel.UNDER_WAY

    @pytest.mark.parametrize("status", [status for status in ClaimStatus if status not in range(1, 4) and status != 16])
    def test_returns_and_exchanges_are_no_cancels(self, status: ClaimStatus) -> None:
        assert cancel_axis(line(of=claim(status)), memory(), AT, None) is Cancel.NONE

    def test_a_request_that_is_gone_has_ended(self) -> None:
        assert cancel_axis(line(), memory(ClaimStatus.CANCEL_REQUESTED), AT, None) is Cancel.ENDED
        assert cancel_axis(line(), memory(ClaimStatus.CANCEL_REQUESTED, ended_at=at(5)), AT, None) is Cancel.ENDED
        assert cancel_axis(line(), memory(), AT, None) is Cancel.NONE
        assert cancel_axis(line(), None, AT, None) is Cancel.NONE

    def test_a_line_that_is_gone_keeps_its_request(self) -> None:
        """Cancelled orders leave the shipping list; nothing says that the request ended."""
        known = memory(ClaimStatus.CANCEL_REQUESTED, requested_at=at(1), learned_at=at(2))

        assert cancel_axis(None, known, AT, None) is Cancel.IN_GAP
        assert cancel_axis(None, replace(known, ended_at=at(3)), AT, None) is Cancel.ENDED
        assert cancel_axis(None, None, AT, None) is Cancel.NONE

    @pytest.mark.parametrize("status", [ClaimStatus.CANCELLED, ClaimStatus.UNPAID_ORDER_CANCELLED])
    def test_a_cancelled_line_stays_cancelled_whatever_an_answer_leaves_out(self, status: ClaimStatus) -> None:
        """The refund was made; a later answer without the claim is no reason to ship."""
        cancelled = remembered(None, "main", line(of=claim(status)), at(1), listed=False, claim_from="x")
        later = remembered(cancelled, "main", line(), at(2), listed=False, claim_from="x")
        sight = Sight(line(), later, Label.LIVE, AT)

        known = facts_of(entry(), sight, GapPolicy.ENTER, timedelta(), at(3))

        assert later.ended_at is None
        assert known.cancel is Cancel.UNDER_WAY
        assert verdict_on(known).action is Action.STOP
        assert cancel_axis(line(of=claim(ClaimStatus.RETURN_REQUESTED)), later, AT, None) is Cancel.UNDER_WAY


class TestFacts:
    @pytest.mark.parametrize(
        ("shown", "shipping"),
        [
            (None, Shipping.GONE),
            (line(None), Shipping.UNKNOWN),
            (line(ShippingStatus.AWAITING_PAYMENT), Shipping.UNPAID),
            (line(ShippingStatus.REQUESTED), Shipping.OPEN),
            (line(ShippingStatus.PREPARING), Shipping.OPEN),
            (line(ShippingStatus.ON_DELIVERY), Shipping.SHIPPED),
            (line(ShippingStatus.DELIVERED), Shipping.SHIPPED),
        ],
    )
    def test_where_the_line_is(self, shown: OrderLine | None, shipping: Shipping) -> None:
        assert facts(entry(), shown).shipping is shipping

    @pytest.mark.parametrize(
        ("number", "siblings", "shown"),
        [
            ("", (), Shown.NONE),
            ("-", (), Shown.NONE),
            (OURS, (), Shown.SAME),
            ("4444-1375-8703", (), Shown.SAME),
            (" 444413758703 ", (), Shown.SAME),
            (OTHER, (), Shown.ANOTHER),
            ("", (OTHER,), Shown.ANOTHER),
            (OURS, (OTHER,), Shown.ANOTHER),
            ("", (OURS,), Shown.SAME),
            ("444413758703/444413758714", (), Shown.ANOTHER),
        ],
    )
    def test_which_number_stands_there(self, number: str, siblings: tuple[str, ...], shown: Shown) -> None:
        """Numbers that we wrote ourselves count before Qoo10 shows them."""
        assert facts(entry(), line(number=number), siblings=siblings).shown is shown

    def test_our_own_other_number_counts_also_when_the_line_is_gone(self) -> None:
        assert facts(entry(), None, siblings=(OTHER,)).shown is Shown.ANOTHER

    @pytest.mark.parametrize(
        ("of", "now", "written"),
        [
            (entry(), 0, Written.NEVER),
            (entry(EntryState.UNCLEAR, written_at=AT), 0.5, Written.UNCLEAR),
            (entry(EntryState.UNCLEAR, written_at=AT), 1, Written.NEVER),
            (entry(EntryState.UNCLEAR, written_at=AT), 2, Written.NEVER),
            (entry(EntryState.WAITING, written_at=AT), 0.5, Written.NEVER),
            (entry(EntryState.UNCLEAR), 0.5, Written.NEVER),
            (entry(EntryState.ACCEPTED, accepted_at=AT), 99, Written.ACCEPTED),
            (entry(EntryState.HELD, accepted_at=AT, written_at=AT), 99, Written.ACCEPTED),
            (entry(EntryState.UNCLEAR, accepted_at=AT, written_at=AT), 0.5, Written.ACCEPTED),
        ],
    )
    def test_what_our_last_write_came_to(self, of: Entry, now: float, written: Written) -> None:
        """An unclear one counts as never made once Qoo10 had a minute to show it; an accepted one always counts."""
        assert facts(of, line(), now=now).written is written

    def test_choices_go_through_as_they_are(self) -> None:
        sight = Sight(line(), None, Label.VOIDED, AT, making=Making.TO_ORDER)

        known = facts_of(entry(person=Person.LEAVE), sight, GapPolicy.HOLD, timedelta(), AT)

        assert (known.label, known.policy, known.person, known.making) == (
            Label.VOIDED,
            GapPolicy.HOLD,
            Person.LEAVE,
            Making.TO_ORDER,
        )


@pytest.mark.parametrize(
    ("number", "compared"),
    [("4444-1375-8703", OURS), ("jd 0123 456", "JD0123456"), ("", ""), ("--", ""), ("ab12", "AB12")],
)
def test_numbers_are_compared_without_their_dress(number: str, compared: str) -> None:
    assert same_number(number) == compared


@pytest.mark.parametrize(
    ("ship_by", "past"),
    [
        (datetime(2026, 11, 24, tzinfo=JAPAN), datetime(2026, 11, 25, tzinfo=JAPAN)),
        (datetime(2026, 11, 24, 23, 59, 59, tzinfo=JAPAN), datetime(2026, 11, 25, tzinfo=JAPAN)),
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=JAPAN)),
        (datetime(2026, 12, 31, 9, 0, tzinfo=JAPAN), datetime(2027, 1, 1, tzinfo=JAPAN)),
    ],
)
def test_a_ship_by_date_is_past_when_its_day_is_over_in_japan(ship_by: datetime, past: datetime) -> None:
    assert ship_by_end(ship_by) == past
    assert replace(memory(), ship_by_at=ship_by).overdue_from == past
    assert memory().overdue_from is None
