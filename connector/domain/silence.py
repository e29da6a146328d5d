"""Parts that work no more without saying so: from signs of life to alarms. Pure functions and thresholds.

What is only remembered while the program runs is not known just after a start. Such a matter is ``undecided``: neither
an alarm nor the end of one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from connector.domain import silence_words as words
from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind, shop_is_down
from connector.domain.calendar import Calendar, day_in_japan, start_of
from connector.domain.hours import Hours, after_working
from connector.domain.patience import PATIENCE

KEY_LIFE = timedelta(days=365)
"""A seller key lives one year (Qoo10's guide)."""
KEY_WARNINGS = (30, 7, 1, 0)
"""Days before a key's end at which it is told of, each once."""
CLOCK_BAD_S = 60
"""Beyond this, what came first, a label or a cancel request, can no longer be told."""
DISK_WARN_BYTES = 1024**3
DISK_BAD_BYTES = 100 * 1024**2


@dataclass(frozen=True, slots=True)
class ShopSigns:
    """What shows whether a shop is worked for.

    ``stopped_since`` while Qoo10 does not accept its key; ``moved_at`` when its keeper last showed that it works, None
    before it began; ``called`` whether Qoo10 was called since the start, ``unanswered_since`` the first of the calls in
    a row that got no answer. ``key_ends_on`` is the last day on which its key can be valid, None where it is not known.
    """

    shop: str
    stopped_since: datetime | None = None
    moved_at: datetime | None = None
    called: bool = False
    unanswered_since: datetime | None = None
    key_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class SourceSigns:
    """What shows whether labels still come from a source.

    ``heard_at`` is its last message of any kind, None where it has never sent one; ``silent_after`` so much working
    time may pass without any. ``troubled_since`` while nothing can be read from it. ``due_since`` is since when the
    part that goes to it should have moved on. ``refused`` counts the refusals in a row (``refused_since`` the
    first), None before anything came since the start.
    """

    source: str
    shop: str
    heard_at: datetime | None = None
    silent_after: timedelta | None = None
    troubled_since: datetime | None = None
    due_since: datetime | None = None
    refused: int | None = None
    refused_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailingTarget:
    """A place where messages do not arrive: the first failure in a row, and how many there were."""

    name: str
    since: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Signs:
    """All signs of life at one moment.

    ``ended_tasks`` with when that was seen; ``disk_free`` in bytes and ``disk_low_since``; ``clock_ahead_s`` is our
    clock minus Qoo10's, None before the first call, ``clock_off_since`` while it is too much.
    """

    shops: tuple[ShopSigns, ...] = ()
    sources: tuple[SourceSigns, ...] = ()
    ended_tasks: Mapping[str, datetime] = field(default_factory=dict)
    disk_free: int | None = None
    disk_low_since: datetime | None = None
    clock_ahead_s: float | None = None
    clock_off_since: datetime | None = None
    failing_targets: tuple[FailingTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class SilenceRules:
    """What the settings say: each shop's business days and working hours, and how many refusals are too many."""

    refused_in_a_row: int = 5
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    working_hours: Mapping[str, Hours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found: all alarms, and the subjects of which nothing can be said at this moment."""

    alarms: list[Alarm]
    undecided: frozenset[tuple[str, ...]] = frozenset()


def silences(signs: Signs, rules: SilenceRules, now: datetime) -> Looked:
    """The alarms about parts that work no more."""
    found = [
        *(alarm for shop in signs.shops for alarm in _of_shop(shop, now)),
        *(alarm for source in signs.sources for alarm in _of_source(source, rules, now)),
        *(_task(name, since) for name, since in signs.ended_tasks.items()),
        *_disk(signs),
        *_clock(signs),
        *(_target(each) for each in signs.failing_targets),
    ]
    return Looked(found, frozenset(_undecided(signs)))


def _of_shop(shop: ShopSigns, now: datetime) -> Iterator[Alarm]:
    of = _alarm(shop.shop)
    if shop.stopped_since is not None:
        happened = words.SHOP_STOPPED.filled(shop=shop.shop)
        yield of(kind=AlarmKind.SHOP_STOPPED, since=shop.stopped_since, happened=happened, do=words.RENEW_KEY)
    elif shop.moved_at is not None and is_stuck(shop.moved_at, now):
        happened = words.KEEPER_STUCK.filled(shop=shop.shop, minutes=_minutes(AlarmKind.KEEPER_STUCK))
        yield of(kind=AlarmKind.KEEPER_STUCK, since=shop.moved_at, happened=happened, do=words.RESTART)
    if shop.unanswered_since is not None and now >= shop.unanswered_since + PATIENCE[AlarmKind.QOO10_SILENT]:
        happened = words.QOO10_SILENT.filled(shop=shop.shop, minutes=_minutes(AlarmKind.QOO10_SILENT))
        yield of(kind=AlarmKind.QOO10_SILENT, since=shop.unanswered_since, happened=happened, do=words.LOOK_AT_NETWORK)
    if shop.key_ends_on is not None:
        yield from _key(of, shop.shop, shop.key_ends_on, now)


def _key(of: Callable[..., Alarm], shop: str, ends_on: date, now: datetime) -> Iterator[Alarm]:
    days = (ends_on - day_in_japan(now)).days
    reached = [limit for limit in KEY_WARNINGS if days <= limit]
    if reached:
        said = words.KEY_ENDS if days > 0 else words.KEY_ENDED
        yield of(
            kind=AlarmKind.KEY_ENDS,
            since=start_of(ends_on - timedelta(days=reached[-1])),
            happened=said.filled(shop=shop, day=ends_on.isoformat(), days=days),
            do=words.REPLACE_KEY,
            until=start_of(ends_on) if days > 0 else None,
            saving=Saving.CLARITY if days > KEY_WARNINGS[1] else Saving.ORDER,
            step=len(reached),
        )


def _of_source(source: SourceSigns, rules: SilenceRules, now: datetime) -> Iterator[Alarm]:
    of = _alarm(source.shop, source.source)
    if source.heard_at is not None and source.silent_after is not None:
        calendar = rules.calendars.get(source.shop, Calendar())
        too_long = after_working(calendar, rules.working_hours[source.shop], source.heard_at, source.silent_after)
        if now >= too_long:
            hours = f"{source.silent_after.total_seconds() / 3600:g}"
            happened = words.SOURCE_SILENT.filled(source=source.source, hours=hours)
            yield of(kind=AlarmKind.SOURCE_SILENT, since=source.heard_at, happened=happened, do=words.LOOK_AT_SOURCE)
    patience = PATIENCE[AlarmKind.SOURCE_TROUBLE]
    # A share that hangs is both: a look at the share helps, a restart does not.
    if source.troubled_since is not None and now >= source.troubled_since + patience:
        happened = words.SOURCE_TROUBLE.filled(source=source.source)
        yield of(kind=AlarmKind.SOURCE_TROUBLE, since=source.troubled_since, happened=happened, do=words.MEND_SOURCE)
    elif source.due_since is not None and now >= source.due_since + patience:
        happened = words.SOURCE_STUCK.filled(source=source.source, minutes=_minutes(AlarmKind.SOURCE_TROUBLE))
        yield of(kind=AlarmKind.SOURCE_TROUBLE, since=source.due_since, happened=happened, do=words.RESTART)
    if source.refused_since is not None and source.refused is not None and source.refused >= rules.refused_in_a_row:
        happened = words.SENDER_REFUSED.filled(source=source.source, count=rules.refused_in_a_row)
        yield of(kind=AlarmKind.SENDER_REFUSED, since=source.refused_since, happened=happened, do=words.MEND_SECRET)


def _task(name: str, since: datetime) -> Alarm:
    happened = words.TASK_ENDED.filled(task=name)
    return _alarm(about=name)(kind=AlarmKind.TASK_ENDED, since=since, happened=happened, do=words.RESTART)


def _disk(signs: Signs) -> Iterator[Alarm]:
    if signs.disk_free is None or signs.disk_low_since is None or signs.disk_free >= DISK_WARN_BYTES:
        return
    worse = signs.disk_free < DISK_BAD_BYTES
    # Rounded to what matters: the words must not change with every byte.
    happened = words.DISK_NEARLY_FULL.filled(free="100 MiB" if worse else "1 GiB")
    yield _alarm()(
        kind=AlarmKind.DISK_NEARLY_FULL,
        since=signs.disk_low_since,
        happened=happened,
        do=words.MAKE_ROOM,
        step=int(worse),
    )


def _clock(signs: Signs) -> Iterator[Alarm]:
    if signs.clock_ahead_s is not None and signs.clock_off_since is not None:
        happened = words.CLOCK_OFF.filled(seconds=f"{signs.clock_ahead_s:+.0f}")
        yield _alarm()(kind=AlarmKind.CLOCK_OFF, since=signs.clock_off_since, happened=happened, do=words.SET_CLOCK)


def _target(of: FailingTarget) -> Alarm:
    happened = words.TARGET_FAILING.filled(target=of.name, attempts=of.attempts)
    return _alarm(about=of.name)(kind=AlarmKind.TARGET_FAILING, since=of.since, happened=happened, do=words.MEND_TARGET)


def _undecided(signs: Signs) -> Iterator[tuple[str, ...]]:
    for shop in signs.shops:
        if not shop.called or shop.moved_at is None or shop.unanswered_since is not None:
            yield shop_is_down(shop.shop)
    for source in signs.sources:
        if source.refused is None:
            yield (AlarmKind.SENDER_REFUSED, source.shop, source.source, "")
        if source.troubled_since is not None or source.due_since is not None:
            yield (AlarmKind.SOURCE_TROUBLE, source.shop, source.source, "")
    if signs.clock_ahead_s is None:
        yield (AlarmKind.CLOCK_OFF, "", "", "")


def is_stuck(moved_at: datetime, now: datetime) -> bool:
    """Whether a keeper that last moved then is taken for dead."""
    return now > moved_at + PATIENCE[AlarmKind.KEEPER_STUCK]


def is_off(clock_ahead_s: float | None) -> bool:
    """Whether our clock is off against Qoo10's; unknown is not."""
    return clock_ahead_s is not None and abs(clock_ahead_s) > CLOCK_BAD_S


def _alarm(shop: str = "", source: str = "", about: str = "") -> Callable[..., Alarm]:
    """Makes alarms about this; what is given later wins."""
    return partial(Alarm, shop=shop, order_no="", tracking_no="", until=None, source=source, about=about)


def _minutes(kind: AlarmKind) -> int:
    return int(PATIENCE[kind].total_seconds() // 60)
