"""Alerts and messages as JSON: the same names in the commands and in the API. Pure."""

from collections.abc import Iterable
from typing import Any

from connector.domain.alert_facts import Alert
from connector.domain.calendar import iso_in_japan
from connector.store.alerts import KeptMessage


def alerts_view(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """Alerts, those where most can be saved first. Times are Japan's, with their offset."""
    ordered = sorted(alerts, key=lambda alert: (alert.gone_at is not None, alert.lead.saving, alert.first_at))
    return [alert_view(alert) for alert in ordered]


def alert_view(alert: Alert) -> dict[str, Any]:
    """One alert."""
    lead = alert.lead
    return {
        "id": alert.id,
        "kind": lead.kind,
        "shop": lead.shop,
        "order_no": lead.order_no,
        "about": lead.source or lead.about,
        "conflict": lead.conflict_id,
        "saves": lead.saving.name.lower(),
        "since": iso_in_japan(lead.since),
        "until": iso_in_japan(lead.until),
        "happened_ja": lead.happened.ja,
        "happened_en": lead.happened.en,
        "do_ja": lead.do.ja,
        "do_en": lead.do.en,
        "first_at": iso_in_japan(alert.first_at),
        "gone_at": iso_in_japan(alert.gone_at),
        "acknowledged_at": iso_in_japan(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "told": sorted(alert.told),
    }


def message_view(message: KeptMessage) -> dict[str, Any]:
    """One message and how it fares."""
    return {
        "id": message.id,
        "target": message.target,
        "occasion": message.occasion,
        "kind": message.kind,
        "shop": message.shop,
        "alerts": message.alerts,
        "title": message.title,
        "state": message.state,
        "attempts": message.attempts,
        "error": message.error,
        "at": iso_in_japan(message.at),
        "due_at": iso_in_japan(message.due_at) if message.state == "waiting" else None,
        "settled_at": iso_in_japan(message.settled_at),
    }
