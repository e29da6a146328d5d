"""One label is one trace, from its delivery to its confirmation, whatever lies between; without an endpoint nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import ValidationError

from connector.app import running
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.sandbox import Sandbox
from connector.settings import load_settings
from connector.settings.traces import TraceSettings
from connector.store.entries import SettledEntry, Writing
from connector.store.store import Store
from connector.store.traces import Confirmed, TraceStep
from connector.traces.follower import TraceFollower
from connector.traces.otel import Tracer
from connector.traces.spans import STAGES, spans_of, trace_ids
from tests.connector.domain.conftest import made_entry
from tests.connector.hooks.conftest import AT, entries_for
from tests.connector.test_app import SECRET, number, send


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def told(exporter: InMemorySpanExporter) -> list[tuple[str, float]]:
    """Names and lengths in seconds, in order."""
    spans = sorted(exporter.get_finished_spans(), key=lambda span: (span.start_time or 0, span.name != "delivery"))
    return [(span.name, ((span.end_time or 0) - (span.start_time or 0)) / 1e9) for span in spans]


async def enter(store: Store, entry: Entry, at: datetime) -> None:
    """Writes an entry's number 2 s after it was heard of, which takes 3 s; it shows 4 s later."""
    at += timedelta(seconds=2)
    await store.begin_writing([Writing(entry, "ヤマト宅急便", "SetSendingInfo", Reason.OPEN, at)])
    at += timedelta(seconds=3)
    (entry,) = [each for each in await store.entries_of_numbers("main", [entry.tracking_no]) if each.id == entry.id]
    await store.settle_entries([SettledEntry(entry, EntryState.ACCEPTED, Reason.ACCEPTED, at, accepted_at=at)])
    entry = replace(entry, state=EntryState.ACCEPTED, reason=Reason.ACCEPTED, accepted_at=at)
    at += timedelta(seconds=4)
    await store.settle_entries([SettledEntry(entry, EntryState.CONFIRMED, Reason.SHOWN, at, confirmed_at=at)])


async def test_one_label_is_one_trace(store: Store, exporter: InMemorySpanExporter) -> None:
    follower = TraceFollower(store, Tracer(SimpleSpanProcessor(exporter)), order_numbers=False)
    await follower.look()
    (entry,) = await entries_for(store, 1, AT)

    await enter(store, entry, AT)
    await follower.look()

    assert told(exporter) == [("delivery", 0), ("read", 2), ("write", 3), ("read back", 4), ("confirmed", 0)]
    spans = {span.name: span for span in exporter.get_finished_spans()}
    root = spans["delivery"].get_span_context()
    assert root is not None
    assert {span.context.trace_id for span in spans.values() if span.context} == {root.trace_id}
    assert spans["delivery"].parent is None
    assert {span.parent.span_id for span in spans.values() if span.parent} == {root.span_id}
    assert dict(spans["confirmed"].attributes or {})["qoo10.gap_s"] == 5
    delivery = dict(spans["delivery"].attributes or {})
    assert delivery.pop("qoo10.delivery", "").startswith("dlv_")  # type: ignore[union-attr]  # it is a text
    assert delivery == {"qoo10.shop": "main", "qoo10.source": "table", "qoo10.entry": entry.id}


@pytest.mark.parametrize("order_numbers", [False, True])
async def test_order_numbers_are_told_only_where_that_is_set(
    store: Store, exporter: InMemorySpanExporter, *, order_numbers: bool
) -> None:
    """Tracking numbers never are."""
    follower = TraceFollower(store, Tracer(SimpleSpanProcessor(exporter)), order_numbers=order_numbers)
    await follower.look()
    (entry,) = await entries_for(store, 1, AT)

    await enter(store, entry, AT)
    await follower.look()

    everything = " ".join(span.to_json() for span in exporter.get_finished_spans())
    assert (entry.order_no in everything) is order_numbers
    assert entry.tracking_no not in everything


async def test_a_restart_in_between_is_in_the_trace(store: Store, exporter: InMemorySpanExporter) -> None:
    """What was heard of before the start is told whole; what was confirmed before it is not told again."""
    one, two = await entries_for(store, 2, AT)
    await enter(store, one, AT)
    follower = TraceFollower(store, Tracer(SimpleSpanProcessor(exporter)), order_numbers=False)
    await follower.look()

    await enter(store, two, AT)
    await follower.look()
    await follower.look()

    entries = [dict(span.attributes or {})["qoo10.entry"] for span in exporter.get_finished_spans()]
    assert entries == [two.id] * 5


async def test_a_number_that_is_confirmed_again_is_told_once(store: Store, exporter: InMemorySpanExporter) -> None:
    follower = TraceFollower(store, Tracer(SimpleSpanProcessor(exporter)), order_numbers=False)
    await follower.look()
    (entry,) = await entries_for(store, 1, AT)
    await enter(store, entry, AT)
    await follower.look()
    exporter.clear()

    for state in (EntryState.CONFLICT, EntryState.CONFIRMED):
        (entry,) = await store.entries_of_numbers("main", [entry.tracking_no])
        await store.settle_entries([SettledEntry(entry, state, Reason.SHOWN, AT + timedelta(minutes=1))])
    await follower.look()

    assert exporter.get_finished_spans() == ()


def confirmed(*steps: tuple[EntryState, Reason, float], first: bool = True, entry_id: int = 1) -> Confirmed:
    """An entry with steps, each so many seconds after its label was heard of."""
    entry = made_entry(AT, id=entry_id, parcel_id=7, state=EntryState.CONFIRMED, reason=Reason.SHOWN)
    kept = tuple(TraceStep(state, reason, AT + timedelta(seconds=after_s)) for state, reason, after_s in steps)
    return Confirmed(entry, AT, "table", "", first, kept)


def test_every_state_has_its_stage() -> None:
    assert set(STAGES) == set(EntryState)


def test_entries_of_one_parcel_share_a_trace_with_one_root() -> None:
    steps = ((EntryState.WAITING, Reason.NEW, 0.5), (EntryState.CONFIRMED, Reason.SHOWN, 1))
    one, two = confirmed(*steps), confirmed(*steps, first=False, entry_id=2)

    spans = [*spans_of(one, order_numbers=False), *spans_of(two, order_numbers=False)]

    assert [span.name for span in spans] == ["delivery", "read", "confirmed", "read", "confirmed"]
    assert {(span.trace_id, span.root_id) for span in spans} == {trace_ids(one)}
    other = replace(one, parcel_created_at=AT + timedelta(microseconds=1))
    assert trace_ids(other) != trace_ids(one), "another installation's parcel of the same number"


def test_what_an_entry_waited_for_is_said() -> None:
    steps = (
        (EntryState.WAITING, Reason.NEW, 0.0),
        (EntryState.WAITING, Reason.BEFORE_ITS_MOMENT, 1),
        (EntryState.HELD, Reason.UNPAID, 2),
        (EntryState.CONFIRMED, Reason.SHOWN, 5),
    )

    spans = spans_of(confirmed(*steps), order_numbers=False)

    lengths = [(span.name, (span.ends_at - span.begins_at).total_seconds()) for span in spans]
    assert lengths == [("delivery", 0), ("read", 1), ("wait", 1), ("held", 3), ("confirmed", 0)]


@given(st.lists(st.tuples(st.sampled_from(EntryState), st.sampled_from(Reason), st.floats(-1e6, 1e6)), min_size=1))
def test_no_span_ends_before_it_begins(steps: list[tuple[EntryState, Reason, float]]) -> None:
    """Whatever clocks did."""
    for span in spans_of(confirmed(*steps), order_numbers=True):
        assert span.begins_at <= span.ends_at


@dataclass
class Collector:
    """Takes what is sent by OTLP over HTTP."""

    spans: list[Any] = field(default_factory=list)
    url: str = ""

    async def receive(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        self.spans += [span for of in sent.resource_spans for scope in of.scope_spans for span in scope.spans]
        return web.Response()


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    opened = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", opened.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    yield opened
    await runner.cleanup()


async def test_a_label_printed_is_a_trace_at_the_collector(tmp_path: Path, collector: Collector) -> None:
    """Through the whole program; what waits when it stops is sent."""
    config = tmp_path / "config.toml"
    async with Sandbox() as sandbox:
        (line,) = sandbox.market.add_cart()
        config.write_text(
            f"""
            [server]
            port = 0
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [traces]
            endpoint = "{collector.url}"
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            [sources.packing-table]
            kind = "standard"
            shop = "main"
            secrets = ["{SECRET}"]
            """
        )
        async with running(load_settings(config)) as app:
            assert await send(app.url, line.order_no, number(0)) == 202
            async with asyncio.timeout(20):
                while not await confirmed_at(app.store):  # noqa: ASYNC110 - the store tells of changes, not of states
                    await asyncio.sleep(0.02)
    names = [span.name for span in sorted(collector.spans, key=lambda span: span.start_time_unix_nano)]
    assert names == ["delivery", "read", "write", "read back", "confirmed"]
    assert len({span.trace_id for span in collector.spans}) == 1


async def confirmed_at(store: Store) -> datetime | None:
    """When the number was seen at Qoo10."""
    entries = await store.entries_of_numbers("main", [number(0)])
    return entries[0].confirmed_at if entries else None


class TestWithout:
    def test_nothing_of_opentelemetry_is_loaded(self) -> None:
        """A start costs nothing for it."""
        code = "import sys, connector.app; print([name for name in sys.modules if name.startswith('opentelemetry')])"

        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

        assert said.stdout == "[]\n"

    def test_an_endpoint_needs_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("connector.settings.traces.find_spec", lambda _name: None)

        with pytest.raises(ValidationError, match=r"needs the extra: pip install 'qoo10-connector\[otel\]'"):
            TraceSettings(endpoint="http://127.0.0.1:4318/v1/traces")
        assert TraceSettings().endpoint == ""

    @pytest.mark.parametrize(
        "endpoint",
        ["collector:4318", "ftp://collector/", "http://user:secret@collector/", "http://c/?key=secret", "http://c:x/"],
    )
    def test_only_a_plain_address_is_taken(self, endpoint: str) -> None:
        with pytest.raises(ValidationError, match="endpoint") as raised:
            TraceSettings(endpoint=endpoint)

        assert "secret" not in str(raised.value)
