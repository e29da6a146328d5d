"""The verifiers that several sources share.

Each works on the raw bytes as they came, compares in constant time, and answers anything hostile with ``BadSignature``
and nothing else. None of them asks a clock: the time of arrival is passed in.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from carriers.errors import BadSignature

FRESH_FOR_S = 300
"""How far a signed time may lie from the time of arrival, either way. The reference libraries of Standard Webhooks use
this; its specification leaves the amount open."""

_MAX_HEADER_CHARS = 8192
_WEBHOOK_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")
_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
_PATH_SECRET = re.compile(r"[A-Za-z0-9_-]{24,200}")
_PATH_PARTS = 4  # "", "webhooks", the source, the secret


def header(headers: Mapping[str, str], name: str) -> str:
    """The value of a header that must be there, from lower-case ``headers``.

    Raises:
        BadSignature: ``missing_header`` when it is absent or empty, ``malformed_header`` when it is absurdly long.
    """
    value = headers.get(name, "")
    if not value:
        raise BadSignature("missing_header")
    if len(value) > _MAX_HEADER_CHARS:
        raise BadSignature("malformed_header")
    return value


def require_fresh(unix_s: str, received_at: datetime) -> None:
    """Accept a signed time, in unix seconds as ASCII digits, within ``FRESH_FOR_S`` of ``received_at``.

    Raises:
        BadSignature: ``malformed_timestamp`` or ``stale``.
    """
    if not _UNIX_SECONDS.fullmatch(unix_s):
        raise BadSignature("malformed_timestamp")
    if abs(received_at.timestamp() - int(unix_s)) > FRESH_FOR_S:
        raise BadSignature("stale")


def typeable_secret_problem(secret: str) -> str | None:
    """None, or what is wrong with a secret that the vendor gives or that a person makes up."""
    if not secret:
        return "is empty"
    return None if secret.isprintable() else "has characters in it that cannot be typed"


def verify_hmac_hex(signature: str, signed: bytes, keys: Sequence[bytes]) -> None:
    """Accept the hex HMAC-SHA256 of ``signed`` under any of ``keys``; upper-case hex digits are taken too.

    Raises:
        BadSignature: ``no_secret``, ``malformed_signature`` or ``mismatch``.
    """
    if not _HEX_SHA256.fullmatch(signature):
        raise BadSignature("malformed_signature")
    _require_match([bytes.fromhex(signature)], [_hmac_sha256(key, signed) for key in keys if key])


def verify_hmac_base64(signature: str, signed: bytes, keys: Sequence[bytes]) -> None:
    """Accept the base64 HMAC-SHA256 (with padding) of ``signed`` under any of ``keys``.

    Raises:
        BadSignature: ``no_secret`` or ``mismatch``.
    """
    # The text is compared, not what it decodes to: base64 has several spellings of the same bytes.
    _require_match([_text_bytes(signature)], [base64.b64encode(_hmac_sha256(key, signed)) for key in keys if key])


def verify_shared_secret(value: str, secrets: Sequence[str]) -> None:
    """Accept a ``value`` that is one of ``secrets`` itself, for senders that send their secret along.

    It proves who sent, not what was sent. An empty secret is skipped.

    Raises:
        BadSignature: ``no_secret`` or ``mismatch``.
    """
    _require_match([_text_bytes(value)], [_text_bytes(secret) for secret in secrets if secret])


def verify_path_secret(path: str, secrets: Sequence[str]) -> None:
    """Accept ``/webhooks/<source>/<secret>`` with any of ``secrets``, for senders that can sign nothing.

    It proves who sent, not what was sent. A secret that ``path_secret_problem`` names a fault of is skipped.

    Raises:
        BadSignature: ``missing_path_secret``, ``no_secret`` or ``mismatch``.
    """
    parts = path.split("/")
    if len(parts) != _PATH_PARTS or not parts[-1]:
        raise BadSignature("missing_path_secret")
    verify_shared_secret(parts[-1], [secret for secret in secrets if path_secret_problem(secret) is None])


def path_secret_problem(secret: str) -> str | None:
    """None, or what is wrong with a secret that is to stand in an address."""
    if _PATH_SECRET.fullmatch(secret):
        return None
    return "must be 24 to 200 characters of A-Z, a-z, 0-9, - and _; `openssl rand -hex 24` makes one"


def verify_standard_webhook(
    headers: Mapping[str, str], body: bytes, received_at: datetime, secrets: Sequence[str]
) -> None:
    """Accept a message signed as Standard Webhooks 1.0.0 describes, symmetric scheme ``v1``.

    Any ``v1`` entry of the header may match any of ``secrets``; entries of other versions are skipped. A secret that
    ``standard_webhook_key`` refuses is skipped too: ``SourceKind.check_secret`` has reported it at start.

    Raises:
        BadSignature: ``missing_header``, ``malformed_header``, ``malformed_id``, ``malformed_timestamp``, ``stale``,
            ``no_known_version``, ``no_secret`` or ``mismatch``.
    """
    message_id = header(headers, "webhook-id")
    unix_s = header(headers, "webhook-timestamp")
    entries = header(headers, "webhook-signature").split(" ")
    # A dot would let the same signed text be cut into another id and another time.
    if not _WEBHOOK_ID.fullmatch(message_id):
        raise BadSignature("malformed_id")
    require_fresh(unix_s, received_at)
    candidates = [_text_bytes(text) for version, _, text in (e.partition(",") for e in entries) if version == "v1"]
    if not candidates:
        raise BadSignature("no_known_version")
    signed = b"%s.%s.%s" % (message_id.encode("ascii"), unix_s.encode("ascii"), body)
    keys = (standard_webhook_key(secret) for secret in secrets)
    _require_match(candidates, [base64.b64encode(_hmac_sha256(key, signed)) for key in keys if key])


def standard_webhook_key(secret: str) -> bytes | None:
    """The key in a Standard Webhooks secret, or None if there is none.

    The secret is base64 after an optional ``whsec_``, padding optional. An empty key is none: anyone can sign with it.
    """
    text = secret.removeprefix("whsec_").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except (binascii.Error, ValueError):  # ValueError: characters outside ASCII
        return None


def _hmac_sha256(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")


def _text_bytes(text: str) -> bytes:
    # A header may hold lone surrogates, which no strict codec takes; they match nothing, but must not raise.
    return text.encode("utf-8", "surrogatepass")


def _require_match(candidates: Sequence[bytes], expected: Sequence[bytes]) -> None:
    if not expected:
        raise BadSignature("no_secret")
    # Every pair is compared, so that the time taken does not tell which secret came close.
    matches = [hmac.compare_digest(candidate, wanted) for candidate in candidates for wanted in expected]
    if not any(matches):
        raise BadSignature("mismatch")
