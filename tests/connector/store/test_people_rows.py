"""Users, sessions and tokens as the store keeps them; the last administrator; what each query costs."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from connector.domain.language import Language
from connector.domain.people import PeopleRefused, Refusal, User
from connector.domain.roles import Role
from connector.store.api_tokens import NewToken
from connector.store.changes import Topic
from connector.store.deeds import Deed, Outcome
from connector.store.kept_answers import KeptAnswer, KeyedRequest
from connector.store.sessions import NewSession, Rotation
from connector.store.store import Store
from connector.store.users import NewPassword, NewUser, UserChange

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


async def user(store: Store, name: str, role: Role = Role.ADMIN) -> User:
    return await store.users.add(NewUser(name, "a hash", role, Language.JA, AT))


def session(of: User, token_hash: str = "hash", replaces: str = "", at: datetime = AT) -> NewSession:
    since = at - timedelta(hours=12)
    return NewSession(of, token_hash, at, at + timedelta(days=14), "127.0.0.1", "Firefox on Linux", replaces, since)


async def refusal(of: Any) -> Refusal:
    with pytest.raises(PeopleRefused) as raised:
        await of
    return raised.value.refusal


async def test_the_last_administrator_stays_one(store: Store) -> None:
    """Neither another role nor disabling takes them away, while nobody else may administer."""
    boss = await user(store, "boss")
    await user(store, "sato", Role.OPERATOR)
    gone = await user(store, "gone")
    await store.users.change(UserChange(gone.id, AT, disabled=True))

    refused = [
        await refusal(store.users.change(UserChange(boss.id, AT, role=Role.OPERATOR))),
        await refusal(store.users.change(UserChange(boss.id, AT, disabled=True))),
    ]
    await store.users.change(UserChange(gone.id, AT, disabled=False))
    changed = await store.users.change(UserChange(boss.id, AT, disabled=True))

    assert refused == [Refusal.LAST_ADMIN] * 2
    assert changed.disabled_at == AT
    assert await refusal(store.users.change(UserChange(gone.id, AT, role=Role.VIEWER))) is Refusal.LAST_ADMIN


async def test_two_administrators_cannot_take_each_other_away_at_once(store: Store) -> None:
    """Both changes wait for the same commit; one of them is refused."""
    one, two = await user(store, "one"), await user(store, "two")

    outcomes = await asyncio.gather(
        store.users.change(UserChange(one.id, AT, disabled=True)),
        store.users.change(UserChange(two.id, AT, role=Role.VIEWER)),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [User, PeopleRefused]
    assert [each.name for each in await store.users.all() if each.role is Role.ADMIN and not each.disabled_at] == [
        "two"
    ]


async def test_a_change_of_nothing_changes_nothing(store: Store) -> None:
    boss = await user(store, "boss")

    as_before = UserChange(boss.id, LATER, role=Role.ADMIN, language=Language.JA, disabled=False)
    assert await store.users.change(as_before) == boss


async def test_two_users_of_one_name_at_once_are_one(store: Store) -> None:
    outcomes = await asyncio.gather(*(user(store, name) for name in ("sato", "SATO")), return_exceptions=True)

    assert [type(each) for each in outcomes] == [User, PeopleRefused]


async def test_two_first_users_at_once_are_one(store: Store) -> None:
    new = [NewUser(name, "a hash", Role.ADMIN, Language.JA, AT) for name in ("one", "two")]

    made = await asyncio.gather(*(store.users.add_first(each) for each in new))

    assert [each.name if each is not None else None for each in made] == ["one", None]


async def test_a_log_in_that_was_overtaken_by_a_new_password_begins_nothing(store: Store) -> None:
    """The old password was compared; meanwhile an administrator has set another one."""
    compared = await user(store, "sato")
    await store.users.set_password(NewPassword(compared.id, "another hash", LATER))

    assert not await store.sessions.begin(session(compared))
    assert await store.sessions.all() == []


async def test_a_log_in_that_was_overtaken_by_disabling_begins_nothing(store: Store) -> None:
    await user(store, "boss")
    compared = await user(store, "sato")
    await store.users.change(UserChange(compared.id, AT, disabled=True))

    assert not await store.sessions.begin(session(compared))


async def test_only_ones_own_session_can_be_ended_unless_anybodys(store: Store) -> None:
    one, two = await user(store, "one"), await user(store, "two")
    await store.sessions.begin(session(one, "hash 1"))
    await store.sessions.begin(session(two, "hash 2"))

    assert await refusal(store.sessions.end(1, two.id)) is Refusal.NO_SESSION
    await store.sessions.end(2, two.id)
    await store.sessions.end(1)
    assert await refusal(store.sessions.end(1)) is Refusal.NO_SESSION


async def test_of_two_rotations_at_once_one_counts(store: Store) -> None:
    await store.sessions.begin(session(await user(store, "sato")))
    new = [Rotation(1, "hash", f"new {number}", AT, LATER) for number in (1, 2)]

    assert await asyncio.gather(*(store.sessions.rotate(each) for each in new)) == [True, False]
    assert await store.sessions.find("new 2") is None
    assert await store.sessions.find("new 1") is not None


async def test_an_empty_hash_finds_no_session(store: Store) -> None:
    """Sessions whose token never changed have no previous one: an empty token is not theirs."""
    await store.sessions.begin(session(await user(store, "sato")))

    assert await store.sessions.find("") is None


async def test_a_token_is_withdrawn_once(store: Store) -> None:
    kept = await store.tokens.add(NewToken("wms", "hash", Role.VIEWER, "sato", AT, None))
    await store.tokens.withdraw(kept.id, LATER)

    assert await refusal(store.tokens.withdraw(kept.id, LATER)) is Refusal.NO_TOKEN
    assert await refusal(store.tokens.withdraw(99, LATER)) is Refusal.NO_TOKEN
    assert [each.withdrawn_at for each in await store.tokens.all()] == [LATER]


async def test_people_survive_a_restart(store_url: str) -> None:
    opened = await Store.open(store_url)
    sato = await user(opened, "sato")
    await opened.sessions.begin(session(sato))
    await opened.close()

    reopened = await Store.open(store_url)
    found = await reopened.sessions.find("hash")
    await reopened.close()

    assert found is not None
    assert found.user == sato


async def test_pages_about_people_are_told_of_changes_and_not_of_every_glance(store: Store) -> None:
    with store.changes.listening() as listener:
        sato = await user(store, "sato")
        told = await asyncio.wait_for(listener.take(), 5)
        await store.sessions.begin(session(sato))
        await listener.take()
        await store.sessions.see(1, LATER)
        await store.deeds.begin(Deed(AT, "sato", "session", "POST /x"))
        await store.tokens.add(NewToken("wms", "hash", Role.VIEWER, "sato", AT, None))
        again = await asyncio.wait_for(listener.take(), 5)

    assert told == again == frozenset({Topic.PEOPLE})


async def test_every_request_finds_its_session_token_and_key_by_an_index(store: Store, store_url: str) -> None:
    """Nothing that comes with a request reads a table through, however many rows there are."""
    seen: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, given: Any, _context: object, many: object) -> None:
        seen[statement] = given[0] if many else given

    for engine in (store._reading, store._writing):
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    sato = await user(store, "sato")
    seen.clear()
    await store.users.by_name("sato")
    await store.sessions.find("unknown")
    await store.sessions.see(1, AT)
    await store.sessions.confirm(1, "hash", AT)
    await store.sessions.rotate(Rotation(1, "hash", "new", AT, AT))
    await store.tokens.find("hash")
    await store.tokens.use(1, AT)
    deed_id = await store.deeds.begin(Deed(AT, "sato", "session", "POST /x"))
    await store.deeds.settle(Outcome(deed_id, 200, "", ""))
    await store.deeds.page(50, before=10)
    request = KeyedRequest("user 1", "key", "digest", AT)
    await store.answers.begin(request)
    await store.answers.begin(request)
    await store.answers.keep(request, KeptAnswer(200, "application/json", b"{}"))
    await store.users.set_password(NewPassword(sato.id, "a hash", AT))

    with sqlite3.connect(Path(store_url.removeprefix("sqlite:///"))) as connection:
        plans = {
            statement: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
            for statement, given in seen.items()
            if not statement.startswith(("BEGIN", "INSERT"))
        }
    connection.close()

    assert len(plans) >= 14
    assert [(statement, step) for statement, steps in plans.items() for step in steps if step.startswith("SCAN")] == []
