"""A market on a clock that only the test moves, and calls to it without a network."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.sandbox import Market
from connector.sandbox.exchange import Reply, exchange
from connector.sandbox.transport import BASE_PATH, read_call

BULK = {"SetSendingInfoBulk": "ShippingInfoJson", "SetSellerCheckYNBulk": "SendPlanDtInfoJson"}


class Clock:
    """A clock that stands still until it is moved. It starts on 2026-11-24, 12:00 in Japan."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(clock: Clock) -> Market:
    return Market(clock, shops=("main", "second"))


@pytest.fixture
def key(market: Market) -> str:
    return next(iter(market.shops["main"].keys))


@pytest.fixture
def reply(market: Market, key: str) -> Callable[..., Reply]:
    """Call ``Service.Method`` as the documented form does; ``key_sent`` replaces the key."""

    def play(method: str, key_sent: str | None = None, **params: str) -> Reply:
        headers = {"GiosisCertificationKey": key if key_sent is None else key_sent}
        body = urlencode({"returnType": "application/json", **params}).encode()
        form = "application/x-www-form-urlencoded"
        return exchange(market, read_call("POST", f"{BASE_PATH}/{method}", "", headers, form, body))

    return play


@pytest.fixture
def ask(reply: Callable[..., Reply]) -> Callable[..., Any]:
    """The same, read as JSON. Short method names belong to ShippingBasic; ``rows`` become the bulk parameter."""

    def play(method: str, rows: list[dict[str, Any]] | None = None, **params: str) -> Any:
        if rows is not None:
            params[BULK[method]] = json.dumps(rows)
        return json.loads(reply(method if "." in method else f"ShippingBasic.{method}", **params).rendered.body)

    return play


@pytest.fixture
def send(ask: Callable[..., Any]) -> Callable[..., int]:
    """Write one number and give the code."""

    def play(order_no: str, tracking_no: str = "111111111111", company: str = "ヤマト宅急便") -> int:
        answer = ask("SetSendingInfo", OrderNo=order_no, ShippingCorp=company, TrackingNo=tracking_no)
        return int(answer["ResultCode"])

    return play


@pytest.fixture
def listed(ask: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    """The rows of GetShippingInfo_v3 in a status."""

    def play(status: str = "0", **params: str) -> list[dict[str, Any]]:
        period = {"SearchStartDate": "20261101", "SearchEndDate": "20261231"}
        rows: list[dict[str, Any]] = ask("GetShippingInfo_v3", ShippingStatus=status, **{**period, **params})[
            "ResultObject"
        ]
        return rows

    return play


@pytest.fixture
def claims(ask: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    """The rows of GetClaimInfo_V3 in a status."""

    def play(status: str = "1", **params: str) -> list[dict[str, Any]]:
        period = {"search_Sdate": "20261101", "search_Edate": "20261231", "search_condition": "2"}
        rows: list[dict[str, Any]] = ask("GetClaimInfo_V3", ClaimStat=status, **{**period, **params})["ResultObject"]
        return rows

    return play


@pytest.fixture
def shown(ask: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """The one row of GetShippingAndClaimInfoByOrderNo_V2."""

    def play(order_no: str) -> dict[str, Any]:
        (row,) = ask("GetShippingAndClaimInfoByOrderNo_V2", OrderNo=order_no)["ResultObject"]
        assert isinstance(row, dict)
        return row

    return play
