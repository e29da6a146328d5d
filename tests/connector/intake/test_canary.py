"""No personal data survives the way in: not in the store, its log, our logs, the metrics, or an answer to the sender.

Every kind of source is tried with its own fixtures, full of a person that does not exist; a new kind is tried too.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import structlog
from aiohttp import web

import carriers
from carriers import FILED, POLLED, PUSHED, SOURCES
from carriers.errors import UnreadablePayload
from carriers.kinds import RowRefused
from carriers.model import Delivery, FetchAnswer
from connector.access.routes import Routes
from connector.health import Health
from connector.http import one_error_shape
from connector.intake.files import FiledSource, FileIntake
from connector.intake.key_sets import KeySets
from connector.intake.keyring import Keyring
from connector.intake.labels import new_delivery
from connector.intake.reports import report_of
from connector.intake.webhooks import PushedSource, Webhooks
from connector.metrics import Metrics
from connector.store.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from carriers.kinds import FiledKind

CARRIERS = Path(carriers.__file__).parent
NOW = datetime(2026, 11, 22, 0, 15, 30, tzinfo=UTC)
CANARY = "CANARY7F3A"
PERSON: dict[str, Any] = {
    "name": f"{CANARY} 山田太郎",
    "recipient_name": CANARY,
    "company": CANARY,
    "phone": f"090-{CANARY}",
    "tel": CANARY,
    "email": f"{CANARY}@example.com",
    "address1": f"東京都{CANARY}町1-1",
    "zip": CANARY,
    "signed_by": CANARY,
    "note": f"Leave it with {CANARY}",
    "to_address": {"name": CANARY, "street1": CANARY, "phone": CANARY, "email": CANARY},
    "customer": {"first_name": CANARY, "last_name": CANARY, "addresses": [{"address1": CANARY}]},
    "emails": [CANARY],
    f"{CANARY} 山田 様": CANARY,
}
FIXTURES = {
    kind: sorted(
        path.name.rpartition(ending)[0]
        for ending in (".request.json", ".about.json")
        for path in (CARRIERS / kind / "fixtures").glob(f"*{ending}")
    )
    for kind in SOURCES
}


def fixture(kind: str, name: str, ending: str) -> Path:
    return CARRIERS / kind / "fixtures" / f"{name}{ending}"


def loaded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def with_people(value: Any) -> Any:
    """The same JSON, every object with a person in it; what is there already stays."""
    if isinstance(value, list):
        return [with_people(member) for member in value]
    if not isinstance(value, dict):
        return value
    return PERSON | {name: with_people(member) for name, member in value.items()}


def spoilt(content: Any) -> Iterator[bytes]:
    """Bodies that cannot be read, each in another way, with people in them."""
    full = json.dumps(with_people(content), ensure_ascii=False).encode()
    yield full[:-3]
    yield b"\xff" + full
    yield b"[" + full + b"]"
    if isinstance(content, dict):
        for name in content:
            yield json.dumps(with_people(content | {name: [CANARY, PERSON]})).encode()
            yield json.dumps(with_people(content | {name: f"{CANARY}\x00"})).encode()
            yield json.dumps(with_people(content | {name: CANARY * 200})).encode()


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """All that is logged: by us down to the last level, by libraries as in production."""
    before, written = structlog.get_config(), io.StringIO()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.WriteLoggerFactory(written),
        cache_logger_on_first_use=False,
    )
    caplog.set_level(logging.WARNING)
    yield written
    structlog.configure(**before)


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'store' / 'connector.db'}")
    try:
        yield store
        assert_clean(tmp_path)  # with the write-ahead log as it is while the program runs
    finally:
        await store.close()
    assert_clean(tmp_path)


def assert_clean(tmp_path: Path) -> None:
    files = [path for path in (tmp_path / "store").iterdir() if path.is_file()]
    assert any(path.stat().st_size > 0 for path in files)
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []


def found(body: bytes) -> FetchAnswer:
    return FetchAnswer(200, {}, body, NOW)


def refusal(read: Callable[[], object]) -> str:
    """Why it cannot be read; empty where it can."""
    try:
        read()
    except UnreadablePayload as unreadable:
        return unreadable.problem
    return ""


def options_of(kind: str, given: dict[str, str]) -> dict[str, str]:
    return {name: next(iter(values), "") for name, values in SOURCES[kind].options.items()} | given


@pytest.mark.parametrize("kind", sorted(PUSHED))
async def test_a_pushed_message_leaves_nobody_behind(
    kind: str, tmp_path: Path, logs: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    source, metrics, answers = PUSHED[kind], Metrics(), []
    # What is tried here is what happens to an authentic message; no fixture's signature covers the person in it.
    believing = replace(source, authenticate=lambda _delivery, _secrets: None)
    async with aiohttp.ClientSession() as session, opened(tmp_path) as store:
        sources = {
            f"{name}{ending}": PushedSource(
                f"{name}{ending}",
                "main",
                way,
                options_of(kind, loaded(fixture(kind, name, ".request.json")).get("options", {})),
                "http://127.0.0.1:9",  # nobody is there: no key set is fetched from anywhere
            )
            for name in FIXTURES[kind]
            for ending, way in (("", believing), ("-strict", source))
        }
        app = web.Application(middlewares=[one_error_shape])
        key_sets = KeySets(session, lambda: NOW)
        requests = {name: loaded(fixture(kind, name.removesuffix("-strict"), ".request.json")) for name in sources}
        secrets = {name: [request["secret"]] for name, request in requests.items()}
        keyring = Keyring(secrets, store, None, lambda: NOW)
        webhooks = Webhooks(sources, store, key_sets, lambda: NOW, metrics, Health(), 5, keyring=keyring)
        webhooks.add_to(Routes(app))
        async with served(app) as url:
            for name in FIXTURES[kind]:
                content = loaded(fixture(kind, name, ".json"))
                headers = loaded(fixture(kind, name, ".request.json"))["headers"] | {"x-customer": CANARY}
                good = json.dumps(with_people(content), ensure_ascii=False).encode()
                wrong = [(at, good) for at in (f"{name}-strict", f"{name}/{CANARY}", CANARY)]
                for at, body in [(name, good), *((name, body) for body in spoilt(content)), *wrong]:
                    async with session.post(f"{url}/webhooks/{at}", data=body, headers=headers) as answer:
                        answers.append((answer.status, await answer.text()))
                await follow(kind, name, good, store)
    assert {202, 401, 404, 422} >= {status for status, _ in answers} >= {202, 404, 422}
    assert [text for _, text in answers if CANARY in text] == []
    assert CANARY.encode() not in metrics.exposition(await store.depths.now(), NOW)
    assert CANARY not in logs.getvalue() + caplog.text


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def follow(kind: str, name: str, body: bytes, store: Store) -> None:
    """Takes in what the message's fetches bring, full of people too."""
    request, source = loaded(fixture(kind, name, ".request.json")), PUSHED[kind]
    delivery = Delivery("POST", "/", request["headers"], body, NOW, options_of(kind, request.get("options", {})))
    try:
        reading = source.parse(delivery)
    except UnreadablePayload:
        return
    for ending in (".answer.json", ".answer2.json"):
        if not reading.fetches or not fixture(kind, name, ending).exists():
            return
        fetch, content = reading.fetches[0], loaded(fixture(kind, name, ending))
        for spoilt_body in spoilt(content):
            assert CANARY not in refusal(partial(source.read_answer, fetch, found(spoilt_body)))
        answer = json.dumps(with_people(content), ensure_ascii=False).encode()
        reading = source.read_answer(fetch, found(answer))
        as_delivery = Delivery("GET", fetch.path, {}, fetch.key.encode(), NOW)
        await store.record_delivery(new_delivery(name, "main", as_delivery, reading))


@pytest.mark.parametrize("kind", sorted(POLLED))
async def test_a_polled_page_leaves_nobody_behind(
    kind: str, tmp_path: Path, logs: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    accepted = 0
    async with opened(tmp_path) as store:
        for name in FIXTURES[kind]:
            options = options_of(kind, loaded(fixture(kind, name, ".about.json")).get("options", {}))
            content = loaded(fixture(kind, name, ".json"))
            for body in (json.dumps(with_people(content), ensure_ascii=False).encode(), *spoilt(content)):
                if why := refusal(partial(POLLED[kind].read_page, body, options)):
                    assert CANARY not in why
                    continue
                reading = POLLED[kind].read_page(body, options)
                # A damaged page may have a canary in a field that is read: a number or a reference, not a person.
                if CANARY not in repr([event.key for event in reading.events]):
                    page = Delivery("GET", "/", {}, body, NOW)
                    receipt = await store.record_delivery(new_delivery(kind, "main", page, reading))
                    accepted += receipt.accepted
    assert accepted
    assert CANARY not in logs.getvalue() + caplog.text


def with_people_in_cells(kind: FiledKind, rows: list[list[str]], options: dict[str, str]) -> list[list[str]]:
    """The same file, with a person in every column that is neither read nor what the file is recognised by."""
    layout = kind.recognise(rows, options)
    for place in set(range(len(rows[0]))) - set(layout.columns.values()):
        data = [[*row[:place], f"{CANARY} 様", *row[place + 1 :]] for row in rows[layout.has_header :]]
        changed = [*rows[: layout.has_header], *data]
        if not refusal(partial(kind.recognise, changed, options)):
            rows = changed
    assert any(CANARY in cell for row in rows for cell in row)
    return rows


@pytest.mark.parametrize("kind", sorted(FILED))
async def test_a_file_leaves_nobody_behind(
    kind: str, tmp_path: Path, logs: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    """Every cell that is not read has a person in it; where one stands in one that is read, no refusal repeats it."""
    accepted = 0
    async with opened(tmp_path) as store:
        for name in FIXTURES[kind]:
            about = loaded(fixture(kind, name, ".about.json"))
            options = options_of(kind, about.get("options", {}))
            separator = {"tab": "\t", "semicolon": ";"}.get(options.get("separator", ""), ",")
            text = fixture(kind, name, ".csv").read_bytes().decode(about["encoding"])
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
            layout = FILED[kind].recognise(rows, options)
            for row in rows[layout.has_header :]:
                for place in layout.columns.values():
                    said = FILED[kind].read_row(layout, [*row[:place], f"{CANARY}\x00", *row[place + 1 :]])
                    assert not isinstance(said, RowRefused) or CANARY not in repr(said)
            rows = with_people_in_cells(FILED[kind], rows, options)
            path = tmp_path / f"{name}.csv"
            with path.open("w", encoding=about["encoding"], newline="") as file:
                csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
            summary = await FileIntake(FiledSource(kind, "main", FILED[kind], options), store, lambda: NOW).take(path)
            assert CANARY not in report_of(kind, summary, NOW)
            accepted += summary.accepted
    assert accepted
    assert CANARY not in logs.getvalue() + caplog.text
