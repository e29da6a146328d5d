"""The commands about what buyers write and are told: ``messages list | preview | send | inquiries``."""

import asyncio
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.cli_send import SendFailed, send_message
from connector.cli_store import (
    CONFIG,
    EXIT_FINDING,
    ConfigOption,
    JsonOption,
    fail,
    read_store,
    say_json,
    settings_or_exit,
)
from connector.domain.inquiries import KeptInquiry
from connector.domain.messages import LOOKED_IN_QSM
from connector.messages.desk import Wanted
from connector.messages.drafts import NoDraft, draft
from connector.messages.templates import PLACEHOLDERS, TemplateError, Templates, load_templates
from connector.proof.dossier import in_japan
from connector.settings import Settings
from connector.store.cases import cases
from connector.store.conflict_log import log_rows
from connector.store.inquiries import open_inquiries

MOST_ROWS = 100_000
"""Rows of one conflict's log; a conflict has some ten of them."""

messages = typer.Typer(
    help="What buyers write about orders in work, and what they can be told. Nothing is ever sent by itself.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()
errors = Console(stderr=True)

ConflictOption = Annotated[int, typer.Option("--conflict", help="The conflict's number, as `conflicts list` shows it.")]
TemplateArgument = Annotated[str, typer.Argument(help="The template's name, as `messages list` shows it.")]


@messages.command("list")
def list_templates(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows the templates: the built-in ones, and those of your folder (setting `messages.folder`).

    Exit codes: 0 all can be used; 1 one cannot, or the folder cannot be read; 2 the configuration cannot be used.
    """
    templates = _templates(settings_or_exit(config))
    if as_json:
        usable = [
            {"template": each.name, "path": each.path, "asks_for": each.asks_for(), "problem": ""}
            for each in templates.usable.values()
        ]
        broken = [
            {"template": name, "path": "", "asks_for": [], "problem": problem}
            for name, problem in templates.problems.items()
        ]
        say_json({"templates": usable + broken, "placeholders": dict(PLACEHOLDERS)})
    else:
        table = Table("template", "from", "asks for", box=box.SIMPLE_HEAD)
        for each in templates.usable.values():
            table.add_row(each.name, each.path or "built in", ", ".join(each.asks_for()))
        output.print(table)
        for problem in templates.problems.values():
            errors.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    if templates.problems:
        raise typer.Exit(EXIT_FINDING)


@messages.command()
def preview(template: TemplateArgument, number: ConflictOption, config: ConfigOption = CONFIG) -> None:
    """Prints a message for one conflict, ready to copy into QSM. Nothing is sent.

    Exit codes: 0 printed; 1 there is no such message or conflict; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    templates = _templates(settings)

    async def write(connection: AsyncConnection) -> str:
        found = await cases(connection, [number])
        if not found:
            fail(f"There is no conflict {number}.")
        return draft(templates, template, found[0], await log_rows(connection, 0, MOST_ROWS, number))

    try:
        text = read_store(settings, write)
    except NoDraft as reason:
        fail(f"There is no message: {reason}.")
    typer.echo(text)


@messages.command()
def send(
    template: TemplateArgument,
    number: ConflictOption,
    config: ConfigOption = CONFIG,
    *,
    why: Annotated[str, typer.Option(help="The reason, in words; no personal data of the buyer.")],
    who: Annotated[str, typer.Option(help="The name of whoever does this.")],
    confirm: Annotated[
        str, typer.Option(help=f"{LOOKED_IN_QSM}: an earlier message may have gone out, and you saw in QSM that not.")
    ] = "",
) -> None:
    """Sends a message as the answer to the buyer's open inquiry about this order, and keeps who did it and why.

    Only where the shop's setting `answer_inquiries` is true. Qoo10 takes messages as answers only: where the buyer has
    not asked, copy the text of `messages preview` into QSM. A message whose answer is lost is not sent again by itself.

    Exit codes: 0 Qoo10 took it; 1 it was not sent, or may not have been; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    try:
        said = asyncio.run(send_message(settings, number, Wanted(template, who, why, confirm)))
    except SendFailed as failed:
        fail(str(failed))
    output.print(said, markup=False, highlight=False, soft_wrap=True)


@messages.command()
def inquiries(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows open inquiries of buyers about orders in work, without their words: read these in QSM.

    An inquiry that speaks of cancelling is a sign for you; it is no cancel request and changes nothing by itself.

    Exit codes: 0 done; 1 the store cannot be read; 2 the configuration cannot be used.
    """
    found = read_store(settings_or_exit(config), open_inquiries)
    if as_json:
        say_json({"inquiries": [_inquiry(kept) for kept in found]})
    elif not found:
        output.print("No open inquiry about an order in work.", highlight=False)
    else:
        table = Table("order", "shop", "asked (JST)", "inquiry", "speaks of cancelling", box=box.SIMPLE_HEAD)
        for kept in sorted(found, key=lambda kept: not kept.inquiry.speaks_of_cancelling):
            inquiry = kept.inquiry
            sign = "yes (キャンセル?)" if inquiry.speaks_of_cancelling else "no"
            table.add_row(inquiry.order_no, kept.shop, in_japan(inquiry.asked_at), inquiry.key, sign)
        output.print(table)


def _inquiry(kept: KeptInquiry) -> dict[str, Any]:
    inquiry = kept.inquiry
    return {
        "shop": kept.shop,
        "order_no": inquiry.order_no,
        "inquiry": inquiry.key,
        "status": inquiry.status,
        "asked_at": None if inquiry.asked_at is None else inquiry.asked_at.isoformat(),
        "learned_at": kept.learned_at.isoformat(),
        "speaks_of_cancelling": inquiry.speaks_of_cancelling,
    }


def _templates(settings: Settings) -> Templates:
    try:
        return load_templates(settings.messages.folder)
    except TemplateError as error:
        fail(str(error))
