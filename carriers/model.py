"""The words that every source is translated into. Pure data: no I/O, no clock, nothing of ``connector``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened to a label. The order of the members is the order in a parcel's life."""

    PRINTED = "printed"
    PACKED = "packed"
    """A person has seen the packed parcel with its label, before it is handed over."""
    HANDED_OVER = "handed_over"
    SCANNED = "scanned"
    """The delivery company has scanned it."""
    VOIDED = "voided"


class Way(StrEnum):
    """How a source's messages arrive."""

    PUSHED = "pushed"
    FILED = "filed"
    POLLED = "polled"
    SCANNED = "scanned"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request, one file or one polled page, exactly as it came in.

    ``headers`` has lower-case names. ``body`` is the raw bytes: signatures are checked over them. ``received_at`` is
    aware and stands for the clock, which an adapter does not have. ``options`` are the source's settings for its kind.
    ``key_set`` is the vendor's published keys as last fetched, for kinds that have a ``key_set``; empty before.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    options: Mapping[str, str] = field(default_factory=dict)
    key_set: bytes = b""


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """The normalised message: one thing that happened to one label of one order.

    ``key`` is the same whenever the source repeats the message and differs for everything else the source says.
    ``order_ref``, ``carrier``, ``service`` and ``tracking_number`` are the source's own words, untouched but for
    surrounding white space. ``order_ref`` is empty where a source knows only the number (scan messages).
    ``occurred_at`` is aware, on the source's clock; None where the source does not say.
    """

    key: str
    kind: EventKind
    order_ref: str
    carrier: str
    service: str
    tracking_number: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that is the source's, but nothing for us.

    ``reason`` is a short code (``unknown_type``, ``test_mode``); ``detail`` a word of the source's own, or empty.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A request that must be made before the message can be understood; the adapter never makes it itself.

    ``host`` must be one of the kind's ``hosts``. ``credential`` names the source's setting that authorises the request.
    A value ``$NAME`` in ``query`` stands for the source's option of that name, so that it is not stored with the fetch.
    ``context`` carries over to ``read_answer`` what the first message already said; it is stored, so no personal data.
    """

    key: str
    host: str
    path: str
    credential: str
    query: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    """What a ``Fetch`` brought: the answer's status, its lower-cased headers, its raw body, and when it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery turned out to say.

    ``delivery_key`` is the source's own id of the message, the same on every retry. Sources without one leave it empty;
    then the body itself is the key.
    """

    delivery_key: str = ""
    events: tuple[LabelEvent, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    fetches: tuple[Fetch, ...] = ()
