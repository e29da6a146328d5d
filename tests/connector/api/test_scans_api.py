"""``/api/v1/scans``: a scanner program reports scans, and hears of each at once and later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.api.scans import MOST
from connector.domain.orders import ClaimStatus
from tests.connector.api.conftest import NUMBER as LABEL
from tests.connector.api.conftest import Service, serving

SCANS = "/api/v1/scans"
AT = "2026-11-23T14:00:00+09:00"
TABLE = """
    shops.main.claims_every_s = 1
    shops.main.calls_per_second = 50
    sources.table-1.kind = "scan"
    sources.table-1.shop = "main"
    sources.table-1.options = { carrier = "yamato.takkyubin", more_carriers = "sagawa" }
    sources.table-2.kind = "scan"
    sources.table-2.shop = "main"
    sources.table-2.readers = { "!1" = "left", "!2" = "right" }
    sources.table-2.options = { carrier = "sagawa", expects = "label", pair_within_s = "90" }
"""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(tmp_path, TABLE) as running_service:
        yield running_service


def key(scan_id: str) -> str:
    return f"scan-of-the-tests-{scan_id}"


def body_of(scan_id: str, *texts: str, **changes: Any) -> dict[str, Any]:
    given = {"id": key(scan_id), "source": "table-1", "texts": list(texts), "carrier": "yamato.takkyubin", "at": AT}
    return given | changes


async def scan(service: Service, scan_id: str, *texts: str, **changes: Any) -> dict[str, Any]:
    """The answer to one scan."""
    status, answer = await service.ask("POST", SCANS, {"scans": [body_of(scan_id, *texts, **changes)]})
    assert status == 200, answer
    (found,) = answer["scans"]
    return dict(found)


async def becomes(service: Service, scan_id: str, signal: str) -> dict[str, Any]:
    """The answer about a scan, as soon as it has this signal."""
    async with asyncio.timeout(20):
        while True:
            status, answer = await service.ask("GET", f"{SCANS}?ids={key(scan_id)}")
            (found,) = answer["scans"]
            if found["signal"] == signal:
                return dict(found)
            assert status == 200
            await asyncio.sleep(0.02)  # some signals come with time alone, which nobody tells of


async def test_a_pair_is_answered_at_once_and_then_entered(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    first = await scan(service, "1", line.order_no, f"a{LABEL}d")
    entered = await becomes(service, "1", "go")

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
    await scan(service, "1", line.order_no, LABEL)
    await becomes(service, "1", "go")
    service.sandbox.market.set_claim(line.order_no, ClaimStatus.CANCEL_REQUESTED)

    assert (await becomes(service, "1", "stop"))["reason"] == "cancel_requested"


async def test_a_handheld_asks_which_tables_there_are_before_its_first_scan(service: Service) -> None:
    """Each with what a scan may name: its companies, the usual one first, and its readers."""
    takkyubin = {"carrier": "yamato.takkyubin", "ja": "ヤマト運輸 宅急便", "en": "Yamato Transport takkyubin"}
    sagawa = {"carrier": "sagawa", "ja": "佐川急便", "en": "Sagawa Express"}

    status, answer = await service.ask("GET", f"{SCANS}/tables")

    assert (status, answer) == (
        200,
        {
            "tables": [
                {
                    "source": "table-1",
                    "shop": "main",
                    "carriers": [takkyubin, sagawa],
                    "lanes": [],
                    "labels_only": False,
                    "pair_within_s": 60.0,
                },
                {
                    "source": "table-2",
                    "shop": "main",
                    "carriers": [sagawa],
                    "lanes": ["left", "right"],
                    "labels_only": True,
                    "pair_within_s": 90.0,
                },
            ]
        },
    )


async def test_a_batch_is_answered_in_its_order_and_a_repeat_makes_nothing_new(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()
    scans = [body_of(str(place), line.order_no) for place in range(MOST - 1)] + [body_of("pair", line.order_no, LABEL)]
    _, once = await service.ask("POST", SCANS, {"scans": scans})
    await becomes(service, "pair", "go")
    status, again = await service.ask("POST", SCANS, {"scans": scans})

    assert [each["id"] for each in once["scans"]] == [each["id"] for each in scans]
    assert (status, len(again["scans"])) == (200, MOST)
    assert again["scans"][-1]["signal"] == "go"
    _, entries = await service.ask("GET", "/api/v1/entries?state=all")
    assert len(entries["entries"]) == 1


async def test_a_table_that_is_not_configured_costs_no_scan(service: Service) -> None:
    """It is kept, and says what to do; the page's other scans go on."""
    answer = await scan(service, "1", "1062428737", LABEL, source="table-9")

    assert (answer["signal"], answer["reason"]) == ("unknown", "source")
    _, later = await service.ask("GET", f"{SCANS}?ids={key('1')},{key('nobody')}")
    assert [each["id"] for each in later["scans"]] == [key("1")]


async def test_a_company_that_is_not_offered_is_not_taken_for_another(service: Service) -> None:
    (line,) = service.sandbox.market.add_cart()

    assert (await scan(service, "1", line.order_no, LABEL, carrier="seino"))["reason"] == "carrier"


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
    status, answer = await service.ask("POST", SCANS, {"scans": [good, body_of("1", "1062428737") | wrong]})

    assert (status, answer["error"]["code"]) == (422, "unreadable")
    assert (await service.ask("GET", f"{SCANS}?ids={key('good')}"))[1] == {"scans": []}


@pytest.mark.parametrize(
    "query", ["", "?ids=", "?ids=short", f"?ids={','.join([key('1')] * (MOST + 1))}", "?ids=x&more=1"]
)
async def test_a_question_that_is_none_is_refused(service: Service, query: str) -> None:
    status, answer = await service.ask("GET", f"{SCANS}{query}")

    assert (status, answer["error"]["code"]) == (400, "bad_query")


async def test_too_many_scans_at_once_are_refused(service: Service) -> None:
    scans = [body_of(str(place), "1062428737") for place in range(MOST + 1)]

    assert (await service.ask("POST", SCANS, {"scans": scans}))[0] == 422


async def test_what_was_typed_is_not_kept_where_it_is_no_number(service: Service, tmp_path: Path) -> None:
    """A code with an address must not end on the disk."""
    await scan(service, "1", "Sato Hanako 09012345678")
    await scan(service, "2", "1062428737", "MECARD:N:Sato,Hanako;")

    kept = b"".join((tmp_path / f"connector.db{end}").read_bytes() for end in ("", "-wal"))
    assert b"1062428737" not in kept
    assert b"Sato" not in kept
    assert b"Hanako" not in kept
    assert b"09012345678" not in kept
