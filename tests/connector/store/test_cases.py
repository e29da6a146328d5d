"""A conflict with what stands around it: who carries its parcel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry, Writing

if TYPE_CHECKING:
    from connector.store.store import Store
    from tests.connector.store.conftest import Make


@pytest.mark.parametrize(
    ("told", "shown", "beside", "carrier"),
    [
        ("佐川急便", "ヤマト宅急便", "", "佐川急便"),
        ("", "佐川急便", "", "yamato"),
        ("", "福山通運", "4444-1375-8703", "福山通運"),
        ("", "福山通運", "4444-1375-8704", "yamato"),
    ],
)
async def test_its_carrier_is_that_of_its_number(
    store: Store, make: Make, told: str, shown: str, beside: str, carrier: str
) -> None:
    """As Qoo10 was told; as Qoo10 shows beside this very number; else as the source called it, never a default."""
    (entry,) = await make.entered(store, "1062428737")
    if told:
        await store.begin_writing([Writing(entry, told, "SetSendingInfo", Reason.OPEN, make.at(1))])
    opens = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
    await store.settle_entries([SettledEntry(entry, EntryState.CONFLICT, Reason.IN_THE_GAP, make.at(1), news=opens)])
    line = replace(make.line("1062428737"), tracking_no=beside, delivery_company=shown)
    await store.remember_lines(make.shop, [line], make.at(1))

    (case,) = await store.cases()

    assert (case.carrier, case.pack_no) == (carrier, "300123456")
