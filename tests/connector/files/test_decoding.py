"""UTF-8 and CP932 are told apart from the whole file; what is neither is said, with its line."""

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.intake.decoding import LONGEST_LINE_BYTES, PIECE_BYTES, FileRefused, inspect

IN_CP932 = st.characters(codec="cp932", exclude_characters="\x00¢£¬‖−〜")
"""Without those that it writes as other characters."""
TEXT = "注文番号,お届け先\r\n1062428737,見本 髙﨑①\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_each_encoding_is_told(path: Path, encoding: str) -> None:
    path.write_bytes(TEXT.encode(encoding))

    told = inspect(path)

    assert told.encoding == encoding
    assert path.read_bytes().decode(told.encoding) == TEXT
    assert told.size == path.stat().st_size


def test_a_file_of_ascii_alone_is_utf_8(path: Path) -> None:
    path.write_bytes(b"1,2\r\n")

    assert inspect(path).encoding == "utf-8"


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_character_across_two_pieces_is_one_character(path: Path, encoding: str, shift: int) -> None:
    line = "x" * 1000 + "\n"
    content = (line * (PIECE_BYTES // len(line)) + "x" * shift + "東京都" * 400).encode(encoding)
    path.write_bytes(content)

    assert inspect(path).encoding == encoding


def test_the_same_bytes_have_the_same_digest_whatever_the_name(path: Path, tmp_path: Path) -> None:
    path.write_bytes(TEXT.encode())
    other = tmp_path / "other.csv"
    other.write_bytes(TEXT.encode())

    assert inspect(path) == inspect(other)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\r\n  \r\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook (.xlsx)"),
        (b"\xd0\xcf\x11\xe0rest of a workbook", "Excel workbook (.xls)"),
        (b"%PDF-1.7", "PDF"),
        (b"a,b\x00c\r\n", "binary"),
        (b"x" * (LONGEST_LINE_BYTES + 1), "without lines"),
    ],
)
def test_what_is_no_csv_is_called_what_it_is(path: Path, content: bytes, problem: str) -> None:
    path.write_bytes(content)

    with pytest.raises(FileRefused, match=problem.replace("(", r"\(").replace(")", r"\)")) as refused:
        inspect(path)

    assert refused.value.mend
    assert refused.value.ja


def test_two_encodings_in_one_file_are_refused_at_their_line(path: Path) -> None:
    """Line 3 is UTF-8 in a file of CP932."""
    path.write_bytes("番号\r\n東京\r\n".encode("cp932") + "東京都千代田区,\r\n".encode())

    with pytest.raises(FileRefused, match="from line 3 on"):
        inspect(path)


def test_a_byte_order_mark_holds_for_the_whole_file(path: Path) -> None:
    path.write_bytes(codecs.BOM_UTF8 + "東京".encode("cp932"))

    with pytest.raises(FileRefused, match="neither UTF-8 nor"):
        inspect(path)


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_bytes_are_they_decode_as_told_or_are_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        told = inspect(path)
    except FileRefused:
        return
    assert content.decode(told.encoding) is not None


@given(st.text(alphabet=IN_CP932, max_size=50), st.text(max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_digits_and_separators_are_never_swallowed(path: Path, cell: str, other: str) -> None:
    """Whichever encoding is told, the cells after a Japanese one are what they were."""
    for encoding in ("utf-8", "cp932"):
        line = f"{cell}," if encoding == "cp932" else f"{cell}{other}".encode(errors="replace").decode() + ","
        content = line.replace("\x00", "").encode(encoding) + b'"444413758703",1062428737'
        path.write_bytes(content)

        assert content.decode(inspect(path).encoding).endswith(',"444413758703",1062428737')
