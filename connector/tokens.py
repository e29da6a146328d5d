"""Secrets at rest: sealed with a key that is not in the store, or known by no more than a fingerprint."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken

KEY_BYTES = 32
HOW_TO_MAKE_A_KEY = (
    "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"
)


def fingerprint(secret: str) -> str:
    """What is kept of a secret to tell it from others, and since when it is in use: too little to find it from."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:8]


class TokensUnreadable(Exception):
    """The kept tokens were sealed with another key, or were damaged."""


def check_key(key: str) -> str | None:
    """None, or in words what is wrong with a key, without repeating it."""
    try:
        size = len(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeEncodeError):
        return f"is no URL-safe base64; make one with: {HOW_TO_MAKE_A_KEY}"
    return None if size == KEY_BYTES else f"must be {KEY_BYTES} bytes in base64; make one with: {HOW_TO_MAKE_A_KEY}"


class TokenBox:
    """Seals and opens the tokens of polled sources (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, tokens: Mapping[str, str]) -> str:
        """What may be written to disk."""
        return self._fernet.encrypt(json.dumps(dict(tokens)).encode()).decode("ascii")

    def open(self, sealed: str) -> dict[str, str]:
        """The tokens again.

        Raises:
            TokensUnreadable: another key, or damaged.
        """
        try:
            tokens: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise TokensUnreadable from None
        return tokens
