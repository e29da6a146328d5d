"""``aftership``: what AfterShip Tracking hears of parcels. Scans only, never a label.

Specification: https://www.aftership.com/docs/tracking/webhook, read 2026-11-22. The example there is the only payload;
none was recorded. A message's ``order_number`` is not read: with a reference, a scan would announce a parcel, and that
is for the source that printed its label. The number alone finds the parcel.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from carriers.kinds import PushedKind
from carriers.model import Delivery, EventKind, LabelEvent, Reading, Way
from carriers.payload import NumberWord, OptionalWord, TimeIfReadable, Word, ignore, read_json, read_model
from carriers.signatures import header, typeable_secret_problem, verify_hmac_base64

EVENT = "tracking_update"
"""Read only. Others (``edd_revise``, ``tracking_pending_time``) are no scans."""

SCANNED = frozenset({"InTransit", "OutForDelivery", "AttemptFail", "AvailableForPickup", "Delivered"})
"""Values of ``tag`` that say that the carrier has the parcel; all read only. ``Pending``, ``InfoReceived``,
``Exception`` and ``Expired`` do not."""


class Checkpoint(BaseModel):
    """One scan. The published example gives its time without a zone; such a time is not used."""

    model_config = ConfigDict(frozen=True)
    tag: OptionalWord = ""
    checkpoint_time: TimeIfReadable = None


class Tracking(BaseModel):
    """``msg``. The many fields about persons are not read."""

    model_config = ConfigDict(frozen=True)
    tracking_number: NumberWord
    slug: OptionalWord = ""
    tag: OptionalWord = ""
    checkpoints: list[Checkpoint] | None = None


class Envelope(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True)
    event: Word
    event_id: Word


class Message(BaseModel):
    """The rest of a ``tracking_update``."""

    model_config = ConfigDict(frozen=True)
    msg: Tracking


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check ``aftership-hmac-sha256``: base64 HMAC-SHA256 of the raw body.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``no_secret`` or ``mismatch``.
    """
    keys = [secret.encode() for secret in secrets if typeable_secret_problem(secret) is None]
    verify_hmac_base64(header(delivery.headers, "aftership-hmac-sha256"), delivery.body, keys)


def parse(delivery: Delivery) -> Reading:
    """One body is one update of one parcel.

    Raises:
        UnreadablePayload: the body is not as documented.
    """
    content = read_json(delivery.body)
    envelope = read_model(Envelope, content)
    if envelope.event != EVENT:
        return ignore("unknown_type", envelope.event, delivery_key=envelope.event_id)
    tracking = read_model(Message, content).msg
    if tracking.tag not in SCANNED:
        return ignore("status_tells_nothing", tracking.tag, delivery_key=envelope.event_id)
    scans = (scan for scan in tracking.checkpoints or () if scan.tag in SCANNED)
    event = LabelEvent(
        key=envelope.event_id,
        kind=EventKind.SCANNED,
        order_ref="",
        carrier=tracking.slug,
        service="",
        tracking_number=tracking.tracking_number,
        occurred_at=min((scan.checkpoint_time for scan in scans if scan.checkpoint_time), default=None),
    )
    return Reading(delivery_key=envelope.event_id, events=(event,))


SOURCE = PushedKind(
    kind="aftership",
    title="AfterShip Tracking",
    way=Way.PUSHED,
    spec="https://www.aftership.com/docs/tracking/webhook",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.SCANNED}),
    authentication="HMAC-SHA256 of the body",
    authentication_ja="本文の HMAC-SHA256",
    authenticate=authenticate,
    parse=parse,
    check_secret=typeable_secret_problem,
    proved_by="",
    unverified=(
        "No signed message was ever seen; the signature follows AfterShip's own page.",
        "The zone of checkpoint times without an offset is not documented; such a scan is dated when it is heard of.",
        "The signature covers no time; a repeat is known by its event id.",
    ),
    unverified_ja=(
        "署名つきの実例はありません。署名はAfterShip自身の説明に従っています。",
        "時差の書かれていない通過時刻の扱いは公開されていません。その場合は、知らせを受けた時刻を使います。",
        "署名は時刻を含みません。同じ知らせの繰り返しは、イベントIDで見分けます。",
    ),
)
