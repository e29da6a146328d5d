"""What is old goes, oldest first, some rows at a time; what anything rests on stays, however old it is."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.hooks import judged
from connector.domain.keeping import Passing
from connector.domain.language import Language
from connector.domain.roles import Role
from connector.store.alerts import MessageState, SettledMessage
from connector.store.deeds import Deed
from connector.store.hook_deliveries import Made, SettledHook
from connector.store.keeping import Forget
from connector.store.kept_answers import Earlier, KeyedRequest
from connector.store.schema import UNREADABLE_KEY
from connector.store.sessions import NewSession
from connector.store.store import Store
from connector.store.users import NewUser
from tests.connector.store.test_alert_rows import alert, decided
from tests.connector.store.test_hooks import WMS, hook
from tests.connector.store.test_scans import LABEL, ORDER, events, scan

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make

OLD, NEW = 0, 10
"""Minutes at which what is old and what is not was done; between them lies ``BEFORE``."""
BEFORE = 5


async def forget(store: Store, make: Make, what: Passing) -> int:
    return await store.keeping.forget(Forget(what, make.at(BEFORE)))


async def column(store: Store, query: str) -> list[Any]:
    async with store._reader() as connection:
        return list((await connection.exec_driver_sql(query)).scalars())


async def deeds(store: Store, make: Make, *minutes: float) -> None:
    for minute in minutes:
        await store.deeds.begin(Deed(make.at(minute), "sato", "session", f"POST /{minute}"))


async def test_old_deeds_go(store: Store, make: Make) -> None:
    await deeds(store, make, OLD, NEW)

    assert await forget(store, make, Passing.DEEDS) == 1
    assert [deed.at for deed in await store.deeds.page(10)] == [make.at(NEW)]


async def test_the_oldest_go_first_and_no_more_than_wanted(store: Store, make: Make) -> None:
    """By their time, not by their number: a clock that was put back numbers what is older later."""
    await deeds(store, make, 3, 1, 2, NEW)
    wanted = Forget(Passing.DEEDS, make.at(BEFORE), most=2)

    first = await store.keeping.forget(wanted)
    left = [deed.action for deed in await store.deeds.page(10)]

    assert (first, left) == (2, [f"POST /{NEW}", "POST /3"])
    assert [await store.keeping.forget(wanted) for _ in range(2)] == [1, 0]


async def test_of_a_scan_its_label_event_stays_and_knows_a_repeat(store: Store, make: Make) -> None:
    both = [scan(make, "old", ORDER, LABEL, minutes=OLD), scan(make, "new", ORDER, LABEL, minutes=NEW)]
    await store.scans.record(both)
    told = await events(store)

    assert await forget(store, make, Passing.SCANS) == 1
    assert await column(store, "SELECT id FROM scan") == ["new"]
    await store.scans.record(both)
    assert await events(store) == told


async def test_an_alert_goes_once_it_is_over_and_not_while_it_stands(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, alert(make, "1"), alert(make, "2"), alert(make, "3"), letters=0))
    over, over_lately, _stands = await store.alerts.standing()
    done = replace(over, done_at=make.at(OLD)), replace(over_lately, done_at=make.at(NEW))
    await store.alerts.record(decided(make, *done, letters=0))

    assert await forget(store, make, Passing.ALERTS) == 1
    assert await column(store, "SELECT id FROM alert") == [2, 3]


async def test_a_message_to_people_goes_once_it_arrived_or_was_given_up_and_not_while_it_waits(
    store: Store, make: Make
) -> None:
    await store.alerts.record(decided(make, alert(make), letters=3, minutes=OLD))
    await store.alerts.record(decided(make, alert(make), letters=1, minutes=NEW))
    for message_id, state in ((1, MessageState.SENT), (2, MessageState.GIVEN_UP), (4, MessageState.SENT)):
        await store.alerts.settle(SettledMessage(message_id, state, make.at(OLD), make.at(NEW)))

    assert await forget(store, make, Passing.ALERT_MESSAGES) == 2
    assert [message.id for message in await store.alerts.messages(10)] == [4, 3]


async def test_a_webhook_goes_once_it_was_delivered_or_given_up_and_not_while_it_is_due(
    store: Store, make: Make
) -> None:
    """Also after a month during which the program was off: what was due then is delivered first."""
    await store.hooks.begin([WMS], make.at())
    old = [hook(make, str(number), f"main {number}", minutes=OLD) for number in range(3)]
    await store.hooks.make(Made((*old, hook(make, "new", "main new", minutes=NEW))))
    taken, refused, _due, new = await store.hooks.due("wms", make.at(NEW), 10)
    for each, status in ((taken, 200), (refused, 400), (new, 200)):
        await store.hooks.settle(SettledHook(each, judged(status), make.at(NEW)))

    assert await forget(store, make, Passing.WEBHOOK_MESSAGES) == 2
    assert [each.line for each in await store.hooks.deliveries("wms", 10)] == ["main new", "main 2"]


async def test_of_deliveries_only_those_go_that_could_not_be_read(store: Store, make: Make) -> None:
    """A repeat of any other is still known, and what came of it still says where it came from."""
    good = make.delivery(make.event("good"), minutes=OLD)
    bad = replace(good, labels=(), outcome="unreadable", shape={"x": "text"})
    await store.record_delivery(good)
    await store.record_delivery(replace(bad, key=f"{UNREADABLE_KEY}old"))
    await store.record_delivery(replace(bad, key=f"{UNREADABLE_KEY}new", received_at=make.at(NEW)))
    await store.record_delivery(replace(bad, key="read later by a newer version"))

    assert await forget(store, make, Passing.UNREADABLE_DELIVERIES) == 1
    assert sorted(await column(store, "SELECT key FROM delivery")) == [
        "good",
        "read later by a newer version",
        f"{UNREADABLE_KEY}new",
    ]
    assert (await store.record_delivery(good)).duplicates == 1


async def test_sessions_go_when_they_ended(store: Store, make: Make) -> None:
    sato = await store.users.add(NewUser("sato", "a hash", Role.VIEWER, Language.JA, make.at()))
    for token, ends in (("old", OLD), ("new", NEW)):
        await store.sessions.begin(
            NewSession(sato, token, make.at(-60), make.at(ends), "127.0.0.1", "Firefox", "", make.at(-120))
        )

    assert await forget(store, make, Passing.SESSIONS) == 1
    assert await column(store, "SELECT token_hash FROM session") == ["new"]


async def test_answers_to_keys_go_when_they_are_not_given_again_any_more(store: Store, make: Make) -> None:
    for key, minutes in (("old", OLD), ("new", NEW)):
        await store.answers.begin(KeyedRequest("user 1", key, "digest", make.at(minutes)))

    assert await forget(store, make, Passing.KEPT_ANSWERS) == 1
    assert await store.answers.begin(KeyedRequest("user 1", "new", "digest", make.at(NEW))) is Earlier.NO_ANSWER
    assert await store.answers.begin(KeyedRequest("user 1", "old", "digest", make.at(NEW))) is Earlier.NEW


@pytest.mark.parametrize("what", [each for each in Passing if each is not Passing.SESSIONS])
async def test_what_is_not_old_is_not_looked_at(store: Store, make: Make, plans: Any, what: Passing) -> None:
    """The oldest are found by an index, in its order; of sessions there are some twenty for each user."""
    await forget(store, make, what)

    (steps,) = [steps for statement, steps in plans().items() if statement.startswith("DELETE")]
    assert [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step] == []
    assert any("<?)" in step for step in steps)


KILLED = """
import asyncio, os, signal, sys
from datetime import datetime
from sqlalchemy import event
from connector.domain.keeping import Passing
from connector.store.keeping import Forget
from connector.store.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    begun = []

    def killed(_connection, _cursor, statement, *_others):
        begun.extend([statement] * statement.startswith("DELETE FROM audit"))
        if len(begun) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(store._writing.sync_engine, "after_cursor_execute", killed)
    while True:
        await store.keeping.forget(Forget(Passing.DEEDS, datetime.fromisoformat(sys.argv[2]), most=10))

asyncio.run(main())
"""


async def test_a_kill_in_the_middle_harms_nothing(store: Store, store_url: str, make: Make) -> None:
    """What was committed is gone, the batch in hand is whole, and the next sweep goes on from there."""
    await deeds(store, make, *(number / 100 for number in range(50)), NEW)
    await store.close()

    killed = subprocess.run(  # noqa: S603, ASYNC221 - this program itself, and nothing else runs
        [sys.executable, "-c", KILLED, store_url, make.at(BEFORE).isoformat()], check=False, timeout=60
    )

    with sqlite3.connect(Path(store_url.removeprefix("sqlite:///"))) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    again = await Store.open(store_url)
    left = len(await again.deeds.page(100))
    gone = await forget(again, make, Passing.DEEDS)
    stays = [deed.at for deed in await again.deeds.page(100)]
    await again.close()
    assert (killed.returncode, sound) == (-signal.SIGKILL, [("ok",)])
    assert (left, gone, stays) == (31, 30, [make.at(NEW)])
