"""The dossier's Japanese: facts, clocks, kinds, outcomes, and where the rules come from. Pure.

The English of the log's own words is in the log itself.
"""

import re

from connector.domain.acts import ActKind
from connector.domain.conflict import Clock, What
from connector.domain.decision import Action, ConflictKind
from connector.domain.messages import LOOKED_IN_QSM, MESSAGE_ACT, MessageOutcome
from connector.domain.reasons import WORDINGS

WHAT: dict[str, str] = {
    What.OPENED: "記録を開始",
    What.KIND_CHANGED: "種別を変更",
    What.LABEL_PRINTED: "送り状ラベルを印刷",
    What.LABEL_PACKED: "梱包を確認(検品スキャン)",
    What.LABEL_HANDED_OVER: "配送会社へ引き渡し",
    What.LABEL_SCANNED: "配送会社の荷物スキャン",
    What.LABEL_VOIDED: "ラベルを無効化",
    What.CANCEL_REQUESTED: "キャンセル要請",
    What.CANCEL_UNDER_WAY: "キャンセル処理を確認",
    What.REQUEST_ENDED: "要請の消滅を確認",
    What.RETURN_REQUESTED: "返品要請",
    What.INQUIRY: "購入者からの問い合わせ",
    What.NUMBER_SENT: "送り状番号を送信",
    What.NUMBER_ACCEPTED: "Qoo10が番号を受付",
    What.NUMBER_SHOWN: "番号の表示を確認",
    What.VERDICT: "判定",
    What.PERSON: "担当者の処理",
    What.MESSAGE: "購入者へのメッセージの送信結果",
    What.CLOSED: "記録を終了",
    What.REOPENED: "記録を再開",
}

CLOCK: dict[str, str] = {
    Clock.OURS: "当方",
    Clock.QOO10: "Qoo10",
    Clock.SOURCE: "連携元",
}

KIND: dict[str, str] = {
    ConflictKind.IN_THE_GAP: "送り状ラベル印刷後、番号入力前のキャンセル要請",
    ConflictKind.PRINTED_AFTER_REQUEST: "キャンセル要請後の送り状ラベル印刷",
    ConflictKind.CANCELLED_PARCEL_EXISTS: "キャンセル処理中・完了の注文に荷物が存在",
    ConflictKind.REQUESTED_AFTER_ENTRY: "番号入力後のキャンセル要請",
    ConflictKind.ANOTHER_NUMBER: "別の送り状番号が入力済み",
    ConflictKind.DEAD_NUMBER: "無効にしたラベルの番号が入力済み",
}

KIND_EN: dict[str, str] = {
    ConflictKind.IN_THE_GAP: "Cancel request after the label, before the number stood",
    ConflictKind.PRINTED_AFTER_REQUEST: "Label printed after a cancel request",
    ConflictKind.CANCELLED_PARCEL_EXISTS: "Cancelled, and there is a parcel",
    ConflictKind.REQUESTED_AFTER_ENTRY: "Cancel request after the number stood",
    ConflictKind.ANOTHER_NUMBER: "Another number stands on the order",
    ConflictKind.DEAD_NUMBER: "The number of a void label stands on the order",
}

ACTION: dict[str, str] = {
    Action.ENTER: "番号を入力する",
    Action.CONFIRM: "入力済みと確認する",
    Action.LOOK_AGAIN: "注文を読み直す",
    Action.HOLD: "入力を保留する",
    Action.STOP: "入力しない",
    Action.DROP: "対象から外す",
}

REASON: dict[str, str] = {reason: wording.ja for reason, wording in WORDINGS.items()}

ACT: dict[str, str] = {
    ActKind.ENTER_NOW: "番号の入力を指示",
    ActKind.LEAVE_CANCELLED: "荷物を止め、キャンセルのままとした",
    ActKind.VOID_LABEL: "ラベルを無効化",
    ActKind.NOTE: "メモ",
    MESSAGE_ACT: "問い合わせへの回答を送信",
    ActKind.CLOSE: "対応を完了",
    ActKind.REOPEN: "記録を再開",
}

MESSAGE_OUTCOME: dict[str, str] = {
    MessageOutcome.SENT: "Qoo10が受付",
    MessageOutcome.REFUSED: "Qoo10が拒否(送信されていない)",
    MessageOutcome.NOT_SENT: "送信されていない",
    MessageOutcome.UNCLEAR: "結果不明(送信された可能性がある)",
}

CONFIRMED: dict[str, str] = {
    "refused_in_qsm": "QSMで要請を拒否済み",
    "parcel_stopped": "荷物を止めたことを確認済み",
    "label_destroyed": "ラベルの破棄を確認済み",
    "dealt_with": "対応済み",
    LOOKED_IN_QSM: "前のメッセージが届いていないことをQSMで確認済み",
}

OUTCOME: dict[str, str] = {
    "request_ended": "要請が消滅(理由はQoo10から示されない)",
    "settled": "番号の状態が確定",
    "left_cancelled": "荷物を止め、キャンセルのまま",
    "closed_by_person": "担当者が対応を完了",
}

CANCEL_STATUS: dict[str, str] = {
    "cancelling": "キャンセル中",
    "cancelled": "キャンセル完了",
    "unpaid_order_cancelled": "未納注文キャンセル",
}

# Every table is asked with what the log says, which a later version may have written: an unknown word stays as it is.

OFFICIAL, THIRD_PARTY, OBSERVED, UNVERIFIED = "公式資料", "第三者資料", "利用者による観測", "未確認"

SECTIONS: dict[str, tuple[str, str]] = {
    "A1": ("注文の状態(入金待ちは発送しない)", OFFICIAL),
    "A2": ("購入者がキャンセルできる時点", f"{OFFICIAL}・{THIRD_PARTY}"),
    "A3": ("販売者が要請を拒否できる条件と、拒否当日の番号入力", THIRD_PARTY),
    "A6": ("発送後に番号を入力する順序、番号の取消方法がないこと", OFFICIAL),
    "A9": ("注文番号ごとに送り状番号は一つ", OBSERVED),
    "B3": ("要請の拒否・取下げを示すAPIの状態がないこと", OFFICIAL),
    "B5": ("番号の送信後のQoo10の動作", f"{OBSERVED}・{UNVERIFIED}"),
}
"""The sections of docs/qoo10.md that rules name: what they say, and how sure that is."""

_SECTION = re.compile(r"\b[AB][0-9]\b")


def rule_source_ja(source: str) -> str:
    """Where a rule comes from, for somebody who does not have this program's pages."""
    named = [SECTIONS[section] for section in _SECTION.findall(source) if section in SECTIONS]
    if not named:
        return "本プログラムの取り決め(販売者の設定を含む)"
    return "、".join(f"{what}〔{grade}〕" for what, grade in named)


def origin_ja(origin: str) -> str:
    """Where a fact comes from: a call of QAPI, a message, a person, or this program's table."""
    if origin == "decision table":
        return "判定表"
    if origin.startswith("person "):
        return f"担当者 {origin.removeprefix('person ')}"
    if origin.startswith("delivery "):
        return f"受信 {origin.removeprefix('delivery ')}"
    return f"QAPI {origin}" if origin else "当方の記録"
