"""Whether anybody can log in, as ``check`` sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.check.findings import Finding, Level, on_users
from connector.check.gather import examine
from connector.domain.language import Language
from connector.domain.roles import Role
from connector.settings import load_settings
from connector.store.store import Store
from connector.store.users import NewUser, UserChange

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("users", "first_user", "said"),
    [
        (None, "", []),
        (0, "", [(Level.WARN, "there is no user yet, so nobody can log in")]),
        (0, "sato", [(Level.OK, "the next start makes sato")]),
        (2, "sato", [(Level.OK, "users who may log in: 2")]),
    ],
)
def test_a_console_that_nobody_can_open_is_said(
    users: int | None, first_user: str, said: list[tuple[Level, str]]
) -> None:
    assert [(each.level, each.message.en) for each in on_users(users, first_user)] == said


def test_the_mend_is_the_command() -> None:
    (finding,) = on_users(0, "")

    assert finding.mend.en == "Make the first one: qoo10-connector users add NAME --role admin"


async def test_users_are_counted_before_and_after_the_first_one(tmp_path: Path) -> None:
    """Nobody before there is a store; whoever is disabled does not count; a store that cannot be read says nothing."""
    config = tmp_path / "config.toml"
    config.write_text(
        f"""
        [store]
        url = "sqlite:///{tmp_path}/connector.db"
        [shops.main]
        qapi_url = "http://127.0.0.1:9/"
        seller_auth_key = "x"
        """,
        encoding="utf-8",
    )
    settings = load_settings(config)
    said = [about_log_in(await examine(settings, config))]
    store = await Store.open(settings.store.url)
    await store.users.add(NewUser("sato", "no hash", Role.ADMIN, Language.JA, AT))
    gone = await store.users.add(NewUser("gone", "no hash", Role.ADMIN, Language.JA, AT))
    await store.users.change(UserChange(gone.id, AT, disabled=True))
    said.append(about_log_in(await examine(settings, config)))
    await store.close()
    said.append(about_log_in(await examine(settings, config)))
    tmp_path.joinpath("connector.db").write_text("no database")
    said.append(about_log_in(await examine(settings, config)))

    assert said == [
        ["there is no user yet, so nobody can log in"],
        ["users who may log in: 1"],
        ["users who may log in: 1"],
        [],
    ]


def about_log_in(findings: list[Finding]) -> list[str]:
    return [each.message.en for each in findings if each.about.en == "log-in"]
