"""History: every step of a parcel and an entry as a row that is only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.schema import history


@dataclass(frozen=True, slots=True)
class Step:
    """One row of history: when, what, why, on what, by whom (``keeper``, ``source NAME``, a person)."""

    at: datetime
    shop: str
    what: str
    reason: str
    who: str
    order_no: str = ""
    parcel_id: int | None = None
    entry_id: int | None = None
    detail: str = ""


# dataclasses.asdict() would copy every time and every word deeply, which costs more than writing the row.
_COLUMNS = tuple(field.name for field in fields(Step))


async def add_steps(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    """Appends to the history."""
    if steps:
        await connection.execute(insert(history), [{name: getattr(step, name) for name in _COLUMNS} for step in steps])


async def steps_of(connection: AsyncConnection, parcel_id: int, entry_ids: Sequence[int]) -> list[Step]:
    """The history of a parcel and of its entries, oldest first."""
    query = (
        select(history)
        .where(or_(history.c.parcel_id == parcel_id, history.c.entry_id.in_(entry_ids)))
        .order_by(history.c.id)
    )
    rows = (await connection.execute(query)).mappings()
    return [Step(**{name: value for name, value in row.items() if name != "id"}) for row in rows]


async def record_steps(connection: AsyncConnection, steps: Sequence[Step]) -> list[None]:
    """Appends steps that come alone, one a payload."""
    await add_steps(connection, steps)
    return [None] * len(steps)


async def entries_with_step(connection: AsyncConnection, entry_ids: Sequence[int], whats: Sequence[str]) -> set[int]:
    """Which of these entries have one of these steps in their history."""
    query = select(history.c.entry_id).where(history.c.entry_id.in_(entry_ids), history.c.what.in_(whats))
    return set((await connection.execute(query)).scalars())
