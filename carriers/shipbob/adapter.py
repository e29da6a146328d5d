"""``shipbob``: ShipBob's webhooks.

Specification: https://developer.shipbob.com/2026-07/guides/tracking and its page on webhooks, read 2026-11-23. The
topic stands in a header, the body in a shape that was only seen in the documentation. No payload was ever recorded.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, TimeIfReadable, ignore, read_json, read_model
from carriers.signatures import standard_webhook_key, verify_standard_webhook

TOPICS = {
    "order.shipped": EventKind.PRINTED,  # read only: the first number, when the label is bought and printed
    "order.shipment.tracking_received": EventKind.PRINTED,  # read only: the same for ShipBob Logistics
    "order.shipment.delivered": EventKind.SCANNED,  # read only
    "order.shipment.cancelled": EventKind.VOIDED,  # read only
}
"""The topics that say it all. Of the others only ``order.shipment.tracking.updated`` concerns us."""

TRACKING_UPDATED = "order.shipment.tracking.updated"
"""Read only: what it tells is its ``status``."""

STATUSES = {
    "LabelCreated": EventKind.PRINTED,  # read only
    "InTransit": EventKind.SCANNED,  # read only
    "OutForDelivery": EventKind.SCANNED,  # read only
    "Delivered": EventKind.SCANNED,  # read only
}


class Tracking(BaseModel):
    """Where the number stands."""

    model_config = ConfigDict(frozen=True)
    carrier: OptionalWord = ""
    carrier_service: OptionalWord = ""
    tracking_id: OptionalNumberWord = ""


class Message(BaseModel):
    """What is read of a body. ``reference_id`` is the seller's order; ``order_id`` is ShipBob's, and always there."""

    model_config = ConfigDict(frozen=True)
    order_id: NumberWord
    event_time: TimeIfReadable = None
    reference_id: OptionalNumberWord = ""
    status: OptionalWord = ""
    tracking: Tracking | None = None


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the signature and its age; ShipBob signs as Standard Webhooks does.

    Raises:
        BadSignature: see ``verify_standard_webhook``.
    """
    verify_standard_webhook(delivery.headers, delivery.body, delivery.received_at, secrets)


def parse(delivery: Delivery) -> Reading:
    """One body is one event at most. The header with the topic is not signed; the body and the id are.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    key = delivery.headers.get("webhook-id", "")
    topic = delivery.headers.get("x-webhook-topic", "").strip()
    if not key or not topic:
        raise UnreadablePayload("webhook-id: is missing" if not key else "x-webhook-topic: is missing")
    content = read_json(delivery.body)
    if topic != TRACKING_UPDATED and topic not in TOPICS:
        return ignore("unknown_type", topic, delivery_key=key)
    message = read_model(Message, content)
    kind = STATUSES.get(message.status) if topic == TRACKING_UPDATED else TOPICS[topic]
    if kind is None:
        return ignore("status_tells_nothing", message.status, delivery_key=key)
    tracking = message.tracking or Tracking()
    if not tracking.tracking_id:
        return ignore("no_number", topic, delivery_key=key)
    if kind is EventKind.PRINTED and not message.reference_id:
        return ignore("no_reference", topic, delivery_key=key)
    event = LabelEvent(
        key=key,
        kind=kind,
        order_ref=message.reference_id,
        carrier=tracking.carrier,
        service=tracking.carrier_service,
        tracking_number=tracking.tracking_id,
        occurred_at=message.event_time,
    )
    return Reading(delivery_key=key, events=(event,))


def check_secret(secret: str) -> str | None:
    """None, or what is wrong with a configured secret."""
    if standard_webhook_key(secret) is None:
        return "must be base64 after an optional whsec_ and not be empty, as ShipBob shows it"
    return None


SOURCE = PushedKind(
    kind="shipbob",
    title="ShipBob",
    way=Way.PUSHED,
    spec="https://developer.shipbob.com/2026-07/guides/tracking",
    spec_read_on=date(2026, 11, 23),
    tells=frozenset({EventKind.PRINTED, EventKind.SCANNED, EventKind.VOIDED}),
    authentication="Standard Webhooks signature over id, time and body",
    authentication_ja="ID、時刻、本文に対する Standard Webhooks の署名",
    authenticate=authenticate,
    parse=parse,
    check_secret=check_secret,
    proved_by="",
    unverified=(
        "That ShipBob signs as Standard Webhooks describes was read at a third party; no signed message was seen.",
        "That x-webhook-topic names the topic was read there too.",
        "ShipBob publishes one example body; that every topic has its shape was never seen.",
        "Whether a cancelled shipment's message still names its number is not documented; without one it is ignored.",
    ),
    unverified_ja=(
        "ShipBobがStandard Webhooksのとおりに署名することは、第三者の資料で読みました。署名つきの実例はありません。",
        "x-webhook-topic が種類を表すことも、同じ資料によります。",
        "ShipBobが公開する本文の例は1つです。どの種類も同じ形かは確かめられていません。",
        "取り消しの知らせに番号が残るかは公開されていません。番号がなければ無視します。",
    ),
)
