"""``POST /webhooks/{source}``: the pushed way in."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from aiohttp import web

from carriers.errors import BadSignature, UnknownKey, UnreadablePayload
from carriers.kinds import PushedKind
from carriers.model import Delivery, Reading
from connector.access.routes import Routes
from connector.health import Health, Refusal
from connector.http import ApiError
from connector.intake.body import expect_continue, read_body
from connector.intake.key_sets import AGAIN_AFTER, KeySets
from connector.intake.keyring import Keyring
from connector.intake.labels import digest, new_delivery
from connector.intake.shape import shape_of
from connector.intake.vendor import VendorUnavailable
from connector.metrics import Metrics
from connector.qoo10.dates import header_time
from connector.store.deliveries import NewDelivery
from connector.store.errors import StoreUnavailable
from connector.store.schema import UNREADABLE_KEY
from connector.store.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PushedSource:
    """A configured source that sends webhooks. What proves its deliveries is on the keyring.

    ``api_url`` replaces the vendor's address in a rehearsal on this machine; empty otherwise.
    """

    name: str
    shop: str
    kind: PushedKind
    options: Mapping[str, str]
    api_url: str = ""


class Webhooks:
    """Takes deliveries. 202 is answered only after the commit."""

    def __init__(
        self,
        sources: Mapping[str, PushedSource],
        store: Store,
        key_sets: KeySets,
        clock: Callable[[], datetime],
        metrics: Metrics,
        health: Health,
        body_timeout_s: float,
        *,
        keyring: Keyring,
    ) -> None:
        self._keyring = keyring
        self._sources = sources
        self._store = store
        self._key_sets = key_sets
        self._clock = clock
        self._metrics = metrics
        self._health = health
        self._body_timeout_s = body_timeout_s

    def add_to(self, routes: Routes) -> None:
        """Adds the routes; the second is for senders that can sign nothing and carry their secret in the address."""
        routes.post("/webhooks/{source}", self._receive, expect_handler=expect_continue, needs=None)
        routes.post("/webhooks/{source}/{secret}", self._receive, expect_handler=expect_continue, needs=None)

    async def _receive(self, request: web.Request) -> web.Response:
        """Takes one delivery of a pushed source.

        202 with `{"delivery": "dlv_...", "accepted": 1, "duplicates": 0, "ignored": 0}`, once it is on the disk:
        how many label events in it were new, known already, or nothing for this program.
        """
        started = time.perf_counter()
        source = self._sources.get(request.match_info["source"])
        if source is None or ("secret" in request.match_info) > source.kind.secret_in_path:
            raise ApiError(
                404,
                "unknown_source",
                "There is no source of this name.",
                "Check the name at the end of the address against [sources.<name>] in the settings.",
            )
        outcome = "failed"
        try:
            body = await read_body(request, self._body_timeout_s)
            delivery = Delivery(
                method=request.method,
                path=request.path,
                headers=_joined(request),
                body=body,
                received_at=self._clock(),
                options=source.options,
            )
            await self._authenticate(source, delivery)
            await self._note_secret(source, delivery)
            if (sent_at := said_to_be_sent_at(delivery.headers)) is not None:
                self._metrics.source_clock(source.name, (delivery.received_at - sent_at).total_seconds())
            reading = await self._read(source, delivery)
            receipt = await self._store.record_delivery(new_delivery(source.name, source.shop, delivery, reading))
            outcome = "accepted" if receipt.accepted else "duplicate" if receipt.duplicates else "ignored"
        except ApiError as error:
            outcome = error.code
            self._health.refused(source.name, Refusal(self._clock(), error.status, error.code, error.message))
            raise
        finally:
            self._metrics.delivery(source.name, outcome, time.perf_counter() - started)
            self._metrics.refusals(source.name, self._health.delivery(source.name, outcome, self._clock()))
        return web.json_response(
            {
                "delivery": receipt.delivery,
                "accepted": receipt.accepted,
                "duplicates": receipt.duplicates,
                "ignored": receipt.ignored,
            },
            status=202,
        )

    async def _authenticate(self, source: PushedSource, delivery: Delivery) -> None:
        try:
            await self._verify(source, delivery)
        except BadSignature as bad:
            reason = bad.reason
        except VendorUnavailable as unavailable:
            log.warning("keys_unavailable", source=source.name, error=unavailable.problem)
            raise ApiError(
                503,
                "keys_unavailable",
                "The keys that this sender signs with cannot be fetched right now, so nothing was taken.",
                "Send it again after the time in Retry-After.",
                {"Retry-After": str(int(AGAIN_AFTER.total_seconds()))},
            ) from None
        except Exception:
            log.exception("authentication_failed", source=source.name)
            reason = "failed"
        else:
            return
        log.warning("signature_refused", source=source.name, reason=reason)
        raise ApiError(
            401,
            "bad_signature",
            f"The delivery does not prove that it comes from this source ({reason}).",
            "Check the secret on both sides, the sender's clock, and that nothing changes the body on its way.",
        )

    async def _verify(self, source: PushedSource, delivery: Delivery) -> None:
        """Authenticates; where the vendor's keys as last fetched do not suffice, with newer ones.

        Raises:
            BadSignature, VendorUnavailable: it is not proven, or cannot be judged.
        """
        where = source.kind.key_set
        if where is None:
            source.kind.authenticate(delivery, self._keyring.secrets(source.name))
            return
        known = self._key_sets.kept(where, source.api_url)
        try:
            source.kind.authenticate(replace(delivery, key_set=known), self._keyring.secrets(source.name))
        except UnknownKey:
            newer = await self._key_sets.newer(where, source.api_url, known)
            source.kind.authenticate(replace(delivery, key_set=newer), self._keyring.secrets(source.name))

    async def _note_secret(self, source: PushedSource, delivery: Delivery) -> None:
        """Notes which secret proved it, so that an old one can be withdrawn once nobody uses it any more."""
        if source.kind.key_set is not None:
            return
        secrets = self._keyring.secrets(source.name)
        used = secrets if len(secrets) == 1 else [each for each in secrets if _proves(source, each, delivery)]
        for secret in used:
            with contextlib.suppress(StoreUnavailable):
                await self._keyring.note_use(source.name, secret)

    async def _read(self, source: PushedSource, delivery: Delivery) -> Reading:
        try:
            return source.kind.parse(delivery)
        except UnreadablePayload as unreadable:
            problem = unreadable.problem
        except Exception:
            # A defect of an adapter must not cost the message: it is kept as a shape, and its sender sends it again.
            log.exception("adapter_failed", source=source.name)
            problem = "the adapter failed; see the log"
        log.warning("delivery_unreadable", source=source.name, problem=problem)
        await self._store.record_delivery(
            NewDelivery(
                source=source.name,
                shop=source.shop,
                key=UNREADABLE_KEY + digest(delivery.body),
                received_at=delivery.received_at,
                outcome="unreadable",
                detail=problem,
                shape=shape_of(delivery.body),
            )
        )
        raise ApiError(
            422,
            "unreadable",
            f"The signature is right, but the message cannot be read: {problem}",
            f"Compare the message with the page of the source kind {source.kind.kind}, then send it again.",
        )


def _proves(source: PushedSource, secret: str, delivery: Delivery) -> bool:
    try:
        source.kind.authenticate(delivery, [secret])
    except BadSignature:
        return False
    return True


def said_to_be_sent_at(headers: Mapping[str, str]) -> datetime | None:
    """The sender's clock: the timestamp of Standard Webhooks, or else the ``Date`` header; None without either."""
    stamp = headers.get("webhook-timestamp", "")
    if stamp.isascii() and stamp.isdigit():
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(int(stamp), UTC)
    return header_time(headers.get("date"))


def _joined(request: web.Request) -> dict[str, str]:
    """Lower-case names; a header that came twice has its values joined, as HTTP has it."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined
