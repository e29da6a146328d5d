"""Whatever buyers, sellers and calls do in whatever order, the market stays a market."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from connector.domain.orders import ShippingStatus
from connector.sandbox import Effect, Market, MarketError, NewLine, Switches
from connector.sandbox.exchange import exchange
from connector.sandbox.switches import (
    Acceptance,
    CancelReach,
    DeadWrite,
    EndedRequest,
    OtherNumber,
    OverdueCancel,
    PendingWrite,
)
from connector.sandbox.transport import BASE_PATH, read_call

MOVES = ("ask_cancel", "withdraw", "accept_cancel", "refuse_cancel", "ask_return", "pay", "deliver")
SWITCHES = st.builds(
    Switches,
    write_while_cancel_requested=st.sampled_from(PendingWrite),
    write_after_cancel=st.sampled_from(DeadWrite),
    write_same_number=st.sampled_from(Acceptance),
    write_other_number=st.sampled_from(OtherNumber),
    write_unpaid=st.sampled_from(Acceptance),
    overdue_cancel=st.sampled_from(OverdueCancel),
    buyer_cancel_takes=st.sampled_from(CancelReach),
    ended_request_shows=st.sampled_from(EndedRequest),
    visible_late_s=st.sampled_from([0, 60]),
)


class MarketMachine(RuleBasedStateMachine):
    order_nos: Bundle[str] = Bundle("order_nos")

    def __init__(self) -> None:
        super().__init__()
        self.time = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        self.market = Market(lambda: self.time)
        self.statuses: dict[str, ShippingStatus] = {}

    def call(self, method: str, **params: str) -> Any:
        key = next(iter(self.market.shops["main"].keys))
        body = urlencode({"returnType": "json", **params}).encode()
        path, form = f"{BASE_PATH}/ShippingBasic.{method}", "application/x-www-form-urlencoded"
        call = read_call("POST", path, "", {"GiosisCertificationKey": key}, form, body)
        return json.loads(exchange(self.market, call).rendered.body)

    @rule(target=order_nos, status=st.sampled_from(ShippingStatus))
    def order(self, status: ShippingStatus) -> str:
        (line, _) = self.market.add_cart(NewLine(status=status), NewLine())
        return line.order_no

    @rule(switches=SWITCHES)
    def switch(self, switches: Switches) -> None:
        self.market.switches = switches

    @rule(seconds=st.sampled_from([1, 61, 86400]))
    def wait(self, seconds: int) -> None:
        self.time += timedelta(seconds=seconds)

    @rule(order_no=order_nos, move=st.sampled_from(MOVES))
    def move(self, order_no: str, move: str) -> None:
        with suppress(MarketError):
            getattr(self.market, move)(order_no)

    @rule(order_no=order_nos, tracking_no=st.sampled_from(["1", "2"]))
    def write(self, order_no: str, tracking_no: str) -> None:
        line = self.market.line(order_no)
        before, gone, writes = line.shipping, line.gone, len(line.applied_writes)

        code = self.call("SetSendingInfo", OrderNo=order_no, ShippingCorp="EMS", TrackingNo=tracking_no)["ResultCode"]

        assert (code == 0) == (len(line.applied_writes) == writes + 1)
        if gone or code != 0:
            assert line.shipping == before
        elif line.applied_writes[-1].effect in {Effect.RECORDED, Effect.OVERWRITTEN}:
            assert (line.shipping.tracking_no, line.shipping.status >= 4) == (tracking_no, True)

    @rule(order_no=order_nos, ship_by=st.sampled_from(["20261124", "20261125", "20261201", "", "20270301"]))
    def take(self, order_no: str, ship_by: str) -> None:
        answer = self.call("SetSellerCheckYN_V2", OrderNo=order_no, EstShipDt=ship_by)
        assert answer["ResultCode"] in {0, -10012, -10013, -10016, -10017, -10018}

    @invariant()
    def a_status_never_goes_back(self) -> None:
        for order_no, line in self.market.lines.items():
            assert line.shipping.status >= self.statuses.get(order_no, 1)
            self.statuses[order_no] = line.shipping.status

    @invariant()
    def the_lists_agree_with_the_lines(self) -> None:
        now = self.market.moment()
        seen = [line.order_no for status in ShippingStatus for line in self.market.shops["main"].lines([status], now)]
        assert sorted(seen) == sorted(line.order_no for line in self.market.lines.values() if not line.gone)
        for status in ShippingStatus:
            for line in self.market.shops["main"].lines([status], now):
                assert line.shown(now).status is status

    @invariant()
    def claims_are_found_where_they_are(self) -> None:
        period = {"search_Sdate": "20261120", "search_Edate": "20270201"}
        found = {row["orderNo"] for row in self.call("GetClaimInfo_V3", **period)["ResultObject"]}
        now = self.market.moment()
        assert found == {line.order_no for line in self.market.lines.values() if line.claim_listed(now)}

    @invariant()
    def nobody_cancelled_through_the_api(self) -> None:
        assert self.market.seller_cancels == []


TestMarket = MarketMachine.TestCase
TestMarket.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
