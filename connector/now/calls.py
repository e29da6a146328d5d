"""How Qoo10 answers, shop by shop, in the last hour: for people; Prometheus has its own counters."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.qoo10.transport import CallRecord

WINDOW = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
OK = "ok"


@dataclass(slots=True)
class _Minute:
    begins_at: datetime
    calls: int = 0
    failed: int = 0
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a shop in the last hour. ``failed`` of them brought no good answer; ``mean_s`` is how long one took.

    ``failure`` is the last one that failed: its kind and Qoo10's code, empty while there was none.
    """

    calls: int = 0
    failed: int = 0
    mean_s: float | None = None
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""


@dataclass(slots=True)
class _Shop:
    minutes: deque[_Minute] = field(default_factory=lambda: deque(maxlen=WINDOW // _MINUTE + 1))
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""


class CallBook:
    """Counts calls by the minute; it never grows beyond an hour."""

    def __init__(self) -> None:
        self._shops: dict[str, _Shop] = {}

    def note(self, shop: str, record: CallRecord, now: datetime) -> None:
        """One call ended."""
        kept = self._shops.setdefault(shop, _Shop())
        if not kept.minutes or now >= kept.minutes[-1].begins_at + _MINUTE:
            kept.minutes.append(_Minute(now))
        minute = kept.minutes[-1]
        minute.calls += 1
        minute.took_s += record.duration_s
        if record.outcome == OK:
            kept.answered_at = now
        else:
            minute.failed += 1
            kept.failed_at = now
            kept.failure = record.outcome if record.code is None else f"{record.outcome} {record.code}"

    def of(self, shop: str, now: datetime) -> Calls:
        """The last hour of a shop."""
        kept = self._shops.get(shop)
        if kept is None:
            return Calls()
        minutes = [minute for minute in kept.minutes if minute.begins_at > now - WINDOW]
        calls = sum(minute.calls for minute in minutes)
        return Calls(
            calls,
            sum(minute.failed for minute in minutes),
            sum(minute.took_s for minute in minutes) / calls if calls else None,
            kept.answered_at,
            kept.failed_at,
            kept.failure,
        )
