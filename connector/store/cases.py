"""Conflicts with what stands around them, for people: the entry of their number, and the line as last seen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.companies import default_name, find
from connector.domain.chain import LogRow
from connector.domain.entry import Entry, same_number
from connector.domain.memory import LineMemory
from connector.store.conflict_log import log_rows
from connector.store.conflicts import ConflictRow, conflict_of
from connector.store.entries import entries_of_numbers
from connector.store.orders import known_lines
from connector.store.schema import conflict, parcel

CHUNK = 500
"""Conflicts read with one question: databases bound how many values one may carry."""
MOST_ROWS = 10_000
"""Rows of one conflict's log; a conflict has some ten of them."""
_PARCELS = select(parcel.c.id, parcel.c.carrier, parcel.c.service).where(
    parcel.c.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Case:
    """A conflict, the entry of its number and the memory of its line, where these are known.

    ``label_carrier`` is who carries the parcel by what its source said.
    """

    conflict: ConflictRow
    entry: Entry | None = None
    line: LineMemory | None = None
    label_carrier: str = ""

    @property
    def pack_no(self) -> str:
        """The cart of the line, where it is known."""
        return (self.line.pack_no if self.line else "") or (self.entry.pack_no if self.entry else "")

    @property
    def carrier(self) -> str:
        """Who carries the parcel: as Qoo10 was told, as it shows beside this very number, or as the source said.

        Before a number stands there Qoo10 shows a carrier too, which is nobody's parcel.
        """
        if self.entry is not None and self.entry.shipping_corp:
            return self.entry.shipping_corp
        ours = same_number(self.conflict.tracking_no)
        if self.line is not None and ours and same_number(self.line.tracking_no) == ours:
            return self.line.delivery_company
        return self.label_carrier


@dataclass(frozen=True, slots=True)
class ClosedCases:
    """A page of closed conflicts. ``next`` is what those of the next page are before; None on the last one."""

    cases: list[Case]
    next: int | None


@dataclass(frozen=True, slots=True)
class CaseInFull:
    """A case with its conflict's log, both as they stood at one moment."""

    case: Case
    rows: tuple[LogRow, ...]

    @property
    def version(self) -> int:
        """For ``Act.seen``: the newest row of the log. Whatever changes what a person decides on adds one."""
        return self.rows[-1].seq if self.rows else 0


async def case_in_full(connection: AsyncConnection, conflict_id: int) -> CaseInFull | None:
    """The conflict of this id with its log; None where there is none."""
    found = await cases(connection, [conflict_id])
    if not found:
        return None
    return CaseInFull(found[0], tuple(await log_rows(connection, 0, MOST_ROWS, conflict_id)))


async def cases(connection: AsyncConnection, ids: Sequence[int] | None = None, *, closed: bool = False) -> list[Case]:
    """The conflicts with these ids (open or closed); without ids those that are open, or all; oldest first."""
    query = select(conflict).order_by(conflict.c.id)
    if ids is not None:
        some = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        rows = [row for part in some for row in await connection.execute(query.where(conflict.c.id.in_(part)))]
    elif closed:
        rows = list(await connection.execute(query))
    else:
        rows = list(await connection.execute(query.where(conflict.c.closed_at.is_(None))))
    return await _around(connection, [conflict_of(row) for row in rows])


async def closed_cases(connection: AsyncConnection, before: int | None, limit: int) -> ClosedCases:
    """Closed conflicts, the newest first, of those before this id."""
    query = select(conflict).where(conflict.c.closed_at.is_not(None)).order_by(conflict.c.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(conflict.c.id < before)
    found = [conflict_of(row) for row in await connection.execute(query)]
    shown = found[:limit]
    return ClosedCases(await _around(connection, shown), shown[-1].id if len(found) > limit else None)


async def _around(connection: AsyncConnection, found: Sequence[ConflictRow]) -> list[Case]:
    some = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]
    return [case for part in some for case in await _around_some(connection, part)]


async def _around_some(connection: AsyncConnection, found: Sequence[ConflictRow]) -> list[Case]:
    by_shop: defaultdict[str, list[ConflictRow]] = defaultdict(list)
    for each in found:
        by_shop[each.shop].append(each)
    entries: dict[tuple[str, str, str], Entry] = {}
    lines: dict[tuple[str, str], LineMemory] = {}
    for shop, some in by_shop.items():
        for entry in await entries_of_numbers(connection, shop, sorted({each.tracking_no for each in some})):
            entries[shop, entry.order_no, entry.tracking_no] = entry
        for line in await known_lines(connection, shop, sorted({each.order_no for each in some})):
            lines[shop, line.order_no] = line
    rows = await connection.execute(_PARCELS, {"ids": sorted({entry.parcel_id for entry in entries.values()})})
    carriers = {row.id: _in_words(row.carrier, row.service) for row in rows}
    cases = []
    for each in found:
        of = entries.get((each.shop, each.order_no, each.tracking_no))
        carrier = carriers.get(of.parcel_id, "") if of is not None else ""
        cases.append(Case(each, of, lines.get((each.shop, each.order_no)), carrier))
    return cases


def _in_words(carrier: str, service: str) -> str:
    """A carrier as people in Japan write it, where its code is known."""
    meant = find("standard", carrier, service)
    name = default_name(meant.company_id, meant.service_id) if meant is not None else None
    return name or carrier
