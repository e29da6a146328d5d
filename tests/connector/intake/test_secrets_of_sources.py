"""Secrets that are added while the program runs: valid beside those of the settings, sealed, and withdrawn for good."""

import asyncio
import base64
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.intake.keyring import USE_KEPT_EVERY, Keyring, KnownSecret
from connector.store.store import Store
from connector.tokens import TokenBox, fingerprint

KEY, OTHER_KEY = (base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"k", b"o"))
OLD, NEW = "the-secret-of-the-settings", "the-secret-that-was-added"
AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def opened(store: Store, clock: Clock, key: str | None = KEY, source: str = "table") -> Keyring:
    keyring = Keyring({source: [OLD]}, store, TokenBox(key) if key else None, clock)
    await keyring.load()
    return keyring


async def test_an_added_secret_holds_beside_the_old_one_and_after_a_restart(store: Store, clock: Clock) -> None:
    keyring = await opened(store, clock)

    added = await keyring.add("table", NEW, "sato")

    assert added is not None
    assert keyring.secrets("table") == (OLD, NEW)
    again = await opened(store, clock)
    assert again.secrets("table") == (OLD, NEW)
    assert again.known("table") == [KnownSecret(fingerprint(OLD), None, None), added]


async def test_it_is_on_the_disk_in_no_form_that_can_be_read(store: Store, clock: Clock, tmp_path: Path) -> None:
    await (await opened(store, clock)).add("table", NEW, "sato")

    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240 - small files of a test
    assert NEW.encode() not in on_disk
    assert base64.b64encode(NEW.encode()) not in on_disk


async def test_a_secret_that_is_there_is_not_added_again(store: Store, clock: Clock) -> None:
    keyring = await opened(store, clock)
    await keyring.add("table", NEW, "sato")

    assert [await keyring.add("table", secret, "sato") for secret in (OLD, NEW)] == [None, None]


async def test_two_who_add_the_same_one_at_once_add_it_once(store: Store, clock: Clock) -> None:
    keyring = await opened(store, clock)

    added = await asyncio.gather(*(keyring.add("table", NEW, who) for who in ("sato", "abe")))

    assert [each is None for each in added] == [False, True]
    assert len(await store.source_secrets.all()) == 1


async def test_a_withdrawn_secret_is_gone_at_once_and_for_good(store: Store, clock: Clock, tmp_path: Path) -> None:
    keyring = await opened(store, clock)
    added = await keyring.add("table", NEW, "sato")
    assert added is not None
    assert added.added is not None

    withdrawn = await keyring.withdraw("table", added.added.id, "abe")

    assert withdrawn == added.added
    assert keyring.secrets("table") == (OLD,)
    assert (await opened(store, clock)).secrets("table") == (OLD,)
    assert await keyring.withdraw("table", added.added.id, "abe") is None
    with sqlite3.connect(tmp_path / "connector.db") as connection:
        rows = connection.execute("SELECT sealed, added_by, withdrawn_by FROM source_secret").fetchall()
    connection.close()
    assert rows == [("", "sato", "abe")]


async def test_a_secret_of_another_source_cannot_be_withdrawn(store: Store, clock: Clock) -> None:
    keyring = Keyring({"table": [OLD], "other": []}, store, TokenBox(KEY), clock)
    added = await keyring.add("table", NEW, "sato")
    assert added is not None
    assert added.added is not None

    assert await keyring.withdraw("other", added.added.id, "abe") is None
    assert keyring.secrets("table") == (OLD, NEW)


@pytest.mark.parametrize("key", [OTHER_KEY, None])
async def test_what_was_sealed_with_another_key_proves_nothing_and_is_shown(
    store: Store, clock: Clock, key: str | None
) -> None:
    added = await (await opened(store, clock)).add("table", NEW, "sato")
    assert added is not None

    keyring = await opened(store, clock, key)

    assert keyring.secrets("table") == (OLD,)
    assert keyring.known("table")[1] == replace(added, unreadable=True)


async def test_its_last_use_is_known_to_a_few_minutes(store: Store, clock: Clock) -> None:
    keyring = await opened(store, clock)
    await keyring.note_use("table", OLD)
    clock.at = AT + USE_KEPT_EVERY - timedelta(seconds=1)
    await keyring.note_use("table", OLD)
    first = [each.used_at for each in (await opened(store, clock)).known("table")]
    clock.at = AT + USE_KEPT_EVERY
    await keyring.note_use("table", OLD)

    assert first == [AT]
    assert [each.used_at for each in (await opened(store, clock)).known("table")] == [AT + USE_KEPT_EVERY]


async def test_secrets_of_a_source_that_is_no_longer_configured_are_left_alone(store: Store, clock: Clock) -> None:
    await (await opened(store, clock)).add("table", NEW, "sato")

    assert (await opened(store, clock, source="another")).secrets("another") == (OLD,)


def test_no_secret_is_in_what_a_defect_would_print() -> None:
    box = TokenBox(KEY)

    assert OLD not in repr(vars(Keyring({"table": [OLD]}, None, box, lambda: AT)))  # type: ignore[arg-type] # unused
