"""The commands of the day's work: ``entries list | show``, with the acts on entries, and ``deliveries list``.

Lists and stories only read, also beside a running daemon, and never take its lock.
"""

import unicodedata
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.cli_entry_acts import assign, hold, looked_at, release, retry, void
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
from connector.domain.entry import same_number
from connector.domain.language import Language
from connector.listing.moments import moments
from connector.listing.show import deliveries_table, entries_table, story_parts
from connector.listing.views import deliveries_view, entries_view, story_view
from connector.store.listing import EVERYTHING, STATES, listed, wanted_of
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
        _say_more(lang, more=len(found) > limit)
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


for act in (release, retry, hold, looked_at, void, assign):
    entries.command()(act)


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
    page = read_store(settings, lambda connection: listed_deliveries(connection, outcome, source, limit))
    if as_json:
        say_json(deliveries_view(page))
    elif page.deliveries:
        output.print(deliveries_table(page.deliveries), highlight=False)
        _say_more(Language.EN, more=page.next is not None and len(page.deliveries) == limit)
    else:
        output.print("No such delivery.", highlight=False)


def _say_more(lang: Language, *, more: bool) -> None:
    if more:
        said = (
            "ほかにもあります(--limit で増やせます)。" if lang is Language.JA else "There are more: --limit shows them."
        )
        output.print(said, style="dim", highlight=False)
