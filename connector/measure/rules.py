"""From the settings to the rules that alarms and reports are judged by. Pure."""

from dataclasses import replace
from datetime import timedelta

from carriers import SOURCES
from carriers.model import EventKind
from connector.domain.alarm_facts import SourceFacts, Thresholds, Watched
from connector.domain.alert_facts import Policy
from connector.domain.hours import WorkingTime
from connector.domain.report_facts import CancelRule
from connector.settings import Settings, SourceSettings


def watched(settings: Settings) -> Watched:
    """What is an alarm by these settings."""
    given = settings.alarms
    return Watched(
        thresholds=Thresholds(
            ship_by_near=timedelta(hours=given.ship_by_near_hours),
            not_entered=timedelta(minutes=given.not_entered_minutes),
            not_looked_at=timedelta(minutes=given.not_looked_at_minutes),
            no_scan_business_days=given.no_scan_business_days,
        ),
        calendars={name: shop.calendar for name, shop in settings.shops.items()},
        sources={name: _facts(source) for name, source in settings.sources.items()},
    )


def alert_policy(settings: Settings) -> Policy:
    """Who is told of what by these settings, and when."""
    working = {name: WorkingTime(shop.calendar, shop.hours) for name, shop in settings.shops.items()}
    return replace(settings.alerts.policy, working=working)


def cancel_rule(settings: Settings) -> CancelRule:
    """How cancels are counted by these settings."""
    given = settings.report
    return CancelRule(timedelta(hours=given.cancel_rate_excluded_hours), given.cancel_rate_line_percent)


def _facts(source: SourceSettings) -> SourceFacts:
    tells = SOURCES[source.kind].tells
    tracks_only = EventKind.SCANNED in tells and EventKind.PRINTED not in tells
    return SourceFacts(source.shop, source.enter_on, source.hold, tracks_only)
