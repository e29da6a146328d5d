"""What is measured, with names and labels by Prometheus' conventions. Never an order number in a label."""

from collections.abc import Mapping
from datetime import datetime
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from connector.domain.report_facts import CancelRate, Counting
from connector.qoo10.transport import CallRecord

_GAP_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 4 * 3600, 24 * 3600)
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20)
_ANSWER_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)


class Metrics:
    """One registry for one running program."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._deliveries = Counter(
            "qoo10_connector_deliveries",
            "Deliveries by source and what became of them",
            ("source", "outcome"),
            registry=self._registry,
        )
        self._answer = Histogram(
            "qoo10_connector_delivery_answer_seconds",
            "From a delivery's arrival to its durable answer",
            registry=self._registry,
            buckets=_ANSWER_BUCKETS,
        )
        self._polls = Counter(
            "qoo10_connector_polls",
            "Rounds of polled sources and how they ended",
            ("source", "outcome"),
            registry=self._registry,
        )
        self._files = Counter(
            "qoo10_connector_files",
            "Files by source and what became of them",
            ("source", "outcome"),
            registry=self._registry,
        )
        self._folder_trouble = Gauge(
            "qoo10_connector_folder_trouble",
            "1 while something keeps a watched folder's files from being taken",
            ("source",),
            registry=self._registry,
        )
        self._polled_at = Gauge(
            "qoo10_connector_poll_success_timestamp_seconds",
            "When a polled source was last read to its end",
            ("source",),
            registry=self._registry,
        )
        self._settled = Counter(
            "qoo10_connector_entry_steps",
            "Steps of entries by shop, state and reason",
            ("shop", "state", "reason"),
            registry=self._registry,
        )
        self._gap = Histogram(
            "qoo10_connector_gap_seconds",
            "From the label event's commit to the number accepted by Qoo10",
            ("shop",),
            registry=self._registry,
            buckets=_GAP_BUCKETS,
        )
        self._entries = Gauge(
            "qoo10_connector_entries",
            "Entries that are not done, by shop, state and reason",
            ("shop", "state", "reason"),
            registry=self._registry,
        )
        self._calls = Histogram(
            "qoo10_connector_qapi_call_seconds",
            "Calls to Qoo10 by shop, method and outcome",
            ("shop", "method", "outcome"),
            registry=self._registry,
            buckets=_CALL_BUCKETS,
        )
        self._skew = Gauge(
            "qoo10_connector_clock_skew_seconds",
            "Our clock minus Qoo10's Date header, at the last call",
            ("shop",),
            registry=self._registry,
        )
        self._skew_s: dict[str, float] = {}
        self._source_skew = Gauge(
            "qoo10_connector_source_clock_skew_seconds",
            "Our clock minus the time that a source's last proven message says it was sent",
            ("source",),
            registry=self._registry,
        )
        self._stopped = Gauge(
            "qoo10_connector_shop_stopped",
            "1 while a shop stands still because Qoo10 does not accept its key",
            ("shop",),
            registry=self._registry,
        )

        self._webhooks = Counter(
            "qoo10_connector_webhook_tries",
            "Tries to deliver outgoing webhooks, by target and what came of them",
            ("target", "outcome"),
            registry=self._registry,
        )
        self._alarms = Gauge(
            "qoo10_connector_alarms",
            "Alarms that stand, by shop and kind",
            ("shop", "kind"),
            registry=self._registry,
        )
        self._alert_messages = Counter(
            "qoo10_connector_alert_messages",
            "Attempts to send messages to people, by target and what became of them",
            ("target", "outcome"),
            registry=self._registry,
        )
        self._alert_messages_waiting = Gauge(
            "qoo10_connector_alert_messages_waiting",
            "Messages to people that have not arrived yet, by target",
            ("target",),
            registry=self._registry,
        )
        self._refusals = Gauge(
            "qoo10_connector_source_refusals",
            "Deliveries of a source that were refused for a bad signature, in a row",
            ("source",),
            registry=self._registry,
        )
        self._open_conflicts = Gauge(
            "qoo10_connector_open_conflicts",
            "Conflicts that are open, by shop and kind",
            ("shop", "kind"),
            registry=self._registry,
        )
        self._cancel_rate = Gauge(
            "qoo10_connector_cancel_rate_percent",
            "Cancel rate of the running month over the orders that were seen; counted once an hour",
            ("shop",),
            registry=self._registry,
        )
        self._counted_cancels = Gauge(
            "qoo10_connector_counted_cancels",
            "Cancels of the running month that count towards its rate; counted once an hour",
            ("shop",),
            registry=self._registry,
        )

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
        self._alarms.clear()
        for labels, count in counts.items():
            self._alarms.labels(*labels).set(count)

    def alert_message(self, target: str, outcome: str) -> None:
        """One attempt to send a message to people ended."""
        self._alert_messages.labels(target, outcome).inc()

    def alert_messages_waiting(self, counts: Mapping[str, int]) -> None:
        """All messages to people that have not arrived yet, by target."""
        self._alert_messages_waiting.clear()
        for target, count in counts.items():
            self._alert_messages_waiting.labels(target).set(count)

    def refusals(self, source: str, count: int) -> None:
        """So many deliveries in a row were refused for a bad signature."""
        self._refusals.labels(source).set(count)

    def open_conflicts(self, counts: Mapping[tuple[str, str], int]) -> None:
        """All open conflicts, by shop and kind."""
        self._open_conflicts.clear()
        for labels, count in counts.items():
            self._open_conflicts.labels(*labels).set(count)

    def cancel_rate(self, rate: CancelRate) -> None:
        """The running month's cancel rate of one shop; a month without orders has none."""
        self._counted_cancels.labels(rate.shop).set(rate.count(Counting.COUNTS))
        self._cancel_rate.labels(rate.shop).set(nan if rate.percent is None else rate.percent)

    def exposition(self, entries: dict[tuple[str, str, str], int]) -> bytes:
        """The text that Prometheus reads; ``entries`` are counted at this moment."""
        self._entries.clear()
        for labels, count in entries.items():
            self._entries.labels(*labels).set(count)
        return generate_latest(self._registry)
