"""People see every conflict of the store, open or closed."""

from datetime import UTC, datetime
from pathlib import Path

from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry
from connector.store.store import Store
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 0, 16, tzinfo=UTC)


def entry(order_no: str) -> Entry:
    return made_entry(AT, order_no=order_no, due_at=AT)


async def test_newest_first_with_how_they_ended(tmp_path: Path) -> None:
    first, second = entry("1062428737"), entry("1062428738")
    store = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    try:
        for at, of, kind in (
            (AT, first, ConflictKind.IN_THE_GAP),
            (LATER, second, ConflictKind.CANCELLED_PARCEL_EXISTS),
        ):
            news = (News(CANCEL_TOPIC, kind),)
            await store.settle_entries([SettledEntry(of, EntryState.CONFLICT, Reason.CANCELLED, at, news=news)])
        ended = (News(CANCEL_TOPIC, None, ended="request_ended"),)
        await store.settle_entries([SettledEntry(first, EntryState.CONFIRMED, Reason.SHOWN, LATER, news=ended)])

        rows = await store.conflict_rows(10)
    finally:
        await store.close()

    assert [(row.order_no, row.kind, row.opened_at, row.closed_at, row.outcome) for row in rows] == [
        ("1062428738", ConflictKind.CANCELLED_PARCEL_EXISTS, LATER, None, ""),
        ("1062428737", ConflictKind.IN_THE_GAP, AT, LATER, "request_ended"),
    ]
