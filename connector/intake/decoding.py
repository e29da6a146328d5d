"""Whether a file is a text, and in which encoding: told from the whole file, read once in small pieces."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

PIECE_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 1024 * 1024
"""No row of a label file is longer; without this bound a file without line ends would be read as one row."""

_UTF8_MARK = codecs.BOM_UTF8
_OTHER_FORMS = {
    b"PK\x03\x04": "an Excel workbook (.xlsx) or another zip file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls)",
    b"%PDF": "a PDF",
    codecs.BOM_UTF16_LE: "a text in UTF-16 (Excel calls it Unicode text)",
    codecs.BOM_UTF16_BE: "a text in UTF-16 (Excel calls it Unicode text)",
}


class FileRefused(Exception):
    """A file of which nothing can be taken: what is wrong, how to mend it, and both in Japanese."""

    def __init__(self, problem: str, mend: str, ja: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend
        self.ja = ja


@dataclass(frozen=True, slots=True)
class TextFile:
    """What is known of a file that was read through. ``digest`` is the same for the same bytes."""

    encoding: str
    digest: str
    size: int


def inspect(path: Path) -> TextFile:
    """Reads the file through.

    UTF-8 is tried before CP932, both strictly and over the whole file: Japanese text in CP932 is never valid UTF-8 but
    for a few half-width syllables, in cells that nobody reads. Neither can swallow a separator, a quote or a digit: as
    the second byte of a character CP932 knows none of them.

    Raises:
        FileRefused: it is empty, no text, or in another encoding.
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    line = _LineGuard()
    with path.open("rb") as file:
        head = file.read(PIECE_BYTES)
        _refuse_other_forms(head)
        marked = head.startswith(_UTF8_MARK)
        candidates = [_Candidate("utf-8-sig" if marked else "utf-8")]
        if not marked:
            candidates.append(_Candidate("cp932"))
        piece = head
        while piece:
            size += len(piece)
            digest.update(piece)
            line.pass_on(piece)
            for candidate in candidates:
                candidate.feed(piece)
            piece = file.read(PIECE_BYTES)
    for candidate in candidates:
        candidate.feed(b"", final=True)
    fitting = next((candidate for candidate in candidates if candidate.broken_at is None), None)
    if fitting is None:
        broken_at = max(candidate.broken_at or 0 for candidate in candidates)
        raise FileRefused(
            f"the text is neither UTF-8 nor Shift_JIS (CP932) from line {broken_at} on; perhaps two files were joined",
            "Export the file again, and do not join files of different encodings.",
            f"{broken_at}行目から文字コードがUTF-8でもShift_JISでもありません。もう一度出力してください。",
        )
    return TextFile(fitting.encoding, digest.hexdigest(), size)


class _Candidate:
    """An encoding that the file may be in, until a line does not fit."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.broken_at: int | None = None
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._lines = 1

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        if self.broken_at is not None:
            return
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            self.broken_at = self._lines + error.object[: error.start].count(b"\n")
        self._lines += piece.count(b"\n")


class _LineGuard:
    """Refuses what has no lines, or has bytes that no text has."""

    def __init__(self) -> None:
        self._open_line = 0

    def pass_on(self, piece: bytes) -> None:
        ends = [place for place in (piece.find(b"\n"), piece.find(b"\r")) if place >= 0]
        longest = self._open_line + (min(ends) if ends else len(piece))
        if longest > LONGEST_LINE_BYTES or b"\x00" in piece:
            raise _no_csv("binary data, or a text without lines")
        last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        self._open_line = len(piece) - last - 1 if ends else longest


def _refuse_other_forms(head: bytes) -> None:
    if not head.removeprefix(_UTF8_MARK).strip():
        raise FileRefused(
            "the file is empty",
            "Look whether there was anything to export, and export again.",
            "ファイルが空です。出力する対象があったか確認し、もう一度出力してください。",
        )
    for mark, form in _OTHER_FORMS.items():
        if head.startswith(mark):
            raise _no_csv(form)


def _no_csv(form: str) -> FileRefused:
    return FileRefused(
        f"this is no CSV file but {form}",
        "Export a CSV file from the carrier's program, and drop it here as it is.",
        "CSVファイルではありません。送り状発行ソフトからCSVで出力し、そのまま入れてください。",
    )
