"""The commands. Exit codes: 0 done, 1 a finding to mend or a scenario that failed, 2 wrong use or configuration."""

import asyncio
import errno
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import structlog
import typer
from rich.console import Console

from connector import app, log
from connector.cli_alerts import alerts
from connector.cli_conflicts import conflicts
from connector.cli_entries import deliveries, entries
from connector.cli_import import import_file
from connector.cli_measure import alarms, report
from connector.cli_messages import messages
from connector.cli_sources import carriers, sources
from connector.cli_tokens import tokens
from connector.cli_users import users
from connector.cli_webhooks import webhooks
from connector.process import settle_in
from connector.settings import Settings, load_settings
from connector.settings_input import ConfigurationError
from connector.store.errors import StoreError
from connector.systemd import feed_watchdog, notify
from connector.terminal import speak_in_any_encoding

if TYPE_CHECKING:
    from connector.sandbox import Sandbox

EXIT_FINDING = 1
EXIT_CONFIGURATION = 2
_NO_PORT = (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL)

main = typer.Typer(
    name="qoo10-connector",
    help="Writes the tracking number to Qoo10 seconds after the label was printed.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # wraps the docstrings anew for the width of the terminal
    pretty_exceptions_enable=False,
)
main.add_typer(entries, name="entries")
main.add_typer(deliveries, name="deliveries")
main.add_typer(conflicts, name="conflicts")
main.add_typer(messages, name="messages")
main.add_typer(alerts, name="alerts")
main.add_typer(sources, name="sources")
main.add_typer(users, name="users")
main.add_typer(tokens, name="tokens")
main.add_typer(webhooks, name="webhooks")
main.command()(carriers)
main.command()(alarms)
main.command()(report)
errors = Console(stderr=True)
output = Console()

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The settings file.")]
CONFIG = Path("config.toml")


@main.command()
def serve(config: ConfigOption = CONFIG) -> None:
    """Runs the daemon until SIGTERM or Ctrl-C.

    It then stops taking deliveries, finishes what is in hand and exits with 0 within 10 seconds.

    Exit codes: 1 the store or the address is in use or cannot be opened; 2 the configuration cannot be used.
    """
    settings = _settings_or_exit(config)
    log.configure(settings.log.level, settings.log.format)
    try:
        asyncio.run(_serve(settings))
    except (StoreError, OSError) as error:
        structlog.get_logger().error("cannot_start", error=str(error))
        raise typer.Exit(EXIT_FINDING) from None


async def _serve(settings: Settings) -> None:
    stop = _asked_to_stop()
    watchdog = asyncio.create_task(feed_watchdog())
    async with app.running(settings):
        settle_in()
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")
    watchdog.cancel()


@main.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file of the carrier's program.")],
    source: Annotated[str, typer.Option(help="The name of the source, as in \\[sources.NAME].")],
    config: ConfigOption = CONFIG,
) -> None:
    """Takes a carrier's file into the store, as if it lay in its source's folder. The file stays where it is.

    A row is taken once, however often its file comes. The daemon works on what was taken from its next start on;
    while it runs, put files into the source's folder instead.

    Exit codes: 1 the file, some of its rows or the store cannot be used; 2 wrong use or configuration.
    """
    speak_in_any_encoding()
    settings = _settings_or_exit(config)
    log.configure("error", "auto")
    raise typer.Exit(asyncio.run(import_file(settings, file, source, output, errors)))


@main.command()
def check(
    config: ConfigOption = CONFIG,
    *,
    for_machines: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Looks at the configuration, the store, every shop, its key, the clock and the disk, and says what to mend.

    Each shop is asked one question that changes nothing. Beside a running daemon the store is only read.

    Exit codes: 0 nothing is bad; 1 something must be mended; 2 the configuration cannot be used.
    """
    from connector.check.findings import Finding, Level, worst
    from connector.check.gather import examine
    from connector.check.show import as_json, as_table, in_short
    from connector.check.words import CONFIGURATION
    from connector.domain.language import Said

    speak_in_any_encoding()
    log.configure("error", "auto")
    try:
        findings = asyncio.run(examine(load_settings(config), config))
    except ConfigurationError as error:
        if for_machines:
            typer.echo(
                as_json([Finding(Level.BAD, CONFIGURATION, Said(problem, problem)) for problem in error.problems])
            )
        _say_problems(error)
    if for_machines:
        typer.echo(as_json(findings))
    else:
        output.print(as_table(findings), highlight=False)
        output.print(in_short(findings), highlight=False)
    if worst(findings) is Level.BAD:
        raise typer.Exit(EXIT_FINDING)


@main.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play a fixed scenario, prove its outcome, and end.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The service's port; 0 takes a free one.")] = 0,
) -> None:
    """Rehearses the whole way of a label on this machine, without an account.

    A made-up Qoo10, the real service with a store that is removed at the end, and a packing table that prints labels
    while now and then a buyer asks to cancel. Ctrl-C ends it. No settings are read.

    Exit codes: 1 Qoo10's side does not show what the service claims (--once), or the address is in use.
    """
    speak_in_any_encoding()
    log.configure("error", "auto")
    try:
        proved = asyncio.run(_demo(once=once, port=port))
    except OSError as error:
        _cannot_listen("127.0.0.1", port, error)
    if not proved:
        raise typer.Exit(EXIT_FINDING)


async def _demo(*, once: bool, port: int) -> bool:
    from connector.demo.live import run_live
    from connector.demo.once import run_once

    if once:
        return await run_once(output, port)
    await run_live(output, port, _asked_to_stop())
    return True


@main.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one; config.toml points to 8010.")] = 8010,
    host: Annotated[str, typer.Option(help="Loopback only: the admin API has no authentication.")] = "127.0.0.1",
    orders: Annotated[int, typer.Option(min=0, max=100_000, help="So many orders are there at the start.")] = 3,
) -> None:
    """Plays a Qoo10 to rehearse against, until SIGTERM or Ctrl-C.

    Everything in it is made up, and forgotten when it ends. docs/sandbox.md describes it.

    Exit codes: 1 the address is in use; 2 it is not loopback.
    """
    try:
        asyncio.run(_sandbox(host, port, orders))
    except ValueError as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    except OSError as error:
        _cannot_listen(host, port, error)


async def _sandbox(host: str, port: int, orders: int) -> None:
    from connector.sandbox import serve as serve_sandbox

    def ready(running: "Sandbox") -> None:
        lines = [line for _ in range(orders) for line in running.market.add_cart()]
        for text in _about_the_sandbox(running, [line.order_no for line in lines]):
            output.print(text, markup=False, highlight=False, soft_wrap=True)

    await serve_sandbox(host, port, ready=ready, stop=_asked_to_stop())


def _about_the_sandbox(running: "Sandbox", order_nos: list[str]) -> list[str]:
    """What a person needs to know of a sandbox that listens, line by line."""
    there = f"{order_nos[0]} to {order_nos[-1]}" if order_nos else "none yet"
    order_no = order_nos[0] if order_nos else "ORDER_NO"
    return [
        f"A Qoo10 to rehearse against listens on {running.origin}; Ctrl-C ends it.",
        "",
        f"  qapi_url         {running.base_url}",
        f"  seller_auth_key  {running.key}",
        f"  order numbers    {there}",
        f"  admin API        {running.admin_url}",
        "",
        "A buyer orders two things in one cart; what one order line looks like now:",
        "",
        f"  curl -X POST {running.admin_url}/orders -d '{{\"lines\": 2}}'",
        f"  curl {running.admin_url}/orders/{order_no}",
    ]


def _cannot_listen(host: str, port: int, error: OSError) -> NoReturn:
    if error.errno not in _NO_PORT:
        raise error
    why = os.strerror(error.errno)
    message = f"cannot listen on {host} port {port}: {why}; stop what listens there, or choose another with --port"
    errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_FINDING) from None


def _asked_to_stop() -> asyncio.Event:
    """Set by SIGTERM and by Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _settings_or_exit(config: Path) -> Settings:
    try:
        return load_settings(config)
    except ConfigurationError as error:
        _say_problems(error)


def _say_problems(error: ConfigurationError) -> NoReturn:
    for problem in error.problems:
        errors.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_CONFIGURATION) from None
