"""Alerts as rows, and rows as alerts."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Alert, Told
from connector.domain.language import Said


def values_of(of: Alert) -> dict[str, Any]:
    """The columns of an alert that change with a look."""
    lead = of.lead
    return {
        "kind": lead.kind,
        "shop": lead.shop,
        "order_no": lead.order_no,
        "saving": int(lead.saving),
        "first_at": of.first_at,
        "alarms": [_alarm_values(each) for each in of.alarms],
        "told": {
            target: {"stage": each.stage, "said": each.said, "letter": each.letter, "over": each.over}
            for target, each in of.told.items()
        },
        "gone_at": of.gone_at,
        "resolved_at": of.resolved_at,
        "done_at": of.done_at,
    }


def _alarm_values(of: Alarm) -> dict[str, Any]:
    """By hand: ``asdict`` copies what it finds, which costs more than the commit."""
    values = {field.name: getattr(of, field.name) for field in fields(of)}
    return values | {
        "since": of.since.isoformat(),
        "until": None if of.until is None else of.until.isoformat(),
        "happened": {"ja": of.happened.ja, "en": of.happened.en},
        "do": {"ja": of.do.ja, "en": of.do.en},
        "saving": int(of.saving),
    }


def _alarm_of(values: dict[str, Any]) -> Alarm:
    until = values["until"]
    return Alarm(
        **values
        | {
            "kind": AlarmKind(values["kind"]),
            "since": datetime.fromisoformat(values["since"]),
            "until": None if until is None else datetime.fromisoformat(until),
            "happened": Said(**values["happened"]),
            "do": Said(**values["do"]),
            "saving": Saving(values["saving"]),
        }
    )


def alert_of(row: Row[Any]) -> Alert:
    """A row as an alert."""
    return Alert(
        subject=tuple(json.loads(row.subject)),
        first_at=row.first_at,
        alarms=tuple(map(_alarm_of, row.alarms)),
        told={target: Told(**each | {"said": tuple(each["said"])}) for target, each in row.told.items()},
        gone_at=row.gone_at,
        resolved_at=row.resolved_at,
        done_at=row.done_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        id=row.id,
    )
