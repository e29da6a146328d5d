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
            found = [kept_of(row) for row in await connection.execute(_BY_ID, {"ids": list(ids)})]
            return [await _sighting(connection, each) for each in found]


async def record_scans(connection: AsyncConnection, payloads: Sequence[Sequence[NewScan]]) -> list[None]:
    """Keeps scans one after the other: each must know of the label that the one before it has told of."""
    for new in (each for payload in payloads for each in payload):
        known = (await connection.execute(_BY_ID, {"ids": [new.id]})).first()
        if known is None:
            await _record(connection, new)
    return [None] * len(payloads)


async def _record(connection: AsyncConnection, new: NewScan) -> None:
    orders = sorted({number for text in new.texts for number in text.orders})
    numbers = sorted({text.number for text in new.texts if text.number})
    lines = await known_lines(connection, new.shop, orders) if orders else []
    parcels = await _parcels(connection, new.shop, numbers, new.received_at)
    known_orders = {number for line in lines for number in (line.order_no, line.pack_no)} & set(orders)
    known_numbers = {each.key.tracking_number for each in parcels}
    of = Meant(fault=new.fault) if new.fault is not Fault.NONE else meant(new.texts, known_orders, known_numbers)
    order, label = of.order, of.label
    admitted = Admitted(fault=of.fault)
    if label is not None:
        of_label = [each for each in parcels if each.key.tracking_number == label.number]
        entries = await _entries(connection, new.shop, label.number, new.received_at)
        known = _labels(of_label, entries)
        asked = _asked(order.orders if order is not None else (), lines, new.kind)
        admitted = admit(of, known, asked, new.carrier)
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


async def _sighting(connection: AsyncConnection, of: KeptScan) -> Sighting:
    asked_numbers = [of.order_no] if of.order_no else []
    asked_lines = await known_lines(connection, of.shop, asked_numbers) if asked_numbers else []
    asked = _asked(asked_numbers, asked_lines, ReferenceKind.AUTO)
    number = of.tracking_number
    parcels = await _parcels(connection, of.shop, [number], of.received_at) if number else []
    entries = await _entries(connection, of.shop, number, of.received_at) if number else []
    of_both = sorted({each.order_no for each in entries} | asked.lines)
    lines = await known_lines(connection, of.shop, of_both) if of_both else []
    concerned = [line for line in lines if line.order_no in of_both]
    shop = await shop_by_name(connection, of.shop)
    return Sighting(
        scan=of,
        asked=asked,
        labels=tuple(_labels(parcels, entries)),
        parcels=tuple(parcels),
        reasons=tuple(await _reasons(connection, [each.id for each in parcels])),
        entries=tuple(entries),
        lines=tuple(concerned),
        in_conflict=frozenset(await lines_in_conflict(connection, of.shop, of_both)) if of_both else frozenset(),
        other_numbers=bool(number and of_both) and await _has_other_numbers(connection, of.shop, of_both, number),
        claims_read_until=shop.claims_read_until if shop is not None else None,
        shop_stopped=shop is not None and bool(shop.stopped_for),
    )


async def _parcels(connection: AsyncConnection, shop: str, numbers: Sequence[str], at: datetime) -> list[Parcel]:
    """Parcels of these numbers that have a reference, newest first; those of another season are other parcels."""
    if not numbers:
        return []
    found = (await connection.execute(_PARCELS, {"shop": shop, "numbers": list(numbers)})).all()
    ids = [row.id for row in found if abs(row.created_at - at) < NUMBER_LIVES]
    by_id = await parcels_by_id(connection, ids) if ids else {}
    return [by_id[each] for each in ids]


async def _entries(connection: AsyncConnection, shop: str, number: str, at: datetime) -> list[Entry]:
    found = await entries_of_numbers(connection, shop, [number])
    return [each for each in found if abs(each.created_at - at) < NUMBER_LIVES]


async def _reasons(connection: AsyncConnection, ids: Sequence[int]) -> list[Reason]:
    return [Reason(row.reason) for row in await connection.execute(_REASONS, {"ids": list(ids)})] if ids else []


async def _has_other_numbers(connection: AsyncConnection, shop: str, order_nos: Sequence[str], number: str) -> bool:
    """Whether one of the lines has an entry with another number whose label is alive."""
    asked = {"shop": shop, "order_nos": list(order_nos), "number": number}
    others = [entry_of(row) for row in await connection.execute(_OTHER_ENTRIES, asked)]
    return any(each.state is not EntryState.DROPPED for each in others)


def _labels(parcels: Sequence[Parcel], entries: Sequence[Entry]) -> list[KnownLabel]:
    """A parcel without entries of its own shares those that another parcel of its number has."""
    labels = []
    for each in parcels:
        own = [of for of in entries if of.parcel_id == each.id] or list(entries)
        carts = frozenset(of.pack_no for of in own if of.pack_no)
        labels.append(
            KnownLabel(
                order_ref=each.key.order_ref,
                source=each.source,
                references=frozenset({each.key.order_ref, *candidates(each.key.order_ref, None)}),
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
    select(parcel.c.id, parcel.c.created_at)
    .where(
        parcel.c.shop == bindparam("shop"),
        parcel.c.tracking_number.in_(bindparam("numbers", expanding=True)),
        parcel.c.order_ref != "",
    )
    .order_by(parcel.c.id.desc())
)
_REASONS: Select[Any] = select(parcel.c.reason).where(parcel.c.id.in_(bindparam("ids", expanding=True)))
_OTHER_ENTRIES: Select[Any] = select(entry).where(
    entry.c.shop == bindparam("shop"),
    entry.c.order_no.in_(bindparam("order_nos", expanding=True)),
    entry.c.tracking_no != bindparam("number"),
)
