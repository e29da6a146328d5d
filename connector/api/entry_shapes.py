"""The shapes of entries and labels in the API."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from connector.api.shapes import WHO, WHY, Answer, Body, Day, Question
from connector.domain.entry import EntryState
from connector.domain.entry_acts import EntryActKind
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason
from connector.domain.spellings import LONGEST
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, MOST, STATES


class EntryRow(Answer):
    """An entry, one tracking number for one order line; or a label whose order is not known."""

    id: int | None
    """Null for a label whose order is not known: that has only a `parcel_id`."""
    parcel_id: int
    shop: str
    source: str
    order_no: str
    order_ref: str
    """The order reference as the seller's tool printed it."""
    pack_no: str
    """The cart, where it is known."""
    lines: int
    """How many order lines the label is for."""
    entered: int
    """How many of these Qoo10 has taken."""
    carrier: str
    service: str
    shipping_corp: str
    """The carrier's name at Qoo10."""
    tracking_no: str
    state: EntryState | ParcelState
    state_ja: str
    reason: Reason
    reason_ja: str
    reason_en: str
    next_ja: str
    """What comes next, or what a person can do."""
    next_en: str
    detail: str
    person: Literal["", "number_checked", "hold", "enter", "leave"]
    """What a person has decided about it."""
    overdue: bool
    overdue_from: datetime | None
    heard_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    """When it is looked at next by itself."""
    gap_s: float
    """How long the gap lasts, or lasted until Qoo10 took the number. It alone changes without a new `ETag`."""


class EntryList(Answer):
    """A page of entries."""

    entries: list[EntryRow]
    more: bool
    next: str | None
    """The `cursor` of the next page. Null at the end, and where `order` is `urgent`."""
    searched_to: datetime | None
    """How far back was looked when the page was ended although it is not full; `next` goes on from there."""


class EntryQuestion(Question):
    """Which entries."""

    number: str = Field(default="", max_length=LONGEST)
    """An order number, cart number, tracking number or order reference, in any spelling."""
    shop: str = ""
    source: str = ""
    state: str = Field(default=IN_WORK_ONLY, json_schema_extra={"enum": [IN_WORK_ONLY, *STATES, EVERYTHING]})
    """Empty: all that is not done."""
    reason: Reason | Literal[""] = ""
    day: Day | None = None
    """A day in Japan: what was heard of on it."""
    order: Literal["", "urgent", "newest"] = ""
    """`urgent` is one list, the most urgent first; `newest` comes in pages. Without it `newest` where `number`,
    `reason`, `day` or `cursor` is asked for, else `urgent`."""
    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str = ""
    """`next` of the page before."""


class StoryLine(Answer):
    """An order line as Qoo10 last showed it."""

    order_no: str
    pack_no: str
    status: int | None
    """Qoo10's number: 1 入金待ち, 2 配送要請, 3 配送準備, 4 配送中, 5 配送完了."""
    ship_by_at: datetime | None
    tracking_no: str
    delivery_company: str
    cancel_status: str | None
    cancel_ended_at: datetime | None


class StoryMoment(Answer):
    """Something that happened."""

    at: datetime
    """When we learned of it, on our clock."""
    happened_at: datetime | None
    clock: str
    """Whose clock `happened_at` is on: `ours`, `qoo10` or `source`."""
    what: str
    what_ja: str
    detail: str
    detail_ja: str
    from_: str = Field(alias="from")
    """The delivery, call, rule or person behind it."""


class EntryStory(Answer):
    """All that is kept about an order line."""

    shop: str
    lines: list[StoryLine]
    entries: list[EntryRow]
    conflicts: list[int]
    history: list[StoryMoment]


class PossibleAct(Answer):
    """Something that a person can do, or why not."""

    act: EntryActKind
    ja: str
    en: str
    possible: bool
    why_not_ja: str
    why_not_en: str
    confirm: Literal["", "number_checked", "label_destroyed"]
    """What has to be confirmed with it."""
    confirm_ja: str
    confirm_en: str


class LookedAt(Answer):
    """Who has seen that it stands still, and when."""

    at: datetime
    who: str


class EntryInFullAnswer(Answer):
    """An entry with everything around it."""

    entry: EntryRow
    printed: str
    """The tracking number as the label shows it, such as `4444-1375-8703`."""
    page: str | None
    """Its company's public page about the parcel; null where there is none."""
    siblings: list[EntryRow]
    """All entries of its label, itself included."""
    acts: list[PossibleAct]
    next_act: EntryActKind | None
    """The one obvious next step; null where it goes by itself, is done, or is decided on in its conflict."""
    looked_at: LookedAt | None
    story: EntryStory


class LabelInFullAnswer(Answer):
    """A label with everything around it."""

    label: EntryRow
    printed: str
    """The tracking number as the label shows it, such as `4444-1375-8703`."""
    page: str | None
    """Its company's public page about the parcel; null where there is none."""
    void: bool
    assigned_order_no: str
    """What a person said it is for."""
    assigned_pack_no: str
    entries: list[EntryRow]
    """Empty while its order is not known."""
    acts: list[PossibleAct]
    story: EntryStory


class EntryActBody(Body):
    """What a person decides."""

    who: str = WHO
    why: str = WHY


class ReleaseBody(EntryActBody):
    """A release: from a hold by a person with `why` alone, from the check digit with all."""

    number: str = Field(default="", max_length=LONGEST)
    """The tracking number as it stands on the label, for a release from the check digit."""
    confirm: Literal["", "number_checked"] = ""


class VoidBody(EntryActBody):
    """A label that is not used."""

    confirm: Literal["", "label_destroyed"] = ""


class AssignBody(EntryActBody):
    """The order or the cart of a label, one of the two."""

    order_no: str = Field(default="", max_length=LONGEST)
    pack_no: str = Field(default="", max_length=LONGEST)
