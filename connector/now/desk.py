"""Everything that is to be seen now, gathered: gaps, what needs a person, Qoo10's health, sources and their silence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carriers import SOURCES
from connector.domain.alarm_facts import Alarm
from connector.domain.calendar import day_in_japan
from connector.domain.silence import is_stuck
from connector.keeper.keeper import Keeper
from connector.now.calls import CallBook, Calls
from connector.now.needs import Need, needs
from connector.now.today import Today, TodaysGaps
from connector.probes import AttendedSource
from connector.qoo10.client import QapiClient
from connector.settings import ShopSettings, SourceSettings
from connector.store.listing import Wanted
from connector.store.now import LastDelivery, OpenGaps
from connector.store.store import Store

MOST_NEEDS = 50
"""Things that need a person on one page; how many more there are is said."""
KEY_LIVES = timedelta(days=365)
"""A seller key lives a year, and dies silently."""


@dataclass(frozen=True, slots=True)
class RunningShop:
    """A shop that is worked for."""

    settings: ShopSettings
    keeper: Keeper
    client: QapiClient


@dataclass(frozen=True, slots=True)
class ShopHealth:
    """A shop at Qoo10. ``stopped_for`` is why it stands still, empty while it works; ``stuck`` that its keeper does.

    ``allowed_per_s`` of ``configured_per_s`` calls may go in a second: fewer after Qoo10 asked for a pause.
    ``key_since`` is when the key was issued, or else since when we know it (``key_day_known`` false then).
    """

    name: str
    stopped_for: str
    stuck: bool
    calls: Calls
    allowed_per_s: float
    configured_per_s: float
    key_since: date | None
    key_day_known: bool
    key_ends: date | None
    claims_read_until: datetime | None
    clock_skew_s: float | None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source: its kind's title, its way in, its newest delivery if any, and what keeps it from being read now."""

    name: str
    shop: str
    title: str
    way: str
    last: LastDelivery | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Now:
    """The moment. ``needs`` are the first of ``needs_in_all``."""

    at: datetime
    gaps: OpenGaps
    today: Today
    needs: tuple[Need, ...]
    needs_in_all: int
    shops: tuple[ShopHealth, ...]
    sources: tuple[SourceHealth, ...]


class NowDesk:
    """Gathers the moment. ``alarms`` gives those that stood at the last look for them."""

    def __init__(
        self,
        shops: Mapping[str, RunningShop],
        sources: Mapping[str, SourceSettings],
        store: Store,
        clock: Callable[[], datetime],
        *,
        attended: Mapping[str, AttendedSource],
        calls: CallBook,
        skew_s: Callable[[str], float | None],
        alarms: Callable[[], Sequence[Alarm]],
    ) -> None:
        self._shops = shops
        self._sources = sources
        self._store = store
        self._clock = clock
        self._attended = attended
        self._calls = calls
        self._skew_s = skew_s
        self._alarms = alarms
        self._today = TodaysGaps(store.now.gaps_accepted_since)

    async def look(self) -> Now:
        """The moment as it is.

        Raises:
            StoreUnavailable: the store could not be read.
        """
        now = self._clock()
        listed = await self._store.listed_entries(Wanted(limit=MOST_NEEDS), now)
        standing = [each for each in listed if each.rank(now) <= 1]
        found = needs(await self._store.cases(), standing, self._alarms(), now)
        return Now(
            now,
            await self._store.now.open_gaps(now),
            await self._today.today(now),
            tuple(found[:MOST_NEEDS]),
            len(found),
            tuple([await self._shop(name, shop, now) for name, shop in self._shops.items()]),
            await self._source_healths(),
        )

    async def _shop(self, name: str, shop: RunningShop, now: datetime) -> ShopHealth:
        row = await self._store.shop(name)
        known_since = row.key_first_used_at if row is not None else None
        issued_at, issued_on = shop.client.key_issued_at, shop.settings.seller_auth_key_issued_on
        known_day = issued_on if issued_at is None else day_in_japan(issued_at)
        since = known_day or (day_in_japan(known_since) if known_since is not None else None)
        return ShopHealth(
            name=name,
            stopped_for=shop.keeper.stopped_for,
            stuck=shop.keeper.moved_at is None or is_stuck(shop.keeper.moved_at, now),
            calls=self._calls.of(name, now),
            allowed_per_s=shop.client.pace.allowed_per_s,
            configured_per_s=shop.client.pace.most_per_s,
            key_since=since,
            key_day_known=known_day is not None,
            key_ends=issued_on + KEY_LIVES if issued_on is not None else None,
            claims_read_until=row.claims_read_until if row is not None else None,
            clock_skew_s=self._skew_s(name),
        )

    async def _source_healths(self) -> tuple[SourceHealth, ...]:
        last = await self._store.now.last_deliveries(list(self._sources))
        found = []
        for name, source in self._sources.items():
            kind = SOURCES[source.kind]
            trouble = self._attended[name].trouble if name in self._attended else ""
            found.append(SourceHealth(name, source.shop, kind.title, str(kind.way), last.get(name), trouble))
        return tuple(found)
