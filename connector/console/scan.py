"""``/scan``: the packing table. The page itself does the work; here is what it is given."""

from dataclasses import asdict

from aiohttp import web

from connector.access.routes import Routes
from connector.console.pages import Pages
from connector.domain.roles import Permission
from connector.domain.scan import page_rules
from connector.domain.scan_pairs import page_pairs
from connector.domain.scan_words import SIGNALS, carrier_words
from connector.intake.scans import ScanDesk, ScanTable


class ScanPage:
    """The page "検品スキャン"."""

    def __init__(self, pages: Pages, desk: ScanDesk) -> None:
        self._pages = pages
        self._desk = desk

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.get("/scan", self._show, needs=Permission.SCAN)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "検品スキャン": a barcode reader types, the page answers in colour, sign, word and sound."""
        tables = {name: _table(table) for name, table in self._desk.tables.items()}
        data = {
            "tables": tables,
            "pairs": page_pairs(),
            "signals": {str(name): words for name, words in SIGNALS.items()},
        }
        return await self._pages.html(request, "scan.html", tables=tables, data=data)


def _table(table: ScanTable) -> dict[str, object]:
    return {
        "rules": page_rules(table.rules),
        "carriers": [{"word": word, **asdict(carrier_words(of))} for word, of in table.carriers.items()],
        "lanes": table.lanes,
        "labelsOnly": table.labels_only,
        "pairWithinMs": round(table.pair_within.total_seconds() * 1000),
        "pauseMs": round(table.pause.total_seconds() * 1000),
    }
