"""A vendor's published keys (JSON Web Key Set, RFC 7517), and the RSA signatures that are checked with them."""

import base64
import binascii
import json
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from carriers.errors import BadSignature, UnknownKey

_KEY_BITS = range(2048, 8193)
"""Shorter keys can be forged; longer ones only cost time."""
_EXPONENTS = range(3, 2**32)
_MOST_KEYS = 100


def verify_rsa_sha256(signature: str, signed: bytes, key_set: bytes, key_id: str) -> None:
    """Accept a base64 RSASSA-PKCS1-v1_5 signature with SHA-256 of ``signed``, by the key of ``key_set`` with this id.

    Keys that are not RSA keys for signatures of a sound size count as not being there.

    Raises:
        BadSignature: ``malformed_signature`` or ``mismatch``.
        UnknownKey: the key set as last fetched has no such key.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:  # also binascii.Error, and characters outside ASCII
        raise BadSignature("malformed_signature") from None
    if len(raw) * 8 not in _KEY_BITS:
        raise BadSignature("malformed_signature")
    key = next((key for key_id_there, key in _keys(key_set) if key_id_there == key_id), None)
    if key is None:
        raise UnknownKey
    try:
        key.verify(raw, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise BadSignature("mismatch") from None


def is_key_set(body: bytes) -> bool:
    """Whether there is a key of use in it: what has none must not replace what has."""
    return next(_keys(body), None) is not None


def _keys(key_set: bytes) -> Iterator[tuple[str, RSAPublicKey]]:
    """The usable keys and their ids. Never raises: a key set that cannot be read has none."""
    try:
        content = json.loads(key_set)
    except (ValueError, RecursionError):
        return
    entries = content.get("keys") if isinstance(content, dict) else None
    for entry in entries[:_MOST_KEYS] if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or not isinstance(key_id := entry.get("kid"), str):
            continue
        if (key := _rsa_key(entry)) is not None:
            yield key_id, key


def _rsa_key(entry: dict[str, object]) -> RSAPublicKey | None:
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    modulus, exponent = _whole_number(entry.get("n")), _whole_number(entry.get("e"))
    if modulus.bit_length() not in _KEY_BITS or exponent not in _EXPONENTS:
        return None
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        return None


def _whole_number(text: object) -> int:
    """An unsigned number as key sets write it (base64url, big-endian, no padding); 0 where it is none."""
    if not isinstance(text, str):
        return 0
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(raw, "big") if len(raw) * 8 <= _KEY_BITS.stop + 8 else 0
