"""What a month was like: gaps, conflicts, cancel rate, late lines. Pure functions over what the store holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from math import ceil

from connector.domain.calendar import day_in_japan
from connector.domain.memory import CANCEL_UNDER_WAY, LineMemory
from connector.domain.orders import ClaimStatus, ShippingStatus
from connector.domain.report_facts import (
    Cancel,
    CancelRate,
    CancelRule,
    Counting,
    Figures,
    Gaps,
    LateLine,
    Month,
    MonthMaterial,
    Report,
    Unknown,
    Written,
)

OPEN = "open"
"""The outcome of a conflict that has none yet."""


def report(material: MonthMaterial, month: Month, shops: Sequence[str], rule: CancelRule, now: datetime) -> Report:
    """What the month was like for these shops, as known now."""
    return Report(
        month=month,
        made_at=now,
        gaps=tuple(_gaps(each for each in material.written if each.shop in shops)),
        conflicts=Counter(
            (each.shop, each.kind, each.outcome or OPEN) for each in material.conflicts if each.shop in shops
        ),
        cancel_rates=tuple(cancel_rate(material, month, shop, rule, now) for shop in shops),
        late=tuple(late_lines(material, month, shops, now)),
    )


def figures(seconds: Iterable[float]) -> Figures | None:
    """The figures of some times by nearest rank: each is a time that was really taken. None where there are none."""
    ordered = sorted(seconds)
    if not ordered:
        return None
    return Figures(len(ordered), nearest_rank(ordered, 50), nearest_rank(ordered, 95), ordered[-1])


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """The percentile of values in ascending order, at least one: the smallest that so many percent do not exceed."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def _gaps(written: Iterable[Written]) -> list[Gaps]:
    """The whole month of each shop first, then its days."""
    groups: defaultdict[tuple[str, date | None], list[Written]] = defaultdict(list)
    for each in written:
        groups[each.shop, None].append(each)
        groups[each.shop, day_in_japan(each.accepted_at)].append(each)
    found = []
    for (shop, day), some in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or date.min)):
        heard = figures((each.accepted_at - each.heard_at).total_seconds() for each in some)
        printed = figures(
            (each.accepted_at - each.printed_at).total_seconds() for each in some if each.printed_at is not None
        )
        if heard is not None:
            found.append(Gaps(shop, day, heard, printed))
    return found


def cancel_rate(material: MonthMaterial, month: Month, shop: str, rule: CancelRule, now: datetime) -> CancelRate:
    """The shop's cancel rate. A cancel belongs to the month of its order; where that is unknown, to its own."""
    lines = [line for line in material.lines if line.shop == shop]
    orders = sum(month.holds(line.ordered_at) and not _is_unpaid(line) for line in lines)
    cancels = tuple(cancel for line in lines if (cancel := _cancel(line, month, rule)) is not None)
    rate = CancelRate(shop, orders, cancels, None, None, rule.line_percent, _unknown(material, month, shop, now))
    if orders == 0:
        return rate
    counts, undated = rate.count(Counting.COUNTS), rate.count(Counting.ORDER_DATE_UNKNOWN)
    may_count = counts + undated + rate.count(Counting.PENDING)
    percent, at_most = 100 * counts / orders, 100 * may_count / (orders + undated)
    return CancelRate(shop, orders, cancels, percent, at_most, rule.line_percent, rate.unknown)


def _is_unpaid(line: LineMemory) -> bool:
    """Whether Qoo10 counts orders that were never paid is unknown; here they are no orders."""
    return line.status is ShippingStatus.AWAITING_PAYMENT or line.cancel_status is ClaimStatus.UNPAID_ORDER_CANCELLED


def _cancel(line: LineMemory, month: Month, rule: CancelRule) -> Cancel | None:
    """The line's cancel, where it has one that stands and belongs to the month."""
    if line.cancel_status is None or line.ended_at is not None or _is_unpaid(line):
        return None
    asked_at = line.requested_at or line.under_way_at or line.learned_at
    if not month.holds(line.ordered_at or asked_at):
        return None
    if line.ordered_at is None:
        counting = Counting.ORDER_DATE_UNKNOWN
    elif asked_at is not None and asked_at <= line.ordered_at + rule.excluded:
        counting = Counting.EXCLUDED
    elif line.cancel_status in CANCEL_UNDER_WAY:
        counting = Counting.COUNTS
    else:
        counting = Counting.PENDING
    return Cancel(line.shop, line.order_no, line.ordered_at, asked_at, counting)


def _unknown(material: MonthMaterial, month: Month, shop: str, now: datetime) -> tuple[Unknown, ...]:
    """Orders that were shipped or cancelled between two looks at the list are never seen by it."""
    known_from = material.known_from.get(shop)
    began_later = known_from is None or known_from > month.start
    why = [Unknown.BETWEEN_LOOKS]
    why += [Unknown.BEGAN_LATER] if began_later else []
    why += [Unknown.NOT_OVER] if now < month.end else []
    return tuple(why)


def late_lines(material: MonthMaterial, month: Month, shops: Sequence[str], now: datetime) -> list[LateLine]:
    """Lines whose ship-by date passed in the month before their number was accepted.

    Of a line that somebody dispatched by hand nobody knows when; it is none of them, nor is a cancelled one.
    """
    found = []
    for line in material.lines:
        passed_at = line.overdue_from
        if line.shop not in shops or passed_at is None or line.ship_by_at is None or passed_at > now:
            continue
        cancelled = line.cancel_status in CANCEL_UNDER_WAY and line.ended_at is None
        accepted_at = material.accepted_at.get((line.shop, line.order_no))
        waits = line.status in (ShippingStatus.REQUESTED, ShippingStatus.PREPARING)
        late = waits and not cancelled if accepted_at is None else accepted_at >= passed_at
        if late and month.holds(line.ship_by_at):
            found.append(LateLine(line.shop, line.order_no, day_in_japan(line.ship_by_at), accepted_at))
    return sorted(found, key=lambda each: (each.shop, each.ship_by, each.order_no))
