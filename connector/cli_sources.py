"""The commands about sources: ``sources list``, ``sources test``, ``carriers``. They touch no store and ask nobody."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from carriers import SOURCES
from connector.api.source_views import trial_view
from connector.settings import Settings, SourceSettings, load_settings
from connector.settings_input import ConfigurationError, nearest
from connector.sources.companies import CompanyRow, company_rows
from connector.sources.facts import all_kinds
from connector.sources.trial import Trial, TriedEvent, try_out

EXIT_FINDING = 1
EXIT_WRONG_USE = 2
MOST_SHOWN = 200
"""Events and errors on a terminal; --json gives them all."""

sources = typer.Typer(
    help="Where label messages come from: which kinds there are, and what a payload would become.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()
errors = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


@sources.command("list")
def list_kinds(*, as_json: JsonOption = False) -> None:
    """Shows every kind of source: way in, what proves it, what it tells, and whether a recording proved the reading.

    Exit codes: 0 always.
    """
    kinds = all_kinds()
    if as_json:
        _say(json.dumps([asdict(kind) for kind in kinds], ensure_ascii=False, indent=2))
        return
    table = _table("kind", "way in", "proves where it comes from", "tells", "reading")
    for kind in kinds:
        proof = "recorded" if kind.proof else "documented"
        table.add_row(kind.kind, kind.way, kind.authentication.en, ", ".join(kind.tells), proof)
    output.print(table)
    _say("recorded: real payloads are read as they should be; documented: nothing recorded was found.")
    _say("docs/sources.md says of each what is not verified.")


@sources.command("test")
def try_source(
    name: Annotated[str, typer.Argument(help="A source of the settings, or a kind of source with its defaults.")],
    file: Annotated[Path, typer.Argument(help="A raw webhook body, a page of a polled list, or a CSV file.")],
    *,
    headers: Annotated[
        Path | None, typer.Option(help="The webhook's headers: JSON, or lines like Name: value.")
    ] = None,
    at: Annotated[datetime | None, typer.Option(help="When it arrived, in UTC; old signatures are stale now.")] = None,
    config: Annotated[Path, typer.Option("--config", "-c", help="The settings file.")] = Path("config.toml"),
    as_json: JsonOption = False,
) -> None:
    """Shows what a payload or file would become, without touching the store.

    Events with the order numbers they may mean and the carrier's name at Qoo10; what is ignored and why; what cannot
    be read and where.

    Exit codes: 0 all of it can be read; 1 something cannot, or its signature is wrong; 2 wrong use or configuration.
    """
    source = _source_or_exit(name, config)
    try:
        given = None if headers is None else _headers(headers.read_text(encoding="utf-8-sig"))
        trial = try_out(name, source, file, given, at.replace(tzinfo=UTC) if at else datetime.now(UTC))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        _complain(f"cannot be read: {error}")
        raise typer.Exit(EXIT_WRONG_USE) from None
    if as_json:
        _say(trial_view(trial).model_dump_json(indent=2))
    else:
        _show(trial)
    if not trial.is_fine:
        raise typer.Exit(EXIT_FINDING)


def carriers(
    kind: Annotated[str, typer.Option(help="Shows what this kind of source calls them.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Lists delivery companies and services, their numbers, and their names at Qoo10.

    Where no name is known the seller must choose one: the line to write is shown.

    Exit codes: 0 listed; 2 there is no such kind of source.
    """
    if kind and kind not in SOURCES:
        _complain(f"{kind!r} is no kind of source{nearest(kind, SOURCES)}")
        raise typer.Exit(EXIT_WRONG_USE)
    rows = company_rows(kind)
    if as_json:
        _say(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        _say(_line(row))
    _say(
        'The lines go under [sources.<name>.carriers], with the source\'s own code in front: "code" or "code.service".'
    )


def _line(row: CompanyRow) -> str:
    """A company with its number and its name where no service is named, or one of its services, indented."""
    name = f"-> {row.name}" if row.name else f"-> seller must choose: {row.setting}" if row.setting else ""
    codes = f"({', '.join(row.codes)})" if row.codes else ""
    number = f"number {row.number};" if row.number else ""
    words = [f"  {row.service_id}" if row.service_id else row.company_id, row.ja, codes, number, name]
    return " ".join(word for word in words if word)


def _source_or_exit(name: str, config: Path) -> SourceSettings:
    settings: Settings | None = None
    try:
        settings = load_settings(config)
    except ConfigurationError as error:
        if name not in SOURCES or config.is_file():
            for problem in error.problems:
                _complain(problem)
            raise typer.Exit(EXIT_WRONG_USE) from None
    configured = settings.sources if settings else {}
    if name in configured:
        return configured[name]
    if name in SOURCES:
        return SourceSettings.model_construct(kind=name, shop="", carriers={})
    _complain(f"there is no source {name!r}{nearest(name, configured | SOURCES)}")  # type: ignore[operator] # only names
    raise typer.Exit(EXIT_WRONG_USE)


def _headers(text: str) -> dict[str, str]:
    """Headers as JSON or as lines, their names in lower case."""
    if text.lstrip().startswith("{"):
        members = json.loads(text)
        return {str(name).lower(): str(value) for name, value in members.items()}
    pairs = [line.partition(":") for line in text.splitlines() if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _show(trial: Trial) -> None:
    if trial.signature:
        _say(f"signature: {trial.signature}")
    if trial.events:
        table = _table("event", "order reference", "carrier", "number", "at", "goes out as", whole=("event", "number"))
        for event in trial.events[:MOST_SHOWN]:
            table.add_row(*_cells(event))
        output.print(table)
    for fetch in trial.fetches:
        _say(f"asked first: {fetch}")
    for reason, count in sorted(trial.reasons.items()):
        _say(f"ignored: {count} x {reason}")
    for error in trial.errors[:MOST_SHOWN]:
        _complain(f"error: {error}")
    counts = f"{len(trial.events)} events, {trial.ignored.total()} ignored, {len(trial.errors)} errors"
    _say(f"{counts}. Nothing was kept.")


def _cells(event: TriedEvent) -> list[str]:
    means = "" if event.numbers == (event.order_ref,) else f" -> {', '.join(event.numbers) or 'nothing'}"
    carrier = f"{event.carrier}.{event.service}" if event.service else event.carrier
    goes_out = event.name if not event.held else f"held, {event.held}"
    return [event.kind, event.order_ref + means, carrier, event.tracking_number, event.occurred_at, goes_out]


def _table(*columns: str, whole: tuple[str, ...] = ()) -> Table:
    """A table; the columns in ``whole`` are never broken into two lines."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    return table


def _say(text: str) -> None:
    output.print(text, markup=False, highlight=False, soft_wrap=True)


def _complain(text: str) -> None:
    errors.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
