"""The audit: what people and programs did. A row is there before the deed, so that none is without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.part import Part
from connector.store.people_schema import audit


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does. ``action`` is the method and the pattern of the address, or a command; never a secret.

    ``status`` is that of the HTTP answer. None: it is not known, since the program ended before.
    """

    at: datetime
    who: str
    via: str
    action: str
    subject: str = ""
    detail: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed. ``subject`` and ``detail`` are what is known better now."""

    deed_id: int
    status: int
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeedRow(Deed):
    """A deed as kept."""

    id: int = 0


_NAMES = ("at", "who", "via", "action", "subject", "detail", "status")
_BEGIN = insert(audit).returning(audit.c.id)
_SETTLE = (
    update(audit)
    .where(audit.c.id == bindparam("of_deed"), audit.c.status.is_(None))
    .values(status=bindparam("new_status"), subject=bindparam("new_subject"), detail=bindparam("new_detail"))
)
_PAGE = select(audit).order_by(audit.c.id.desc()).limit(bindparam("most"))
_OLDER = _PAGE.where(audit.c.id < bindparam("before"))


async def begin_deeds(connection: AsyncConnection, deeds: Sequence[Deed]) -> list[int]:
    """Adds rows; gives their ids."""
    return [
        (await connection.execute(_BEGIN, {name: getattr(deed, name) for name in _NAMES})).scalar_one()
        for deed in deeds
    ]


async def settle_deeds(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> list[None]:
    """Says what came of deeds, once; nothing else of a row ever changes."""
    for each in outcomes:
        values = {
            "of_deed": each.deed_id,
            "new_status": each.status,
            "new_subject": each.subject,
            "new_detail": each.detail,
        }
        await connection.execute(_SETTLE, values)
    return [None] * len(outcomes)


class DeedBook(Part):
    """The audit of the store."""

    async def begin(self, deed: Deed) -> int:
        """Keeps a deed before it is done, or one that is done; gives its id."""
        deed_id: int = await self._submit(begin_deeds, deed)
        return deed_id

    async def settle(self, outcome: Outcome) -> None:
        """Keeps what came of a deed."""
        await self._submit(settle_deeds, outcome)

    async def page(self, limit: int, before: int | None = None) -> list[DeedRow]:
        """The newest deeds, or the newest before a row's id."""
        query, values = (_PAGE, {}) if before is None else (_OLDER, {"before": before})
        async with self._reader() as connection:
            rows = await connection.execute(query, {"most": limit, **values})
            return [DeedRow(id=row.id, **{name: getattr(row, name) for name in _NAMES}) for row in rows]
