"""Reads the whole conflict log for whoever checks it, also where somebody has put what cannot be read."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from sqlalchemy import Column, Row, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.domain.chain import LogRow
from connector.store.conflicts import ConflictRow, conflict_of, log_row_of
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
    while keys := await _next_keys(connection, key, after):
        for row in await _page(connection, key, read, keys):
            yield row
        after = keys[-1]


async def _next_keys(connection: AsyncConnection, key: Column[int], after: int | None) -> list[int]:
    query = select(key).order_by(key).limit(PAGE)
    if after is not None:
        query = query.where(key > after)
    return list((await connection.execute(query)).scalars())


async def _page(
    connection: AsyncConnection, key: Column[int], read: Callable[[Row[Any]], T], keys: list[int]
) -> list[T | int]:
    """These rows; when one of them cannot be read, ever smaller parts are read, until it stands alone."""
    try:
        query = select(key.table).where(key.between(keys[0], keys[-1])).order_by(key)
        return [read(row) for row in await connection.execute(query)]
    except _UNREADABLE:
        if len(keys) == 1:
            return [*keys]
        middle = len(keys) // 2
        first, last = keys[:middle], keys[middle:]
        return [*await _page(connection, key, read, first), *await _page(connection, key, read, last)]


def _log_row(row: Row[Any]) -> LogRow:
    found = log_row_of(row)
    words = (found.shop, found.order_no, found.what, found.fact_key, found.body, found.prev_hash, found.hash)
    if not all(isinstance(word, str) for word in words):
        raise TypeError("a word of the log is no text")
    return found
