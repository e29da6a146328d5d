"""The proof of ``demo --once`` finds every way in which Qoo10's side can differ from what the service claims."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from connector.demo.verify import Claim, Expectation, Outcome, differences
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import Market, NewLine
from connector.sandbox.calls import CallRecord
from connector.sandbox.writes import enter_by_hand, send_number

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SINGLE, BULK = "ShippingBasic.SetSendingInfo", "ShippingBasic.SetSendingInfoBulk"
ENTERED, REFUSED, HELD, ASKED = "1062428737", "1062428738", "1062428739", "1062428740"
NUMBER = "444413758703"


def record(market: Market, method: str, params: dict[str, str], faults: tuple[str, ...] = ()) -> None:
    seq = market.calls.seq + 1
    market.calls.add(CallRecord(seq, AT, "post-path-header", method, "main", params, 0, (), faults, 200))


@dataclass
class World:
    """What the service says, and what Qoo10 knows; they agree until a test makes them differ."""

    market: Market
    claims: list[Claim] = field(
        default_factory=lambda: [
            Claim(ENTERED, NUMBER, EntryState.CONFIRMED, Reason.SHOWN),
            Claim(REFUSED, NUMBER, EntryState.REFUSED, Reason.REFUSED),
            Claim(HELD, NUMBER, EntryState.HELD, Reason.CHECK_DIGIT),
            Claim(ASKED, NUMBER, EntryState.CONFIRMED, Reason.SHOWN),
        ]
    )
    conflicts: list[tuple[str, ConflictKind]] = field(default_factory=lambda: [(ASKED, ConflictKind.IN_THE_GAP)])

    def differences(self) -> list[str]:
        expected = [
            Expectation(ENTERED, NUMBER, Outcome.ENTERED),
            Expectation(REFUSED, NUMBER, Outcome.REFUSED),
            Expectation(HELD, NUMBER, Outcome.HELD),
            Expectation(ASKED, NUMBER, Outcome.ENTERED, ConflictKind.IN_THE_GAP),
        ]
        return differences(expected, self.claims, self.conflicts, self.market, ["bulk_row_code"])


@pytest.fixture
def world() -> World:
    market = Market(lambda: AT)
    shop = market.shop("main")
    for order_no in (ENTERED, REFUSED, HELD, ASKED):
        market.add_cart(NewLine(order_no=order_no, status=ShippingStatus.PREPARING))
    market.ask_cancel(ASKED)
    for order_no in (ENTERED, ASKED):
        send_number(market, shop, order_no, "ヤマト宅急便", NUMBER, SINGLE)
    rows = json.dumps([{"OrderNo": order_no, "TrackingNo": NUMBER} for order_no in (ENTERED, REFUSED)])
    record(market, BULK, {"ShippingInfoJson": rows}, ("bulk_row_code",))
    record(market, SINGLE, {"OrderNo": ASKED, "TrackingNo": NUMBER})
    return World(market)


def another_number(world: World) -> None:
    enter_by_hand(world.market, ENTERED, "佐川急便", "444413758714")


def written_twice(world: World) -> None:
    send_number(world.market, world.market.shop("main"), ENTERED, "ヤマト宅急便", NUMBER, SINGLE)


def sent_twice(world: World) -> None:
    record(world.market, SINGLE, {"OrderNo": ENTERED, "TrackingNo": NUMBER})


def refused_but_there(world: World) -> None:
    enter_by_hand(world.market, REFUSED, "ヤマト宅急便", NUMBER)


def held_but_sent(world: World) -> None:
    record(world.market, SINGLE, {"OrderNo": HELD, "TrackingNo": NUMBER})


def never_written(world: World) -> None:
    line = world.market.line(ENTERED)
    line.applied_writes.clear()
    line.shipping = replace(line.shipping, status=ShippingStatus.PREPARING, tracking_no="")


def never_asked(world: World) -> None:
    world.market.line(ASKED).ended_requests.clear()


def asked_unnoticed(world: World) -> None:
    world.market.ask_cancel(HELD)


def not_in_the_log(world: World) -> None:
    world.conflicts.clear()


def in_the_log_as_something_else(world: World) -> None:
    world.conflicts[0] = (ASKED, ConflictKind.PRINTED_AFTER_REQUEST)


def still_unclear(world: World) -> None:
    world.claims[0] = Claim(ENTERED, NUMBER, EntryState.UNCLEAR, Reason.ANSWER_LOST)


def lost_entry(world: World) -> None:
    del world.claims[0]


def kept_under_another_number(world: World) -> None:
    world.claims[0] = replace(world.claims[0], tracking_no="1")


def cancelled_by_us(world: World) -> None:
    world.market.cancel_by_seller(world.market.line(HELD), "在庫なし")


def a_line_without_label(world: World) -> None:
    record(world.market, SINGLE, {"OrderNo": "1062428799", "TrackingNo": NUMBER})


def no_fault_struck(world: World) -> None:
    record(world.market, SINGLE, {}, ("lost_answer",))


def test_agreement_is_no_difference(world: World) -> None:
    assert world.differences() == []


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (another_number, "Qoo10 shows 444413758714"),
        (written_twice, "exactly once"),
        (sent_twice, "sent 2 times"),
        (refused_but_there, "Qoo10 has a number, although it is refused"),
        (held_but_sent, "sent 1 times"),
        (never_written, "Qoo10 shows state 3, not 4"),
        (never_asked, "Qoo10 knows no cancel request"),
        (asked_unnoticed, "Qoo10 knows of a cancel request"),
        (not_in_the_log, "the conflict log says []"),
        (in_the_log_as_something_else, "the conflict log says ['printed_after_request']"),
        (still_unclear, "the service says unclear (answer_lost), not entered"),
        (lost_entry, "the service has no entry"),
        (kept_under_another_number, "the service keeps the number 1"),
        (cancelled_by_us, "the service cancelled it"),
        (a_line_without_label, "a number was sent for a line that has no label"),
        (no_fault_struck, "the faults that struck were"),
    ],
)
def test_every_difference_is_found_and_said(world: World, tamper: Callable[[World], None], said: str) -> None:
    """One witness that disagrees is enough."""
    tamper(world)

    assert any(said in sentence for sentence in world.differences()), world.differences()
