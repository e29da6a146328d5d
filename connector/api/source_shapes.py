"""The shapes of sources in the API."""

from typing import Any, Literal

from pydantic import Field

from carriers.model import Way
from connector.api.shapes import Answer, At, Body, Question
from connector.sources.desk import SourceState
from connector.store.refusals import OUTCOMES

LONGEST_SECRET = 500


class DeliveryAnswer(Answer):
    """A delivery, and what became of it."""

    id: str
    source: str
    received_at: At
    outcome: str
    """`unreadable`, `failed` (what it points to could not be fetched), `accepted`, `ignored` or `file`."""
    problem: str
    """Why it could not be read or fetched; empty otherwise."""
    shape: Any
    """Names and types of the fields of what could not be read, without values; null otherwise."""
    times_seen: int
    """How often it came, or was tried to be fetched."""
    host: str
    """Where it points to, when that could not be fetched."""


class BroughtLabel(Answer):
    """A label, as its sender wrote it."""

    order_ref: str
    tracking_no: str


class NewestDeliveryAnswer(DeliveryAnswer):
    """A delivery of a source."""

    labels: int
    """How many label events it brought."""
    first_labels: list[BroughtLabel]
    """The first of them."""


class DeliveryList(Answer):
    """Deliveries, the newest first."""

    deliveries: list[DeliveryAnswer]
    more: bool
    """Whether there are more than these."""
    next: str | None
    """The `cursor` of the next page; null on the last one."""


class DeliveryQuestion(Question):
    """Which deliveries."""

    source: str = ""
    """One source; without it all of them."""
    outcome: Literal["", *OUTCOMES] = ""  # type: ignore[valid-type]  # the outcomes stand in one place
    """What became of them; without it all that came to nothing."""
    limit: int = Field(default=50, ge=1, le=1000)
    """The most deliveries."""
    cursor: str = ""
    """`next` of the page before."""


class RefusalAnswer(Answer):
    """A delivery that was refused, of which nothing was kept."""

    at: At
    status: int
    code: str
    reason: str


class SecretAnswer(Answer):
    """A secret that proves deliveries, by its mark: the secret itself is never told again."""

    id: int | None
    """Null where it stands in the settings, and can only be removed there."""
    mark: str
    """Tells it from others: the first eight digits of its SHA-256."""
    added_by: str
    added_at: At | None
    used_at: At | None
    """When it last proved a delivery, known to a few minutes; null where it never did."""
    unreadable: bool
    """It was sealed with another `store.token_key` than today's, so it proves nothing."""


class NewSecretAnswer(Answer):
    """A secret that was added. Once told, it is never told again."""

    id: int
    mark: str
    secret: str


class SecretBody(Body):
    """A secret to be valid beside the others."""

    secret: str = Field(default="", json_schema_extra={"maxLength": LONGEST_SECRET})
    """The one that the sender gave you; left out, one is made, and told in the answer."""


class PollAnswer(Answer):
    """Where a polled source stands."""

    polled_at: At | None
    succeeded_at: At | None
    next_at: At | None
    failures: int
    error: str


class SourceAnswer(Answer):
    """A configured source as it is now."""

    name: str
    shop: str
    kind: str
    title: str
    way: Way
    state: SourceState
    path: str
    """Where its webhooks go; empty for other ways in."""
    last_at: At | None
    """When it last sent something that was kept; null where it never did."""
    last_outcome: str
    silent_s: float | None
    """Seconds since then."""
    last_24_h: dict[str, int]
    """Deliveries of the last 24 hours by what became of them."""
    labels_24_h: int
    """How many label events these brought."""
    refused_in_a_row: int
    """Deliveries without proof of their sender since one had it, as far as known since the program's start."""
    refused_since: At | None
    trouble: str
    """Why nothing can be taken from it at the moment; empty while all is well."""
    poll: PollAnswer | None


class SourceList(Answer):
    """All configured sources, by name."""

    sources: list[SourceAnswer]


class SourceInFullAnswer(SourceAnswer):
    """A source with its newest deliveries and its secrets."""

    newest: list[NewestDeliveryAnswer]
    in_vain: list[DeliveryAnswer]
    """The newest that could not be read, or not be fetched."""
    refused: list[RefusalAnswer]
    """The last that were refused since the program's start."""
    secrets: list[SecretAnswer]


class TrialBody(Body):
    """A payload to try out: the body of a webhook, a page of a list, or a file."""

    payload: str = ""
    """The payload as text."""
    payload_base64: str = ""
    """Instead: its bytes in base64, for files in Shift_JIS."""
    headers: dict[str, str] | None = None
    """The headers that came with it; without them its signature is not checked."""


class TrialEvent(Answer):
    """A label event as it would be kept."""

    kind: str
    order_ref: str
    numbers: tuple[str, ...]
    """The order numbers or cart numbers that the reference may mean."""
    carrier: str
    service: str
    tracking_number: str
    occurred_at: str
    """The source's own time; empty where it does not say."""
    name: str
    """The carrier's name at Qoo10."""
    held: str
    """Why it would not go out; empty where it would."""


class TrialAnswer(Answer):
    """What would become of a payload. Nothing of it was kept."""

    fine: bool
    events: list[TrialEvent]
    ignored: dict[str, int]
    """How often each reason was met."""
    fetches: list[str]
    """Requests that would be made first."""
    signature: str
    """In words whether the sender is proven; empty where that is no question."""
    signature_is_wrong: bool
    errors: list[str]
    """What cannot be read, with its place in the payload or its row in the file."""
