"""How deep the queues are at this moment: what monitors are told besides what was counted as it happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.hook_targets import HookTarget, hook_targets
from connector.store.now import OPEN_GAP
from connector.store.overview import state_counts
from connector.store.part import Part, Reader, Submit
from connector.store.schema import IN_WORK, UNRESOLVED, entry, fetch, parcel


@dataclass(frozen=True, slots=True)
class Depths:
    """What waits.

    ``entries`` that are not done by shop, state and reason; ``oldest_gaps`` since when each shop's oldest label waits
    for its number; ``without_order`` labels by shop and source; ``fetches`` to make; ``writes`` that wait for their
    commit; ``targets`` of outgoing webhooks.
    """

    entries: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    oldest_gaps: Mapping[str, datetime] = field(default_factory=dict)
    without_order: Mapping[tuple[str, str], int] = field(default_factory=dict)
    fetches: int = 0
    writes: int = 0
    targets: tuple[HookTarget, ...] = ()


class DepthBook(Part):
    """Reads; nothing here writes."""

    def __init__(self, submit: Submit, reader: Reader, waiting: Callable[[], int]) -> None:
        super().__init__(submit, reader)
        self._waiting = waiting

    async def now(self) -> Depths:
        """How deep every queue is."""
        async with self._reader() as connection:
            return Depths(
                entries=await state_counts(connection),
                oldest_gaps={row[0]: row[1] for row in await connection.execute(_OLDEST_GAPS)},
                without_order={(row[0], row[1]): row[2] for row in await connection.execute(_WITHOUT_ORDER)},
                fetches=await _count(connection),
                writes=self._waiting(),
                targets=tuple(await hook_targets(connection)),
            )


async def _count(connection: AsyncConnection) -> int:
    return (await connection.execute(_FETCHES)).scalar_one()


_OLDEST_GAPS = select(entry.c.shop, func.min(entry.c.heard_at)).where(text(IN_WORK), OPEN_GAP).group_by(entry.c.shop)
_WITHOUT_ORDER = (
    select(parcel.c.shop, parcel.c.source, func.count())
    .where(text(UNRESOLVED), parcel.c.voided_at.is_(None))
    .group_by(parcel.c.shop, parcel.c.source)
)
_FETCHES = select(func.count()).select_from(fetch).where(fetch.c.due_at.is_not(None))
