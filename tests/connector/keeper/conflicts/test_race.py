"""A cancel request at every tenth of a second from five seconds before a write to five seconds after it.

Every call to Qoo10 takes 300 ms and takes effect at its end, all on the sandbox's clock. So the label is printed 2.6 s
before the write, the keeper's last look at the line is 0.3 s before it, and the write is read back 0.3 s after it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.acts import Act, ActKind
from connector.domain.entry import EntryState
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.sandbox import MarketError, NewLine
from connector.sandbox.switches import DeadWrite, PendingWrite

if TYPE_CHECKING:
    from datetime import datetime

    from connector.sandbox.calls import CallRecord
    from tests.connector.keeper.conflicts.conftest import Journal
    from tests.connector.keeper.conftest import Clock, Rig

LATENCY = timedelta(milliseconds=300)
HOLD = timedelta(seconds=2)
LABEL_TO_WRITE = HOLD + 2 * LATENCY
TENTH = timedelta(milliseconds=100)
OFFSETS = [TENTH * tenths for tenths in range(-50, 51)]
EDGES = [TENTH * tenths for tenths in (-50, -27, -26, -25, -23, -19, -18, -6, -4, -3, -2, -1, 0, 1, 2, 3, 50)]
"""Where something changes: around the label, the end of its second, both looks, the write and the read-back."""
CROSSING = 3
"""Offsets between the last look and the moment at which the write takes effect: nobody can see these coming."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one request: whether it was made at all, whether the number stands, and what the log says.

    ``kind`` and ``verdict`` are the last ones in the log of the line's one conflict; empty without a conflict.
    """

    made: bool
    entered: bool
    kind: str = ""
    verdict: str = ""


@dataclass
class Race:
    """Plays one case after another. A ``forced`` request stands even on a dispatched line, which has no button."""

    rig: Rig
    clock: Clock
    journal: Journal
    line: dict[str, Any]
    forced: bool = False
    made: bool = False
    asked_at: datetime | None = None
    order_no: str = ""

    async def play(self, offset: timedelta) -> tuple[Seen, datetime]:
        """One request at this distance from the write, and the moment of the write, had nobody asked."""
        start = self.clock().replace(microsecond=0) + timedelta(seconds=60)
        self.clock.move_to(start)
        (self.order_no,) = self.rig.cart(NewLine(status=ShippingStatus.PREPARING, **self.line))
        label_at = start + timedelta(seconds=3, milliseconds=250)
        written_at = label_at + LABEL_TO_WRITE
        self.made = False
        self.clock.at(written_at + offset, self._ask)
        self.clock.move_to(label_at)
        await self.rig.hear(self.order_no)
        await self.rig.wait(seconds=8)
        if self.made and not await self.journal.of(self.order_no):
            await self.rig.claims_watch.look()
            await self.rig.wait(seconds=3)
        seen = await self._seen()
        self._assert_nothing_was_sent_to_a_cancelled_line()
        await self._end()
        return seen, written_at

    def _ask(self) -> None:
        self.asked_at = self.clock()
        with suppress(MarketError):
            self.rig.market.ask_cancel(self.order_no)
            self.made = True
        if self.forced and not self.made:
            self.rig.market.set_claim(self.order_no, ClaimStatus.CANCEL_REQUESTED)
            self.made = True

    async def _seen(self) -> Seen:
        logged = await self.journal.of(self.order_no)
        entered = self.rig.stands(self.order_no) != ""
        if not logged:
            return Seen(self.made, entered)
        (only,) = logged
        assert len(only.requests) == 1
        return Seen(self.made, entered, only.kinds[-1], only.verdicts[-1])

    def _assert_nothing_was_sent_to_a_cancelled_line(self) -> None:
        """What was sent before the cancel cannot be called back; nothing may be sent after it."""
        line = self.rig.market.line(self.order_no)
        if line.claim is not None and line.claim.status is ClaimStatus.CANCELLED:
            sent = [call.at - LATENCY for call in self.rig.market.calls.since() if self._is_write(call)]
            assert self.asked_at is not None
            assert all(at < self.asked_at for at in sent)
            assert len(sent) <= 1

    def _is_write(self, call: CallRecord) -> bool:
        return call.method == "ShippingBasic.SetSendingInfo" and call.params.get("OrderNo") == self.order_no

    async def _end(self) -> None:
        """Every case has a way out: the request ends, or a person voids the label of the cancelled order."""
        claim = self.rig.market.line(self.order_no).claim
        if claim is not None and claim.status is ClaimStatus.CANCEL_REQUESTED:
            self.rig.market.refuse_cancel(self.order_no)
            if self.rig.stands(self.order_no):
                await self.rig.claims_watch.look()
        for conflict_id in await self.journal.open_ids(self.order_no):
            if claim is not None and claim.status is ClaimStatus.CANCELLED:
                await self.rig.store.act_on(
                    Act(ActKind.VOID_LABEL, conflict_id, "sato", "荷物を抜いた", self.clock(), "label_destroyed")
                )
        await self.rig.work()
        assert await self.journal.open_ids(self.order_no) == []
        assert (await self.rig.entries())[-1].state in (EntryState.CONFIRMED, EntryState.DROPPED)
        assert await self.rig.store.next_due_at("main") is None


def whole_second(at: datetime) -> datetime:
    """How Qoo10 tells a time."""
    return at.replace(microsecond=0)


def is_before_label(offset: timedelta, written_at: datetime) -> bool:
    """Qoo10 tells whole seconds, so a request in the second of the label may have been before it."""
    return whole_second(written_at + offset) <= written_at - LABEL_TO_WRITE


@pytest.fixture
def race(rig: Rig, clock: Clock, journal: Journal) -> Race:
    rig.configure(packing_table={"hold_s": HOLD.total_seconds()})
    rig.market.switches.latency_ms = LATENCY.total_seconds() * 1000
    rig.market.switches.apply_before_latency = False
    return Race(rig, clock, journal, {})


ASKED_BEFORE = Seen(made=True, entered=False, kind="printed_after_request", verdict="hold printed_after_request")


@pytest.mark.parametrize("policy", ["enter", "hold"])
@pytest.mark.parametrize("write", PendingWrite)
async def test_a_request_around_the_write_is_logged_with_its_verdict(
    rig: Rig, race: Race, write: PendingWrite, policy: str, *, thorough: bool
) -> None:
    """Only one kind can be in no log: the request that the write itself ends at Qoo10 before anybody could see it."""
    rig.market.switches.write_while_cancel_requested = write
    rig.configure(shop={"in_the_gap": policy})
    usual = (write, policy) == (PendingWrite.LEAVES, "enter")
    wrong, unseen = {}, 0
    for offset in OFFSETS if usual or thorough else EDGES:
        seen, written_at = await race.play(offset)
        if is_before_label(offset, written_at):
            expected = ASKED_BEFORE
        elif offset <= -LATENCY:
            expected = in_the_gap(write, policy)
        elif offset <= timedelta():
            unseen += seen.kind == ""
            expected = crossing(write, policy)
        else:
            expected = Seen(made=False, entered=True)
        if seen != expected:
            wrong[str(offset)] = (seen, expected)

    assert wrong == {}
    assert unseen == (CROSSING if write is PendingWrite.CLOSES else 0)


def in_the_gap(write: PendingWrite, policy: str) -> Seen:
    """Seen by the look before the write."""
    if policy == "hold":
        return Seen(made=True, entered=False, kind="in_the_gap", verdict="hold in_the_gap")
    if write is PendingWrite.REFUSED:
        return Seen(made=True, entered=False, kind="in_the_gap", verdict="enter in_the_gap")
    return Seen(made=True, entered=True, kind="in_the_gap", verdict="confirm shown")


def crossing(write: PendingWrite, policy: str) -> Seen:
    """Made after the look, before the write took effect: the number went out before anybody could know."""
    match write:
        case PendingWrite.CLOSES:
            return Seen(made=True, entered=True)
        case PendingWrite.LEAVES:
            return Seen(made=True, entered=True, kind="in_the_gap", verdict="confirm shown")
        case PendingWrite.REFUSED:
            return in_the_gap(write, policy)


async def test_a_request_that_stands_after_the_entry_is_logged_as_such(rig: Rig, race: Race, *, thorough: bool) -> None:
    """A dispatched line has no button, but clocks at Qoo10 may cross; in the second of the entry it may be before."""
    rig.market.switches.write_while_cancel_requested = PendingWrite.LEAVES
    race.forced = True
    kinds = []
    for offset in [offset for offset in (OFFSETS if thorough else EDGES) if offset > timedelta()]:
        seen, written_at = await race.play(offset)
        kinds.append(seen.kind)
        kind = "requested_after_entry" if whole_second(written_at + offset) > written_at else "in_the_gap"
        assert seen == Seen(made=True, entered=True, kind=kind, verdict="confirm shown"), offset

    assert kinds == ["in_the_gap"] + ["requested_after_entry"] * (len(kinds) - 1)


@pytest.mark.parametrize("write", DeadWrite)
async def test_a_cancel_past_the_ship_by_date_is_never_written_after(
    rig: Rig, race: Race, clock: Clock, write: DeadWrite, *, thorough: bool
) -> None:
    """It takes effect at once. A number that was on its way is refused, or taken without effect; either is logged."""
    rig.market.switches.write_after_cancel = write
    race.line = {"ship_by": clock().date() - timedelta(days=1)}
    wrong = {}
    for offset in OFFSETS if write is DeadWrite.REFUSED or thorough else EDGES:
        seen, _ = await race.play(offset)
        expected = (
            Seen(made=True, entered=False, kind="cancelled_parcel_exists", verdict="stop cancelled")
            if offset <= timedelta()
            else Seen(made=False, entered=True)
        )
        if seen != expected:
            wrong[str(offset)] = (seen, expected)

    assert wrong == {}
