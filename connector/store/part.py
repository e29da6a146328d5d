"""A subject of the store with verbs of its own, so that the interface of the store stays short."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from connector.store.writer import Work

Submit = Callable[[Work, Any], Awaitable[Any]]
"""``Writer.submit``: the result of a work on a payload, after its commit."""
Reader = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""A connection to read by, whose errors are the store's."""


class Part:
    """What it writes is durable when a call returns; what it raises is what the store raises."""

    def __init__(self, submit: Submit, reader: Reader) -> None:
        self._submit = submit
        self._reader = reader
