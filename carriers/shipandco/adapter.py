"""``shipandco``: Ship&co's list of shipments, which has to be polled.

Specification: https://developer.shipandco.com/en/, read 2026-11-22. No list of what changed exists: every round asks
for what was made since the newest shipment seen, and now and then a wide one reads the last days again, since a void
only shows as the ``state`` of a shipment that is known already.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from carriers.errors import UnreadablePayload
from carriers.kinds import PolledKind, PollRequest, PollResult, PollSetup, PollState
from carriers.model import EventKind, FetchAnswer, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, TimeIfReadable, read_json_value, read_model
from carriers.polling import FIRST_LOOK_BACK, check_status, ignored, label_events, read_rows

HOST = "api.shipandco.com"
PATH = "/v1/shipments"
PAGE_ROWS = 50
"""The documented default. 250 are allowed, but a row may hold a whole invoice."""

STATE_KINDS = {
    "active": EventKind.PRINTED,  # recorded
    "void": EventKind.VOIDED,  # read only
}
"""A shipment's ``state`` and what it tells."""

WIDE_EVERY = timedelta(minutes=10)
_OVERLAP = timedelta(minutes=10)
"""Read again each time: a shipment may show later than others that were made after it."""


class Setup(BaseModel):
    """``setup`` of a shipment."""

    ref_number: OptionalNumberWord = ""


class Delivery(BaseModel):
    """``delivery`` of a shipment."""

    carrier: OptionalWord = ""
    method: OptionalWord = ""
    tracking_numbers: list[OptionalNumberWord] | None = None


class Shipment(BaseModel):
    """A shipment, of which an answer may carry only a part."""

    id: NumberWord
    state: OptionalWord = ""
    test: bool | None = None
    created_at: TimeIfReadable = None
    setup: Setup | None = None
    delivery: Delivery | None = None


def start(setup: PollSetup, state: PollState, now: datetime) -> PollRequest:
    """The next page of a round that was broken off, or else the first one of a new round."""
    if "page" in state.cursor:
        return _page(setup, state.cursor)
    wide_at = state.cursor.get("wide_at", "")
    if not wide_at or now - datetime.fromisoformat(wide_at) >= WIDE_EVERY:
        after = now - timedelta(days=int(setup.options["reread_days"]))
        return _page(setup, {**state.cursor, "after": after.isoformat(), "page": "1", "began_at": now.isoformat()})
    newest = state.cursor.get("newest", "")
    after = datetime.fromisoformat(newest) - _OVERLAP if newest else now - FIRST_LOOK_BACK
    return _page(setup, {**state.cursor, "after": after.isoformat(), "page": "1"})


def read(setup: PollSetup, request: PollRequest, answer: FetchAnswer, state: PollState) -> PollResult:
    """One page. The round ends with the first page that is not full."""
    del state  # the request carries it on
    check_status(answer, "Ship&co", "credentials.token")
    rows = _rows(answer.body)
    reading = read_page(answer.body, setup.options)
    cursor = dict(request.context)
    made = [event.occurred_at for event in reading.events if event.kind is EventKind.PRINTED and event.occurred_at]
    if made:
        newest = min(max(made), answer.received_at)  # a time in the future would hide what comes before it
        cursor["newest"] = max(cursor.get("newest", ""), newest.astimezone(UTC).isoformat())
    if len(rows) >= PAGE_ROWS:
        cursor["page"] = str(int(cursor["page"]) + 1)
        return PollResult(reading, PollState(cursor), _page(setup, cursor))
    kept = {"newest": cursor.get("newest", ""), "wide_at": cursor.get("began_at") or cursor.get("wide_at", "")}
    return PollResult(reading, PollState({name: value for name, value in kept.items() if value}))


def read_page(body: bytes, options: Mapping[str, str]) -> Reading:
    """A page in either shape that was seen in use: a bare list, or an object with ``shipments``; or one shipment."""
    del options
    return read_rows(_rows(body), _read_shipment)


def _page(setup: PollSetup, cursor: Mapping[str, str]) -> PollRequest:
    query = {
        "scope": "all",  # also labels that were printed by hand
        "state": "any",  # also voided ones
        "created_after": datetime.fromisoformat(cursor["after"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "limit": str(PAGE_ROWS),
        "page": cursor["page"],
    }
    headers = {"x-access-token": setup.credentials["token"]}
    return PollRequest("GET", HOST, PATH, query=query, headers=headers, context=cursor)


def _rows(body: bytes) -> list[object]:
    value = read_json_value(body)
    if isinstance(value, dict):
        value = value.get("shipments", [value] if "id" in value else None)
    if not isinstance(value, list):
        raise UnreadablePayload("the body is no list of shipments")
    return value


def _read_shipment(row: object) -> Reading:
    shipment = read_model(Shipment, row)
    if shipment.test:
        return ignored("test_mode")
    kind = STATE_KINDS.get(shipment.state)
    if kind is None:
        return ignored("unknown_state")
    delivery = shipment.delivery or Delivery()
    return label_events(
        shipment.id,
        kind,
        [(shipment.setup or Setup()).ref_number],
        delivery.tracking_numbers or [],
        carrier=delivery.carrier,
        service=delivery.method,
        occurred_at=shipment.created_at if kind is EventKind.PRINTED else None,  # it does not say when it was voided
    )


SOURCE = PolledKind(
    kind="shipandco",
    title="Ship&co",
    way=Way.POLLED,
    spec="https://developer.shipandco.com/en/",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.VOIDED}),
    proved_by="shipments recorded by the tests of the sanmai/shipandco-sdk library",
    unverified=(
        "The shape of a list (bare, or under `shipments`) differs between descriptions; both are read.",
        "A voided shipment was never recorded.",
        "The number of calls a minute that Ship&co allows is not published; this program makes at most 30.",
    ),
    unverified_ja=(
        "一覧の形 (そのまま、または `shipments` の中) が資料によって違います。どちらも読みます。",
        "取り消された出荷の記録はありません。",
        "Ship&coを1分に何回呼べるかは公開されていません。多くて30回にしています。",
    ),
    credentials=frozenset({"token"}),
    options={"reread_days": ("7", "1", "3", "14", "30")},
    hosts=frozenset({HOST}),
    start=start,
    read=read,
    read_page=read_page,
    calls_per_minute=30,
)
