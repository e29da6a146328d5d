"""Scans: kept once, with the label event that comes of them, and looked at again as often as a page asks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carriers.companies import CompanyService
from carriers.scan.adapter import label_event
from connector.domain.entry import Entry, EntryState
from connector.domain.memory import LineMemory
from connector.domain.parcel import Parcel, ParcelKey, times_of
from connector.domain.reasons import Reason
from connector.domain.references import ReferenceKind, candidates
from connector.domain.scan import Text
from connector.domain.scan_match import Admitted, Asked, Fault, KnownLabel, Meant, admit, meant
from connector.domain.scan_sight import KeptScan, Sighting
from connector.store.conflicts import lines_in_conflict
from connector.store.deliveries import NewDelivery, NewLabel, record_deliveries
from connector.store.dialect import insert
from connector.store.entries import entries_of_numbers, entry_of
from connector.store.orders import known_lines
from connector.store.parcels import NUMBER_LIVES, parcels_by_id
from connector.store.part import Part, Reader, Submit
from connector.store.scan_schema import scan
from connector.store.schema import entry, parcel
from connector.store.shops import shop_by_name


@dataclass(frozen=True, slots=True)
class NewScan:
    """A scan on its way into the store. ``carrier`` is what was chosen at the table, ``kind`` what its orders are.

    ``fault`` is what is wrong with it before anything is looked up.
    """

    id: str
    shop: str
    source: str
    station: str
    lane: str
    who: str
    texts: tuple[Text, ...]
    carrier: CompanyService
    kind: ReferenceKind
    at: datetime
    received_at: datetime
    fault: Fault = Fault.NONE


class ScanBook(Part):
    """Scans and what is known of their parcels. ``wake`` is the store's: a scan may tell of a new parcel."""

    def __init__(self, submit: Submit, reader: Reader, wake: Callable[[str], asyncio.Event]) -> None:
        super().__init__(submit, reader)
        self._wake = wake

    async def record(self, new: Sequence[NewScan]) -> None:
        """Keeps scans, each with its label event; those that were kept before are left as they are.

        Raises:
            StoreUnavailable: nothing was kept.
        """
        await self._submit(record_scans, new)
        for shop in {each.shop for each in new}:
            self._wake(shop).set()

    async def sightings(self, ids: Sequence[str]) -> list[Sighting]:
        """What is known at this moment about these scans; what is not kept is left out."""
        async with self._reader() as connection:
            kept = [kept_of(row) for row in await connection.execute(_BY_ID, {"ids": list(ids)})]
            found: list[Sighting] = []
            for shop in sorted({each.shop for each in kept}):
                found += await _sightings(connection, shop, [each for each in kept if each.shop == shop])
            return found


async def record_scans(connection: AsyncConnection, payloads: Sequence[Sequence[NewScan]]) -> list[None]:
    """Keeps scans one after the other: each must know of the label that the one before it has told of."""
    wanted = {new.id: new for payload in payloads for new in payload}
    kept_before = {row.id for row in await connection.execute(_BY_ID, {"ids": list(wanted)})}
    for new in wanted.values():
        if new.id not in kept_before:
            await _record(connection, new)
    return [None] * len(payloads)


async def _record(connection: AsyncConnection, new: NewScan) -> None:
    orders = sorted({number for text in new.texts for number in text.orders})
    numbers = sorted({text.number for text in new.texts if text.number})
    known = await _look(connection, new.shop, orders, numbers)
    known_orders = {number for line in known.lines for number in (line.order_no, line.pack_no)} & set(orders)
    known_numbers = {each.of.key.tracking_number for each in known.parcels}
    of = Meant(fault=new.fault) if new.fault is not Fault.NONE else meant(new.texts, known_orders, known_numbers)
    order, label = of.order, of.label
    admitted = Admitted(fault=of.fault)
    if label is not None:
        asked = _asked(order.orders if order is not None else (), known.lines, new.kind)
        admitted = admit(of, _labels(*known.of_number(label.number, new.received_at)), asked, new.carrier)
    told = label is not None and admitted.order_ref is not None
    await connection.execute(
        insert(scan),
        {
            "id": new.id,
            "shop": new.shop,
            "source": new.source,
            "station": new.station,
            "lane": new.lane,
            "who": new.who,
            "order_ref": order.text if order is not None else "",
            "order_no": order.orders[0] if order is not None else "",
            "tracking_number": label.number if label is not None else "",
            "fault": admitted.fault,
            "told": told,
            "at": new.at,
            "received_at": new.received_at,
        },
    )
    if label is not None and admitted.order_ref is not None:
        await record_deliveries(connection, [_delivery(new, admitted.order_ref, label.number)])


def _delivery(new: NewScan, order_ref: str, number: str) -> NewDelivery:
    event = label_event(new.id, order_ref, number, new.carrier, min(new.at, new.received_at))
    label = NewLabel(event, ParcelKey(new.shop, order_ref, number), times_of(event, new.received_at))
    return NewDelivery(new.source, new.shop, new.id, new.received_at, (label,))


@dataclass(frozen=True, slots=True)
class _Parcel:
    of: Parcel
    reason: Reason
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has of some order, cart and tracking numbers of one shop; of parcels those with a reference."""

    lines: Sequence[LineMemory]
    parcels: Sequence[_Parcel]
    entries: Sequence[Entry]

    def of_number(self, number: str, at: datetime) -> tuple[list[_Parcel], list[Entry]]:
        """What is of this number, and not of another season: carriers use their numbers again."""
        return (
            [
                each
                for each in self.parcels
                if each.of.key.tracking_number == number and abs(each.created_at - at) < NUMBER_LIVES
            ],
            [each for each in self.entries if each.tracking_no == number and abs(each.created_at - at) < NUMBER_LIVES],
        )


async def _look(connection: AsyncConnection, shop: str, orders: Sequence[str], numbers: Sequence[str]) -> _Known:
    lines = await known_lines(connection, shop, orders) if orders else []
    if not numbers:
        return _Known(lines, (), ())
    rows = (await connection.execute(_PARCELS, {"shop": shop, "numbers": list(numbers)})).all()
    if not rows:
        return _Known(lines, (), ())  # whoever has an entry has a parcel
    by_id = await parcels_by_id(connection, [row.id for row in rows])
    parcels = [_Parcel(by_id[row.id], Reason(row.reason), row.created_at) for row in rows]
    return _Known(lines, parcels, await entries_of_numbers(connection, shop, numbers))


async def _sightings(connection: AsyncConnection, shop: str, scans: Sequence[KeptScan]) -> list[Sighting]:
    """For all scans together: a page asks about a hundred at a time, again and again."""
    orders = sorted({each.order_no for each in scans if each.order_no})
    numbers = sorted({each.tracking_number for each in scans if each.tracking_number})
    known = await _look(connection, shop, orders, numbers)
    lines = {line.order_no: line for line in known.lines}
    others = sorted({each.order_no for each in known.entries} - lines.keys())
    lines |= {line.order_no: line for line in await known_lines(connection, shop, others)} if others else {}
    order_nos = sorted({each.order_no for each in known.entries} | lines.keys())
    in_conflict = await lines_in_conflict(connection, shop, order_nos) if order_nos else set()
    asked = {"shop": shop, "order_nos": order_nos}
    of_lines = [entry_of(row) for row in await connection.execute(_ENTRIES_OF_LINES, asked)] if order_nos else []
    alive = [(each.order_no, each.tracking_no) for each in of_lines if each.state is not EntryState.DROPPED]
    row = await shop_by_name(connection, shop)
    found = []
    for each in scans:
        parcels, entries = known.of_number(each.tracking_number, each.received_at)
        order = _asked([each.order_no] if each.order_no else [], known.lines, ReferenceKind.AUTO)
        concerned = {entry.order_no for entry in entries} | order.lines
        found.append(
            Sighting(
                scan=each,
                asked=order,
                labels=tuple(_labels(parcels, entries)),
                parcels=tuple(parcel.of for parcel in parcels),
                reasons=tuple(parcel.reason for parcel in parcels),
                entries=tuple(entries),
                lines=tuple(lines[order_no] for order_no in sorted(concerned & lines.keys())),
                in_conflict=frozenset(in_conflict & concerned),
                other_numbers=any(no in concerned and number != each.tracking_number for no, number in alive),
                claims_read_until=row.claims_read_until if row is not None else None,
                shop_stopped=row is not None and bool(row.stopped_for),
            )
        )
    return found


def _labels(parcels: Sequence[_Parcel], entries: Sequence[Entry]) -> list[KnownLabel]:
    """A parcel without entries of its own shares those that another parcel of its number has."""
    labels = []
    for each in parcels:
        own = [of for of in entries if of.parcel_id == each.of.id] or list(entries)
        carts = frozenset(of.pack_no for of in own if of.pack_no)
        reference = each.of.key.order_ref
        labels.append(
            KnownLabel(
                order_ref=reference,
                source=each.of.source,
                references=frozenset({reference, *candidates(reference, None)}),
                lines=frozenset(of.order_no for of in own),
                carts=carts if all(of.pack_no for of in own) else None,
            )
        )
    return labels


def _asked(numbers: Sequence[str], lines: Sequence[LineMemory], kind: ReferenceKind) -> Asked:
    """An order number means its line, a cart number all lines of the cart."""
    meant_lines = set()
    for line in lines:
        if kind is not ReferenceKind.PACK_NO and line.order_no in numbers:
            meant_lines.add(line.order_no)
        if kind is not ReferenceKind.ORDER_NO and line.pack_no in numbers:
            meant_lines.add(line.order_no)
    return Asked(frozenset(numbers), frozenset(meant_lines))


def kept_of(row: Row[Any]) -> KeptScan:
    """A row as a word."""
    return KeptScan(
        id=row.id,
        shop=row.shop,
        source=row.source,
        station=row.station,
        lane=row.lane,
        who=row.who,
        order_ref=row.order_ref,
        order_no=row.order_no,
        tracking_number=row.tracking_number,
        fault=Fault(row.fault),
        told=row.told,
        at=row.at,
        received_at=row.received_at,
    )


# Built once, see deliveries.py.
_BY_ID: Select[Any] = select(scan).where(scan.c.id.in_(bindparam("ids", expanding=True)))
_PARCELS: Select[Any] = (
    select(parcel.c.id, parcel.c.reason, parcel.c.created_at)
    .where(
        parcel.c.shop == bindparam("shop"),
        parcel.c.tracking_number.in_(bindparam("numbers", expanding=True)),
        parcel.c.order_ref != "",
    )
    .order_by(parcel.c.id.desc())
)
_ENTRIES_OF_LINES: Select[Any] = select(entry).where(
    entry.c.shop == bindparam("shop"), entry.c.order_no.in_(bindparam("order_nos", expanding=True))
)
