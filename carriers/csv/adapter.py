"""``csv``: any CSV file of labels; the settings say which column is what.

Specification: https://www.rfc-editor.org/rfc/rfc4180 (read 2026-11-22) for the form; the columns are the user's. A
column is named as its header is (``注文番号``), or by its place as ``#3``, counted from one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent, Way
from carriers.payload import MAX_WORD_CHARS
from carriers.rows import cell, columns_by_name, is_heading, label_of

COLUMNS = ("order_ref", "tracking_number", "carrier", "service")
WORDS = ("carrier", "service")
"""What may be said once for all rows, as ``carrier_is`` and ``service_is``, instead of by a column."""

_BY_NUMBER = (EventKind.PACKED, EventKind.HANDED_OVER, EventKind.SCANNED)
"""Moments at which people see a tracking number, not an order."""
_PLACE = re.compile(r"#[1-9][0-9]{0,2}")

LONG_WORD = RowRefused(
    f"carrier or service is longer than {MAX_WORD_CHARS} characters",
    "Check in the settings which columns hold them.",
    "配送会社またはサービスの欄が長すぎます。設定の列を確認してください。",
)


def recognise(rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> Layout:
    """The columns that the options name or count.

    Raises:
        UnreadablePayload: a column is not there, or there twice.
    """
    wanted = {column: options[column] for column in COLUMNS if options.get(column)}
    columns = {column: int(name[1:]) - 1 for column, name in wanted.items() if _PLACE.fullmatch(name)}
    named = {column: name for column, name in wanted.items() if column not in columns}
    header = rows[0] if rows else ()
    for column, name in named.items():
        found = columns_by_name(header, {column: (name,)}, whole_names=True)
        if found is None:
            raise UnreadablePayload(f"the first row has no column {name!r} (options.{column})")
        columns |= found
    for column, place in columns.items():
        if place >= len(header):
            raise UnreadablePayload(f"there are only {len(header)} columns, fewer than options.{column} says")
    words = {word: options[f"{word}_is"] for word in WORDS if options.get(f"{word}_is")}
    words["moment"] = options.get("moment") or EventKind.PRINTED
    setting = options.get("header") or "auto"
    guessed = setting == "auto" and is_heading(header, columns["tracking_number"])
    return Layout("options", columns, has_header=bool(named) or setting == "yes" or guessed, words=words)


def read_row(layout: Layout, row: Sequence[str]) -> LabelEvent | Ignored | RowRefused:
    """One row is one label at the moment that the options name."""
    words = {word: layout.words.get(word) or cell(layout, row, word) for word in WORDS}
    if any(len(word) > MAX_WORD_CHARS or not word.isprintable() for word in words.values()):
        return LONG_WORD
    return label_of(
        EventKind(layout.words["moment"]),
        cell(layout, row, "order_ref"),
        words["carrier"],
        words["service"],
        cell(layout, row, "tracking_number"),
    )


def check_options(options: Mapping[str, str]) -> str | None:
    """None, or which option is missing or said twice."""
    if not options.get("tracking_number"):
        return "needs options.tracking_number: the name of the column, or its place such as #3"
    if not options.get("order_ref") and options.get("moment") not in _BY_NUMBER:
        return "needs options.order_ref: the name of the column, or its place such as #1"
    for word in WORDS:
        if options.get(word) and options.get(f"{word}_is"):
            return f"set either options.{word} (a column) or options.{word}_is (the same for all rows), not both"
    if not options.get("carrier") and not options.get("carrier_is"):
        return 'needs options.carrier (a column) or options.carrier_is (the same for all rows, such as "yamato")'
    named = [column for column in COLUMNS if options.get(column) and not _PLACE.fullmatch(options[column])]
    if named and options.get("header") == "no":
        return f"options.{named[0]} names a column, but options.header says that there are no names: use #1, #2, ..."
    return None


SOURCE = FiledKind(
    kind="csv",
    title="Any CSV file (任意のCSV)",
    way=Way.FILED,
    spec="https://www.rfc-editor.org/rfc/rfc4180",
    spec_read_on=date(2026, 11, 22),
    tells=frozenset(EventKind),
    proved_by="",
    unverified=("What the columns hold is what the settings say.",),
    unverified_ja=("列の意味は、設定のとおりとみなします。",),
    options={
        "order_ref": (),
        "tracking_number": (),
        "carrier": (),
        "carrier_is": (),
        "service": (),
        "service_is": (),
        "moment": ("printed", "packed", "handed_over", "scanned", "voided"),
        "header": ("auto", "yes", "no"),
        "separator": ("comma", "tab", "semicolon"),
    },
    recognise=recognise,
    read_row=read_row,
    check_options=check_options,
)
