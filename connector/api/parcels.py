"""``/api/v1/parcels``: labels one by one, above all those whose order is not known, and what persons do about these."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.api.act_refusals import act_on
from connector.api.entry_shapes import AssignBody, EntryActBody, EntryRow, LabelInFullAnswer, VoidBody
from connector.api.requests import as_json, id_in, read_body, who_asks
from connector.api.versions import require_match, tagged
from connector.domain.entry_acts import EntryActKind, LabelAct
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.listing.full_views import label_in_full_view
from connector.listing.views import entry_view
from connector.store.entry_in_full import LabelInFull
from connector.store.store import Store

_ASSIGN = '{"order_no": "1062428737", "who": "sato", "why": "as on the picking list"}'
_VOID = '{"who": "sato", "why": "printed twice", "confirm": "label_destroyed"}'
Body = TypeVar("Body", bound=EntryActBody)
_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)


class ParcelsApi:
    """Shows a label in full, and keeps what persons do about one whose order is not known."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        in_full = Operation("entries", "One label with its story", LabelInFullAnswer, etag=True)
        routes.get("/api/v1/parcels/{id}", self._show, needs=Permission.LOOK, operation=in_full)
        for path, handler, summary, takes in (
            ("assign", self._assign, "Say which order a label is for", AssignBody),
            ("void", self._void, "Mark a label without an order void", VoidBody),
        ):
            operation = Operation(
                "entries", summary, EntryRow, HTTPStatus.CREATED, takes=takes, errors=_REFUSALS, etag=True
            )
            routes.post(f"/api/v1/parcels/{{id}}/{path}", handler, needs=Permission.ACT, operation=operation)

    async def _show(self, request: web.Request) -> web.Response:
        """200 with one label: its entries where its order is known, the acts or why not, and its story."""
        of = await self._label(request)
        return tagged(request, label_in_full_view(of, self._clock()), of.version)

    async def _assign(self, request: web.Request) -> web.Response:
        """201 with the label as it is then: it is looked for under this order or cart from now on.

        The body is `{"order_no": "1062428737", "who": "sato", "why": "as on the picking list"}`, or with `pack_no` for
        a cart, whose lines all get the number. Only a label whose order is not known can be assigned.
        """
        return await self._do(request, EntryActKind.ASSIGN, AssignBody, _ASSIGN)

    async def _void(self, request: web.Request) -> web.Response:
        """201 with the label as it is then: it needs no order any more.

        The body is `{"who": "sato", "why": "printed twice", "confirm": "label_destroyed"}`.
        """
        return await self._do(request, EntryActKind.VOID, VoidBody, _VOID)

    async def _do(self, request: web.Request, kind: EntryActKind, takes: type[Body], example: str) -> web.Response:
        of = await self._label(request)
        body = await read_body(request, takes, str(kind), example)
        given = body.model_dump()
        act = LabelAct(
            kind=kind,
            parcel_id=of.listed.parcel_id,
            who=who_asks(request, body.who),
            why=body.why.strip(),
            at=self._clock(),
            order_no=given.get("order_no", ""),
            pack_no=given.get("pack_no", ""),
            confirmed=given.get("confirm", ""),
            seen=require_match(request, label_in_full_view(of, self._clock()), of.version),
        )
        with act_on("label"):
            await self._store.entry_acts.on_label(act)
        stands = await self._label(request)
        return as_json(entry_view(stands.listed, self._clock()), HTTPStatus.CREATED)

    async def _label(self, request: web.Request) -> LabelInFull:
        """The label whose id stands in the address."""
        number = id_in(request)
        found = await self._store.entry_files.label(number) if number else None
        if found is None:
            raise ApiError(404, "no_label", "There is no label of this id.", "GET /api/v1/entries?state=unresolved")
        return found
