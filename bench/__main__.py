"""All benchmarks: ``python -m bench``. ``--write PAGE`` also writes what was measured into a page."""

import argparse
import asyncio
import os
import platform
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import burst, conflicts, entries, files, gap, intake, keeping, store
from bench.report import Measured

BENCHES: dict[str, Callable[[], Coroutine[None, None, Measured]]] = {
    "intake": intake.measure,
    "gap": gap.measure,
    "store": store.measure,
    "burst": burst.measure,
    "conflicts": conflicts.measure,
    "files": files.measure,
    "entries": entries.measure,
    "keeping": keeping.measure,
}

PAGE = """\
# Benchmarks

    make bench                          # all of them, about five minutes
    make bench ARGS="gap burst"         # some of them; also: .venv/bin/python -m bench.gap
    make bench ARGS="--write docs/benchmarks.md"

Everything runs on loopback in real processes: `qoo10-connector serve`, `qoo10-connector sandbox`, and a load generator
of its own. Nothing leaves the machine; what is written goes into the temporary folder and is removed. Put that folder
on the disk that matters: `TMPDIR=/srv/scratch make bench`.

This page is written by the command, figures and all; nothing in it is typed by hand.
"""


def main() -> None:
    """Runs the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)}; all when none is named")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also write the page")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))} (known: {', '.join(BENCHES)})")
    console = Console()
    sections = [PAGE, f"{_machine()}\n"]
    for name in asked.names or BENCHES:
        measured = asyncio.run(BENCHES[name]())
        measured.show(console)
        sections.append(measured.markdown())
    if asked.write is not None:
        asked.write.write_text("\n".join(sections), encoding="utf-8")


def _machine() -> str:
    """Where and when the figures come from; the load says whether the machine had other work."""
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )


if __name__ == "__main__":
    main()
