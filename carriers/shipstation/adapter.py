"""``shipstation``: ShipStation V2, the former ShipEngine, signed with RSA.

Specification: https://docs.shipstation.com/apis/docs/guides/webhooks-overview, webhooks-schemas, webhooks-validation,
read 2026-11-22. A message names a list to fetch; its labels name their shipments; a shipment has the order number. So a
label takes three steps. Tracking events carry their data with them. No recording with a real signature was found.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from carriers.errors import BadSignature
from carriers.key_sets import verify_rsa_sha256
from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, Fetch, Ignored, LabelEvent, Reading, Way
from carriers.payload import OptionalWord, TimeIfReadable, Word, read_json, read_model
from carriers.resource_urls import first_page, read_resource_url
from carriers.shipstation.answers import CANCELED, read_answer
from carriers.signatures import header, path_secret_problem, verify_path_secret

HOSTS = frozenset({"api.shipstation.com", "api.shipengine.com"})
CREDENTIAL = "api_key"

LISTS = {
    "LABEL_CREATED_V2": frozenset({"/v2/labels", "/v1/labels"}),  # recorded; /v1 (ShipEngine) read only
    "FULFILLMENT_SHIPPED_V2": frozenset({"/v2/fulfillments"}),  # recorded
    CANCELED: frozenset({"/v2/fulfillments"}),  # read only
}
"""``resource_type`` and the list that it may point to."""

TRACKING = frozenset({"TRACK_EVENT_V2", "API_TRACK"})
"""``TRACK_EVENT_V2``: recorded. ``API_TRACK``, ShipEngine's older word for it: read only."""

SCANNED = frozenset({"AC", "IT", "DE", "AT", "SP"})
"""``status_code`` of tracking once the carrier has the parcel. ``AC``, ``IT``, ``DE``: recorded. ``AT`` (delivery
attempted), ``SP`` (at a collection point): read only. ``NY`` (not yet in the system, recorded), ``UN`` and ``EX`` (an
exception, also before the first scan) tell nothing."""

SIGNED_WITHIN = {"5 minutes": timedelta(minutes=5), "1 day": timedelta(days=1)}

_PLAIN_CODE = re.compile(r"[A-Za-z0-9_]*")


class Message(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    resource_type: Word
    resource_url: str = ""


class Scan(BaseModel):
    """One of the ``events`` of a tracking event."""

    model_config = ConfigDict(frozen=True)
    status_code: OptionalWord = ""
    occurred_at: TimeIfReadable = None


class Tracking(BaseModel):
    """``data`` of a tracking event."""

    model_config = ConfigDict(frozen=True)
    tracking_number: Word
    carrier_code: OptionalWord = ""
    status_code: OptionalWord = ""
    events: list[Scan] | None = None


class TrackingMessage(BaseModel):
    """A tracking event."""

    model_config = ConfigDict(frozen=True)
    data: Tracking


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the signature of ``timestamp.body``, and the secret in the address where one is configured.

    Raises:
        BadSignature: ``missing_header``, ``malformed_timestamp``, ``stale``, or what the verifiers say.
    """
    if secrets:
        verify_path_secret(delivery.path, secrets)
    key_id = header(delivery.headers, "x-shipengine-rsa-sha256-key-id")
    signature = header(delivery.headers, "x-shipengine-rsa-sha256-signature")
    sent_at = header(delivery.headers, "x-shipengine-timestamp")
    within = SIGNED_WITHIN[delivery.options.get("signed_within", "5 minutes")]
    if abs(delivery.received_at - _moment(sent_at)) > within:
        raise BadSignature("stale")
    verify_rsa_sha256(signature, sent_at.encode("ascii") + b"." + delivery.body, delivery.key_set, key_id)


def parse(delivery: Delivery) -> Reading:
    """A message about labels becomes the request for its list; a tracking event is read as it is.

    The same address may come again with more behind it, so that every signed message is fetched; what was known already
    is known by the keys of its labels.

    Raises:
        UnreadablePayload: the body is not ShipStation's, or points elsewhere.
    """
    content = read_json(delivery.body)
    message = read_model(Message, content)
    word = message.resource_type.upper()
    if word in TRACKING:
        return _scan(read_model(TrackingMessage, content).data)
    if word not in LISTS:
        return _ignored("unknown_type", message.resource_type)
    url = read_resource_url(message.resource_url, HOSTS, LISTS[word])
    digest = hashlib.sha256(message.resource_url.encode()).hexdigest()[:32]
    key = f"{word}:{digest}:{delivery.headers.get('x-shipengine-timestamp', '')}"
    return Reading(fetches=(first_page(key, url, CREDENTIAL, {"event": word}),))


def check_secret(secret: str) -> str | None:
    """None, or what is wrong with a configured secret."""
    return path_secret_problem(secret)


def fetch_headers(_credential: str, value: str) -> Mapping[str, str]:
    """ShipStation's own header for the API key."""
    return {"api-key": value}


def _moment(text: str) -> datetime:
    """A time in ISO 8601; without an offset it is UTC, since it is only compared."""
    try:
        moment = datetime.fromisoformat(text if text.isascii() else "")
    except ValueError:
        raise BadSignature("malformed_timestamp") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _scan(tracking: Tracking) -> Reading:
    if tracking.status_code not in SCANNED:
        return _ignored("status_tells_nothing", tracking.status_code)
    scans = (scan.occurred_at for scan in tracking.events or () if scan.status_code in SCANNED)
    at = min((moment for moment in scans if moment), default=None)
    key = f"track:{tracking.tracking_number}:{tracking.status_code}:{at.isoformat() if at else ''}"
    event = LabelEvent(key, EventKind.SCANNED, "", tracking.carrier_code, "", tracking.tracking_number, at)
    return Reading(events=(event,))


def _ignored(reason: str, word: str = "") -> Reading:
    return Reading(ignored=(Ignored(reason, word if _PLAIN_CODE.fullmatch(word) else ""),))


SOURCE = PushedKind(
    kind="shipstation",
    title="ShipStation V2",
    way=Way.PUSHED,
    spec="https://docs.shipstation.com/apis/docs/guides/webhooks-overview",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.SCANNED, EventKind.VOIDED}),
    authenticate=authenticate,
    parse=parse,
    check_secret=check_secret,
    proved_by="recorded messages about labels, fulfilments and tracking, and the lists that they point to",
    unverified=(
        "The signature follows the documentation; no message with a real one was found.",
        "Whether a repeated message is signed anew is not documented; options.signed_within can be made longer.",
        "The answer for a single shipment was only recorded as an element of a list.",
        "No event tells of a voided label; a cancelled fulfilment is read only.",
    ),
    unverified_ja=(
        "署名は説明に従っています。実際の署名つきの知らせは見つかりませんでした。",
        "送り直された知らせに署名し直すかは公開されていません。options.signed_within で長くできます。",
        "1件の出荷の答えは、一覧の中の1件としてだけ記録があります。",
        "ラベルの取り消しを知らせるイベントはありません。fulfilment の取り消しは、説明から読み取っただけです。",
    ),
    authentication="RSA-SHA256 by ShipStation's published keys; a secret in the address besides, if configured",
    authentication_ja="ShipStationの公開鍵で確かめる RSA-SHA256。設定すれば、アドレス中のシークレットも確かめます",
    secret_in_path=True,
    hosts=HOSTS,
    credentials=frozenset({CREDENTIAL}),
    options={"signed_within": tuple(SIGNED_WITHIN)},
    fetch_headers=fetch_headers,
    read_answer=read_answer,
    key_set=Fetch("keys", "api.shipengine.com", "/jwks", ""),
)
