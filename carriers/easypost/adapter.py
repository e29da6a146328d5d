"""``easypost``: EasyPost events; ``signature.py`` beside this file checks what proves them.

Specification: https://docs.easypost.com/docs/events and https://docs.easypost.com/docs/webhooks, read 2026-11-22. There
is no event for a bought label: buying one makes a Tracker, whose event names the shipment; the shipment, which has to
be fetched, holds the seller's reference. A repeat is known by the event's id.
"""

import base64
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from carriers.easypost.signature import VERSIONS, authenticate
from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, LabelEvent, Reading, Way
from carriers.payload import OptionalWord, TimeIfReadable, Word, ignore, read_json, read_model
from carriers.signatures import typeable_secret_problem

HOST = "api.easypost.com"
CREDENTIAL = "api_key"

TRACKER_EVENTS = frozenset({"tracker.created", "tracker.updated"})
"""``tracker.updated``: the official fixture. ``tracker.created``: recorded by name only, its body is read only."""

REFUND_EVENT = "refund.successful"
"""Read only. Sent when a refund that takes time is through, up to 15 days later; no event was found for the others."""

TRACKER_KINDS = {
    "unknown": EventKind.PRINTED,  # recorded: the Tracker of a label just bought
    "pre_transit": EventKind.PRINTED,  # recorded: the carrier knows of the label, not of the parcel
    "in_transit": EventKind.SCANNED,  # recorded: the official fixture
    "out_for_delivery": EventKind.SCANNED,  # read only
    "available_for_pickup": EventKind.SCANNED,  # read only
    "delivered": EventKind.SCANNED,  # read only
}
"""A Tracker's ``status`` and what it tells. The others (``return_to_sender``, ``failure``, ``cancelled``, ``error``,
all read only) are ignored: none of them says that the parcel is on its way to the buyer."""

VOIDING_REFUNDS = frozenset({"submitted", "refunded"})
"""A shipment's ``refund_status``. ``submitted``: recorded. ``refunded``: read only. ``rejected`` and
``not_applicable`` (read only) leave the label alive."""

_OK = 200
_REFUSALS = {
    401: "EasyPost refused the API key: check the source's setting credentials.api_key",
    403: "EasyPost refused the API key: check the source's setting credentials.api_key",
    404: "EasyPost does not know the shipment: the setting credentials.api_key may belong to another account",
}
_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SHIPMENT_ID = re.compile(r"shp_[A-Za-z0-9]{1,64}")


class Event(BaseModel):
    """What every event has."""

    model_config = ConfigDict(frozen=True)
    id: Word
    description: Word
    mode: Literal["test", "production"]
    created_at: TimeIfReadable = None


class Scan(BaseModel):
    """One of a Tracker's ``tracking_details``."""

    model_config = ConfigDict(frozen=True)
    status: OptionalWord = ""
    datetime: TimeIfReadable = None


class Result(BaseModel):
    """What an event is about: a Tracker, or a Refund, which has fewer fields."""

    model_config = ConfigDict(frozen=True)
    tracking_code: Word
    carrier: OptionalWord = ""
    status: OptionalWord = ""
    shipment_id: OptionalWord = ""
    is_return: bool | None = None
    created_at: TimeIfReadable = None
    tracking_details: list[Scan] | None = None


class EventWithResult(BaseModel):
    """The rest of an event whose ``description`` concerns us."""

    model_config = ConfigDict(frozen=True)
    result: Result


class Rate(BaseModel):
    """The rate that a label was bought at."""

    model_config = ConfigDict(frozen=True)
    carrier: OptionalWord = ""
    service: OptionalWord = ""


class Shipment(BaseModel):
    """The answer of ``GET /v2/shipments/{id}``. Recorded; its addresses are never read."""

    model_config = ConfigDict(frozen=True)
    id: Word
    reference: OptionalWord = ""
    tracking_code: OptionalWord = ""
    is_return: bool | None = None
    refund_status: OptionalWord = ""
    selected_rate: Rate | None = None


def parse(delivery: Delivery) -> Reading:
    """An event about a parcel of ours becomes the request for its shipment; any other is ignored, with the reason.

    Raises:
        UnreadablePayload: the body is not an EasyPost event.
    """
    content = read_json(delivery.body)
    event = read_model(Event, content)
    if not _EVENT_ID.fullmatch(event.id):
        raise UnreadablePayload("id: is not an event id")
    if event.mode == "test":
        return ignore("test_mode", delivery_key=event.id)
    if event.description not in TRACKER_EVENTS and event.description != REFUND_EVENT:
        return ignore("unknown_type", event.description, delivery_key=event.id)
    result = read_model(EventWithResult, content).result
    kind = EventKind.VOIDED if event.description == REFUND_EVENT else TRACKER_KINDS.get(result.status)
    if kind is None:
        return ignore("status_tells_nothing", result.status, delivery_key=event.id)
    if result.is_return:
        return ignore("return_label", delivery_key=event.id)
    if not result.shipment_id:
        return ignore("no_shipment", delivery_key=event.id)  # a Tracker that somebody added by hand: no label of ours
    if not _SHIPMENT_ID.fullmatch(result.shipment_id):
        raise UnreadablePayload("result.shipment_id: is not a shipment id")
    told_at = _told_at(kind, event, result)
    context = {
        "kind": kind.value,
        "shipment_id": result.shipment_id,
        "tracking_number": result.tracking_code,
        "carrier": result.carrier,
        "occurred_at": told_at.isoformat() if told_at else "",
    }
    fetch = Fetch(event.id, HOST, f"/v2/shipments/{result.shipment_id}", CREDENTIAL, context=context)
    return Reading(delivery_key=event.id, fetches=(fetch,))


def read_answer(fetch: Fetch, answer: FetchAnswer) -> Reading:
    """The shipment gives the event its order reference, and says whether its label is still alive.

    Raises:
        UnreadablePayload: the answer is not this shipment, or EasyPost refused to show it.
    """
    if answer.status != _OK:
        raise UnreadablePayload(_REFUSALS.get(answer.status, f"EasyPost answered {answer.status} for the shipment"))
    shipment = read_model(Shipment, read_json(answer.body))
    told = fetch.context
    if shipment.id != told["shipment_id"]:
        raise UnreadablePayload("id: is another shipment's")
    if shipment.tracking_code not in {"", told["tracking_number"]}:
        raise UnreadablePayload("tracking_code: is not the one that the event told")
    if shipment.is_return:
        return ignore("return_label", delivery_key=fetch.key)
    if not shipment.reference:
        return ignore("no_reference", delivery_key=fetch.key)
    kind = EventKind(told["kind"])
    occurred_at = datetime.fromisoformat(told["occurred_at"]) if told["occurred_at"] else None
    if kind is EventKind.PRINTED and shipment.refund_status in VOIDING_REFUNDS:
        kind, occurred_at = EventKind.VOIDED, None  # voided before we asked; the shipment does not say when
    rate = shipment.selected_rate or Rate()
    event = LabelEvent(
        key=fetch.key,
        kind=kind,
        order_ref=shipment.reference,
        carrier=told["carrier"] or rate.carrier,
        service=rate.service,
        tracking_number=told["tracking_number"],
        occurred_at=occurred_at,
    )
    return Reading(delivery_key=fetch.key, events=(event,))


def fetch_headers(_credential: str, value: str) -> Mapping[str, str]:
    """HTTP basic authentication with the API key as user name and no password."""
    return {"authorization": "Basic " + base64.b64encode(f"{value}:".encode()).decode("ascii")}


def _told_at(kind: EventKind, event: Event, result: Result) -> datetime | None:
    """When it happened: the first scan; the making of the Tracker, which is the buying of the label; the refund."""
    if kind is EventKind.SCANNED:
        scans = (scan for scan in result.tracking_details or () if TRACKER_KINDS.get(scan.status) is kind)
        return min((scan.datetime for scan in scans if scan.datetime), default=None)
    return result.created_at if kind is EventKind.PRINTED else event.created_at


SOURCE = PushedKind(
    kind="easypost",
    title="EasyPost",
    way=Way.PUSHED,
    spec="https://docs.easypost.com/docs/events",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.SCANNED, EventKind.VOIDED}),
    options={"signature": VERSIONS},
    authentication="HMAC-SHA256 of the body (v1), or also of time, method and path (v2)",
    authentication_ja="本文の HMAC-SHA256 (v1)、または時刻、メソッド、パスも含めたもの (v2)",
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="the official event with its official signature; trackers and shipments recorded by EasyPost's own tests",
    unverified=(
        "The text that version 2 of the signature covers, and how old it may be, are told by implementers only.",
        "Whether every carrier's refund sends an event is not documented: a void may be seen late or never.",
        "How a Tracker spells the Japanese carriers was never recorded; spellings are compared loosely.",
    ),
    unverified_ja=(
        "署名 v2 の対象となる文字列と有効な時間は、実装者の情報だけに基づいています。",
        "どの配送会社の払い戻しでもイベントが届くかは公開されていません。ラベルの取り消しに遅れて気づくか、気づかないことがあります。",
        "Trackerでの日本の配送会社の書き方は記録がありません。表記の違いは広めに同じとみなします。",
    ),
    hosts=frozenset({HOST}),
    credentials=frozenset({CREDENTIAL}),
    fetch_headers=fetch_headers,
    read_answer=read_answer,
)
