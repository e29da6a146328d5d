"""``openlogi``: OPENLOGI's shipments of one day, which have to be polled.

Specification: https://api.openlogi.com/doc/api.html (API version 1.5), read 2026-11-23. What OPENLOGI has shipped is
listed by the day; the list of what it is still working on leaves the shipped ones out. ``/shipments/shipped`` with
``date_after`` gives one day only, so each day is asked for by its own address.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

from pydantic import BaseModel

from carriers.kinds import PolledKind, PollRequest, PollResult, PollSetup, PollState
from carriers.model import EventKind, FetchAnswer, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, TimeIfReadable, read_json, read_model
from carriers.polling import check_status, ignored, label_events, read_rows

HOST = "api.openlogi.com"
API_VERSION = "1.5"
JAPAN = timezone(timedelta(hours=9))
"""OPENLOGI's days, by the offset of its times."""

STATUS_KINDS = {"shipped": EventKind.HANDED_OVER}
"""A shipment's ``status`` and what it tells: "has left the warehouse". Read only, as all of this. In the other states
(``backordered`` to ``packed``, ``suspended``, ``modify_request``, ``cancel_request``) nothing has left yet."""


class Package(BaseModel):
    """One of ``packages``: what was sent abroad has its number here."""

    tracking_code: OptionalNumberWord = ""


class Shipment(BaseModel):
    """A shipment."""

    id: NumberWord
    identifier: OptionalNumberWord = ""
    order_no: OptionalNumberWord = ""
    status: OptionalWord = ""
    shipped_at: TimeIfReadable = None
    delivery_carrier: OptionalWord = ""
    delivery_service: OptionalWord = ""
    tracking_code: OptionalNumberWord = ""
    tracking_codes: list[OptionalNumberWord] | None = None
    packages: list[Package] | None = None
    shipment_return: bool | None = None


class Page(BaseModel):
    """The list's envelope."""

    shipments: list[object]


def start(setup: PollSetup, state: PollState, now: datetime) -> PollRequest:
    """The first day that may still have gained something: yesterday, or earlier after a pause."""
    today = now.astimezone(JAPAN).date()
    day = min(date.fromisoformat(state.cursor.get("day", today.isoformat())), today - timedelta(days=1))
    return _day(setup, day)


def read(setup: PollSetup, request: PollRequest, answer: FetchAnswer, state: PollState) -> PollResult:
    """One day. The next round begins with yesterday, since a day's list may still grow after midnight."""
    del state
    check_status(answer, "OPENLOGI", "credentials.token")
    reading = read_page(answer.body, setup.options)
    day = date.fromisoformat(request.context["day"])
    today = answer.received_at.astimezone(JAPAN).date()
    if day >= today:
        return PollResult(reading, PollState({"day": (today - timedelta(days=1)).isoformat()}))
    following = day + timedelta(days=1)
    return PollResult(reading, PollState({"day": following.isoformat()}), _day(setup, following))


def read_page(body: bytes, options: Mapping[str, str]) -> Reading:
    """The shipments of one day."""
    return read_rows(
        read_model(Page, read_json(body)).shipments,
        lambda row: _read_shipment(read_model(Shipment, row), options["reference"]),
    )


def _day(setup: PollSetup, day: date) -> PollRequest:
    headers = {"authorization": f"Bearer {setup.credentials['token']}", "x-api-version": API_VERSION}
    path = f"/api/shipments/shipped/{day:%Y/%m/%d}"
    return PollRequest("GET", HOST, path, headers=headers, context={"day": day.isoformat()})


def _read_shipment(shipment: Shipment, reference: str) -> Reading:
    kind = STATUS_KINDS.get(shipment.status)
    if kind is None:
        return ignored("not_shipped")
    if shipment.shipment_return:
        return ignored("return_label")
    # ``tracking_code`` is any one of ``tracking_codes``, so it only counts where there is no list.
    numbers = [*(shipment.tracking_codes or []), *(package.tracking_code for package in shipment.packages or [])]
    return label_events(
        shipment.id,
        kind,
        [shipment.identifier if reference == "identifier" else shipment.order_no],
        numbers if any(numbers) else [shipment.tracking_code],
        carrier=shipment.delivery_service or shipment.delivery_carrier,
        service="",
        occurred_at=shipment.shipped_at,
    )


SOURCE = PolledKind(
    kind="openlogi",
    title="OPENLOGI (オープンロジ)",
    way=Way.POLLED,
    spec="https://api.openlogi.com/doc/api.html",
    spec_read_on=date(2026, 11, 23),
    tells=frozenset({EventKind.HANDED_OVER}),
    proved_by="",
    unverified=(
        "No answer of OPENLOGI was ever recorded: everything is read from its OpenAPI description.",
        "Whether a number shows before the parcel has left is not documented; only shipped ones are asked for.",
        "Nothing tells that a shipped parcel came back; a return that is sent out again is a shipment of its own.",
    ),
    unverified_ja=(
        "OPENLOGIの実際の答えの記録はありません。すべてOpenAPIの説明から読み取りました。",
        "荷物が出る前に番号が見えるかは公開されていません。発送済みのものだけを取りに行きます。",
        "発送した荷物が戻ったことは知らされません。送り直した荷物は、別の出荷になります。",
    ),
    credentials=frozenset({"token"}),
    options={"reference": ("order_no", "identifier")},
    hosts=frozenset({HOST}),
    start=start,
    read=read,
    read_page=read_page,
    calls_per_minute=60,
)
