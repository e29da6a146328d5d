"""``yupack_r``: the CSV that Japan Post's ゆうパックプリントR writes of its shipping history (発送履歴).

Specification: https://expydoc.com/doc/10603303 (a copy of Japan Post's manual of 出力フィルタ), read 2026-11-22; the
status codes are those of Japan Post's interface document of 2025-08-07, section 10, as a public program cites them. The
user decides which columns there are, so they are found by name. A number exists only after the label was confirmed.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, code, columns_by_name, folded, japan_time, label_of

WIDTH = 131
COLUMNS = {
    "tracking_number": ("お問い合わせ番号", "お問い合せ番号"),
    "order_ref": ("お客様側管理番号", "受注番号"),
    "status": ("配達ステータス集約コード",),
    "printed_at": ("送り状印刷日時",),
    "mail_class": ("郵便種別",),
}
"""お客様側管理番号, お問い合わせ番号 and the status stood in one recorded file; the others are columns 97, 130 and 33
of the full layout, only read."""
OPTIONAL = frozenset({"status", "printed_at", "mail_class"})

STATUSES = {
    "10": EventKind.PRINTED,  # 引受予定: printed, not yet handed over; 10/0A stood in the recorded file
    "11": EventKind.HANDED_OVER,  # 引受; this row and all below were only read
    **dict.fromkeys(("12", "13", "14"), EventKind.SCANNED),  # on the way
    "30": EventKind.SCANNED,  # 到着
    **dict.fromkeys(("50", "51"), EventKind.SCANNED),  # 持出中, 不在持戻
    **dict.fromkeys(("52", "53"), EventKind.SCANNED),  # 配達完了, 窓口渡し
    **dict.fromkeys(("60", "61", "62", "63", "64"), EventKind.SCANNED),  # 保管, 転送, 返還
}
"""Any other status, 65 (調査中) among them, says no more than that the label exists."""


def recognise(rows: Sequence[Sequence[str]], _options: Mapping[str, str]) -> Layout:
    """The columns are found by name, whatever others there are.

    Raises:
        UnreadablePayload: the file lacks the number or the reference, or has no header.
    """
    columns = columns_by_name(rows[0], COLUMNS, OPTIONAL) if rows else None
    if columns is None:
        raise UnreadablePayload(
            "the first row has no お問い合わせ番号, or neither お客様側管理番号 nor 受注番号: choose these columns in "
            "the 出力フィルタ of ゆうパックプリントR, and let it write a header"
        )
    return Layout("full" if len(rows[0]) == WIDTH else "header", columns, has_header=True)


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one label; where the file has a status, it also tells whether the parcel was taken over."""
    kind = STATUSES.get(folded(cell(layout, row, "status")), EventKind.PRINTED)
    return label_of(
        kind,
        cell(layout, row, "order_ref"),
        "japan_post",
        code(cell(layout, row, "mail_class")),
        cell(layout, row, "tracking_number"),
        occurred_at=japan_time(cell(layout, row, "printed_at")) if kind is EventKind.PRINTED else None,
    )


SOURCE = FiledKind(
    kind="yupack_r",
    title="日本郵便 ゆうパックプリントR",
    way=Way.FILED,
    spec="https://expydoc.com/doc/10603303",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED, EventKind.HANDED_OVER, EventKind.SCANNED}),
    proved_by="",
    unverified=(
        "One recorded file of six columns is described to the byte; the fixture is rebuilt from that description.",
        "The status codes but 10 were only read.",
        "What 郵便種別 may hold is not documented: the carrier's name at Qoo10 must be set.",
        "送り状印刷日時 is read as Japan time where it has the form 2026/11/22 9:15; its form is not documented.",
        "A deleted label is not marked in any column known.",
    ),
    unverified_ja=(
        "6列のファイルの記録が1つ、バイト単位で紹介されています。テストのファイルはそこから作り直したものです。",
        "10 以外の状態コードは、説明から読み取っただけです。",
        "郵便種別の値は公開されていません。Qoo10での配送会社名を設定してください。",
        "送り状印刷日時は、2026/11/22 9:15 の形なら日本時間として読みます。形は公開されていません。",
        "削除されたラベルの印は、知られている列にありません。",
    ),
    recognise=recognise,
    read_row=read_row,
)
