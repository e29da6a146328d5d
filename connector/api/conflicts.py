"""``/api/v1/conflicts``: conflicts to read and to act on, for programs; the console and the commands use it too."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.api.act_refusals import act_on
from connector.api.conflict_shapes import ConflictAct, ConflictInFull, ConflictList, ConflictQuestion
from connector.api.requests import as_json, case_of, read_body, read_query, who_asks
from connector.domain.acts import Act, ActKind
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.metrics import Metrics
from connector.proof.dossier import dossier
from connector.proof.views import in_full, in_short, most_urgent_first
from connector.store.cases import Case
from connector.store.store import Store

_EXAMPLE = '{"act": "note", "who": "sato", "why": "called the carrier"}'


_LIST = Operation("conflicts", "Open conflicts, the most urgent first", ConflictList, asks=ConflictQuestion)
_SHOW = Operation("conflicts", "One conflict with its log", ConflictInFull, errors=(HTTPStatus.INTERNAL_SERVER_ERROR,))
_ACT = Operation(
    "conflicts",
    "Decide about a conflict",
    ConflictInFull,
    HTTPStatus.CREATED,
    takes=ConflictAct,
    errors=(HTTPStatus.INTERNAL_SERVER_ERROR,),
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
        routes.post("/api/v1/conflicts/{id}/acts", self._act, needs=Permission.ACT, operation=_ACT)

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"conflicts": [...], "clock_skew_s": {...}}`: open ones, the most urgent first.

        `?all=1` adds closed ones. Every address under `/api/v1` needs the header `Authorization: Bearer <token>`.
        """
        asked, now = read_query(request, ConflictQuestion), self._clock()
        cases = most_urgent_first(await self._store.cases(closed=asked.all == "1"), now)
        skews = {shop: self._metrics.clock_skew_s(shop) for shop in sorted({case.conflict.shop for case in cases})}
        return as_json({"conflicts": [in_short(case, now) for case in cases], "clock_skew_s": skews})

    async def _show(self, request: web.Request) -> web.Response:
        """200 with one conflict: its facts with both clocks and where they come from, verdicts, advice, acts."""
        return await self._answer(await case_of(request, self._store), HTTPStatus.OK)

    async def _act(self, request: web.Request) -> web.Response:
        """201 with the conflict as it is then, once the act is kept.

        The body is `{"act": "enter_now", "who": "sato", "why": "refused in QSM", "confirm": "refused_in_qsm"}`.
        """
        case = await case_of(request, self._store)
        wanted = await read_body(request, ConflictAct, "act", _EXAMPLE)
        try:
            kind = ActKind(wanted.act.replace("-", "_"))
        except ValueError:
            known = ", ".join(ActKind)
            raise ApiError(422, "unknown_act", "There is no such act.", f"The acts are: {known}.") from None
        act = Act(
            kind, case.conflict.id, who_asks(request, wanted.who), wanted.why.strip(), self._clock(), wanted.confirm
        )
        with act_on("conflict"):
            await self._store.act_on(act)
        return await self._answer(await case_of(request, self._store), HTTPStatus.CREATED)

    async def _answer(self, case: Case, status: HTTPStatus) -> web.Response:
        rows = await self._store.log_rows(conflict_id=case.conflict.id)
        try:
            of = dossier(case, rows, self._clock())
        except ValueError as error:
            hint = "Run qoo10-connector conflicts verify: the log was changed from outside."
            raise ApiError(500, "log_damaged", f"This conflict cannot be shown: {error}.", hint) from None
        return as_json(in_full(of), status)
