"""Sends messages to buyers: only where a person says so, the seller allows it, and the buyer waits for an answer.

Nothing goes out by itself, and nothing goes out again unless a person has looked whether it went out before.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from connector.domain.acts import ActRefused, check_words
from connector.domain.inquiries import Inquiry, InquiryType
from connector.domain.language import Said
from connector.domain.messages import BuyerMessage, MessageOutcome, outcome_fact
from connector.keeper.inquiries import Inquiries
from connector.messages.drafts import Draft, NoDraft, draft, drafts
from connector.messages.templates import TemplateError, Templates, load_templates
from connector.qoo10.client import QapiClient
from connector.qoo10.errors import LaterError, QapiError, UnclearError
from connector.store.cases import Case
from connector.store.errors import StoreUnavailable
from connector.store.store import Store

_TYPES = frozenset(InquiryType)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class MessageRefused(Exception):
    """Nothing was sent; ``said`` is why, and what to do, ``detail`` what was behind it; the message is in English."""

    def __init__(self, said: Said, detail: str = "") -> None:
        super().__init__(f"{said.en} ({detail})" if detail else said.en)
        self.said = said
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Postbox:
    """One shop's way to its buyers. ``may_answer`` is the seller's setting ``answer_inquiries``."""

    client: QapiClient
    inquiries: Inquiries
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to send about a conflict, who and why; ``confirmed`` as ``LOOKED_IN_QSM`` has it."""

    template: str
    who: str
    why: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message. ``inquiry`` is the one that it answers; ``detail`` says why it did not go out.

    ``logged`` is false where the outcome could not be kept. That it was being sent is in the log in any case.
    """

    outcome: MessageOutcome
    inquiry: Inquiry
    code: int | None = None
    detail: str = ""
    logged: bool = True


class MessageDesk:
    """Drafts and sends messages. Templates are read anew for each of them: a change of a file counts at once."""

    def __init__(
        self,
        store: Store,
        postboxes: Mapping[str, Postbox],
        folder: Path | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._postboxes = postboxes
        self._folder = folder
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def drafts(self, case: Case) -> list[Draft]:
        """What every template makes of this conflict.

        Raises:
            TemplateError: the seller's folder cannot be read.
        """
        rows = await self._store.log_rows(conflict_id=case.conflict.id)
        return drafts(await self._templates(), case, rows)

    async def send(self, case: Case, wanted: Wanted) -> Sent:
        """Answers the buyer's open inquiry about the conflict's line. Kept in the log before and after.

        Raises:
            MessageRefused: nothing was sent.
            StoreUnavailable: nothing was sent.
        """
        shop, order_no = case.conflict.shop, case.conflict.order_no
        postbox = self._postboxes.get(shop)
        if postbox is None or not postbox.may_answer:
            raise MessageRefused(
                Said(
                    f"ショップ {shop} では送信を使わない設定です。shops.{shop}.answer_inquiries を true にするか、"
                    "文面をコピーしてQSMで送ってください",
                    f"sending is switched off for the shop {shop}: set shops.{shop}.answer_inquiries = true, or copy "
                    "the text and send it in QSM",
                )
            )
        rows = await self._store.log_rows(conflict_id=case.conflict.id)
        try:
            check_words(wanted.who, wanted.why)  # before anybody is asked
            text = draft(await self._templates(), wanted.template, case, rows)
        except ActRefused as refused:
            raise MessageRefused(refused.said) from None
        except (NoDraft, TemplateError) as reason:
            raise MessageRefused(Said("この文面は使えません", "there is no such message here"), str(reason)) from None
        async with self._one_at_a_time:
            inquiry = await self._open_inquiry(postbox, order_no)
            message = BuyerMessage(
                conflict_id=case.conflict.id,
                template=wanted.template,
                inquiry=inquiry.key,
                text_sha256=hashlib.sha256(text.encode()).hexdigest(),
                who=wanted.who,
                why=wanted.why,
                at=self._clock(),
                confirmed=wanted.confirmed,
            )
            try:
                message = await self._store.begin_message(message)
            except ActRefused as refused:
                raise MessageRefused(refused.said) from None
            sent = await _answer(postbox.client, inquiry, text)
            return await self._settle(message, sent, shop)

    async def _templates(self) -> Templates:
        return await asyncio.to_thread(load_templates, self._folder)

    async def _open_inquiry(self, postbox: Postbox, order_no: str) -> Inquiry:
        """The inquiry to answer, as Qoo10 lists it now: what was kept may have been answered meanwhile."""
        try:
            listed = await postbox.inquiries.look()
        except QapiError as error:
            raise MessageRefused(
                Said(
                    "Qoo10のお問い合わせをいま読み取れません。しばらくして、もう一度送ってください",
                    "Qoo10's inquiries cannot be read now; try again later",
                ),
                str(error),
            ) from None
        found = _to_answer(inquiry for inquiry in listed if inquiry.order_no == order_no)
        if found is None:
            raise MessageRefused(
                Said(
                    f"注文 {order_no} について未回答のお問い合わせがありません。Qoo10では返信としてしか送れないので、"
                    "文面をコピーしてQSMで送ってください",
                    f"the buyer has no open inquiry about the order {order_no}, and Qoo10 takes messages as answers "
                    "only; copy the text and send it in QSM",
                )
            )
        return found

    async def _settle(self, message: BuyerMessage, sent: Sent, shop: str) -> Sent:
        log.info(
            "message_to_buyer",
            shop=shop,
            conflict=message.conflict_id,
            template=message.template,
            inquiry=message.inquiry,
            outcome=sent.outcome,
            code=sent.code,
        )
        fact = outcome_fact(message, sent.outcome, sent.code, self._clock())
        try:
            await self._store.settle_message(message.conflict_id, fact)
        except StoreUnavailable as error:
            log.error("message_outcome_not_kept", conflict=message.conflict_id, error=str(error))
            return replace(sent, logged=False)
        return sent


def _to_answer(of_the_line: Iterable[Inquiry]) -> Inquiry | None:
    """The newest that speaks of cancelling, else the newest; only of the kinds that Qoo10 takes answers to."""
    return max(
        (inquiry for inquiry in of_the_line if inquiry.inq_type in _TYPES),
        key=lambda inquiry: (inquiry.speaks_of_cancelling, inquiry.asked_at or _BEFORE_ALL, inquiry.seq_no),
        default=None,
    )


async def _answer(client: QapiClient, inquiry: Inquiry, text: str) -> Sent:
    """One call, never repeated."""
    try:
        await client.answer_inquiry(InquiryType(inquiry.inq_type), inquiry.question_no, inquiry.seq_no, text)
    except UnclearError as error:
        return Sent(MessageOutcome.UNCLEAR, inquiry, error.code, error.detail)
    except LaterError as error:
        return Sent(MessageOutcome.NOT_SENT, inquiry, error.code, error.detail)
    except QapiError as error:
        return Sent(MessageOutcome.REFUSED, inquiry, error.code, error.detail)
    return Sent(MessageOutcome.SENT, inquiry, code=0)
