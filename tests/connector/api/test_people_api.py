"""``/api/v1/users``, ``me``, ``sessions``, ``tokens`` and ``audit``, over the running program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from argon2 import PasswordHasher

from connector.access.passwords import Passwords
from connector.app import RunningApp
from tests.connector.api.conftest import TOKEN, serving

PASSWORD = "correct horse battery"
SETTINGS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Service:
    """The running program. ``first`` made by its settings is an administrator."""

    app: RunningApp
    http: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = SETTINGS
    ) -> tuple[int, Any]:
        headers = {"Origin": self.app.url, **headers}
        url = f"{self.app.url}/api/v1{path}"
        async with self.http.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def log_in(self, name: str, password: str = PASSWORD) -> dict[str, str]:
        """What the browser of a user shows after a log-in."""
        form = {"name": name, "password": password, "next": "/"}
        async with self.http.post(
            f"{self.app.url}/login", data=form, headers={"Origin": self.app.url}, allow_redirects=False
        ) as response:
            assert response.status == 303
            return {"Cookie": f"session={response.cookies['session'].value}"}

    async def add(self, name: str, role: str) -> Any:
        status, added = await self.ask("POST", "/users", {"name": name, "password": PASSWORD, "role": role})
        assert status == 201
        return added


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("connector.assembly.access.Passwords", lambda: Passwords(quick))
    first = f'console.first_user = "first"\nconsole.first_password = "{PASSWORD}"'
    async with serving(tmp_path, first) as running_service:
        yield Service(running_service.app, running_service.session)


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"]["code"]


async def test_a_user_is_added_listed_and_logs_in(service: Service) -> None:
    added = await service.add("佐藤", "packer")
    _, listed = await service.ask("GET", "/users")
    browser = await service.log_in("佐藤")
    _, me = await service.ask("GET", "/me", headers=browser)

    assert set(added) == {"id", "name", "role", "language", "created_at", "password_changed_at", "disabled_at"}
    assert (added["name"], added["role"], added["language"], added["disabled_at"]) == ("佐藤", "packer", "ja", None)
    assert added["created_at"].endswith("+09:00")
    assert [each["name"] for each in listed["users"]] == ["first", "佐藤"]
    assert me == {"name": "佐藤", "role": "packer", "via": "session", "permissions": ["look", "scan"], "user": added}


BAD_USERS: list[tuple[Any, tuple[int, str]]] = [
    ({"name": "FIRST", "password": PASSWORD, "role": "admin"}, (409, "name_taken")),
    ({"name": "a@example.com", "password": PASSWORD, "role": "admin"}, (422, "name_unusable")),
    ({"name": "sato", "password": "short", "role": "admin"}, (422, "password_short")),
    ({"name": "sato", "password": "x" * 1001, "role": "admin"}, (422, "password_long")),
    ({"name": "warehouse-2", "password": "warehouse-2", "role": "admin"}, (422, "password_is_name")),
    ({"name": "sato", "password": PASSWORD, "role": "boss"}, (422, "unreadable")),
    ({"name": "sato", "password": PASSWORD}, (422, "unreadable")),
    ([], (422, "unreadable")),
]


async def test_a_user_that_cannot_be_is_refused_without_repeating_the_password(service: Service) -> None:
    answers = [await service.ask("POST", "/users", body) for body, _ in BAD_USERS]

    assert [code(answer) for answer in answers] == [expected for _, expected in BAD_USERS]
    assert PASSWORD not in str(answers)


async def test_the_last_administrator_cannot_be_demoted_or_disabled(service: Service) -> None:
    for change in ({"role": "viewer"}, {"disabled": True}):
        assert code(await service.ask("POST", "/users/1", change)) == (409, "last_admin")


async def test_a_role_changes_at_once_and_disabling_logs_out(service: Service) -> None:
    sato = await service.add("sato", "viewer")
    browser = await service.log_in("sato")
    refused = await service.ask("GET", "/users", headers=browser)
    status, changed = await service.ask("POST", f"/users/{sato['id']}", {"role": "admin", "language": "en"})
    allowed = await service.ask("GET", "/users", headers=browser)
    await service.ask("POST", f"/users/{sato['id']}", {"disabled": True})

    assert code(refused) == (403, "not_allowed")
    assert (status, changed["role"], changed["language"]) == (200, "admin", "en")
    assert allowed[0] == 200
    assert code(await service.ask("GET", "/me", headers=browser)) == (401, "login_needed")


async def test_a_password_that_an_administrator_sets_logs_out(service: Service) -> None:
    sato = await service.add("sato", "viewer")
    browser = await service.log_in("sato")
    await service.ask("POST", f"/users/{sato['id']}/password", {"password": "another password"})

    assert code(await service.ask("GET", "/me", headers=browser)) == (401, "login_needed")
    assert await service.log_in("sato", "another password")
    assert code(await service.ask("POST", "/users/99/password", {"password": "another password"})) == (404, "no_user")


async def test_ones_own_password_changes_with_the_old_one_and_ends_the_other_browsers(service: Service) -> None:
    await service.add("sato", "viewer")
    here, elsewhere = await service.log_in("sato"), await service.log_in("sato")
    wrong = await service.ask("POST", "/me/password", {"old": "no idea", "new": "another password"}, here)
    url, body = f"{service.app.url}/api/v1/me/password", {"old": PASSWORD, "new": "another password"}
    async with service.http.post(url, json=body, headers={"Origin": service.app.url, **here}) as response:
        new_cookie = response.cookies["session"].value
        changed = response.status

    assert code(wrong) == (422, "password_wrong")
    assert changed == 200
    assert (await service.ask("GET", "/me", headers={"Cookie": f"session={new_cookie}"}))[0] == 200
    assert code(await service.ask("GET", "/me", headers=here)) == (401, "login_needed")
    assert code(await service.ask("GET", "/me", headers=elsewhere)) == (401, "login_needed")


async def test_a_program_has_no_password_and_no_language(service: Service) -> None:
    assert (await service.ask("GET", "/me"))[1]["user"] is None
    assert code(await service.ask("POST", "/me", {"language": "en"})) == (409, "not_a_person")
    assert code(await service.ask("POST", "/me/password", {"old": "a", "new": "b"})) == (409, "not_a_person")


async def test_ones_own_language_is_kept(service: Service) -> None:
    browser = await service.log_in("first")

    status, me = await service.ask("POST", "/me", {"language": "en"}, browser)

    assert (status, me["user"]["language"]) == (200, "en")


async def test_everybody_sees_and_ends_their_own_sessions_and_administrators_all(service: Service) -> None:
    await service.add("sato", "viewer")
    boss, sato = await service.log_in("first"), await service.log_in("sato")
    _, all_of_them = await service.ask("GET", "/sessions", headers=boss)
    _, own = await service.ask("GET", "/sessions", headers=sato)
    of_boss = next(each for each in all_of_them["sessions"] if each["user_name"] == "first")
    of_sato = next(each for each in all_of_them["sessions"] if each["user_name"] == "sato")

    foreign = await service.ask("DELETE", f"/sessions/{of_boss['id']}", headers=sato)
    ended = await service.ask("DELETE", f"/sessions/{of_sato['id']}", headers=boss)

    assert (of_boss["current"], of_sato["current"]) == (True, False)
    assert [each["user_name"] for each in own["sessions"]] == ["sato"]
    assert own["sessions"][0]["current"]
    assert own["sessions"][0]["address"] == "127.0.0.1"
    assert code(foreign) == (404, "no_session")
    assert ended == (204, None)
    assert code(await service.ask("GET", "/me", headers=sato)) == (401, "login_needed")
    assert code(await service.ask("DELETE", "/sessions/x")) == (404, "no_session")


async def test_a_program_that_only_looks_sees_no_sessions(service: Service) -> None:
    await service.log_in("first")
    _, made = await service.ask("POST", "/tokens", {"name": "wms", "role": "viewer"})
    program = {"Authorization": f"Bearer {made['token']}"}

    assert await service.ask("GET", "/sessions", headers=program) == (200, {"sessions": []})
    assert code(await service.ask("DELETE", "/sessions/1", headers=program)) == (404, "no_session")


async def test_a_token_is_shown_once_opens_what_its_role_may_and_is_withdrawn(service: Service) -> None:
    body = {"name": "wms", "role": "viewer", "expires_days": 30}
    status, made = await service.ask("POST", "/tokens", body)
    program = {"Authorization": f"Bearer {made['token']}"}
    looks = await service.ask("GET", "/conflicts", headers=program)
    acts = await service.ask("POST", "/conflicts/1/acts", {}, headers=program)
    _, listed = await service.ask("GET", "/tokens")
    withdrawn = await service.ask("DELETE", f"/tokens/{made['id']}")

    assert status == 201
    expires = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert expires == timedelta(days=30)
    assert (looks[0], code(acts)) == (200, (403, "not_allowed"))
    (shown,) = listed["tokens"]
    assert made["token"] not in str(listed)
    assert (shown["name"], shown["holds"], shown["created_by"]) == ("wms", True, "settings")
    assert datetime.fromisoformat(shown["last_used_at"]) <= datetime.now(UTC)
    assert withdrawn == (204, None)
    assert code(await service.ask("GET", "/conflicts", headers=program)) == (401, "bad_token")
    assert code(await service.ask("DELETE", f"/tokens/{made['id']}")) == (404, "no_token")
    assert [each["holds"] for each in (await service.ask("GET", "/tokens"))[1]["tokens"]] == [False]


async def test_a_token_without_a_usable_end_is_refused(service: Service) -> None:
    for days in (0, -1, 3651, 1e308, "7"):
        body = {"name": "wms", "role": "viewer", "expires_days": days}
        assert code(await service.ask("POST", "/tokens", body)) == (422, "unreadable")


async def test_the_audit_names_who_did_what_to_whom_and_no_secret(service: Service) -> None:
    browser = await service.log_in("first")
    body = {"name": "sato", "password": PASSWORD + "!", "role": "packer"}
    await service.ask("POST", "/users", body, browser)
    await service.ask("POST", "/users/2", {"role": "viewer", "disabled": True}, browser)
    await service.ask("POST", "/users/1", {"role": "viewer"}, browser)
    _, made = await service.ask("POST", "/tokens", {"name": "wms", "role": "viewer"})
    _, first_page = await service.ask("GET", "/audit?limit=2")
    _, second_page = await service.ask("GET", f"/audit?limit=100&cursor={first_page['next']}")
    rows = first_page["audit"] + second_page["audit"]

    assert [(r["who"], r["via"], r["action"], r["subject"], r["detail"], r["status"]) for r in rows] == [
        ("settings", "settings", "POST /api/v1/tokens", "token wms", "role viewer", 201),
        ("first", "session", "POST /api/v1/users/{id}", "id 1", "", 409),
        ("first", "session", "POST /api/v1/users/{id}", "user sato", "role viewer, disabled", 200),
        ("first", "session", "POST /api/v1/users", "user sato", "role packer", 201),
        ("first", "password", "POST /login", "user first", "from 127.0.0.1", 303),
    ]
    assert second_page["next"] is None
    assert PASSWORD not in str(rows)
    assert made["token"] not in str(rows)


async def test_a_question_to_the_audit_that_is_none_is_refused(service: Service) -> None:
    for query in ("?limit=0", "?limit=501", "?cursor=x", "?before=1", "?limit=1&limit=2"):
        assert code(await service.ask("GET", f"/audit{query}")) == (400, "bad_query")


async def test_the_first_user_is_made_once(service: Service) -> None:
    """Made at the start by the settings, with a password that is nobody's default; see tests of settings."""
    _, listed = await service.ask("GET", "/users")

    assert [(each["name"], each["role"]) for each in listed["users"]] == [("first", "admin")]
    assert await service.log_in("first")


async def test_a_key_makes_a_user_once_and_keeps_no_password(service: Service, tmp_path: Path) -> None:
    body = {"name": "sato", "password": "a password of sato", "role": "packer"}
    keyed = {**SETTINGS, "Idempotency-Key": "one"}
    first = await service.ask("POST", "/users", body, keyed)
    again = await service.ask("POST", "/users", body, keyed)
    kept = (tmp_path / "connector.db").read_bytes() + (tmp_path / "connector.db-wal").read_bytes()

    assert first[0] == 201
    assert code(again) == (409, "done_before")
    assert b"a password of sato" not in kept
    assert TOKEN.encode() not in kept
