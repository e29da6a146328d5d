"""Reads the whole conflict log for whoever checks it, also where somebody has put what cannot be read."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from sqlalchemy import Column, Row, Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.chain import LogRow
from connector.store.conflict_log import log_row_of
from connector.store.conflicts import ConflictRow, conflict_of
from connector.store.schema import conflict, conflict_log

T = TypeVar("T")

PAGE = 5_000
"""Rows read at once: enough to be quick, few enough to be little."""

_UNREADABLE = (ValueError, TypeError, LookupError, DBAPIError)
"""What becomes of a column that holds something of another kind: SQLite keeps anything anywhere."""


def all_rows(connection: AsyncConnection) -> AsyncIterator[LogRow | int]:
    """Every row of the log in the order of ``seq``; only the ``seq`` of a row that cannot be read."""
    return _all(connection, conflict_log.c.seq, _log_row)


def all_conflicts(connection: AsyncConnection) -> AsyncIterator[ConflictRow | int]:
    """Every conflict in the order of its id; only the id of one that cannot be read."""
    return _all(connection, conflict.c.id, conflict_of)


async def _all(connection: AsyncConnection, key: Column[int], read: Callable[[Row[Any]], T]) -> AsyncIterator[T | int]:
    after: int | None = None
    while True:
        found = await _page(connection, key, read, after)
        for _, row in found:
            yield row
        if len(found) < PAGE:
            return
        after = found[-1][0]


async def _page(
    connection: AsyncConnection, key: Column[int], read: Callable[[Row[Any]], T], after: int | None
) -> list[tuple[int, T | int]]:
    """The next rows with their keys; when one of them cannot be read, they are read in ever smaller parts."""
    query = select(key.table).order_by(key).limit(PAGE)
    if after is not None:
        query = query.where(key > after)
    try:
        return await _rows(connection, query, read)
    except _UNREADABLE:
        keys = list((await connection.execute(query.with_only_columns(key))).scalars())
        return await _parts(connection, key, read, keys)


async def _parts(
    connection: AsyncConnection, key: Column[int], read: Callable[[Row[Any]], T], keys: list[int]
) -> list[tuple[int, T | int]]:
    """These rows; of one that cannot be read its key alone."""
    try:
        query = select(key.table).where(key.between(keys[0], keys[-1])).order_by(key)
        return await _rows(connection, query, read)
    except _UNREADABLE:
        if len(keys) == 1:
            return [(keys[0], keys[0])]
        middle = len(keys) // 2
        first, last = keys[:middle], keys[middle:]
        return [*await _parts(connection, key, read, first), *await _parts(connection, key, read, last)]


async def _rows(
    connection: AsyncConnection, query: Select[Any], read: Callable[[Row[Any]], T]
) -> list[tuple[int, T | int]]:
    """What is asked for, with its keys: the first column of both tables."""
    return [(row[0], read(row)) for row in await connection.execute(query)]


def _log_row(row: Row[Any]) -> LogRow:
    found = log_row_of(row)
    words = (found.shop, found.order_no, found.what, found.fact_key, found.body, found.prev_hash, found.hash)
    if set(map(type, words)) != {str}:
        raise TypeError("a word of the log is no text")
    return found
