"""``clickpost``: the CSV of labels that Japan Post's クリックポスト gives for download.

Specification: none. Read 2026-11-22: how programs such as
https://github.com/Wawawa-cyber/clickpost_to_amazon-txtconverter use 内容品, and the columns that the author of one
program expects without having seen a real file. There is no column for an order number. A row can be taken only if the
seller wrote the order number into 内容品, which is printed on the label; matching by the buyer's address is possible,
and is not what this product does: it would have to hold addresses.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.rows import cell, columns_by_name, folded, label_of

COLUMNS = {
    "tracking_number": ("追跡番号", "お問い合わせ番号"),
    "content": ("内容品",),
    "postcode": ("お届け先郵便番号",),
}
"""Expected by an author who says that he did not see a real file. ``postcode`` is not read: it tells this file from
others."""

ORDER_NUMBER = r"(?<![0-9])(?P<ref>[0-9]{9,10})(?![0-9])"
"""Qoo10's order numbers have 10 digits and its cart numbers 9."""

SEVERAL = RowRefused(
    "内容品 holds more than one number that may be an order number",
    "Write one order number into 内容品, or say with options.pattern which one is meant.",
    "内容品に注文番号らしい番号が二つ以上あります。一つだけにするか、設定の options.pattern で指定してください。",
)


def recognise(rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> Layout:
    """The columns are found by name.

    Raises:
        UnreadablePayload: the file has no number, or no 内容品.
    """
    columns = columns_by_name(rows[0], COLUMNS) if rows else None
    if columns is None:
        raise UnreadablePayload(
            "this is no list of printed labels from クリックポスト: it has no header with 追跡番号, お届け先郵便番号 "
            "and 内容品 (the file for upload has no numbers)"
        )
    return Layout("header", columns, has_header=True, words={"pattern": options.get("pattern") or ORDER_NUMBER})


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one printed label, if 内容品 holds an order number; nothing else of 内容品 is kept."""
    pattern = re.compile(layout.words["pattern"])
    found = {match["ref"] for match in pattern.finditer(folded(cell(layout, row, "content"))[:200]) if match["ref"]}
    if not found:
        return Ignored("no_order_reference")
    if len(found) > 1:
        return SEVERAL
    return label_of(
        EventKind.PRINTED, found.pop(), "japan_post", "click_post", cell(layout, row, "tracking_number"), digits=(12,)
    )


def check_options(options: Mapping[str, str]) -> str | None:
    """None, or what is wrong with the pattern."""
    try:
        groups = re.compile(options.get("pattern", "")).groupindex
    except re.error as error:
        return f"options.pattern is no regular expression: {error}"
    if options.get("pattern") and "ref" not in groups:
        return "options.pattern needs a group named ref, for example Q(?P<ref>[0-9]+)"
    return None


SOURCE = FiledKind(
    kind="clickpost",
    title="日本郵便 クリックポスト",
    way=Way.FILED,
    spec="https://github.com/Wawawa-cyber/clickpost_to_amazon-txtconverter",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset({EventKind.PRINTED}),
    proved_by="",
    unverified=(
        "Nobody is known to have published a real file: the columns are what other programs expect.",
        "The file has no column for an order number: only rows whose 内容品 holds one are taken.",
    ),
    unverified_ja=(
        "実際のファイルを公開した人は見つかりませんでした。列は、ほかのプログラムが期待するものです。",
        "注文番号の列がありません。内容品に注文番号がある行だけを取り込みます。",
    ),
    options={"pattern": ()},
    recognise=recognise,
    read_row=read_row,
    check_options=check_options,
)
