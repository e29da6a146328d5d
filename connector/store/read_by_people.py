"""The store as people read it: entries, conflicts and their log, alarms, months."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from connector.domain.alarm_facts import AlarmMaterial
from connector.domain.chain import LogRow
from connector.domain.inquiries import KeptInquiry
from connector.domain.report_facts import Month, MonthMaterial
from connector.store import (
    alarms,
    cases,
    conflict_log,
    conflicts,
    history,
    inquiries,
    listing,
    overview,
    report,
)
from connector.store.cases import Case, CaseInFull, ClosedCases
from connector.store.conflicts import ConflictRow
from connector.store.errors import StoreUnavailable
from connector.store.history import Step
from connector.store.listing import Listed, Wanted
from connector.store.overview import EntryRow


class ReadByPeople:
    """What commands, pages and monitors read; nothing here writes."""

    def __init__(self, reading: AsyncEngine) -> None:
        self._reading = reading

    async def entry_rows(self, limit: int) -> list[EntryRow]:
        """The newest entries with their parcels, for people."""
        async with self._reader() as connection:
            return await overview.entry_rows(connection, limit)

    async def listed_entries(self, wanted: Wanted, now: datetime) -> list[Listed]:
        """Entries and labels without an order, the most urgent first; one more than the limit where there are more."""
        async with self._reader() as connection:
            return await listing.listed(connection, wanted, now)

    async def listed_by_id(self, entry_ids: Sequence[int]) -> list[Listed]:
        """These entries as they are listed."""
        async with self._reader() as connection:
            return await listing.listed_by_id(connection, entry_ids)

    async def open_inquiries(self) -> list[KeptInquiry]:
        """The buyers' inquiries about lines in work that Qoo10 listed as open when it was last asked."""
        async with self._reader() as connection:
            return await inquiries.open_inquiries(connection)

    async def conflict(self, conflict_id: int) -> ConflictRow | None:
        """A conflict, or None."""
        async with self._reader() as connection:
            return await conflicts.conflict_by_id(connection, conflict_id)

    async def log_rows(self, after: int = 0, limit: int = 10_000, conflict_id: int | None = None) -> list[LogRow]:
        """Rows of the conflict log after a ``seq``: of one conflict, or of all."""
        async with self._reader() as connection:
            return await conflict_log.log_rows(connection, after, limit, conflict_id)

    async def log_end(self) -> tuple[int, str] | None:
        """``seq`` and hash of the newest row of the conflict log, None while it is empty."""
        async with self._reader() as connection:
            return await conflict_log.log_end(connection)

    async def log_hash(self, seq: int) -> str | None:
        """The hash of one row of the conflict log, None where there is no such row."""
        async with self._reader() as connection:
            return await conflict_log.log_hash(connection, seq)

    async def cases(self, ids: Sequence[int] | None = None) -> list[Case]:
        """Conflicts with what stands around them: these, or all that are open."""
        async with self._reader() as connection:
            return await cases.cases(connection, ids)

    async def closed_cases(self, before: int | None, limit: int) -> ClosedCases:
        """Closed conflicts with what stands around them, the newest first, of those before this id."""
        async with self._reader() as connection:
            return await cases.closed_cases(connection, before, limit)

    async def case_in_full(self, conflict_id: int) -> CaseInFull | None:
        """A conflict with what stands around it and its log, as they stood at one moment; None where there is none."""
        async with self._reader() as connection:
            return await cases.case_in_full(connection, conflict_id)

    async def count_open_conflicts(self) -> int:
        """How many conflicts are open."""
        async with self._reader() as connection:
            return await overview.count_open_conflicts(connection)

    async def conflict_rows(self, limit: int) -> list[ConflictRow]:
        """The newest conflicts, open and closed, for people."""
        async with self._reader() as connection:
            return await conflicts.conflict_rows(connection, limit)

    async def alarm_material(self, now: datetime) -> AlarmMaterial:
        """Everything that may be an alarm at this moment."""
        async with self._reader() as connection:
            return await alarms.alarm_material(connection, now)

    async def month_material(self, month: Month, shop_names: Sequence[str]) -> MonthMaterial:
        """Everything that is known of a month of these shops."""
        async with self._reader() as connection:
            return await report.month_material(connection, month, shop_names)

    async def steps_of(self, parcel_id: int, entry_ids: Sequence[int]) -> list[Step]:
        """The history of a parcel and of its entries."""
        async with self._reader() as connection:
            return await history.steps_of(connection, parcel_id, entry_ids)

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._reading.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreUnavailable(str(error.orig)) from error
