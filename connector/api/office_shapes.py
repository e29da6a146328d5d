"""The shapes of what an office looks at: settings, the check's findings, a month, the moment."""

from datetime import date

from pydantic import Field

from carriers.model import Way
from connector.api.conflict_shapes import SavingName
from connector.api.shapes import Answer, At, Question
from connector.check.findings import Level
from connector.domain.decision import ConflictKind
from connector.domain.report_facts import Counting, Unknown
from connector.settings.shown import SettingOrigin


class SettingAnswer(Answer):
    """One setting."""

    name: str
    value: str
    """Of a secret only how many are set."""
    origin: SettingOrigin
    secret: bool
    words: str


class MissingName(Answer):
    """A carrier whose name at Qoo10 is not known."""

    setting: str
    """The line to write, with the name in place of `...`."""
    entries: int
    """Numbers that are held for it."""


class SettingsAnswer(Answer):
    """All settings that are in effect. They are changed in the file or the environment, and read at the start."""

    file: str
    """Empty where there is none."""
    settings: list[SettingAnswer]
    missing_names: list[MissingName]


class FindingAnswer(Answer):
    """One finding of the check."""

    level: Level
    about: str
    message: str
    mend: str
    """What to do about it; empty where there is nothing to do."""
    about_ja: str
    message_ja: str
    mend_ja: str


class ChecksAnswer(Answer):
    """What `qoo10-connector check` says, at most a minute old."""

    checked_at: At
    worst: Level
    findings: list[FindingAnswer]


class ReportQuestion(Question):
    """Which month."""

    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")
    """The month in Japan, as 2026-11."""
    shop: str = ""
    """One shop; without it all of them."""


class FiguresAnswer(Answer):
    """How long something took, in seconds."""

    count: int
    p50_s: float
    p95_s: float
    max_s: float


class GapsAnswer(Answer):
    """The gaps of one shop on a day in Japan, or (`day` null) in the whole month."""

    shop: str
    day: date | None
    heard_to_accepted: FiguresAnswer
    printed_to_accepted: FiguresAnswer | None


class ConflictCount(Answer):
    """Conflicts of one kind that ended in one way."""

    shop: str
    kind: ConflictKind
    outcome: str
    count: int


class CancelAnswer(Answer):
    """One cancel, and how it counts."""

    order_no: str
    ordered_at: At | None
    asked_at: At | None
    counting: Counting


class CancelRateAnswer(Answer):
    """The cancel rate of one shop, as far as it can be known."""

    shop: str
    known_orders: int
    orders_fully_known: bool
    why_not: list[Unknown]
    counting: dict[Counting, int]
    percent: float | None
    at_most_percent: float | None
    line_percent: float
    above_line: bool
    not_official: str
    cancels: list[CancelAnswer]


class LateLineAnswer(Answer):
    """A line whose ship-by date passed before its number was accepted."""

    shop: str
    order_no: str
    ship_by: date
    accepted_at: At | None


class ReportAnswer(Answer):
    """What a month was like."""

    month: str
    made_at: At
    gaps: list[GapsAnswer]
    conflicts: list[ConflictCount]
    cancel_rates: list[CancelRateAnswer]
    past_ship_by: list[LateLineAnswer]


class OpenGapsAnswer(Answer):
    """Labels whose number Qoo10 has not taken."""

    total: int
    by_age: tuple[int, int, int, int]
    """Below a minute, below ten, below an hour, older."""
    standing: int
    """Of these, how many wait for a person."""
    unresolved: int
    """Beside these: labels whose order is not known."""
    waiting_on_purpose: int
    """Beside these: numbers whose moment has not come."""
    oldest_at: At | None


class SlotAnswer(Answer):
    """A quarter of an hour."""

    in_time: int
    """Numbers that were taken within a minute of their label."""
    late: int


class TodayAnswer(Answer):
    """The day so far, in Japan."""

    day_from: At
    entered: int
    p50_s: float | None
    p95_s: float | None
    slots: tuple[SlotAnswer, ...]


class SaidAnswer(Answer):
    """A sentence in both languages."""

    ja: str
    en: str


class NeedAnswer(Answer):
    """One thing that waits for a person."""

    saving: SavingName
    until: At | None
    since: At
    shop: str
    order_no: str
    tracking_no: str
    happened: SaidAnswer
    do: SaidAnswer
    href: str
    """The console's page where it is done."""


class CallsAnswer(Answer):
    """The calls to Qoo10 in the last hour."""

    calls: int
    failed: int
    mean_s: float | None
    answered_at: At | None
    failed_at: At | None
    failure: str


class ShopNowAnswer(Answer):
    """A shop at Qoo10."""

    name: str
    stopped_for: str
    """Why it stands still; empty while it works."""
    stuck: bool
    calls: CallsAnswer
    allowed_per_s: float
    configured_per_s: float
    key_since: date | None
    key_day_known: bool
    key_ends: date | None
    claims_read_until: At | None
    clock_skew_s: float | None


class SourceNowAnswer(Answer):
    """A source's last sign of life."""

    name: str
    shop: str
    title: str
    way: Way
    last_at: At | None
    last_outcome: str
    trouble: str


class NowAnswer(Answer):
    """The moment: open gaps, the day so far, what needs a person first, how Qoo10 and the sources are."""

    at: At
    gaps: OpenGapsAnswer
    today: TodayAnswer
    needs: list[NeedAnswer]
    needs_in_all: int
    shops: list[ShopNowAnswer]
    sources: list[SourceNowAnswer]
