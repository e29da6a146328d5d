"""What a person can do about an entry, or about a label without an order, and why something cannot be done. Pure."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from connector.domain.acts import ASKS, NEEDS, ActIncomplete, ActKind, Ask, check_words
from connector.domain.decision import Label, Person
from connector.domain.entry import EntryState
from connector.domain.language import Said
from connector.domain.parcel import ParcelState
from connector.domain.reasons import Reason

NUMBER_CHECKED = "number_checked"
"""What a person confirms to have done before a release from the check digit."""
NUMBER_CHECKED_JA = "番号をラベルと見比べ、正しいことを確かめました"
NUMBER_CHECKED_EN = "I have compared the number with the label, and it is right"
LABEL_DESTROYED = NEEDS[ActKind.VOID_LABEL]
"""What a person confirms before a label is void: the same as in a conflict."""

STANDS_STILL = (EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)
"""States that an entry may be tried again from; in all others it goes by itself, or is done."""

_NUMBER = re.compile(r"[0-9]{7,20}")
"""As wide as ``domain/references.py``: longer numbers of later years need no new version."""


class EntryActKind(StrEnum):
    """The acts."""

    HOLD = "hold"
    RELEASE = "release"
    RETRY = "retry"
    LOOKED_AT = "looked_at"
    VOID = "void"
    ASSIGN = "assign"


OF_ENTRIES = (
    EntryActKind.RELEASE,
    EntryActKind.RETRY,
    EntryActKind.LOOKED_AT,
    EntryActKind.HOLD,
    EntryActKind.VOID,
)
"""The acts on entries, in the order in which they are offered."""
OF_LABELS = (EntryActKind.ASSIGN, EntryActKind.VOID)
"""The acts on labels whose order is not known."""

ENTRY_ASKS: dict[EntryActKind, Ask] = {
    EntryActKind.HOLD: Ask("入力を保留にする", "Hold the number back"),
    EntryActKind.RELEASE: Ask("保留を解除して入力する", "Let the number go out", NUMBER_CHECKED_JA, NUMBER_CHECKED_EN),
    EntryActKind.RETRY: Ask("今すぐ見直す", "Look at it again now"),
    EntryActKind.LOOKED_AT: Ask("確認済みにする", "Mark as looked at"),
    EntryActKind.VOID: ASKS[ActKind.VOID_LABEL],
    EntryActKind.ASSIGN: Ask("注文番号・カート番号を指定する", "Say which order or cart it is"),
}
"""What an act is for, and what a person confirms with it where it asks for that (see ``confirmation``)."""


class PersonStep(StrEnum):
    """Rows of history about what a person did; a hold is a row like any other that brings an entry to rest."""

    RELEASED = "released"
    RETRIED = "retried"
    LOOKED_AT = "looked_at"
    VOIDED = "voided"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class EntryAct:
    """An act on an entry.

    A release decides nothing about a cancel request: the decision table goes on as if nobody had said anything. From
    the check digit it repeats the ``number`` and ``confirmed`` what was done. ``seen`` is the version of the entry that
    the person decided on; None where it may be any.
    """

    kind: EntryActKind
    entry_id: int
    who: str
    why: str
    at: datetime
    number: str = ""
    confirmed: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class LabelAct:
    """An act on a label without an order. ``order_no`` or ``pack_no`` (a cart) is what an assignment says it is for."""

    kind: EntryActKind
    parcel_id: int
    who: str
    why: str
    at: datetime
    order_no: str = ""
    pack_no: str = ""
    confirmed: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides which acts are possible on an entry. ``in_conflict``: its line has an open conflict."""

    state: EntryState
    reason: Reason
    person: Person
    label: Label
    in_conflict: bool = False


def checked_entry_act(act: EntryAct) -> EntryAct:
    """The act, when nothing is missing that can be told without the entry.

    Raises:
        ActIncomplete: with what is missing.
    """
    if act.kind not in OF_ENTRIES:
        raise ActIncomplete(Said("入力に対してできる操作ではありません", "this is no act on an entry"))
    check_words(act.who, act.why)
    if act.kind is EntryActKind.RELEASE and act.number and act.confirmed != NUMBER_CHECKED:
        raise ActIncomplete(
            Said(
                f"確認が必要です: {NUMBER_CHECKED_JA}",
                f"a release must be confirmed with {NUMBER_CHECKED}: {NUMBER_CHECKED_EN}",
            )
        )
    if act.kind is EntryActKind.VOID:
        _check_destroyed(act.confirmed)
    return act


def checked_label_act(act: LabelAct) -> LabelAct:
    """The act with its number as Qoo10 knows it, when nothing is missing.

    Raises:
        ActIncomplete: with what is missing.
    """
    if act.kind not in OF_LABELS:
        raise ActIncomplete(
            Said("注文が不明なラベルに対してできる操作ではありません", "this is no act on a label without an order")
        )
    check_words(act.who, act.why)
    if act.kind is EntryActKind.VOID:
        _check_destroyed(act.confirmed)
        return act
    order_no, pack_no = (unicodedata.normalize("NFKC", number).strip() for number in (act.order_no, act.pack_no))
    if bool(order_no) == bool(pack_no):
        raise ActIncomplete(
            Said(
                "注文番号かカート番号の、どちらか一つだけを入力してください",
                "an assignment names an order number or a cart number, one of the two",
            )
        )
    if not _NUMBER.fullmatch(order_no or pack_no):
        raise ActIncomplete(
            Said(
                "注文番号・カート番号は7桁から20桁の数字です",
                "an order number or cart number has 7 to 20 digits and nothing else",
            )
        )
    return replace(act, order_no=order_no, pack_no=pack_no)


def confirmation(kind: EntryActKind, of: Standing) -> str:
    """What the act must be confirmed with on such an entry; empty where it needs no more than who and why."""
    if kind is EntryActKind.VOID:
        return LABEL_DESTROYED
    from_check_digit = kind is EntryActKind.RELEASE and of.person is not Person.HOLD
    return NUMBER_CHECKED if from_check_digit else ""


def refusal(kind: EntryActKind, of: Standing) -> Said | None:
    """Why the act is not possible on such an entry; None when it is. Total over the acts on entries.

    Raises:
        ValueError: it is no act on an entry.
    """
    match kind:
        case EntryActKind.HOLD:
            return _HELD_ALREADY if of.person is Person.HOLD else _NO_HOLD[of.state]
        case EntryActKind.RELEASE:
            return _no_release(of)
        case EntryActKind.RETRY:
            return _release_first(of) or (None if of.state in STANDS_STILL else _goes_by_itself(of))
        case EntryActKind.LOOKED_AT:
            return _nothing_to_look_at(of)
        case EntryActKind.VOID:
            if of.label is Label.VOIDED:
                return Said("ラベルはすでに無効です", "the label is void already")
            return _NOTHING_LEFT if of.state is EntryState.DROPPED else None
        case EntryActKind.ASSIGN:
            raise ValueError("an entry has its order; only labels without one are assigned")


def label_refusal(state: ParcelState, label: Label) -> Said | None:
    """Why nothing can be done about a label as one without an order; None when it can."""
    if state is not ParcelState.UNRESOLVED:
        return Said("注文はすでに特定されています", "the order of this label is known")
    return Said("ラベルは無効です", "the label is void already") if label is Label.VOIDED else None


def next_act(of: Standing) -> EntryActKind | None:
    """The one obvious next step; None where it goes by itself, is done, or is decided on in its conflict."""
    if of.in_conflict or of.state not in STANDS_STILL:
        return None
    return next((kind for kind in OF_ENTRIES if refusal(kind, of) is None), None)


def _check_destroyed(confirmed: str) -> None:
    if confirmed != LABEL_DESTROYED:
        ask = ENTRY_ASKS[EntryActKind.VOID]
        raise ActIncomplete(
            Said(
                f"確認が必要です: {ask.confirm_ja}",
                f"this act must be confirmed with {LABEL_DESTROYED}: {ask.confirm_en}",
            )
        )


_HELD_ALREADY = Said("すでに担当者が保留しています", "a person holds it already")
_TAKEN = Said(
    "Qoo10がすでに番号を受け付けています。ラベルを使わないときは無効にしてください",
    "Qoo10 has taken the number; if the label is not used, mark it void",
)
_NOTHING_LEFT = Said("入力するものはもうありません", "nothing is left to enter")
_NO_HOLD: dict[EntryState, Said | None] = {
    EntryState.WAITING: None,
    EntryState.HELD: None,
    EntryState.ENTERING: Said(
        "いま書き込んでいるところで、もう止められません",
        "the number is being written at this moment and cannot be held any more",
    ),
    EntryState.ACCEPTED: _TAKEN,
    EntryState.CONFIRMED: _TAKEN,
    EntryState.UNCLEAR: Said(
        "番号は送信済みで結果が不明です。入っているかもしれないため、もう止められません",
        "the number went out and may stand already; it cannot be held any more",
    ),
    EntryState.CONFLICT: Said(
        "要判断の間は入力されません。キャンセル要請の画面で決めてください",
        "nothing is entered in a conflict; decide there",
    ),
    EntryState.REFUSED: Said("Qoo10が拒否した番号は自動では送りません", "a refused number is not sent by itself"),
    EntryState.DROPPED: _NOTHING_LEFT,
}


def _no_release(of: Standing) -> Said | None:
    if of.person is Person.HOLD:
        return None
    if (of.state, of.reason) != (EntryState.HELD, Reason.CHECK_DIGIT):
        return Said(
            "担当者による保留でも、検査数字による保留でもありません",
            f"this entry is not held for its check digit, nor by a person, but {of.state}: {of.reason}",
        )
    if of.person is Person.NUMBER_CHECKED:
        return Said("すでに解除されています", "this entry is released already")
    return None


def _release_first(of: Standing) -> Said | None:
    if of.person is not Person.HOLD:
        return None
    return Said("担当者が保留しています。解除してください", "a person holds it: release it instead")


def _goes_by_itself(of: Standing) -> Said:
    return Said(
        "自動で進むか、すでに終わっています", f"this entry is {of.state}: it goes by itself, or nothing is left to do"
    )


def _nothing_to_look_at(of: Standing) -> Said | None:
    if of.in_conflict or of.state is EntryState.CONFLICT:
        return Said("キャンセル要請の画面で対応を記録してください", "it is in a conflict: what is done there counts")
    if of.state not in STANDS_STILL:
        return _goes_by_itself(of)
    if of.person is Person.HOLD:
        return Said("担当者が保留したので、確認済みです", "a person holds it and so has looked at it")
    return None
