"""What the readers of carriers' files share: finding columns, and turning a row's cells into a label event."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from carriers.companies import NumberRefused, clean_number
from carriers.errors import UnreadablePayload
from carriers.kinds import Layout, RowRefused
from carriers.model import EventKind, Ignored, LabelEvent
from carriers.payload import MAX_WORD_CHARS

JAPAN = timezone(timedelta(hours=9), "JST")
_NOT_IN_HEADERS = re.compile(r"[\s.:]")
_NOT_IN_REFERENCES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DAMAGED = re.compile(r"[0-9]+([.,][0-9]+)?E\+[0-9]+|[0-9]+[.,][0-9]+E[0-9]+", re.IGNORECASE)
_ROUNDED = re.compile(r"[1-9][0-9]{1,5}0{8,}")
_DATE = re.compile(r"[0-9]{4}([/-])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{8}")
_TIME = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2}) +([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_LONGEST_CODE = 20
_PLAUSIBLE_YEARS = range(2000, 2100)

SPREADSHEET = RowRefused(
    "a spreadsheet has replaced the tracking number by a rounded one such as 8.11E+11: its last digits are lost",
    "Export the file again and drop it here without opening it in Excel. Excel shows long numbers rounded and saves "
    "what it shows; then every row has the same wrong number.",
    "Excelで開いて保存したため、送り状番号が「8.11E+11」のように丸められ、下の桁が失われています。"
    "もう一度出力し、Excelで開かずにそのまま入れてください。",
)
SPREADSHEET_REFERENCE = RowRefused(
    "a spreadsheet has replaced the order reference by a rounded one such as 1.06E+09",
    "Export the file again and drop it here without opening it in Excel.",
    "Excelで開いて保存したため、注文番号が丸められています。もう一度出力し、Excelで開かずにそのまま入れてください。",
)
LOST_ZERO = RowRefused(
    "the tracking number is one digit short: a spreadsheet removes leading zeros",
    "Export the file again and drop it here without opening it in Excel.",
    "送り状番号が1桁足りません。Excelは先頭の0を消します。もう一度出力し、Excelで開かずにそのまま入れてください。",
)
WRONG_LENGTH = RowRefused(
    "the tracking number has another length than this carrier's numbers have",
    "Compare the row with the label; mend the number, or export the file again.",
    "送り状番号の桁数が違います。送り状と見比べて直すか、もう一度出力してください。",
)
UNREADABLE_NUMBER = RowRefused(
    "the tracking number cannot be read: it is all zeros, too long, or has other characters than letters and digits",
    "Compare the row with the label; mend the number, or export the file again.",
    "送り状番号が読めません（0だけ、長すぎる、または英数字以外の文字）。送り状と見比べて直すか、もう一度出力してください。",
)
UNREADABLE_REFERENCE = RowRefused(
    f"the order reference is longer than {MAX_WORD_CHARS} characters or has control characters in it",
    "Write the order number of Qoo10 into that column, and nothing else.",
    "注文番号の欄が長すぎるか、制御文字が入っています。Qoo10の注文番号だけを入れてください。",
)


def folded(text: str) -> str:
    """A cell as it is compared: full-width digits and letters become plain ones, white space around it goes."""
    return unicodedata.normalize("NFKC", text).strip()


def code(text: str) -> str:
    """A cell that holds a program's code, as it is compared; empty where it cannot be one."""
    word = folded(text)
    return word if len(word) <= _LONGEST_CODE and word.isprintable() else ""


def columns_by_name(
    header: Sequence[str],
    wanted: Mapping[str, Sequence[str]],
    optional: frozenset[str] = frozenset(),
    *,
    whole_names: bool = False,
) -> Mapping[str, int] | None:
    """Where the ``wanted`` columns stand, or None where a row is no header with all of them but the ``optional`` ones.

    Each has its names, the best first. They are compared without regard to width, blanks, dots and colons; where no
    name fits as a whole, a column that begins with one will do, if there is only one and not ``whole_names`` are asked.

    Raises:
        UnreadablePayload: a wanted column is there more than once.
    """
    names = [_header_word(cell) for cell in header[:1000]]
    counts = Counter(names)
    found: dict[str, int] = {}
    for column, spellings in wanted.items():
        words = [_header_word(spelling) for spelling in spellings]
        whole = next((word for word in words if counts[word]), None)
        begins = [place for place, name in enumerate(names) if name.startswith(tuple(words))]
        if whole is not None and counts[whole] > 1:
            raise UnreadablePayload(f"the column {spellings[words.index(whole)]} is there more than once")
        if whole is not None:
            found[column] = names.index(whole)
        elif len(begins) == 1 and not whole_names:
            found[column] = begins[0]
        elif column not in optional:
            return None
    return MappingProxyType(found)


def cell(layout: Layout, row: Sequence[str], column: str) -> str:
    """A cell of a row as it stands there, without the white space around it; empty where there is none."""
    place = layout.columns.get(column)
    return row[place].strip() if place is not None and place < len(row) else ""


def is_heading(row: Sequence[str], place: int) -> bool:
    """Whether a first row is a header in words that we do not know: something without digits in the number's place."""
    number = folded("".join(row[place : place + 1]))
    return bool(number) and not any(character.isdecimal() for character in number)


def is_date(text: str) -> bool:
    """Whether a cell looks like a date: 2026/11/22, 2026-11-22 or 20261122."""
    return _DATE.fullmatch(folded(text)) is not None


def looks_like_number(text: str, digits: Sequence[int]) -> bool:
    """Whether a cell looks like a tracking number of so many digits, or like what a spreadsheet makes of one."""
    word = folded(text)
    plain = word.replace("-", "")
    return (plain.isascii() and plain.isdigit() and len(plain) in digits) or _DAMAGED.fullmatch(word) is not None


def japan_time(text: str) -> datetime | None:
    """A date with a time of day, taken as Japan's; None for a date alone, for midnight, and for any other form.

    Midnight is what programs write where they know the day only.
    """
    match = _TIME.fullmatch(folded(text))
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        time = datetime(year, month, day, hour, minute, second, tzinfo=JAPAN)
    except ValueError:
        return None
    return time if year in _PLAUSIBLE_YEARS and (hour, minute, second) != (0, 0, 0) else None


def label_of(  # noqa: PLR0911 - each way out is a rule about rows; the arguments are the event's own fields
    kind: EventKind,
    order_ref: str,
    carrier: str,
    service: str,
    tracking_number: str,
    *,
    occurred_at: datetime | None = None,
    digits: Sequence[int] = (),
    only_these: bool = False,
) -> LabelEvent | Ignored | RowRefused:
    """What a row with these cells says.

    ``digits`` are the lengths that the carrier's numbers are known to have: one digit less is a lost zero. With
    ``only_these`` every other length is refused too. A row without a number says nothing yet, and a label without an
    order reference is nothing for us.
    """
    number, reference = folded(tracking_number), folded(order_ref)
    if not number:
        return Ignored("no_number_yet")
    try:
        clean = clean_number(number)
    except NumberRefused as refused:
        return SPREADSHEET if refused.reason == "spreadsheet" else UNREADABLE_NUMBER
    if _ROUNDED.fullmatch(clean):
        return SPREADSHEET
    if digits and len(clean) not in digits and (only_these or (clean.isdigit() and len(clean) + 1 in digits)):
        return LOST_ZERO if clean.isdigit() and len(clean) + 1 in digits else WRONG_LENGTH
    if not reference and kind is EventKind.PRINTED:
        return Ignored("no_order_reference")
    if len(reference) > MAX_WORD_CHARS or any(unicodedata.category(char) in _NOT_IN_REFERENCES for char in reference):
        return UNREADABLE_REFERENCE
    if _DAMAGED.fullmatch(reference):
        return SPREADSHEET_REFERENCE
    return LabelEvent(
        key=f"{kind}:{clean}:{reference}:{carrier}:{service}",
        kind=kind,
        order_ref=order_ref.strip(),
        carrier=carrier,
        service=service,
        tracking_number=tracking_number.strip(),
        occurred_at=occurred_at,
    )


def _header_word(text: str) -> str:
    return _NOT_IN_HEADERS.sub("", unicodedata.normalize("NFKC", text[:200])).casefold()
