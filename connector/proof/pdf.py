"""Dossiers as PDF: one page of A4 each, with the font inside. Needs reportlab, which takes a moment to load."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from connector.proof import page
from connector.proof.dossier import Dossier, in_japan
from connector.proof.timeline import FAINT, INK, RED, RULE, WIDTH, Box, Dot, Drawing, Line, Shape, Words, timeline

FONT = "IPAexGothic"
_FONT_FILE = Path(__file__).with_name("fonts") / "ipaexg.ttf"

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_MARGIN = (_PAGE_WIDTH - WIDTH) / 2
_BOTTOM = 34.0
_COLUMNS = (77.0, 93.5, 93.5, 34.0, 97.0, 120.0)
_GUTTER = 5.0
_SIZES = (6.8, 6.4, 6.0, 5.6, 5.3, 5.0)
"""Sizes that the table of facts is tried in, so that a page suffices."""
_LEADING = 1.38
_TONES = {"cancel": RED, "person": "#92570b", "record": FAINT, "": INK}
_GROUND, _HEAD_GROUND = "#f6f8fa", "#eef1f4"
_NEVER_FIRST = "、。，．・)）」』】〕〉》:：;；!！?？ー々,."


def as_pdf(dossiers: Sequence[Dossier]) -> bytes:
    """The whole document."""
    _register()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setTitle(page.title(dossiers[0]) if len(dossiers) == 1 else "キャンセル要請・送り状番号の記録")
    canvas.setCreator(page.CREATOR)
    canvas.setAuthor(page.CREATOR)
    for each in dossiers:
        _Sheet(canvas).write(each)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _register() -> None:
    pdfmetrics.registerFont(TTFont(FONT, str(_FONT_FILE)))


@lru_cache(maxsize=8192)
def _width(letter: str) -> float:
    """Of one letter, in parts of its size."""
    return float(pdfmetrics.stringWidth(letter, FONT, 1.0))


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in lines of at most this width. A line begins with no closing mark; a word is cut only if it must be."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for letter in paragraph:
            wide = _width(letter) * size
            if line and used + wide > width and letter not in _NEVER_FIRST:
                line, carried = _cut(line)
                lines.append(line)
                line, used = carried, sum(map(_width, carried)) * size
                if letter == " " and not line:
                    continue
            line, used = line + letter, used + wide
        lines.append(line)
    return lines


def _cut(line: str) -> tuple[str, str]:
    """Where a full line ends: after the last blank or joint of its last word, if that is not far back."""
    for back in range(1, min(len(line), 14)):
        letter = line[-back]
        if not letter.isascii() or letter in " _-/":
            return (line[: len(line) - back + 1].rstrip(), line[len(line) - back + 1 :]) if back > 1 else (line, "")
    return line, ""


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row of the table, wrapped into its columns."""

    row: page.Row
    cells: tuple[list[str], ...]
    cut: bool = False

    def height(self, size: float) -> float:
        return max(len(cell) for cell in self.cells) * size * _LEADING + 3.6


class _Sheet:
    """One page. ``_y`` is how far down it is written, from the top."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._y = 40.0

    def write(self, of: Dossier) -> None:
        self._head(of)
        self._particulars(of)
        self._heading("経過")
        drawing = timeline(of)
        self._draw(drawing)
        self._y += drawing.height + 2
        self._words(0, self._y, 5.6, FAINT, page.PICTURE_NOTE)
        self._y += 4
        self._judgement(of)
        ending = [line for said in page.ending(of) for line in wrapped(said, WIDTH, 5.6)]
        self._facts(of, _PAGE_HEIGHT - _BOTTOM - len(ending) * 8 - 6)
        self._ending(ending)

    def _head(self, of: Dossier) -> None:
        self._y += 12
        self._words(0, self._y, 17, INK, page.title(of))
        right = f"記録番号 {of.case.conflict.id}   作成 {in_japan(of.made_at, seconds=False)} JST"
        self._words(WIDTH, self._y, 7.5, FAINT, right, anchor="end")
        self._y += 8
        self._shape(Line(0, self._y, WIDTH, self._y, INK, 1.4))
        if not of.intact:
            self._y += 16
            self._words(0, self._y, 9, RED, page.TAMPERED)
            self._y += 4

    def _particulars(self, of: Dossier) -> None:
        pairs = page.particulars(of)
        half = WIDTH / 2
        for index in range(0, len(pairs), 2):
            cells = [wrapped(text, half - 62, 8.5) for _, text in pairs[index : index + 2]]
            top = self._y + 14
            for column, ((name, _), lines) in enumerate(zip(pairs[index : index + 2], cells, strict=True)):
                self._words(column * half, top, 7.2, FAINT, name)
                for number, line in enumerate(lines):
                    self._words(column * half + 54, top + number * 11, 8.5, INK, line)
            self._y = top + (max(map(len, cells)) - 1) * 11
        self._y += 4

    def _heading(self, text: str) -> None:
        self._y += 15
        self._words(0, self._y, 8.5, INK, text)
        self._y += 6

    def _judgement(self, of: Dossier) -> None:
        self._heading("判定と対応")
        size, step = 7.4, 10.6
        said = [(name, wrapped(text, WIDTH - 82, size)[:_MOST_LINES]) for name, text in page.judgement(of)]
        height = sum(len(lines) for _, lines in said) * step + 9
        self._shape(Box(0, self._y, WIDTH, height, _GROUND))
        self._y += 3
        for name, lines in said:
            self._words(8, self._y + step - 2, 7, FAINT, name)
            for line in lines:
                self._y += step
                self._words(72, self._y - 2, size, RED if name == "期限" else INK, line)
        self._y += 6

    def _facts(self, of: Dossier, end: float) -> None:
        self._heading("事実の一覧")
        laid, left_out, size = self._fitted(page.rows(of), end - self._y)
        head = size * _LEADING + 4
        self._shape(Box(0, self._y, WIDTH, head, _HEAD_GROUND))
        self._cells(tuple([name] for name in page.HEADINGS), size, (FAINT,) * len(_COLUMNS))
        self._y += head
        for each in laid:
            color = _TONES[each.row.tone]
            rest = FAINT if each.row.tone == "record" else INK
            self._cells(each.cells, size, (color, *[rest] * 5))
            self._y += each.height(size)
            self._shape(Line(0, self._y, WIDTH, self._y, RULE, 0.4))
        cut = sum(each.cut for each in laid)
        if left_out or cut:
            text = (
                f"一枚に収めるため {left_out} 行を省き、{cut} 行を途中で切った。CSV・JSONの書き出しに全件・全文がある。"
            )
            self._words(0, self._y + 9, 6, RED, text)

    def _fitted(self, rows: Sequence[page.Row], room: float) -> tuple[list[_Laid], int, float]:
        """The table in the largest size that fits. When none does, long texts are cut, and the least rows left out."""
        for size in _SIZES:
            laid = [_laid(row, size) for row in rows]
            if _height(laid, size) <= room:
                return laid, 0, size
        size = _SIZES[-1]
        laid = [_cut_short(_laid(row, size)) for row in rows]
        kept: dict[int, _Laid] = {}
        for each in sorted(laid, key=lambda each: (_WEIGHT.index(each.row.tone), -each.row.seq)):
            if _height([*kept.values(), each], size) <= room - _NOTE:
                kept[each.row.seq] = each
        return [each for each in laid if each.row.seq in kept], len(laid) - len(kept), size

    def _cells(self, cells: Sequence[Sequence[str]], size: float, colors: Sequence[str]) -> None:
        x = 3.0
        for lines, width, color in zip(cells, _COLUMNS, colors, strict=True):
            for number, line in enumerate(lines):
                self._words(x, self._y + 2 + size * (0.95 + number * _LEADING), size, color, line)
            x += width

    def _ending(self, lines: Sequence[str]) -> None:
        y = _PAGE_HEIGHT - _BOTTOM - (len(lines) - 1) * 8
        self._shape(Line(0, y - 10, WIDTH, y - 10, RULE, 0.6))
        for number, line in enumerate(lines):
            self._words(0, y + number * 8, 5.6, FAINT, line)

    def _words(self, x: float, y: float, size: float, color: str, text: str, *, anchor: str = "start") -> None:
        self._canvas.setFillColor(HexColor(color))
        self._canvas.setFont(FONT, size)
        place = _MARGIN + x, _PAGE_HEIGHT - y
        if anchor == "start":
            self._canvas.drawString(*place, text)
        elif anchor == "end":
            self._canvas.drawRightString(*place, text)
        else:
            self._canvas.drawCentredString(*place, text)

    def _draw(self, drawing: Drawing) -> None:
        self._canvas.saveState()
        self._canvas.translate(0, -self._y)
        for shape in drawing.shapes:
            self._shape(shape)
        self._canvas.restoreState()

    def _shape(self, shape: Shape) -> None:
        canvas, top = self._canvas, _PAGE_HEIGHT
        match shape:
            case Box():
                canvas.setFillColor(HexColor(shape.color))
                canvas.rect(
                    _MARGIN + shape.x, top - shape.y - shape.height, shape.width, shape.height, stroke=0, fill=1
                )
            case Line():
                canvas.setStrokeColor(HexColor(shape.color))
                canvas.setLineWidth(shape.width)
                canvas.setDash([2, 2] if shape.dashed else [])
                canvas.line(_MARGIN + shape.x1, top - shape.y1, _MARGIN + shape.x2, top - shape.y2)
            case Dot():
                canvas.setStrokeColor(HexColor(shape.color))
                canvas.setFillColor(HexColor("#ffffff" if shape.hollow else shape.color))
                canvas.setLineWidth(1.3)
                canvas.setDash([])
                canvas.circle(_MARGIN + shape.x, top - shape.y, shape.radius, stroke=1, fill=1)
            case Words():
                self._words(shape.x, shape.y, shape.size, shape.color, shape.text, anchor=shape.anchor)


_MOST_LINES = 8
"""Of one statement above the table, which has every fact."""
_SHORT = 3
"""Lines of a text that is cut because the page is full."""
_NOTE = 12.0
"""Room for the line that says what was left out."""
_WEIGHT = ("cancel", "", "person", "record")
"""Which rows stay on a full page, the most important first."""


def _laid(row: page.Row, size: float) -> _Laid:
    cells = zip(row.cells, _COLUMNS, strict=True)
    return _Laid(row, tuple(wrapped(text, width - _GUTTER, size) for text, width in cells))


def _cut_short(laid: _Laid) -> _Laid:
    if max(map(len, laid.cells)) <= _SHORT:
        return laid
    cells = (cell if len(cell) <= _SHORT else [*cell[: _SHORT - 1], f"{cell[_SHORT - 1][:-1]}…"] for cell in laid.cells)
    return _Laid(laid.row, tuple(cells), cut=True)


def _height(laid: Sequence[_Laid], size: float) -> float:
    return size * _LEADING + 4 + sum(each.height(size) for each in laid)
