"""Alerts and messages: kept together with the decision, told apart after a restart, found through their indexes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects.sqlite import dialect

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alert_facts import Alert, Letter, Occasion, Outbox, Plan, Told
from connector.domain.alert_words import Text
from connector.domain.language import Said
from connector.domain.silence import FailingTarget
from connector.store import alerts
from connector.store.alerts import FAILS_FROM, Decided, KeptMessage, MessageState, SettledMessage
from connector.store.changes import Topic
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.store.conftest import Make


def alert(make: Make, order_no: str = "1", minutes: float = 0) -> Alert:
    """As a look makes it, before it is kept."""
    alarm = Alarm(
        AlarmKind.NOT_LOOKED_AT,
        "main",
        order_no,
        "444413758703",
        make.at(-30),
        make.at(600),
        Said("対応がありません。", "Nobody has dealt with it."),
        Said("止めてください。", "Stop it."),
        conflict_id=7,
        saving=Saving.GOODS_AND_MONEY,
    )
    return Alert(("order", "main", order_no), make.at(minutes), (alarm, replace(alarm, until=None, conflict_id=None)))


def told(of: Alert, letter: str = "office 1", *, over: bool = False) -> Alert:
    return replace(of, told={"office": Told(0, ("not_looked_at|7|1|0",), letter, over=over)})


def decided(make: Make, *alerts: Alert, letters: int = 1, minutes: float = 0, news: tuple[int, ...] = ()) -> Decided:
    at = make.at(minutes)
    written = [Letter(f"office {minutes} {n}", "office", Occasion.NEW, alerts[:1], at) for n in range(letters)]
    texts = [Text(f"件名{letter.key}", "本文") for letter in written]
    return Decided(Plan(alerts, tuple(written), news), texts, at)


async def test_alerts_and_messages_are_as_they_were_kept(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, told(alert(make)), alert(make, "2")))

    assert await store.alerts.standing() == [
        replace(told(alert(make)), id=1),
        replace(alert(make, "2"), id=2),
    ]
    assert await store.alerts.messages(10) == [
        KeptMessage(
            id=1,
            target="office",
            occasion=Occasion.NEW,
            kind="not_looked_at",
            shop="main",
            alerts=1,
            title="件名office 0 0",
            body="本文",
            at=make.at(),
            due_at=make.at(),
            state=MessageState.WAITING,
            attempts=0,
            error="",
            settled_at=None,
        )
    ]


async def test_a_commit_that_is_repeated_keeps_nothing_twice(store: Store, make: Make) -> None:
    """As after an error in the commit itself, which may have been kept."""
    for _ in range(2):
        await store.alerts.record(decided(make, told(alert(make))))

    assert len(await store.alerts.standing()) == len(await store.alerts.messages(10)) == 1


async def test_a_restart_finds_what_waits(store: Store, store_url: str, make: Make) -> None:
    await store.alerts.record(decided(make, told(alert(make))))
    await store.close()

    again = await Store.open(store_url)

    assert [message.title for message in await again.alerts.due("office", make.at())] == ["件名office 0 0"]
    assert [each.told["office"].letter for each in await again.alerts.standing()] == ["office 1"]
    await again.close()


async def test_an_alert_that_is_done_stands_no_more_and_may_come_again(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, alert(make)))
    (kept,) = await store.alerts.standing()
    await store.alerts.record(decided(make, replace(kept, done_at=make.at(5)), letters=0))
    assert await store.alerts.standing() == []

    await store.alerts.record(decided(make, alert(make, minutes=9), letters=0))

    assert [each.id for each in await store.alerts.standing()] == [2]


async def test_the_first_who_takes_care_stays_until_there_is_news(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, alert(make)))

    first = await store.alerts.acknowledge(1, "sato", make.at(1))
    second = await store.alerts.acknowledge(1, "suzuki", make.at(2))

    assert first == second == replace(alert(make), id=1, acknowledged_at=make.at(1), acknowledged_by="sato")
    (kept,) = await store.alerts.standing()
    changed = replace(kept, acknowledged_at=None, acknowledged_by="")
    await store.alerts.record(decided(make, changed, letters=0, news=(1,)))
    assert [each.acknowledged_at for each in await store.alerts.standing()] == [None]


async def test_who_takes_care_is_not_lost_to_a_look_that_did_not_know(store: Store, make: Make) -> None:
    """A look reads, thinks and writes; somebody may come in between."""
    await store.alerts.record(decided(make, alert(make)))
    (as_read,) = await store.alerts.standing()
    await store.alerts.acknowledge(1, "sato", make.at(1))

    await store.alerts.record(decided(make, told(as_read), letters=0))

    (kept,) = await store.alerts.standing()
    assert (kept.acknowledged_by, kept.told["office"].stage) == ("sato", 0)


async def test_nobody_takes_care_of_what_is_over_or_never_was(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, replace(alert(make), resolved_at=make.at(), done_at=make.at())))

    assert [await store.alerts.acknowledge(number, "sato", make.at()) for number in (1, 2)] == [None, None]


async def test_a_message_waits_until_it_has_arrived_or_is_given_up(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, alert(make), letters=3))
    one, two, three = await store.alerts.due("office", make.at())

    await store.alerts.settle(SettledMessage(one.id, MessageState.SENT, make.at(), make.at()))
    await store.alerts.settle(SettledMessage(two.id, MessageState.WAITING, make.at(5), make.at(), "timeout"))
    await store.alerts.settle(SettledMessage(three.id, MessageState.GIVEN_UP, make.at(), make.at(), "failed"))

    assert await store.alerts.due("office", make.at(4)) == []
    assert await store.alerts.next_due_at("office") == make.at(5)
    (again,) = await store.alerts.due("office", make.at(5))
    assert (again.title, again.attempts, again.error, again.settled_at) == (two.title, 1, "timeout", make.at())
    assert [(m.state, m.error) for m in await store.alerts.undelivered(10)] == [
        (MessageState.GIVEN_UP, "failed"),
        (MessageState.WAITING, "timeout"),
    ]
    assert await store.alerts.due("another", make.at(5)) == []


async def test_the_outbox_says_what_waits_what_is_lost_and_what_went_out_lately(store: Store, make: Make) -> None:
    sort = ("office", "new", "not_looked_at", "main")
    await store.alerts.record(decided(make, alert(make), letters=2))
    one, _ = await store.alerts.due("office", make.at())
    await store.alerts.settle(SettledMessage(one.id, MessageState.GIVEN_UP, make.at(), make.at(), "failed"))

    assert await store.alerts.outbox(make.at(9)) == Outbox({"office": 1}, frozenset({"office 0 0"}), {sort: make.at()})
    assert (await store.alerts.outbox(make.at(11))).last == {}


async def test_a_target_fails_after_some_attempts(store: Store, make: Make) -> None:
    await store.alerts.record(decided(make, alert(make)))
    for minute in range(FAILS_FROM):
        assert await store.alerts.failing() == ()
        await store.alerts.settle(SettledMessage(1, MessageState.WAITING, make.at(minute), make.at(minute), "failed"))

    assert await store.alerts.failing() == (FailingTarget("office", make.at(), FAILS_FROM),)


async def test_pages_hear_of_it(store: Store, make: Make) -> None:
    with store.changes.listening() as listener:
        await store.alerts.record(decided(make, alert(make)))

        assert await listener.take() == {Topic.ALERTS}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (alerts._STANDING, "uq_alert_not_done"),
        (alerts._COUNTS, "ix_alert_message_waiting"),
        (alerts._NEXT_DUE, "ix_alert_message_waiting"),
        (alerts._DUE, "ix_alert_message_waiting"),
        (alerts._FAILING, "ix_alert_message_waiting"),
        (alerts._LOST, "ix_alert_message_undelivered"),
        (alerts._LAST, "ix_alert_message_at"),
        (alerts._UNDELIVERED, "ix_alert_message_undelivered"),
    ],
)
async def test_what_is_asked_for_again_and_again_goes_through_an_index(
    store: Store, store_url: str, statement: Select[Any], index: str
) -> None:
    assert store is not None
    compiled = statement.compile(dialect=dialect())
    with sqlite3.connect(Path(store_url.removeprefix("sqlite:///"))) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {compiled}", ["1"] * len(compiled.positiontup or ())).fetchall()
    connection.close()

    assert any(index in step[3] for step in steps), steps
    assert not [step for step in steps if step[3].startswith("SCAN") and "INDEX" not in step[3]]


async def test_messages_come_the_newest_first_page_by_page(store: Store, make: Make, plans: Any) -> None:
    """By their key, backwards, so that the limit ends the walk."""
    await store.alerts.record(decided(make, alert(make), letters=5))

    pages = [[each.id for each in await store.alerts.messages(2, before)] for before in (None, 4, 2)]

    assert pages == [[5, 4], [3, 2], [1]]
    assert [steps for statement, steps in plans().items() if "ORDER BY" in statement] == [
        ["SCAN alert_message"],
        ["SEARCH alert_message USING INTEGER PRIMARY KEY (rowid<?)"],
    ]


async def test_an_empty_decision_is_no_commit(store: Store, make: Make) -> None:
    with store.changes.listening() as listener:
        await store.alerts.record(Decided(Plan(), [], make.at() + timedelta(days=1)))

        assert listener._topics == set()
