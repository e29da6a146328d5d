"""What may be an alarm: read for ``domain/alarms.py``, which judges it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.alarm_facts import AlarmMaterial, EntryAtHand, OpenConflict, Unresolved
from connector.domain.conflict import What
from connector.domain.entry import Entry, EntryState
from connector.domain.entry_acts import PersonStep
from connector.domain.memory import LineMemory
from connector.store.cases import CHUNK, Case, cases
from connector.store.entries import entry_of
from connector.store.orders import known_lines, memory_of
from connector.store.parcels import parcels_by_id
from connector.store.schema import IN_WORK, OPEN_LINE, UNRESOLVED, conflict_log, entry, history, order_line, parcel

LOOK_BACK = timedelta(days=30)
"""What is older is no alarm any more: nothing can be done, or somebody has long seen it."""
LOOK_AHEAD = timedelta(days=45)
"""How far ahead ship-by dates are looked at: near ones may lie behind a long closure."""
UNRESOLVED_FOR = timedelta(days=3)
"""How long a label whose order is not known is worth an alarm."""
LATELY = 5_000
"""The newest parcels, among which a source that tells scans has told one."""


async def alarm_material(connection: AsyncConnection, now: datetime) -> AlarmMaterial:
    """Everything that may be an alarm at this moment."""
    lines = await _open_lines(connection, now)
    told_scans = await _told_scans(connection)
    return AlarmMaterial(
        lines=tuple(lines),
        numbers=tuple(await _numbers(connection, lines)),
        in_work=tuple(await _in_work(connection, now)),
        conflicts=tuple(await _conflicts(connection)),
        unresolved=tuple(await _unresolved(connection, now)),
        unscanned=tuple(await _unscanned(connection, now)) if told_scans else (),
        told_scans=told_scans,
    )


async def _open_lines(connection: AsyncConnection, now: datetime) -> list[LineMemory]:
    between = order_line.c.ship_by_at.between(now - LOOK_BACK, now + LOOK_AHEAD)
    query = select(order_line).where(text(OPEN_LINE), between)
    return [memory_of(row) for row in await connection.execute(query)]


async def _numbers(connection: AsyncConnection, lines: Sequence[LineMemory]) -> list[Entry]:
    found: list[Entry] = []
    for shop, order_nos in _by_shop((line.shop, line.order_no) for line in lines):
        query = select(entry).where(entry.c.shop == shop, entry.c.order_no.in_(order_nos)).order_by(entry.c.id)
        found += [entry_of(row) for row in await connection.execute(query)]
    return found


async def _in_work(connection: AsyncConnection, now: datetime) -> list[EntryAtHand]:
    """Entries that are not done; those in conflict are told of by their conflict."""
    query = select(entry).where(
        text(IN_WORK), entry.c.state != EntryState.CONFLICT, entry.c.created_at >= now - LOOK_BACK
    )
    return await _at_hand(connection, list(await connection.execute(query)))


async def _unscanned(connection: AsyncConnection, now: datetime) -> list[EntryAtHand]:
    """Confirmed numbers that nobody has told a scan of, under whatever reference; younger than a day they never are."""
    same = parcel.alias("same")
    scanned = exists().where(
        same.c.shop == entry.c.shop, same.c.tracking_number == entry.c.tracking_no, same.c.scanned_at.is_not(None)
    )
    query = select(entry).where(
        entry.c.accepted_at.between(now - LOOK_BACK, now - timedelta(days=1)),
        entry.c.state == EntryState.CONFIRMED,
        ~scanned,
    )
    return await _at_hand(connection, list(await connection.execute(query)))


async def _at_hand(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[EntryAtHand]:
    found = []
    for start in range(0, len(rows), CHUNK):
        entries = [entry_of(row) for row in rows[start : start + CHUNK]]
        parcels = await parcels_by_id(connection, sorted({each.parcel_id for each in entries}))
        since = await _since(connection, [each.id for each in entries])
        lines: dict[tuple[str, str], LineMemory] = {}
        for shop, order_nos in _by_shop((each.shop, each.order_no) for each in entries):
            for line in await known_lines(connection, shop, order_nos):
                lines[shop, line.order_no] = line
        found += [
            EntryAtHand(
                each,
                parcels[each.parcel_id],
                lines.get((each.shop, each.order_no)),
                since.get((each.id, each.state), each.created_at),
                since.get((each.id, PersonStep.LOOKED_AT)),
            )
            for each in entries
        ]
    return found


async def _since(connection: AsyncConnection, entry_ids: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """When each entry last came into each of its states, or got another reason there."""
    query = (
        select(history.c.entry_id, history.c.what, func.max(history.c.at))
        .where(history.c.entry_id.in_(entry_ids))
        .group_by(history.c.entry_id, history.c.what)
    )
    return {(row[0], row[1]): row[2] for row in await connection.execute(query)}


async def _conflicts(connection: AsyncConnection) -> list[OpenConflict]:
    found = await cases(connection)
    last: dict[tuple[int, str], datetime] = {}
    ids = [case.conflict.id for case in found]
    for start in range(0, len(ids), CHUNK):
        query = (
            select(conflict_log.c.conflict_id, conflict_log.c.what, func.max(conflict_log.c.at))
            .where(
                conflict_log.c.conflict_id.in_(ids[start : start + CHUNK]),
                conflict_log.c.what.in_((What.KIND_CHANGED, What.PERSON)),
            )
            .group_by(conflict_log.c.conflict_id, conflict_log.c.what)
        )
        last |= {(row[0], row[1]): row[2] for row in await connection.execute(query)}
    return [_open_conflict(case, last) for case in found]


def _open_conflict(case: Case, last: dict[tuple[int, str], datetime]) -> OpenConflict:
    of = case.conflict
    return OpenConflict(
        id=of.id,
        shop=of.shop,
        order_no=of.order_no,
        tracking_no=of.tracking_no,
        kind=of.kind,
        since=last.get((of.id, What.KIND_CHANGED), of.opened_at),
        looked_at=last.get((of.id, What.PERSON)),
        entry_state=case.entry.state if case.entry is not None else None,
        overdue_from=case.line.overdue_from if case.line is not None else None,
    )


async def _unresolved(connection: AsyncConnection, now: datetime) -> list[Unresolved]:
    """Labels whose order is not known."""
    query = select(parcel.c.shop, parcel.c.source, parcel.c.heard_printed_at, parcel.c.created_at).where(
        text(UNRESOLVED),
        parcel.c.created_at >= now - UNRESOLVED_FOR,
        parcel.c.voided_at.is_(None),
    )
    return [Unresolved(row[0], row[1], row[2] or row[3]) for row in await connection.execute(query)]


async def _told_scans(connection: AsyncConnection) -> frozenset[str]:
    newest = select(parcel.c.source, parcel.c.scanned_at).order_by(parcel.c.id.desc()).limit(LATELY).subquery()
    query = select(newest.c.source).where(newest.c.scanned_at.is_not(None)).distinct()
    return frozenset((await connection.execute(query)).scalars())


def _by_shop(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Order numbers by their shop, in parts of what one question may carry."""
    by_shop: dict[str, set[str]] = {}
    for shop, order_no in pairs:
        by_shop.setdefault(shop, set()).add(order_no)
    parts = []
    for shop, order_nos in by_shop.items():
        ordered = sorted(order_nos)
        parts += [(shop, ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK)]
    return parts
