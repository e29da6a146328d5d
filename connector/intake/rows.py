"""Reads a file of a carrier's program row by row, in chunks, with flat memory. No store, no clock."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path

import structlog

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import Ignored, LabelEvent
from connector.intake.decoding import FileRefused, TextFile

CHUNK_ROWS = 250
"""Rows in one commit: enough to make its sync cheap, few enough that nobody else waits long for theirs."""
LOOK_AT_ROWS = 20
"""Rows that a kind sees to recognise its files."""

_SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";"}

RAGGED = RowRefused(
    "the row has more or fewer cells than the file's other rows, so it is not certain which is which",
    "Look at the row: a quote or a comma is missing or too many. Export the file again.",
    "この行の列数が他の行と違います。引用符やカンマの過不足を確認し、もう一度出力してください。",
)
NO_ROWS_FROM_HERE = RowRefused(
    "from this row on the file cannot be split into rows: a quote is opened and not closed",
    "Mend the quote, or export the file again; the rows before this one were read.",
    "この行から先は引用符が閉じておらず、読み取れません。もう一度出力してください。",
)
DEFECT = RowRefused(
    "this program has a defect that this row has found",
    "The log says more; please report it. The other rows were read.",
    "この行で本ソフトの不具合が見つかりました。ログを添えてご連絡ください。他の行は読み取りました。",
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row, counted from one as a spreadsheet counts, and why it was not taken."""

    row: int
    why: RowRefused


@dataclass(frozen=True, slots=True)
class Chunk:
    """What some rows of a file say. ``read_bytes`` is how much of the file has been read so far."""

    number: int
    events: tuple[LabelEvent, ...]
    ignored: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    read_bytes: int


def read_chunks(
    path: Path, text: TextFile, kind: FiledKind, options: Mapping[str, str], chunk_rows: int = CHUNK_ROWS
) -> Iterator[Chunk]:
    """The file's rows, always in the same chunks.

    Raises:
        FileRefused: it is not a file of this kind; only before the first chunk.
        OSError: it cannot be read.
    """
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=text.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=_SEPARATORS[options.get("separator") or "comma"])
        rows = _numbered(reader)
        first = list(islice(rows, LOOK_AT_ROWS))
        layout = _recognised(kind, [cells for _, cells in first if cells is not None], options)
        width = _width(layout, [cells for _, cells in first if cells is not None])
        data = chain(first[layout.has_header :], rows)
        for number in count():
            some = list(islice(data, chunk_rows))
            if not some:
                return
            yield _chunk(number, some, lambda cells: _said(kind, layout, width, cells), raw.tell())


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | None]]:
    """Rows with something in them; None in place of the row from which on there are none."""
    for row in range(1, 1 << 62):
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield row, None
            return
        if any(cell.strip() for cell in cells):
            yield row, cells


def _recognised(kind: FiledKind, rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> Layout:
    try:
        return kind.recognise(rows, options)
    except UnreadablePayload as unreadable:
        raise FileRefused(
            unreadable.problem,
            f"Look whether this is the right folder and the right export; the page of the source kind {kind.kind} "
            "says which.",
            f"{kind.title}のファイルとして読み取れません。出力の種類とフォルダーを確認してください。",
        ) from None


@dataclass(frozen=True, slots=True)
class _Width:
    """How many cells a row must have, and how many of them have a meaning: some programs end rows with a comma."""

    cells: int
    named: int

    def fits(self, cells: Sequence[str]) -> bool:
        return len(cells) == self.cells and not any(cell.strip() for cell in cells[self.named :])


def _width(layout: Layout, rows: Sequence[Sequence[str]]) -> _Width:
    """As most of the first rows have it, and not less than the header."""
    data = rows[layout.has_header :] or rows
    usual = Counter(len(row) for row in data).most_common(1)[0][0]
    if not layout.has_header:
        return _Width(usual, usual)
    return _Width(max(usual, len(rows[0])), len(rows[0]))


def _chunk(
    number: int,
    rows: Sequence[tuple[int, list[str] | None]],
    read: Callable[[list[str] | None], LabelEvent | Ignored | RowRefused],
    read_bytes: int,
) -> Chunk:
    events: list[LabelEvent] = []
    ignored: Counter[str] = Counter()
    refused: list[RefusedRow] = []
    for row, cells in rows:
        match read(cells):
            case LabelEvent() as event:
                events.append(event)
            case Ignored(reason):
                ignored[reason] += 1
            case RowRefused() as why:
                refused.append(RefusedRow(row, why))
    return Chunk(number, tuple(events), ignored, tuple(refused), read_bytes)


def _said(kind: FiledKind, layout: Layout, width: _Width, cells: list[str] | None) -> LabelEvent | Ignored | RowRefused:
    if cells is None:
        return NO_ROWS_FROM_HERE
    if not width.fits(cells):
        return RAGGED
    try:
        return kind.read_row(layout, cells)
    except Exception as error:  # noqa: BLE001 - a defect of an adapter must not cost the file's other rows
        # Its type only: the message may repeat a cell.
        log.error("adapter_failed", kind=kind.kind, error=type(error).__name__)
        return DEFECT
