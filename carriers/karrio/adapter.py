"""``karrio``: Karrio, which sellers run themselves.

Specification: Karrio's code (https://github.com/karrioapi/karrio, modules/events), read 2026-11-22. Its web page speaks
of a signature and of dotted names; the code has neither. The webhook's secret comes along in a header, each message is
sent once and never again, and the body has no id and no time. Karrio's own test payloads were made by its authors.
"""

import re
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Ignored, LabelEvent, Reading, Way
from carriers.payload import OptionalWord, Word, read_json, read_model
from carriers.signatures import header, typeable_secret_problem, verify_shared_secret

EVENT_KINDS = {
    "shipment_purchased": EventKind.PRINTED,
    "shipment_cancelled": EventKind.VOIDED,
    "shipment_fulfilled": EventKind.SCANNED,  # sent when the shipment's status becomes in_transit
    "shipment_out_for_delivery": EventKind.SCANNED,
}
"""``event``. All read in Karrio's code, none recorded. Trackers, orders, batches and pickups are ignored, and so are
``shipment_needs_attention`` and ``shipment_delivery_failed``, which do not say where the parcel is."""

_PLAIN_CODE = re.compile(r"[a-z_.]*")


class Envelope(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    event: Word


class Shipment(BaseModel):
    """``data`` of a shipment's event; addresses are never read. ``created_at`` is when the draft was made: not read."""

    model_config = ConfigDict(frozen=True)
    id: Word
    carrier_name: OptionalWord = ""
    service: OptionalWord = ""
    tracking_number: OptionalWord = ""
    reference: OptionalWord = ""
    order_id: OptionalWord = ""
    test_mode: bool | None = None
    is_return: bool | None = None


class Message(BaseModel):
    """The rest of a shipment's event."""

    model_config = ConfigDict(frozen=True)
    data: Shipment


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``X-Event-Id``, which is the webhook's secret itself.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``no_secret`` or ``mismatch``.
    """
    usable = [secret for secret in secrets if typeable_secret_problem(secret) is None]
    verify_shared_secret(header(delivery.headers, "x-event-id"), usable)


def parse(delivery: Delivery) -> Reading:
    """One message is one shipment.

    Raises:
        UnreadablePayload: the body is not Karrio's.
    """
    content = read_json(delivery.body)
    word = read_model(Envelope, content).event
    kind = EVENT_KINDS.get(word)
    if kind is None:
        return _ignored("unknown_type", word if _PLAIN_CODE.fullmatch(word) else "")
    shipment = read_model(Message, content).data
    reference = shipment.order_id if delivery.options.get("reference") == "order_id" else shipment.reference
    if shipment.test_mode or shipment.is_return:
        return _ignored("test_mode" if shipment.test_mode else "return_label")
    if not reference or not shipment.tracking_number:
        return _ignored("no_number" if reference else "no_reference")
    event = LabelEvent(
        key=f"{shipment.id}:{word}:{shipment.tracking_number}",
        kind=kind,
        order_ref=reference,
        carrier=shipment.carrier_name,
        service=shipment.service,
        tracking_number=shipment.tracking_number,
        occurred_at=None,
    )
    return Reading(events=(event,))


def _ignored(reason: str, word: str = "") -> Reading:
    return Reading(ignored=(Ignored(reason, word),))


SOURCE = PushedKind(
    kind="karrio",
    title="Karrio",
    way=Way.PUSHED,
    spec="https://github.com/karrioapi/karrio",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(EVENT_KINDS.values()),
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="",
    unverified=(
        "Everything was read in Karrio's code; no recorded message was found.",
        "The body is not signed: whoever learns the secret can send anything.",
        "Karrio sends each message once. What was sent while nobody listened is lost, and is not asked for afterwards.",
    ),
    unverified_ja=(
        "すべてKarrioのコードから読み取りました。実際の知らせの記録はありません。",
        "本文に署名はありません。シークレットを知った人は何でも送れます。",
        "Karrioはそれぞれの知らせを1回だけ送ります。止まっていた間のものは失われ、後から取りに行くこともできません。",
    ),
    authentication="the webhook's secret in a header",
    authentication_ja="ヘッダーにあるWebhookのシークレット",
    signs_body=False,
    options={"reference": ("reference", "order_id")},
)
