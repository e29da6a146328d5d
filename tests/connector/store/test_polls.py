"""Where a polled source stands and what its answer brought are kept together, or neither is."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carriers.model import Delivery, EventKind, LabelEvent, Reading
from connector.intake.labels import new_delivery
from connector.store.deliveries import NewDelivery
from connector.store.polls import PollRow, SettledPoll
from connector.store.store import Store

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 0, 16, tzinfo=UTC)


def found(*order_refs: str) -> NewDelivery:
    events = tuple(
        LabelEvent(f"{ref}/printed", EventKind.PRINTED, ref, "yamato", "", "444413758703", None) for ref in order_refs
    )
    return new_delivery(
        "tool", "main", Delivery("GET", "/", {}, b"", AT), Reading("poll:" + "".join(order_refs), events)
    )


async def test_a_source_that_was_never_polled_stands_nowhere(store: Store) -> None:
    assert await store.poll_rows() == []


async def test_all_of_a_row_comes_back(store: Store) -> None:
    row = PollRow("tool", {"since": "2026-11-22 12:00:00"}, "sealed", LATER, AT, AT, 3, "Tool answered 503")

    assert await store.settle_poll(SettledPoll(row)) is None

    assert await store.poll_rows() == [row]


async def test_a_later_step_takes_the_place_of_the_former(store: Store) -> None:
    row = PollRow("tool", {"page": "2", "since": "x"}, "sealed", None, AT)
    await store.settle_poll(SettledPoll(row))
    done = replace(row, cursor={"since": "y"}, next_at=LATER)

    await store.settle_poll(SettledPoll(done))

    assert await store.poll_rows() == [done]


async def test_what_the_answer_brought_is_kept_with_it_and_wakes_the_keeper(store: Store) -> None:
    wake = store.wake("main")

    receipt = await store.settle_poll(SettledPoll(PollRow("tool"), found("1062428737", "1062428738")))
    again = await store.settle_poll(SettledPoll(PollRow("tool"), found("1062428737", "1062428738")))

    assert receipt is not None
    assert (receipt.accepted, receipt.duplicates) == (2, 0)
    assert wake.is_set()
    assert again is not None
    assert (again.accepted, again.duplicates) == (0, 2)
    assert [parcel.key.order_ref for parcel in await store.due_parcels("main", AT)] == ["1062428737", "1062428738"]


async def test_nothing_new_wakes_nobody(store: Store) -> None:
    wake = store.wake("main")

    await store.settle_poll(SettledPoll(PollRow("tool"), found()))

    assert not wake.is_set()


async def test_a_delivery_that_cannot_be_kept_moves_no_cursor(store: Store) -> None:
    """Naive times must not reach the store; whatever refuses the delivery refuses the step with it."""
    bad = replace(found("1062428737"), received_at=AT.replace(tzinfo=None))

    with pytest.raises(Exception, match="without a zone"):
        await store.settle_poll(SettledPoll(PollRow("tool", {"since": "y"}), bad))

    assert await store.poll_rows() == []


async def test_steps_that_wait_together_each_get_their_own_receipt(store: Store) -> None:
    receipts = await asyncio.gather(
        store.settle_poll(SettledPoll(PollRow("one"), found("1062428737"))),
        store.settle_poll(SettledPoll(PollRow("two"))),
        store.settle_poll(SettledPoll(PollRow("three"), replace(found("1062428738", "1062428739"), source="three"))),
    )

    assert [receipt.accepted if receipt else None for receipt in receipts] == [1, None, 2]
    assert [row.source for row in await store.poll_rows()] == ["one", "three", "two"]


def test_a_row_shows_no_tokens() -> None:
    assert "sealed" not in repr(PollRow("tool", tokens="sealed"))
    assert "sealed" not in repr(SettledPoll(PollRow("tool", tokens="sealed")))
