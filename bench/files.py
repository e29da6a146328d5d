"""What a long file of a carrier's program costs: rows a second and memory. ``python -m bench.files``."""

import asyncio
import csv
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.rehearsal import RehearsalFailed, sagawa_number
from bench.report import Measured, run_alone

ROWS = 100_000
COLUMNS = 73
_CONFIG = """\
[store]
url = "sqlite:///{folder}/connector.db"
[shops.main]
qapi_url = "http://127.0.0.1:1/qapi"
seller_auth_key = "unused"
[sources.b2]
kind = "b2cloud"
shop = "main"
"""
# The peak is the new program's own: getrusage would tell that of the process that started it, too.
_MEASURED_IMPORT = """\
import atexit, re, sys
from pathlib import Path
def peak():
    print("peak", re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
atexit.register(peak)
from connector.cli import main
main()
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """One ``qoo10-connector import``: what it said last, how long it ran, and its peak memory in MB."""

    said: str
    took_s: float
    peak_mb: float


async def measure() -> Measured:
    """A file of 100,000 rows, imported into an empty store, and imported again."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="qoo10-bench-") as name:
        folder = Path(name)
        size_mb = write_file(folder / "issued.csv", ROWS) / 1_000_000
        for title in ("first", "again"):
            done = await import_file(folder, folder / "issued.csv")
            rows.append((title, f"{done.took_s:.1f}", f"{ROWS / done.took_s:,.0f}", f"{done.peak_mb:.0f}"))
    return Measured(
        "Files: a long one",
        f"`qoo10-connector import` of a B2クラウド file of {ROWS:,} rows ({size_mb:.0f} MB), from the start of the "
        "program to its end; every row is an order with a number of its own, and durable.",
        ("import", "seconds", "rows a second", "peak memory (MB)"),
        rows,
    )


def write_file(path: Path, rows: int) -> int:
    """A file as B2クラウド writes it; gives its size. The person in it does not exist."""
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        for serial in range(rows):
            cells = [""] * COLUMNS
            cells[0], cells[1], cells[3], cells[4] = str(800_000_000 + serial), "0", sagawa_number(serial), "2026/11/22"
            cells[11], cells[15] = "東京都千代田区見本町1-2-3", "見本 太郎"
            writer.writerow(cells)
    return path.stat().st_size


async def import_file(folder: Path, file: Path) -> Imported:
    """Imports a file into the store of this folder, in a process of its own.

    Raises:
        RehearsalFailed: it did not exit with 0.
    """
    config = folder / "bench.toml"
    config.write_text(_CONFIG.format(folder=folder), encoding="utf-8")
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _MEASURED_IMPORT),
        *("import", str(file), "--source", "b2", "--config", str(config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise RehearsalFailed((out + err).decode(errors="replace"))
    peak_kb = int(err.decode().rpartition("peak ")[2])
    return Imported(out.decode().splitlines()[-1], time.perf_counter() - started, peak_kb / 1024)


if __name__ == "__main__":
    run_alone(measure)
