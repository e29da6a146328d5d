"""From what the seller's tool printed as order reference to the number that Qoo10 knows."""

import re
import unicodedata
from enum import StrEnum

_DIGIT_RUN = re.compile(r"(?<![0-9])[0-9]{7,12}(?![0-9])")
"""Order numbers have 10 digits and carts 9 (observed in 2026); the guide says 9 for both, test rows have 12."""


_LENGTHS = range(7, 21)
"""Lengths of a reference of digits alone: wider, so that longer numbers of later years need no new version."""


_DESTROYED = re.compile(r"[0-9]+[.,]?[0-9]*[eE][+-]?[0-9]+")


class ReferenceKind(StrEnum):
    """What a source's order reference is: an order number, a cart number, or either."""

    ORDER_NO = "order_no"
    PACK_NO = "pack_no"
    AUTO = "auto"


def candidates(order_ref: str, pattern: re.Pattern[str] | None) -> tuple[str, ...]:
    """The numbers that an order reference may mean, best first; empty when there is none.

    With the source's own pattern its group ``ref`` is the only candidate. Without one, a reference of digits is itself
    the number, if it is long enough for one; otherwise every run of 7 to 12 digits in it is one, so that prefixes,
    suffixes and branch numbers (``Q-1062428737``, ``1062428737-1``) fall away. What a spreadsheet has destroyed
    (``1.06E+09``) is none.
    """
    folded = unicodedata.normalize("NFKC", order_ref).strip()
    if pattern is not None:
        match = pattern.search(folded)
        return (match["ref"].strip(),) if match and match["ref"] and match["ref"].strip() else ()
    if folded.isascii() and folded.isdigit():
        return (folded,) if len(folded) in _LENGTHS else ()
    if _DESTROYED.fullmatch(folded):
        return ()
    return tuple(dict.fromkeys(_DIGIT_RUN.findall(folded)))
