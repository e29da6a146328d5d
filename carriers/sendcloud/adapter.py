"""``sendcloud``: Sendcloud's ``parcel_status_changed``.

Specification: https://sendcloud.dev/api/v2/webhooks and its page parcel-status-changed, read 2026-11-22. The official
signature vector verifies. The parcel's dates come in two forms, both without a zone, and are not read; the envelope's
times are in milliseconds since 1970 and are. Several fields say ``false`` where they are empty.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Ignored, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalNumberWord, OptionalWord, Word, read_json, read_model
from carriers.signatures import header, typeable_secret_problem, verify_hmac_hex

STATUS_KINDS = {
    "ready to send": EventKind.PRINTED,  # the documentation's example
    "announced": EventKind.PRINTED,  # read only, as are all below
    "announced: not collected": EventKind.PRINTED,
    "shipment picked up by driver": EventKind.SCANNED,
    "en route to sorting centre": EventKind.SCANNED,
    "en route to sorting center": EventKind.SCANNED,
    "at sorting centre": EventKind.SCANNED,
    "being sorted": EventKind.SCANNED,
    "sorted": EventKind.SCANNED,
    "at customs": EventKind.SCANNED,
    "parcel en route": EventKind.SCANNED,
    "driver en route": EventKind.SCANNED,
    "awaiting customer pickup": EventKind.SCANNED,
    "delivery attempt failed": EventKind.SCANNED,
    "shipment collected by customer": EventKind.SCANNED,
    "delivered": EventKind.SCANNED,
    "cancelled": EventKind.VOIDED,
    "cancelled upstream": EventKind.VOIDED,
}
"""``parcel.status.message``, in lower case. The message decides, not the number: one message was seen with three
numbers, and the number of "cancelled" stands in no document. Other messages tell nothing."""

_PLAUSIBLE_MS = range(946_684_800_000, 4_102_444_800_000)  # the years 2000 to 2099
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_STATUS = re.compile(r"[A-Za-z_ :-]{0,60}")


def _false_is_empty(value: object) -> object:
    return None if value is False else value


def _time_of_ms(value: object) -> datetime | None:
    plausible = isinstance(value, int) and not isinstance(value, bool) and value in _PLAUSIBLE_MS
    return _EPOCH + timedelta(milliseconds=value) if plausible and isinstance(value, int) else None


MaybeWord = Annotated[OptionalNumberWord, BeforeValidator(_false_is_empty)]
Milliseconds = Annotated[datetime | None, BeforeValidator(_time_of_ms)]


class Carrier(BaseModel):
    """``parcel.carrier``."""

    model_config = ConfigDict(frozen=True)
    code: MaybeWord = ""


class Method(BaseModel):
    """``parcel.shipment``: the shipping method."""

    model_config = ConfigDict(frozen=True)
    name: MaybeWord = ""


class Status(BaseModel):
    """``parcel.status``."""

    model_config = ConfigDict(frozen=True)
    message: OptionalWord = ""


class Parcel(BaseModel):
    """``parcel``; the person in it is never read. ``tracking_number`` may come with a later message."""

    model_config = ConfigDict(frozen=True)
    id: NumberWord
    order_number: MaybeWord = ""
    external_reference: MaybeWord = ""
    tracking_number: MaybeWord = ""
    carrier: Annotated[Carrier | None, BeforeValidator(_false_is_empty)] = None
    shipment: Annotated[Method | None, BeforeValidator(_false_is_empty)] = None
    status: Annotated[Status | None, BeforeValidator(_false_is_empty)] = None
    is_return: bool | None = None


class Envelope(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    action: Word
    timestamp: Milliseconds = None
    carrier_status_change_timestamp: Milliseconds = None


class Message(BaseModel):
    """The rest of ``parcel_status_changed``."""

    model_config = ConfigDict(frozen=True)
    parcel: Parcel


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``Sendcloud-Signature``: hex HMAC-SHA256 of the raw body.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``malformed_signature``, ``no_secret``, ``mismatch``.
    """
    keys = [secret.encode() for secret in secrets if typeable_secret_problem(secret) is None]
    verify_hmac_hex(header(delivery.headers, "sendcloud-signature"), delivery.body, keys)


def parse(delivery: Delivery) -> Reading:
    """One message is one parcel in one status.

    Raises:
        UnreadablePayload: the body is not Sendcloud's.
    """
    content = read_json(delivery.body)
    envelope = read_model(Envelope, content)
    if envelope.action != "parcel_status_changed":
        return Reading(ignored=(_ignored("unknown_type", envelope.action),))
    parcel = read_model(Message, content).parcel
    sent = envelope.timestamp.isoformat() if envelope.timestamp else ""
    key = f"{parcel.id}:{sent}" if sent else ""
    said = _event(envelope, parcel, delivery.options, f"{parcel.id}:{sent}")
    return Reading(key, (said,)) if isinstance(said, LabelEvent) else Reading(key, ignored=(said,))


def _event(envelope: Envelope, parcel: Parcel, options: Mapping[str, str], key: str) -> LabelEvent | Ignored:
    message = parcel.status.message if parcel.status else ""
    kind = STATUS_KINDS.get(message.casefold().rstrip("."))
    reference = parcel.external_reference if options.get("reference") == "external_reference" else parcel.order_number
    if parcel.is_return:
        return Ignored("return_label")
    if kind is None:
        return _ignored("status_tells_nothing", message)
    if not parcel.tracking_number:
        return Ignored("number_comes_later")
    if not reference:
        return Ignored("no_reference")
    scanned_at = envelope.carrier_status_change_timestamp or envelope.timestamp
    return LabelEvent(
        key=f"{key}:{kind}:{parcel.tracking_number}",
        kind=kind,
        order_ref=reference,
        carrier=parcel.carrier.code if parcel.carrier else "",
        service=parcel.shipment.name if parcel.shipment else "",
        tracking_number=parcel.tracking_number,
        occurred_at=scanned_at if kind is EventKind.SCANNED else envelope.timestamp,
    )


def _ignored(reason: str, word: str) -> Ignored:
    return Ignored(reason, word if _PLAIN_STATUS.fullmatch(word) else "")


SOURCE = PushedKind(
    kind="sendcloud",
    title="Sendcloud",
    way=Way.PUSHED,
    spec="https://sendcloud.dev/api/v2/webhooks",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(STATUS_KINDS.values()),
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="the official signature vector",
    unverified=(
        "The body follows the documentation's example; no recorded message could be taken over.",
        "Which messages say that a label is cancelled is read only.",
        "The signature covers no time, so an old message cannot be told from a new one.",
    ),
    unverified_ja=(
        "本文は説明の例に従っています。実際の知らせの記録はありません。",
        "どの知らせがラベルの取り消しかは、説明から読み取っただけです。",
        "署名は時刻を含まないので、古い知らせと新しい知らせを見分けられません。",
    ),
    authentication="HMAC-SHA256 of the body (hex)",
    authentication_ja="本文の HMAC-SHA256 (16進)",
    options={"reference": ("order_number", "external_reference")},
)
