"""What the proofs about cancel requests share: Qoo10's waits move the clock, and what the conflict log says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.connector.keeper.conftest import Clock, Rig


@pytest.fixture
def latency(clock: Clock) -> Callable[[float], Awaitable[object]]:
    """The sandbox's latency takes its time on the test's clock: whatever is planned meanwhile happens meanwhile."""
    return clock.pause


@dataclass(frozen=True, slots=True)
class Logged:
    """A conflict about a line's cancel request: the kinds it was of, the verdicts, the requests, how it ended.

    ``outcome`` is empty while the conflict is open; ``requests`` are the times of the requests on Qoo10's clock.
    """

    kinds: tuple[str, ...]
    verdicts: tuple[str, ...]
    requests: tuple[datetime, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Journal:
    """Reads the conflict log of a rig."""

    rig: Rig

    async def of(self, order_no: str, topic: str = "cancel") -> list[Logged]:
        """The line's conflicts of this topic, oldest first."""
        rows = await self.rig.rows("conflict")
        mine = [row for row in rows if row.order_no == order_no and row.topic == topic]
        return [await self._logged(row) for row in mine]

    async def _logged(self, conflict: Any) -> Logged:
        rows = await self.rig.store.log_rows(conflict_id=conflict.id)
        facts = [(row.what, json.loads(row.body)) for row in rows]
        return Logged(
            kinds=tuple(body["detail"]["kind"] for what, body in facts if what in ("opened", "kind_changed")),
            verdicts=tuple(
                f"{body['detail']['action']} {body['detail']['reason']}" for what, body in facts if what == "verdict"
            ),
            requests=tuple(
                datetime.fromisoformat(body["happened_at"]) for what, body in facts if what == "cancel_requested"
            ),
            outcome=conflict.outcome,
        )

    async def open_ids(self, order_no: str) -> list[int]:
        """The line's conflicts that are open, of every topic."""
        return [row.id for row in await self.rig.rows("conflict") if row.order_no == order_no and not row.closed_at]


@pytest.fixture
def journal(rig: Rig) -> Journal:
    return Journal(rig)
