"""What proves that a message comes from Easyship: the secret in the address, its token in a header, or both.

Easyship's guide to webhooks (https://developers.easyship.com/reference/webhooks-guide, read 2026-11-23) describes
``X-EASYSHIP-SIGNATURE`` as a JSON web token under HS256 with the webhook's secret key, whose claims name the company.
It does not cover the body: whoever has seen one token can send anything with it. Never seen in a recording.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime

from carriers.errors import BadSignature, UnreadablePayload
from carriers.model import Delivery
from carriers.payload import read_json
from carriers.signatures import (
    FRESH_FOR_S,
    header,
    path_secret_problem,
    typeable_secret_problem,
    verify_path_secret,
    verify_shared_secret,
)

KEY_PREFIX = "webh_"
"""How Easyship's secret keys begin; every other secret is one for the address."""


def check_secret(secret: str) -> str | None:
    """None, or what is wrong with a configured secret."""
    return typeable_secret_problem(secret) if secret.startswith(KEY_PREFIX) else path_secret_problem(secret)


def authenticate(delivery: Delivery, secrets: Sequence[str]) -> None:
    """Check whatever is configured: where secrets of both sorts are, both must fit.

    Raises:
        BadSignature: ``no_secret``, ``missing_path_secret``, ``missing_header``, ``malformed_header``,
            ``malformed_signature``, ``stale`` or ``mismatch``.
    """
    usable = [secret for secret in secrets if check_secret(secret) is None]
    keys = [secret for secret in usable if secret.startswith(KEY_PREFIX)]
    in_address = [secret for secret in usable if not secret.startswith(KEY_PREFIX)]
    if not usable:
        raise BadSignature("no_secret")
    if in_address:
        verify_path_secret(delivery.path, in_address)
    if keys:
        _verify_token(header(delivery.headers, "x-easyship-signature"), keys, delivery.received_at)


def _verify_token(token: str, keys: Sequence[str], received_at: datetime) -> None:
    signed, _, signature = token.rpartition(".")
    text = signed.encode("utf-8", "surrogatepass")
    # The algorithm is ours, whatever the token says of itself.
    verify_shared_secret(signature, [_base64url(hmac.digest(key.encode(), text, "sha256")) for key in keys])
    claims = signed.partition(".")[2]
    try:
        expires = read_json(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("exp")
    except (binascii.Error, ValueError, UnreadablePayload):
        raise BadSignature("malformed_signature") from None
    if isinstance(expires, int | float) and expires + FRESH_FOR_S < received_at.timestamp():
        raise BadSignature("stale")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
