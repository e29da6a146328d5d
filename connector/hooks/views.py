"""Targets and messages as JSON: the same names in the API and in the commands. Pure."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from connector.domain.hooks import HookEvent, HookState, Trouble
from connector.domain.orders import JAPAN
from connector.settings import WebhookSettings
from connector.store.hook_deliveries import HookDelivery
from connector.store.hook_targets import HookTarget


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TargetView(_View):
    """A target of outgoing webhooks. Times are Japan's, with their offset."""

    name: str
    """Its name in the settings."""
    host: str
    """Where it is: scheme, host and port. The rest of its address may be a secret, and is not shown."""
    events: list[HookEvent]
    """What it is told."""
    shops: list[str]
    """The shops that it is told of; none named means all."""
    on: bool
    """Whether messages are sent; not after it answered 410, until it takes a test."""
    off_at: datetime | None
    """When it was switched off."""
    since: datetime | None
    """From when on it is told; null until the daemon has begun with it."""
    succeeded_at: datetime | None
    """When it last took a message."""
    failed_at: datetime | None
    """When it last did not."""
    failures: int
    """Tries in a row that came to nothing."""
    due: int
    """Messages that wait to be delivered."""
    oldest_due_at: datetime | None
    """Since when the oldest of them waits."""
    given_up: int
    """Messages that were given up and can be delivered again."""
    trouble: Trouble
    """Why the last try came to nothing; empty where it did not."""
    status: int | None
    """What the target answered last; null where there was no answer."""


class DeliveryView(_View):
    """A message to one target, and what became of it. Times are Japan's, with their offset."""

    id: str
    """The header webhook-id, the same for every try."""
    event: str
    """What it tells."""
    state: HookState
    """Whether it is delivered, waits, or was given up."""
    attempts: int
    """How often it was tried."""
    made_at: datetime
    """When it was made."""
    due_at: datetime | None
    """When it is tried next; null when it is delivered or was given up."""
    tried_at: datetime | None
    """When it was tried last."""
    status: int | None
    """What the target answered last; null where there was no answer."""
    trouble: Trouble
    """Why the last try came to nothing; empty where it did not."""
    body: dict[str, Any]
    """What is sent."""


def target_view(name: str, settings: WebhookSettings, kept: HookTarget | None) -> TargetView:
    """A target of the settings with where it stands, if the daemon has ever begun with it."""
    return TargetView(
        name=name,
        host=settings.host,
        events=list(settings.events),
        shops=list(settings.shops),
        on=kept is None or kept.off_at is None,
        off_at=_time(kept.off_at) if kept else None,
        since=_time(kept.since) if kept else None,
        succeeded_at=_time(kept.succeeded_at) if kept else None,
        failed_at=_time(kept.failed_at) if kept else None,
        failures=kept.failures if kept else 0,
        due=kept.due if kept else 0,
        oldest_due_at=_time(kept.oldest_due_at) if kept else None,
        given_up=kept.given_up if kept else 0,
        trouble=kept.trouble if kept else Trouble.NONE,
        status=kept.status if kept else None,
    )


def delivery_view(of: HookDelivery) -> DeliveryView:
    """A message as it is shown."""
    return DeliveryView(
        id=of.id,
        event=of.event,
        state=of.state,
        attempts=of.attempts,
        made_at=of.made_at.astimezone(JAPAN),
        due_at=_time(of.due_at),
        tried_at=_time(of.tried_at),
        status=of.status,
        trouble=of.trouble,
        body=json.loads(of.body),
    )


def _time(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(JAPAN)
