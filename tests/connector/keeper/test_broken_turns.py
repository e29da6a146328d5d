"""A turn that breaks between a write and its outcome leaves nothing behind that nobody looks at."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.keeper.keeper import Keeper
from connector.metrics import Metrics
from connector.store.errors import StoreUnavailable
from connector.store.store import Store


class BrokenDesk:
    """Stands in for both desks: the first turn breaks, the second one ends the keeper."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.keeper: Keeper | None = None

    async def work_off(self, *_: object) -> tuple[bool, dict[str, Any]]:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        assert self.keeper is not None
        self.keeper.close()
        return False, {}


@pytest.mark.parametrize("error", [StoreUnavailable("database or disk is full"), ValueError("a defect")])
async def test_what_was_being_written_is_unclear_at_once(
    store: Store, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only after the next start of the program."""
    recovered: list[str] = []
    recover = store.recover_entries

    async def note(shop: str, at: Any) -> int:
        recovered.append("turn broken" if desk.error is None else "start")
        return await recover(shop, at)

    async def no_wait(*_: object, **__: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(store, "recover_entries", note)
    monkeypatch.setattr(Keeper, "_wait", no_wait)
    desk: Any = BrokenDesk(error)
    nobody: Any = None
    desk.keeper = Keeper(
        "main",
        store=store,
        client=nobody,
        lines=nobody,
        parcels=desk,
        entries=desk,
        clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
        metrics=Metrics(),
    )

    await asyncio.wait_for(desk.keeper.run(), 5)

    assert recovered == ["start", "turn broken"]
