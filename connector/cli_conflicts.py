"""The commands about conflicts: ``conflicts list | show | verify | export | act``.

All but ``act`` only read, also beside a running daemon, and never take its lock.
"""

import asyncio
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.cli_act import ActFailed, do_act
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
from connector.domain.acts import ASKS, NEEDS, Act, ActKind, ActRefused, checked
from connector.proof.anchors import Anchors, read_anchors
from connector.proof.dossier import Dossier, dossier
from connector.proof.html import as_html
from connector.proof.show import as_table, in_detail, verification
from connector.proof.verify import Verified, verify
from connector.proof.views import as_csv, as_jsonl, in_full, in_short, most_urgent_first, what_to_do
from connector.settings import Settings
from connector.store.cases import Case, cases, closed_cases
from connector.store.conflict_log import log_rows

MOST_ROWS = 100_000
"""Rows of one conflict's log; a conflict has some ten of them."""

conflicts = typer.Typer(
    help="Cancel requests that met a parcel, and numbers that contradict each other: what to do, and the proof.\n\n"
    "Exit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
output = Console()
errors = Console(stderr=True)

NumberArgument = Annotated[int, typer.Argument(help="The conflict's number, as `conflicts list` shows it.")]


class Format(StrEnum):
    """What a dossier is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    HTML = "html"
    PDF = "pdf"


@conflicts.command("list")
def list_conflicts(
    config: ConfigOption = CONFIG,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most closed ones.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Only closed ones, with smaller numbers.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Shows open conflicts, those first in which most can still be saved, each with what to do and until when.

    Exit codes: 0 done; 1 the store cannot be read; 2 the configuration cannot be used.
    """
    settings, now = settings_or_exit(config), utc_now()

    async def gather(connection: AsyncConnection) -> tuple[list[Case], int | None]:
        found = [] if before else most_urgent_first(await cases(connection), now)
        if not everything and not before:
            return found, None
        closed = await closed_cases(connection, before, limit)
        return [*found, *closed.cases], closed.next

    found, older = read_store(settings, gather)
    if as_json:
        say_json({"conflicts": [in_short(case, now) for case in found], "next": older})
    elif found:
        output.print(as_table(found, now), highlight=False)
    else:
        output.print("No conflict." if everything or before else "No open conflict.", highlight=False)
    if older and not as_json:
        output.print(f"There are older ones: --before {older} shows them.", style="dim", highlight=False)


@conflicts.command()
def show(number: NumberArgument, config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows one conflict: every fact with both clocks and its origin, the verdict with its rule, what to do, the acts.

    Exit codes: 0 done; 1 there is no such conflict, or the store cannot be read; 2 the configuration cannot be used.
    """
    (of,) = _dossiers(settings_or_exit(config), [number])
    if as_json:
        say_json(in_full(of) | what_to_do(of))
    else:
        output.print(in_detail(of), highlight=False)


@conflicts.command("verify")
def verify_log(
    config: ConfigOption = CONFIG,
    *,
    anchors: Annotated[
        Path | None, typer.Option(help="A file of anchors; without it that of the settings, if there is one.")
    ] = None,
) -> None:
    """Proves that nobody has changed the conflict log: its chain, its anchors, and the rows that sum it up.

    The chain alone finds any row that was changed, removed, swapped or inserted. That the end was cut off, or the log
    written anew from some row on, is found with anchors (setting `conflicts.anchor_file`).

    Exit codes: 0 it is whole; 1 it is not, or cannot be read; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    kept = _anchors(anchors or settings.conflicts.anchor_file, asked_for=anchors is not None)
    started = time.perf_counter()
    verified: Verified = read_store(settings, lambda connection: verify(connection, kept.hashes))
    for line in kept.unreadable:
        errors.print(f"line {line} of the anchor file cannot be read", style="red", highlight=False)
    for found in kept.contradictions:
        errors.print(f"row {found.seq} {found.problem}", style="red", highlight=False)
    for text, style in verification(verified, len(kept.hashes), time.perf_counter() - started):
        output.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
    if not verified.whole or kept.unreadable or kept.contradictions:
        raise typer.Exit(EXIT_FINDING)


@conflicts.command()
def export(
    numbers: Annotated[list[int] | None, typer.Argument(help="Conflicts; without any all of them.")] = None,
    config: ConfigOption = CONFIG,
    *,
    form: Annotated[Format, typer.Option("--format", help="pdf and html: a page each, for Qoo10's support.")],
    out: Annotated[Path, typer.Option(help="The file to write; - is the standard output.")],
) -> None:
    """Writes the proof of conflicts, in Japanese and without personal data: pages to hand over, or rows to work with.

    Exit codes: 0 done; 1 there is nothing to write, or it cannot be written; 2 the configuration cannot be used.
    """
    written = _written(_dossiers(settings_or_exit(config), numbers or None), form)
    if str(out) == "-":
        sys.stdout.buffer.write(written)
        return
    try:
        out.write_bytes(written)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    output.print(f"Written to {out} ({len(written):,} bytes).", markup=False, highlight=False, soft_wrap=True)


@conflicts.command()
def act(
    number: NumberArgument,
    kind: Annotated[str, typer.Argument(metavar="ACT", help=", ".join(each.replace("_", "-") for each in ActKind))],
    config: ConfigOption = CONFIG,
    *,
    why: Annotated[str, typer.Option(help="The reason, in words; no personal data of the buyer.")],
    who: Annotated[str, typer.Option(help="The name of whoever does this.")],
    confirm: Annotated[str, typer.Option(help=f"What you have done before: {', '.join(NEEDS.values())}.")] = "",
) -> None:
    """Does something about a conflict, and keeps who did it and why. Nothing is ever cancelled or accepted at Qoo10.

    Through the daemon while it runs, as its user or as root, else in the store.

    Exit codes: 0 kept; 1 refused, or nobody to ask; 2 the act lacks something, or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    try:
        wanted = ActKind(kind.replace("-", "_"))
    except ValueError:
        known = ", ".join(each.replace("_", "-") for each in ActKind)
        fail(f"There is no act {kind!r}; the acts are: {known}.", EXIT_WRONG_USE)
    needed = NEEDS.get(wanted, "")
    if needed and not confirm and sys.stdin.isatty():
        ask = ASKS[wanted]
        confirm = needed if typer.confirm(f"{ask.confirm_ja}\n{ask.confirm_en}?") else ""
    try:
        asked = checked(Act(wanted, number, who.strip(), why.strip(), utc_now(), confirm))
    except ActRefused as refused:
        fail(f"Nothing was done: {refused}.", EXIT_WRONG_USE)
    try:
        said = asyncio.run(do_act(settings, asked))
    except ActFailed as failed:
        fail(str(failed))
    output.print(said, markup=False, highlight=False, soft_wrap=True)


def _dossiers(settings: Settings, numbers: list[int] | None) -> list[Dossier]:
    """The dossiers of these conflicts, in the order asked for; of all without numbers."""
    made_at = utc_now()

    async def gather(connection: AsyncConnection) -> list[Dossier]:
        found = await cases(connection, numbers, closed=True)
        by_number = {case.conflict.id: case for case in found}
        if missing := [number for number in numbers or () if number not in by_number]:
            fail(f"There is no conflict {missing[0]}.")
        wanted: list[Case] = [by_number[number] for number in dict.fromkeys(numbers or by_number)]
        return [dossier(case, await log_rows(connection, 0, MOST_ROWS, case.conflict.id), made_at) for case in wanted]

    try:
        return read_store(settings, gather)
    except ValueError as error:
        fail(f"{error}: run qoo10-connector conflicts verify.")


def _written(dossiers: list[Dossier], form: Format) -> bytes:
    if not dossiers:
        fail("There is no conflict to write.")
    match form:
        case Format.CSV:
            return as_csv(dossiers).encode()
        case Format.JSONL:
            return as_jsonl(dossiers).encode()
        case Format.HTML:
            return as_html(dossiers).encode()
        case Format.PDF:
            from connector.proof.pdf import as_pdf

            return as_pdf(dossiers)


def _anchors(path: Path | None, *, asked_for: bool) -> Anchors:
    if path is None:
        return Anchors({})
    if not asked_for and not path.exists():
        errors.print(f"No anchors yet: {path} is not there.", style="yellow", markup=False, highlight=False)
        return Anchors({})
    try:
        return read_anchors(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}")
