"""What a barcode reader typed: an order or cart number, a tracking number, a command, or nothing that can be read.

The rules are worked out twice: here for what is kept, in ``console/static/scan_rules.js`` for what the page says at
once and without a network. The page gets them from here, and a test in the browser compares what the two make of texts.
A text is never guessed at: what may be either is said to be either, and what the store knows decides.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from carriers.companies import (
    COMPANIES,
    CompanyService,
    NumberRefused,
    Verdict,
    check_number,
    clean_number,
)
from connector.domain.references import candidates

LONGEST_TEXT = 200
"""A longer text is no number, whatever else it holds: a QR code with an address, or two readers at once."""
COMMAND = r"[Cc][Mm][Dd]-([A-Za-z0-9._-]{1,60})"
"""A control barcode. Code 39 has no small letters, and no underscore."""

ORDER_SHAPE = r"(?:[A-Za-z]{1,4}[-_]?)?[0-9]{9,10}(?:[-_][0-9]{1,3})?"
"""An order number (10 digits) or cart number (9) as of 2026, maybe with a prefix and a branch number.

What is printed in another form needs the source's ``reference_pattern``.
"""
NUMBER_SHAPE = r"[A-Z0-9]{6,50}"
CODABAR = r"[A-Da-d]([0-9-]{6,30})[A-Da-d]"
"""NW-7 as readers send it that also send its start and stop letters."""
HYPHENS = "[\u2010-\u2015\u2212\u30fc]"
"""What stands for a hyphen, the long vowel mark of a Japanese input method included."""
KANA = "[\u3041-\u3096\u30a1-\u30fa]"
CONTROL = "[\u0000-\u001f\u007f-\u009f\u200b\ufeff]"

_ORDER_SHAPE, _NUMBER_SHAPE, _CODABAR = re.compile(ORDER_SHAPE), re.compile(NUMBER_SHAPE), re.compile(CODABAR)
_HYPHENS, _KANA, _CONTROL, _COMMAND = map(re.compile, (HYPHENS, KANA, CONTROL, COMMAND))


class Meaning(StrEnum):
    """What a text is by its form alone."""

    ORDER = "order"
    LABEL = "label"
    EITHER = "either"
    """It has the form of both; what the store knows decides, or the other half of its pair."""
    OTHER = "other"
    """A number of another form: a product's barcode, or a label of a company that this table does not offer."""
    COMMAND = "command"
    UNREADABLE = "unreadable"


class Trouble(StrEnum):
    """Why a text cannot be read."""

    EMPTY = "empty"
    KANA = "kana"
    """The Japanese input method is on."""
    CHECK_DIGIT = "check_digit"
    TWO_READERS = "two_readers"
    """Two readers typed at the same moment."""
    NO_NUMBER = "no_number"


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What a table's texts may be. ``readers`` are the prefixes that its readers send, with the name of each lane."""

    offered: tuple[CompanyService, ...]
    pattern: re.Pattern[str] | None = None
    readers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was read.

    ``text`` is it without the reader's prefix, the letters of NW-7 and whatever nobody prints; of a command it is what
    follows ``CMD-``. ``number`` is how it is written as a tracking number, empty where it cannot be one; ``orders`` are
    the order or cart numbers that it may mean.
    """

    meaning: Meaning
    text: str = ""
    number: str = ""
    orders: tuple[str, ...] = ()
    lane: str = ""
    trouble: Trouble | None = None


def read_text(raw: str, rules: ScanRules) -> Text:
    """What a reader typed, by its form. Total; nothing of an unreadable text is repeated."""
    lane, text = _lane(_folded(raw), rules.readers)
    if (trouble := _trouble(text, rules.readers)) is not None:
        return Text(Meaning.UNREADABLE, lane=lane, trouble=trouble)
    if command := _COMMAND.fullmatch(text):
        return Text(Meaning.COMMAND, command[1].upper(), lane=lane)
    if pair := _CODABAR.fullmatch(text):
        text = pair[1]
    orders, number = _orders(text, rules.pattern), _number(text)
    fits = [check_number(of.company_id, of.service_id, number).verdict for of in _of_this_shape(number, rules.offered)]
    is_label = any(verdict is not Verdict.WRONG for verdict in fits)
    if orders or is_label:
        meaning = Meaning.LABEL if not orders else Meaning.EITHER if is_label else Meaning.ORDER
        return Text(meaning, text, number, orders, lane)
    if fits or not number:
        return Text(Meaning.UNREADABLE, lane=lane, trouble=Trouble.CHECK_DIGIT if fits else Trouble.NO_NUMBER)
    return Text(Meaning.OTHER, text, number, candidates(text, rules.pattern), lane)


def page_rules(rules: ScanRules) -> dict[str, object]:
    """The rules as the page needs them: what stands in its data, never code."""
    return {
        "order": ORDER_SHAPE,
        "pattern": rules.pattern.pattern if rules.pattern is not None else "",
        "number": NUMBER_SHAPE,
        "codabar": CODABAR,
        "hyphens": HYPHENS,
        "kana": KANA,
        "control": CONTROL,
        "command": COMMAND,
        "longest": LONGEST_TEXT,
        "readers": dict(rules.readers),
        "labels": [_label_rule(of) for of in rules.offered],
    }


def _label_rule(of: CompanyService) -> dict[str, object]:
    company = COMPANIES[of.company_id]
    service = company.services.get(of.service_id)
    wrong = company.wrong if service is None or service.wrong is None else service.wrong
    pattern = company.number.pattern if company.number is not None else NUMBER_SHAPE
    return {
        "pattern": pattern,
        "checks": {str(length): rule for length, rule in company.checks.items()},
        "wrong": wrong,
    }


def _folded(raw: str) -> str:
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", _CONTROL.sub("", raw[: 2 * LONGEST_TEXT]))).strip(" ")


def _trouble(text: str, readers: Mapping[str, str]) -> Trouble | None:
    """What keeps a text from being read at all."""
    if not text:
        return Trouble.EMPTY
    if any(prefix in text for prefix in readers):
        return Trouble.TWO_READERS
    if _KANA.search(text):
        return Trouble.KANA
    return Trouble.NO_NUMBER if len(text) > LONGEST_TEXT else None


def _lane(text: str, readers: Mapping[str, str]) -> tuple[str, str]:
    """The longest prefix counts: one reader's may begin like another's."""
    for prefix in sorted(readers, key=len, reverse=True):
        if text.startswith(prefix):
            return readers[prefix], text.removeprefix(prefix).strip(" ")
    return "", text


def _orders(text: str, pattern: re.Pattern[str] | None) -> tuple[str, ...]:
    if pattern is None and not _ORDER_SHAPE.fullmatch(text):
        return ()
    return candidates(text, pattern)


def _number(text: str) -> str:
    try:
        number = clean_number(text)
    except NumberRefused:
        return ""
    return number if _NUMBER_SHAPE.fullmatch(number) and any(map(str.isdigit, number)) else ""


def _of_this_shape(number: str, offered: Sequence[CompanyService]) -> list[CompanyService]:
    if not number:
        return []
    patterns = [(of, COMPANIES[of.company_id].number) for of in offered]
    return [of for of, pattern in patterns if pattern is None or pattern.fullmatch(number)]
