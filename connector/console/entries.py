"""``/entries`` and ``/parcels``: numbers on their way to Qoo10, found by anything, each with its story and its acts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from connector.access.gate import actor_of
from connector.access.routes import Routes
from connector.api.cursor import cursor_of, sought_of
from connector.api.requests import id_in, number_in
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain.acts import ActOutdated, ActRefused
from connector.domain.entry_acts import (
    ENTRY_ASKS,
    LABEL_DESTROYED,
    OF_ENTRIES,
    OF_LABELS,
    EntryAct,
    EntryActKind,
    LabelAct,
    confirmation,
    label_refusal,
    next_act,
    refusal,
)
from connector.domain.language import Said
from connector.domain.parcel import ParcelState
from connector.domain.reasons import WORDINGS, Reason
from connector.domain.roles import Permission
from connector.domain.spellings import LONGEST
from connector.http import ApiError
from connector.listing.full_views import looked_at
from connector.listing.moments import moments
from connector.listing.numbers import number_on_label
from connector.listing.words import SHIPPING_JA, wording
from connector.proof import words
from connector.store.entry_in_full import EntryInFull, LabelInFull
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, STATES
from connector.store.search import FoundPage, Sought
from connector.store.store import Store

PAGE = 50
_STATES = ("", "in_work", *STATES)
"""What the filter offers: everything, what is not done, each state."""
_FILTERS = ("number", "state", "shop", "source", "reason", "day")


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """An act as a page offers it: what has to be confirmed with it, and why it is not possible."""

    kind: EntryActKind
    confirm: str
    why_not: Said | None


class EntryPages:
    """The list with its filters, and one entry or label with everything around it."""

    def __init__(
        self, pages: Pages, store: Store, clock: Callable[[], datetime], shops: Sequence[str], sources: Sequence[str]
    ) -> None:
        self._pages = pages
        self._store = store
        self._clock = clock
        self._shops = sorted(shops)
        self._sources = sorted(sources)

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/entries", self._list, needs=Permission.LOOK)
        routes.get("/entries/{id}", self._show_entry, needs=Permission.LOOK)
        routes.get("/parcels/{id}", self._show_label, needs=Permission.LOOK)
        routes.post("/entries/{id}/acts", self._act_on_entry, needs=Permission.ACT)
        routes.post("/parcels/{id}/acts", self._act_on_label, needs=Permission.ACT)

    async def _list(self, request: web.Request) -> web.Response:
        """The page "入力": by `number`, `state`, `shop`, `source`, `reason` and `day`, from `cursor` on."""
        asked = {name: request.query.get(name, "").strip() for name in _FILTERS}
        cursor = request.query.get("cursor", "")
        problem = None
        try:
            sought = _sought(asked, cursor)
        except ValueError:
            problem = Said("この条件は読み取れません", "this question cannot be read")
            sought, cursor = Sought(limit=PAGE), ""
        page = await self._store.search.page(sought)
        return await self._pages.html(
            request,
            "entries.html",
            HTTPStatus.OK if problem is None else HTTPStatus.BAD_REQUEST,
            asked=asked,
            found=[(each, wording(each)) for each in page.found],
            page=page,
            older=_older(asked, page),
            newest=f"/entries?{urlencode(_given(asked))}" if cursor else "",
            states=_STATES,
            shops=self._shops,
            sources=self._sources,
            reasons=[(reason, WORDINGS[reason]) for reason in Reason],
            problem=problem,
        )

    async def _show_entry(self, request: web.Request) -> web.Response:
        """The page of one entry."""
        return await self._entry_page(request, await self._entry(request), HTTPStatus.OK, None)

    async def _show_label(self, request: web.Request) -> web.Response:
        """The page of one label; once its order is known, it leads to its entry."""
        of = await self._label(request)
        if of.entries:
            return see_other(f"/entries/{of.entries[0].entry_id}")
        return await self._label_page(request, of, HTTPStatus.OK, None)

    async def _act_on_entry(self, request: web.Request) -> web.Response:
        """303 back to the entry once the act is kept; its page with the reason where it is not."""
        of = await self._entry(request)
        form = await read_form(request)
        said = {name: form.get(name, "").strip() for name in ("act", "why", "confirm", "number", "seen")}
        kind = _kind(said["act"], OF_ENTRIES)
        act = EntryAct(
            kind=kind,
            entry_id=of.listed.entry_id or 0,
            who=actor_of(request).name,
            why=said["why"],
            at=self._clock(),
            number=said["number"],
            confirmed=said["confirm"],
            seen=number_in(said["seen"]),
        )
        try:
            await self._store.entry_acts.on_entry(act)
        except ActRefused as refused:
            of = await self._entry(request)
            why_not = _why_not(refused, refusal(kind, of.standing))
            return await self._entry_page(request, of, HTTPStatus.CONFLICT, why_not)
        return see_other(f"/entries/{act.entry_id}?kept={kind}")

    async def _act_on_label(self, request: web.Request) -> web.Response:
        """303 back to the label once the act is kept; its page with the reason where it is not."""
        of = await self._label(request)
        form = await read_form(request)
        said = {name: form.get(name, "").strip() for name in ("act", "why", "confirm", "number", "means", "seen")}
        means = "pack_no" if said["means"] == "pack_no" else "order_no"
        act = LabelAct(
            kind=_kind(said["act"], OF_LABELS),
            parcel_id=of.listed.parcel_id,
            who=actor_of(request).name,
            why=said["why"],
            at=self._clock(),
            confirmed=said["confirm"],
            seen=number_in(said["seen"]),
            **{means: said["number"]},
        )
        try:
            await self._store.entry_acts.on_label(act)
        except ActRefused as refused:
            of = await self._label(request)
            why_not = _why_not(refused, label_refusal(ParcelState(of.listed.state), of.parcel.label))
            return await self._label_page(request, of, HTTPStatus.CONFLICT, why_not)
        return see_other(f"/parcels/{act.parcel_id}?kept={act.kind}")

    async def _entry_page(
        self, request: web.Request, of: EntryInFull, status: HTTPStatus, problem: Said | None
    ) -> web.Response:
        acts = [OfferedAct(kind, confirmation(kind, of.standing), refusal(kind, of.standing)) for kind in OF_ENTRIES]
        return await self._pages.html(
            request,
            "entry.html",
            status,
            of=of,
            listed=of.listed,
            others=of.siblings,
            wording=wording(of.listed),
            acts=sorted(
                (act for act in acts if act.why_not is None), key=lambda act: act.kind != next_act(of.standing)
            ),
            impossible=[act for act in acts if act.why_not is not None],
            suggested=next_act(of.standing),
            looked_at=looked_at(of.story.steps, of.listed.entry_id),
            here=f"/entries/{of.listed.entry_id}",
            **self._around(request, of, problem),
        )

    async def _label_page(
        self, request: web.Request, of: LabelInFull, status: HTTPStatus, problem: Said | None
    ) -> web.Response:
        why_not = label_refusal(ParcelState(of.listed.state), of.parcel.label)
        acts = [OfferedAct(kind, LABEL_DESTROYED if kind is EntryActKind.VOID else "", why_not) for kind in OF_LABELS]
        possible = acts if why_not is None else []
        return await self._pages.html(
            request,
            "entry.html",
            status,
            of=of,
            listed=of.listed,
            others=of.entries,
            wording=wording(of.listed),
            acts=possible,
            impossible=[] if possible else acts,
            suggested=possible[0].kind if possible else None,
            looked_at=None,
            here=f"/parcels/{of.listed.parcel_id}",
            **self._around(request, of, problem),
        )

    def _around(self, request: web.Request, of: EntryInFull | LabelInFull, problem: Said | None) -> dict[str, object]:
        now = self._clock()
        history = list(reversed(moments(of.story, now)))
        return {
            "asks": ENTRY_ASKS,
            "on_label": number_on_label(of.listed),
            "conflicts": [each for each, _ in of.story.conflicts],
            "history": history,
            "words": words,
            "SHIPPING_JA": SHIPPING_JA,
            "done": request.query.get("kept", ""),
            "problem": problem,
        }

    async def _entry(self, request: web.Request) -> EntryInFull:
        number = id_in(request)
        found = await self._store.entry_files.entry(number) if number else None
        if found is None:
            raise ApiError(404, "no_entry", "There is no entry of this id.", "Look for its number on the page Entries.")
        return found

    async def _label(self, request: web.Request) -> LabelInFull:
        number = id_in(request)
        found = await self._store.entry_files.label(number) if number else None
        if found is None:
            raise ApiError(404, "no_label", "There is no label of this id.", "Look for its number on the page Entries.")
        return found


def _sought(asked: Mapping[str, str], cursor: str) -> Sought:
    """What the filters ask for.

    Raises:
        ValueError: one of them cannot be read.
    """
    state = {"": EVERYTHING, "in_work": IN_WORK_ONLY}.get(asked["state"], asked["state"])
    day = date.fromisoformat(asked["day"]) if asked["day"] else None
    return sought_of({**asked, "number": asked["number"][:LONGEST], "state": state}, day, cursor, PAGE)


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _older(asked: dict[str, str], page: FoundPage) -> str:
    return "" if page.next is None else f"/entries?{urlencode(_given(asked) | {'cursor': cursor_of(page.next)})}"


def _kind(word: str, among: Sequence[EntryActKind]) -> EntryActKind:
    if word not in among:
        raise ApiError(422, "unknown_act", "There is no such act.", "Go back and choose one of the list.")
    return EntryActKind(word)


def _why_not(refused: ActRefused, by_state: Said | None) -> Said:
    """Why nothing was done; the state is the best reason."""
    return refused.said if isinstance(refused, ActOutdated) else by_state or refused.said
