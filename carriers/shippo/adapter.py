"""``shippo``: Shippo's transaction events.

Specification: https://docs.goshippo.com/tracking/webhooks, /tracking/webhook-security and /api-reference/transaction,
read 2026-11-22. A transaction is a bought label; its ``metadata`` is the seller's own text. Nothing was recorded.
"""

import re
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.errors import BadSignature
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Ignored, LabelEvent, Reading, Way
from carriers.payload import OptionalWord, TimeIfReadable, Word, read_json, read_model
from carriers.signatures import (
    header,
    require_fresh,
    typeable_secret_problem,
    verify_hmac_hex,
    verify_path_secret,
)

EVENTS = frozenset({"transaction_created", "transaction_updated"})
"""Read only, as is everything here. ``track_updated`` and ``batch_*`` are ignored."""

STATUS_KINDS = {
    "SUCCESS": EventKind.PRINTED,
    "REFUNDED": EventKind.VOIDED,
    "REFUNDPENDING": EventKind.VOIDED,  # the seller asked for the money back: the label is not to be used
}
"""``data.status``. ``WAITING``, ``QUEUED``, ``ERROR`` and ``REFUNDREJECTED`` tell nothing: what becomes of a label
whose refund was rejected, a person has to say."""

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),\s?v1=([0-9a-fA-F]{64})")
_PLAIN_CODE = re.compile(r"[A-Za-z_]*")


class ServiceLevel(BaseModel):
    """``servicelevel`` of a rate."""

    model_config = ConfigDict(frozen=True)
    token: OptionalWord = ""


class Rate(BaseModel):
    """The rate that the label was bought at."""

    model_config = ConfigDict(frozen=True)
    provider: OptionalWord = ""
    servicelevel_token: OptionalWord = ""
    servicelevel: ServiceLevel | None = None


class Transaction(BaseModel):
    """``data``. ``rate`` may be an id, which says nothing of the carrier."""

    model_config = ConfigDict(frozen=True)
    object_id: Word
    status: OptionalWord = ""
    tracking_number: OptionalWord = ""
    metadata: OptionalWord = ""
    object_created: TimeIfReadable = None
    object_updated: TimeIfReadable = None
    rate: Rate | str | None = None


class Envelope(BaseModel):
    """What every event has."""

    model_config = ConfigDict(frozen=True)
    event: Word
    test: bool | None = None


class Event(BaseModel):
    """The rest of a transaction event."""

    model_config = ConfigDict(frozen=True)
    data: Transaction


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``Shippo-Auth-Signature``, or with ``proof = "address"`` the secret in the address.

    Raises:
        BadSignature: ``malformed_signature``, or what the verifiers say.
    """
    if delivery.options.get("proof") == "address":
        verify_path_secret(delivery.path, secrets)
        return
    match = _SIGNATURE.fullmatch(header(delivery.headers, "shippo-auth-signature"))
    if match is None:
        raise BadSignature("malformed_signature")
    require_fresh(match[1], delivery.received_at)
    keys = [secret.encode() for secret in secrets if typeable_secret_problem(secret) is None]
    verify_hmac_hex(match[2], match[1].encode("ascii") + b"." + delivery.body, keys)


def parse(delivery: Delivery) -> Reading:
    """One body is one transaction, which is one label.

    Raises:
        UnreadablePayload: the body is not an event of Shippo's.
    """
    content = read_json(delivery.body)
    envelope = read_model(Envelope, content)
    if envelope.test:
        return _ignored("test_mode")
    if envelope.event not in EVENTS:
        return _ignored("unknown_type", envelope.event)
    label = read_model(Event, content).data
    kind = STATUS_KINDS.get(label.status)
    if kind is None:
        return _ignored("status_tells_nothing", label.status)
    if not label.metadata or not label.tracking_number:
        return _ignored("no_number" if label.metadata else "no_reference")
    rate = label.rate if isinstance(label.rate, Rate) else Rate()
    level = rate.servicelevel or ServiceLevel()
    at = label.object_created if kind is EventKind.PRINTED else label.object_updated
    updated = label.object_updated.isoformat() if label.object_updated else ""
    event = LabelEvent(
        key=f"{label.object_id}:{label.status}:{updated}:{label.tracking_number}",
        kind=kind,
        order_ref=label.metadata,
        carrier=rate.provider,
        service=rate.servicelevel_token or level.token,
        tracking_number=label.tracking_number,
        occurred_at=at,
    )
    return Reading(events=(event,))


def _ignored(reason: str, word: str = "") -> Reading:
    return Reading(ignored=(Ignored(reason, word if _PLAIN_CODE.fullmatch(word) else ""),))


SOURCE = PushedKind(
    kind="shippo",
    title="Shippo",
    way=Way.PUSHED,
    spec="https://docs.goshippo.com/tracking/webhooks",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(STATUS_KINDS.values()),
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="",
    unverified=(
        "Everything follows the documentation; no recorded message was found.",
        "How old a signed time may be is not documented; five minutes are what others take.",
        "Whether a repeated message is signed anew is not documented.",
        "A pending refund is taken as a void; what a rejected one means for the label is not documented.",
    ),
    unverified_ja=(
        "すべて説明に従っています。実際の知らせの記録はありません。",
        "署名の時刻がどれだけ古くてもよいかは公開されていません。ほかの実装と同じく5分とします。",
        "送り直された知らせに署名し直すかは公開されていません。",
        "処理中の払い戻しは取り消しとみなします。払い戻しが断られたとき、ラベルがどうなるかは公開されていません。",
    ),
    authentication="HMAC-SHA256 with a time, where Shippo has given a secret; else a secret in the address",
    authentication_ja="Shippoがシークレットを発行した場合は時刻つきの HMAC-SHA256、それ以外はアドレス中のシークレット",
    secret_in_path=True,
    signs_body=False,
    options={"proof": ("hmac", "address")},
)
