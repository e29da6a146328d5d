"""``/api/v1/entries``: what waits, one by one, and letting a number out or having it tried again."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from connector.access.routes import Routes
from connector.api.requests import as_json, read_body
from connector.domain.acts import ActRefused
from connector.domain.releases import Release, Retry, checked_release, checked_retry
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.listing.views import entries_view, entry_view
from connector.store.listing import Listed, wanted_of
from connector.store.store import Store

_QUESTIONS = {"shop", "source", "state", "limit"}
_BIGGEST_ID = 2**63 - 1
_RELEASE = '{"number": "444413758702", "who": "sato", "why": "as on the label", "confirm": "number_checked"}'
_RETRY = '{"who": "sato", "why": "mended in QSM"}'


class _WantedRetry(BaseModel):
    """The body of a retry."""

    model_config = ConfigDict(extra="forbid", strict=True)

    who: str
    why: str


class _WantedRelease(_WantedRetry):
    """The body of a release."""

    number: str
    confirm: str = ""


class EntriesApi:
    """Lists entries, and keeps what persons do about those that stand still."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/api/v1/entries", self._list, needs=Permission.LOOK)
        routes.post("/api/v1/entries/{id}/release", self._release, needs=Permission.ACT)
        routes.post("/api/v1/entries/{id}/retry", self._retry, needs=Permission.ACT)

    async def _list(self, request: web.Request) -> web.Response:
        """200 with `{"entries": [...], "more": false}`: what is not done, the most urgent first.

        `shop`, `source`, `state` and `limit` (50, at most 1000) narrow it. `state` is one of the states of entries,
        `unresolved` (labels whose order is not known; their `id` is null) or `all`. `gap_s` is the age of the gap in
        seconds, up to now or to the moment that Qoo10 took the number; `entered` of `lines` lines of the parcel are
        entered.
        """
        asked, now = request.query, self._clock()
        limit = asked.get("limit", "50")
        if set(asked) - _QUESTIONS or not (limit.isascii() and limit.isdigit()):
            message = "The questions are shop, source, state, and limit, which is a number."
            raise ApiError(400, "bad_query", message, "Leave the other parameters out.")
        try:
            wanted = wanted_of(asked.get("shop", ""), asked.get("source", ""), asked.get("state", ""), int(limit[:9]))
        except ValueError as error:
            raise ApiError(400, "bad_query", f"{error}", "Ask for one of these.") from None
        return as_json(entries_view(await self._store.listed_entries(wanted, now), wanted.limit, now))

    async def _release(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: its number goes out although its check digit is wrong.

        The body is `{"number": "444413758702", "who": "sato", "why": "as on the label", "confirm": "number_checked"}`.
        Only an entry that is held as `check_digit` can be released. It decides nothing about a cancel request.
        """
        entry = await self._entry(request)
        body = await read_body(request, _WantedRelease, "release", _RELEASE)
        release = Release(
            entry.entry_id or 0, body.number, body.who.strip(), body.why.strip(), self._clock(), body.confirm
        )
        try:
            checked_release(release)
        except ActRefused as refused:
            hint = "Send number, who, why and confirm."
            raise ApiError(422, "act_incomplete", f"Nothing was done: {refused}.", hint) from None
        try:
            await self._store.release(release)
        except ActRefused as refused:
            raise _refused(refused) from None
        return await self._answer(entry)

    async def _retry(self, request: web.Request) -> web.Response:
        """201 with the entry as it is then: it is looked at, and tried again where that may be, at once.

        The body is `{"who": "sato", "why": "mended in QSM"}`. Only an entry that is `held`, `refused` or in `conflict`
        can be tried again; the others go by themselves, or are done.
        """
        entry = await self._entry(request)
        body = await read_body(request, _WantedRetry, "retry", _RETRY)
        retry = Retry(entry.entry_id or 0, body.who.strip(), body.why.strip(), self._clock())
        try:
            checked_retry(retry)
        except ActRefused as refused:
            hint = "Send who and why."
            raise ApiError(422, "act_incomplete", f"Nothing was done: {refused}.", hint) from None
        try:
            await self._store.retry(retry)
        except ActRefused as refused:
            raise _refused(refused) from None
        return await self._answer(entry)

    async def _entry(self, request: web.Request) -> Listed:
        """The entry whose id stands in the address."""
        text = request.match_info["id"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_BIGGEST_ID)) else 0
        found = await self._store.listed_by_id([number]) if number else []
        if not found:
            raise ApiError(404, "no_entry", "There is no entry of this id.", "GET /api/v1/entries")
        return found[0]

    async def _answer(self, entry: Listed) -> web.Response:
        (now_stands,) = await self._store.listed_by_id([entry.entry_id or 0])
        return as_json(entry_view(now_stands, self._clock()), HTTPStatus.CREATED)


def _refused(refused: ActRefused) -> ApiError:
    hint = "Read the entry again; its state does not allow this."
    return ApiError(409, "act_refused", f"Nothing was done: {refused}.", hint)
