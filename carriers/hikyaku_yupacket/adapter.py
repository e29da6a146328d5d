"""``hikyaku_yupacket``: the CSV of Sagawa's 飛脚ゆうパケット便, 21 columns with a header.

Specification: no public one by Sagawa. Read 2026-11-22: the column list in https://github.com/chinkin666/ZELIXWMS
(``carrier-format``); one source only. What ステータス and 配送ステータス may hold is not documented, so neither is
read.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, columns_by_name, japan_time, label_of

DIGITS = (12,)
COLUMNS = {
    "order_ref": ("管理番号",),
    "tracking_number": ("お問い合わせ番号", "お問い合せ番号"),
    "printed_at": ("ラベル作成日時",),
    "register": ("荷物受渡書",),
}
"""Read in one column list; no recorded file. ``register`` is not read: no other program's file has such a column."""


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """The columns are found by name.

    Raises:
        UnreadablePayload: the file is not an export of 飛脚ゆうパケット便.
    """
    columns = columns_by_name(rows[0], COLUMNS) if rows else None
    if columns is None:
        raise UnreadablePayload(
            "this is no export of 飛脚ゆうパケット便: it has no header with 管理番号, お問い合わせ番号, ラベル作成日時 "
            "and 荷物受渡書"
        )
    return Layout("header", columns, has_header=True)


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one printed label; a row without a number has none yet."""
    return label_of(
        EventKind.PRINTED,
        cell(layout, row, "order_ref"),
        "sagawa",
        "hikyaku_yu_packet",
        cell(layout, row, "tracking_number"),
        occurred_at=japan_time(cell(layout, row, "printed_at")),
        digits=DIGITS,
    )


SOURCE = FiledKind(
    kind="hikyaku_yupacket",
    title="佐川急便 飛脚ゆうパケット便",
    way=Way.FILED,
    spec="https://github.com/chinkin666/ZELIXWMS",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    proved_by="",
    unverified=(
        "The columns come from one column list; no recorded file proves them.",
        "What ステータス may hold is not documented: a deleted label may look like a live one.",
        "ラベル作成日時 is read as Japan time where it has the form 2026/11/22 9:15; its form is not documented.",
    ),
    unverified_ja=(
        "列は1つの列一覧によります。実際のファイルの記録はありません。",
        "ステータスの値は公開されていません。削除されたラベルが有効に見えることがあります。",
        "ラベル作成日時は、2026/11/22 9:15 の形なら日本時間として読みます。形は公開されていません。",
    ),
    recognise=recognise,
    read_row=read_row,
)
