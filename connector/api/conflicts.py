"""``/api/v1/conflicts``: conflicts to read and to act on, for programs; the console and the commands use it too."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.api.act_refusals import act_on
from connector.api.conflict_shapes import ConflictAct, ConflictInFull, ConflictList, ConflictQuestion
from connector.api.dossiers import as_pdf_sheet, as_sheet, case_in_full_of, dossier_of
from connector.api.requests import as_json, number_in, read_body, read_query, who_asks
from connector.api.versions import require_match, tagged
from connector.domain.acts import Act, ActKind
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.metrics import Metrics
from connector.proof.dossier import Dossier
from connector.proof.views import in_full, in_short, most_urgent_first, what_to_do
from connector.store.store import Store

_EXAMPLE = '{"act": "note", "who": "sato", "why": "called the carrier"}'


_LIST = Operation("conflicts", "Open conflicts, the most urgent first", ConflictList, asks=ConflictQuestion)
_DAMAGED = (HTTPStatus.INTERNAL_SERVER_ERROR,)
_SHOW = Operation("conflicts", "One conflict with its log", ConflictInFull, errors=_DAMAGED, etag=True)
_SHEET = Operation("conflicts", "The dossier of a conflict as a page", errors=_DAMAGED, media="text/html")
_PDF = Operation("conflicts", "The dossier of a conflict as PDF", errors=_DAMAGED, media="application/pdf")
_ACT = Operation(
    "conflicts",
    "Decide about a conflict",
    ConflictInFull,
    HTTPStatus.CREATED,
    takes=ConflictAct,
    errors=_DAMAGED,
    etag=True,
)


class ConflictsApi:
    """Reads conflicts from the store, and keeps what persons do about them."""

    def __init__(self, store: Store, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/api/v1/conflicts", self._list, needs=Permission.LOOK, operation=_LIST)
        routes.get("/api/v1/conflicts/{id}", self._show, needs=Permission.LOOK, operation=_SHOW)
        routes.get("/api/v1/conflicts/{id}/dossier.html", self._sheet, needs=Permission.LOOK, operation=_SHEET)
        routes.get("/api/v1/conflicts/{id}/dossier.pdf", self._pdf, needs=Permission.LOOK, operation=_PDF)
        routes.post("/api/v1/conflicts/{id}/acts", self._act, needs=Permission.ACT, operation=_ACT)

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"conflicts": [...], "clock_skew_s": {...}, "next": null}`: open ones, the most urgent first.

        `?all=1` goes on with closed ones, the newest first: `limit` (50, at most 200) of them, and more with `next` as
        `cursor`. Every address under `/api/v1` needs the header `Authorization: Bearer <token>`.
        """
        asked, now = read_query(request, ConflictQuestion), self._clock()
        cases = [] if asked.cursor else most_urgent_first(await self._store.cases(), now)
        following = None
        if asked.all == "1" or asked.cursor:
            closed = await self._store.closed_cases(number_in(asked.cursor), asked.limit)
            following = None if closed.next is None else str(closed.next)
            known = {case.conflict.id for case in cases}  # one that was closed between the two looks is open here
            cases += [case for case in closed.cases if case.conflict.id not in known]
        skews = {shop: self._metrics.clock_skew_s(shop) for shop in sorted({case.conflict.shop for case in cases})}
        shown = [in_short(case, now) for case in cases]
        return as_json({"conflicts": shown, "clock_skew_s": skews, "next": following})

    async def _show(self, request: web.Request) -> web.Response:
        """200 with one conflict: its facts with both clocks and where they come from, its verdict, what to do.

        `advice` says what to do in a sentence, `steps` in QSM one by one; `acts` are those that fit, the obvious one
        first, each with what it has to be confirmed with.
        """
        found = await case_in_full_of(request, self._store)
        return tagged(request, _in_full(dossier_of(found, self._clock())), found.version)

    async def _sheet(self, request: web.Request) -> web.Response:
        """200 with one sheet in Japanese, for the printer and for Qoo10's support: HTML that needs nothing else."""
        return as_sheet(dossier_of(await case_in_full_of(request, self._store), self._clock()))

    async def _pdf(self, request: web.Request) -> web.Response:
        """200 with the same sheet as PDF, which has its fonts within."""
        return await as_pdf_sheet(dossier_of(await case_in_full_of(request, self._store), self._clock()))

    async def _act(self, request: web.Request) -> web.Response:
        """201 with the conflict as it is then, once the act is kept.

        The body is `{"act": "enter_now", "who": "sato", "why": "refused in QSM", "confirm": "refused_in_qsm"}`. With
        `If-Match` nothing is done to a conflict that says something else than the answer of that `ETag`.
        """
        found = await case_in_full_of(request, self._store)
        wanted = await read_body(request, ConflictAct, "act", _EXAMPLE)
        try:
            kind = ActKind(wanted.act.replace("-", "_"))
        except ValueError:
            known = ", ".join(ActKind)
            raise ApiError(422, "unknown_act", "There is no such act.", f"The acts are: {known}.") from None
        now = self._clock()
        act = Act(
            kind=kind,
            conflict_id=found.case.conflict.id,
            who=who_asks(request, wanted.who),
            why=wanted.why.strip(),
            at=now,
            confirmed=wanted.confirm,
            seen=require_match(request, _in_full(dossier_of(found, now)), found.version),
        )
        with act_on("conflict"):
            await self._store.act_on(act)
        stands = await case_in_full_of(request, self._store)
        return as_json(_in_full(dossier_of(stands, self._clock())), HTTPStatus.CREATED)


def _in_full(of: Dossier) -> dict[str, Any]:
    return in_full(of) | what_to_do(of)
