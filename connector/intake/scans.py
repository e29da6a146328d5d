"""The scanned way in: what a page reports is read, kept with its label event, and answered with what is known."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carriers.companies import CompanyService
from connector.domain.references import ReferenceKind
from connector.domain.scan import ScanRules, read_text
from connector.domain.scan_match import Fault
from connector.domain.scan_sight import KeptScan, Told, told
from connector.store.scans import NewScan
from connector.store.store import Store

IN_ONE_COMMIT = 10
"""Scans: after a lost connection a hundred come at once, and no label message shall wait for all of them."""


@dataclass(frozen=True, slots=True)
class ScanTable:
    """A configured source that is scanned. ``carriers`` are the words by which one is chosen, the usual one first.

    ``fresh_within`` is how old what is known of cancels may be for a parcel to go by it. ``labels_only`` says that no
    order is scanned. The page gives half a pair up after ``pair_within``; a ``pause`` ends a scan, where one is set.
    """

    name: str
    shop: str
    carriers: Mapping[str, CompanyService]
    kind: ReferenceKind
    fresh_within: timedelta
    pattern: re.Pattern[str] | None = None
    readers: Mapping[str, str] = field(default_factory=dict)
    labels_only: bool = False
    pair_within: timedelta = timedelta(seconds=60)
    pause: timedelta = timedelta()

    @property
    def lanes(self) -> list[str]:
        """The names of its readers, where several are on one page."""
        return list(dict.fromkeys(self.readers.values()))

    @property
    def rules(self) -> ScanRules:
        """What its texts may be."""
        return ScanRules(tuple(self.carriers.values()), self.pattern, self.readers)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a page reports: the texts of one scan, one or a pair. ``at`` is on the page's clock, aware."""

    id: str
    source: str
    station: str
    lane: str
    texts: tuple[str, ...]
    carrier: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """A scan as kept, and what the packer is told at this moment."""

    scan: KeptScan
    told: Told


class ScanDesk:
    """Takes scans of all tables. An answer is given only after the commit."""

    def __init__(self, tables: Mapping[str, ScanTable], store: Store, clock: Callable[[], datetime]) -> None:
        self.tables = tables
        self._store = store
        self._clock = clock

    async def take(self, scans: Sequence[Scan], who: str) -> list[ScanAnswer]:
        """Keeps scans and answers each; one that was kept before is answered anew.

        Raises:
            StoreUnavailable: some may have been kept; take all of them again.
        """
        at = self._clock()
        new = [self._new(each, who, at) for each in scans]
        for start in range(0, len(new), IN_ONE_COMMIT):
            await self._store.scans.record(new[start : start + IN_ONE_COMMIT])
        return await self.answers([each.id for each in scans])

    async def answers(self, ids: Sequence[str]) -> list[ScanAnswer]:
        """What is to be said now of scans that are kept, in the order of their ids; the others are left out."""
        now = self._clock()
        found = {of.scan.id: of for of in await self._store.scans.sightings(ids)}
        known = [found[each] for each in dict.fromkeys(ids) if each in found]
        return [ScanAnswer(of.scan, told(of, now, self._fresh_within(of.scan.source))) for of in known]

    def _fresh_within(self, source: str) -> timedelta:
        """Of a table that is no longer there nothing is fresh."""
        table = self.tables.get(source)
        return table.fresh_within if table is not None else timedelta()

    def _new(self, scan: Scan, who: str, at: datetime) -> NewScan:
        table = self.tables.get(scan.source)
        carrier = table.carriers.get(scan.carrier) if table is not None else None
        fault = Fault.SOURCE if table is None else Fault.CARRIER if carrier is None else Fault.NONE
        rules = table.rules if table is not None else ScanRules(())
        return NewScan(
            id=scan.id,
            shop=table.shop if table is not None else "",
            source=scan.source if table is not None else "",
            station=scan.station,
            lane=scan.lane,
            who=who,
            texts=tuple(read_text(text, rules) for text in scan.texts),
            carrier=carrier or CompanyService(""),
            kind=table.kind if table is not None else ReferenceKind.AUTO,
            at=scan.at,
            received_at=at,
            fault=fault,
        )
