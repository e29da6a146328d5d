"""The alarms watch: says in log and metrics what became an alarm, and what is none any more."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from connector.domain.alarm_facts import Alarm
from connector.domain.alarms import alarms
from connector.domain.report import cancel_rate
from connector.domain.report_facts import Month
from connector.domain.silence import Looked, Signs, silences
from connector.measure.rules import cancel_rule, watched
from connector.measure.signs import silence_rules
from connector.metrics import Metrics
from connector.settings import Settings
from connector.store.store import Store

RATE_EVERY = timedelta(hours=1)
"""How often the cancel rate of the running month is counted: it reads all lines."""
MOST_LOGGED = 20
"""Alarms that are logged one by one when many come together; the others are counted."""

log = structlog.get_logger()


class AlarmsWatch:
    """Looks for alarms whenever it is asked to. Nothing is kept: after a start all alarms are new."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Callable[[], datetime],
        metrics: Metrics,
        signs: Callable[[datetime], Awaitable[Signs]],
    ) -> None:
        self._store = store
        self._signs = signs
        self._watched = watched(settings)
        self._silence = silence_rules(settings)
        self._rule = cancel_rule(settings)
        self._shops = tuple(settings.shops)
        self._clock = clock
        self._metrics = metrics
        self._known: dict[tuple[str, ...], Alarm] = {}
        self._rated_at: datetime | None = None

    @property
    def standing(self) -> list[Alarm]:
        """The alarms that stood at the last look."""
        return list(self._known.values())

    async def look(self) -> Looked:
        """Finds all alarms of this moment, and says what changed since the last look.

        Raises:
            StoreUnavailable: the store could not be read; nothing is said.
        """
        now = self._clock()
        material = await self._store.alarm_material(now)
        silent = silences(await self._signs(now), self._silence, now)
        found = [*alarms(material, self._watched, now), *silent.alarms]
        self._metrics.alarms(Counter((alarm.shop, alarm.kind) for alarm in found))
        self._metrics.open_conflicts(Counter((conflict.shop, conflict.kind) for conflict in material.conflicts))
        self._say(found)
        if self._rated_at is None or now >= self._rated_at + RATE_EVERY:
            await self._rate(now)
        return Looked(found, silent.undecided)

    def _say(self, found: list[Alarm]) -> None:
        known, self._known = self._known, {alarm.key: alarm for alarm in found}
        appeared = [alarm for key, alarm in self._known.items() if key not in known]
        gone = [alarm for key, alarm in known.items() if key not in self._known]
        for alarm in appeared[:MOST_LOGGED]:
            until = alarm.until.isoformat() if alarm.until else None
            log.warning("alarm", **_about(alarm), until=until, happened=alarm.happened.en, do=alarm.do.en)
        for alarm in gone[:MOST_LOGGED]:
            log.info("alarm_over", **_about(alarm))
        if len(appeared) > MOST_LOGGED or len(gone) > MOST_LOGGED:
            log.warning("alarms_changed", appeared=len(appeared), over=len(gone), all=len(found))

    async def _rate(self, now: datetime) -> None:
        month = Month.of(now)
        material = await self._store.month_material(month, self._shops)
        for shop in self._shops:
            self._metrics.cancel_rate(cancel_rate(material, month, shop, self._rule, now))
        self._rated_at = now


def _about(alarm: Alarm) -> dict[str, str | int]:
    about = {
        "kind": str(alarm.kind),
        "shop": alarm.shop,
        "order_no": alarm.order_no,
        "tracking_no": alarm.tracking_no,
        "source": alarm.source,
        "about": alarm.about,
        "conflict": alarm.conflict_id,
    }
    return {name: value for name, value in about.items() if value}
