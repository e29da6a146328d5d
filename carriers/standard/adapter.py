"""``standard``: Standard Webhooks 1.0.0, with a body of our own.

Specification: https://github.com/standard-webhooks/standard-webhooks (``spec/standard-webhooks.md``), read 2026-11-22.
The official test vector verifies (``fixtures/official_vector``). The body is this product's; ``README.md`` beside this
file is its description.
"""

import re
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Ignored, LabelEvent, Reading, Way
from carriers.payload import (
    NumberWord,
    OptionalNumberWord,
    OptionalTime,
    OptionalWord,
    Word,
    derived_key,
    read_json,
    read_model,
)
from carriers.signatures import standard_webhook_key, verify_standard_webhook

KINDS = {
    "label.printed": EventKind.PRINTED,
    "label.voided": EventKind.VOIDED,
    "parcel.packed": EventKind.PACKED,
    "parcel.handed_over": EventKind.HANDED_OVER,
    "parcel.scanned": EventKind.SCANNED,
}
"""Our own words: no recording is needed to prove them."""

_WITHOUT_REFERENCE = frozenset({EventKind.PACKED, EventKind.HANDED_OVER, EventKind.SCANNED})
"""A scanner at the table or at the ramp sees a tracking number, not an order."""

_DOTTED_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


class Envelope(BaseModel):
    """What every message has; the rest depends on it."""

    model_config = ConfigDict(frozen=True)
    type: Word


class Label(BaseModel):
    """``data``. ``service`` may be left out; ``order_ref`` only where a scanner is the sender."""

    model_config = ConfigDict(frozen=True)
    order_ref: OptionalNumberWord = ""
    carrier: Word
    service: OptionalWord = ""
    tracking_number: NumberWord


class Message(BaseModel):
    """A message of a known type, as Standard Webhooks advises its form."""

    model_config = ConfigDict(frozen=True)
    timestamp: OptionalTime = None
    data: Label


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the signature and its age.

    Raises:
        BadSignature: see ``verify_standard_webhook``.
    """
    verify_standard_webhook(delivery.headers, delivery.body, delivery.received_at, secrets)


def parse(delivery: Delivery) -> Reading:
    """One body is one label event, and ``webhook-id`` is the key of both.

    Raises:
        UnreadablePayload: the body is not as described in ``README.md``.
    """
    key = delivery.headers.get("webhook-id", "")
    if not key:
        raise UnreadablePayload("webhook-id: is missing")
    content = read_json(delivery.body)
    word = read_model(Envelope, content).type
    kind = KINDS.get(word)
    if kind is None:
        return Reading(
            delivery_key=key, ignored=(Ignored("unknown_type", word if _DOTTED_NAME.fullmatch(word) else ""),)
        )
    message = read_model(Message, content)
    label = message.data
    if not label.order_ref and kind not in _WITHOUT_REFERENCE:
        raise UnreadablePayload("data.order_ref: is missing or empty")
    # A sender that uses an id twice for different labels must not lose the second: what is said is part of the key.
    said = derived_key(kind, label.order_ref, label.carrier, label.service, label.tracking_number)
    event = LabelEvent(
        key=f"{key} {said[-8:]}",
        kind=kind,
        order_ref=label.order_ref,
        carrier=label.carrier,
        service=label.service,
        tracking_number=label.tracking_number,
        occurred_at=message.timestamp,
    )
    return Reading(delivery_key=key, events=(event,))


def check_secret(secret: str) -> str | None:
    """None, or what is wrong with a configured secret."""
    if secret.startswith(("whsk_", "whpk_")):
        return "is a key of the asymmetric scheme v1a, which is not supported; use a whsec_ secret"
    if standard_webhook_key(secret) is None:
        return "must be base64 after an optional whsec_ and not be empty; `openssl rand -base64 32` makes one"
    return None


SOURCE = PushedKind(
    kind="standard",
    title="Standard Webhooks",
    way=Way.PUSHED,
    spec="https://github.com/standard-webhooks/standard-webhooks",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(KINDS.values()),
    authenticate=authenticate,
    parse=parse,
    check_secret=check_secret,
    proved_by="the official test vector (signature); the body is our own",
    authentication="Standard Webhooks signature over id, time and body",
    authentication_ja="ID、時刻、本文に対する Standard Webhooks の署名",
)
