"""A file becomes chunks of rows: always the same, counted as a spreadsheet counts, and total whatever is in it."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carriers import FILED
from carriers.kinds import Layout
from carriers.model import Ignored, LabelEvent
from connector.intake.decoding import FileRefused, inspect
from connector.intake.rows import CHUNK_ROWS, DEFECT, NO_ROWS_FROM_HERE, RAGGED, Chunk, read_chunks

if TYPE_CHECKING:
    from tests.connector.files.conftest import B2Row, Filed

B2 = FILED["b2cloud"]
CSV = FILED["csv"]
BY_PLACE = {"order_ref": "#1", "tracking_number": "#2", "carrier_is": "yamato"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def read(path: Path, content: bytes, **options: str) -> list[Chunk]:
    path.write_bytes(content)
    return list(read_chunks(path, inspect(path), CSV if options else B2, options))


def refused(chunks: Sequence[Chunk]) -> list[tuple[int, str]]:
    return [(row.row, row.why.problem) for chunk in chunks for row in chunk.refused]


def numbers(chunks: Sequence[Chunk]) -> list[str]:
    return [event.tracking_number for chunk in chunks for event in chunk.events]


def test_rows_come_in_chunks_of_one_size(path: Path, row: "B2Row", filed: "Filed") -> None:
    content = filed([row(index) for index in range(CHUNK_ROWS * 2 + 1)])

    chunks = read(path, content)

    assert [(chunk.number, len(chunk.events)) for chunk in chunks] == [(0, CHUNK_ROWS), (1, CHUNK_ROWS), (2, 1)]
    assert chunks[-1].read_bytes == len(content)


def test_rows_are_counted_as_a_spreadsheet_counts_them(path: Path) -> None:
    """The header and empty rows count, line breaks in a cell do not."""
    content = b'ref,no,name\r\n1,444413758703,"two\r\nlines"\r\n\r\n,,\r\n2,4.44E+11,x\r\n'

    chunks = read(path, content, **BY_PLACE)

    assert numbers(chunks) == ["444413758703"]
    assert [row for row, _ in refused(chunks)] == [5]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_every_line_end_quoted_and_unquoted(path: Path, end: bytes, quote: bytes) -> None:
    cells = [[b"1062428737", b"444413758703"], [b"1062428738", b"444413750012"]]
    content = end.join(b",".join(quote + cell + quote for cell in row) for row in cells)

    assert numbers(read(path, content, **BY_PLACE)) == ["444413758703", "444413750012"]


@pytest.mark.parametrize(("separator", "character"), [("comma", ","), ("tab", "\t"), ("semicolon", ";")])
def test_the_separator_is_an_option(path: Path, separator: str, character: str) -> None:
    content = f"1062428737{character}444413758703\r\n".encode()

    assert numbers(read(path, content, separator=separator, **BY_PLACE)) == ["444413758703"]


def test_a_row_with_other_cells_than_the_rest_is_refused(path: Path, row: "B2Row", filed: "Filed") -> None:
    """A comma too many moves every cell after it: the number would be read from another column."""
    moved = row(3)
    moved.insert(2, "x")
    content = filed([row(1), row(2), moved, row(4)[:-1], row(5)])

    chunks = read(path, content)

    assert numbers(chunks) == [row(index)[3] for index in (1, 2, 5)]
    assert refused(chunks) == [(3, RAGGED.problem), (4, RAGGED.problem)]


def test_a_comma_at_the_end_of_every_row_moves_nothing(path: Path) -> None:
    """Some programs write one after the last cell, but not in the header."""
    content = b"ref,no\r\n1,444413758703,\r\n2,444413750012,\r\n3,,444413750023\r\n4,444413750034\r\n"

    chunks = read(path, content, **BY_PLACE)

    assert numbers(chunks) == ["444413758703", "444413750012"]
    assert [row for row, _ in refused(chunks)] == [4, 5]


def test_a_quote_that_is_never_closed_ends_the_file_with_a_word(path: Path, row: "B2Row", filed: "Filed") -> None:
    content = filed([row(1)]) + b'"' + filed([row(index) for index in range(2, 400)]).replace(b'"', b"")

    chunks = read(path, content)

    assert numbers(chunks) == [row(1)[3]]
    assert refused(chunks) in ([(2, NO_ROWS_FROM_HERE.problem)], [(2, RAGGED.problem)])


def test_a_file_cut_off_in_the_middle_of_a_row_refuses_that_row(path: Path, row: "B2Row", filed: "Filed") -> None:
    content = filed([row(1), row(2)])

    chunks = read(path, content[: len(content) - 30])

    assert numbers(chunks) == [row(1)[3]]
    assert refused(chunks) == [(2, RAGGED.problem)]


def test_a_defect_of_an_adapter_costs_one_row(path: Path, row: "B2Row", filed: "Filed") -> None:
    def broken(layout: Layout, cells: Sequence[str]) -> LabelEvent | Ignored:
        if cells[0] == "1062000002":
            raise IndexError(cells[15])
        said = B2.read_row(layout, cells)
        assert isinstance(said, LabelEvent | Ignored)
        return said

    path.write_bytes(filed([row(1), row(2), row(3)]))

    chunks = list(read_chunks(path, inspect(path), replace(B2, read_row=broken), {}))

    assert len(numbers(chunks)) == 2
    assert refused(chunks) == [(2, DEFECT.problem)]


def test_another_programs_file_is_refused_before_the_first_chunk(path: Path) -> None:
    path.write_bytes(b"name,address\r\nx,y\r\n")

    with pytest.raises(FileRefused, match="no file of issued labels") as why:
        next(read_chunks(path, inspect(path), B2, {}))

    assert "b2cloud" in why.value.mend
    assert "B2クラウド" in why.value.ja


@given(content=st.binary(max_size=400), kind=st.sampled_from(sorted(FILED)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_read_or_refused(path: Path, content: bytes, kind: str) -> None:
    path.write_bytes(content)

    with contextlib.suppress(FileRefused):
        list(read_chunks(path, inspect(path), FILED[kind], BY_PLACE))


@given(rows=st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=3), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_vanishes_without_a_word(path: Path, filed: "Filed", rows: list[list[str]]) -> None:
    """Every row with something in it is an event, ignored, or refused; but for the header."""
    plain = [[cell.encode(errors="replace").decode().replace("\x00", "") for cell in row] for row in rows]
    try:
        chunks = read(path, filed(plain, "utf-8"), header="no", **BY_PLACE)
    except FileRefused:
        return

    read_rows = sum(len(chunk.events) + sum(chunk.ignored.values()) + len(chunk.refused) for chunk in chunks)
    assert read_rows == sum(any(cell.strip() for cell in row) for row in plain)
