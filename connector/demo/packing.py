"""The packing table: prints labels, and reports each one to the service as a seller's shipping tool would."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from carriers.signatures import standard_webhook_key

FIRST_NUMBER = 44_440_000_001
"""The first tracking number without its last digit."""


@dataclass(frozen=True, slots=True)
class Label:
    """One printed label. ``message_id`` stays the same when its report is sent again."""

    message_id: str
    order_ref: str
    carrier: str
    service: str
    tracking_number: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered to a report: the status, how many events it took or knew, and how long it took."""

    status: int
    accepted: int
    duplicates: int
    took_ms: float


def tracking_number(serial: int, *, wrong: bool = False) -> str:
    """The ``serial``-th made-up number, as a label shows it: eleven digits and their remainder by seven.

    A ``wrong`` one has another last digit, as a mistyped number has.
    """
    body = FIRST_NUMBER + serial
    digits = f"{body}{(body + int(wrong)) % 7}"
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


class PackingTable:
    """Reports labels over HTTP, signed as Standard Webhooks describes."""

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._session = session
        self._url = url
        self._key = standard_webhook_key(secret) or b""

    async def report(self, label: Label) -> Answer:
        """Sends one label.

        Raises:
            aiohttp.ClientError: the service is not there.
        """
        body = json.dumps(
            {
                "type": "label.printed",
                "timestamp": label.printed_at.isoformat(),
                "data": {
                    "order_ref": label.order_ref,
                    "carrier": label.carrier,
                    "service": label.service,
                    "tracking_number": label.tracking_number,
                },
            }
        )
        started = time.perf_counter()
        sent_at = str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "webhook-id": label.message_id,
            "webhook-timestamp": sent_at,
            "webhook-signature": self._signature(f"{label.message_id}.{sent_at}.{body}"),
        }
        async with self._session.post(self._url, data=body.encode(), headers=headers) as response:
            said = await response.json()
        took_ms = (time.perf_counter() - started) * 1000
        return Answer(response.status, said.get("accepted", 0), said.get("duplicates", 0), took_ms)

    def _signature(self, signed: str) -> str:
        digest = hmac.digest(self._key, signed.encode(), hashlib.sha256)
        return f"v1,{base64.b64encode(digest).decode()}"
