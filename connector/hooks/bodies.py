"""The bodies of outgoing webhooks, as their receivers may rely on them. Nothing in them is about the buyer's person.

Times are Japan's, with their offset. Texts are for people, in both languages; programs look at the other fields.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from connector.domain.alarm_facts import AlarmKind
from connector.domain.decision import Action, ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _About(_Shape):
    """The order line and the parcel that a message is about."""

    shop: str
    """The shop's name in the settings."""
    order_no: str
    """注文番号."""
    pack_no: str
    """カート番号; empty where it is not known."""
    tracking_no: str
    """送り状番号 of the parcel."""
    carrier: str
    """The delivery company's name at Qoo10; empty where it is not known."""
    console_url: str
    """The page about it in the console; empty where the console's address is not configured."""


class EntryData(_About):
    """An entry: one tracking number for one order line."""

    entry: int
    """The entry's number here."""
    state: EntryState
    """Where the entry stands."""
    reason: Reason
    """Why it stands there."""
    reason_ja: str
    """The reason in words."""
    reason_en: str
    """The reason in words."""
    do_ja: str
    """What comes next, or what a person can do."""
    do_en: str
    """What comes next, or what a person can do."""
    heard_at: datetime
    """When the label was first heard of."""
    accepted_at: datetime | None
    """When Qoo10 took the number; null while it has not."""


class HookAdvice(_Shape):
    """What a person does about a conflict, and what happens otherwise."""

    saving: Literal["goods_and_money", "order", "clarity", "nothing"]
    """What can still be saved."""
    do_ja: str
    """What to do now."""
    do_en: str
    """What to do now."""
    otherwise_ja: str
    """What happens otherwise."""
    otherwise_en: str
    """What happens otherwise."""


class ConflictData(_About):
    """A conflict: a parcel and a cancel request, or another number, on the same order line."""

    conflict: int
    """The conflict's number here."""
    kind: ConflictKind
    """What contradicts what."""
    stop_parcel: bool
    """Whether the parcel must not leave, or has to be called back: what a conveyor or a packing table looks at."""
    verdict: Action | None
    """What this program does about the number; null before the first look."""
    verdict_reason: Reason | None
    """The reason of the verdict."""
    advice: HookAdvice | None
    """What a person does about it; null once it is closed."""
    deadline: datetime | None
    """Until when that has to be done; null where no moment is known."""
    outcome: str
    """How it ended; empty while it is open."""
    opened_at: datetime
    """Since when it has been open."""


class GapData(_About):
    """An entry whose number is not at Qoo10 although it should be."""

    entry: int
    """The entry's number here."""
    why: Literal[AlarmKind.NOT_ENTERED, AlarmKind.SHIP_BY_PAST]
    """Which limit is past: that of the settings, or the line's ship-by date."""
    since: datetime
    """Since when the number should be there, or the ship-by date is past."""
    state: EntryState
    """Where the entry stands."""
    reason: Reason
    """Why it stands there."""
    happened_ja: str
    """What happened."""
    happened_en: str
    """What happened."""
    do_ja: str
    """What to do."""
    do_en: str
    """What to do."""
    heard_at: datetime
    """When the label was first heard of: the gap begins there."""


class WebhookTestData(_Shape):
    """A test, about no parcel."""

    target: str
    """The target's name in the settings."""


class _Message(_Shape):
    timestamp: datetime
    """When it happened; the header webhook-timestamp says when it was sent."""


class EntryEntered(_Message):
    """Qoo10 shows the number of a label. Once for an entry."""

    type: Literal["entry.entered"] = "entry.entered"
    data: EntryData


class EntryHeld(_Message):
    """A number is held, or was refused by Qoo10: a person has to look."""

    type: Literal["entry.held"] = "entry.held"
    data: EntryData


class ConflictOpened(_Message):
    """A parcel and a cancel request, or two numbers, contradict each other."""

    type: Literal["conflict.opened"] = "conflict.opened"
    data: ConflictData


class ConflictChanged(_Message):
    """The kind of a conflict, or the verdict on it, is another one now."""

    type: Literal["conflict.changed"] = "conflict.changed"
    data: ConflictData


class ConflictClosed(_Message):
    """A conflict is over."""

    type: Literal["conflict.closed"] = "conflict.closed"
    data: ConflictData


class GapTooLong(_Message):
    """The number of a label is not at Qoo10 although it should be. Once for an entry."""

    type: Literal["gap.too_long"] = "gap.too_long"
    data: GapData


class WebhookTest(_Message):
    """Somebody tries whether messages arrive."""

    type: Literal["webhook.test"] = "webhook.test"
    data: WebhookTestData


Message = EntryEntered | EntryHeld | ConflictOpened | ConflictChanged | ConflictClosed | GapTooLong | WebhookTest

MESSAGES: tuple[type[Message], ...] = (
    EntryEntered,
    EntryHeld,
    ConflictOpened,
    ConflictChanged,
    ConflictClosed,
    GapTooLong,
    WebhookTest,
)
"""Every body that is sent, for documents and tests."""
