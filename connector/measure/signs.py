"""Gathers the signs of life of all parts; ``domain/silence.py`` judges them."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Protocol

from connector.domain.calendar import day_in_japan
from connector.domain.silence import (
    DISK_WARN_BYTES,
    KEY_LIFE,
    FailingTarget,
    ShopSigns,
    Signs,
    SilenceRules,
    SourceSigns,
    is_off,
    is_stuck,
)
from connector.health import Health
from connector.metrics import Metrics
from connector.settings import Settings, ShopSettings
from connector.store.sqlite import database_path
from connector.store.store import Store

SLEPT_FOR = timedelta(minutes=1)
"""So much more on the clock than has passed is a machine that slept."""


class LivingKeeper(Protocol):
    """What a keeper shows of itself."""

    stopped_for: str
    moved_at: datetime | None


class TroubledSource(Protocol):
    """What a source shows that the program goes to by itself."""

    @property
    def troubled_since(self) -> datetime | None:
        """Since when nothing can be taken from it; None while all is well."""
        ...

    @property
    def due_since(self) -> datetime | None:
        """Its last sign of life, or when it had to move again, whichever is later; None while it rests."""
        ...


class SignsOfLife:
    """Looks at every part. Since when something is so is remembered from the first look that found it so."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        metrics: Metrics,
        health: Health,
        *,
        keepers: Mapping[str, LivingKeeper],
        attended: Mapping[str, TroubledSource],
        failed_tasks: Callable[[], Sequence[str]],
        failing_targets: Callable[[], Awaitable[tuple[FailingTarget, ...]]],
    ) -> None:
        self._settings = settings
        self._store = store
        self._metrics = metrics
        self._health = health
        self._keepers = keepers
        self._attended = attended
        self._failed_tasks = failed_tasks
        self._failing_targets = failing_targets
        self._folder = database_path(settings.store.url).parent
        self._first_seen: dict[tuple[str, str], datetime] = {}
        self._started_at: datetime | None = None
        self._last_look: tuple[datetime, float] | None = None
        self._woken_at: datetime | None = None

    async def gather(self, now: datetime) -> Signs:
        """All signs at this moment.

        Raises:
            StoreUnavailable: the store could not be read.
        """
        self._started_at = self._started_at or now
        self._note_sleep(now)
        skews = [skew for shop in self._settings.shops if (skew := self._metrics.clock_skew_s(shop)) is not None]
        clock_ahead_s = max(skews, key=abs, default=None)
        disk_free = await asyncio.to_thread(_free_bytes, str(self._folder))
        return Signs(
            shops=tuple([await self._shop(name, shop, now) for name, shop in self._settings.shops.items()]),
            sources=await self._sources(),
            ended_tasks={name: self._since("task", name, now) for name in self._failed_tasks()},
            disk_free=disk_free,
            disk_low_since=self._since_if("disk", "", now, holds=disk_free is not None and disk_free < DISK_WARN_BYTES),
            clock_ahead_s=clock_ahead_s,
            clock_off_since=self._since_if("clock", "", now, holds=is_off(clock_ahead_s)),
            failing_targets=await self._failing_targets(),
        )

    def _note_sleep(self, now: datetime) -> None:
        """A machine that sleeps, or whose clock is put forward: nothing could show a sign of life in that time."""
        at_s = monotonic()
        if self._last_look is not None:
            last_at, last_s = self._last_look
            if now - last_at - timedelta(seconds=at_s - last_s) > SLEPT_FOR:
                self._woken_at = now
        self._last_look = now, at_s

    def _awake(self, since: datetime | None) -> datetime | None:
        """Since when, of the time in which this machine was awake."""
        return since if since is None or self._woken_at is None else max(since, self._woken_at)

    async def _shop(self, name: str, settings: ShopSettings, now: datetime) -> ShopSigns:
        keeper = self._keepers[name]
        return ShopSigns(
            shop=name,
            stopped_since=self._since_if("stopped", name, now, holds=bool(keeper.stopped_for)),
            moved_at=self._awake(keeper.moved_at or self._begun_too_long_ago(now)),
            called=self._health.was_called(name),
            unanswered_since=self._awake(self._health.unanswered_since(name)),
            key_ends_on=await self._key_ends_on(name, settings),
        )

    def _begun_too_long_ago(self, now: datetime) -> datetime | None:
        """The start, once a keeper that has not begun is stuck; None while it may still begin."""
        started_at = self._started_at or now
        return started_at if is_stuck(started_at, now) else None

    async def _key_ends_on(self, name: str, settings: ShopSettings) -> date | None:
        """At the latest; None where keys are issued anew by themselves, or nothing is known."""
        if settings.api_key.get_secret_value():
            return None
        issued_on = settings.seller_auth_key_issued_on
        if issued_on is None and not settings.rehearsal:
            row = await self._store.shop(name)
            first_used_at = row.key_first_used_at if row is not None else None
            issued_on = None if first_used_at is None else day_in_japan(first_used_at)
        return None if issued_on is None else issued_on + KEY_LIFE

    async def _sources(self) -> tuple[SourceSigns, ...]:
        heard = await self._store.now.last_deliveries(list(self._settings.sources))
        found = []
        for name, source in self._settings.sources.items():
            attended, refusals = self._attended.get(name), self._health.refusals(name)
            found.append(
                SourceSigns(
                    source=name,
                    shop=source.shop,
                    heard_at=heard[name].received_at if name in heard else None,
                    silent_after=source.silent_after,
                    troubled_since=self._awake(attended.troubled_since) if attended is not None else None,
                    due_since=self._awake(attended.due_since) if attended is not None else None,
                    refused=refusals.count if refusals is not None else None if attended is None else 0,
                    refused_since=refusals.since if refusals is not None else None,
                )
            )
        return tuple(found)

    def _since(self, what: str, name: str, now: datetime) -> datetime:
        return self._first_seen.setdefault((what, name), now)

    def _since_if(self, what: str, name: str, now: datetime, *, holds: bool) -> datetime | None:
        if not holds:
            self._first_seen.pop((what, name), None)
            return None
        return self._since(what, name, now)


def silence_rules(settings: Settings) -> SilenceRules:
    """What the settings say about silence."""
    return SilenceRules(
        refused_in_a_row=settings.alerts.sender_refused_in_a_row,
        calendars={name: shop.calendar for name, shop in settings.shops.items()},
        working_hours={name: shop.hours for name, shop in settings.shops.items()},
    )


def _free_bytes(folder: str) -> int | None:
    """What this program may still write; None where that cannot be asked."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize
