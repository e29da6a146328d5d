"""``/api/v1/scans``: scans of the packing table, for the console's page and for a scanner program of one's own."""

import re
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, Field

from connector.access.audit import say_of_deed
from connector.access.gate import actor_of
from connector.access.routes import Operation, Routes
from connector.api.requests import as_json, read_body, read_query
from connector.api.shapes import Answer, Body, Question
from connector.domain.roles import Permission
from connector.domain.scan_verdicts import Signal
from connector.domain.scan_words import SIGNALS, carrier_words
from connector.http import ApiError
from connector.intake.scans import Scan, ScanAnswer, ScanDesk, ScanTable

MOST = 100
"""Scans in one request."""
_ONE = r"[0-9A-Za-z-]{16,64}"
_ID = f"^{_ONE}$"
_NAME = r"^[0-9a-z_-]{0,63}$"
_EXAMPLE = (
    '{"scans": [{"id": "0b0c2a44-52a5-4d6a-9a52-7d1f1ad2f7cf", "source": "table-1", "texts": ["1062428737", '
    '"A444413758703A"], "carrier": "yamato.takkyubin", "at": "2026-11-23T05:00:00Z"}]}'
)


class ScanBody(Body):
    """One scan: a text by itself, or an order and a label."""

    id: Annotated[str, Field(pattern=_ID)]
    """Made by whoever scans, another one for every scan; a scan that is sent again with its id is one."""
    source: Annotated[str, Field(pattern=_NAME)]
    """The table: a source of the kind `scan`."""
    texts: Annotated[list[Annotated[str, Field(max_length=400)]], Field(min_length=1, max_length=2)]
    """What the reader typed, in the order of the scans."""
    carrier: Annotated[str, Field(max_length=60)]
    """The delivery company of a label that nobody has told of: a word of the table's options."""
    at: AwareDatetime
    """When it was scanned, on the scanner's clock, with an offset."""
    station: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,64}$")] = ""
    """The page or device that it was scanned on."""
    lane: Annotated[str, Field(pattern=_NAME)] = ""
    """The reader, where several are on one page."""


class ScansBody(Body):
    """Scans in their order."""

    scans: Annotated[list[ScanBody], Field(min_length=1, max_length=MOST)]


class ScansQuestion(Question):
    """Which scans."""

    ids: str = Field(json_schema_extra={"pattern": rf"^{_ONE}(,{_ONE}){{0,{MOST - 1}}}$"})
    """Ids of scans, at most 100, with commas between."""


class ScanRow(Answer):
    """A scan, and what the packer is told about it at this moment."""

    id: str
    source: str
    signal: Signal
    """`go`, `moving` (taken, may still become anything else), `next`, `stop`, or `unknown`."""
    word_ja: str
    word_en: str
    reason: str
    """Why: a code; either of scans, of their faults, or of entries."""
    reason_ja: str
    reason_en: str
    next_ja: str
    next_en: str
    order_nos: list[str]
    """The order lines that it is about, as far as they are known."""
    belongs_to: list[str]
    """The order lines that the label belongs to, where it is not the scanned order's."""
    tracking_no: str
    as_of: str | None
    """Until when a cancel request would be known; null where nobody has looked."""
    received_at: str


class ScanList(Answer):
    """Scans."""

    scans: list[ScanRow]


class OfferedCarrier(Answer):
    """A delivery company that a table offers, maybe with a service."""

    carrier: str
    """What `carrier` of a scan says."""
    ja: str
    en: str


class ScanTableRow(Answer):
    """A packing table: a source of the kind `scan`."""

    source: str
    """What `source` of a scan says."""
    shop: str
    carriers: list[OfferedCarrier]
    """The usual one first."""
    lanes: list[str]
    """Its readers, where several are on one page; empty where `lane` of a scan may stay empty."""
    labels_only: bool
    """No order is scanned: a label comes by itself, and another source has told of it."""
    pair_within_s: float
    """Half a pair that is so old is given up."""


class ScanTableList(Answer):
    """Packing tables."""

    tables: list[ScanTableRow]


class ScansApi:
    """Takes scans, and says what became of them."""

    def __init__(self, desk: ScanDesk) -> None:
        self._desk = desk

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        take = Operation("scans", "Report scans", ScanList, takes=ScansBody)
        look = Operation("scans", "What became of scans", ScanList, asks=ScansQuestion)
        tables = Operation("scans", "The packing tables that can be scanned at", ScanTableList)
        routes.get("/api/v1/scans/tables", self._tables, needs=Permission.SCAN, operation=tables)
        routes.post("/api/v1/scans", self._take, needs=Permission.SCAN, operation=take)
        routes.get("/api/v1/scans", self._look, needs=Permission.SCAN, operation=look)

    async def _take(self, request: web.Request) -> web.Response:
        """200 with `{"scans": [...]}`, once all are on the disk: what the packer is told about each at this moment.

        A text is an order, a cart, a tracking number, or neither; which it is, the program finds out. Of a pair that
        nobody has told of comes a label event `packed`. A scan that was sent before is answered anew and kept once.
        """
        body = await read_body(request, ScansBody, "scans", _EXAMPLE)
        say_of_deed(request, body.scans[0].source, f"{len(body.scans)} scans")
        scans = [
            Scan(each.id, each.source, each.station, each.lane, tuple(each.texts), each.carrier, each.at)
            for each in body.scans
        ]
        return as_json({"scans": [_row(each) for each in await self._desk.take(scans, actor_of(request).name)]})

    async def _look(self, request: web.Request) -> web.Response:
        """200 with `{"scans": [...]}`: what the packer is told now about the scans of `ids`, which stand with commas.

        What is not known is left out: it was never taken.
        """
        ids = read_query(request, ScansQuestion).ids.split(",")
        if len(ids) > MOST or not all(re.fullmatch(_ID, each) for each in ids):
            hint = "Send ids as they were reported, with commas between."
            raise ApiError(HTTPStatus.BAD_REQUEST, "bad_query", f"These are no ids of at most {MOST} scans.", hint)
        return as_json({"scans": [_row(each) for each in await self._desk.answers(ids)]})

    async def _tables(self, _request: web.Request) -> web.Response:
        """200 with `{"tables": [...]}`: what a handheld asks before the first scan, as the page 検品スキャン has it."""
        return as_json({"tables": [_table(each) for each in self._desk.tables.values()]})


def _table(of: ScanTable) -> dict[str, object]:
    return {
        "source": of.name,
        "shop": of.shop,
        "carriers": [{"carrier": word, **asdict(carrier_words(each))} for word, each in of.carriers.items()],
        "lanes": of.lanes,
        "labels_only": of.labels_only,
        "pair_within_s": of.pair_within.total_seconds(),
    }


def _row(of: ScanAnswer) -> dict[str, object]:
    ja, en = SIGNALS[of.told.signal]
    return {
        "id": of.scan.id,
        "source": of.scan.source,
        "signal": of.told.signal,
        "word_ja": ja,
        "word_en": en,
        "reason": of.told.reason,
        "reason_ja": of.told.wording.ja,
        "reason_en": of.told.wording.en,
        "next_ja": of.told.wording.next_ja,
        "next_en": of.told.wording.next_en,
        "order_nos": list(of.told.order_nos),
        "belongs_to": list(of.told.belongs_to),
        "tracking_no": of.scan.tracking_number,
        "as_of": of.told.as_of.isoformat() if of.told.as_of is not None else None,
        "received_at": of.scan.received_at.isoformat(),
    }
