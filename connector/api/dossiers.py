"""One conflict whole, as answers of the API and of the pages: its dossier, the sheet of it, and the same as PDF."""

import asyncio
import base64
import hashlib
import re
from datetime import datetime

from aiohttp import web

from connector.api.requests import id_in
from connector.http import ApiError
from connector.proof.dossier import Dossier, dossier
from connector.proof.html import as_html
from connector.store.cases import CaseInFull
from connector.store.store import Store

_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


async def case_in_full_of(request: web.Request, store: Store) -> CaseInFull:
    """The conflict whose number stands in the address, with its log.

    Raises:
        ApiError: there is none.
    """
    number = id_in(request)
    found = await store.case_in_full(number) if number else None
    if found is None:
        raise ApiError(404, "no_conflict", "There is no conflict of this number.", "GET /api/v1/conflicts?all=1")
    return found


def dossier_of(found: CaseInFull, now: datetime) -> Dossier:
    """The dossier of a conflict.

    Raises:
        ApiError: a row of its log cannot be read.
    """
    try:
        return dossier(found.case, found.rows, now)
    except ValueError as error:
        hint = "Run qoo10-connector conflicts verify: the log was changed from outside."
        raise ApiError(500, "log_damaged", f"This conflict cannot be shown: {error}.", hint) from None


def as_sheet(of: Dossier) -> web.Response:
    """The dossier as one sheet, for the printer and for Qoo10's support. It needs nothing else and nobody keeps it."""
    document = as_html([of])
    return web.Response(
        text=document,
        content_type="text/html",
        charset="utf-8",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": _own_style_only(document)},
    )


async def as_pdf_sheet(of: Dossier) -> web.Response:
    """The dossier as PDF, with a name to keep it under."""
    from connector.proof.pdf import as_pdf  # noqa: PLC0415 - it takes half a second to load, and few ask for it

    body = await asyncio.to_thread(as_pdf, [of])
    name = f"conflict-{of.case.conflict.id}-{of.case.conflict.order_no}.pdf"
    return web.Response(
        body=body,
        content_type="application/pdf",
        headers={"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}"'},
    )


def _own_style_only(document: str) -> str:
    """The sheet carries its style within, so that it can be kept as a file; the browser may use exactly this style."""
    hashes = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(document))
    styles = " ".join(f"'sha256-{each}'" for each in hashes)
    return f"default-src 'none'; style-src {styles}; frame-ancestors 'none'; base-uri 'none'"
