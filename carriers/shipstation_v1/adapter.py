"""``shipstation_v1``: ShipStation's older API, which signs nothing.

Specification: https://docs.shipstation.com/apis/shipstation-v1/docs/models/webhook, read 2026-11-22. A message is only
an address to fetch. Times in the answers have seven fraction digits and no zone (Pacific, say the authors of clients),
so none is read. There is no event for a voided label: it shows when a list is read again.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, Ignored, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalWord, Word, read_json, read_model
from carriers.resource_urls import Page, first_page, next_page, read_resource_url
from carriers.signatures import path_secret_problem, verify_path_secret

HOSTS = frozenset({"ssapi.shipstation.com", *(f"ssapi{number}.shipstation.com" for number in range(100))})
"""``ssapi``, ``ssapi6`` and ``ssapi11`` were seen."""

CREDENTIAL = "key_and_secret"

PATHS = frozenset({"/shipments", "/fulfillments"})

TYPES = frozenset({"SHIP_NOTIFY", "ITEM_SHIP_NOTIFY", "FULFILLMENT_SHIPPED"})
"""``SHIP_NOTIFY``: its address was seen. The others: read only. ``ORDER_NOTIFY``, ``ITEM_ORDER_NOTIFY`` and
``FULFILLMENT_REJECTED`` tell nothing of a label."""

_OK = 200
_REFUSALS = {
    401: "ShipStation refused the key: check credentials.key_and_secret",
    403: "ShipStation refused the key: check credentials.key_and_secret",
    404: "ShipStation does not know the resource: credentials.key_and_secret may belong to another account",
}


class Message(BaseModel):
    """The whole message."""

    model_config = ConfigDict(frozen=True)
    resource_type: Word
    resource_url: str = ""


class Shipment(BaseModel):
    """One of ``shipments``. Recorded; its addresses are never read."""

    model_config = ConfigDict(frozen=True)
    shipmentId: NumberWord  # noqa: N815 - ShipStation's own spelling, as are those below
    orderNumber: OptionalWord = ""  # noqa: N815
    trackingNumber: OptionalWord = ""  # noqa: N815
    carrierCode: OptionalWord = ""  # noqa: N815
    serviceCode: OptionalWord = ""  # noqa: N815
    voided: bool | None = None
    isReturnLabel: bool | None = None  # noqa: N815


class Fulfillment(BaseModel):
    """One of ``fulfillments``: a number from elsewhere. ``carrierCode`` is what a person typed, or null. Recorded."""

    model_config = ConfigDict(frozen=True)
    fulfillmentId: NumberWord  # noqa: N815
    orderNumber: OptionalWord = ""  # noqa: N815
    trackingNumber: OptionalWord = ""  # noqa: N815
    carrierCode: OptionalWord = ""  # noqa: N815
    voidRequested: bool | None = None  # noqa: N815
    voided: bool | None = None


class Shipments(Page):
    """A page of shipments."""

    shipments: list[Shipment]


class Fulfillments(Page):
    """A page of fulfilments."""

    fulfillments: list[Fulfillment]


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the secret in the address: nothing else proves anything.

    Raises:
        BadSignature: see ``verify_path_secret``.
    """
    verify_path_secret(delivery.path, secrets)


def parse(delivery: Delivery) -> Reading:
    """A message about labels becomes the request for its list.

    The message has no id and no time, and the same address may come again with more behind it. So every delivery is
    fetched; what was known already is known by the keys of its labels.

    Raises:
        UnreadablePayload: the body is not ShipStation's, or points elsewhere.
    """
    message = read_model(Message, read_json(delivery.body))
    if message.resource_type not in TYPES:
        word = message.resource_type
        plain = word.isascii() and word.replace("_", "").isalnum()
        return Reading(ignored=(Ignored("unknown_type", word if plain else ""),))
    url = read_resource_url(message.resource_url, HOSTS, PATHS)
    digest = hashlib.sha256(message.resource_url.encode()).hexdigest()[:32]
    key = f"{message.resource_type}:{digest}:{delivery.received_at.isoformat()}"
    return Reading(fetches=(first_page(key, url, CREDENTIAL, {}),))


def read_answer(fetch: Fetch, answer: FetchAnswer) -> Reading:
    """Every element of the page is one label; the next page, if there is one, is asked for.

    Raises:
        UnreadablePayload: the answer is another, or there is nothing in it yet, or ShipStation refused to give it.
    """
    if answer.status != _OK:
        raise UnreadablePayload(_REFUSALS.get(answer.status, f"ShipStation answered {answer.status}"))
    content = read_json(answer.body)
    if fetch.path == "/shipments":
        parts = [_shipment(one) for one in read_model(Shipments, content).shipments]
    else:
        parts = [_fulfillment(one) for one in read_model(Fulfillments, content).fulfillments]
    if not parts:
        raise UnreadablePayload(f"{fetch.path[1:]}: is empty; they may not be there yet")
    return Reading(
        events=tuple(part for part in parts if isinstance(part, LabelEvent)),
        ignored=tuple(part for part in parts if isinstance(part, Ignored)),
        fetches=next_page(fetch, read_model(Page, content)),
    )


def fetch_headers(_credential: str, value: str) -> Mapping[str, str]:
    """HTTP basic authentication; the setting holds ``key:secret``."""
    return {"authorization": "Basic " + base64.b64encode(value.encode()).decode("ascii")}


def _shipment(one: Shipment) -> LabelEvent | Ignored:
    if one.isReturnLabel:
        return Ignored("return_label")
    key = f"shipment:{one.shipmentId}"
    return _event(key, one.orderNumber, one.carrierCode, one.serviceCode, one.trackingNumber, voided=bool(one.voided))


def _fulfillment(one: Fulfillment) -> LabelEvent | Ignored:
    if one.voidRequested and not one.voided:
        return Ignored("void_requested")
    key = f"fulfillment:{one.fulfillmentId}"
    return _event(key, one.orderNumber, one.carrierCode, "", one.trackingNumber, voided=bool(one.voided))


def _event(key: str, order: str, carrier: str, service: str, number: str, *, voided: bool) -> LabelEvent | Ignored:
    if not order or not number:
        return Ignored("no_number" if order else "no_reference")
    kind = EventKind.VOIDED if voided else EventKind.PRINTED
    return LabelEvent(f"{key}:{kind}:{number}", kind, order, carrier, service, number, None)


SOURCE = PushedKind(
    kind="shipstation_v1",
    title="ShipStation V1",
    way=Way.PUSHED,
    spec="https://docs.shipstation.com/apis/shipstation-v1/docs/models/webhook",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.VOIDED}),
    authenticate=authenticate,
    parse=parse,
    check_secret=path_secret_problem,
    proved_by="recorded lists of shipments and fulfilments, and an address seen in a message",
    unverified=(
        "ShipStation V1 documents no signature; the secret in the address is all that proves the sender.",
        "Times have no zone, so the moment of printing is when we heard of it.",
        "No event tells of a voided label; it is seen when the list is read again for another reason.",
        "Only SHIP_NOTIFY was seen in a message; the other words are read only.",
    ),
    unverified_ja=(
        "ShipStation V1 の署名は公開されていません。アドレス中のシークレットだけが証明です。",
        "時刻に時差の情報がないので、知らせを受けた時刻を印刷の時刻とします。",
        "ラベルの取り消しを知らせるイベントはありません。別の理由で一覧を読み直したときに気づきます。",
        "実際の知らせで確かめたのは SHIP_NOTIFY だけです。ほかは説明から読み取っただけです。",
    ),
    authentication="a secret in the address",
    authentication_ja="アドレス中のシークレット",
    secret_in_path=True,
    signs_body=False,
    hosts=HOSTS,
    credentials=frozenset({CREDENTIAL}),
    fetch_headers=fetch_headers,
    read_answer=read_answer,
)
