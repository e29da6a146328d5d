"""``b2cloud``: the CSV that Yamato's B2クラウド writes of issued labels (発行済データの検索, 外部ファイルに出力).

Specification: no public one by Yamato. Read 2026-11-22: the column list in https://github.com/chinkin666/ZELIXWMS
(``carrier-format``, 73 columns) and two programs that read real exports. The layouts of 73, 95 and up to 98 columns
agree on the first 42. A header row is an option; the usual file has none.

The type of slip (送り状種別) goes on as the service; ``carriers/codes.toml`` says what each means. A label that was
deleted is simply not in the file, so this source never tells of a void.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, code, columns_by_name, folded, is_date, is_heading, label_of, looks_like_number

DIGITS = (12,)
WIDTHS = range(73, 99)
COLUMNS = {
    "order_ref": ("お客様管理番号",),
    "slip_type": ("送り状種別", "送り状種類"),
    "tracking_number": ("伝票番号", "送り状番号"),
}
"""Every name was only read: two spellings each by two programs; no recorded file proves them."""
PLACES = {"order_ref": 0, "slip_type": 1, "tracking_number": 3}
"""Two independent programs read real exports by these places."""
SHIP_DATE = 4

_SLIP_TYPE = re.compile(r"[0-9A]")
_NOT_PRINTED_YET = "UMN"
"""Begins the placeholder that stands in the number's place before the label is printed; only read."""


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """With a header the columns are found by name, without one by place.

    Raises:
        UnreadablePayload: the file is not from B2クラウド.
    """
    columns = columns_by_name(rows[0], COLUMNS, frozenset({"slip_type"})) if rows else None
    if columns is not None:
        return Layout("header", columns, has_header=True)
    if any(_is_data(row) for row in rows):
        return Layout("places", PLACES, has_header=is_heading(rows[0], PLACES["tracking_number"]))
    raise UnreadablePayload(
        "this is no file of issued labels from B2クラウド: it has no header with お客様管理番号 and 送り状番号, "
        "and not 73 to 98 columns with the type of slip in the second and the number in the fourth"
    )


def _is_data(row: Sequence[str]) -> bool:
    if len(row) not in WIDTHS or not _SLIP_TYPE.fullmatch(folded(row[PLACES["slip_type"]])):
        return False
    number, shipped_on = row[PLACES["tracking_number"]], row[SHIP_DATE]
    plausible = not folded(number) or looks_like_number(number, DIGITS) or folded(number).startswith(_NOT_PRINTED_YET)
    return plausible and (is_date(shipped_on) or (not folded(shipped_on) and bool(folded(number))))


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one printed label; a shipment of several pieces has several rows."""
    number = cell(layout, row, "tracking_number")
    if folded(number).startswith(_NOT_PRINTED_YET):
        return Ignored("not_printed_yet")
    return label_of(
        EventKind.PRINTED,
        cell(layout, row, "order_ref"),
        "yamato",
        code(cell(layout, row, "slip_type")),
        number,
        digits=DIGITS,
        only_these=True,
    )


SOURCE = FiledKind(
    kind="b2cloud",
    title="ヤマト運輸 B2クラウド",
    way=Way.FILED,
    spec="https://github.com/chinkin666/ZELIXWMS",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    proved_by="",
    unverified=(
        "The columns were read in other programs' sources; no recorded file proves them.",
        "The slip types 8, 9 and A, and 6 in older layouts, come from one or two sources.",
        "That a number beginning with UMN stands for a label not yet printed comes from one source.",
        "A deleted label is not in the file, so a void is never heard of.",
    ),
    unverified_ja=(
        "列はほかのプログラムのソースから読み取りました。実際のファイルの記録はありません。",
        "送り状種類の 8、9、A と、古い形式の 6 は、1〜2か所の資料によります。",
        "UMN で始まる番号がまだ印刷していないラベルを表すことは、1つの資料によります。",
        "削除されたラベルはファイルに現れません。取り消しには気づけません。",
    ),
    recognise=recognise,
    read_row=read_row,
)
