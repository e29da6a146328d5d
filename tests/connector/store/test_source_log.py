"""What sources sent, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.source_log import FIRST_LABELS, Brought

if TYPE_CHECKING:
    from connector.store.store import Store
    from tests.connector.store.conftest import Make


async def test_each_of_the_newest_deliveries_tells_its_first_labels(store: Store, make: Make) -> None:
    events = [make.event(f"msg_{number}", reference=f"106242873{number}") for number in range(FIRST_LABELS + 2)]
    await store.record_delivery(make.delivery(*events, key="file"))
    await store.record_delivery(make.delivery(make.event("msg_9", reference="1062428739"), minutes=1))

    one, many = await store.source_log.newest(make.source, 20)

    number = events[0].tracking_number
    assert (one.labels, one.first) == (1, (Brought("1062428739", number),))
    assert many.labels == len(events)
    assert many.first == tuple(Brought(each.order_ref, number) for each in events[:FIRST_LABELS])
    assert [each.delivery.id for each in await store.source_log.newest(make.source, 1)] == [one.delivery.id]
    assert await store.source_log.newest("another", 20) == []
