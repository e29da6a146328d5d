"""The commands of the day's work: ``entries list | show | release | retry`` and ``deliveries list``.

Lists and stories only read, also beside a running daemon, and never take its lock.
"""

import asyncio
import getpass
import sys
import unicodedata
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.cli_act import ActFailed
from connector.cli_release import perform
from connector.cli_store import (
    CONFIG,
    EXIT_WRONG_USE,
    ConfigOption,
    JsonOption,
    fail,
    read_store,
    say_json,
    settings_or_exit,
)
from connector.clock import utc_now
from connector.domain.acts import ActRefused
from connector.domain.entry import same_number
from connector.domain.releases import (
    NUMBER_CHECKED,
    NUMBER_CHECKED_EN,
    NUMBER_CHECKED_JA,
    STANDS_STILL,
    Release,
    Retry,
    checked_release,
    checked_retry,
)
from connector.listing.moments import moments
from connector.listing.show import deliveries_table, entries_table, story_parts
from connector.listing.views import deliveries_view, entries_view, story_view
from connector.listing.words import Language
from connector.settings import Settings
from connector.store.listing import EVERYTHING, STATES, Listed, listed, listed_of_lines, wanted_of
from connector.store.refusals import OUTCOMES, listed_deliveries
from connector.store.story import Story, story

entries = typer.Typer(
    help="Numbers on their way to Qoo10, one by one: what waits for a person, why, and what to do.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
deliveries = typer.Typer(
    help="What sources sent: messages that could not be read, and lists that could not be fetched.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()

LangOption = Annotated[Language, typer.Option("--lang", help="The language of what is shown.")]
ShopOption = Annotated[str, typer.Option(help="One shop; without it all of them.")]
SourceOption = Annotated[str, typer.Option(help="One source; without it all of them.")]
LimitOption = Annotated[int, typer.Option(min=1, max=1000, help="The most rows.")]
OrderArgument = Annotated[str, typer.Argument(help="The order number, as `entries list` shows it.")]
WhoOption = Annotated[str, typer.Option(help="The name of whoever does this.")]


@entries.command("list")
def list_entries(
    config: ConfigOption = CONFIG,
    *,
    shop: ShopOption = "",
    state: Annotated[
        str, typer.Option(help=f"{', '.join(STATES)}, or {EVERYTHING}; without it all that is not done.")
    ] = "",
    source: SourceOption = "",
    limit: LimitOption = 50,
    lang: LangOption = Language.JA,
    as_json: JsonOption = False,
) -> None:
    """Shows what is not done, the most urgent first: past the ship-by date, standing still, then going by itself.

    With labels whose order is not known. Of entries that are done the newest are looked through.

    Exit codes: 0 done; 1 the store cannot be read; 2 there is no such state, or the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()
    try:
        wanted = wanted_of(shop, source, state, limit)
    except ValueError as error:
        fail(str(error), EXIT_WRONG_USE)
    found = read_store(settings, lambda connection: listed(connection, wanted, now))
    if as_json:
        say_json(entries_view(found, limit, now))
    elif found:
        output.print(entries_table(found[:limit], now, lang), highlight=False)
        _say_more(found, limit, lang)
    else:
        output.print("該当するものはありません。" if lang is Language.JA else "Nothing waits.", highlight=False)


@entries.command()
def show(
    number: Annotated[str, typer.Argument(help="An order number, cart number, tracking number or order reference.")],
    config: ConfigOption = CONFIG,
    *,
    shop: ShopOption = "",
    lang: LangOption = Language.JA,
    as_json: JsonOption = False,
) -> None:
    """Shows all about one number, the oldest first: label events with both clocks, steps, conflicts, persons.

    Exit codes: 0 done; 1 nothing is known of it, or the store cannot be read; 2 the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()
    folded = unicodedata.normalize("NFKC", number).strip()
    spellings = [each for each in dict.fromkeys((folded, same_number(folded))) if each]
    shops = [shop] if shop else sorted(settings.shops)

    async def gather(connection: AsyncConnection) -> list[Story]:
        found = [await story(connection, each, spellings) for each in shops] if spellings else []
        return [each for each in found if each is not None]

    stories = read_store(settings, gather)
    if not stories:
        fail(f"Nothing is known of {number!r} in {', '.join(shops) or 'any shop'}.")
    if as_json:
        say_json({"stories": [story_view(each, moments(each, now), now) for each in stories]})
        return
    for each in stories:
        output.print(story_parts(each, moments(each, now), now, lang), highlight=False)


@entries.command()
def release(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: Annotated[str, typer.Option(help="The tracking number, as it stands on the label.")],
    who: WhoOption,
    why: Annotated[str, typer.Option(help="The reason, in words; no personal data of the buyer.")],
    confirm: Annotated[str, typer.Option(help=f"What you have done before: {NUMBER_CHECKED}.")] = "",
    shop: ShopOption = "",
) -> None:
    """Enters a number all the same that is held for its check digit, and keeps who said so and why.

    It decides nothing about a cancel request: such a number is held or entered as if its check digit were right.
    Through the daemon's API while it runs (the settings need a token for it), else in the store.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    if not confirm and sys.stdin.isatty():
        confirm = NUMBER_CHECKED if typer.confirm(f"{NUMBER_CHECKED_JA}\n{NUMBER_CHECKED_EN}?") else ""
    try:
        checked_release(Release(0, number, who.strip(), why.strip(), utc_now(), confirm))
    except ActRefused as refused:
        fail(f"Nothing was done: {refused}.", EXIT_WRONG_USE)
    of_line = _of_line(settings, order_no, shop)
    matching = [each for each in of_line if same_number(each.tracking_no) == same_number(number)]
    if len(matching) != 1:
        there = ", ".join(f"{each.shop}: {each.tracking_no}" for each in of_line)
        fail(f"Nothing was done: name one entry by --number and --shop; order {order_no} has {there}.")
    wanted = Release(matching[0].entry_id or 0, number, who.strip(), why.strip(), utc_now(), confirm)
    _perform(settings, [wanted])


@entries.command()
def retry(
    order_no: OrderArgument,
    config: ConfigOption = CONFIG,
    *,
    number: Annotated[
        str, typer.Option(help="One tracking number; without it all of the order that stand still.")
    ] = "",
    who: Annotated[str, typer.Option(help="The name of whoever does this; without it the name you work under.")] = "",
    why: Annotated[str, typer.Option(help="The reason, in words; no personal data of the buyer.")] = "retry",
    shop: ShopOption = "",
) -> None:
    """Looks at an order at once whose number was refused, never shown, or stands still for another reason.

    A number is sent again only where Qoo10 was not seen to have it, and only if nothing speaks against it.
    Through the daemon's API while it runs (the settings need a token for it), else in the store.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 something is missing, or the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()
    name = who.strip() or getpass.getuser()
    try:
        checked_retry(Retry(0, name, why.strip(), now))
    except ActRefused as refused:
        fail(f"Nothing was done: {refused}.", EXIT_WRONG_USE)
    of_line = _of_line(settings, order_no, shop)
    if number:
        of_line = [each for each in of_line if same_number(each.tracking_no) == same_number(number)]
    standing = [each for each in of_line if each.state in STANDS_STILL]
    if not standing:
        states = ", ".join(f"{each.tracking_no} is {each.state}" for each in of_line) or "no such number"
        fail(f"Nothing was done: nothing of order {order_no} stands still ({states}).")
    _perform(settings, [Retry(each.entry_id or 0, name, why.strip(), now) for each in standing])


@deliveries.command("list")
def list_deliveries(
    config: ConfigOption = CONFIG,
    *,
    outcome: Annotated[str, typer.Option(help=f"{', '.join(OUTCOMES)}; without it all that came to nothing.")] = "",
    source: SourceOption = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Shows messages that could not be read, with the names and types of their fields, and fetches that were given up.

    Values are not kept: a message that could not be read may have held personal data. Fetches are tried once more at
    each start. Of deliveries that were accepted or ignored the newest are looked through.

    Exit codes: 0 done; 1 the store cannot be read; 2 there is no such outcome, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    if outcome not in ("", *OUTCOMES):
        fail(f"There is no outcome {outcome!r}; the outcomes are: {', '.join(OUTCOMES)}.", EXIT_WRONG_USE)
    found = read_store(settings, lambda connection: listed_deliveries(connection, outcome, source, limit))
    if as_json:
        say_json(deliveries_view(found, limit))
    elif found:
        output.print(deliveries_table(found[:limit]), highlight=False)
        _say_more(found, limit, Language.EN)
    else:
        output.print("No such delivery.", highlight=False)


def _of_line(settings: Settings, order_no: str, shop: str) -> list[Listed]:
    """The entries of an order line; exit code 1 where there are none."""
    shops = [shop] if shop else sorted(settings.shops)
    wanted = unicodedata.normalize("NFKC", order_no).strip()
    found = read_store(settings, lambda connection: listed_of_lines(connection, shops, wanted))
    if not found:
        fail(f"Nothing was done: order {order_no} has no entry in {', '.join(shops) or 'any shop'}.")
    return found


def _perform(settings: Settings, wanted: Sequence[Release | Retry]) -> None:
    try:
        said = asyncio.run(perform(settings, wanted))
    except ActFailed as failed:
        fail(str(failed))
    output.print(said, markup=False, highlight=False, soft_wrap=True)


def _say_more(found: Sequence[object], limit: int, lang: Language) -> None:
    if len(found) > limit:
        more = (
            "ほかにもあります(--limit で増やせます)。" if lang is Language.JA else "There are more: --limit shows them."
        )
        output.print(more, style="dim", highlight=False)
