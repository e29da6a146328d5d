"""``scan``: a person with a barcode reader at the packing table, on the console's own scan page.

Nothing comes from outside, so there is no payload to read: what a scanned text is, whose label it is and what the
person is told stand in ``connector/domain/scan*.py``. Here is what the settings say, and the event that comes of it.
The barcodes are those that the delivery companies print (NW-7, Code 128), read by a reader that types like a keyboard:
https://www.usb.org/hid (named for the form; nothing in it is interpreted here).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from carriers.companies import UNKNOWN_SERVICE, CompanyService, find
from carriers.kinds import ScannedKind
from carriers.model import EventKind, LabelEvent, Way

PAIR_WITHIN_S = range(5, 3601)
PAUSE_MS = range(2001)


def offered(options: Mapping[str, str]) -> tuple[CompanyService, ...]:
    """The delivery companies that can be chosen at the table, the usual one first.

    Raises:
        ValueError: a word means none.
    """
    words = [options.get("carrier", ""), *options.get("more_carriers", "").split()]
    found = [find("scan", word, "") for word in words]
    for word, meaning in zip(words, found, strict=True):
        if meaning is None or meaning.service_id == UNKNOWN_SERVICE:
            raise ValueError(f"{word!r} is no delivery company; `qoo10-connector carriers` lists them")
    return tuple(dict.fromkeys(meaning for meaning in found if meaning is not None))


def label_event(key: str, order_ref: str, number: str, carrier: CompanyService, scanned_at: datetime) -> LabelEvent:
    """What a scan tells: a person has this parcel with this label in hand.

    It is no print, which would bring a void label back, and no scan of the delivery company, which would prove that the
    parcel has left. ``key`` is the scan's own id.
    """
    return LabelEvent(
        key=key,
        kind=EventKind.PACKED,
        order_ref=order_ref,
        carrier=carrier.company_id,
        service=carrier.service_id,
        tracking_number=number,
        occurred_at=scanned_at,
    )


def check_options(options: Mapping[str, str]) -> str | None:
    """None, or which option cannot be used."""
    try:
        offered(options)
    except ValueError as error:
        return f"options.carrier: {error}"
    for name, numbers in (("pair_within_s", PAIR_WITHIN_S), ("pause_ms", PAUSE_MS)):
        given = options.get(name, "")
        if given and not (given.isascii() and given.isdigit() and int(given[:9]) in numbers):
            return f"options.{name}: must be a number from {numbers[0]} to {numbers[-1]}"
    return None


def words_of(of: Sequence[CompanyService]) -> list[str]:
    """Each as the settings and control barcodes name it: ``yamato.nekopos``."""
    return [f"{each.company_id}.{each.service_id}" if each.service_id else each.company_id for each in of]


SOURCE = ScannedKind(
    kind="scan",
    title="Packing table (検品スキャン)",
    way=Way.SCANNED,
    spec="https://www.usb.org/hid",
    spec_read_on=date(2026, 11, 23),
    tells=frozenset({EventKind.PACKED}),
    proved_by="",
    unverified=(
        "Which letters a reader sends before and after an NW-7 barcode is a setting of the reader; A to D are removed.",
        "Order numbers are taken to have 10 digits and carts 9, as seen in 2026; longer ones need reference_pattern.",
    ),
    unverified_ja=(
        "NW-7バーコードの前後にどの文字を送るかは、リーダーの設定によります。A から D は取り除きます。",
        "注文番号は10桁、カート番号は9桁とみなします (2026年の実例)。長い場合は reference_pattern を設定します。",
    ),
    options={"carrier": (), "more_carriers": (), "expects": ("pair", "label"), "pair_within_s": (), "pause_ms": ()},
    needed_options=frozenset({"carrier"}),
    authentication="a log-in with the right to scan, or a token of the API",
    authentication_ja="スキャンの権限があるログイン、またはAPIのトークン",
    check_options=check_options,
)
