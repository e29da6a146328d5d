"""``seventeentrack``: what 17TRACK hears of parcels. Scans only, never a label.

Specification: https://api.17track.net (push notifications of version 2), as described by others on 2026-11-22. Payloads
of this form stand in the tests of other programs; none is known to be recorded. ``tag``, the seller's own remark, is
not read: with a reference, a scan would announce a parcel, and that is for the source that printed its label.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import (
    NumberWord,
    OptionalNumberWord,
    OptionalWord,
    TimeIfReadable,
    Word,
    derived_key,
    ignore,
    read_json,
    read_model,
)
from carriers.signatures import header, typeable_secret_problem, verify_shared_secret

EVENT = "TRACKING_UPDATED"
"""Read only. ``TRACKING_STOPPED`` says that 17TRACK has given up looking."""

SCANNED = frozenset({"InTransit", "OutForDelivery", "AvailableForPickup", "DeliveryFailure", "Delivered"})
"""Values of ``latest_status.status`` that say that the carrier has the parcel; all read only. ``NotFound``,
``InfoReceived``, ``Exception`` and ``Expired`` do not."""


class LatestStatus(BaseModel):
    """``track_info.latest_status``."""

    model_config = ConfigDict(frozen=True)
    status: OptionalWord = ""


class LatestEvent(BaseModel):
    """``track_info.latest_event``: the newest scan, not the first."""

    model_config = ConfigDict(frozen=True)
    time_utc: TimeIfReadable = None


class TrackInfo(BaseModel):
    """``data.track_info``; its addresses are not read."""

    model_config = ConfigDict(frozen=True)
    latest_status: LatestStatus
    latest_event: LatestEvent | None = None


class Tracking(BaseModel):
    """``data``. ``carrier`` is 17TRACK's number for the company."""

    model_config = ConfigDict(frozen=True)
    number: NumberWord
    carrier: OptionalNumberWord = ""
    track_info: TrackInfo


class Envelope(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    event: Word


class Message(BaseModel):
    """The rest of a ``TRACKING_UPDATED``."""

    model_config = ConfigDict(frozen=True)
    data: Tracking


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``sign``: the hex SHA-256 of body, slash and key. It is no HMAC, but only who has the key can make it.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``no_secret`` or ``mismatch``.
    """
    given = header(delivery.headers, "sign").lower()
    keys = [secret for secret in secrets if typeable_secret_problem(secret) is None]
    verify_shared_secret(given, [hashlib.sha256(b"%s/%s" % (delivery.body, key.encode())).hexdigest() for key in keys])


def parse(delivery: Delivery) -> Reading:
    """One body is one update of one parcel; 17TRACK gives it no id.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    content = read_json(delivery.body)
    word = read_model(Envelope, content).event
    if word != EVENT:
        return ignore("unknown_type", word)
    tracking = read_model(Message, content).data
    status = tracking.track_info.latest_status.status
    if status not in SCANNED:
        return ignore("status_tells_nothing", status)
    at = tracking.track_info.latest_event.time_utc if tracking.track_info.latest_event else None
    event = LabelEvent(
        key=derived_key(tracking.number, tracking.carrier, status, at.isoformat() if at else ""),
        kind=EventKind.SCANNED,
        order_ref="",
        carrier=tracking.carrier,
        service="",
        tracking_number=tracking.number,
        occurred_at=at,
    )
    return Reading(events=(event,))


SOURCE = PushedKind(
    kind="seventeentrack",
    title="17TRACK",
    way=Way.PUSHED,
    spec="https://api.17track.net",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.SCANNED}),
    authentication="SHA-256 of body and key",
    authentication_ja="本文とキーの SHA-256",
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="",
    unverified=(
        "No recorded message with its signature was found; the rule follows descriptions of 17TRACK's documentation.",
        "The time is that of the newest scan: the first one may have been earlier.",
        "The signature covers no time; a repeat is known by number, status and time.",
    ),
    unverified_ja=(
        "署名つきの実例はありません。規則は、17TRACKの説明を紹介した資料に従っています。",
        "時刻は最新の読み取りのものです。最初の読み取りはもっと早かったかもしれません。",
        "署名は時刻を含みません。同じ知らせの繰り返しは、番号、状態、時刻で見分けます。",
    ),
)
