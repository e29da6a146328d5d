"""Entries, and labels without an order, page by page: the newest first, by whatever is known of them.

A page is a walk along one index, in the order in which it is shown. What the index does not know is looked at row by
row, but only for so many rows: a page that is not full by then says how far back it looked, and the next one goes on
from there. So every page costs about the same, however much there is and however rarely something matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, TextClause, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.decision import RULES, Action
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelState
from connector.domain.spellings import spellings
from connector.store.listing import EVERYTHING, IN_WORK_ONLY, Listed, listed_by_id, parcel_listed, with_counts
from connector.store.part import Part
from connector.store.schema import DROPPED, IN_WORK, UNRESOLVED, entry, order_line, parcel
from connector.store.tables import UtcTime

WALK = 3_000
"""Rows that one page looks at where its index does not tell whether they match."""
MOST_OF_A_NUMBER = 500
"""Entries or labels that one number may mean; a line or a cart has some ten, a reference of no meaning any number."""
_BIGGEST_ID = 2**63 - 1


class Position(NamedTuple):
    """A place in the list, which is sorted by it, the greatest first: of one moment entries stand before labels."""

    at: datetime
    is_entry: bool
    id: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for. Fields left empty match everything.

    ``state`` is one of ``listing.STATES``, everything, or what is not done. ``since`` and ``before`` bound the moment
    at which the label was heard of. ``after`` is where the page before ended.
    """

    number: str = ""
    shop: str = ""
    source: str = ""
    state: str = EVERYTHING
    reason: str = ""
    since: datetime | None = None
    before: datetime | None = None
    after: Position | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page. ``next`` is where the next one goes on, None at the end.

    ``searched_to`` is how far back was looked where the page is not full although there may be more.
    """

    found: tuple[Listed, ...]
    next: Position | None
    searched_to: datetime | None


class _Walked(NamedTuple):
    """What one kind of rows gave: places in their order, and the place down to which all were seen (None: all)."""

    places: list[Position]
    down_to: Position | None


class EntrySearch(Part):
    """Reads pages."""

    async def page(self, sought: Sought) -> FoundPage:
        """The page of what is sought."""
        async with self._reader() as connection:
            return await found_page(connection, sought)


async def found_page(connection: AsyncConnection, sought: Sought) -> FoundPage:
    """The page of what is sought."""
    meant = await _meant(connection, sought) if sought.number else None
    walks = [await _entries(connection, sought, meant), await _labels(connection, sought, meant)]
    bounds = [walked.down_to for walked in walks if walked.down_to is not None]
    bound = max(bounds, default=None)
    places = sorted((place for walked in walks for place in walked.places), reverse=True)
    if bound is not None:  # what is older would stand before something that was not looked at yet
        places = [place for place in places if place >= bound]
    full = len(places) > sought.limit
    shown = places[: sought.limit]
    return FoundPage(
        found=tuple(await _listed(connection, shown)),
        next=shown[-1] if full else bound,
        searched_to=None if bound is None or len(shown) == sought.limit else bound.at,
    )


async def _listed(connection: AsyncConnection, shown: Sequence[Position]) -> list[Listed]:
    """The rows at these places, in their order."""
    entries = await listed_by_id(connection, [place.id for place in shown if place.is_entry])
    query = select(parcel).where(parcel.c.id.in_([place.id for place in shown if not place.is_entry]))
    labels = await with_counts(connection, [parcel_listed(row) for row in await connection.execute(query)])
    found = {(True, each.entry_id): each for each in entries} | {(False, each.parcel_id): each for each in labels}
    return [found[place.is_entry, place.id] for place in shown if (place.is_entry, place.id) in found]


# Entries: which index knows most


_REASONS = {rule.verdict.reason: rule.verdict.action for rule in RULES}
_SHELVES: dict[str, str] = {EntryState.CONFIRMED: "confirmed", EntryState.DROPPED: "dropped"}
_SHELF_OF_ACTION = {Action.CONFIRM: "confirmed", Action.DROP: "dropped"}


def _shelf(sought: Sought) -> str | None:
    """Among which entries to look: all, or those of one index. None where no entry can be meant.

    An entry that is done has a reason of its own kind, and no other entry has it.
    """
    by_state = "all" if sought.state == EVERYTHING else _SHELVES.get(sought.state, "in work")
    by_reason = by_state
    if sought.reason:
        action = next((_REASONS[known] for known in _REASONS if known == sought.reason), Action.HOLD)
        by_reason = _SHELF_OF_ACTION.get(action, "in work")
    if sought.state == ParcelState.UNRESOLVED or (by_state not in ("all", by_reason)):
        return None
    return by_reason


async def _entries(connection: AsyncConnection, sought: Sought, meant: "_Meant | None") -> _Walked:
    shelf = _shelf(sought)
    if shelf is None:
        return _Walked([], None)
    known: list[ColumnElement[bool] | TextClause] = []
    asked = {"shop": sought.shop, "source": sought.source, "reason": sought.reason, "state": ""}
    if sought.state not in (EVERYTHING, IN_WORK_ONLY):
        asked["state"] = sought.state
    if meant is not None:
        known.append(entry.c.id.in_(meant.entry_ids))
        if sought.state == IN_WORK_ONLY:
            known.append(text(IN_WORK))
    elif shelf == "in work":
        known.append(text(IN_WORK))
    elif shelf == "dropped":
        known.append(text(DROPPED))
        asked["state"] = ""
    elif sought.source:  # a source has one shop: its index is the finer one
        known.append(entry.c.source == sought.source)
        asked["source"] = ""
    elif sought.shop:
        known.append(entry.c.shop == sought.shop)
        asked["shop"] = ""
    if shelf == "confirmed":
        asked["state"] = EntryState.CONFIRMED
    return await _walk(connection, sought, _Kind(entry, "heard_at", is_entry=True), known, asked)


async def _labels(connection: AsyncConnection, sought: Sought, meant: "_Meant | None") -> _Walked:
    if sought.state not in (EVERYTHING, IN_WORK_ONLY, ParcelState.UNRESOLVED):
        return _Walked([], None)
    known: list[ColumnElement[bool] | TextClause] = [text(UNRESOLVED)]
    if meant is not None:
        known.append(parcel.c.id.in_(meant.parcel_ids))
    if sought.state == IN_WORK_ONLY:  # a void label needs no order
        known.append(or_(parcel.c.voided_at.is_(None), parcel.c.reprinted_at > parcel.c.voided_at))
    asked = {"shop": sought.shop, "source": sought.source, "reason": sought.reason}
    return await _walk(connection, sought, _Kind(parcel, "created_at", is_entry=False), known, asked)


class _Kind(NamedTuple):
    """Entries or labels, and the time that they are sorted by."""

    table: Table
    time: str
    is_entry: bool


async def _walk(
    connection: AsyncConnection,
    sought: Sought,
    kind: _Kind,
    known: Sequence[ColumnElement[bool] | TextClause],
    asked: dict[str, str],
) -> _Walked:
    """Along the index that ``known`` leads to; what is ``asked`` beyond it is compared row by row."""
    at, id_ = kind.table.c[kind.time], kind.table.c.id
    compared = {name: value for name, value in asked.items() if value}
    columns: list[Any] = [id_, at, *(kind.table.c[name] for name in compared)]
    way: Select[Any] = (
        select(kind.table)
        .with_only_columns(*columns)
        .where(*known, *_bounds(sought, kind))
        .order_by(at.desc(), id_.desc())
    )
    some = sought.limit + 1
    query = way.limit(some)
    if compared:
        walked = way.limit(WALK).subquery("walked")
        # The walk is in order already; to sort it once more would end it only after all its rows.
        query = select(walked).where(*(walked.c[name] == value for name, value in compared.items())).limit(some)
    places = [Position(row[1], kind.is_entry, row[0]) for row in await connection.execute(query)]
    if len(places) == some:
        return _Walked(places, places[-1])
    if not compared:
        return _Walked(places, None)
    last = (await connection.execute(way.with_only_columns(at, id_).limit(1).offset(WALK - 1))).one_or_none()
    return _Walked(places, None if last is None else Position(last[0], kind.is_entry, last[1]))


def _bounds(sought: Sought, kind: _Kind) -> list[ColumnElement[bool]]:
    at = kind.table.c[kind.time]
    bounds = [at >= sought.since] if sought.since is not None else []
    ends = [sought.after] if sought.after is not None else []
    if sought.before is not None:
        ends.append(Position(sought.before, is_entry=False, id=0))
    if ends:
        end = min(ends)
        # In the list entries stand before labels of the same moment: whoever ended at a label has seen all of them.
        last_id = end.id if end.is_entry == kind.is_entry else 0 if kind.is_entry else _BIGGEST_ID
        bounds.append(tuple_(at, kind.table.c.id) < tuple_(literal(end.at, UtcTime()), literal(last_id)))
    return bounds


# Numbers


class _Meant(NamedTuple):
    """What a number means."""

    entry_ids: list[int]
    parcel_ids: list[int]


async def _meant(connection: AsyncConnection, sought: Sought) -> _Meant:
    """Entries and labels of an order number, cart number, tracking number or reference, the newest first."""
    numbers = spellings(sought.number)
    shops = [sought.shop] if sought.shop else await _shops(connection)
    parcels = await _ids(connection, parcel, shops, {"tracking_number": numbers, "order_ref": numbers})
    of_cart = select(order_line.c.order_no, order_line.c.related_order_nos).where(
        order_line.c.shop.in_(shops), order_line.c.pack_no.in_(numbers)
    )
    order_nos = set(numbers)
    for row in await connection.execute(of_cart.limit(MOST_OF_A_NUMBER)):
        order_nos |= {row.order_no, *row.related_order_nos.split()}
    entries = await _ids(connection, entry, shops, {"order_no": sorted(order_nos), "tracking_no": numbers})
    of_parcels = select(entry.c.id).where(entry.c.parcel_id.in_(parcels)).order_by(entry.c.id.desc())
    entries |= set((await connection.execute(of_parcels.limit(MOST_OF_A_NUMBER))).scalars())
    return _Meant(sorted(entries), sorted(parcels))


async def _ids(
    connection: AsyncConnection, table: Table, shops: Sequence[str], columns: dict[str, Sequence[str]]
) -> set[int]:
    """Ids of the rows with one of these numbers in one of these columns; one OR would read all rows of the shop."""
    found: set[int] = set()
    for name, numbers in columns.items():
        query = select(table.c.id).where(table.c.shop.in_(shops), table.c[name].in_(numbers))
        found |= set((await connection.execute(query.order_by(table.c.id.desc()).limit(MOST_OF_A_NUMBER))).scalars())
    return found


async def _shops(connection: AsyncConnection) -> list[str]:
    """All shops that ever had a label, also those that the settings name no more: one look into the index for each."""
    found: list[str] = []
    query = select(func.min(parcel.c.shop))
    while (shop := (await connection.execute(query)).scalar()) is not None:
        found.append(shop)
        query = select(func.min(parcel.c.shop)).where(parcel.c.shop > shop)
    return found
