"""``qoo10-connector import``: one file of a carrier's program, taken by hand, with progress and a summary."""

import difflib
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from carriers import FILED
from connector.assembly.sources import filed
from connector.cli_deeds import written_down
from connector.clock import utc_now
from connector.intake.decoding import FileRefused
from connector.intake.files import FileIntake, FileSummary
from connector.intake.reports import reasons
from connector.settings import Settings, SourceSettings
from connector.store.errors import StoreError, StoreInUse
from connector.store.store import Store

DONE, FINDING, WRONG_USE = 0, 1, 2
"""Exit codes."""


class _Stopped(Exception):
    """The file was not taken to its end; the message says what to do."""

    def __init__(self, message: str, exit_code: int = FINDING) -> None:
        super().__init__(message)
        self.exit_code = exit_code


async def import_file(settings: Settings, file: Path, name: str, output: Console, errors: Console) -> int:
    """Takes the file into the store and says what became of its rows; the file stays where it is."""
    started = time.perf_counter()
    try:
        summary = await _imported(settings, file, name, errors)
    except _Stopped as stopped:
        errors.print(str(stopped), style="red", markup=False, highlight=False, soft_wrap=True)
        return stopped.exit_code
    _show(output, summary, time.perf_counter() - started)
    return FINDING if summary.refused else DONE


async def _imported(settings: Settings, file: Path, name: str, errors: Console) -> FileSummary:
    source = settings.sources.get(name)
    if source is None or source.kind not in FILED:
        raise _Stopped(_no_such_source(settings, name), WRONG_USE)
    try:
        store = await Store.open(settings.store.url)
    except StoreInUse as error:
        raise _Stopped(f"{error}.\n{_beside_the_daemon(name, source)}") from None
    except StoreError as error:
        raise _Stopped(str(error)) from None
    try:
        async with written_down(store, "import", f"source {name}"):
            return await _taken(FileIntake(filed(name, source), store, utc_now), file, errors)
    except FileRefused as refused:
        raise _Stopped(f"{file.name}: {refused.problem}.\n{refused.mend}\n{refused.ja}") from None
    except OSError as error:
        raise _Stopped(f"{file} cannot be read: {error.strerror}") from None
    except StoreError as error:
        raise _Stopped(f"The store takes no more: {error}. Import it again later; no row is taken twice.") from None
    finally:
        await store.close()


async def _taken(intake: FileIntake, file: Path, errors: Console) -> FileSummary:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bar = progress.add_task(file.name, total=None)
        return await intake.take(file, lambda read, size: progress.update(bar, completed=read, total=size))


def _show(output: Console, summary: FileSummary, took_s: float) -> None:
    if summary.known:
        output.print("Every row of this file was taken before; there is nothing to do.", highlight=False)
        return
    table = Table("rows", "what became of them", show_edge=False, pad_edge=False)
    table.add_row(str(summary.accepted), "taken")
    table.add_row(str(summary.duplicates), "taken before")
    for reason, count in sorted(summary.ignored.items()):
        table.add_row(str(count), f"nothing for us: {reason}")
    table.add_row(str(summary.refused_rows), "not taken")
    output.print(table, highlight=False)
    for line in reasons(summary):
        output.print(line, markup=False, highlight=False, soft_wrap=True)
    rate = summary.rows / took_s if took_s else 0
    output.print(f"{summary.rows} rows in {took_s:.1f} s, {rate:.0f} rows a second", highlight=False)


def _no_such_source(settings: Settings, name: str) -> str:
    names = sorted(known for known, source in settings.sources.items() if source.kind in FILED)
    if not names:
        return f"There is no source for files in the settings. Add one of the kinds {', '.join(sorted(FILED))}."
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
    return f"{name!r} is no source for files; {hint}"


def _beside_the_daemon(name: str, source: SourceSettings) -> str:
    if source.folder is not None:
        return f"If that is the daemon, put the file into {source.folder} instead: it is taken there within seconds."
    return (
        f"If that is the daemon, give the source a folder (sources.{name}.folder) and put the file there, or stop the "
        "daemon for the import."
    )
