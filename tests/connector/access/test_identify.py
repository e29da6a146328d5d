"""Who a request comes from: tokens of the settings, tokens of programs, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import make_mocked_request

from connector.access.identify import SettingsTokens, StoredTokens
from connector.access.people import PeopleDesk
from connector.domain.roles import Actor, Role, Via
from connector.store.errors import StoreUnavailable
from connector.store.store import Store
from tests.connector.access.conftest import AT, Clock


def request(token: str, scheme: str = "Bearer") -> web.Request:
    return make_mocked_request("GET", "/", headers={hdrs.AUTHORIZATION: f"{scheme} {token}"})


@pytest.mark.parametrize("token", ["a" * 32, "b" * 40])
async def test_a_token_of_the_settings_is_an_administrator(token: str) -> None:
    tokens = SettingsTokens(["a" * 32, "b" * 40])

    assert await tokens.identify(request(token)) == Actor("settings", Role.ADMIN, Via.SETTINGS)


@pytest.mark.parametrize("token", ["", "a" * 31, "a" * 33, "日" * 32])
async def test_another_token_is_nobody(token: str) -> None:
    assert await SettingsTokens(["a" * 32]).identify(request(token)) is None


async def test_a_programs_token_says_its_name_and_role(desk: PeopleDesk, store: Store, clock: Clock) -> None:
    _, token = await desk.add_token("wms", Role.PACKER, "sato", 1)
    tokens = StoredTokens(store.tokens, clock)

    found = await tokens.identify(request(token))
    clock.forward(days=1)

    assert found == Actor("wms", Role.PACKER, Via.TOKEN, 1)
    assert await tokens.identify(request(token)) is None
    assert await tokens.identify(request(token, "Basic")) is None


async def test_when_a_token_was_used_is_kept_once_an_hour(desk: PeopleDesk, store: Store, clock: Clock) -> None:
    """A program that asks ten times a second must not write ten times a second."""
    _, token = await desk.add_token("wms", Role.PACKER, "sato", None)
    tokens = StoredTokens(store.tokens, clock)
    used = []
    for _ in range(5):
        await tokens.identify(request(token))
        used.append((await store.tokens.all())[0].last_used_at)
        clock.forward(minutes=20)

    hour = timedelta(hours=1)
    assert used == [AT, AT, AT, AT + hour, AT + hour]


async def test_on_a_full_disk_a_token_still_opens(
    desk: PeopleDesk, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = await desk.add_token("wms", Role.PACKER, "sato", None)

    async def full(_token_id: int, _at: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(store.tokens, "use", full)

    assert await StoredTokens(store.tokens, clock).identify(request(token)) is not None
