"""From a reading to what the store keeps: references folded, numbers cleaned. Pure."""

import hashlib
import unicodedata

from carriers.companies import NumberRefused, clean_number
from carriers.model import Delivery, LabelEvent, Reading
from connector.domain.parcel import ParcelKey, times_of
from connector.store.deliveries import NewDelivery, NewLabel

_LONGEST_NUMBER = 100


def new_delivery(source: str, shop: str, delivery: Delivery, reading: Reading) -> NewDelivery:
    """A delivery on its way into the store. Without an id of its own its body is its key."""
    return NewDelivery(
        source=source,
        shop=shop,
        key=reading.delivery_key or digest(delivery.body),
        received_at=delivery.received_at,
        labels=tuple(_label(shop, event, delivery) for event in reading.events),
        fetches=reading.fetches,
        ignored=len(reading.ignored),
        outcome="accepted" if reading.events or reading.fetches else "ignored",
        detail=", ".join(sorted({ignored.reason for ignored in reading.ignored})),
    )


def digest(body: bytes) -> str:
    """A key for a body that has none: the same for the same bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _label(shop: str, event: LabelEvent, delivery: Delivery) -> NewLabel:
    reference = unicodedata.normalize("NFKC", event.order_ref).strip()
    return NewLabel(
        event=event,
        parcel=ParcelKey(shop, reference, _cleaned(event.tracking_number)),
        times=times_of(event, delivery.received_at),
    )


def _cleaned(number: str) -> str:
    """The number as it will be entered; one that cannot be read is kept as it is, and held where a person sees it."""
    try:
        return clean_number(number)
    except NumberRefused:
        return unicodedata.normalize("NFKC", number).strip()[:_LONGEST_NUMBER]
