"""``/api/v1/scans``: a scanner program reports scans, and hears of each at once and later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connector.api.scans import MOST
from connector.app import RunningApp, running
from connector.domain.orders import ClaimStatus
from connector.sandbox import Sandbox
from connector.settings import load_settings

TOKEN = "t" * 32
LABEL = "444413758703"
AT = "2026-11-23T14:00:00+09:00"


@dataclass
class Service:
    """The running program, beside its Qoo10."""

    app: RunningApp
    session: aiohttp.ClientSession
    sandbox: Sandbox

    async def ask(self, method: str, path: str = "/api/v1/scans", body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.request(method, self.app.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def scan(self, scan_id: str, *texts: str, **changes: Any) -> dict[str, Any]:
        """The answer to one scan."""
        status, answer = await self.ask("POST", body={"scans": [body_of(scan_id, *texts, **changes)]})
        assert status == 200, answer
        (found,) = answer["scans"]
        return dict(found)

    async def becomes(self, scan_id: str, signal: str) -> dict[str, Any]:
        """The answer about a scan, as soon as it has this signal."""
        deadline = time.monotonic() + 20
        while True:
            status, answer = await self.ask("GET", f"/api/v1/scans?ids={key(scan_id)}")
            (found,) = answer["scans"]
            if found["signal"] == signal:
                return dict(found)
            assert (status, time.monotonic() < deadline) == (200, True), answer
            await asyncio.sleep(0.02)


def key(scan_id: str) -> str:
    return f"scan-of-the-tests-{scan_id}"


def body_of(scan_id: str, *texts: str, **changes: Any) -> dict[str, Any]:
    given = {"id": key(scan_id), "source": "table-1", "texts": list(texts), "carrier": "yamato.takkyubin", "at": AT}
    return given | changes


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [server]
            port = 0
            [store]
            url = "sqlite:///{tmp_path}/connector.db"
            [api]
            tokens = ["{TOKEN}"]
            [shops.main]
            qapi_url = "{sandbox.base_url}"
            seller_auth_key = "{sandbox.key}"
            claims_every_s = 1
            calls_per_second = 50
            [sources.table-1]
            kind = "scan"
            shop = "main"
            [sources.table-1.options]
            carrier = "yamato.takkyubin"
            more_carriers = "sagawa"
            """,
            encoding="utf-8",
        )
        async with running(load_settings(config)) as app:
            yield Service(app, session, sandbox)


async def test_a_pair_is_answered_at_once_and_then_entered(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    first = await service.scan("1", line.order_no, f"a{LABEL}d")
    entered = await service.becomes("1", "go")

    assert first["signal"] in ("moving", "unknown"), "its claims may not have been read yet"
    assert (entered["reason"], entered["word_ja"], entered["next_en"]) == (
        "entered",
        "入力済み",
        "The parcel may leave.",
    )
    assert (entered["order_nos"], entered["tracking_no"], entered["source"]) == ([line.order_no], LABEL, "table-1")
    assert service.sandbox.market.line(line.order_no).shipping.tracking_no == LABEL


async def test_a_cancel_request_turns_the_answer_red_later(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    await service.scan("1", line.order_no, LABEL)
    await service.becomes("1", "go")
    service.sandbox.market.set_claim(line.order_no, ClaimStatus.CANCEL_REQUESTED)

    assert (await service.becomes("1", "stop"))["reason"] == "cancel_requested"


async def test_a_batch_is_answered_in_its_order_and_a_repeat_makes_nothing_new(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    scans = [body_of(str(place), line.order_no) for place in range(MOST - 1)] + [body_of("pair", line.order_no, LABEL)]
    _, once = await service.ask("POST", body={"scans": scans})
    await service.becomes("pair", "go")
    status, again = await service.ask("POST", body={"scans": scans})

    assert [each["id"] for each in once["scans"]] == [each["id"] for each in scans]
    assert (status, len(again["scans"])) == (200, MOST)
    assert again["scans"][-1]["signal"] == "go"
    _, entries = await service.ask("GET", "/api/v1/entries?state=all")
    assert len(entries["entries"]) == 1


async def test_a_table_that_is_not_configured_costs_no_scan(service: Service) -> None:
    """It is kept, and says what to do; the page's other scans go on."""
    answer = await service.scan("1", "1062428737", LABEL, source="table-9")

    assert (answer["signal"], answer["reason"]) == ("unknown", "source")
    _, later = await service.ask("GET", f"/api/v1/scans?ids={key('1')},{key('nobody')}")
    assert [each["id"] for each in later["scans"]] == [key("1")]


async def test_a_company_that_is_not_offered_is_not_taken_for_another(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()

    assert (await service.scan("1", line.order_no, LABEL, carrier="seino"))["reason"] == "carrier"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "short"},
        {"id": "with a blank in it"},
        {"texts": []},
        {"texts": ["1", "2", "3"]},
        {"texts": ["x" * 401]},
        {"at": "2026-11-23T14:00:00"},
        {"at": "yesterday"},
        {"station": "x" * 65},
        {"more": 1},
    ],
)
async def test_what_no_page_sends_is_refused_whole(service: Service, wrong: dict[str, Any]) -> None:
    good = body_of("good", "1062428737")
    status, answer = await service.ask("POST", body={"scans": [good, body_of("1", "1062428737") | wrong]})

    assert (status, answer["error"]["code"]) == (422, "unreadable")
    assert (await service.ask("GET", f"/api/v1/scans?ids={key('good')}"))[1] == {"scans": []}


@pytest.mark.parametrize(
    "query", ["", "?ids=", "?ids=short", f"?ids={','.join([key('1')] * (MOST + 1))}", "?ids=x&more=1"]
)
async def test_a_question_that_is_none_is_refused(service: Service, query: str) -> None:
    status, answer = await service.ask("GET", f"/api/v1/scans{query}")

    assert (status, answer["error"]["code"]) == (400, "bad_query")


async def test_too_many_scans_at_once_are_refused(service: Service) -> None:
    scans = [body_of(str(place), "1062428737") for place in range(MOST + 1)]

    assert (await service.ask("POST", body={"scans": scans}))[0] == 422


async def test_what_was_typed_is_not_kept_where_it_is_no_number(service: Service, tmp_path: Path) -> None:
    """A code with an address must not end on the disk."""
    await service.scan("1", "Sato Hanako 09012345678")
    await service.scan("2", "1062428737", "MECARD:N:Sato,Hanako;")

    kept = b"".join((tmp_path / f"connector.db{end}").read_bytes() for end in ("", "-wal"))
    assert b"1062428737" not in kept
    assert b"Sato" not in kept
    assert b"Hanako" not in kept
    assert b"09012345678" not in kept
