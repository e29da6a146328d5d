"""The audit's row of what a command does into the store by itself: as the daemon writes one for each request."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from connector.access.local import user_name
from connector.clock import utc_now
from connector.domain.roles import Via
from connector.store.deeds import Deed, Outcome
from connector.store.errors import StoreUnavailable
from connector.store.store import Store


@dataclass(slots=True)
class CameTo:
    """What came of a deed, as the status that the daemon would have answered."""

    status: int = HTTPStatus.OK


def who_runs_this() -> str:
    """The user of this machine that the command runs as."""
    return user_name(os.geteuid())


@asynccontextmanager
async def written_down(store: Store, action: str, subject: str, detail: str = "") -> AsyncIterator[CameTo]:
    """Writes the row before the block and its outcome after it; ``action`` is the command, never with a secret.

    An error within the block is a refusal. Of a command that is broken off the outcome stays unknown.

    Raises:
        StoreUnavailable: the row could not be kept, so nothing was done.
    """
    deed = Deed(utc_now(), who_runs_this(), Via.COMMAND, action, subject, detail)
    deed_id = await store.deeds.begin(deed)
    came_to = CameTo()
    try:
        yield came_to
    except Exception as error:
        unavailable = isinstance(error, StoreUnavailable)
        came_to.status = HTTPStatus.SERVICE_UNAVAILABLE if unavailable else HTTPStatus.CONFLICT
        await _settle(store, Outcome(deed_id, came_to.status, subject, detail))
        raise
    await _settle(store, Outcome(deed_id, came_to.status, subject, detail))


async def _settle(store: Store, outcome: Outcome) -> None:
    # The deed is done or not done: a row that stays without an outcome says so, and is no reason to fail.
    with suppress(StoreUnavailable):
        await store.deeds.settle(outcome)
