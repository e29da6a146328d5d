"""Why an entry or a parcel stands where it stands, in words for people: what happened, what comes next, what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The name of a reason, the same in the store, the log and the metrics."""

    NEW = "new"
    OPEN = "open"
    REQUEST_ENDED = "request_ended"
    BEFORE_ITS_MOMENT = "before_its_moment"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    NOT_SHOWN_YET = "not_shown_yet"
    NEVER_SHOWN = "never_shown"
    ANSWER_LOST = "answer_lost"
    INTERRUPTED = "interrupted"
    UNAVAILABLE = "unavailable"
    SHOP_STOPPED = "shop_stopped"
    REFUSED = "refused"
    UPDATE_FAILED = "update_failed"
    ORDER_UNKNOWN = "order_unknown"
    NUMBER_ONLY = "number_only"
    REFERENCE_UNREADABLE = "reference_unreadable"
    REFERENCE_AMBIGUOUS = "reference_ambiguous"
    NUMBER_UNREADABLE = "number_unreadable"
    CHECK_DIGIT = "check_digit"
    NAME_UNKNOWN = "name_unknown"
    UNPAID = "unpaid"
    STATE_UNKNOWN = "state_unknown"
    NOT_FOUND = "not_found"
    SHIPPED_WITHOUT_NUMBER = "shipped_without_number"
    PRINTED_AFTER_REQUEST = "printed_after_request"
    IN_THE_GAP = "in_the_gap"
    PERSON_ENTERS = "person_enters"
    MADE_TO_ORDER = "made_to_order"
    HELD_BY_PERSON = "held_by_person"
    LEFT_CANCELLED = "left_cancelled"
    CANCELLED = "cancelled"
    ANOTHER_NUMBER = "another_number"
    DEAD_NUMBER = "dead_number"
    VOIDED = "voided"
    VOID_AND_CANCELLED = "void_and_cancelled"
    VOID_ANSWER_LOST = "void_answer_lost"


@dataclass(frozen=True, slots=True)
class Wording:
    """One reason in both languages: what happened, and what happens next or what a person can do."""

    ja: str
    en: str
    next_ja: str
    next_en: str


WORDINGS: dict[Reason, Wording] = {
    Reason.NEW: Wording("受付済み", "Taken", "すぐに入力します。", "It is entered at once."),
    Reason.OPEN: Wording("入力できます", "Ready to enter", "すぐに入力します。", "It is entered at once."),
    Reason.REQUEST_ENDED: Wording(
        "キャンセル要請が消えました(理由は不明)",
        "The cancel request is gone (why is unknown)",
        "注文は有効なので入力します。",
        "The order is alive, so the number is entered.",
    ),
    Reason.BEFORE_ITS_MOMENT: Wording(
        "設定した入力時点を待っています",
        "Waiting for the configured moment",
        "引き渡し・スキャンの知らせ、または保留時間の経過後に入力します。",
        "It is entered after the hand-over, the scan or the hold time that the source's settings ask for.",
    ),
    Reason.SHOWN: Wording(
        "Qoo10に表示されています", "Qoo10 shows the number", "作業はありません。", "Nothing is left to do."
    ),
    Reason.ACCEPTED: Wording(
        "Qoo10が受け付けました", "Qoo10 accepted the number", "表示を確認します。", "It is read back next."
    ),
    Reason.NOT_SHOWN_YET: Wording(
        "受付後、まだ表示されていません",
        "Accepted or sent, not shown yet",
        "間隔をあけて読み直します。",
        "The order is read again, at growing intervals.",
    ),
    Reason.NEVER_SHOWN: Wording(
        "受付から時間が経っても表示されません",
        "Accepted, but never shown",
        "QSMで注文を確認してください。プログラムは上書きしません。",
        "Look at the order in QSM. The program writes nothing more by itself.",
    ),
    Reason.ANSWER_LOST: Wording(
        "応答が届かず、結果が不明です",
        "The answer was lost; whether Qoo10 took the number is unknown",
        "注文を読み直してから判断します。",
        "The order is read before anything is repeated.",
    ),
    Reason.INTERRUPTED: Wording(
        "書き込み中に中断しました",
        "The program stopped while a write was out",
        "注文を読み直してから判断します。",
        "The order is read before anything is repeated.",
    ),
    Reason.UNAVAILABLE: Wording(
        "Qoo10に接続できません、または混雑しています",
        "Qoo10 is unavailable or throttles",
        "間隔をあけて自動で再試行します。",
        "It is tried again by itself, at growing intervals.",
    ),
    Reason.SHOP_STOPPED: Wording(
        "認証キーの問題でショップを停止しています",
        "The shop is stopped: Qoo10 does not accept its key",
        "設定の認証キーを更新してください。直り次第、自動で再開します。",
        "Renew the key in the settings. Work goes on by itself as soon as Qoo10 accepts it.",
    ),
    Reason.REFUSED: Wording(
        "Qoo10が受け付けませんでした",
        "Qoo10 refused the number",
        "注文をQSMで確認し、手で入力するか、原因を直して再試行してください。",
        "Check the order in QSM and enter the number by hand; or mend the cause and have it tried again.",
    ),
    Reason.UPDATE_FAILED: Wording(
        "Qoo10が更新失敗を繰り返し返しています(原因不明)",
        "Qoo10 keeps answering that the update failed, without saying why",
        "QSMで注文を確認してください。長い間隔で再試行を続けます。",
        "Look at the order in QSM. It is tried again by itself, at long intervals.",
    ),
    Reason.ORDER_UNKNOWN: Wording(
        "注文がまだ見つかりません",
        "No such order or cart is known yet",
        "新しい注文が届くたびに照合します。番号の設定(order_reference, reference_pattern)も確認してください。",
        "It is matched again whenever new orders arrive. Check order_reference and reference_pattern of the source.",
    ),
    Reason.NUMBER_ONLY: Wording(
        "送り状番号だけの知らせです",
        "A message that knows only the tracking number",
        "同じ番号のラベルがあれば、その経過に加えます。",
        "It is added to whatever was heard of a label with this number.",
    ),
    Reason.REFERENCE_UNREADABLE: Wording(
        "注文番号を読み取れません",
        "The order reference holds no order number",
        "連携元の reference_pattern を設定し、再起動してください。",
        "Set reference_pattern for the source, and restart.",
    ),
    Reason.REFERENCE_AMBIGUOUS: Wording(
        "注文番号とカート番号のどちらにも一致します",
        "The reference fits more than one order or cart",
        "連携元の order_reference を order_no か pack_no に決め、再起動してください。",
        "Set order_reference of the source to order_no or pack_no, and restart.",
    ),
    Reason.NUMBER_UNREADABLE: Wording(
        "送り状番号を読み取れません",
        "The tracking number cannot be read",
        "正しい番号でラベルをもう一度送ってください。",
        "Send the label again with the right number.",
    ),
    Reason.CHECK_DIGIT: Wording(
        "送り状番号の検査数字が合いません",
        "The tracking number fails its check digit",
        "番号をラベルと見比べてください。正しければ入力を許可し、違えば正しい番号で送り直します。",
        "Compare the number with the label. Release it if it is right; else send the label again with the right one.",
    ),
    Reason.NAME_UNKNOWN: Wording(
        "配送会社のQoo10での名前が決まっていません",
        "The carrier's name at Qoo10 is not settled",
        "連携元の設定 [sources.<名前>.carriers] に一行加え、再起動してください。",
        "Add a line to [sources.<name>.carriers] in the settings, and restart.",
    ),
    Reason.UNPAID: Wording(
        "未入金の注文です(入金待ち)",
        "The order is not paid yet",
        "発送しないでください。入金を確認でき次第、自動で入力します。",
        "Do not ship. The number is entered by itself once Qoo10 shows the payment.",
    ),
    Reason.STATE_UNKNOWN: Wording(
        "Qoo10が未知の状態を返しました",
        "Qoo10 shows a state that this program does not know",
        "QSMで注文を確認してください。自動でも読み直します。",
        "Look at the order in QSM. It is read again by itself as well.",
    ),
    Reason.NOT_FOUND: Wording(
        "Qoo10に注文が見つかりません",
        "Qoo10 knows nothing of this order line",
        "ショップの設定とQSMを確認してください。自動でも読み直します。",
        "Check the shop's settings and QSM. It is read again by itself as well.",
    ),
    Reason.SHIPPED_WITHOUT_NUMBER: Wording(
        "番号なしで配送中になっています",
        "The order is 配送中 without a number",
        "QSMで送り状番号を入力してください。",
        "Enter the number in QSM.",
    ),
    Reason.PRINTED_AFTER_REQUEST: Wording(
        "キャンセル要請の後に印刷されたラベルです",
        "The label was printed after a cancel request",
        "荷物を抜き取り、QSMでキャンセル要請に対応してください。",
        "Pull the parcel and answer the cancel request in QSM.",
    ),
    Reason.IN_THE_GAP: Wording(
        "ラベル印刷後にキャンセル要請が届きました",
        "A cancel request came after the label was printed",
        "QSMで拒否し(梱包・発送済み)、番号は本日中に入力します。",
        "Refuse it in QSM (packed or shipped); the number must stand the same day.",
    ),
    Reason.PERSON_ENTERS: Wording(
        "担当者が入力を指示しました(QSMで拒否済み)",
        "A person has refused the request in QSM and says: enter",
        "すぐに入力します。",
        "It is entered at once.",
    ),
    Reason.MADE_TO_ORDER: Wording(
        "オーダーメイド商品へのキャンセル要請です",
        "A cancel request for an item that is made to order",
        "QSMで拒否してください。番号は本日中に入力します。",
        "Refuse it in QSM; the number must stand the same day.",
    ),
    Reason.HELD_BY_PERSON: Wording(
        "担当者が保留にしました",
        "A person holds the number back",
        "保留を解除するまで入力しません。",
        "Nothing is entered until a person releases it.",
    ),
    Reason.LEFT_CANCELLED: Wording(
        "担当者が荷物を止め、キャンセルのままとしました",
        "A person has stopped the parcel and leaves the order cancelled",
        "作業はありません。",
        "Nothing is left to do.",
    ),
    Reason.CANCELLED: Wording(
        "キャンセル処理中または完了の注文に荷物があります",
        "The order is cancelled or being cancelled, and a parcel exists",
        "荷物を止めるか、回収してください。番号は入力しません。",
        "Stop or recall the parcel. The number is not entered.",
    ),
    Reason.ANOTHER_NUMBER: Wording(
        "別の送り状番号が入っています",
        "Another tracking number stands on the order",
        "どちらが正しいかQSMで確認してください。上書きはしません。",
        "Find out in QSM which one is right. Nothing is overwritten.",
    ),
    Reason.DEAD_NUMBER: Wording(
        "無効にしたラベルの番号が入力済みです",
        "The number of a voided label stands on the order",
        "QSMで送り状番号を修正してください。",
        "Correct the number in QSM.",
    ),
    Reason.VOID_AND_CANCELLED: Wording(
        "注文はキャンセル、ラベルは無効です",
        "Order cancelled, label void",
        "作業はありません。",
        "Nothing is left to do.",
    ),
    Reason.VOIDED: Wording(
        "ラベルは入力前に無効になりました",
        "The label was voided before entry",
        "作業はありません。",
        "Nothing is left to do.",
    ),
    Reason.VOID_ANSWER_LOST: Wording(
        "無効ラベルの番号が入ったか確認中です",
        "Finding out whether a voided label's number was taken",
        "注文を読み直します。",
        "The order is read again.",
    ),
}
