"""What a person can do about an entry or a conflict, and what each act must be given. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.decision import Person
from connector.domain.language import Said

LONGEST_WHY = 500
LONGEST_WHO = 60


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


@dataclass(frozen=True, slots=True)
class Ask:
    """What an act is for, and what a person says with its confirmation, in both languages."""

    ja: str
    en: str
    confirm_ja: str = ""
    confirm_en: str = ""


ASKS: dict[ActKind, Ask] = {
    ActKind.ENTER_NOW: Ask(
        "番号を今すぐ入力する",
        "Enter the number now",
        "QSMでキャンセル要請を拒否しました",
        "I have refused the cancel request in QSM",
    ),
    ActKind.LEAVE_CANCELLED: Ask(
        "キャンセルのままとし、番号を入力しない",
        "Leave the order cancelled; the number is not entered",
        "荷物が発送されないよう止めました",
        "I have stopped the parcel",
    ),
    ActKind.VOID_LABEL: Ask(
        "ラベルを無効にする",
        "Mark the label void",
        "ラベルを破棄し、荷物に貼られていないことを確認しました",
        "I have destroyed the label; it is on no parcel",
    ),
    ActKind.NOTE: Ask("メモを残す", "Leave a note"),
    ActKind.CLOSE: Ask(
        "対応を終え、記録を閉じる",
        "Close the conflict",
        "QSMと購入者への対応を終えました",
        "I have dealt with it in QSM and with the buyer",
    ),
    ActKind.REOPEN: Ask("閉じた記録を再び開く", "Open a closed conflict again"),
}

DECISIONS: dict[ActKind, Person] = {
    ActKind.ENTER_NOW: Person.ENTER,
    ActKind.LEAVE_CANCELLED: Person.LEAVE,
    ActKind.REOPEN: Person.NONE,
}
"""The acts that change what the decision table is told about the person."""

_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w"  # mail
    # Telephone: 10 or 11 digits, or 81 for the first; numbers of labels have 12.
    r"|(?<![0-9-])(?<![0-9]/)(?=0(?:[-() ./_・]{0,2}[0-9]){9,10}(?![0-9-]))0"
    r"|\+[-() ./_・]{0,2}8[-() ./_・]{0,2}1(?:[-() ./_・]{0,2}[0-9]){9}"
    r"|〒|(?<![0-9])[0-9]{3}-[0-9]{4}(?![0-9-])"  # postal code
)
_UNSEEN = frozenset({"Cc", "Cs"})
"""Kinds of characters that no reason needs: a terminal would obey the first, and the others cannot be kept."""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the order of what stands beside them, so that a line reads as something else."""
_LONG_SIGNS = "\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}\N{BOX DRAWINGS LIGHT HORIZONTAL}"
"""What Japanese keyboards give where a hyphen is meant, beside all dashes."""


class ActRefused(ValueError):
    """An act that lacks something, or does not fit; ``said`` to the person who tried it, the message in English."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.en)
        self.said = said


class ActIncomplete(ActRefused):
    """An act that lacks something by itself, whatever it is done to."""


class ActOutdated(ActRefused):
    """What the person decided on has changed meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            Said(
                "表示した後に状態が変わりました。いまの内容を見て、もう一度決めてください",
                "this has changed since it was read; decide anew",
            )
        )


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a person on the line's conflict.

    ``who`` is a name of a user, ``why`` the reason in words; neither may hold personal data of a buyer.
    ``confirmed`` is what the person says to have done (see ``NEEDS``). ``seen`` is the version of the conflict that the
    person decided on; None where it may be any.
    """

    kind: ActKind
    conflict_id: int
    who: str
    why: str
    at: datetime
    confirmed: str = ""
    seen: int | None = None


def checked(act: Act) -> Act:
    """The act, when nothing is missing.

    Raises:
        ActIncomplete: with what is missing.
    """
    check_words(act.who, act.why)
    needed = NEEDS.get(act.kind)
    if needed is not None and act.confirmed != needed:
        ask = ASKS[act.kind]
        raise ActIncomplete(
            Said(f"確認が必要です: {ask.confirm_ja}", f"this act must be confirmed with {needed}: {ask.confirm_en}")
        )
    return act


def check_words(who: str, why: str) -> None:
    """Refuses a name or a reason that is missing, too long, or looks like personal data.

    Raises:
        ActIncomplete: with what is wrong.
    """
    check_who(who)
    if not why.strip():
        raise ActIncomplete(Said("理由を書いてください", "an act needs a reason"))
    if len(why) > LONGEST_WHY:
        raise ActIncomplete(
            Said(f"理由は{LONGEST_WHY}文字までにしてください", f"the reason has more than {LONGEST_WHY} characters")
        )
    if any(_is_unseen(letter) for letter in why):
        raise ActIncomplete(
            Said("理由に表示できない文字があります", "the reason holds characters that nobody can see"),
        )
    if _looks_personal(why):
        raise ActIncomplete(
            Said(
                "理由に電話番号・住所・メールアドレスのようなものがあります。入れずに書いてください",
                "the reason looks as if it held a telephone number, an address or mail; leave these out",
            )
        )


def check_who(who: str) -> None:
    """Refuses a name that is missing, too long, or looks like an address.

    Raises:
        ActIncomplete: with what is wrong.
    """
    if not who.strip():
        raise ActIncomplete(Said("担当者の名前が必要です", "an act needs the name of whoever does it"))
    if not who.isprintable() or len(who) > LONGEST_WHO:
        raise ActIncomplete(
            Said(
                f"名前は{LONGEST_WHO}文字までの一行にしてください",
                f"the name must be one line of at most {LONGEST_WHO} characters",
            )
        )
    if _looks_personal(who):
        raise ActIncomplete(
            Said(
                "名前だけを書いてください。メールアドレスや電話番号は要りません",
                "the name looks like mail or a telephone number; a plain name is enough",
            )
        )


def _is_unseen(letter: str) -> bool:
    return letter in _DIRECTIONS or (unicodedata.category(letter) in _UNSEEN and letter not in "\r\n\t")


def _looks_personal(text: str) -> bool:
    """Whether it looks like mail, a telephone number or a postal code, however its digits and hyphens were typed."""
    plain = "".join(
        "-" if letter in _LONG_SIGNS or unicodedata.category(letter) == "Pd" else letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) != "Cf"
    )
    return _PERSONAL.search(plain) is not None
