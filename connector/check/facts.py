"""What the check found out, before anybody judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from connector.qoo10.errors import QapiError


class StoreState(StrEnum):
    """How far the store could be opened."""

    OPENED = "opened"
    IN_USE = "in_use"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The store. ``problem`` says why it failed; ``in_state`` counts the entries that are not done, by state.

    ``users`` may log in; None where nobody knows.
    """

    path: Path
    state: StoreState
    problem: str = ""
    in_state: Mapping[str, int] = field(default_factory=dict)
    users: int | None = None


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """The folder that holds, or will hold, the store."""

    folder: Path
    free_bytes: int
    writable: bool


@dataclass(frozen=True, slots=True)
class PortFacts:
    """An address that the daemon listens on. ``problem`` is the operating system's, empty when it is free.

    Port 0 takes a free one. ``setting`` names the port for people.
    """

    host: str
    port: int
    taken: bool = False
    problem: str = ""
    setting: str = "server.port"


class KeySource(StrEnum):
    """Where a shop's seller key comes from."""

    CONFIGURED = "configured"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A seller key's age: the day it was issued as configured, and since when this installation uses it, if known."""

    source: KeySource
    issued_on: date | None = None
    first_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """One shop. ``asked`` is false where asking might have done harm; ``error`` is what the harmless call met.

    ``clock_ahead_s`` is our clock minus Qoo10's ``Date`` header, None without one. ``stopped_for`` is why the running
    daemon does not work for the shop; empty otherwise.
    """

    name: str
    address: str
    rehearsal: bool
    key: KeyFacts
    asked: bool = True
    error: QapiError | None = None
    took_ms: int = 0
    clock_ahead_s: float | None = None
    stopped_for: str = ""
