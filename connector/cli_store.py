"""What the commands share that read the store: settings or a complaint, the store beside a running daemon, JSON."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.settings import Settings, load_settings
from connector.settings_input import ConfigurationError
from connector.store.errors import StoreError
from connector.store.reading import reading
from connector.store.sqlite import database_path
from connector.terminal import speak_in_any_encoding

EXIT_FINDING = 1
EXIT_WRONG_USE = 2

T = TypeVar("T")

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The settings file.")]
CONFIG = Path("config.toml")
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]

_errors = Console(stderr=True)


def settings_or_exit(config: Path) -> Settings:
    """The settings; where they cannot be used, every problem and exit code 2."""
    speak_in_any_encoding()
    try:
        return load_settings(config)
    except ConfigurationError as error:
        fail("\n".join(error.problems), EXIT_WRONG_USE)


def read_store(settings: Settings, work: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
    """What ``work`` reads from the store, also beside a running daemon; exit code 1 where it cannot be read."""

    async def run() -> T:
        async with reading(database_path(settings.store.url)) as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except StoreError as error:
        fail(str(error))


def say_json(value: object) -> None:
    """One JSON document on the standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def fail(message: str, code: int = EXIT_FINDING) -> NoReturn:
    """Says why on the standard error, and ends."""
    _errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code) from None
