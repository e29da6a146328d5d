"""``ehiden3``: the CSV that Sagawa's e飛伝III writes of its shipping history (出荷履歴データ出力).

Specification: no public one by Sagawa. Read 2026-11-22: the 91 columns of the common template
標準_飛脚宅配便_CSV_ヘッダ有 in https://github.com/chinkin666/ZELIXWMS (``carrier-format``), and a plugin for a shop
system that reads number and reference in the same places.

What 削除区分 may hold is not documented, so a deletion date alone makes a label void. サービス種別 is not read either:
its values are not documented, and the template is that of 飛脚宅配便.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, columns_by_name, folded, is_date, is_heading, label_of, looks_like_number

DIGITS = (12,)
WIDTH = 91
COLUMNS = {
    "tracking_number": ("お問い合せ送り状No.", "お問い合わせ送り状No.", "お問合せ送り状No."),
    "order_ref": ("お客様管理番号",),
    "deleted_on": ("削除日",),
}
"""The first of each was read in the column list; the others are the same words in other spellings."""
PLACES = {"tracking_number": 0, "order_ref": 18, "deleted_on": 84}
"""Number and reference: two sources agree. Deletion date: one source."""
SHIP_DATE = 2


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """With a header the columns are found by name, without one by place if there are 91.

    Raises:
        UnreadablePayload: the file is not the shipping history of e飛伝III.
    """
    # A template without the deletion date is another template: it would show deleted labels as live ones.
    columns = columns_by_name(rows[0], COLUMNS) if rows else None
    if columns is not None:
        return Layout("header", columns, has_header=True)
    if any(_is_data(row) for row in rows):
        return Layout("places", PLACES, has_header=is_heading(rows[0], PLACES["tracking_number"]))
    raise UnreadablePayload(
        "this is no shipping history of e飛伝III by its common template: it has no header with お問い合せ送り状No., "
        "お客様管理番号 and 削除日, and not 91 columns with the number in the first"
    )


def _is_data(row: Sequence[str]) -> bool:
    if len(row) != WIDTH or not looks_like_number(row[PLACES["tracking_number"]], DIGITS):
        return False
    return is_date(row[SHIP_DATE])


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one label, printed or deleted. Its dates have no time of day, so they say nothing of when."""
    return label_of(
        EventKind.VOIDED if _is_deleted(cell(layout, row, "deleted_on")) else EventKind.PRINTED,
        cell(layout, row, "order_ref"),
        "sagawa",
        "",
        cell(layout, row, "tracking_number"),
        digits=DIGITS,
        only_these=True,
    )


def _is_deleted(deleted_on: str) -> bool:
    # A field of fixed width may be filled with zeros: 0000/00/00 is no date.
    return bool(folded(deleted_on).strip("0/-: "))


SOURCE = FiledKind(
    kind="ehiden3",
    title="佐川急便 e飛伝III",
    way=Way.FILED,
    spec="https://github.com/chinkin666/ZELIXWMS",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.VOIDED}),
    proved_by="",
    unverified=(
        "The columns were read in other programs' sources; no recorded file proves them.",
        "What 削除区分 may hold is not documented: any deletion date (削除日) is taken as a void.",
        "What サービス種別 may hold is not documented: every row is taken as 佐川急便.",
    ),
    unverified_ja=(
        "列はほかのプログラムのソースから読み取りました。実際のファイルの記録はありません。",
        "削除区分の値は公開されていません。削除日があれば取り消しとみなします。",
        "サービス種別の値は公開されていません。すべての行を佐川急便とみなします。",
    ),
    recognise=recognise,
    read_row=read_row,
)
