"""What ShipStation answers: labels, fulfilments and shipments.

A label does not have the order number; its shipment does, so every label asks for its shipment. Addresses stand in all
of them and are never read.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.model import EventKind, Fetch, FetchAnswer, Ignored, LabelEvent, Reading
from carriers.payload import OptionalWord, TimeIfReadable, Word, read_json, read_model
from carriers.resource_urls import Page, next_page

CANCELED = "FULFILLMENT_CANCELED_V2"

_OK = 200
_REFUSALS = {
    401: "ShipStation refused the API key: check credentials.api_key",
    403: "ShipStation refused the API key: check credentials.api_key",
    404: "ShipStation does not know the resource: credentials.api_key may belong to another account",
}
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_]*")


class Package(BaseModel):
    """One of a label's ``packages``: a label for several pieces may have a number for each."""

    model_config = ConfigDict(frozen=True)
    tracking_number: OptionalWord = ""


class Label(BaseModel):
    """One of ``labels``; its addresses are never read."""

    model_config = ConfigDict(frozen=True)
    label_id: Word
    status: OptionalWord = ""
    shipment_id: OptionalWord = ""
    tracking_number: OptionalWord = ""
    carrier_code: OptionalWord = ""
    service_code: OptionalWord = ""
    created_at: TimeIfReadable = None
    voided: bool | None = None
    voided_at: TimeIfReadable = None
    is_return_label: bool | None = None
    packages: list[Package] | None = None


class Labels(Page):
    """A page of labels."""

    labels: list[Label]


class Fulfillment(BaseModel):
    """One of ``fulfillments``: a number from elsewhere. The order number stands in it."""

    model_config = ConfigDict(frozen=True)
    fulfillment_id: Word
    shipment_number: OptionalWord = ""
    tracking_number: OptionalWord = ""
    fulfillment_carrier_friendly_name: OptionalWord = ""
    created_at: TimeIfReadable = None
    voided: bool | None = None
    voided_at: TimeIfReadable = None


class Fulfillments(Page):
    """A page of fulfilments."""

    fulfillments: list[Fulfillment]


class Shipment(BaseModel):
    """The answer of ``GET /v2/shipments/{shipment_id}``. Recorded as an element of a list."""

    model_config = ConfigDict(frozen=True)
    shipment_id: Word
    shipment_number: OptionalWord = ""


def read_answer(fetch: Fetch, answer: FetchAnswer) -> Reading:
    """A page of labels becomes requests for their shipments; a shipment gives its label the order number.

    Raises:
        UnreadablePayload: the answer is another, or there is nothing in it yet, or ShipStation refused to give it.
    """
    if answer.status != _OK:
        raise UnreadablePayload(_REFUSALS.get(answer.status, f"ShipStation answered {answer.status}"))
    content = read_json(answer.body)
    if fetch.path.endswith("/labels"):
        labels = read_model(Labels, content)
        if not labels.labels:
            raise UnreadablePayload("labels: is empty; they may not be there yet")
        parts = [_label(fetch, label) for label in labels.labels]
        return _joined(parts, next_page(fetch, labels))
    if fetch.path.endswith("/fulfillments"):
        page = read_model(Fulfillments, content)
        if not page.fulfillments:
            raise UnreadablePayload("fulfillments: is empty; they may not be there yet")
        canceled = fetch.context["event"] == CANCELED
        return _joined([_fulfillment(one, canceled=canceled) for one in page.fulfillments], next_page(fetch, page))
    return _events(fetch, read_model(Shipment, content))


def _label(fetch: Fetch, label: Label) -> Fetch | Ignored:
    kind = EventKind.VOIDED if label.voided or label.status == "voided" else EventKind.PRINTED
    numbers = dict.fromkeys([label.tracking_number, *(package.tracking_number for package in label.packages or ())])
    numbers.pop("", None)
    if label.is_return_label:
        return Ignored("return_label")
    if label.status not in {"", "completed", "voided"}:
        return Ignored("not_completed", label.status if _PLAIN_CODE.fullmatch(label.status) else "")
    if not label.shipment_id or not numbers:
        return Ignored("no_number" if label.shipment_id else "no_shipment")
    if not _ID.fullmatch(label.shipment_id) or not _ID.fullmatch(label.label_id):
        raise UnreadablePayload("labels: have an id that is none")
    at = label.voided_at if kind is EventKind.VOIDED else label.created_at
    context = {
        "kind": kind.value,
        "label_id": label.label_id,
        "shipment_id": label.shipment_id,
        "numbers": json.dumps(list(numbers)),
        "carrier": label.carrier_code,
        "service": label.service_code,
        "occurred_at": at.isoformat() if at else "",
    }
    path = f"{fetch.path.removesuffix('labels')}shipments/{label.shipment_id}"
    return Fetch(f"{label.label_id}:{kind}", fetch.host, path, fetch.credential, context=context)


def _events(fetch: Fetch, shipment: Shipment) -> Reading:
    told = fetch.context
    if shipment.shipment_id != told["shipment_id"]:
        raise UnreadablePayload("shipment_id: is another shipment's")
    if not shipment.shipment_number:
        return Reading(ignored=(Ignored("no_reference"),))
    kind = EventKind(told["kind"])
    at = datetime.fromisoformat(told["occurred_at"]) if told["occurred_at"] else None
    return Reading(
        events=tuple(
            LabelEvent(
                f"{told['label_id']}:{kind}:{number}",
                kind,
                shipment.shipment_number,
                told["carrier"],
                told["service"],
                number,
                at,
            )
            for number in json.loads(told["numbers"])
        )
    )


def _fulfillment(one: Fulfillment, *, canceled: bool) -> LabelEvent | Ignored:
    if not one.shipment_number or not one.tracking_number:
        return Ignored("no_number" if one.shipment_number else "no_reference")
    kind = EventKind.VOIDED if canceled or one.voided else EventKind.PRINTED
    return LabelEvent(
        key=f"{one.fulfillment_id}:{kind}:{one.tracking_number}",
        kind=kind,
        order_ref=one.shipment_number,
        carrier=one.fulfillment_carrier_friendly_name,
        service="",
        tracking_number=one.tracking_number,
        occurred_at=one.voided_at if kind is EventKind.VOIDED else one.created_at,
    )


def _joined(parts: Sequence[LabelEvent | Ignored | Fetch], following: tuple[Fetch, ...]) -> Reading:
    return Reading(
        events=tuple(part for part in parts if isinstance(part, LabelEvent)),
        ignored=tuple(part for part in parts if isinstance(part, Ignored)),
        fetches=tuple(part for part in parts if isinstance(part, Fetch)) + following,
    )
