"""Alarms and reports on a terminal."""

from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.orders import JAPAN
from connector.domain.report_facts import CancelRate, Counting, Figures, Report, Unknown
from connector.measure.views import NOT_OFFICIAL

_URGENT = (AlarmKind.NOT_LOOKED_AT, AlarmKind.SHIP_BY_PAST)
_MOST_CANCELS = 50
"""Orders that count are named up to so many; all of them are in the JSON."""
_MINUTE, _HOUR = 60, 3600
_WHY = {
    Unknown.BETWEEN_LOOKS: "orders that came and went between two looks at the list were never seen",
    Unknown.BEGAN_LATER: "this program began after the month did",
    Unknown.NOT_OVER: "the month is not over",
}


def alarms_table(alarms: Sequence[Alarm]) -> Table:
    """One row for each alarm: which, since when, until when, what happened and what to do, in both languages."""
    table = _table("alarm", "shop", "order line", "since", "until")
    table.add_column("what, and what to do", overflow="fold")
    for alarm in alarms:
        said = Text(f"{alarm.happened.ja}{alarm.do.ja}")
        said.append(f"\n{alarm.happened.en} {alarm.do.en}", style="dim")
        kind = Text(alarm.kind.replace("_", " "), style="bold red" if alarm.kind in _URGENT else "yellow")
        if alarm.conflict_id is not None:
            kind.append(f"\nconflict {alarm.conflict_id}", style="default")
        order = f"{alarm.order_no or '-'}\n{alarm.tracking_no}".rstrip()
        table.add_row(kind, alarm.shop, order, _moment(alarm.since), _moment(alarm.until), said)
    return table


def report_parts(report: Report) -> list[RenderableType]:
    """The month, part by part."""
    return [
        Text(f"{report.month}, as known at {report.made_at.astimezone(JAPAN):%Y-%m-%d %H:%M} in Japan", style="bold"),
        *_gaps(report),
        *_conflicts(report),
        *(part for rate in report.cancel_rates for part in _cancel_rate(rate)),
        *_late(report),
    ]


def _gaps(report: Report) -> list[RenderableType]:
    head = Text("\nThe gap, from the label to the number accepted", style="bold")
    if not report.gaps:
        return [head, Text("No number was accepted in this month.")]
    table = _table("shop", "day", "numbers", "p50", "p95", "max", "p50 from print", "p95", "max")
    for gaps in report.gaps:
        day = gaps.day.isoformat() if gaps.day else "all"
        table.add_row(gaps.shop, day, str(gaps.heard.count), *_spans(gaps.heard), *_spans(gaps.printed))
    return [head, table]


def _conflicts(report: Report) -> list[RenderableType]:
    head = Text("\nConflicts", style="bold")
    if not report.conflicts:
        return [head, Text("None opened in this month.")]
    table = _table("shop", "kind", "outcome", "conflicts")
    for (shop, kind, outcome), count in sorted(report.conflicts.items()):
        table.add_row(shop, kind.replace("_", " "), outcome.replace("_", " "), str(count))
    return [head, table]


def _cancel_rate(rate: CancelRate) -> list[RenderableType]:
    head = Text(f"\nCancel rate of {rate.shop}", style="bold")
    if rate.percent is None or rate.at_most_percent is None:
        said = Text("No order of this month is known.")
    else:
        said = Text(f"{rate.percent:.1f} % ", style="bold red" if rate.above else "bold green")
        said.append(f"({rate.count(Counting.COUNTS)} of {rate.orders} known orders", style="default")
        said.append(f"; at most {rate.at_most_percent:.1f} %", style="default")
        said.append(f"); the line is at {rate.line_percent:g} %", style="default")
    others = {
        "soon after the order (not counted)": Counting.EXCLUDED,
        "asked for and not decided": Counting.PENDING,
        "of an unknown order date": Counting.ORDER_DATE_UNKNOWN,
    }
    why = "; ".join(_WHY[each] for each in rate.unknown)
    notes = [
        f"Other cancels: {'; '.join(f'{rate.count(counting)} {words}' for words, counting in others.items())}.",
        f"Not all orders are known, so the true rate is another one, most likely lower: {why}.",
        NOT_OFFICIAL,
    ]
    counted = [cancel for cancel in rate.cancels if cancel.counting is Counting.COUNTS]
    parts: list[RenderableType] = [head, said, Text("\n".join(notes), style="dim")]
    if counted:
        table = _table("order that counts", "ordered", "cancel asked for")
        for cancel in counted[:_MOST_CANCELS]:
            table.add_row(cancel.order_no, _moment(cancel.ordered_at), _moment(cancel.asked_at))
        parts.append(table)
    if len(counted) > _MOST_CANCELS:
        parts.append(Text(f"... and {len(counted) - _MOST_CANCELS} more (--json has all)."))
    return parts


def _late(report: Report) -> list[RenderableType]:
    head = Text("\nLines past their ship-by date", style="bold")
    if not report.late:
        return [head, Text("None that we know of.")]
    table = _table("shop", "order line", "ship-by date", "number accepted")
    for line in report.late:
        table.add_row(line.shop, line.order_no, line.ship_by.isoformat(), _moment(line.accepted_at))
    return [head, table]


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _spans(figures: Figures | None) -> tuple[str, str, str]:
    if figures is None:
        return "-", "-", "-"
    return _span(figures.p50_s), _span(figures.p95_s), _span(figures.max_s)


def _span(seconds: float) -> str:
    if abs(seconds) < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds / _MINUTE:.1f} min" if abs(seconds) < _HOUR else f"{seconds / _HOUR:.1f} h"


def _moment(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(JAPAN).strftime("%m-%d %H:%M")
