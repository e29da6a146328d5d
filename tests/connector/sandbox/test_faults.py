"""Faults: what each does to the answer and to the line, and whom it meets."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from connector.sandbox import Fault, FaultKind, Market, NewLine
from connector.sandbox.exchange import Ending, Reply
from connector.sandbox.faults import APPLIED_BY_DEFAULT, BULK_FAULTS, MEANINGS

WRITE = "ShippingBasic.SetSendingInfo"
WHOLE_CALL = [kind for kind in FaultKind if kind not in BULK_FAULTS and kind is not FaultKind.BUYER_CANCELS]


@pytest.fixture
def write(reply: Callable[..., Reply]) -> Callable[[str], Reply]:
    def play(order_no: str) -> Reply:
        return reply(WRITE, OrderNo=order_no, ShippingCorp="EMS", TrackingNo="1")

    return play


def test_every_kind_is_described() -> None:
    """The tables cover the kinds."""
    assert set(MEANINGS) == set(APPLIED_BY_DEFAULT) == set(FaultKind)


@pytest.mark.parametrize("applied", [None, True, False])
@pytest.mark.parametrize("kind", WHOLE_CALL)
def test_a_fault_applies_or_not_as_it_says(
    market: Market,
    write: Callable[[str], Reply],
    kind: FaultKind,
    applied: bool | None,  # noqa: FBT001 - a row
) -> None:
    """Every kind can be had with and without effect, and the log tells the truth either way."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=kind, applied=applied))

    write(line.order_no)

    expected = APPLIED_BY_DEFAULT[kind] if applied is None else applied
    (record,) = market.calls.since()
    assert bool(line.applied_writes) is expected
    assert record.applied == ((line.order_no,) if expected else ())
    assert record.faults == (kind.value,)


@pytest.mark.parametrize(
    ("kind", "ending", "status", "start"),
    [
        (FaultKind.HTTP_ERROR, Ending.SENT, 503, b"<!DOCTYPE html>"),
        (FaultKind.THROTTLED, Ending.SENT, 429, b"<!DOCTYPE html>"),
        (FaultKind.HANG, Ending.SENT, 200, b'{"ResultCode": 0'),
        (FaultKind.RESET, Ending.RESET, 200, b""),
        (FaultKind.LOST_ANSWER, Ending.CLOSED, 200, b""),
        (FaultKind.CUT_BODY, Ending.CUT, 200, b'{"ResultCode": 0'),
        (FaultKind.PLAIN_TEXT, Ending.SENT, 200, b"The service"),
        (FaultKind.EMPTY_BODY, Ending.SENT, 200, b""),
        (FaultKind.BOM, Ending.SENT, 200, b'\xef\xbb\xbf{"ResultCode": 0'),
        (FaultKind.XML, Ending.SENT, 200, b"<?xml"),
        (FaultKind.HTML, Ending.SENT, 200, b"<!DOCTYPE html>"),
        (FaultKind.GARBAGE, Ending.SENT, 200, b"\x80\x81"),
        (FaultKind.CODE, Ending.SENT, 200, b'{"ResultCode": -10100'),
        (FaultKind.GATEWAY_CODE, Ending.SENT, 200, b'{"ErrorCode": -90001'),
    ],
)
def test_what_each_fault_answers(
    market: Market, write: Callable[[str], Reply], kind: FaultKind, ending: Ending, status: int, start: bytes
) -> None:
    """How the connection ends and how the body begins."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=kind))

    reply = write(line.order_no)

    assert (reply.ending, reply.status) == (ending, status)
    assert reply.rendered.body.startswith(start)
    assert (reply.rendered.body == b"") is (kind in {FaultKind.EMPTY_BODY, FaultKind.RESET})


def test_a_hang_without_effect_ends_without_an_answer(market: Market, write: Callable[[str], Reply]) -> None:
    """Otherwise the caller would get an empty body that means nothing."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=FaultKind.HANG, applied=False, seconds=7))

    reply = write(line.order_no)

    assert (reply.ending, reply.hang_s) == (Ending.CLOSED, 7)


def test_codes_and_statuses_can_be_chosen(market: Market, write: Callable[[str], Reply]) -> None:
    """Any code, any HTTP status."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=FaultKind.CODE, code=-77777))
    market.faults.add(Fault(fault=FaultKind.HTTP_ERROR, http_status=302))

    assert json.loads(write(line.order_no).rendered.body)["ResultCode"] == -77777
    assert write(line.order_no).status == 302


def test_a_fault_is_aimed(market: Market, write: Callable[[str], Reply], ask: Callable[..., Any]) -> None:
    """By method (any case), by order line, after skipping some, for so many times."""
    first, second = market.add_cart(NewLine(), NewLine())
    market.faults.add(
        Fault(fault=FaultKind.HTML, method=WRITE.lower(), order_no=second.order_no, times=2, skip=1, applied=False)
    )

    ask("GetShippingInfo_v3")
    endings = [write(order_no).rendered.body[:1] for order_no in [first.order_no, *[second.order_no] * 4]]

    assert endings == [b"{", b"{", b"<", b"<", b"{"]
    assert market.faults.waiting() == ()


def test_a_fault_without_end_stays_until_it_is_cleared(market: Market, write: Callable[[str], Reply]) -> None:
    """``times`` of None."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=FaultKind.HTML, times=None))

    bodies = {write(line.order_no).rendered.body for _ in range(5)}
    market.faults.clear()

    assert len(bodies) == 1
    assert write(line.order_no).rendered.body.startswith(b"{")


@pytest.mark.parametrize(
    ("kind", "order_no", "codes", "written"),
    [
        (FaultKind.BULK_MISSING_ROW, None, [("2", 0), ("3", 0)], "123"),
        (FaultKind.BULK_MISSING_ROW, "2", [("1", 0), ("3", 0)], "123"),
        (FaultKind.BULK_DOUBLED_ROW, "3", [("1", 0), ("2", 0), ("3", 0), ("3", 0)], "123"),
        (FaultKind.BULK_ROW_CODE, "2", [("1", 0), ("2", -10103), ("3", 0)], "13"),
    ],
)
def test_faults_that_strike_a_row(
    market: Market,
    ask: Callable[..., Any],
    kind: FaultKind,
    order_no: str | None,
    codes: list[tuple[str, int]],
    written: str,
) -> None:
    """One row goes missing, comes twice, or carries a code; the others are as always."""
    lines = market.add_cart(*(NewLine(order_no=number) for number in "123"))
    market.faults.add(Fault(fault=kind, order_no=order_no))
    rows = [{"OrderNo": line.order_no, "ShippingCorp": "EMS", "TrackingNo": "1"} for line in lines]

    ask("GetShippingInfo_v3")
    answer = ask("SetSendingInfoBulk", rows=rows)

    assert [(str(row["contr_no"]), row["result_cd"]) for row in answer["ResultObject"]] == codes
    assert "".join(line.order_no for line in lines if line.applied_writes) == written


@pytest.mark.parametrize(("applied", "written"), [(None, 2), (False, 0)])
def test_an_envelope_can_fail_after_the_rows(
    market: Market,
    ask: Callable[..., Any],
    applied: bool | None,  # noqa: FBT001 - a row
    written: int,
) -> None:
    """The call says that it failed; the rows were applied all the same, unless the fault says no."""
    lines = market.add_cart(NewLine(), NewLine())
    market.faults.add(Fault(fault=FaultKind.BULK_ENVELOPE, applied=applied))
    rows = [{"OrderNo": line.order_no, "ShippingCorp": "EMS", "TrackingNo": "1"} for line in lines]

    answer = ask("SetSendingInfoBulk", rows=rows)

    assert answer == {"ResultCode": -10100, "ResultMsg": "failed"}
    assert sum(len(line.applied_writes) for line in lines) == written
    assert len(next(market.calls.since()).applied) == written


@pytest.mark.parametrize(
    ("ship_by", "claim", "status"),
    [(date(2026, 11, 25), None, 4), (date(2026, 11, 23), 3, 2)],
    ids=["asked", "overdue"],
)
def test_a_buyer_can_cross_the_write(
    market: Market, write: Callable[[str], Reply], ship_by: date, claim: int | None, status: int
) -> None:
    """Between the last look and the write: a request that the write closes, or a cancel that it comes too late for."""
    (line,) = market.add_cart(NewLine(ship_by=ship_by))
    market.faults.add(Fault(fault=FaultKind.BUYER_CANCELS, method=WRITE))
    market.faults.add(Fault(fault=FaultKind.LOST_ANSWER))

    reply = write(line.order_no)

    assert reply.ending is Ending.CLOSED
    assert ((line.claim and line.claim.status), line.shipping.status) == (claim, status)
    assert len(line.ended_requests) == (claim is None)


def test_misspelt_faults_are_refused() -> None:
    """Unknown kinds and fields are errors."""
    for wrong in ({"fault": "lost"}, {"fault": "reset", "order": "1"}, {"fault": "reset", "times": 0}):
        with pytest.raises(ValidationError):
            Fault.model_validate(wrong)


def test_a_success_that_never_was(market: Market, write: Callable[[str], Reply]) -> None:
    """Code 0 without effect: only a reader can tell."""
    (line,) = market.add_cart()
    market.faults.add(Fault(fault=FaultKind.CODE, code=0))

    reply = write(line.order_no)

    assert reply.rendered.body == b'{"ResultCode": 0, "ResultMsg": "SUCCESS"}'
    assert line.applied_writes == []


def test_a_call_that_is_turned_away_uses_no_fault_up(market: Market, write: Callable[[str], Reply]) -> None:
    """The limit comes first; the fault waits for a call that gets through."""
    (line,) = market.add_cart()
    market.switches.error_rate = 1
    market.faults.add(Fault(fault=FaultKind.HTML))
    market.faults.add(Fault(fault=FaultKind.BUYER_CANCELS))

    write(line.order_no)

    assert len(market.faults.waiting()) == 2
    assert line.claim is None
