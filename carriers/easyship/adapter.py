"""``easyship``: Easyship's webhooks.

Specification: https://developers.easyship.com/reference/webhook-1 and the page of each event, read 2026-11-23. The
examples there are the only payloads; none was recorded. What an event is about stands in ``data``, or, in the examples
of older versions, in a member named after it.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from carriers.easyship.signature import authenticate, check_secret
from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import (
    OptionalNumberWord,
    OptionalWord,
    TimeIfReadable,
    Word,
    derived_key,
    ignore,
    read_json,
    read_model,
)

EVENTS = {
    "shipment.label.created": EventKind.PRINTED,  # read only
    "shipment.cancelled": EventKind.VOIDED,  # read only; the example names no tracking number
    "shipment.tracking.status.changed": EventKind.SCANNED,  # read only; by its status
    "shipment.tracking.checkpoints.created": EventKind.SCANNED,  # read only; by its status
}

SCANNED = frozenset(
    {
        "In Transit to Consolidation Center",  # read only, as all of these
        "Arrived at Consolidation Center",
        "Processing at Consolidation Center",
        "In Transit to Customer",
        "Out for Delivery",
        "Failed Delivery Attempt",
        "Delivered",
    }
)
"""The statuses that say that a carrier has the parcel. The others of the published list (``Shipped`` among them, which
a person may set by hand) do not."""


def _list_or_nothing(value: object) -> object:
    return value if isinstance(value, list) else []  # one published example has an empty object there


class Checkpoint(BaseModel):
    """One scan."""

    model_config = ConfigDict(frozen=True)
    primary_status: OptionalWord = ""
    checkpoint_time: TimeIfReadable = None


class Subject(BaseModel):
    """What an event is about: a label, a shipment or its tracking."""

    model_config = ConfigDict(frozen=True)
    easyship_shipment_id: OptionalWord = ""
    platform_order_number: OptionalNumberWord = ""
    status: OptionalWord = ""
    tracking_number: OptionalNumberWord = ""
    checkpoints: Annotated[list[Checkpoint], BeforeValidator(_list_or_nothing)] = []


class Message(BaseModel):
    """A body, with the members that its subject may stand in."""

    model_config = ConfigDict(frozen=True)
    event_type: Word
    data: Subject | None = None
    label: Subject | None = None
    shipment: Subject | None = None
    tracking_status: Subject | None = None


class Envelope(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    event_type: Word


def parse(delivery: Delivery) -> Reading:
    """One body is one event at most. Easyship gives it no id and no time.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    content = read_json(delivery.body)
    event_type = read_model(Envelope, content).event_type
    kind = EVENTS.get(event_type)
    if kind is None:
        return ignore("unknown_type", event_type)
    message = read_model(Message, content)
    subject = message.data or message.label or message.shipment or message.tracking_status
    if subject is None:
        raise UnreadablePayload("data: is missing")
    if kind is EventKind.SCANNED and subject.status not in SCANNED:
        return ignore("status_tells_nothing", subject.status)
    if not subject.tracking_number:
        return ignore("no_number", event_type)
    if kind is EventKind.PRINTED and not subject.platform_order_number:
        return ignore("no_reference", event_type)
    at = _first_scan(subject) if kind is EventKind.SCANNED else None
    parts = (subject.easyship_shipment_id, subject.platform_order_number, subject.tracking_number)
    event = LabelEvent(
        key=derived_key(kind, *parts, at.isoformat() if at else ""),
        kind=kind,
        order_ref=subject.platform_order_number,
        carrier="",
        service="",
        tracking_number=subject.tracking_number,
        occurred_at=at,
    )
    return Reading(events=(event,))


def _first_scan(subject: Subject) -> datetime | None:
    scans = (scan for scan in subject.checkpoints if scan.primary_status in SCANNED)
    return min((scan.checkpoint_time for scan in scans if scan.checkpoint_time), default=None)


SOURCE = PushedKind(
    kind="easyship",
    title="Easyship",
    way=Way.PUSHED,
    spec="https://developers.easyship.com/reference/webhooks-guide",
    spec_read_on=date(2026, 11, 23),
    tells=frozenset(EVENTS.values()),
    authentication="secret in the address, and/or Easyship's token in a header",
    authentication_ja="アドレス中のシークレット、ヘッダーにあるEasyshipのトークン、またはその両方",
    authenticate=authenticate,
    parse=parse,
    check_secret=check_secret,
    secret_in_path=True,
    signs_body=False,
    proved_by="",
    unverified=(
        "Easyship's token is documented, but was never seen; it does not cover the body.",
        "A cancelled shipment's message names no tracking number in the published example; without one it is ignored.",
        "No message names the courier: the seller must choose the name at Qoo10.",
        "No message says when a label was made.",
    ),
    unverified_ja=(
        "Easyshipのトークンは説明にありますが、実例はありません。本文は守られません。",
        "公開された例では、取り消しの知らせに送り状番号がありません。番号がなければ無視します。",
        "配送会社の名前は届きません。Qoo10での名前を設定で選んでください。",
        "ラベルを作った時刻は届きません。",
    ),
)
