"""``ehiden2``: the CSV that Sagawa's older e飛伝II writes, 53 columns.

Specification: no public one by Sagawa. Read 2026-11-22: the list of columns that a plugin for a shop system (BraTech
ExpressLink for https://www.ec-cube.net/) reads; one source only.

What 削除区分 may hold is not documented. Empty and 0 are taken as "not deleted"; a row with anything else is refused,
so that a person looks at it: neither may a deleted number be entered, nor a live one be lost.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, columns_by_name, folded, is_heading, label_of, looks_like_number

DIGITS = (12,)
WIDTH = 53
COLUMNS = {
    "tracking_number": ("お問合せ送り状№", "お問い合せ送り状No.", "お問い合わせ送り状No."),
    "order_ref": ("お客様管理ナンバー",),
    "deleted": ("削除区分",),
}
"""The first of each was read in one source; the others are the same words in other spellings."""
PLACES = {"tracking_number": 0, "order_ref": 12, "deleted": 52}
"""One source, no recorded file."""

DELETED_OR_NOT = RowRefused(
    "削除区分 is filled in this row; what its values mean is not documented, so the label may be deleted",
    "Look the label up in e飛伝II. If it is live, clear the cell and drop the file again; if it is deleted, there is "
    "nothing to do unless its number was entered before.",
    "削除区分に値があります。値の意味が公開されていないため、この行は取り込みません。e飛伝IIで確認し、"
    "有効な送り状なら欄を空にして入れ直してください。",
)


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """With a header the columns are found by name, without one by place if there are 53.

    Raises:
        UnreadablePayload: the file is not an export of e飛伝II.
    """
    columns = columns_by_name(rows[0], COLUMNS) if rows else None
    if columns is not None:
        return Layout("header", columns, has_header=True)
    if any(len(row) == WIDTH and looks_like_number(row[PLACES["tracking_number"]], DIGITS) for row in rows):
        return Layout("places", PLACES, has_header=is_heading(rows[0], PLACES["tracking_number"]))
    raise UnreadablePayload(
        "this is no export of e飛伝II: it has no header with お問合せ送り状№, お客様管理ナンバー and 削除区分, "
        "and not 53 columns with the number in the first"
    )


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one label. 出荷日時 is not read: its form is not documented."""
    if folded(cell(layout, row, "deleted")) not in ("", "0"):
        return DELETED_OR_NOT
    return label_of(
        EventKind.PRINTED,
        cell(layout, row, "order_ref"),
        "sagawa",
        "",
        cell(layout, row, "tracking_number"),
        digits=DIGITS,
        only_these=True,
    )


SOURCE = FiledKind(
    kind="ehiden2",
    title="佐川急便 e飛伝II",
    way=Way.FILED,
    spec="https://www.ec-cube.net/",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    proved_by="",
    unverified=(
        "The columns come from one program that reads such files; no recorded file proves them.",
        "What 削除区分 may hold is not documented: a row where it is neither empty nor 0 is refused.",
        "Whether the file has a header is not documented: both are read.",
    ),
    unverified_ja=(
        "列は、このファイルを読む1つのプログラムによります。実際のファイルの記録はありません。",
        "削除区分の値は公開されていません。空でも 0 でもない行は受け付けません。",
        "見出しの行があるかは公開されていません。どちらも読みます。",
    ),
    recognise=recognise,
    read_row=read_row,
)
