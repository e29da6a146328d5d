"""The first half of a keeper's turn: parcels become entries."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from connector.domain.decision import Label
from connector.domain.entry import Entry, EntryState
from connector.domain.memory import LineMemory
from connector.domain.parcel import Parcel, ParcelState
from connector.domain.reasons import Reason
from connector.domain.references import ReferenceKind, candidates
from connector.keeper import schedule
from connector.keeper.breathing import breathe
from connector.keeper.lines import Found, Lines
from connector.keeper.resolve import Resolution, resolve
from connector.settings import SourceSettings
from connector.store.entries import NewEntry
from connector.store.parcels import SettledParcel
from connector.store.store import Store

log = structlog.get_logger()


class ParcelDesk:
    """Finds the order lines of a shop's parcels."""

    def __init__(self, shop: str, store: Store, lines: Lines, sources: Mapping[str, SourceSettings]) -> None:
        self._shop = shop
        self._store = store
        self._lines = lines
        self._sources = sources

    async def work_off(self, now: datetime) -> tuple[bool, Found]:
        """Settles the parcels that are due: whether there were any, and what Qoo10 was asked for on the way.

        What Qoo10 could not be asked for waits as unavailable: it keeps nobody else from being entered.

        Raises:
            CredentialError: the shop must stop; the parcels stay due.
        """
        parcels = await self._store.due_parcels(self._shop, now)
        if not parcels:
            return False, Found()
        numbers = {parcel.id: self._candidates(parcel) for parcel in parcels}
        known = await self._known(numbers)
        unknown = {
            number
            for parcel in parcels
            if self._resolve(parcel, numbers[parcel.id], known).reason is Reason.ORDER_UNKNOWN
            for number in numbers[parcel.id]
        }
        found = await self._lines.look_up(sorted(unknown)) if unknown else Found()
        async with self._lines.quiet:
            if unknown:
                known = await self._known(numbers)
            entries = await self._store.entries_of_numbers(
                self._shop, sorted({parcel.key.tracking_number for parcel in parcels})
            )
            by_order_no = {memory.order_no: memory for memories in known.values() for memory in memories}
            by_tracking_no: dict[str, list[Entry]] = {}
            for entry in entries:
                by_tracking_no.setdefault(entry.tracking_no, []).append(entry)
            settled = []
            for position, parcel in enumerate(parcels):
                await breathe(position)
                resolution = _unless_unasked(self._resolve(parcel, numbers[parcel.id], known), found)
                there = by_tracking_no.get(parcel.key.tracking_number, ())
                settled.append(self._settled(parcel, numbers[parcel.id], resolution, by_order_no, there, now))
            await self._store.settle_parcels(settled)
        return True, found

    async def _known(self, numbers: Mapping[int, Sequence[str]]) -> dict[str, list[LineMemory]]:
        """For each number the lines that have it as their order number or cart number."""
        wanted = sorted({number for some in numbers.values() for number in some})
        known: dict[str, list[LineMemory]] = {}
        for memory in await self._store.known_lines(self._shop, wanted):
            for number in {memory.order_no, memory.pack_no}:
                known.setdefault(number, []).append(memory)
        return known

    def _candidates(self, parcel: Parcel) -> tuple[str, ...]:
        if assigned := parcel.assigned_order_no or parcel.assigned_pack_no:
            return (assigned,)
        source = self._sources.get(parcel.source)
        return candidates(parcel.key.order_ref, source.pattern if source else None)

    def _resolve(self, parcel: Parcel, numbers: Sequence[str], known: Mapping[str, Sequence[LineMemory]]) -> Resolution:
        source = self._sources.get(parcel.source)
        concerned = {memory.order_no: memory for number in numbers for memory in known.get(number, ())}
        kind = source.order_reference if source else ReferenceKind.AUTO
        if parcel.assigned_order_no or parcel.assigned_pack_no:
            kind = ReferenceKind.ORDER_NO if parcel.assigned_order_no else ReferenceKind.PACK_NO
        return resolve(numbers, kind, tuple(concerned.values()))

    def _settled(
        self,
        parcel: Parcel,
        numbers: tuple[str, ...],
        resolution: Resolution,
        known: Mapping[str, LineMemory],
        entries: Sequence[Entry],
        now: datetime,
    ) -> SettledParcel:
        wake = tuple(entry.id for entry in entries if _is_concerned(entry, parcel.label))
        if not parcel.key.order_ref:
            # A message that knows only the number: it tells something about parcels that others announced.
            return SettledParcel(parcel, ParcelState.RESOLVED, Reason.NUMBER_ONLY, now, wake=wake)
        if not resolution.order_nos:
            waits = resolution.reason in (Reason.ORDER_UNKNOWN, Reason.UNAVAILABLE)
            if parcel.attempts == 0:
                log.warning(
                    "parcel_unresolved",
                    shop=self._shop,
                    order_ref=parcel.key.order_ref,
                    tracking_no=parcel.key.tracking_number,
                    reason=resolution.reason,
                )
            return SettledParcel(
                parcel,
                ParcelState.UNRESOLVED,
                resolution.reason,
                now,
                due_at=self._search_again_at(parcel, resolution.reason, now) if waits else None,
                candidates=numbers if waits else (),
                wake=wake,
            )
        there = {entry.order_no for entry in entries}
        return SettledParcel(
            parcel,
            ParcelState.RESOLVED,
            Reason.OPEN,
            now,
            entries=tuple(
                NewEntry(
                    shop=self._shop,
                    order_no=order_no,
                    pack_no=known[order_no].pack_no if order_no in known else "",
                    parcel_id=parcel.id,
                    source=parcel.source,
                    tracking_no=parcel.key.tracking_number,
                    overdue_from=known[order_no].overdue_from if order_no in known else None,
                    heard_at=parcel.times.heard_printed_at or now,
                    at=now,
                )
                for order_no in resolution.order_nos
                if order_no not in there
            ),
            wake=wake,
        )

    def _search_again_at(self, parcel: Parcel, reason: Reason, now: datetime) -> datetime:
        """A first search that came too soon after a list is made up for as soon as the next list may be asked for."""
        may_list_from = self._lines.may_list_from
        if reason is Reason.UNAVAILABLE:
            return now + schedule.retry_after(parcel.attempts, random.random())  # noqa: S311 - spreads, guards nothing
        if parcel.attempts == 0 and may_list_from is not None and may_list_from > now:
            return may_list_from
        return now + schedule.search_after(parcel.attempts, random.random())  # noqa: S311 - spreads, guards nothing


def _unless_unasked(resolution: Resolution, found: Found) -> Resolution:
    """Nothing is unknown that Qoo10 could not be asked for."""
    unasked = resolution.reason is Reason.ORDER_UNKNOWN and found.failure is not None
    return Resolution(reason=Reason.UNAVAILABLE) if unasked else resolution


def _is_concerned(entry: Entry, label: Label) -> bool:
    """Whether news of its parcel can change an entry: one that stands minds a label that is void, or no longer."""
    if entry.state in (EntryState.CONFIRMED, EntryState.ACCEPTED, EntryState.CONFLICT):
        return label is Label.VOIDED or entry.reason is Reason.DEAD_NUMBER
    return entry.state is not EntryState.REFUSED
