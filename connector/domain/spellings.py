"""The spellings under which a number may be kept that a person typed, pasted or scanned. Pure."""

import re
import unicodedata

from connector.domain.entry import same_number
from connector.domain.references import candidates

LONGEST = 100
"""Letters of a number that is searched for; what is longer is no number."""
_CODABAR = re.compile(r"[A-D]([0-9]{6,})[A-D]")
"""A label's barcode in Japan may carry start and stop letters, which are no part of its number."""


def spellings(typed: str) -> tuple[str, ...]:
    """The number as typed, as numbers are compared, without start and stop letters, and the order numbers in it.

    Empty where nothing is left to search for.
    """
    folded = unicodedata.normalize("NFKC", typed[:LONGEST]).strip()
    plain = same_number(folded)
    bare = _CODABAR.fullmatch(plain)
    found = (folded, plain, bare[1] if bare else "", *candidates(folded, None))
    return tuple(dict.fromkeys(each for each in found if each and plain))
