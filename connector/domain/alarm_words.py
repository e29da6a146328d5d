"""The sentences of alarms in both languages: what happened, and what to do."""

from connector.domain.decision import ConflictKind
from connector.domain.language import Said

SHIP_BY_NEAR = Said("発送予定日が迫っていますが、", "The ship-by date is near, and ")
SHIP_BY_PAST = Said("発送予定日を過ぎましたが、", "The ship-by date is past, and ")
NO_LABEL = Said("ラベルの知らせがありません。", "no label was heard of.")
WITH_LABEL = Said(
    "ラベルの番号がまだQoo10に入っていません({reason})。", "the label's number is not at Qoo10 ({reason})."
)
SHIP_IT = Said(
    "発送してラベルを印刷するか、QSMで発送予定日を見直してください。",
    "Ship it and print its label, or move the date in QSM.",
)
BUYER_CAN_SOON = Said(
    "期日を過ぎると、購入者は即時にキャンセルでき、拒否できません。",
    "Once it is past, the buyer can cancel at once, and nobody can refuse.",
)
BUYER_CAN_NOW = Said(
    "購入者は今すぐキャンセルでき、拒否できません。", "The buyer can cancel at any moment, and nobody can refuse."
)
"""This and the one before by A2: one publisher, not an official page."""

NOT_ENTERED = Said(
    "ラベルの番号が時間を過ぎてもQoo10に入っていません({reason})。",
    "A label's number is still not at Qoo10 ({reason}).",
)
UNRESOLVED = Said(
    "連携元 {source} のラベル{count}件の注文が見つかりません。",
    "The orders of {count} labels of the source {source} are not known.",
)
RESOLVE = Said(
    "Qoo10の注文であれば、order_reference と reference_pattern を確認してください。他モールの注文なら作業は不要です。",
    "If they are Qoo10's, check order_reference and reference_pattern. Labels of other malls need nothing.",
)
HELD = Said(
    "番号を保留したまま、対応がありません({reason})。", "A number is held, and nobody has dealt with it ({reason})."
)
NO_SCAN = Said(
    "番号の確認から{days}営業日経っても、配送会社のスキャンがありません。",
    "{days} business days after the number was confirmed, the carrier has not scanned the parcel.",
)
FIND_PARCEL = Said(
    "荷物が残っていないか、配送会社に引き渡したかを確認してください。Qoo10の規定日数は公開されていません。",
    "See whether the parcel is still here or was never handed over. After how many days Qoo10 acts is not published.",
)
AND_MORE = Said("同じ種類の知らせがほかに{count}件あります。", "There are {count} more of the same kind.")
CONFLICT: dict[ConflictKind, Said] = {
    ConflictKind.IN_THE_GAP: Said(
        "ラベル印刷後のキャンセル要請に、対応がありません。",
        "Nobody has dealt with a cancel request that came after the label was printed.",
    ),
    ConflictKind.PRINTED_AFTER_REQUEST: Said(
        "キャンセル要請後にラベルを印刷した注文に、対応がありません。",
        "Nobody has dealt with a label that was printed after a cancel request.",
    ),
    ConflictKind.CANCELLED_PARCEL_EXISTS: Said(
        "キャンセルされた注文の荷物に、対応がありません。",
        "Nobody has dealt with the parcel of a cancelled order.",
    ),
    ConflictKind.REQUESTED_AFTER_ENTRY: Said(
        "番号入力後のキャンセル要請に、対応がありません。",
        "Nobody has dealt with a cancel request that came after the number stood.",
    ),
    ConflictKind.DEAD_NUMBER: Said(
        "無効にしたラベルの番号が入ったまま、対応がありません。",
        "Nobody has dealt with a voided label's number that stands on the order.",
    ),
    ConflictKind.ANOTHER_NUMBER: Said(
        "注文に別の送り状番号が入っています。", "Another tracking number stands on the order."
    ),
}
"""What is to be done about a conflict is its advice."""
