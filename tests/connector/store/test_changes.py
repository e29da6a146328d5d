"""Whoever waits for a topic is woken by it, not by others, and never waits longer than they said."""

from __future__ import annotations

import asyncio

from connector.store.changes import Changes, Topic

ENTRIES = frozenset({Topic.ENTRIES, Topic.CONFLICTS})
LONG_S = 60


async def test_one_of_the_topics_ends_the_wait_and_others_do_not() -> None:
    changes = Changes()
    with changes.listening() as listener:
        waiting = asyncio.create_task(listener.wait_for(ENTRIES, LONG_S))
        await asyncio.sleep(0)
        changes.tell({Topic.ALERTS})
        await asyncio.sleep(0)
        still = not waiting.done()
        changes.tell({Topic.PEOPLE, Topic.CONFLICTS})
        await waiting

        assert still


async def test_what_came_before_the_wait_counts() -> None:
    """A commit between a look and the wait for the next one is not missed."""
    changes = Changes()
    with changes.listening() as listener:
        changes.tell({Topic.ENTRIES})

        await asyncio.wait_for(listener.wait_for(ENTRIES, LONG_S), 5)


async def test_the_wait_ends_by_itself_and_topics_that_come_later_are_there_for_the_next_one() -> None:
    changes = Changes()
    with changes.listening() as listener:
        await listener.wait_for(ENTRIES, 0)
        changes.tell({Topic.ENTRIES})

        assert await listener.take() == {Topic.ENTRIES}
