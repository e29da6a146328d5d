"""Standard Webhooks 1.0.0, the sender's side (https://github.com/standard-webhooks/standard-webhooks)."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

from carriers.signatures import standard_webhook_key


def signed_headers(message_id: str, body: bytes, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a message sent at this moment: its id, the time, and a signature by every secret.

    Raises:
        ValueError: a secret holds no key; the settings refuse such a one.
    """
    unix_s = str(int(at.timestamp()))
    text = b"%s.%s.%s" % (message_id.encode("ascii"), unix_s.encode("ascii"), body)
    signatures = []
    for secret in secrets:
        key = standard_webhook_key(secret)
        if key is None:
            raise ValueError("a secret holds no key")
        signatures.append("v1," + base64.b64encode(hmac.digest(key, text, "sha256")).decode("ascii"))
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": unix_s,
        "webhook-signature": " ".join(signatures),
    }
