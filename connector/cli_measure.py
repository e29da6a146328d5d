"""The commands that measure and warn: ``alarms`` and ``report``. Both only read, also beside a running daemon."""

from typing import Annotated

import typer
from rich.console import Console

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
from connector.clock import utc_now
from connector.domain.alarms import alarms as all_alarms
from connector.domain.report import report as month_report
from connector.domain.report_facts import Month
from connector.measure.rules import cancel_rule, watched
from connector.measure.show import alarms_table, report_parts
from connector.measure.views import alarms_view, report_view
from connector.store.alarms import alarm_material
from connector.store.report import month_material

output = Console()


def alarms(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows what is worth a person's eye while something can still be done: what happened, what to do, until when.

    Lines near or past their ship-by date, numbers that do not get through, holds and conflicts that nobody has dealt
    with, another number on an order, parcels without a scan. Thresholds stand in `[alarms]`.

    Exit codes: 0 no alarm; 1 there are alarms, or the store cannot be read; 2 the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()
    material = read_store(settings, lambda connection: alarm_material(connection, now))
    found = all_alarms(material, watched(settings), now)
    if as_json:
        say_json(alarms_view(found, now))
    elif found:
        output.print(alarms_table(found), highlight=False)
    else:
        output.print("No alarm.", highlight=False)
    if found:
        raise typer.Exit(EXIT_FINDING)


def report(
    month: Annotated[str, typer.Option(help="The month in Japan, as 2026-11.")],
    config: ConfigOption = CONFIG,
    *,
    shop: Annotated[str, typer.Option(help="One shop; without it all of them.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Reports on a month: gaps, conflicts, the cancel rate as far as it can be known, lines past their ship-by date.

    The cancel rate is over the orders that this program has seen, and says why there may be more. Its rule is not on
    any official page that could be read; it stands in `[report]`.

    Exit codes: 0 done; 1 the store cannot be read; 2 no such month or shop, or the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()
    try:
        wanted = Month.read(month)
    except ValueError as error:
        fail(str(error), EXIT_WRONG_USE)
    if shop and shop not in settings.shops:
        fail(f"There is no shop {shop!r}; the shops are: {', '.join(settings.shops)}.", EXIT_WRONG_USE)
    shops = (shop,) if shop else tuple(settings.shops)
    material = read_store(settings, lambda connection: month_material(connection, wanted, shops))
    found = month_report(material, wanted, shops, cancel_rule(settings), now)
    if as_json:
        say_json(report_view(found))
        return
    for part in report_parts(found):
        output.print(part, highlight=False)
