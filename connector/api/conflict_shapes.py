"""The shapes of conflicts in the API."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from connector.api.shapes import WHO, WHY, Answer, Body, Question, RowCursor
from connector.domain.acts import NEEDS, ActKind
from connector.domain.conflict import Clock
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState


class SavingName(StrEnum):
    """What can still be saved, the most urgent first."""

    GOODS_AND_MONEY = "goods_and_money"
    ORDER = "order"
    CLARITY = "clarity"
    NOTHING = "nothing"


class ConflictAdvice(Answer):
    """What a person does about an open conflict."""

    saving: SavingName
    """What can still be saved; lists show the most urgent first."""
    do_ja: str
    do_en: str
    otherwise_ja: str
    """What happens otherwise."""
    otherwise_en: str
    until: datetime | None
    """The deadline; null where there is none."""


class ConflictInShort(Answer):
    """A conflict in a list."""

    id: int
    shop: str
    order_no: str
    pack_no: str
    carrier: str
    """The carrier's name at Qoo10."""
    tracking_no: str
    topic: str
    """What is in conflict on the line: `cancel`, or `number` and the tracking number."""
    kind: ConflictKind
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    """How it ended; empty while it is open."""
    entry_state: EntryState | None
    advice: ConflictAdvice | None
    """Null once it is closed."""


class ConflictVerdict(Answer):
    """The last verdict, the rule behind it, and where that rule comes from."""

    at: datetime
    action_ja: str
    reason_ja: str
    why: str
    source: str
    source_ja: str


class ConflictFact(Answer):
    """One row of the conflict log."""

    seq: int
    what: str
    what_ja: str
    happened_at: datetime | None
    learned_at: datetime
    clock: Clock
    origin: str
    detail: dict[str, str]
    detail_ja: str
    prev_hash: str
    hash: str


class ConflictStep(Answer):
    """One step of what to do in QSM and at the packing table."""

    ja: str
    en: str


class FittingAct(Answer):
    """Something that a person can say to do about a conflict as it stands."""

    act: ActKind
    ja: str
    en: str
    confirm: str = Field(json_schema_extra={"enum": ["", *sorted(set(NEEDS.values()))]})
    """What has to be confirmed with it; empty where nothing has."""
    confirm_ja: str
    confirm_en: str


class ConflictInFull(ConflictInShort):
    """A conflict with its verdict, every fact of its log, and what to do."""

    verdict: ConflictVerdict | None
    clock_skew_s: float | None
    """Our clock minus Qoo10's in seconds, as measured while these facts were learned."""
    intact: bool
    """Whether its rows still carry the hashes that they were written with."""
    facts: list[ConflictFact]
    steps: list[ConflictStep]
    """What to do, in this order; empty once it is closed. The names in QSM are those of a published guide."""
    acts: list[FittingAct]
    """The obvious one first. Others are refused only where its state does not allow them."""


class ConflictList(Answer):
    """Conflicts, the most urgent first, closed ones after them."""

    conflicts: list[ConflictInShort]
    clock_skew_s: dict[str, float | None]
    """By shop: our clock minus Qoo10's in seconds; null where it was not measured yet."""
    next: str | None
    """The `cursor` of the next page of closed ones; null on the last one, and where these were not asked for."""


class ConflictQuestion(Question):
    """Which conflicts."""

    all: Literal["", "0", "1"] = ""
    """1: closed ones too."""
    limit: int = Field(default=50, ge=1, le=200)
    """How many closed ones; open ones are all there."""
    cursor: RowCursor = ""
    """`next` of the page before; there are only closed ones on the page then."""


class ConflictAct(Body):
    """What a person decides about a conflict."""

    act: str = Field(json_schema_extra={"enum": [*ActKind]})
    who: str = WHO
    why: str = WHY
    confirm: Literal["", *sorted(set(NEEDS.values()))] = ""  # type: ignore[valid-type]  # they stand in one place
    """What you say to have done; the answer to an act without it says what the act needs."""
