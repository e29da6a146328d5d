"""Dossiers as one HTML file that needs nothing else: for the screen, and for printing a page each."""

from collections.abc import Sequence
from html import escape

from connector.proof import page
from connector.proof.dossier import Dossier, in_japan
from connector.proof.timeline import Box, Dot, Drawing, Line, Shape, Words, timeline

_STYLE = """
@page { size: A4; margin: 12mm; }
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f4; color: #1f2933; font: 13px/1.55 "IPAexGothic", "Hiragino Sans",
  "Yu Gothic", "Noto Sans CJK JP", sans-serif; }
article { background: #fff; max-width: 960px; margin: 24px auto; padding: 32px 36px; border: 1px solid #d5dae1; }
header { display: flex; justify-content: space-between; align-items: flex-end; gap: 24px;
  border-bottom: 2px solid #1f2933; padding-bottom: 10px; }
h1 { font-size: 22px; line-height: 1.2; margin: 0; font-weight: 600; }
h2 { font-size: 13px; margin: 22px 0 6px; font-weight: 600; color: #475260; }
header p { margin: 0; color: #6b7280; text-align: right; font-size: 12px; }
dl { display: grid; margin: 14px 0 0; gap: 5px 14px; }
dl.about { grid-template-columns: max-content 1fr max-content 1fr; }
dl.said { grid-template-columns: max-content 1fr; background: #f6f8fa; padding: 12px 16px; }
dt { color: #6b7280; } dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; display: block; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th { text-align: left; font-weight: 600; background: #eef1f4; }
th, td { padding: 4px 8px; border-bottom: 1px solid #e3e7ec; vertical-align: top; }
td { overflow-wrap: anywhere; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.cancel td:first-child { color: #b42318; font-weight: 600; }
tr.person td:first-child { color: #92570b; font-weight: 600; }
tr.record { color: #6b7280; }
footer { margin-top: 16px; color: #6b7280; font-size: 11px; overflow-wrap: anywhere; }
footer p, .note { margin: 2px 0; color: #6b7280; font-size: 11px; }
.warning { background: #fdecea; color: #b42318; padding: 8px 12px; font-weight: 600; }
@media print {
  body { background: none; font-size: 10px; } table { font-size: 9px; }
  article { margin: 0; padding: 0; border: 0; max-width: none; break-after: page; }
}
@media (max-width: 640px) { dl.about { grid-template-columns: max-content 1fr; } article { padding: 16px; } }
"""


def as_html(dossiers: Sequence[Dossier]) -> str:
    """The whole document."""
    heading = page.title(dossiers[0]) if len(dossiers) == 1 else "キャンセル要請・送り状番号の記録"
    return (
        '<!DOCTYPE html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(map(_article, dossiers))
        + "\n</body>\n</html>\n"
    )


def svg(drawing: Drawing, title: str) -> str:
    """A drawing as SVG, with its title for those who cannot see it."""
    size = f"{drawing.width:g} {drawing.height:g}"
    shapes = "\n".join(map(_shape, drawing.shapes))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">'
    return f"{head}<title>{escape(title)}</title>\n{shapes}\n</svg>"


def _article(of: Dossier) -> str:
    number = of.case.conflict.id
    warning = "" if of.intact else f'<p class="warning">{escape(page.TAMPERED)}</p>\n'
    headings = "".join(f"<th>{escape(heading)}</th>" for heading in page.HEADINGS)
    return (
        f'<article id="conflict-{number}">\n'
        f"<header><h1>{escape(page.title(of))}</h1>"
        f"<p>記録番号 {number}<br>作成 {in_japan(of.made_at, seconds=False)} JST</p></header>\n{warning}"
        f'<dl class="about">{_pairs(page.particulars(of))}</dl>\n'
        f"<h2>経過</h2>\n{svg(timeline(of), '経過の図')}\n"
        f'<p class="note">{escape(page.PICTURE_NOTE)}</p>\n'
        f'<h2>判定と対応</h2>\n<dl class="said">{_pairs(page.judgement(of))}</dl>\n'
        f'<h2>事実の一覧</h2>\n<div class="scroll"><table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n'
        + "\n".join(map(_row, page.rows(of)))
        + "\n</tbody></table></div>\n<footer>"
        + "".join(f"<p>{escape(line)}</p>" for line in page.ending(of))
        + "</footer>\n</article>"
    )


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs)


def _row(row: page.Row) -> str:
    cells = "".join(
        f"<td{' class=time' if index in (1, 2) else ''}>{escape(cell)}</td>" for index, cell in enumerate(row.cells)
    )
    return f'<tr class="{row.tone}">{cells}</tr>'


def _shape(shape: Shape) -> str:
    match shape:
        case Box():
            return (
                f'<rect x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}" '
                f'fill="{shape.color}"/>'
            )
        case Line():
            dashes = ' stroke-dasharray="2 2"' if shape.dashed else ""
            return (
                f'<line x1="{shape.x1:g}" y1="{shape.y1:g}" x2="{shape.x2:g}" y2="{shape.y2:g}" '
                f'stroke="{shape.color}" stroke-width="{shape.width:g}"{dashes}/>'
            )
        case Dot():
            fill = "#ffffff" if shape.hollow else shape.color
            return (
                f'<circle cx="{shape.x:g}" cy="{shape.y:g}" r="{shape.radius:g}" fill="{fill}" '
                f'stroke="{shape.color}" stroke-width="1.3"/>'
            )
        case Words():
            return (
                f'<text x="{shape.x:g}" y="{shape.y:g}" font-size="{shape.size:g}" fill="{shape.color}" '
                f'text-anchor="{shape.anchor}">{escape(shape.text)}</text>'
            )
