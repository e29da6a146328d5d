"""Deliveries, their label events, and the parcels that these add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, or_, select
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert
from ulid import ULID

from carriers.model import Fetch, LabelEvent
from connector.domain.parcel import EARLIEST, LATEST, ParcelKey, ParcelState, Times, merged
from connector.store.dialect import insert
from connector.store.schema import delivery, fetch, label_event, parcel


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label event on its way into the store, with the parcel it speaks of and what it says about its times."""

    event: LabelEvent
    parcel: ParcelKey
    times: Times


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery on its way into the store. ``shape`` is that of an unreadable body: names and types, no values."""

    source: str
    shop: str
    key: str
    received_at: datetime
    labels: tuple[NewLabel, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    ignored: int = 0
    outcome: str = "accepted"
    detail: str = ""
    shape: Any = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: its id (that of the first one, for a repeat) and how many of its parts were new."""

    delivery: str
    accepted: int
    duplicates: int
    ignored: int


async def record_deliveries(connection: AsyncConnection, payloads: Sequence[NewDelivery]) -> list[Receipt]:
    """Writes deliveries, events, parcels and fetches; whatever is known already is left as it is."""
    ids, known = await _insert_deliveries(connection, payloads)
    new_events = await _insert_events(connection, payloads, ids)
    new_fetches = await _insert_fetches(connection, payloads, ids)
    await _upsert_parcels(connection, payloads, new_events)
    receipts = []
    for payload in payloads:
        identity = (payload.source, payload.key)
        parts = len(payload.labels) + len(payload.fetches)
        # What is new is counted for the first payload that brought it, when one group holds the same thing twice.
        accepted = sum(_taken(new_events, payload.source, label.event.key) for label in payload.labels)
        accepted += sum(_taken(new_fetches, payload.source, wanted.key) for wanted in payload.fetches)
        repeated = identity in known
        known.add(identity)
        receipts.append(
            Receipt(
                delivery=ids[identity],
                accepted=accepted,
                duplicates=parts - accepted + (payload.ignored if repeated else 0),
                ignored=0 if repeated else payload.ignored,
            )
        )
    return receipts


async def knows(connection: AsyncConnection, source: str, key: str) -> bool:
    """Whether a delivery with this key is kept."""
    query = select(delivery.c.id).where(delivery.c.source == source, delivery.c.key == key)
    return (await connection.execute(query)).first() is not None


def _taken(new: set[tuple[str, str]], source: str, key: str) -> bool:
    identity = (source, key)
    if identity in new:
        new.discard(identity)
        return True
    return False


async def _insert_deliveries(
    connection: AsyncConnection, payloads: Sequence[NewDelivery]
) -> tuple[dict[tuple[str, str], str], set[tuple[str, str]]]:
    """The id of every delivery, and which of them were known before."""
    distinct = {(payload.source, payload.key): payload for payload in payloads}
    rows = [
        {
            "id": f"dlv_{ULID.from_datetime(payload.received_at)}",
            "source": payload.source,
            "key": payload.key,
            "received_at": payload.received_at,
            "outcome": payload.outcome,
            "accepted": len(payload.labels) + len(payload.fetches),
            "ignored": payload.ignored,
            "detail": payload.detail,
            "shape": payload.shape,
        }
        for payload in distinct.values()
    ]
    result = (await connection.execute(_UPSERT_DELIVERY, rows)).all()
    ids = {(row.source, row.key): row.id for row in result}
    return ids, {(row.source, row.key) for row in result if row.times_seen > 1}


async def _insert_events(
    connection: AsyncConnection, payloads: Sequence[NewDelivery], ids: dict[tuple[str, str], str]
) -> set[tuple[str, str]]:
    rows = [
        {
            "delivery_id": ids[payload.source, payload.key],
            "source": payload.source,
            "shop": payload.shop,
            "key": label.event.key,
            "kind": label.event.kind,
            "order_ref": label.parcel.order_ref,
            "tracking_number": label.parcel.tracking_number,
            "carrier": label.event.carrier,
            "service": label.event.service,
            "occurred_at": label.event.occurred_at,
            "received_at": payload.received_at,
        }
        for payload in payloads
        for label in payload.labels
    ]
    return await _insert_new(connection, _INSERT_EVENT, rows)


async def _insert_fetches(
    connection: AsyncConnection, payloads: Sequence[NewDelivery], ids: dict[tuple[str, str], str]
) -> set[tuple[str, str]]:
    rows = [
        {
            "delivery_id": ids[payload.source, payload.key],
            "source": payload.source,
            "key": wanted.key,
            "host": wanted.host,
            "path": wanted.path,
            "credential": wanted.credential,
            "query": dict(wanted.query),
            "context": dict(wanted.context),
            "state": "due",
            "due_at": payload.received_at,
            "created_at": payload.received_at,
        }
        for payload in payloads
        for wanted in payload.fetches
    ]
    return await _insert_new(connection, _INSERT_FETCH, rows)


async def _insert_new(
    connection: AsyncConnection, statement: ReturningInsert[str, str], rows: list[dict[str, Any]]
) -> set[tuple[str, str]]:
    """Inserts what is not there yet; gives (source, key) of what was new."""
    if not rows:
        return set()
    return {(row[0], row[1]) for row in await connection.execute(statement, rows)}


async def _upsert_parcels(
    connection: AsyncConnection, payloads: Iterable[NewDelivery], new_events: set[tuple[str, str]]
) -> None:
    parcels: dict[ParcelKey, dict[str, Any]] = {}
    for payload in payloads:
        for label in payload.labels:
            if (payload.source, label.event.key) not in new_events:
                continue
            row = parcels.setdefault(
                label.parcel,
                {
                    "shop": label.parcel.shop,
                    "source": payload.source,
                    "order_ref": label.parcel.order_ref,
                    "tracking_number": label.parcel.tracking_number,
                    "carrier": "",
                    "service": "",
                    "times": Times(),
                    "state": ParcelState.UNRESOLVED,
                    "reason": "new",
                    "due_at": payload.received_at,
                    "created_at": payload.received_at,
                },
            )
            if _speaks_for_the_label(label, row):
                row["carrier"], row["service"] = label.event.carrier, label.event.service
            row["times"] = merged(row["times"], label.times)
    if not parcels:
        return
    rows = []
    for row in parcels.values():
        times = row.pop("times")
        rows.append(row | {name: getattr(times, name) for name in (*EARLIEST, *LATEST)})
    await connection.execute(_UPSERT_PARCEL, rows)


def _speaks_for_the_label(label: NewLabel, row: dict[str, Any]) -> bool:
    """Whether an event's words for carrier and service go before those that are there.

    Those of the last print do: a label that was sent again with the right carrier must count. A scanner's words only
    count where there are no others.
    """
    if not (label.event.carrier or label.event.service):
        return False
    printed_at, printed_last = label.times.reprinted_at, row["times"].reprinted_at
    later = printed_at is not None and (printed_last is None or printed_at > printed_last)
    return later or not (row["carrier"] or row["service"])


def _sooner(old: Any, new: Any) -> Any:
    return case((old.is_(None), new), (new.is_(None), old), (new < old, new), else_=old)


def _later(old: Any, new: Any) -> Any:
    return case((old.is_(None), new), (new.is_(None), old), (new > old, new), else_=old)


def _parcel_upsert() -> Insert:
    statement = insert(parcel)
    new = statement.excluded
    changes: dict[str, Any] = {name: _sooner(parcel.c[name], new[name]) for name in EARLIEST}
    changes |= {name: _later(parcel.c[name], new[name]) for name in LATEST}
    old = parcel.c
    later = and_(
        new.reprinted_at.is_not(None), or_(old.reprinted_at.is_(None), new.reprinted_at > old.reprinted_at)
    )  # as _speaks_for_the_label
    nothing_yet = and_(old.carrier == "", old.service == "")
    speaks = and_(or_(new.carrier != "", new.service != ""), or_(later, nothing_yet))
    changes |= {
        "carrier": case((speaks, new.carrier), else_=old.carrier),
        "service": case((speaks, new.service), else_=old.service),
        "due_at": new.due_at,
        "attempts": 0,
    }
    return statement.on_conflict_do_update(index_elements=["shop", "order_ref", "tracking_number"], set_=changes)


# Built once: on the way of every label, building these again would cost more than running them.
_UPSERT_PARCEL = _parcel_upsert()
_UPSERT_DELIVERY = (
    insert(delivery)
    .on_conflict_do_update(index_elements=["source", "key"], set_={"times_seen": delivery.c.times_seen + 1})
    .returning(delivery.c.id, delivery.c.source, delivery.c.key, delivery.c.times_seen)
)
_INSERT_EVENT = insert(label_event).on_conflict_do_nothing().returning(label_event.c.source, label_event.c.key)
_INSERT_FETCH = insert(fetch).on_conflict_do_nothing().returning(fetch.c.source, fetch.c.key)
