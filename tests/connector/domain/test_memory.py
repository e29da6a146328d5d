"""What is remembered of a line between two looks, and of a request that Qoo10 itself forgets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.domain.memory import LineMemory, claim_remembered, remembered
from connector.domain.orders import Claim, ClaimStatus, OrderLine, ShippingStatus

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
NO = "1062428737"


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def line(**more: object) -> OrderLine:
    return replace(OrderLine(NO, ShippingStatus.REQUESTED), **more)  # type: ignore[arg-type]


def claim(status: ClaimStatus = ClaimStatus.CANCEL_REQUESTED, minutes: float | None = 0) -> Claim:
    return Claim(NO, status, None if minutes is None else at(minutes))


def looked(before: LineMemory | None, shown: OrderLine, minutes: float, claim_from: str = "by line") -> LineMemory:
    return remembered(before, "main", shown, at(minutes), listed=False, claim_from=claim_from)


def test_a_first_look_is_remembered_whole() -> None:
    shown = line(
        pack_no="300123456",
        related_order_nos=(NO, "1062428738"),
        ordered_at=at(-9),
        ship_by_at=at(99),
        tracking_no="1",
        delivery_company="ヤマト宅急便",
    )

    assert remembered(None, "main", shown, AT, listed=True, claim_from="") == LineMemory(
        "main",
        NO,
        "300123456",
        (NO, "1062428738"),
        listed=True,
        status=ShippingStatus.REQUESTED,
        ordered_at=at(-9),
        ship_by_at=at(99),
        tracking_no="1",
        delivery_company="ヤマト宅急便",
    )


def test_what_an_answer_leaves_out_stays_known() -> None:
    """A look at the single line shows no cart; a number that is gone is gone."""
    whole = line(pack_no="3", related_order_nos=(NO,), ordered_at=AT, ship_by_at=AT, tracking_no="1")
    before = remembered(None, "main", whole, AT, listed=True, claim_from="")

    after = looked(before, line(status=ShippingStatus.PREPARING), 1)

    assert after == replace(before, status=ShippingStatus.PREPARING, tracking_no="")


def test_a_list_without_claims_says_nothing_about_a_request() -> None:
    asked = looked(None, line(claim=claim()), 1)

    assert looked(asked, line(), 2, claim_from="") == asked


def test_the_life_of_a_request() -> None:
    """Asked, seen again, carried out; the time of learning is the first one."""
    asked = looked(None, line(claim=claim()), 1, "first call")
    again = looked(asked, line(claim=claim()), 2, "second call")
    running = looked(again, line(claim=claim(ClaimStatus.CANCELLING)), 3)
    done = looked(running, line(claim=claim(ClaimStatus.CANCELLED)), 4)

    assert (asked.cancel_status, asked.requested_at, asked.learned_at, asked.learned_from) == (
        ClaimStatus.CANCEL_REQUESTED,
        AT,
        at(1),
        "first call",
    )
    assert again == asked
    assert (running.cancel_status, running.under_way_at, running.learned_at) == (
        ClaimStatus.CANCELLING,
        at(3),
        at(1),
    )
    assert (done.cancel_status, done.under_way_at) == (ClaimStatus.CANCELLED, at(3))


def test_a_request_that_is_gone_has_ended_once() -> None:
    ended = looked(looked(None, line(claim=claim()), 1), line(), 2)

    assert (ended.cancel_status, ended.ended_at) == (ClaimStatus.CANCEL_REQUESTED, at(2))
    assert looked(ended, line(), 3) == ended
    assert looked(ended, line(claim=claim(ClaimStatus.RETURN_REQUESTED)), 3) == ended


def test_a_request_that_comes_back_is_another_one() -> None:
    ended = looked(looked(None, line(claim=claim()), 1), line(), 2)

    for minutes in (0, 5, None):
        back = looked(ended, line(claim=claim(minutes=minutes)), 6)
        assert (back.ended_at, back.learned_at, back.cancel_status) == (None, at(6), ClaimStatus.CANCEL_REQUESTED)


def test_a_request_with_another_time_is_another_one() -> None:
    first = looked(None, line(claim=claim()), 1)

    assert looked(first, line(claim=claim(minutes=3)), 4).learned_at == at(4)
    assert looked(first, line(claim=claim(minutes=None)), 4) == first


def test_a_cancel_that_was_carried_out_does_not_end() -> None:
    done = looked(None, line(claim=claim(ClaimStatus.CANCELLED)), 1)

    assert claim_remembered(done, None, "x", at(2)) == done
    assert claim_remembered(looked(None, line(claim=claim(ClaimStatus.CANCELLING)), 1), None, "x", at(2)).ended_at


def test_a_return_is_no_cancel() -> None:
    assert looked(None, line(claim=claim(ClaimStatus.RETURN_REQUESTED)), 1).cancel_status is None
