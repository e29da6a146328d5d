"""A store whose history is told as traces."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.store.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'connector.db'}")
    yield opened
    await opened.close()
