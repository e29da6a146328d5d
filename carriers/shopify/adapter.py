"""``shopify``: ``fulfillments/create`` and ``fulfillments/update``.

Specification: https://shopify.dev/docs/apps/build/webhooks (delivery, ignore-duplicates) and the REST Fulfillment
resource, read 2026-11-22. The signature covers the body only; topic, event id and test mark stand in headers beside it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Ignored, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, TimeIfReadable, read_json, read_model
from carriers.signatures import header, typeable_secret_problem, verify_hmac_base64

TOPICS = frozenset({"fulfillments/create", "fulfillments/update"})

STATUS_KINDS = {
    "pending": EventKind.PRINTED,  # recorded in its REST form
    "open": EventKind.PRINTED,  # read only, as are all below
    "success": EventKind.PRINTED,
    "cancelled": EventKind.VOIDED,
}
"""``status``, of a fulfilment that has a number. ``error`` and ``failure`` (read only) tell nothing."""

SCANNED = frozenset({"in_transit", "out_for_delivery", "attempted_delivery", "ready_for_pickup", "delivered"})
"""``shipment_status`` once the carrier has the parcel. All read only."""

_EVENT_ID = re.compile(r"[A-Za-z0-9-]{1,100}")
_PLAIN_CODE = re.compile(r"[a-z_/]*")


class Fulfillment(BaseModel):
    """The body. Its destination and line items are never read."""

    model_config = ConfigDict(frozen=True)
    id: NumberWord
    order_id: OptionalNumberWord = ""
    name: OptionalWord = ""
    status: OptionalWord = ""
    shipment_status: OptionalWord = ""
    tracking_company: OptionalWord = ""
    tracking_number: OptionalWord = ""
    tracking_numbers: list[OptionalWord] | None = None
    created_at: TimeIfReadable = None
    updated_at: TimeIfReadable = None


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``X-Shopify-Hmac-Sha256``: base64 HMAC-SHA256 of the raw body, the key being the app's client secret.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``no_secret`` or ``mismatch``.
    """
    keys = [secret.encode() for secret in secrets if typeable_secret_problem(secret) is None]
    verify_hmac_base64(header(delivery.headers, "x-shopify-hmac-sha256"), delivery.body, keys)


def parse(delivery: Delivery) -> Reading:
    """One fulfilment gives an event for each of its numbers, and another where they have been scanned.

    Raises:
        UnreadablePayload: the body is not a fulfilment, or the header with the topic is missing.
    """
    content = read_json(delivery.body)
    topic = delivery.headers.get("x-shopify-topic", "")
    if not topic:
        raise UnreadablePayload("x-shopify-topic: is missing")
    key = _delivery_key(delivery.headers)
    if delivery.headers.get("x-shopify-test", "").lower() == "true":
        return _ignored(key, "test_mode")
    if topic not in TOPICS:
        return _ignored(key, "unknown_type", topic)
    fulfillment = read_model(Fulfillment, _unwrapped(content))
    kind = STATUS_KINDS.get(fulfillment.status)
    reference = fulfillment.order_id if delivery.options.get("reference") == "order_id" else fulfillment.name
    numbers = dict.fromkeys([*(fulfillment.tracking_numbers or ()), fulfillment.tracking_number])
    numbers.pop("", None)
    if kind is None:
        return _ignored(key, "status_tells_nothing", fulfillment.status)
    if not reference or not numbers:
        return _ignored(key, "no_number" if reference else "no_reference")
    kinds = [kind]
    if kind is EventKind.PRINTED and fulfillment.shipment_status in SCANNED:
        kinds.append(EventKind.SCANNED)
    times = {EventKind.PRINTED: fulfillment.created_at, EventKind.VOIDED: fulfillment.updated_at}
    events = tuple(
        LabelEvent(
            key=f"{fulfillment.id}:{each}:{number}",
            kind=each,
            order_ref=reference,
            carrier=fulfillment.tracking_company,
            service="",
            tracking_number=number,
            occurred_at=times.get(each),
        )
        for number in numbers
        for each in kinds
    )
    return Reading(key, events)


def _delivery_key(headers: Mapping[str, str]) -> str:
    """The event's id, else the webhook's; both stay the same on a retry. Empty where there is neither."""
    ids = (headers.get("x-shopify-event-id", ""), headers.get("x-shopify-webhook-id", ""))
    return next((one for one in ids if _EVENT_ID.fullmatch(one)), "")


def _unwrapped(content: dict[str, object]) -> object:
    """The fulfilment itself: the REST form wraps it, and it is not recorded whether the webhook does."""
    inner = content.get("fulfillment")
    return inner if isinstance(inner, dict) else content


def _ignored(key: str, reason: str, word: str = "") -> Reading:
    return Reading(key, ignored=(Ignored(reason, word if _PLAIN_CODE.fullmatch(word) else ""),))


SOURCE = PushedKind(
    kind="shopify",
    title="Shopify",
    way=Way.PUSHED,
    spec="https://shopify.dev/docs/apps/build/webhooks",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({*STATUS_KINDS.values(), EventKind.SCANNED}),
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="a fulfilment in its REST form, from Shopify's own Python library",
    unverified=(
        "No webhook was recorded: that its body is the bare fulfilment is read only (the wrapped form is taken too).",
        "A fulfilment whose number was replaced does not name the old one, which is not voided here.",
        "The signature covers no time and no header, so an old message cannot be told from a new one.",
    ),
    unverified_ja=(
        "Webhookの記録はありません。本文が fulfilment そのものであることは未確認です (包まれた形も読みます)。",
        "番号が差し替えられた fulfilment に前の番号はありません。前の番号は取り消しになりません。",
        "署名は時刻もヘッダーも含まないので、古い知らせと新しい知らせを見分けられません。",
    ),
    authentication="HMAC-SHA256 of the body (base64)",
    authentication_ja="本文の HMAC-SHA256 (Base64)",
    options={"reference": ("name", "order_id")},
)
