"""``/scan``: the packing table. The page itself does the work; here is what it is given."""

from aiohttp import web

from carriers.companies import COMPANIES, CompanyService
from connector.access.routes import Routes
from connector.console.pages import Pages
from connector.domain.roles import Permission
from connector.domain.scan import page_rules
from connector.domain.scan_pairs import page_pairs
from connector.domain.scan_words import SIGNALS
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
        "carriers": [{"word": word, **_carrier(of)} for word, of in table.carriers.items()],  # the usual one first
        "lanes": list(dict.fromkeys(table.readers.values())),
        "labelsOnly": table.labels_only,
        "pairWithinMs": round(table.pair_within.total_seconds() * 1000),
        "pauseMs": round(table.pause.total_seconds() * 1000),
    }


def _carrier(of: CompanyService) -> dict[str, str]:
    company = COMPANIES[of.company_id]
    service = company.services.get(of.service_id)
    return {
        "ja": f"{company.ja} {service.ja}" if service is not None else company.ja,
        "en": f"{company.en} {of.service_id}".strip(),
    }
