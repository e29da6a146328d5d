"""``/api/v1/entries``: numbers on their way to Qoo10, their story, and what persons do about them."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.api.act_refusals import act_on
from connector.api.cursor import cursor_of, sought_of
from connector.api.entry_shapes import (
    EntryActBody,
    EntryInFullAnswer,
    EntryList,
    EntryQuestion,
    EntryRow,
    ReleaseBody,
    VoidBody,
)
from connector.api.requests import as_json, id_in, read_body, read_query, who_asks
from connector.api.versions import require_match, tagged
from connector.domain.calendar import iso_in_japan
from connector.domain.entry_acts import EntryAct, EntryActKind
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.listing.full_views import entry_in_full_view
from connector.listing.views import entries_view, entry_view
from connector.store.entry_in_full import EntryInFull
from connector.store.listing import wanted_of
from connector.store.store import Store

_WHY = '{"who": "sato", "why": "mended in QSM"}'
_RELEASE = '{"number": "444413758702", "who": "sato", "why": "as on the label", "confirm": "number_checked"}'
_VOID = '{"who": "sato", "why": "printed twice", "confirm": "label_destroyed"}'

Body = TypeVar("Body", bound=EntryActBody)


def _act(summary: str, takes: type[EntryActBody]) -> Operation:
    refusals = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)
    return Operation("entries", summary, EntryRow, HTTPStatus.CREATED, takes=takes, errors=refusals, etag=True)


class EntriesApi:
    """Lists and finds entries, shows one in full, and keeps what persons do about it."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        look, act = Permission.LOOK, Permission.ACT
        of_list = Operation("entries", "Entries, by whatever is known of them", EntryList, asks=EntryQuestion)
        in_full = Operation("entries", "One entry with its story", EntryInFullAnswer, etag=True)
        routes.get("/api/v1/entries", self._list, needs=look, operation=of_list)
        routes.get("/api/v1/entries/{id}", self._show, needs=look, operation=in_full)
        for path, handler, summary, takes in (
            ("hold", self._hold, "Hold a number back", EntryActBody),
            ("release", self._release, "Let a number go out", ReleaseBody),
            ("retry", self._retry, "Look at an entry again at once", EntryActBody),
            ("looked-at", self._looked_at, "Say that a person has looked at it", EntryActBody),
            ("void", self._void, "Mark the label void", VoidBody),
        ):
            routes.post(f"/api/v1/entries/{{id}}/{path}", handler, needs=act, operation=_act(summary, takes))

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"entries": [...], "more": false, "next": null, "searched_to": null}`: what is not done.

        `shop`, `source`, `state` and `limit` (50, at most 1000) narrow it. `state` is one of the states of entries,
        `unresolved` (labels whose order is not known; their `id` is null) or `all`. The most urgent come first; with
        `order=newest`, or with `number`, `reason` or `day`, the newest, in pages: `next` is the `cursor` of the next
        one. A page may end before it is full, with `searched_to`: go on with `next`. `gap_s` is the age of the gap in
        seconds, up to now or to the moment that Qoo10 took the number; `entered` of `lines` lines are entered.
        """
        asked, now = read_query(request, EntryQuestion), self._clock()
        by_newest = bool(asked.number or asked.reason or asked.day or asked.cursor)
        if asked.order == "urgent" and by_newest:
            hint = "Leave order out, or the others."
            raise ApiError(400, "bad_query", "number, reason, day and cursor need order=newest.", hint)
        try:
            wanted = wanted_of(asked.shop, asked.source, asked.state, asked.limit)
            sought = sought_of(asked.model_dump(), asked.day, asked.cursor, asked.limit)
        except ValueError as error:
            raise ApiError(400, "bad_query", f"{error}", "Ask for one of these.") from None
        if not by_newest and asked.order != "newest":
            found = await self._store.listed_entries(wanted, now)
            return as_json(entries_view(found, wanted.limit, now) | {"next": None, "searched_to": None})
        page = await self._store.search.page(sought)
        following = None if page.next is None else cursor_of(page.next)
        return as_json(
            {
                "entries": [entry_view(each, now) for each in page.found],
                "more": following is not None,
                "next": following,
                "searched_to": iso_in_japan(page.searched_to),
            }
        )

    async def _show(self, request: web.Request) -> web.Response:
        """200 with one entry, the entries of the same label, the acts that are possible or why not, and its story.

        The answer's `ETag` stays while nothing changes but `gap_s`.
        """
        return tagged(request, entry_in_full_view(of := await self._entry(request), self._clock()), of.version)

    async def _hold(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: its number stays back until somebody releases it.

        Only a number that was not sent yet can be held; what is being written at this moment cannot, and says so.
        """
        return await self._do(request, EntryActKind.HOLD, EntryActBody, _WHY)

    async def _release(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: a person no longer holds it, or its wrong check digit no longer does.

        From a hold the body is `{"who": "sato", "why": "the goods are here"}`; from the check digit
        `{"number": "444413758702", "who": "sato", "why": "as on the label", "confirm": "number_checked"}`.
        It decides nothing about a cancel request.
        """
        return await self._do(request, EntryActKind.RELEASE, ReleaseBody, _RELEASE)

    async def _retry(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: it is looked at, and tried again where that may be, at once.

        The body is `{"who": "sato", "why": "mended in QSM"}`. Only an entry that is `held`, `refused` or in `conflict`
        can be tried again; the others go by themselves, or are done.
        """
        return await self._do(request, EntryActKind.RETRY, EntryActBody, _WHY)

    async def _looked_at(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: the alarm that nobody has looked at it falls silent.

        It comes back when the entry stands still for another reason. A conflict is looked at by what is done there.
        """
        return await self._do(request, EntryActKind.LOOKED_AT, EntryActBody, _WHY)

    async def _void(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: its label is void, as if its source had said so.

        The body is `{"who": "sato", "why": "printed twice", "confirm": "label_destroyed"}`. A number that is not
        entered yet is dropped, of a cart for all lines; one that stands at Qoo10 becomes a conflict.
        """
        return await self._do(request, EntryActKind.VOID, VoidBody, _VOID)

    async def _do(self, request: web.Request, kind: EntryActKind, takes: type[Body], example: str) -> web.Response:
        entry = await self._entry(request)
        body = await read_body(request, takes, str(kind), example)
        seen = require_match(request, entry_in_full_view(entry, self._clock()), entry.version)
        given = body.model_dump()
        act = EntryAct(
            kind=kind,
            entry_id=entry.listed.entry_id or 0,
            who=who_asks(request, body.who),
            why=body.why.strip(),
            at=self._clock(),
            number=given.get("number", ""),
            confirmed=given.get("confirm", ""),
            seen=seen,
        )
        with act_on("entry"):
            await self._store.entry_acts.on_entry(act)
        (stands,) = await self._store.listed_by_id([act.entry_id])
        return as_json(entry_view(stands, self._clock()), HTTPStatus.CREATED)

    async def _entry(self, request: web.Request) -> EntryInFull:
        """The entry whose id stands in the address."""
        number = id_in(request)
        found = await self._store.entry_files.entry(number) if number else None
        if found is None:
            raise ApiError(404, "no_entry", "There is no entry of this id.", "GET /api/v1/entries")
        return found
