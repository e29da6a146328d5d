"""Reading a store that another process may be working on: without its lock, without writing, without checkpointing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.errors import StoreUnavailable
from connector.store.sqlite import given_up_are_closed, reading_engine


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the store as it stood at its first query, however long it reads.

    Raises:
        StoreUnavailable: there is no store, it cannot be read, or another version of this program wrote it.
    """
    if not await asyncio.to_thread(path.exists):
        raise StoreUnavailable(f"{path} is not there yet; the first start of the daemon makes it")
    engine = reading_engine(path)
    try:
        async with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreUnavailable(f"{path} cannot be read: {error.orig}") from error
    finally:
        await engine.dispose()
        await given_up_are_closed()
