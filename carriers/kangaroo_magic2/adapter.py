"""``kangaroo_magic2``: the CSV of shipments that Seino's カンガルー・マジックII writes, 47 columns, usually no header.

Specification: no public one by Seino. Read 2026-11-22: the column list in https://github.com/chinkin666/ZELIXWMS
(``carrier-format``); a plugin for a shop system reads the same places. Seino's invoices are other files.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, columns_by_name, is_date, is_heading, label_of, looks_like_number

DIGITS = (10, 12)
"""One source says 10 or 12. Other lengths are let through."""
WIDTH = 47
COLUMNS = {
    "order_ref": ("管理番号", "取込番号"),
    "tracking_number": ("お問合せ番号", "送り状番号"),
    "slip_class": ("原票区分",),
}
"""Two sources name these columns so; no recorded file. ``slip_class`` is not read: it tells this file from others."""
PLACES = {"order_ref": 1, "tracking_number": 2}
"""Two sources agree on the places."""
SHIP_DATE = 0


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """With a header the columns are found by name, without one by place if there are 47.

    Raises:
        UnreadablePayload: the file is not an export of shipments.
    """
    columns = columns_by_name(rows[0], COLUMNS) if rows else None
    if columns is not None:
        return Layout("header", columns, has_header=True)
    if any(_is_data(row) for row in rows):
        return Layout("places", PLACES, has_header=is_heading(rows[0], PLACES["tracking_number"]))
    raise UnreadablePayload(
        "this is no export of shipments of カンガルー・マジックII: it has no header with 取込番号, 送り状番号 and "
        "原票区分, and not 47 columns with a date in the first and the number in the third"
    )


def _is_data(row: Sequence[str]) -> bool:
    if len(row) != WIDTH or not is_date(row[SHIP_DATE]):
        return False
    return looks_like_number(row[PLACES["tracking_number"]], range(9, 14))


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one printed label."""
    return label_of(
        EventKind.PRINTED,
        cell(layout, row, "order_ref"),
        "seino",
        "",
        cell(layout, row, "tracking_number"),
        digits=DIGITS,
    )


SOURCE = FiledKind(
    kind="kangaroo_magic2",
    title="西濃運輸 カンガルー・マジックII",
    way=Way.FILED,
    spec="https://github.com/chinkin666/ZELIXWMS",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    proved_by="",
    unverified=(
        "The columns were read in two other programs' sources; no recorded file proves them.",
        "The encoding is not documented: CP932 and UTF-8 are both read.",
        "How many digits a number of Seino has comes from one source.",
    ),
    unverified_ja=(
        "列はほかの2つのプログラムのソースから読み取りました。実際のファイルの記録はありません。",
        "文字コードは公開されていません。CP932 と UTF-8 のどちらも読みます。",
        "西濃運輸の番号の桁数は、1つの資料によります。",
    ),
    recognise=recognise,
    read_row=read_row,
)
