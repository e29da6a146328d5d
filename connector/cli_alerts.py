"""The commands about messages to people: ``alerts list | test``."""

import asyncio
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.cli_store import (
    CONFIG,
    EXIT_FINDING,
    EXIT_WRONG_USE,
    ConfigOption,
    JsonOption,
    fail,
    read_store,
    say_json,
    settings_or_exit,
)
from connector.domain.alert_facts import Alert
from connector.proof.dossier import in_japan
from connector.store.alerts import KeptMessage, standing_alerts, undelivered_messages

MOST_MESSAGES = 50

alerts = typer.Typer(
    help="Messages to people about alarms: what stands, who was told, what did not arrive.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()


@alerts.command("list")
def list_alerts(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows what people are told about at this moment, and messages that did not arrive. Only reads.

    Exit codes: 0 nothing stands and nothing waits; 1 something does, or the store cannot be read; 2 the configuration
    cannot be used.
    """
    from connector.alerts.views import alerts_view, message_view

    async def read(connection: AsyncConnection) -> tuple[list[Alert], list[KeptMessage]]:
        return await standing_alerts(connection), await undelivered_messages(connection, MOST_MESSAGES)

    standing, undelivered = read_store(settings_or_exit(config), read)
    if as_json:
        say_json({"alerts": alerts_view(standing), "undelivered": [message_view(each) for each in undelivered]})
    else:
        output.print(_alerts_table(standing) if standing else "Nothing stands.", highlight=False)
        if undelivered:
            output.print(_messages_table(undelivered), highlight=False)
    if standing or undelivered:
        raise typer.Exit(EXIT_FINDING)


@alerts.command("test")
def try_out(
    target: Annotated[
        str, typer.Argument(help="The target's name, as in \\[alerts.targets.NAME]; all without it.")
    ] = "",
    config: ConfigOption = CONFIG,
) -> None:
    """Sends a test message to one target, or to all, and says what became of it. The daemon need not run.

    Exit codes: 0 all took it; 1 one did not; 2 there is no such target, or the configuration cannot be used.
    """
    from connector.alerts.desk import AlertDesk
    from connector.alerts.post import Outcome
    from connector.assembly.alerts import build_posts

    given = settings_or_exit(config).alerts
    desk = AlertDesk(build_posts(given), given.voice)
    known = ", ".join(desk.targets) or "none; add a table [alerts.targets.NAME]"
    if not desk.targets or (target and target not in desk.targets):
        fail(f"There is no such target; the targets are: {known}.", EXIT_WRONG_USE)
    outcomes = asyncio.run(desk.try_out(target))
    for name, outcome in outcomes.items():
        said = Text(f"{name}: ").append(outcome, style="green" if outcome is Outcome.SENT else "bold red")
        output.print(said.append(_HINTS.get(outcome, ""), style="default"), highlight=False)
    if set(outcomes.values()) != {Outcome.SENT}:
        raise typer.Exit(EXIT_FINDING)


_HINTS = {
    "failed": " (the service refused it, or cannot be reached: check the address, the network and the service)",
    "timeout": " (no answer in time: check the network)",
    "unusable": " (apprise can do nothing with this address: check its url against docs/alerts.md)",
}


def _alerts_table(standing: list[Alert]) -> Table:
    table = Table("id", "kind", "about", "since (JST)", "until (JST)", "told", "taken care of by", box=box.SIMPLE_HEAD)
    for alert in sorted(standing, key=lambda each: (each.gone_at is not None, each.lead.saving, each.first_at)):
        lead = alert.lead
        kind = lead.kind.replace("_", " ") + (" (over)" if alert.gone_at is not None else "")
        about = lead.order_no or lead.source or lead.about or lead.shop
        told = ", ".join(sorted(alert.told)) or "-"
        table.add_row(
            str(alert.id), kind, about, in_japan(lead.since), in_japan(lead.until), told, alert.acknowledged_by or "-"
        )
    return table


def _messages_table(undelivered: list[KeptMessage]) -> Table:
    table = Table("target", "message", "written (JST)", "state", "attempts", "why", box=box.SIMPLE_HEAD)
    for each in undelivered:
        state = each.state.replace("_", " ")
        table.add_row(each.target, each.title, in_japan(each.at), state, str(each.attempts), each.error or "-")
    return table
