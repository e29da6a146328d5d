"""The sweeper: everything that is old, in small commits with pauses, and only by a clock that is right."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from connector.assembly.sweeper import AGAIN_S, EVERY_S, PAUSE_S, Sweeper
from connector.domain.keeping import Passing
from connector.settings.sections import StoreSettings
from connector.store.deeds import Deed
from connector.store.errors import StoreUnavailable
from connector.store.keeping import MOST_FORGOTTEN
from connector.store.kept_answers import KeyedRequest
from connector.store.store import Store

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=401)


class Rests(list[float]):
    """How long was waited, and an end of it after so many times; nothing is waited for."""

    def __init__(self, until: int) -> None:
        super().__init__()
        self._until = until

    async def sleep(self, wait_s: float) -> None:
        self.append(wait_s)
        if len(self) == self._until:
            raise asyncio.CancelledError


def sweeper(store: Store, rests: Rests, skews_s: list[float | None]) -> Sweeper:
    return Sweeper(store.keeping, StoreSettings().days, lambda: NOW, lambda: skews_s, rests.sleep)


async def done(store: Store, at: datetime, times: int) -> None:
    """Deeds of that moment."""
    await asyncio.gather(*(store.deeds.begin(Deed(at, "sato", "session", "POST /x")) for _ in range(times)))


async def test_all_that_is_old_goes_with_a_pause_after_each_full_commit(store: Store) -> None:
    await done(store, OLD, 2 * MOST_FORGOTTEN + 1)
    await done(store, NOW, 1)
    await store.answers.begin(KeyedRequest("user 1", "key", "digest", NOW - timedelta(hours=25)))
    rests = Rests(100)

    with capture_logs() as logs:
        gone = await sweeper(store, rests, []).sweep(NOW)

    assert gone == {Passing.DEEDS: 2 * MOST_FORGOTTEN + 1, Passing.KEPT_ANSWERS: 1}
    assert rests == [PAUSE_S] * 2
    assert [deed.at for deed in await store.deeds.page(10)] == [NOW]
    assert [(log["event"], log["deeds"], log["kept_answers"]) for log in logs] == [("old_rows_removed", 1001, 1)]


async def test_nothing_goes_before_the_clock_was_compared_with_that_of_qoo10(store: Store) -> None:
    """A year ahead, it would take what is kept for a year. It is looked at again soon, and often enough afterwards."""
    await done(store, OLD, 1)
    skews_s: list[float | None] = [None]
    rests = Rests(3)
    kept = []

    async def sleep(wait_s: float) -> None:
        kept.append(len(await store.deeds.page(10)))
        skews_s[0] = [86_400.0 * 365, 0.3][len(rests)] if len(rests) < 2 else 0.3
        await rests.sleep(wait_s)

    with pytest.raises(asyncio.CancelledError):
        await Sweeper(store.keeping, StoreSettings().days, lambda: NOW, lambda: skews_s, sleep).run()

    assert rests == [AGAIN_S, AGAIN_S, EVERY_S]
    assert kept == [1, 1, 0]


async def test_a_store_that_cannot_be_written_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_wanted: object) -> int:
        raise StoreUnavailable("disk is full")

    monkeypatch.setattr(store.keeping, "forget", full)
    rests = Rests(2)

    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await sweeper(store, rests, [0.0]).run()

    assert rests == [AGAIN_S] * 2
    assert [log["event"] for log in logs] == ["old_rows_not_removed"] * 2
