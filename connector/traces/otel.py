"""Hands spans to OpenTelemetry, which sends them by OTLP. The only module that needs the extra ``otel``."""

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from connector.traces.spans import TraceSpan

ANSWER_WITHIN_S = 10.0
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_NANOSECONDS = 1_000_000_000


def otlp(endpoint: str) -> SpanProcessor:
    """Sends spans in batches to a collector, from a thread of its own; neither to a proxy nor wherever it points."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    exporter = OTLPSpanExporter(endpoint, timeout=ANSWER_WITHIN_S, session=session)
    return BatchSpanProcessor(exporter, export_timeout_millis=ANSWER_WITHIN_S * 1000)


class _Ids(IdGenerator):
    """Ids as they come, but for a root, which has those that its label gives it."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self.root: TraceSpan | None = None

    def generate_span_id(self) -> int:
        return self._random.generate_span_id() if self.root is None else self.root.root_id

    def generate_trace_id(self) -> int:
        return self._random.generate_trace_id() if self.root is None else self.root.trace_id


class Tracer:
    """Takes spans that are over, and hands them to a processor."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._ids = _Ids()
        resource = Resource({"service.name": "qoo10-connector", "service.version": version("qoo10-connector")})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("qoo10-connector")

    def take(self, spans: Iterable[TraceSpan]) -> None:
        """Hands spans on; this does not block."""
        for each in spans:
            self._ids.root = each if each.is_root else None
            parent = SpanContext(each.trace_id, each.root_id, is_remote=True, trace_flags=_SAMPLED)
            below = None if each.is_root else set_span_in_context(NonRecordingSpan(parent))
            attributes = {f"qoo10.{name}": value for name, value in each.attributes.items()}
            span = self._tracer.start_span(each.name, below, attributes=attributes, start_time=_ns(each.begins_at))
            span.end(_ns(each.ends_at))

    def close(self) -> None:
        """Sends what waits, and lets go; this blocks for up to half a minute."""
        self._provider.shutdown()


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * (_NANOSECONDS // 1_000_000)
