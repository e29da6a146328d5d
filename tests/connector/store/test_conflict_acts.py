"""An act on a conflict holds for what the person saw, and the log says what that was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.acts import Act, ActKind, ActOutdated, ActRefused
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

LINE = "1062428737"


async def becomes(store: Store, make: Make, entry: Entry, kind: ConflictKind, minutes: float) -> None:
    """The keeper finds the line's conflict to be of this kind."""
    news = (News(CANCEL_TOPIC, kind),)
    await store.settle_entries(
        [SettledEntry(entry, EntryState.CONFLICT, Reason.CANCELLED, make.at(minutes), news=news)]
    )


async def seen(store: Store) -> int:
    found = await store.case_in_full(1)
    assert found is not None
    return found.version


def note(make: Make, version: int | None, minutes: float) -> Act:
    return Act(ActKind.NOTE, 1, "佐藤", "倉庫に確認中", make.at(minutes), seen=version)


async def test_an_act_on_what_has_changed_meanwhile_is_refused(store: Store, make: Make) -> None:
    """By Qoo10, or by a person; and nothing of it is kept."""
    (entry,) = await make.entered(store, LINE)
    await becomes(store, make, entry, ConflictKind.IN_THE_GAP, 1)
    before = await seen(store)
    await becomes(store, make, entry, ConflictKind.CANCELLED_PARCEL_EXISTS, 2)
    after = await seen(store)

    with pytest.raises(ActOutdated, match="has changed"):
        await store.act_on(Act(ActKind.ENTER_NOW, 1, "佐藤", "拒否した", make.at(3), "refused_in_qsm", seen=before))
    assert await seen(store) == after
    await store.act_on(note(make, after, 4))
    with pytest.raises(ActOutdated):
        await store.act_on(note(make, after, 5))
    await store.act_on(note(make, None, 6))

    found = await store.case_in_full(1)
    assert found is not None
    assert [row.what for row in found.rows] == [
        "opened",
        "label_printed",
        "kind_changed",
        "person",
        "person",
    ]


async def test_another_conflict_changes_nothing_about_this_one(store: Store, make: Make) -> None:
    (first,) = await make.entered(store, LINE)
    await becomes(store, make, first, ConflictKind.IN_THE_GAP, 1)
    version = await seen(store)
    (other,) = await make.entered(store, "1062428738", number="444413758714", key="msg_2")
    await becomes(store, make, other, ConflictKind.IN_THE_GAP, 2)

    await store.act_on(note(make, version, 3))

    assert await seen(store) > version


async def test_what_is_not_there_has_no_version(store: Store, make: Make) -> None:
    assert await store.case_in_full(1) is None
    with pytest.raises(ActRefused, match="there is no conflict"):
        await store.act_on(note(make, 1, 1))


async def test_the_log_of_one_conflict_is_read_by_its_index(store: Store, make: Make, plans: Any) -> None:
    (entry,) = await make.entered(store, LINE)
    await becomes(store, make, entry, ConflictKind.IN_THE_GAP, 1)
    await store.act_on(note(make, await seen(store), 2))

    of_one = [steps for statement, steps in plans().items() if "conflict_log.conflict_id =" in statement]
    assert len(of_one) >= 2
    assert [step for steps in of_one for step in steps if step.startswith("SCAN")] == []
