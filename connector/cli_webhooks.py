"""The commands about outgoing webhooks: ``webhooks list | deliveries | test | redeliver``.

Lists only read, also beside a running daemon. What does something goes through the daemon while it runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from connector.assembly.webhooks import hook_desk
from connector.cli_deeds import written_down
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
from connector.daemon_api import DaemonRefused, DaemonSilent, post
from connector.domain.hooks import HookState
from connector.domain.orders import JAPAN
from connector.hooks.desk import HookDesk
from connector.hooks.posting import ANSWER_WITHIN_S
from connector.hooks.views import delivery_view, target_view
from connector.settings import Settings
from connector.store.errors import StoreError, StoreInUse
from connector.store.hook_deliveries import TargetIsOff, hook_deliveries
from connector.store.hook_targets import hook_targets
from connector.store.sqlite import database_path
from connector.store.store import Store

TIMEOUT_S = ANSWER_WITHIN_S + 10

webhooks = typer.Typer(
    help="A warehouse's own systems that are told what happens: how they do, what they were sent, tests.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()

NameArgument = Annotated[str, typer.Argument(help="The target's name, as in \\[webhooks.NAME].")]


@webhooks.command("list")
def list_targets(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows all targets: whether messages are sent, how many wait, and when one was last taken.

    Exit codes: 0 done; 1 the store cannot be read; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    kept = {each.name: each for each in read_store(settings, hook_targets)}
    views = [target_view(name, each, kept.get(name)) for name, each in sorted(settings.webhooks.items())]
    if as_json:
        say_json({"webhooks": [view.model_dump(mode="json") for view in views]})
        return
    table = _table("target", "host", "sent", "waiting", "last taken", "failures")
    for view in views:
        sent = "on" if view.on else f"off since {_moment(view.off_at)}"
        table.add_row(view.name, view.host, sent, str(view.due), _moment(view.succeeded_at), str(view.failures))
    output.print(table if views else "No target is configured: docs/webhooks.md says how.", highlight=False)


@webhooks.command()
def deliveries(
    name: NameArgument,
    config: ConfigOption = CONFIG,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most rows.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Shows what a target was sent, the newest first, and what came of it.

    Exit codes: 0 done; 1 the store cannot be read; 2 there is no such target, or the configuration cannot be used.
    """
    settings = _with_target(config, name)
    found = read_store(settings, lambda connection: hook_deliveries(connection, name, limit, None))
    views = [delivery_view(each) for each in found]
    if as_json:
        say_json({"deliveries": [view.model_dump(mode="json") for view in views]})
        return
    table = _table("message", "tells", "state", "tries", "made", "next try", "why")
    for view in views:
        why = " ".join(filter(None, (view.trouble, str(view.status) if view.trouble and view.status else "")))
        again = _moment(view.due_at) if view.state is HookState.DUE else "-"
        table.add_row(view.id, view.event, view.state, str(view.attempts), _moment(view.made_at), again, why)
    output.print(table if views else "Nothing was sent yet.", highlight=False)


@webhooks.command("test")
def try_target(name: NameArgument, config: ConfigOption = CONFIG) -> None:
    """Sends a test message to a target at once, and says what it answered.

    A target that answered 410 (it wants no more) is switched on again by a test that it takes.

    Exit codes: 0 taken; 1 not taken, or nobody to ask; 2 there is no such target, or the configuration cannot be used.
    """

    async def alone(desk: HookDesk) -> Mapping[str, Any]:
        _, tried = await desk.test(name)
        return {"delivered": tried.taken, "status": tried.status, "trouble": tried.trouble}

    answer = _do(_with_target(config, name), name, "test", {}, alone)
    if not answer["delivered"]:
        status = f", status {answer['status']}" if answer["status"] else ""
        fail(f"Not taken: {answer['trouble']}{status}. docs/webhooks.md says what that means.", EXIT_FINDING)
    output.print(f"Taken, status {answer['status']}.", highlight=False)


@webhooks.command()
def redeliver(
    name: NameArgument,
    ids: Annotated[list[str] | None, typer.Argument(help="Messages; without any all that were given up.")] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Has messages delivered again that were given up, or that a target has lost. They keep their ids.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 there is no such target, or the configuration cannot be used.
    """

    async def alone(desk: HookDesk) -> Mapping[str, Any]:
        return {"due": await desk.redeliver(name, ids or [])}

    answer = _do(_with_target(config, name), name, "redeliver", {"ids": ids or []}, alone)
    output.print(f"{answer['due']} will be delivered again.", highlight=False)


def _with_target(config: Path, name: str) -> Settings:
    settings = settings_or_exit(config)
    if name not in settings.webhooks:
        known = ", ".join(sorted(settings.webhooks)) or "none"
        fail(f"There is no target {name!r} in the settings; there are: {known}.", EXIT_WRONG_USE)
    return settings


def _do(
    settings: Settings,
    name: str,
    verb: str,
    body: Mapping[str, Any],
    alone: Callable[[HookDesk], Awaitable[Mapping[str, Any]]],
) -> Mapping[str, Any]:
    """What the daemon answers, or what comes of it without one; exit code 1 where it was refused."""
    if not database_path(settings.store.url).exists():  # one made here could be of a user that the daemon is not
        fail("There is no store yet; the first start of the daemon makes it.")

    async def run() -> Mapping[str, Any]:
        try:
            store = await Store.open(settings.store.url)
        except StoreInUse:
            answer: Mapping[str, Any] = await post(settings, f"/api/v1/webhooks/{name}/{verb}", body, TIMEOUT_S)
            return answer
        async with AsyncExitStack() as stack:
            stack.push_async_callback(store.close)
            desk = await hook_desk(settings, store, stack)
            async with written_down(store, f"webhooks {verb}", f"webhook {name}"):
                return await alone(desk)

    try:
        return asyncio.run(run())
    except TargetIsOff:
        fail("The target is off: it wants no more messages. Try it first: qoo10-connector webhooks test.")
    except (DaemonRefused, DaemonSilent, StoreError) as error:
        fail(str(error))


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == headings[0])  # it is copied from here
    return table


def _moment(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(JAPAN).strftime("%m-%d %H:%M:%S")
