"""``/conflicts``: parcels and cancel requests on the same order line: what happened, what to do, and the proof."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.gate import actor_of
from connector.access.routes import Routes
from connector.api.dossiers import as_pdf_sheet, as_sheet, case_in_full_of, dossier_of
from connector.api.requests import case_of, number_in
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain.acts import ASKS, NEEDS, Act, ActKind, ActOutdated, ActRefused
from connector.domain.conflict_steps import fitting_acts, steps
from connector.domain.language import Said
from connector.domain.messages import LOOKED_IN_QSM, MessageOutcome
from connector.domain.reasons import Wording
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.messages.desk import MessageDesk, MessageRefused, Wanted
from connector.messages.said import in_words, technical
from connector.messages.templates import TemplateError
from connector.proof import page, words
from connector.proof.dossier import standing_advice
from connector.proof.html import svg
from connector.proof.timeline import timeline
from connector.proof.views import most_urgent_first
from connector.store.store import Store

PAGE = 50
"""Closed conflicts on one page."""
_WHICH = ("open", "closed")
_NO_TEMPLATES = Wording(
    "文面を読み込めません。",
    "The messages cannot be read.",
    "設定の messages.folder を直してください。",
    "Mend [messages] folder in the settings.",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of what was just tried on the page of a conflict.

    ``act`` and ``why`` are what its form said, so that nobody writes it twice. ``seen`` is the version of the conflict
    that the form was filled in for, where the conflict has changed since.
    """

    done: bool = False
    refused: Said | None = None
    problem: Wording | None = None
    detail: str = ""
    act: ActKind | None = None
    why: str = ""
    seen: int | None = None


class ConflictPages:
    """The list, and one conflict with everything that a person needs to settle it."""

    def __init__(self, pages: Pages, store: Store, desk: MessageDesk, clock: Callable[[], datetime]) -> None:
        self._pages = pages
        self._store = store
        self._desk = desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/conflicts", self._list, needs=Permission.LOOK)
        routes.get("/conflicts/{id}", self._show, needs=Permission.LOOK)
        routes.get("/conflicts/{id}/print", self._print, needs=Permission.LOOK)
        routes.get("/conflicts/{id}/dossier.pdf", self._pdf, needs=Permission.LOOK)
        routes.post("/conflicts/{id}/acts", self._act, needs=Permission.ACT)
        routes.post("/conflicts/{id}/messages", self._send, needs=Permission.ACT)

    async def _list(self, request: web.Request) -> web.Response:
        """The page "キャンセル要請": open conflicts, or `?which=closed`, from `before` on."""
        which = request.query.get("which", "open")
        which = which if which in _WHICH else "open"
        now = self._clock()
        if which == "open":
            found, older = most_urgent_first(await self._store.cases(), now), None
        else:
            closed = await self._store.closed_cases(number_in(request.query.get("before", "")), PAGE)
            found, older = closed.cases, closed.next
        rows = [(case, standing_advice(case, now)) for case in found]
        return await self._pages.html(request, "conflicts.html", which=which, rows=rows, older=older, words=words)

    async def _show(self, request: web.Request) -> web.Response:
        """The page of one conflict."""
        return await self._page(request, HTTPStatus.OK, Tried(done=bool(request.query.get("kept"))))

    async def _page(self, request: web.Request, status: HTTPStatus, tried: Tried) -> web.Response:
        found = await case_in_full_of(request, self._store)
        of = dossier_of(found, self._clock())
        conflict, entry = found.case.conflict, found.case.entry
        state = entry.state if entry is not None else None
        closed = conflict.closed_at is not None
        try:
            drafts = await self._desk.drafts(found.case)
        except TemplateError as error:
            drafts = []
            if tried.refused is None and tried.problem is None:
                tried = replace(tried, problem=_NO_TEMPLATES, detail=str(error))
        return await self._pages.html(
            request,
            "conflict.html",
            status,
            of=of,
            seen=found.version,
            picture=svg(timeline(of), "経過の図"),
            note=page.PICTURE_NOTE,
            steps=() if closed else steps(conflict.kind, state),
            acts=fitting_acts(conflict.kind, state, closed=closed),
            asks=ASKS,
            needs=NEEDS,
            drafts=[each for each in drafts if each.text],
            words=words,
            tried=tried,
            news=[each for each in of.facts if tried.seen is not None and each.fact.seq > tried.seen],
        )

    async def _act(self, request: web.Request) -> web.Response:
        """303 back to the conflict once the act is kept; its page with the reason where it is not."""
        case = await case_of(request, self._store)
        form = await read_form(request)
        said = {name: form.get(name, "").strip() for name in ("act", "why", "confirm", "seen")}
        if said["act"] not in set(ActKind):
            raise ApiError(422, "unknown_act", "There is no such act.", "Go back and choose one of the list.")
        act = Act(
            kind=ActKind(said["act"]),
            conflict_id=case.conflict.id,
            who=actor_of(request).name,
            why=said["why"],
            at=self._clock(),
            confirmed=said["confirm"],
            seen=number_in(said["seen"]),
        )
        try:
            await self._store.act_on(act)
        except ActRefused as refused:
            seen = act.seen if isinstance(refused, ActOutdated) else None
            tried = Tried(refused=refused.said, act=act.kind, why=act.why, seen=seen)
            return await self._page(request, HTTPStatus.CONFLICT, tried)
        return see_other(f"/conflicts/{case.conflict.id}?kept={act.kind}")

    async def _send(self, request: web.Request) -> web.Response:
        """303 back to the conflict once Qoo10 took the message; its page with what happened otherwise."""
        case = await case_of(request, self._store)
        form = await read_form(request)
        confirmed = LOOKED_IN_QSM if form.get("confirm") == LOOKED_IN_QSM else ""
        wanted = Wanted(form.get("template", ""), actor_of(request).name, form.get("why", "").strip(), confirmed)
        try:
            sent = await self._desk.send(case, wanted)
        except MessageRefused as refused:
            tried = Tried(refused=refused.said, detail=refused.detail)
            return await self._page(request, HTTPStatus.CONFLICT, tried)
        if sent.outcome is not MessageOutcome.SENT:
            tried = Tried(problem=in_words(sent), detail=technical(sent))
            return await self._page(request, HTTPStatus.BAD_GATEWAY, tried)
        return see_other(f"/conflicts/{case.conflict.id}?kept=message")

    async def _print(self, request: web.Request) -> web.Response:
        """The dossier as one sheet, for the printer and for Qoo10's support."""
        return as_sheet(dossier_of(await case_in_full_of(request, self._store), self._clock()))

    async def _pdf(self, request: web.Request) -> web.Response:
        """The dossier as PDF."""
        return await as_pdf_sheet(dossier_of(await case_in_full_of(request, self._store), self._clock()))
