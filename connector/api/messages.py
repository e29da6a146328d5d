"""``/api/v1/conflicts/{id}/messages``: what a buyer would be told, and sending it as the answer to an inquiry."""

from http import HTTPStatus
from typing import Literal

from aiohttp import web

from connector.access.routes import Operation, Routes
from connector.api.requests import as_json, case_of, read_body, who_asks
from connector.api.shapes import WHO, WHY, Answer, Body
from connector.domain.messages import LOOKED_IN_QSM, MessageOutcome
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.messages.desk import MessageDesk, MessageRefused, Wanted
from connector.messages.said import in_english
from connector.messages.templates import TemplateError
from connector.store.store import Store

_EXAMPLE = '{"template": "crossing-apology", "who": "sato", "why": "refused in QSM"}'
STATUS = {MessageOutcome.REFUSED: 409, MessageOutcome.NOT_SENT: 503, MessageOutcome.UNCLEAR: 502}
"""What is answered where a message did not go out, or nobody knows."""


class MessageDraft(Answer):
    """What a template would say about a conflict."""

    template: str
    text: str
    """Empty where the template gives no message for this conflict."""
    problem: str
    """Why it gives none."""


class MessageDrafts(Answer):
    """What each template would say."""

    messages: list[MessageDraft]


class MessageToSend(Body):
    """A message for the buyer, as the answer to the open inquiry."""

    template: str
    who: str = WHO
    why: str = WHY
    confirm: Literal["", LOOKED_IN_QSM] = ""  # type: ignore[valid-type]  # the word stands in one place


class MessageSent(Answer):
    """What became of a message."""

    outcome: MessageOutcome
    inquiry: str
    """The inquiry that it answers."""
    code: int | None
    """Qoo10's code."""
    logged: bool
    """False where the outcome could not be kept; that it was being sent is in the log in any case."""


_DRAFTS = Operation("messages", "What a buyer would be told", MessageDrafts, errors=(HTTPStatus.INTERNAL_SERVER_ERROR,))
_SEND = Operation(
    "messages",
    "Answer the buyer's inquiry",
    MessageSent,
    HTTPStatus.CREATED,
    takes=MessageToSend,
    errors=(HTTPStatus.BAD_GATEWAY,),
)


class MessagesApi:
    """Drafts messages about conflicts, and sends one when a person says so."""

    def __init__(self, store: Store, desk: MessageDesk) -> None:
        self._store = store
        self._desk = desk

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/api/v1/conflicts/{id}/messages", self._drafts, needs=Permission.LOOK, operation=_DRAFTS)
        routes.post("/api/v1/conflicts/{id}/messages", self._send, needs=Permission.ACT, operation=_SEND)

    async def _drafts(self, request: web.Request) -> web.Response:
        """200 with `{"messages": [{"template": ..., "text": ..., "problem": ...}]}`: what each template would say.

        Where a template gives no message for this conflict, `text` is empty and `problem` says why.
        """
        try:
            found = await self._desk.drafts(await case_of(request, self._store))
        except TemplateError as error:
            hint = "Mend [messages] folder in the settings."
            raise ApiError(500, "templates_unreadable", f"There are no messages: {error}.", hint) from None
        shown = [{"template": each.template, "text": each.text, "problem": each.problem} for each in found]
        return as_json({"messages": shown})

    async def _send(self, request: web.Request) -> web.Response:
        """201 once Qoo10 took the message as the answer to the buyer's open inquiry about this order.

        The body is `{"template": "crossing-apology", "who": "sato", "why": "refused in QSM"}`. 502 means that it may
        have been sent, and 503 that it was not. Sending anew after a 502 needs `"confirm": "looked_in_qsm"`.
        """
        case = await case_of(request, self._store)
        body = await read_body(request, MessageToSend, "message", _EXAMPLE)
        try:
            sent = await self._desk.send(
                case, Wanted(body.template, who_asks(request, body.who), body.why, body.confirm)
            )
        except MessageRefused as refused:
            hint = "GET the same address for the texts, which can be copied into QSM."
            raise ApiError(409, "message_refused", f"Nothing was sent: {refused}.", hint) from None
        if sent.outcome in STATUS:
            said, hint = in_english(sent)
            raise ApiError(STATUS[sent.outcome], f"message_{sent.outcome}", said, hint)
        told = {"outcome": str(sent.outcome), "inquiry": sent.inquiry.key, "code": sent.code, "logged": sent.logged}
        return as_json(told, HTTPStatus.CREATED)
