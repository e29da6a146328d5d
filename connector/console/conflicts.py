"""``/conflicts``: parcels and cancel requests on the same order line: what happened, what to do, and the proof."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from connector.access.gate import actor_of
from connector.access.routes import Routes
from connector.api.requests import case_of, number_in
from connector.console.forms import read_form
from connector.console.pages import Pages
from connector.domain.acts import ASKS, NEEDS, Act, ActKind, ActRefused
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
from connector.proof.dossier import Dossier, dossier, standing_advice
from connector.proof.html import as_html, svg
from connector.proof.timeline import timeline
from connector.proof.views import most_urgent_first
from connector.store.cases import Case
from connector.store.store import Store

PAGE = 50
"""Closed conflicts on one page."""
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)
_WHICH = ("open", "closed")
_NO_TEMPLATES = Wording(
    "文面を読み込めません。",
    "The messages cannot be read.",
    "設定の messages.folder を直してください。",
    "Mend [messages] folder in the settings.",
)


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
        case = await case_of(request, self._store)
        return await self._page(request, case, HTTPStatus.OK, "kept" if request.query.get("kept") else "")

    async def _page(
        self,
        request: web.Request,
        case: Case,
        status: HTTPStatus,
        done: str = "",
        refused: Said | None = None,
        problem: Wording | None = None,
        detail: str = "",
    ) -> web.Response:
        of = await self._dossier(case)
        state = case.entry.state if case.entry is not None else None
        closed = case.conflict.closed_at is not None
        try:
            drafts = await self._desk.drafts(case)
        except TemplateError as error:
            drafts = []
            if refused is None and problem is None:
                problem, detail = _NO_TEMPLATES, str(error)
        return await self._pages.html(
            request,
            "conflict.html",
            status,
            of=of,
            picture=svg(timeline(of), "経過の図"),
            note=page.PICTURE_NOTE,
            steps=() if closed else steps(case.conflict.kind, state),
            acts=fitting_acts(case.conflict.kind, state, closed=closed),
            asks=ASKS,
            needs=NEEDS,
            drafts=[each for each in drafts if each.text],
            words=words,
            done=done,
            refused=refused,
            problem=problem,
            detail=detail,
        )

    async def _act(self, request: web.Request) -> web.Response:
        """303 back to the conflict once the act is kept; its page with the reason where it is not."""
        case = await case_of(request, self._store)
        form = await read_form(request)
        said = {name: form.get(name, "").strip() for name in ("act", "why", "confirm")}
        if said["act"] not in set(ActKind):
            raise ApiError(422, "unknown_act", "There is no such act.", "Go back and choose one of the list.")
        act = Act(
            ActKind(said["act"]),
            case.conflict.id,
            actor_of(request).name,
            said["why"],
            self._clock(),
            said["confirm"],
        )
        try:
            await self._store.act_on(act)
        except ActRefused as refused:
            return await self._page(request, case, HTTPStatus.CONFLICT, refused=refused.said)
        return web.Response(
            status=HTTPStatus.SEE_OTHER, headers={"Location": f"/conflicts/{case.conflict.id}?kept={act.kind}"}
        )

    async def _send(self, request: web.Request) -> web.Response:
        """303 back to the conflict once Qoo10 took the message; its page with what happened otherwise."""
        case = await case_of(request, self._store)
        form = await read_form(request)
        confirmed = LOOKED_IN_QSM if form.get("confirm") == LOOKED_IN_QSM else ""
        wanted = Wanted(form.get("template", ""), actor_of(request).name, form.get("why", "").strip(), confirmed)
        try:
            sent = await self._desk.send(case, wanted)
        except MessageRefused as refused:
            return await self._page(request, case, HTTPStatus.CONFLICT, refused=refused.said, detail=refused.detail)
        if sent.outcome is not MessageOutcome.SENT:
            return await self._page(
                request, case, HTTPStatus.BAD_GATEWAY, problem=in_words(sent), detail=technical(sent)
            )
        return web.Response(
            status=HTTPStatus.SEE_OTHER, headers={"Location": f"/conflicts/{case.conflict.id}?kept=message"}
        )

    async def _print(self, request: web.Request) -> web.Response:
        """The dossier as one sheet, for the printer and for Qoo10's support."""
        document = as_html([await self._dossier(await case_of(request, self._store))])
        return web.Response(
            text=document,
            content_type="text/html",
            charset="utf-8",
            headers={"Cache-Control": "no-store", "Content-Security-Policy": _own_style_only(document)},
        )

    async def _pdf(self, request: web.Request) -> web.Response:
        """The dossier as PDF."""
        from connector.proof.pdf import as_pdf  # noqa: PLC0415 - it takes half a second to load, and few ask for it

        of = await self._dossier(await case_of(request, self._store))
        body = await asyncio.to_thread(as_pdf, [of])
        name = f"conflict-{of.case.conflict.id}-{of.case.conflict.order_no}.pdf"
        return web.Response(
            body=body,
            content_type="application/pdf",
            headers={"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}"'},
        )

    async def _dossier(self, case: Case) -> Dossier:
        rows = await self._store.log_rows(conflict_id=case.conflict.id)
        try:
            return dossier(case, rows, self._clock())
        except ValueError as error:
            hint = "Run qoo10-connector conflicts verify: the log was changed from outside."
            raise ApiError(500, "log_damaged", f"This conflict cannot be shown: {error}.", hint) from None


def _own_style_only(document: str) -> str:
    """The sheet carries its style within, so that it can be kept as a file; the browser may use exactly this style."""
    hashes = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(document))
    styles = " ".join(f"'sha256-{each}'" for each in hashes)
    return f"default-src 'none'; style-src {styles}; frame-ancestors 'none'; base-uri 'none'"
