"""Alerts and messages as JSON: the same names in the commands and in the API. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connector.domain.alert_facts import Alert
from connector.domain.orders import JAPAN
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
        "since": _time(lead.since),
        "until": _time(lead.until),
        "happened_ja": lead.happened.ja,
        "happened_en": lead.happened.en,
        "do_ja": lead.do.ja,
        "do_en": lead.do.en,
        "first_at": _time(alert.first_at),
        "gone_at": _time(alert.gone_at),
        "acknowledged_at": _time(alert.acknowledged_at),
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
        "at": _time(message.at),
        "due_at": _time(message.due_at) if message.state == "waiting" else None,
        "settled_at": _time(message.settled_at),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(JAPAN).isoformat()
