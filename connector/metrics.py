"""What is measured, with names and labels by Prometheus' conventions. Never an order number in a label."""

import platform
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from math import nan
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from connector.domain.report_facts import CancelRate, Counting
from connector.qoo10.transport import CallRecord
from connector.store.depths import Depths

PREFIX = "qoo10_connector"
"""What the names of all metrics begin with; those that every program has (``process_...``) have none of ours."""
# When each counter began would be as many series again, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types there
_BUILD = {
    "version": version("qoo10-connector"),
    "python": platform.python_version(),
    "sqlite": sqlite3.sqlite_version,
}
_GAP_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 4 * 3600, 24 * 3600)
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20)
_ANSWER_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_COMMIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """One registry for one running program."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        build = self._gauge("build_info", "1, with the versions of this program and of what it runs on", *_BUILD)
        build.labels(*_BUILD.values()).set(1)
        self._build = build
        self._skew_s: dict[str, float] = {}
        self._deliveries = self._counter(
            "deliveries", "Deliveries by source and what became of them", "source", "outcome"
        )
        self._answer = self._histogram(
            "delivery_answer_seconds", "From a delivery's arrival to its durable answer", buckets=_ANSWER_BUCKETS
        )
        self._polls = self._counter("polls", "Rounds of polled sources and how they ended", "source", "outcome")
        self._files = self._counter("files", "Files by source and what became of them", "source", "outcome")
        self._folder_trouble = self._gauge(
            "folder_trouble", "1 while something keeps a watched folder's files from being taken", "source"
        )
        self._polled_at = self._gauge(
            "poll_success_timestamp_seconds", "When a polled source was last read to its end", "source"
        )
        self._settled = self._counter(
            "entry_steps", "Steps of entries by shop, state and reason", "shop", "state", "reason"
        )
        self._gap = self._histogram(
            "gap_seconds", "From the label event's commit to the number accepted by Qoo10", "shop", buckets=_GAP_BUCKETS
        )
        self._entries = self._gauge(
            "entries", "Entries that are not done, by shop, state and reason", "shop", "state", "reason"
        )
        self._calls = self._histogram(
            "qapi_call_seconds",
            "Calls to Qoo10 by shop, method and outcome",
            "shop",
            "method",
            "outcome",
            buckets=_CALL_BUCKETS,
        )
        self._skew = self._gauge("clock_skew_seconds", "Our clock minus Qoo10's Date header, at the last call", "shop")
        self._source_skew = self._gauge(
            "source_clock_skew_seconds",
            "Our clock minus the time that a source's last proven message says it was sent",
            "source",
        )
        self._stopped = self._gauge(
            "shop_stopped", "1 while a shop stands still because Qoo10 does not accept its key", "shop"
        )
        self._webhooks = self._counter(
            "webhook_tries", "Tries to deliver outgoing webhooks, by target and what came of them", "target", "outcome"
        )
        self._alarms = self._gauge("alarms", "Alarms that stand, by shop and kind", "shop", "kind")
        self._alert_messages = self._counter(
            "alert_messages",
            "Attempts to send messages to people, by target and what became of them",
            "target",
            "outcome",
        )
        self._alert_messages_waiting = self._gauge(
            "alert_messages_waiting", "Messages to people that have not arrived yet, by target", "target"
        )
        self._refusals = self._gauge(
            "source_refusals", "Deliveries of a source that were refused for a bad signature, in a row", "source"
        )
        self._open_conflicts = self._gauge(
            "open_conflicts", "Conflicts that are open, by shop and kind", "shop", "kind"
        )
        self._cancel_rate = self._gauge(
            "cancel_rate_ratio",
            "Cancel rate of the running month over the orders that were seen, from 0 to 1; counted once an hour",
            "shop",
        )
        self._counted_cancels = self._gauge(
            "counted_cancels", "Cancels of the running month that count towards its rate; counted once an hour", "shop"
        )
        self._commits = self._histogram(
            "store_commit_seconds", "Commits of the store, each with its full sync", buckets=_COMMIT_BUCKETS
        )
        self._waiting_writes = self._gauge("store_waiting_writes", "Writes that wait for their commit")
        self._loop_lag = self._histogram(
            "loop_lag_seconds",
            "How much later than asked for the program's loop came back, twice a second",
            buckets=_LAG_BUCKETS,
        )
        self._moved_at = self._gauge(
            "keeper_turn_timestamp_seconds", "When a shop's keeper last began a turn or ended a call", "shop"
        )
        self._oldest_gap = self._gauge(
            "oldest_open_gap_seconds",
            "Age of the oldest label whose number Qoo10 has not taken; none while there is none",
            "shop",
        )
        self._without_order = self._gauge(
            "labels_without_order", "Labels whose order is not known, by shop and source", "shop", "source"
        )
        self._fetches_waiting = self._gauge(
            "fetches_waiting", "Messages of sources that only point to something, which is not fetched yet"
        )
        self._webhooks_waiting = self._gauge(
            "webhooks_waiting", "Outgoing webhooks that are not delivered yet, by target", "target"
        )
        self._webhooks_oldest = self._gauge(
            "webhooks_oldest_waiting_seconds",
            "Age of the oldest outgoing webhook that is not delivered yet; none while there is none",
            "target",
        )
        self._webhook_off = self._gauge(
            "webhook_off", "1 while a target is switched off because it answered 410", "target"
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", about, labels, registry=self._registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", about, labels, registry=self._registry)

    def _histogram(self, name: str, about: str, *labels: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", about, labels, registry=self._registry, buckets=buckets)

    def poll(self, source: str, outcome: str, succeeded_at: datetime | None) -> None:
        """One round of a polled source ended; ``succeeded_at`` where it was a whole one."""
        self._polls.labels(source, outcome).inc()
        if succeeded_at is not None:
            self._polled_at.labels(source).set(succeeded_at.timestamp())

    def file(self, source: str, outcome: str) -> None:
        """One file was taken or refused."""
        self._files.labels(source, outcome).inc()

    def folder_trouble(self, source: str, *, trouble: bool) -> None:
        """A watched folder cannot be worked on, or can again."""
        self._folder_trouble.labels(source).set(trouble)

    def delivery(self, source: str, outcome: str, answer_s: float) -> None:
        """One delivery was answered."""
        self._deliveries.labels(source, outcome).inc()
        self._answer.observe(answer_s)

    def entry_settled(self, shop: str, state: str, reason: str) -> None:
        """One entry made a step."""
        self._settled.labels(shop, state, reason).inc()

    def gap(self, shop: str, gap_s: float) -> None:
        """One number was accepted."""
        self._gap.labels(shop).observe(gap_s)

    def call(self, shop: str, record: CallRecord, now: datetime) -> None:
        """One call to Qoo10 ended."""
        self._calls.labels(shop, record.method, record.outcome).observe(record.duration_s)
        if record.server_date is not None:
            self._skew_s[shop] = (now - record.server_date).total_seconds()
            self._skew.labels(shop).set(self._skew_s[shop])

    def clock_skew_s(self, shop: str) -> float | None:
        """Our clock minus Qoo10's at the shop's last call; None before the first. Good to a second and the call."""
        return self._skew_s.get(shop)

    def source_clock(self, source: str, skew_s: float) -> None:
        """A message that proved where it comes from said when it was sent."""
        self._source_skew.labels(source).set(skew_s)

    def shop_stopped(self, shop: str, *, stopped: bool) -> None:
        """A shop stands still, or works again."""
        self._stopped.labels(shop).set(stopped)

    def webhook(self, target: str, outcome: str) -> None:
        """One try to deliver an outgoing webhook ended."""
        self._webhooks.labels(target, outcome).inc()

    def alarms(self, counts: Mapping[tuple[str, str], int]) -> None:
        """All alarms, by shop and kind."""
        _set_all(self._alarms, counts)

    def alert_message(self, target: str, outcome: str) -> None:
        """One attempt to send a message to people ended."""
        self._alert_messages.labels(target, outcome).inc()

    def alert_messages_waiting(self, counts: Mapping[str, int]) -> None:
        """All messages to people that have not arrived yet, by target."""
        _set_all(self._alert_messages_waiting, {(target,): count for target, count in counts.items()})

    def refusals(self, source: str, count: int) -> None:
        """So many deliveries in a row were refused for a bad signature."""
        self._refusals.labels(source).set(count)

    def open_conflicts(self, counts: Mapping[tuple[str, str], int]) -> None:
        """All open conflicts, by shop and kind."""
        _set_all(self._open_conflicts, counts)

    def cancel_rate(self, rate: CancelRate) -> None:
        """The running month's cancel rate of one shop; a month without orders has none."""
        self._counted_cancels.labels(rate.shop).set(rate.count(Counting.COUNTS))
        self._cancel_rate.labels(rate.shop).set(nan if rate.percent is None else rate.percent / 100)

    def commit(self, took_s: float) -> None:
        """The store committed."""
        self._commits.observe(took_s)

    def loop_lag(self, lag_s: float) -> None:
        """The program's loop came back so much later than asked for."""
        self._loop_lag.observe(lag_s)

    def keeper_moved(self, shop: str, at: datetime) -> None:
        """When a keeper last began a turn, or a call of it ended."""
        self._moved_at.labels(shop).set(at.timestamp())

    def exposition(self, depths: Depths, now: datetime) -> bytes:
        """The text that Prometheus reads; ``depths`` were counted at this moment."""
        self._waiting_writes.set(depths.writes)
        self._fetches_waiting.set(depths.fetches)
        _set_all(self._entries, depths.entries)
        _set_all(self._without_order, depths.without_order)
        _set_all(self._oldest_gap, {(shop,): _age_s(at, now) for shop, at in depths.oldest_gaps.items()})
        targets = depths.targets
        _set_all(self._webhooks_waiting, {(each.name,): each.due for each in targets})
        _set_all(self._webhook_off, {(each.name,): each.off_at is not None for each in targets})
        waits = {(each.name,): _age_s(each.oldest_due_at, now) for each in targets if each.oldest_due_at is not None}
        _set_all(self._webhooks_oldest, waits)
        return generate_latest(self._registry)


def _set_all(gauge: Gauge, values: Mapping[Any, float]) -> None:
    """Sets a gauge for each of these tuples of labels, and for no others."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)


def _age_s(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0)
