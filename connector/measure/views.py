"""Alarms and reports as JSON: the same names in the commands and for whoever draws them. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.domain.alarm_facts import Alarm
from connector.domain.calendar import iso_in_japan
from connector.domain.report_facts import Cancel, CancelRate, Counting, Figures, Gaps, LateLine, Report

NOT_OFFICIAL = (
    "Neither the line nor the excluded hours could be read on an official page; both are settings. "
    "Whether Qoo10 counts calendar months, and what it divides by, is not published."
)


def alarms_view(alarms: Sequence[Alarm], now: datetime) -> dict[str, Any]:
    """All alarms, and how many there are of each kind. Times are Japan's, with their offset."""
    return {
        "made_at": iso_in_japan(now),
        "counts": dict(Counter(str(alarm.kind) for alarm in alarms)),
        "alarms": [_alarm(alarm) for alarm in alarms],
    }


def report_view(report: Report) -> dict[str, Any]:
    """A month. Times are Japan's, with their offset; spans are in seconds."""
    return {
        "month": str(report.month),
        "made_at": iso_in_japan(report.made_at),
        "gaps": [_gaps(each) for each in report.gaps],
        "conflicts": [
            {"shop": shop, "kind": str(kind), "outcome": outcome, "count": count}
            for (shop, kind, outcome), count in sorted(report.conflicts.items())
        ],
        "cancel_rates": [_cancel_rate(each) for each in report.cancel_rates],
        "past_ship_by": [_late(each) for each in report.late],
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "kind": str(alarm.kind),
        "shop": alarm.shop,
        "order_no": alarm.order_no,
        "tracking_no": alarm.tracking_no,
        "source": alarm.source,
        "about": alarm.about,
        "conflict": alarm.conflict_id,
        "saves": alarm.saving.name.lower(),
        "since": iso_in_japan(alarm.since),
        "until": iso_in_japan(alarm.until),
        "happened_ja": alarm.happened.ja,
        "happened_en": alarm.happened.en,
        "do_ja": alarm.do.ja,
        "do_en": alarm.do.en,
    }


def _gaps(gaps: Gaps) -> dict[str, Any]:
    return {
        "shop": gaps.shop,
        "day": gaps.day.isoformat() if gaps.day else None,
        "heard_to_accepted": _figures(gaps.heard),
        "printed_to_accepted": _figures(gaps.printed),
    }


def _figures(figures: Figures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    return {"count": figures.count, "p50_s": figures.p50_s, "p95_s": figures.p95_s, "max_s": figures.max_s}


def _cancel_rate(rate: CancelRate) -> dict[str, Any]:
    return {
        "shop": rate.shop,
        "known_orders": rate.orders,
        "orders_fully_known": False,
        "why_not": [str(each) for each in rate.unknown],
        "counting": {str(counting): rate.count(counting) for counting in Counting},
        "percent": rate.percent,
        "at_most_percent": rate.at_most_percent,
        "line_percent": rate.line_percent,
        "above_line": rate.above,
        "not_official": NOT_OFFICIAL,
        "cancels": [_cancel(each) for each in rate.cancels],
    }


def _cancel(cancel: Cancel) -> dict[str, Any]:
    return {
        "order_no": cancel.order_no,
        "ordered_at": iso_in_japan(cancel.ordered_at),
        "asked_at": iso_in_japan(cancel.asked_at),
        "counting": str(cancel.counting),
    }


def _late(line: LateLine) -> dict[str, Any]:
    return {
        "shop": line.shop,
        "order_no": line.order_no,
        "ship_by": line.ship_by.isoformat(),
        "accepted_at": iso_in_japan(line.accepted_at),
    }
