"""What ``users`` and ``tokens`` share: through the daemon's API while it runs, else into the store itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.access.login_limits import LoginLimits
from connector.access.passwords import Passwords
from connector.access.people import PeopleDesk
from connector.cli_act import TIMEOUT_S, ActFailed
from connector.cli_deeds import who_runs_this, written_down
from connector.cli_store import EXIT_WRONG_USE, fail
from connector.clock import utc_now
from connector.console.look import full_time
from connector.daemon_api import DaemonRefused, DaemonSilent, ask
from connector.domain.language import Language
from connector.domain.people import PeopleRefused, usable_name
from connector.domain.roles import Role
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.store import Store
from connector.store.users import UserChange

output = Console()

T = TypeVar("T")

RoleOption = Annotated[Role, typer.Option(help="viewer looks; packer scans too; operator decides too; admin all.")]


class People(Protocol):
    """Where users and tokens are changed."""

    async def add_user(self, name: str, password: str, role: Role, language: Language) -> None:
        """Adds a user."""

    async def change_user(self, user_id: int, *, role: Role | None = None, disabled: bool | None = None) -> None:
        """Changes a user."""

    async def set_password(self, user_id: int, password: str) -> None:
        """Sets a user's password."""

    async def end_session(self, session_id: int) -> None:
        """Logs a browser out."""

    async def add_token(self, name: str, role: Role, expires_days: float | None) -> str:
        """Makes a token; gives it."""

    async def withdraw_token(self, token_id: int) -> None:
        """Withdraws a token."""


@asynccontextmanager
async def people(settings: Settings) -> AsyncIterator[People]:
    """Where to change something about people: the store, or the daemon that holds it.

    Raises:
        ActFailed: it was refused, or nobody could be reached; also for what is done within the block.
    """
    try:
        store = await Store.open(settings.store.url)
    except StoreInUse:
        yield _ThroughTheDaemon(settings)
        return
    except StoreError as error:
        raise ActFailed(str(error)) from None
    try:
        yield _IntoTheStore(store)
    except (PeopleRefused, StoreError) as error:
        raise ActFailed(f"Nothing was done: {error}") from None
    finally:
        await store.close()


class _ThroughTheDaemon:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def add_user(self, name: str, password: str, role: Role, language: Language) -> None:
        body = {"name": name, "password": password, "role": role, "language": language}
        await self._ask("POST", "/users", body)

    async def change_user(self, user_id: int, *, role: Role | None = None, disabled: bool | None = None) -> None:
        changes = {"role": role, "disabled": disabled}
        await self._ask("POST", f"/users/{user_id}", {name: to for name, to in changes.items() if to is not None})

    async def set_password(self, user_id: int, password: str) -> None:
        await self._ask("POST", f"/users/{user_id}/password", {"password": password})

    async def end_session(self, session_id: int) -> None:
        await self._ask("DELETE", f"/sessions/{session_id}")

    async def add_token(self, name: str, role: Role, expires_days: float | None) -> str:
        made = await self._ask("POST", "/tokens", {"name": name, "role": role, "expires_days": expires_days})
        return str(made["token"])

    async def withdraw_token(self, token_id: int) -> None:
        await self._ask("DELETE", f"/tokens/{token_id}")

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return await ask(self._settings, method, f"/api/v1{path}", body, TIMEOUT_S)
        except DaemonRefused as refused:
            raise ActFailed(str(refused)) from None
        except DaemonSilent as silent:
            raise ActFailed(f"{silent} Whether it was done is not known; look at the list.") from None


class _IntoTheStore:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._desk = PeopleDesk(store, Passwords(), LoginLimits(), utc_now, time.monotonic)

    async def add_user(self, name: str, password: str, role: Role, language: Language) -> None:
        async with written_down(self._store, "users add", f"user {name}"):
            await self._desk.add_user(name, password, role, language)

    async def change_user(self, user_id: int, *, role: Role | None = None, disabled: bool | None = None) -> None:
        what = "role" if disabled is None else "disable" if disabled else "enable"
        async with written_down(
            self._store, f"users {what}", f"id {user_id}", f"role {role}" if role is not None else ""
        ):
            await self._store.users.change(UserChange(user_id, utc_now(), role, disabled=disabled))

    async def set_password(self, user_id: int, password: str) -> None:
        async with written_down(self._store, "users password", f"id {user_id}"):
            await self._desk.set_password(user_id, password)

    async def end_session(self, session_id: int) -> None:
        async with written_down(self._store, "users sessions --end", f"id {session_id}"):
            await self._store.sessions.end(session_id)

    async def add_token(self, name: str, role: Role, expires_days: float | None) -> str:
        async with written_down(self._store, "tokens add", f"token {name}", f"role {role}"):
            _, token = await self._desk.add_token(name, role, who_runs_this(), expires_days)
        return token

    async def withdraw_token(self, token_id: int) -> None:
        async with written_down(self._store, "tokens withdraw", f"id {token_id}"):
            await self._store.tokens.withdraw(token_id, utc_now())


def do(settings: Settings, work: Callable[[People], Awaitable[T]]) -> T:
    """What ``work`` does where users and tokens are changed; exit code 1 where it is refused."""

    async def run() -> T:
        async with people(settings) as at:
            return await work(at)

    try:
        return asyncio.run(run())
    except ActFailed as failed:
        fail(str(failed))


def checked_name(name: str) -> str:
    """The name as it is kept; exit code 2 where it cannot be used."""
    try:
        return usable_name(name)
    except PeopleRefused as refused:
        fail(f"Nothing was done: {refused}", EXIT_WRONG_USE)


def when(at: datetime | None) -> str:
    """A time, or nothing."""
    return full_time(at) if at is not None else ""


def show(head: Sequence[str], rows: Sequence[Sequence[str]], otherwise: str) -> None:
    """A table, or what to say where it would be empty. Names are shown as they are, whatever letters they hold."""
    table = Table(*head)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if rows:
        output.print(table, highlight=False)
    else:
        say(otherwise)


def say(text: str) -> None:
    """One line, as it is."""
    output.print(text, markup=False, highlight=False, soft_wrap=True)
