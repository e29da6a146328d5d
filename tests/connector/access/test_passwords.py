"""Passwords: what is kept of them, what is compared, and how many at once."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from connector.access.passwords import AT_ONCE, MOST_WAITING, Passwords, TooManyAtOnce
from connector.domain.people import LONGEST_PASSWORD

PASSWORD = "correct horse battery"


def quick() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_password_is_known_again_and_no_other_is(passwords: Passwords) -> None:
    kept = await passwords.hash(PASSWORD)

    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert await passwords.matches(PASSWORD, kept)
    assert not await passwords.matches(PASSWORD + " ", kept)
    assert not await passwords.matches("", kept)


async def test_what_looks_the_same_is_the_same_password(passwords: Passwords) -> None:
    """Keyboards compose letters differently: が as one letter, or か with a mark."""
    kept = await passwords.hash("ながいあいことば1")

    assert await passwords.matches("なか\u3099いあいことば1", kept)


async def test_nobodys_password_is_always_wrong(passwords: Passwords) -> None:
    assert not await passwords.matches(PASSWORD, None)
    assert not await passwords.matches("", None)


async def test_what_is_no_hash_is_wrong(passwords: Passwords) -> None:
    """A row that was changed from outside lets nobody in."""
    assert not await passwords.matches(PASSWORD, "no hash at all")


async def test_a_password_that_nobody_can_have_is_not_even_hashed(passwords: Passwords) -> None:
    kept = await passwords.hash(PASSWORD)

    assert not await passwords.matches("x" * (LONGEST_PASSWORD + 1), kept)


async def test_letters_that_no_encoding_has_are_a_wrong_password(passwords: Passwords) -> None:
    assert not await passwords.matches("\ud800" * 12, await passwords.hash(PASSWORD))


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    kept = await Passwords(quick()).hash(PASSWORD)

    assert not Passwords(quick()).is_outdated(kept)
    assert Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).is_outdated(kept)


def test_the_parameters_are_those_of_the_decision() -> None:
    """RFC 9106, second recommended option: 64 MiB, three passes."""
    hasher = Passwords()._hasher

    assert (hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (3, 65536, 4)


class _Stuck(PasswordHasher):
    """Compares nothing before it is let go; counts how many are at it."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go_on, self.all_are_in = threading.Event(), threading.Event()
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            if self.at_once == AT_ONCE:
                self.all_are_in.set()
        self.go_on.wait(10)
        with self._lock:
            self.at_once -= 1
        return super().hash(password, salt=salt)


async def test_a_flood_is_worked_off_two_at_a_time_and_turned_away_beyond_a_bound() -> None:
    """The rest of the program has its threads and its memory whatever knocks at the door."""
    stuck = _Stuck()
    passwords = Passwords(stuck)
    waiting = [asyncio.create_task(passwords.hash(PASSWORD)) for _ in range(AT_ONCE + MOST_WAITING)]
    assert await asyncio.to_thread(stuck.all_are_in.wait, 10)

    with pytest.raises(TooManyAtOnce):
        await passwords.hash(PASSWORD)
    stuck.go_on.set()
    hashes = await asyncio.gather(*waiting)

    assert stuck.most_at_once == AT_ONCE
    assert len(set(hashes)) == AT_ONCE + MOST_WAITING
    assert await passwords.matches(PASSWORD, hashes[0])
