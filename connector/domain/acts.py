"""What a person can do about an entry or a conflict, and what each act must be given. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.decision import Person

LONGEST_WHY = 500


class ActKind(StrEnum):
    """The acts."""

    ENTER_NOW = "enter_now"
    LEAVE_CANCELLED = "leave_cancelled"
    VOID_LABEL = "void_label"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"


NEEDS: dict[ActKind, str] = {
    ActKind.ENTER_NOW: "refused_in_qsm",
    ActKind.LEAVE_CANCELLED: "parcel_stopped",
    ActKind.VOID_LABEL: "label_destroyed",
    ActKind.CLOSE: "dealt_with",
}
"""What a person must confirm to have done before the act; the others need no more than who and why."""

DECISIONS: dict[ActKind, Person] = {
    ActKind.ENTER_NOW: Person.ENTER,
    ActKind.LEAVE_CANCELLED: Person.LEAVE,
    ActKind.REOPEN: Person.NONE,
}
"""The acts that change what the decision table is told about the person."""

_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w"  # mail
    r"|(?<![0-9])0[0-9]{1,4}[-( ]?[0-9]{1,4}[-) ]?[0-9]{3,4}(?![0-9])"  # telephone
    r"|〒|(?<![0-9])[0-9]{3}-[0-9]{4}(?![0-9-])"  # postal code
)


class ActRefused(ValueError):
    """An act that lacks something, or does not fit; the message says what, for the person who tried it."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a person on the line's conflict.

    ``who`` is a name of a user, ``why`` the reason in words; neither may hold personal data of a buyer.
    ``confirmed`` is what the person says to have done (see ``NEEDS``).
    """

    kind: ActKind
    conflict_id: int
    who: str
    why: str
    at: datetime
    confirmed: str = ""


def checked(act: Act) -> Act:
    """The act, when nothing is missing.

    Raises:
        ActRefused: with what is missing.
    """
    if not act.who.strip():
        raise ActRefused("an act needs the name of whoever does it")
    if not act.why.strip():
        raise ActRefused("an act needs a reason")
    if len(act.why) > LONGEST_WHY:
        raise ActRefused(f"the reason has more than {LONGEST_WHY} characters")
    if _PERSONAL.search(unicodedata.normalize("NFKC", act.why)):
        raise ActRefused("the reason looks as if it held a telephone number, an address or mail; leave these out")
    needed = NEEDS.get(act.kind)
    if needed is not None and act.confirmed != needed:
        raise ActRefused(f"this act must be confirmed with {needed}")
    return act
