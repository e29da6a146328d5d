"""``/healthz``, ``/readyz`` and ``/metrics``: what supervisors and monitors ask."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web

from connector.access.routes import Routes
from connector.domain.silence import is_stuck
from connector.http import ApiError
from connector.keeper.keeper import Keeper
from connector.metrics import Metrics
from connector.store.errors import StoreUnavailable
from connector.store.store import Store


class AttendedSource(Protocol):
    """A source that this program goes to by itself: a watched folder, or a vendor that is polled."""

    @property
    def trouble(self) -> str:
        """Why nothing can be taken from it at the moment, as words for people; empty while all is well."""
        ...


class Probes:
    """Answers whether the program lives, whether it can do its work, and what it measured."""

    def __init__(
        self,
        store: Store,
        keepers: Mapping[str, Keeper],
        attended: Mapping[str, AttendedSource],
        failed: Callable[[], Sequence[str]],
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._keepers = keepers
        self._attended = attended
        self._failed = failed
        self._clock = clock
        self._metrics = metrics

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/healthz", self._alive, needs=None)
        routes.get("/readyz", self._ready, needs=None)
        routes.get("/metrics", self._measured, needs=None)

    async def _alive(self, _request: web.Request) -> web.Response:
        """200 with `{"status": "alive"}` while the program runs, whatever else is wrong: for supervisors."""
        return web.json_response({"status": "alive"})

    async def _ready(self, _request: web.Request) -> web.Response:
        """200 with `{"status": "ready"}` while the store takes what comes and every shop is worked for.

        `warnings` name sources that nothing can be taken from at the moment; 503 gives the reasons in its message.
        """
        reasons = []
        now = self._clock()
        try:
            await self._store.prove_writable(now)
        except StoreUnavailable as error:
            reasons.append(f"store: {error}")
        for name, keeper in self._keepers.items():
            if keeper.stopped_for:
                reasons.append(f"shop {name}: stopped, Qoo10 does not accept its key: {keeper.stopped_for}")
            elif keeper.moved_at is None or is_stuck(keeper.moved_at, now):
                reasons.append(f"shop {name}: its keeper does not run")
        reasons += [f"its task {name!r} has ended; restart it, and see the log" for name in self._failed()]
        if reasons:
            raise ApiError(503, "not_ready", "; ".join(reasons), "qoo10-connector check says what to mend.")
        # A packing table's machine that is switched off is no reason to take this program out of service, nor a vendor.
        warnings = [f"source {name}: {source.trouble}" for name, source in self._attended.items() if source.trouble]
        return web.json_response({"status": "ready"} | ({"warnings": warnings} if warnings else {}))

    async def _measured(self, _request: web.Request) -> web.Response:
        """200 with the metrics below, as text for Prometheus."""
        for name, keeper in self._keepers.items():
            if keeper.moved_at is not None:
                self._metrics.keeper_moved(name, keeper.moved_at)
        text = self._metrics.exposition(await self._store.depths.now(), self._clock())
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
