"""What happens to a label and to a cancel request, in every order in which it can happen.

Seven things: the label is printed, voided, reprinted (with the same number or another) and its parcel handed over; the
buyer asks to cancel, the request ends, the order is cancelled. Of their 5040 orders 1320 differ in what can happen at
all; ``--thorough`` plays these. By default the hand-over, which only repeats that the label was printed, stands next to
the print: before it where the reprint bears the same number, after it where it bears another. These are 204 each. For
the cart of three, where the cancel meets one line and the label all three, reprint and void stand together as well.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, permutations
from typing import TYPE_CHECKING

import pytest

from carriers.model import EventKind
from connector.domain.acts import Act, ActKind
from connector.domain.decision import GapPolicy
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import MarketError, NewLine
from connector.sandbox.writes import enter_by_hand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tests.connector.keeper.conftest import Clock, Rig


class Event(StrEnum):
    """What can happen; a reprint bears the same number or another one."""

    PRINTED = "printed"
    VOIDED = "voided"
    REPRINTED = "reprinted"
    REPRINTED_OTHER = "reprinted with another number"
    HANDED_OVER = "handed over"
    ASKED = "cancel asked"
    ENDED = "request ended"
    CANCELLED = "cancelled"


History = tuple[Event, ...]
SEVEN = (
    Event.PRINTED,
    Event.VOIDED,
    Event.REPRINTED,
    Event.HANDED_OVER,
    Event.ASKED,
    Event.ENDED,
    Event.CANCELLED,
)


def possible(order: Sequence[Event]) -> History:
    """The order without what Qoo10 does not let happen: no end without a request, nothing after a cancel.

    A cancel without a request before it is one that takes effect at once.
    """
    left: list[Event] = []
    is_open = False
    for event in order:
        if event is Event.ENDED and not is_open:
            continue
        if event is Event.ASKED and Event.CANCELLED in left:
            continue
        is_open = event is Event.ASKED or (is_open and event not in (Event.ENDED, Event.CANCELLED))
        left.append(event)
    return tuple(left)


def histories(reprint: Event) -> list[History]:
    """Every order of the seven that differs from the others in what can happen: 1320 of the 5040."""
    orders = permutations(reprint if event is Event.REPRINTED else event for event in SEVEN)
    return sorted({possible(order) for order in orders})


def together(some: list[History], one: Event, then: Event) -> list[History]:
    """Those histories in which one event comes right after the other."""
    return [history for history in some if history[history.index(one) + 1 :][:1] == (then,)]


def chosen(reprint: Event, *, thorough: bool) -> list[History]:
    """The histories that are played for one line."""
    if thorough:
        return histories(reprint)
    if reprint is Event.REPRINTED:
        return together(histories(reprint), Event.HANDED_OVER, Event.PRINTED)
    return together(histories(reprint), Event.PRINTED, Event.HANDED_OVER)


@dataclass
class Played:
    """One history of one reference: of a line, or of a cart whose first line the buyer wants to cancel.

    ``took`` are the events that took effect; a dispatched line, for one, cannot be cancelled.
    """

    history: History
    reference: str
    order_nos: list[str]
    first: str
    other: str
    took: list[tuple[datetime, Event]] = field(default_factory=list)

    def when(self, *events: Event, until: datetime) -> list[datetime]:
        """When these took effect, as far as it was not later."""
        return [at for at, event in self.took if event in events and at <= until]

    def assert_written_rightly(self, order_no: str, number: str, at: datetime, policy: GapPolicy) -> None:
        """What must hold at the moment of a write, whatever its answer."""
        prints, asked, ended = [], [], []
        if number == self.first:
            prints = self.when(Event.PRINTED, Event.REPRINTED, until=at)
            voids = self.when(Event.VOIDED, until=at)
            assert not voids or max(prints) > voids[0], "the label was void"
        if order_no == self.order_nos[0]:
            assert not self.when(Event.CANCELLED, until=at), "the order was cancelled"
            asked, ended = self.when(Event.ASKED, until=at), self.when(Event.ENDED, until=at)
        if asked and not ended:
            assert policy is GapPolicy.ENTER, "a request was open"
            known = prints or self.when(Event.HANDED_OVER, until=at)
            if number == self.other:
                known = self.when(Event.REPRINTED_OTHER, until=at)
            assert asked[0] > min(known), "the label was printed after the request"


Ends = dict[str, tuple[list[tuple[str, str, str]], list[tuple[str, str]]]]
"""For each line its entries (first or other number, state, reason) and its open conflicts (topic, kind)."""


@dataclass
class Stage:
    """Plays many histories side by side; what happens to one line is none of another's business."""

    rig: Rig
    clock: Clock
    policy: GapPolicy = GapPolicy.ENTER
    played: list[Played] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(44441375000))

    def set(self, some: Iterable[History], policy: GapPolicy, lines: int = 1) -> None:
        self.policy = policy
        self.rig.configure(shop={"in_the_gap": policy})
        for history in some:
            order_nos = self.rig.cart(*[NewLine(status=ShippingStatus.PREPARING)] * lines)
            reference = self.rig.market.line(order_nos[0]).pack_no if lines > 1 else order_nos[0]
            self.played.append(Played(history, reference, order_nos, self._number(), self._number()))

    def _number(self) -> str:
        stem = next(self._numbers)
        return f"{stem}{stem % 7}"

    async def play(self, *, work_between: bool) -> None:
        """Event after event, two seconds apart; the keeper works after each, or only after the last."""
        await self.rig.lines.list_open()
        for step in range(len(SEVEN)):
            now = [each for each in self.played if step < len(each.history)]
            await asyncio.gather(*(self._happen(each, each.history[step]) for each in now))
            self.clock.forward(seconds=2)
            if work_between:
                await self.settle()
                self._assert_one_conflict_for_each_request(await self.ends())
        await self.settle()

    async def _happen(self, to: Played, event: Event) -> None:
        at = self.clock()
        match event:
            case Event.PRINTED | Event.REPRINTED:
                await self.rig.hear(to.reference, to.first)
            case Event.REPRINTED_OTHER:
                await self.rig.hear(to.reference, to.other)
            case Event.VOIDED:
                await self.rig.hear(to.reference, to.first, kind=EventKind.VOIDED)
            case Event.HANDED_OVER:
                await self.rig.hear(to.reference, to.first, kind=EventKind.HANDED_OVER)
            case Event.ASKED | Event.ENDED | Event.CANCELLED:
                try:
                    self._claim(to.order_nos[0], event)
                except MarketError:
                    return
        to.took.append((at, event))

    def _claim(self, order_no: str, event: Event) -> None:
        """What a buyer or the seller does.

        Raises:
            MarketError: Qoo10 does not let it happen.
        """
        line = self.rig.market.line(order_no)
        if event is Event.ASKED:
            self.rig.market.ask_cancel(order_no)
        elif event is Event.ENDED:
            self.rig.market.withdraw(order_no)
        elif line.claim is not None:
            self.rig.market.accept_cancel(order_no)
        elif line.shipping.status >= ShippingStatus.ON_DELIVERY:
            raise MarketError("button_gone", "a dispatched line cannot be cancelled")
        else:
            self.rig.market.set_claim(order_no, ClaimStatus.CANCELLED)

    async def settle(self) -> None:
        """What the claims watch sees is worked off."""
        await self.rig.claims_watch.look()
        while await self.rig.turn():
            self.clock.forward(milliseconds=1)

    async def look_again(self) -> None:
        """Every line is looked at once more."""
        order_nos = [order_no for each in self.played for order_no in each.order_nos]
        await self.rig.store.wake_lines("main", order_nos, self.clock())
        await self.settle()

    async def ends(self) -> Ends:
        first = {each.first for each in self.played}
        ends: Ends = {order_no: ([], []) for each in self.played for order_no in each.order_nos}
        for row in await self.rig.rows("entry"):
            number = "first" if row.tracking_no in first else "other"
            ends[row.order_no][0].append((number, str(row.state), str(row.reason)))
        for row in await self.rig.rows("conflict"):
            if row.closed_at is None:
                ends[row.order_no][1].append((row.topic.split()[0], str(row.kind)))
        return {order_no: (sorted(entries), sorted(conflicts)) for order_no, (entries, conflicts) in ends.items()}

    def _assert_one_conflict_for_each_request(self, ends: Ends) -> None:
        wrong = {}
        for order_no, (entries, conflicts) in ends.items():
            met = self.rig.market.line(order_no).claim is not None and any(end != "dropped" for _, end, _ in entries)
            if [topic for topic, _ in conflicts].count("cancel") != met:
                wrong[order_no] = (self._history(order_no), entries, conflicts)
        assert wrong == {}

    def _history(self, order_no: str) -> History:
        return next(each.history for each in self.played if order_no in each.order_nos)

    async def assert_safe(self) -> Ends:
        """The promises, and that nothing is left to say: another look adds nothing. Gives how everything ended."""
        by_line = {order_no: each for each in self.played for order_no in each.order_nos}
        for order_no, number, at in self._writes():
            by_line[order_no].assert_written_rightly(order_no, number, at, self.policy)
        ends = await self.ends()
        self._assert_one_conflict_for_each_request(ends)
        log_end = await self.rig.store.log_end()
        assert log_end is not None
        await self.look_again()
        assert await self.ends() == ends
        rows = await self.rig.store.log_rows(after=log_end[0])
        new = [(self._history(row.order_no), row.what, row.body) for row in rows]
        assert new == []
        return ends

    def _writes(self) -> Iterator[tuple[str, str, datetime]]:
        for call in self.rig.market.calls.since():
            if call.method == "ShippingBasic.SetSendingInfo":
                yield call.params["OrderNo"], call.params["TrackingNo"], call.at
            elif call.method == "ShippingBasic.SetSendingInfoBulk":
                for row in json.loads(call.params["ShippingInfoJson"]):
                    yield str(row["OrderNo"]), row["TrackingNo"], call.at

    async def assert_every_hold_has_a_way_out(self) -> None:
        """Requests are refused in QSM, labels of parcels that are left are voided, dead numbers are mended in QSM."""
        for line in self.rig.market.lines.values():
            if line.claim is not None and line.claim.status is ClaimStatus.CANCEL_REQUESTED:
                self.rig.market.refuse_cancel(line.order_no)
        await self.look_again()
        for _ in ("one number", "the other"):
            rows = [row for row in await self.rig.rows("conflict") if not row.closed_at and row.kind != "dead_number"]
            await asyncio.gather(*(self._void(row.id) for row in rows))
            await self.look_again()
        for row in await self.rig.rows("conflict"):
            if row.closed_at is None:
                enter_by_hand(self.rig.market, row.order_no, "ヤマト宅急便", self._number())
        await self.look_again()
        left = {
            order_no: (self._history(order_no), entries, conflicts)
            for order_no, (entries, conflicts) in (await self.ends()).items()
            if conflicts or not {end for _, end, _ in entries} <= {"confirmed", "dropped"}
        }
        assert left == {}

    async def _void(self, conflict_id: int) -> None:
        act = Act(ActKind.VOID_LABEL, conflict_id, "sato", "荷物を抜いた", self.clock(), "label_destroyed")
        await self.rig.store.act_on(act)


@pytest.fixture
def stage(rig: Rig, clock: Clock) -> Stage:
    return Stage(rig, clock)


REPRINTS = [Event.REPRINTED, Event.REPRINTED_OTHER]


def test_so_many_orders_there_are() -> None:
    for reprint in REPRINTS:
        assert len(histories(reprint)) == 840 + 360 + 120
        assert len(chosen(reprint, thorough=False)) == 120 + 60 + 24


@pytest.mark.parametrize("policy", GapPolicy)
@pytest.mark.parametrize("reprint", REPRINTS)
async def test_with_a_keeper_that_works_after_each_event(
    stage: Stage, policy: GapPolicy, reprint: Event, *, thorough: bool
) -> None:
    stage.set(chosen(reprint, thorough=thorough), policy)

    await stage.play(work_between=True)

    await stage.assert_safe()
    await stage.assert_every_hold_has_a_way_out()


@pytest.mark.parametrize(("reprint", "policy"), list(zip(REPRINTS, GapPolicy, strict=True)))
async def test_with_a_keeper_that_works_after_the_last_event(
    stage: Stage, policy: GapPolicy, reprint: Event, *, thorough: bool
) -> None:
    """What does not matter does not change the end: only what ``matters`` may."""
    stage.set(chosen(reprint, thorough=thorough), policy)

    await stage.play(work_between=False)

    ends = await stage.assert_safe()
    by_what_matters = defaultdict(set)
    for each in stage.played:
        (order_no,) = each.order_nos
        by_what_matters[matters(each.history)].add(str(ends[order_no]))
    assert {what: some for what, some in by_what_matters.items() if len(some) > 1} == {}
    await stage.assert_every_hold_has_a_way_out()


def matters(history: History) -> tuple[object, ...]:
    """What the end may depend on: how the request ended, whether the label is void, whether who asked was first.

    With two numbers it matters also which of them was heard of first.
    """
    place = {event: history.index(event) for event in history}
    claim = [event for event in history if event in (Event.ASKED, Event.ENDED, Event.CANCELLED)]
    prints = [place[event] for event in (Event.PRINTED, Event.REPRINTED) if event in place]
    asked = place.get(Event.ASKED, len(history))
    other = place.get(Event.REPRINTED_OTHER)
    heard = min(*prints, place[Event.VOIDED], place[Event.HANDED_OVER])
    return (
        claim[-1],
        max(prints) > place[Event.VOIDED],
        asked < min(prints),
        None if other is None else (asked < other, heard < other),
    )


@pytest.mark.parametrize(("reprint", "policy"), list(zip(REPRINTS, GapPolicy, strict=True)))
async def test_with_a_cart_of_which_one_line_is_cancelled(
    stage: Stage, policy: GapPolicy, reprint: Event, *, thorough: bool
) -> None:
    """The other two lines end as if nobody had asked anything."""
    some = chosen(reprint, thorough=thorough)
    stage.set(some if thorough else together(some, Event.VOIDED, reprint), policy, lines=3)
    await stage.play(work_between=True)

    ends = await stage.assert_safe()
    for each in stage.played:
        second, third = (ends[order_no] for order_no in each.order_nos[1:])
        assert second == third
        assert all(topic != "cancel" for topic, _ in second[1])
    await stage.assert_every_hold_has_a_way_out()
