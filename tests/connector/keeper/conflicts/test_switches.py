"""Whatever Qoo10 does with a number that meets a cancel, or with a second one: the end is safe, and in the log.

Every value of every such switch of the sandbox is played; a value that is new there fails here until its ends are told.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.entry import EntryState
from connector.domain.orders import ShippingStatus
from connector.domain.reasons import Reason
from connector.sandbox import FaultKind, NewLine, Switches

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

WRITE = "ShippingBasic.SetSendingInfo"
ABOUT_CONFLICTS = ("write_", "cancel", "request", "visible")
"""What the name of a switch holds that is about writes and cancels."""
ELSEWHERE = {"write_unpaid"}
"""Has nothing to do with either: test_faults_and_switches.py plays it."""
NUMBERS: dict[str, tuple[float, ...]] = {"visible_late_s": (0, 1, 60, 600)}

End = tuple[EntryState, Reason, tuple[tuple[str, str], ...]]
"""State and reason of an entry, and the conflicts of its line: kind and outcome, which is empty while it is open."""

CALM: End = (EntryState.CONFIRMED, Reason.SHOWN, ())
GAP_CLOSED: End = (EntryState.CONFIRMED, Reason.SHOWN, (("in_the_gap", "request_ended"),))
GAP_OPEN: End = (EntryState.CONFIRMED, Reason.SHOWN, (("in_the_gap", ""),))
REFUSED: End = (EntryState.HELD, Reason.UPDATE_FAILED, (("in_the_gap", ""),))
CANCELLED: End = (EntryState.CONFLICT, Reason.CANCELLED, (("cancelled_parcel_exists", ""),))
ANOTHER: End = (EntryState.CONFLICT, Reason.ANOTHER_NUMBER, (("another_number", ""),))

USUAL: dict[str, End] = {
    "asked in the gap": GAP_CLOSED,
    "asked during the write": CALM,  # the write ends the request before anybody can see it
    "cancelled during the write": CANCELLED,
    "cancelled past the ship-by date": CANCELLED,
    "asked before the label, then withdrawn": (
        EntryState.CONFIRMED,
        Reason.SHOWN,
        (("printed_after_request", "request_ended"),),
    ),
    "answer lost": CALM,
    "second label": ANOTHER,
    "cart, asked for": GAP_CLOSED,
    "cart, the other line": CALM,
}
"""How each order ends with the sandbox as it is."""

STILL_ASKED: End = (EntryState.HELD, Reason.PRINTED_AFTER_REQUEST, (("printed_after_request", ""),))

DIFFERENT: dict[tuple[str, str], dict[str, End]] = {
    ("write_while_cancel_requested", "accepted_closes_request"): {},
    ("write_while_cancel_requested", "accepted_leaves_request"): {
        "asked in the gap": GAP_OPEN,
        "asked during the write": GAP_OPEN,
        "cart, asked for": GAP_OPEN,
    },
    ("write_while_cancel_requested", "refused"): {
        "asked in the gap": REFUSED,
        "asked during the write": REFUSED,
        "cart, asked for": REFUSED,
    },
    ("write_after_cancel", "refused"): {},
    ("write_after_cancel", "accepted_silently"): {},
    ("write_same_number", "accepted"): {},
    ("write_same_number", "refused"): {},
    ("write_other_number", "overwritten"): {},
    ("write_other_number", "ignored"): {},
    ("write_other_number", "refused"): {},
    ("visible_late_s", "0"): {},
    ("visible_late_s", "1"): {"asked during the write": GAP_CLOSED},  # its trace is seen until the write shows
    ("visible_late_s", "60"): {"asked during the write": GAP_CLOSED},
    ("visible_late_s", "600"): {"asked during the write": GAP_CLOSED},
    ("overdue_cancel", "at_once"): {},
    ("overdue_cancel", "request"): {"cancelled past the ship-by date": GAP_CLOSED},
    ("buyer_cancel_takes", "line"): {},
    ("buyer_cancel_takes", "cart"): {"cart, the other line": GAP_CLOSED},
    ("ended_request_shows", "nothing"): {},
    ("ended_request_shows", "on_line"): {
        "asked in the gap": GAP_OPEN,
        "asked during the write": GAP_OPEN,
        "asked before the label, then withdrawn": STILL_ASKED,
        "cart, asked for": GAP_OPEN,
    },
    ("cancelled_line_by_order", "shown"): {},
    ("cancelled_line_by_order", "gone"): {},
    ("pending_request_listed", "True"): {},
    ("pending_request_listed", "False"): {},
    ("related_order_lists_cancelled", "True"): {},
    ("related_order_lists_cancelled", "False"): {},
}
"""Where that differs. A value without a line here has not been thought about."""


def every_value() -> list[tuple[str, Any]]:
    """Each switch about writes and cancels with each of its values."""
    found: list[tuple[str, Any]] = []
    for name, field in Switches.model_fields.items():
        if name in ELSEWHERE or not any(word in name for word in ABOUT_CONFLICTS):
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            found += [(name, value) for value in kind]
        elif kind is bool:
            found += [(name, True), (name, False)]
        else:
            found += [(name, value) for value in NUMBERS[name]]
    return found


def test_every_value_has_its_ends() -> None:
    assert {(name, str(value)) for name, value in every_value()} == set(DIFFERENT)


def every_market() -> list[tuple[str, Any]]:
    """The values without the defaults, which are all the same market; that one is played once."""
    defaults = Switches()
    values = every_value()
    return values[:1] + [(name, value) for name, value in values[1:] if value != getattr(defaults, name)]


@pytest.mark.parametrize(("name", "value"), every_market())
async def test_the_end_is_safe_and_in_the_log(rig: Rig, clock: Clock, name: str, value: Any) -> None:
    """Nine orders, each with its own fate. That nothing was overwritten or written twice the rig checks by itself."""
    setattr(rig.market.switches, name, value)
    rig.configure(packing_table={"hold_s": 2})
    by_name = await play(rig, clock)

    for _ in range(2):
        await rig.claims_watch.look()
        await rig.wait(minutes=15)

    ends = await ends_of(rig, by_name)
    assert ends == USUAL | DIFFERENT[name, str(value)]
    assert rig.stands(by_name["cancelled during the write"]) == ""
    assert by_name["cancelled past the ship-by date"] not in written_after_a_cancel(rig)


async def play(rig: Rig, clock: Clock) -> dict[str, str]:
    """What happens, one order after the other so that each is written by a call of its own; order numbers by name."""
    asked = NewLine(status=ShippingStatus.PREPARING)
    overdue = NewLine(status=ShippingStatus.PREPARING, ship_by=clock().date() - timedelta(days=1))
    by_name = {
        "asked in the gap": rig.cart(asked)[0],
        "asked during the write": rig.cart(asked)[0],
        "cancelled during the write": rig.cart(NewLine())[0],
        "cancelled past the ship-by date": rig.cart(overdue)[0],
        "asked before the label, then withdrawn": rig.cart(asked)[0],
        "answer lost": rig.cart(asked)[0],
        "second label": rig.cart(asked)[0],
    }
    by_name["cart, asked for"], by_name["cart, the other line"] = rig.cart(asked, asked)
    await rig.lines.list_open()

    for name in ("asked during the write", "cancelled during the write"):
        rig.fault(FaultKind.BUYER_CANCELS, method=WRITE, order_no=by_name[name])
    rig.fault(FaultKind.LOST_ANSWER, method=WRITE, order_no=by_name["answer lost"])
    rig.market.ask_cancel(by_name["asked before the label, then withdrawn"])

    for name, order_no in by_name.items():
        if name == "cart, the other line":
            continue
        await rig.hear(rig.market.line(order_no).pack_no if name == "cart, asked for" else order_no)
        clock.forward(seconds=1)
        if name in ("asked in the gap", "cancelled past the ship-by date", "cart, asked for"):
            rig.market.ask_cancel(order_no)
        await rig.wait(seconds=5)
    await rig.hear(by_name["second label"])
    rig.market.withdraw(by_name["asked before the label, then withdrawn"])
    return by_name


async def ends_of(rig: Rig, by_name: dict[str, str]) -> dict[str, End]:
    """How each order ended; of the one with two labels, how the second did."""
    conflicts = await rig.conflicts()
    last = {entry.order_no: entry for entry in await rig.entries()}
    return {
        name: (
            last[order_no].state,
            last[order_no].reason,
            tuple((str(kind), outcome) for line, kind, outcome in conflicts if line == order_no),
        )
        for name, order_no in by_name.items()
    }


def written_after_a_cancel(rig: Rig) -> set[str]:
    """The lines that a number was sent to although they were cancelled before."""
    return {
        call.params["OrderNo"]
        for call in rig.market.calls.to(WRITE)
        if (claim := rig.market.line(call.params["OrderNo"]).claim) is not None
        and claim.completed_at is not None
        and call.at > claim.completed_at
    }
