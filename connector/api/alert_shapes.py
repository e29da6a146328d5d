"""The shapes of alerts in the API."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from connector.alerts.post import Outcome
from connector.api.shapes import WHO, Answer, Body, Question, RowCursor
from connector.domain.alarm_facts import AlarmKind
from connector.domain.alert_facts import Occasion
from connector.store.alerts import MessageState


class AlertInShort(Answer):
    """Something that people are told about, until nothing is left to tell."""

    id: int
    kind: AlarmKind
    shop: str
    order_no: str
    about: str
    """What it is about where it is no order: a source, a task, a target; `*` stands for the rest of very many."""
    conflict: int | None
    saves: Literal["goods_and_money", "order", "clarity", "nothing"]
    """What can still be saved by acting."""
    since: datetime
    until: datetime | None
    happened_ja: str
    happened_en: str
    do_ja: str
    do_en: str
    first_at: datetime
    """When it was first seen."""
    gone_at: datetime | None
    """Since when it is no more; null while it stands."""
    acknowledged_at: datetime | None
    acknowledged_by: str
    told: list[str]
    """The targets that were told."""


class AlertMessage(Answer):
    """One message to one target; its text is not in the answer, its title is."""

    id: int
    target: str
    occasion: Occasion
    kind: str
    shop: str
    alerts: int
    """How many orders or parts it is about."""
    title: str
    state: MessageState
    attempts: int
    error: str
    """A word for why the last attempt failed: failed, timeout, hanging, unusable; empty where none did."""
    at: datetime
    due_at: datetime | None
    """When it is sent again; null where it is not."""
    settled_at: datetime | None


class AlertList(Answer):
    """What stands, who was told, and what did not arrive."""

    alerts: list[AlertInShort]
    targets: list[str]
    """The names of the configured targets."""
    messages: list[AlertMessage]
    """The newest messages."""
    next: str | None
    """The `cursor` of the next page of messages; null on the last one."""
    undelivered: list[AlertMessage]
    """Messages that still wait, or were given up after a day."""


class AlertQuestion(Question):
    """Which of the messages."""

    limit: int = Field(default=50, ge=1, le=200)
    """How many."""
    cursor: RowCursor = ""
    """`next` of the page before."""


class AlertAcknowledgement(Body):
    """Who takes care of it."""

    who: str = WHO


class AlertTrial(Body):
    """Which target to try out."""

    target: str = ""
    """Its name; empty for all of them."""


class AlertTrialOutcome(Answer):
    """What became of the test at each target."""

    outcomes: dict[str, Outcome]
