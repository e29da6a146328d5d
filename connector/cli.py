"""The commands. Exit codes: 0 done, 1 a finding to mend or a scenario that failed, 2 wrong use or configuration."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from connector import app, log
from connector.settings import ConfigurationError, Settings, load_settings
from connector.store.errors import StoreError
from connector.systemd import feed_watchdog, notify

EXIT_FINDING = 1
EXIT_CONFIGURATION = 2

main = typer.Typer(
    name="qoo10-connector",
    help="Writes the tracking number to Qoo10 seconds after the label was printed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
errors = Console(stderr=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The settings file.")]
CONFIG = Path("config.toml")


@main.command()
def serve(config: ConfigOption = CONFIG) -> None:
    """Runs the daemon until SIGTERM or Ctrl-C.

    It then stops taking deliveries, finishes what is in hand and exits with 0 within 10 seconds. Exit code 2: the
    configuration cannot be used; 1: the store or the address is in use or cannot be opened.
    """
    settings = _settings_or_exit(config)
    log.configure(settings.log.level, settings.log.format)
    try:
        asyncio.run(_serve(settings))
    except (StoreError, OSError) as error:
        structlog.get_logger().error("cannot_start", error=str(error))
        raise typer.Exit(EXIT_FINDING) from None


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watchdog = asyncio.create_task(feed_watchdog())
    async with app.running(settings):
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")
    watchdog.cancel()


def _settings_or_exit(config: Path) -> Settings:
    try:
        return load_settings(config)
    except ConfigurationError as error:
        for problem in error.problems:
            errors.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
