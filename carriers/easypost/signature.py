"""What proves that a message comes from EasyPost: version 1 of its signature, or version 2 where a setting says so.

Version 1 is proved by the official fixture. Of version 2 the official article names three headers and demands a window
of time; what exactly is signed is told by implementers only (time, method, path and body, nothing between them), and
the size of the window was never seen: its last detail is unverified.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from carriers.errors import BadSignature
from carriers.model import Delivery
from carriers.signatures import FRESH_FOR_S, header, typeable_secret_problem, verify_hmac_hex

VERSIONS = ("v1", "v2")

_PREFIX = "hmac-sha256-hex="
_RFC_2822 = re.compile(
    r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} ([+-][0-9]{4}|GMT)"
)


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check the signature that the option ``signature`` names; the key is the secret after Unicode NFKD.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``malformed_signature``, ``no_secret``, ``mismatch``;
            for version 2 also ``malformed_timestamp``, ``stale`` and ``another_path``.
    """
    keys = [unicodedata.normalize("NFKD", one).encode() for one in secrets if typeable_secret_problem(one) is None]
    if delivery.options.get("signature") == "v2":
        _verify_v2(delivery, keys)
    else:
        verify_hmac_hex(_hex(header(delivery.headers, "x-hmac-signature")), delivery.body, keys)


def _verify_v2(delivery: Delivery, keys: Sequence[bytes]) -> None:
    signature = header(delivery.headers, "x-hmac-signature-v2")
    time = header(delivery.headers, "x-timestamp")
    path = header(delivery.headers, "x-path")
    if path != delivery.path:
        raise BadSignature("another_path")
    _require_fresh(time, delivery.received_at)
    signed = f"{time}{delivery.method}{path}".encode("utf-8", "surrogatepass") + delivery.body
    verify_hmac_hex(_hex(signature), signed, keys)


def _require_fresh(time: str, received_at: datetime) -> None:
    if not _RFC_2822.fullmatch(time):
        raise BadSignature("malformed_timestamp")
    try:
        sent_at = parsedate_to_datetime(time)
    except ValueError:  # no such day or month
        raise BadSignature("malformed_timestamp") from None
    # EasyPost writes -0000, which stands for UTC without a zone.
    aware = sent_at.replace(tzinfo=UTC) if sent_at.tzinfo is None else sent_at
    if abs((received_at - aware).total_seconds()) > FRESH_FOR_S:
        raise BadSignature("stale")


def _hex(value: str) -> str:
    if not value.startswith(_PREFIX):
        raise BadSignature("malformed_signature")
    return value.removeprefix(_PREFIX)
