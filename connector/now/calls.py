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

    ``failed_as`` is the outcome of the last one that failed, and ``code`` Qoo10's number for it, where there was one.
    """

    calls: int = 0
    failed: int = 0
    mean_s: float | None = None
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failed_as: str = ""
    code: int | None = None

    @property
    def failure(self) -> str:
        """The outcome with its code, empty while there was none."""
        return self.failed_as if self.code is None else f"{self.failed_as} {self.code}"


@dataclass(slots=True)
class _Shop:
    minutes: deque[_Minute] = field(default_factory=lambda: deque(maxlen=WINDOW // _MINUTE + 1))
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failed_as: str = ""
    code: int | None = None


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
            kept.failed_as, kept.code = record.outcome, record.code

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
            kept.failed_as,
            kept.code,
        )
