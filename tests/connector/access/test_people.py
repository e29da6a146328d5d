"""Users, their passwords and tokens: what is checked before anything is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from connector.access.identify import holds
from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.people import TOKEN_PREFIX, PeopleDesk, TriedTooOften
from connector.access.sessions import hash_of
from connector.domain.language import Language
from connector.domain.people import ApiToken, PeopleRefused, Refusal
from connector.domain.roles import Role
from connector.store.store import Store
from connector.store.users import UserChange
from tests.connector.access.conftest import AT, Clock

HERE = "203.0.113.7"
PASSWORD = "correct horse battery"


async def refusal(of: object) -> Refusal:
    with pytest.raises(PeopleRefused) as raised:
        await of  # type: ignore[misc] # whatever is awaited, it is refused
    return raised.value.refusal


async def test_a_user_logs_in_with_name_and_password(desk: PeopleDesk) -> None:
    added = await desk.add_user("Sato", PASSWORD, Role.PACKER, Language.JA)

    assert (added.name, added.role, added.language, added.created_at) == ("Sato", Role.PACKER, "ja", AT)
    assert await desk.log_in(HERE, "Sato", PASSWORD) == added
    assert await desk.log_in(HERE, "ｓａｔｏ ", PASSWORD) == added
    assert await desk.log_in(HERE, "Sato", "correct horse batterY") is None
    assert await desk.log_in(HERE, "suzuki", PASSWORD) is None


@pytest.mark.parametrize("name", ["sato", "SATO", "ｓａｔｏ", " Sato "])
async def test_names_that_look_alike_are_one(desk: PeopleDesk, name: str) -> None:
    await desk.add_user("Sato", PASSWORD, Role.PACKER, Language.JA)

    assert await refusal(desk.add_user(name, PASSWORD, Role.ADMIN, Language.JA)) is Refusal.NAME_TAKEN


async def test_what_cannot_be_used_is_refused_before_it_is_hashed(desk: PeopleDesk, store: Store) -> None:
    refused = [
        await refusal(desk.add_user("", PASSWORD, Role.PACKER, Language.JA)),
        await refusal(desk.add_user("sato@example.com", PASSWORD, Role.PACKER, Language.JA)),
        await refusal(desk.add_user("sato", "too short", Role.PACKER, Language.JA)),
        await refusal(desk.add_user("sato", "x" * 1001, Role.PACKER, Language.JA)),
        await refusal(desk.add_user("warehouse-2", "Warehouse-2", Role.PACKER, Language.JA)),
    ]

    assert refused == [
        Refusal.NAME_UNUSABLE,
        Refusal.NAME_UNUSABLE,
        Refusal.PASSWORD_SHORT,
        Refusal.PASSWORD_LONG,
        Refusal.PASSWORD_IS_NAME,
    ]
    assert await store.users.all() == []


async def test_the_first_user_is_an_administrator_and_made_once(desk: PeopleDesk, store: Store) -> None:
    first = await desk.add_first_user("admin", PASSWORD, Language.EN)
    second = await desk.add_first_user("other", PASSWORD, Language.EN)

    assert first is not None
    assert (first.name, first.role) == ("admin", Role.ADMIN)
    assert second is None
    assert [each.name for each in await store.users.all()] == ["admin"]


async def test_a_disabled_user_cannot_log_in_with_the_right_password(desk: PeopleDesk, store: Store) -> None:
    await desk.add_user("boss", PASSWORD, Role.ADMIN, Language.JA)
    sato = await desk.add_user("sato", PASSWORD, Role.PACKER, Language.JA)
    await store.users.change(UserChange(sato.id, AT, disabled=True))

    assert await desk.log_in(HERE, "sato", PASSWORD) is None


async def test_after_five_wrong_passwords_even_the_right_one_waits(desk: PeopleDesk, clock: Clock) -> None:
    await desk.add_user("sato", PASSWORD, Role.PACKER, Language.JA)
    for _ in range(5):
        assert await desk.log_in(HERE, "SATO", "wrong password") is None

    with pytest.raises(TriedTooOften) as tried:
        await desk.log_in(HERE, "sato", PASSWORD)
    clock.forward(seconds=4)

    assert tried.value.wait_s == 4
    assert await desk.log_in(HERE, "sato", PASSWORD) is not None


async def test_names_that_nobody_has_are_limited_alike(desk: PeopleDesk) -> None:
    """Else the limit would tell which names there are."""
    for _ in range(5):
        await desk.log_in(HERE, "nobody", "wrong password")

    with pytest.raises(TriedTooOften):
        await desk.log_in(HERE, "nobody", "wrong password")


async def test_a_hash_of_weaker_parameters_is_replaced_at_the_next_log_in(store: Store, clock: Clock) -> None:
    weak = PeopleDesk(store, quick(1), LoginLimits(), clock, clock.monotonic)
    strong = PeopleDesk(store, quick(2), LoginLimits(), clock, clock.monotonic)
    before = await weak.add_user("sato", PASSWORD, Role.PACKER, Language.JA)

    await strong.log_in(HERE, "sato", PASSWORD)
    after = await store.users.by_id(before.id)

    assert after is not None
    assert "t=1" in before.password_hash
    assert "t=2" in after.password_hash
    assert after.password_changed_at == before.password_changed_at
    assert await strong.log_in(HERE, "sato", PASSWORD) is not None


def quick(time_cost: int) -> Passwords:
    return Passwords(PasswordHasher(time_cost=time_cost, memory_cost=8, parallelism=1))


async def test_ones_own_password_needs_the_old_one(desk: PeopleDesk, clock: Clock) -> None:
    sato = await desk.add_user("sato", PASSWORD, Role.PACKER, Language.JA)
    clock.forward(days=1)

    wrong = await refusal(desk.change_own_password(HERE, sato.id, 1, "no idea at all", "another password"))
    short = await refusal(desk.change_own_password(HERE, sato.id, 1, PASSWORD, "short"))
    changed = await desk.change_own_password(HERE, sato.id, 1, PASSWORD, "another password")

    assert (wrong, short) == (Refusal.PASSWORD_WRONG, Refusal.PASSWORD_SHORT)
    assert changed.password_changed_at == clock()
    assert await desk.log_in(HERE, "sato", PASSWORD) is None
    assert await desk.log_in(HERE, "sato", "another password") is not None


async def test_whoever_took_over_a_browser_cannot_try_passwords_there_without_end(desk: PeopleDesk) -> None:
    sato = await desk.add_user("sato", PASSWORD, Role.PACKER, Language.JA)
    for _ in range(5):
        await refusal(desk.change_own_password(HERE, sato.id, 1, "no idea at all", "another password"))

    with pytest.raises(TriedTooOften):
        await desk.change_own_password(HERE, sato.id, 1, PASSWORD, "another password")


async def test_a_password_can_be_set_for_whoever_forgot_theirs(desk: PeopleDesk) -> None:
    sato = await desk.add_user("sato", PASSWORD, Role.PACKER, Language.JA)
    await desk.set_password(sato.id, "another password")

    assert await desk.log_in(HERE, "sato", "another password") is not None
    assert await refusal(desk.set_password(99, "another password")) is Refusal.NO_USER


async def test_of_a_token_only_its_hash_is_kept(desk: PeopleDesk, store: Store) -> None:
    kept, token = await desk.add_token("wms", Role.VIEWER, "sato", 30)

    assert token.startswith(TOKEN_PREFIX)
    assert len(token) > 40
    assert await store.tokens.find(hash_of(token)) == kept
    assert kept == ApiToken(1, "wms", Role.VIEWER, "sato", AT, AT + timedelta(days=30))
    assert await refusal(desk.add_token("", Role.VIEWER, "sato", None)) is Refusal.NAME_UNUSABLE


def test_a_token_holds_up_to_its_end_or_its_withdrawal() -> None:
    def token(expires_at: object = None, withdrawn_at: object = None) -> ApiToken:
        return ApiToken(1, "wms", Role.VIEWER, "sato", AT, expires_at, None, withdrawn_at)  # type: ignore[arg-type] # times

    second = timedelta(seconds=1)
    assert holds(token(), AT)
    assert holds(token(AT + second), AT)
    assert not holds(token(AT), AT)
    assert not holds(token(withdrawn_at=AT), AT)
    assert not holds(token(AT + second, AT), AT)
