"""What a person does about an open conflict, step by step, and which acts fit it. Pure.

The names of menus and buttons in QSM are those of a published guide for sellers, not of Qoo10's own documentation.
"""

from connector.domain.acts import ActKind
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.language import Said

_FIND = Said(
    "QSMの左メニュー「配送/キャンセル/未受取」で「キャンセル要請」の件数を押し、この注文をダブルクリックします。",
    "In QSM's left menu, 配送/キャンセル/未受取, press the number beside キャンセル要請 and double-click this order.",
)
_REFUSE_SHIPPED = Said(
    "「キャンセル拒否」を選び、理由は「商品を既に発送済みのため」にします。",
    "Choose キャンセル拒否 with the reason 商品を既に発送済みのため (already dispatched).",
)
_REFUSE_PACKED = Said(
    "「キャンセル拒否」を選びます。梱包・ピッキングが済んでいれば(発送準備済み)拒否できます。",
    "Choose キャンセル拒否: a parcel that is packed (発送準備済み) may be refused.",
)
_DO_NOT_ACCEPT = Said(
    "青い「キャンセル」(承認)は押さないでください。その場で返金されます。",
    "Do not press the blue キャンセル (accept): it refunds at once.",
)
_ENTER = Said(
    "「対応を記録する」の「番号を今すぐ入力する」を押します。番号は拒否した日のうちに入っている必要があります。",
    "Under “Record what you did”, press “Enter the number now”: the number must stand on the day of the refusal.",
)
_NUMBER_STANDS = Said(
    "番号は入力済みです。ほかに入力するものはありません。", "The number stands; nothing else is to be entered."
)
_PULL = Said(
    "荷物を梱包台から抜き取り、発送されないようにします。", "Take the parcel off the table, so that it is not shipped."
)
_ANSWER = Said(
    "在庫品で未発送なら拒否できません。取消理由を選び、青い「キャンセル」を押します(その場で返金されます)。",
    "Unshipped stock cannot be refused: choose a reason and press the blue キャンセル (it refunds at once).",
)
_LEAVE = Said(
    "「対応を記録する」の「キャンセルのままとし、番号を入力しない」で記録を終えます。",
    "Under “Record what you did”, finish with “Leave the order cancelled”.",
)
_STOP_PARCEL = Said(
    "荷物がまだ手元にあれば止め、引き渡した後なら配送会社に引き返しを依頼します。",
    "Stop the parcel if it is still here; otherwise ask the carrier to return it.",
)
_POINT_TO_RETURN = Said(
    "購入者には、受け取った後に返品を申請できることを案内します(「購入者への文面」を使えます)。",
    "Tell the buyer how to ask for a return after receipt (“Messages for the buyer” has a text).",
)
_COMPARE = Said(
    "QSMでこの注文に入っている番号と、荷物に貼ったラベルの番号を見比べます。",
    "Compare the number on this order in QSM with the one on the parcel's label.",
)
_CORRECT = Said(
    "QSMの「送り状番号の修正」で、荷物の番号に直します。",
    "Correct it in QSM under 送り状番号の修正.",
)
_CLOSE = Said(
    "「対応を記録する」の「対応を終え、記録を閉じる」を押します。",
    "Under “Record what you did”, press “Close the conflict”.",
)

_STEPS: dict[ConflictKind, tuple[Said, ...]] = {
    ConflictKind.IN_THE_GAP: (_FIND, _REFUSE_PACKED, _DO_NOT_ACCEPT, _ENTER),
    ConflictKind.PRINTED_AFTER_REQUEST: (_PULL, _FIND, _ANSWER, _LEAVE),
    ConflictKind.CANCELLED_PARCEL_EXISTS: (_STOP_PARCEL, _LEAVE),
    ConflictKind.REQUESTED_AFTER_ENTRY: (_FIND, _REFUSE_SHIPPED, _DO_NOT_ACCEPT, _POINT_TO_RETURN),
    ConflictKind.ANOTHER_NUMBER: (_COMPARE, _CORRECT, _CLOSE),
    ConflictKind.DEAD_NUMBER: (_CORRECT, _CLOSE),
}
_IN_THE_GAP_ENTERED = (_FIND, _REFUSE_SHIPPED, _DO_NOT_ACCEPT, _NUMBER_STANDS)
_ENTERED = frozenset({EntryState.ACCEPTED, EntryState.CONFIRMED})

_ACTS: dict[ConflictKind, tuple[ActKind, ...]] = {
    ConflictKind.IN_THE_GAP: (ActKind.ENTER_NOW, ActKind.LEAVE_CANCELLED, ActKind.VOID_LABEL, ActKind.CLOSE),
    ConflictKind.PRINTED_AFTER_REQUEST: (ActKind.LEAVE_CANCELLED, ActKind.ENTER_NOW, ActKind.VOID_LABEL, ActKind.CLOSE),
    ConflictKind.CANCELLED_PARCEL_EXISTS: (ActKind.LEAVE_CANCELLED, ActKind.VOID_LABEL, ActKind.CLOSE),
    ConflictKind.REQUESTED_AFTER_ENTRY: (ActKind.CLOSE,),
    ConflictKind.ANOTHER_NUMBER: (ActKind.CLOSE, ActKind.VOID_LABEL),
    ConflictKind.DEAD_NUMBER: (ActKind.CLOSE,),
}


def steps(kind: ConflictKind, entry: EntryState | None) -> tuple[Said, ...]:
    """What to do, in this order, given where the conflict's entry stands."""
    if kind is ConflictKind.IN_THE_GAP and entry in _ENTERED:
        return _IN_THE_GAP_ENTERED
    return _STEPS[kind]


def fitting_acts(kind: ConflictKind, entry: EntryState | None, *, closed: bool) -> tuple[ActKind, ...]:
    """The acts that make sense, the obvious one first."""
    if closed:
        return (ActKind.REOPEN, ActKind.NOTE)
    fitting = _ACTS[kind]
    if kind is ConflictKind.IN_THE_GAP and entry in _ENTERED:  # nothing is left to enter or to stop
        fitting = (ActKind.CLOSE,)
    return (*fitting, ActKind.NOTE)
