"""Messages for the buyer: which of them fit a conflict, and what became of one that was sent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from connector.domain.acts import ActIncomplete, ActRefused, check_words
from connector.domain.conflict import Clock, Fact, What
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.language import Said
from connector.domain.memory import LineMemory

APOLOGY = "crossing-apology"
RETURN_GUIDE = "return-guide"

MESSAGE_ACT = "message"
"""The act's name in the log, beside those of ``ActKind``; it is asked for and done in another way."""
LOOKED_IN_QSM = "looked_in_qsm"
"""What a person confirms before a message goes out that may have gone out before."""

_SAYS_DISPATCHED = frozenset({ConflictKind.IN_THE_GAP, ConflictKind.REQUESTED_AFTER_ENTRY})
FITS: Mapping[str, frozenset[ConflictKind]] = {APOLOGY: _SAYS_DISPATCHED, RETURN_GUIDE: _SAYS_DISPATCHED}
"""The conflicts in which the built-in messages say what is so. A message of the seller's own fits every conflict."""

_NOT_ON_ITS_WAY = frozenset({EntryState.DROPPED, EntryState.CONFLICT})


class MessageOutcome(StrEnum):
    """What became of a message."""

    SENT = "sent"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class BuyerMessage:
    """A message that a person sends as the answer to a buyer's inquiry.

    ``inquiry`` is the inquiry's key; ``text_sha256`` tells which words went out without repeating them.
    """

    conflict_id: int
    template: str
    inquiry: str
    text_sha256: str
    who: str
    why: str
    at: datetime
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message as the log tells of it; ``outcome`` is empty where the log does not say what became of it."""

    template: str
    inquiry: str
    outcome: str


def misfit(template: str, kind: ConflictKind, entry: Entry | None, line: LineMemory | None) -> str:
    """Why a built-in message would tell the buyer what is not so; empty where it would not."""
    fitting = FITS.get(template)
    if fitting is None:
        return ""
    if kind not in fitting:
        return f"it says that the parcel was dispatched before the request, and this conflict is {kind}"
    if line is not None and line.under_way_at is not None and line.ended_at is None:
        return "it says that the order cannot be cancelled, and the order is being cancelled or is cancelled"
    if entry is None or entry.state in _NOT_ON_ITS_WAY:
        return "it says that the parcel is on its way, and its label was voided, or the parcel stopped or in doubt"
    return ""


def checked_message(message: BuyerMessage, earlier: Sequence[Attempt]) -> BuyerMessage:
    """The message, when it may go out after these earlier attempts on the order line.

    Raises:
        ActIncomplete: it lacks something.
        ActRefused: it may have gone out before and nobody has looked.
    """
    check_words(message.who, message.why)
    if message.confirmed not in ("", LOOKED_IN_QSM):
        raise ActIncomplete(
            Said(
                f"送信の確認に使えるのは {LOOKED_IN_QSM} だけです",
                f"the only confirmation of a message is {LOOKED_IN_QSM}",
            )
        )
    before = [attempt for attempt in earlier if attempt.inquiry == message.inquiry]
    unclear = any(attempt.outcome in ("", MessageOutcome.UNCLEAR) for attempt in before)
    sent = any(attempt.outcome == MessageOutcome.SENT and attempt.template == message.template for attempt in before)
    if (unclear or sent) and message.confirmed != LOOKED_IN_QSM:
        happened = "may have been answered before (the answer was lost)" if unclear else "was answered with this before"
        raise ActRefused(
            Said(
                "このお問い合わせには返信済みの可能性があります。QSMで届いていないことを確かめ、確認の印を付けて送ってください",
                f"this inquiry {happened}; look into QSM, and if it is not there confirm with {LOOKED_IN_QSM}",
            )
        )
    return replace(message, who=message.who.strip(), why=message.why.strip())


def sending_fact(message: BuyerMessage) -> Fact:
    """A person sends a message: kept before it goes out, so that the log knows of it whatever happens next."""
    detail = {
        "act": MESSAGE_ACT,
        "why": message.why,
        "confirmed": message.confirmed,
        "template": message.template,
        "inquiry": message.inquiry,
        "text_sha256": message.text_sha256,
    }
    at = message.at
    return Fact(What.PERSON, f"{MESSAGE_ACT} {at.isoformat()}", at, at, Clock.OURS, f"person {message.who}", detail)


def outcome_fact(message: BuyerMessage, outcome: MessageOutcome, code: int | None, at: datetime) -> Fact:
    """What Qoo10 made of it. ``code`` is its number, None where there was none."""
    detail = {"outcome": str(outcome), "template": message.template, "inquiry": message.inquiry}
    if code is not None:
        detail["code"] = str(code)
    # The key is the sending's, so that the two rows find each other.
    return Fact(What.MESSAGE, sending_fact(message).key, at, at, Clock.OURS, "SetInquiryMessage", detail)
